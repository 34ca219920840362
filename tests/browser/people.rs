//! The people of the test network at their devices.

use kelisim_api::door::factor::AppSecret;
use kelisim_domain::workflow;
use kelisim_tests::browser::PASSWORD;
use kelisim_tests::{Backend, TestApp};

use crate::chromium::Chromium;
use crate::tab::{Screen, Tab};

/// Whose role asks for a second factor.
const WITH_FACTOR: [&str; 4] = ["head", "other_head", "coordinator", "administrator"];

/// A server that a real browser can open, and the browser.
pub(crate) struct House {
    /// The server.
    pub(crate) t: TestApp,
    /// The browser.
    pub(crate) chromium: Chromium,
}

impl House {
    /// A house whose cases follow the standard workflow.
    pub(crate) fn new() -> Self {
        Self {
            t: TestApp::start_for_browsers(Backend::Sqlite, workflow::MEDIATION),
            chromium: Chromium::start(),
        }
    }

    /// A device of somebody who reads a language.
    pub(crate) fn device(&self, screen: Screen, language: &str) -> Tab {
        let mut tab = Tab::new(&self.chromium, &self.t.app.public_url, screen);
        tab.reads(language);
        tab
    }

    /// Gives somebody a password, and the second factor that their role asks for.
    pub(crate) fn prepare(&self, name: &str) -> Option<AppSecret> {
        self.t.let_in(name);
        let id = self.t.by(name).get("me").expect(200)["id"].clone();
        let id = id.as_str().unwrap().parse().unwrap();
        WITH_FACTOR.contains(&name).then(|| self.t.with_factor(id))
    }

    /// Signs somebody in by the pages, as they do it themselves.
    #[track_caller]
    pub(crate) fn enter(&self, tab: &mut Tab, name: &str, secret: Option<&AppSecret>) {
        tab.open("/sign-in");
        tab.fill("#email", &format!("{name}@example.kz"));
        tab.fill("#password", PASSWORD);
        tab.press("#form button:not([name])");
        if let Some(secret) = secret {
            assert_eq!(tab.path(), "/sign-in/code", "{name}: {}", tab.text());
            tab.fill("#code", &secret.code_at(self.t.app.clock.now()).unwrap());
            tab.press("#form button:not([name])");
        }
        assert_eq!(tab.path(), "/", "{name}: {}", tab.text());
    }

    /// Chooses a language, as somebody does who reads no other.
    fn choose(tab: &mut Tab, language: &str) {
        tab.press(&format!("button[name=switch][value={language}]"));
        assert_eq!(tab.value("document.documentElement.lang"), language);
    }

    /// A device at which somebody is signed in.
    #[track_caller]
    pub(crate) fn at_device_of(&self, name: &str, screen: Screen, language: &str) -> Tab {
        let secret = self.prepare(name);
        let mut tab = self.device(screen, language);
        self.enter(&mut tab, name, secret.as_ref());
        // Everybody of the network has an account in English.
        Self::choose(&mut tab, language);
        tab
    }
}
