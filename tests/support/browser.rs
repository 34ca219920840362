//! A browser without scripts: it keeps cookies, and sends a form with the token of the page it is on.

use std::collections::BTreeMap;

use kelisim_api::app::{link::set_password_blocking, own_factor};
use kelisim_api::door::factor::AppSecret;
use kelisim_domain::id::AccountId;
use kelisim_domain::sign_in::Password;
use kelisim_domain::text::EmailAddress;
use kelisim_persistence::store::account::{account_find, account_find_by_email};
use kelisim_persistence::{Error, SystemPart};
use url::form_urlencoded;

use crate::TestApp;
use crate::http::{Client, Reply};
use crate::network::REGION;

/// The password of everybody who has one in a test.
pub const PASSWORD: &str = "жылқы төрт аяқты екен";

/// A browser.
#[derive(Clone)]
pub struct Browser {
    client: Client,
    origin: String,
    cookies: BTreeMap<String, String>,
    token: String,
    /// Headers that say where a form comes from.
    pub says: Vec<(&'static str, String)>,
}

impl Browser {
    /// A browser that was never here before.
    pub fn new(t: &TestApp) -> Self {
        let origin = t.app.public_url.clone();
        Self {
            client: t.nobody().with_header("accept-language", "en"),
            cookies: BTreeMap::new(),
            token: String::new(),
            says: vec![
                ("origin", origin.clone()),
                ("sec-fetch-site", "same-origin".to_owned()),
            ],
            origin,
        }
    }

    /// What the form of the last page would send as its token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Sets the token of the next form: for a page of somebody else's.
    pub fn set_token(&mut self, token: &str) {
        token.clone_into(&mut self.token);
    }

    /// A cookie by the end of its name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let mut found = self.cookies.iter().filter(|(key, _)| key.ends_with(name));
        found.next().map(|(_, value)| value.as_str())
    }

    /// The session's cookie as a header.
    pub fn session_header(&self) -> String {
        let cookie = self.cookie("session").unwrap_or_default();
        format!("__Host-kelisim_session={cookie}")
    }

    /// Forgets a cookie.
    pub fn forget(&mut self, name: &str) {
        self.cookies.retain(|key, _| !key.ends_with(name));
    }

    /// Opens a page.
    pub fn get(&mut self, path: &str) -> Reply {
        let request = self.client.request("GET", path);
        let reply = request.header("cookie", &self.jar()).send();
        self.keep(reply)
    }

    /// Sends a form of the page it is on.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut form = form_urlencoded::Serializer::new(String::new());
        if !self.token.is_empty() {
            form.append_pair("token", &self.token);
        }
        form.extend_pairs(fields);
        let mut request = self
            .client
            .request("POST", path)
            .header("cookie", &self.jar())
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in &self.says {
            request = request.header(name, value);
        }
        let reply = request.body(form.finish()).send();
        self.keep(reply)
    }

    /// Opens the sign-in page and sends address and password.
    pub fn sign_in(&mut self, email: &str, password: &str) -> Reply {
        self.get("/sign-in");
        self.post("/sign-in", &[("email", email), ("password", password)])
    }

    /// Where an answer leads.
    #[track_caller]
    pub fn led(reply: &Reply) -> &str {
        assert_eq!(reply.status, 303, "{reply:?}");
        reply.header("location").unwrap()
    }

    /// Whether the browser is signed in.
    pub fn is_in(&mut self) -> bool {
        self.get("/account").status == 200
    }

    fn jar(&self) -> String {
        let pairs = self.cookies.iter();
        let pairs = pairs.map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, reply: Reply) -> Reply {
        for line in reply.header("set-cookie").unwrap_or_default().lines() {
            let pair = line.split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            match line.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        if let Some((_, rest)) = reply.text.split_once("name=\"token\" value=\"") {
            self.token = rest.split('"').next().unwrap().to_owned();
        }
        reply
    }

    /// The address that its forms come from.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl TestApp {
    /// Gives somebody of the network [`PASSWORD`].
    pub fn let_in(&self, name: &str) {
        let app = self.app.clone();
        let email = EmailAddress::parse(&format!("{name}@example.kz")).unwrap();
        let now = app.clock.now();
        let set = self
            .app
            .database
            .as_system(SystemPart::Test)
            .write_blocking(move |db| {
                let account = account_find_by_email(db, &email)?;
                let password = Password::parse(PASSWORD).unwrap();
                set_password_blocking(db, &app, &account, &password, now)
                    .map_err(|error| Error::broken("password", format!("{error:?}")))
            });
        set.unwrap();
    }

    /// Gives somebody a second factor; the secret gives its codes.
    pub fn with_factor(&self, account: AccountId) -> AppSecret {
        let (app, now) = (self.app.clone(), self.app.clock.now());
        let typed = self
            .app
            .database
            .as_system(SystemPart::Test)
            .write_blocking(move |db| {
                let account = account_find(db, REGION, account)?;
                own_factor::set_blocking(db, &app, &account, now)
                    .map_err(|error| Error::broken("factor", format!("{error:?}")))
            });
        AppSecret::from_typed(&typed.unwrap()).unwrap()
    }

    /// A browser in which somebody of the network is signed in; with a second factor, where their role needs one.
    pub fn signed_in(&self, name: &str) -> Browser {
        self.let_in(name);
        let me = self.by(name).get("me").expect(200);
        let id: AccountId = me["id"].as_str().unwrap().parse().unwrap();
        let needs = ["head", "other_head", "coordinator", "administrator"].contains(&name);
        let secret = needs.then(|| self.with_factor(id));
        let mut browser = Browser::new(self);
        browser.sign_in(&format!("{name}@example.kz"), PASSWORD);
        if let Some(secret) = secret {
            browser.get("/sign-in/code");
            let code = secret.code_at(self.app.clock.now()).unwrap();
            let reply = browser.post("/sign-in/code", &[("code", &code)]);
            assert_eq!(Browser::led(&reply), "/", "{name}");
        }
        assert!(browser.is_in(), "{name}");
        browser
    }
}
