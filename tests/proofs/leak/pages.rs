//! The pages for people: each that the sources have, as everybody who has an account, with what a page takes in its address.

use std::{collections::BTreeSet, sync::Arc};

use chrono::TimeDelta;
use kelisim_api::{
    app::link::account_key,
    clock::{Clock, SystemClock},
    door,
};
use kelisim_domain::{id::SessionId, sign_in::SessionStage, text::EmailAddress};
use kelisim_persistence::{
    Db, Error, MasterKey, OsEntropy, Vault,
    store::{
        account::{Account, account_find_by_email},
        second_factor::{SecondFactor, second_factor_begin, second_factor_confirm},
        session::{Session, session_insert},
    },
};
use uuid::Uuid;

use super::{Canaries, Seen};
use crate::{
    house::{House, Server},
    proofs::authorisation,
};

/// Who opens pages, beside somebody who is not signed in.
const VISITORS: [&str; 8] = [
    "partner",
    "coordinator",
    "registrar",
    "auditor",
    "administrator",
    "head",
    "mediator0",
    "mediator1",
];
/// Who reads what cases are about, on the page of one case and on the form of an act, and nowhere else.
const READERS: [&str; 3] = ["head", "mediator0", "mediator1"];
/// Pages that none of them is shown: they stand between a password and being signed in, or come from a letter; and a file
/// that is the same for everybody, under a name that changes with it.
const APART: [&str; 4] = [
    "/sign-in/code",
    "/second-factor/picture.svg",
    "/link/{secret}",
    "/assets/{name}",
];

/// Signs everybody in, with whatever second factor their role asks for.
pub(super) fn sign_in(house: &House) {
    let key = MasterKey::read(&house.database.folder().join("master.key")).unwrap();
    let made = house.database.open().write_blocking(move |db| {
        let vault = Vault::open(db, &key, Arc::new(OsEntropy))?;
        for (number, who) in (1..).zip(VISITORS) {
            let email = EmailAddress::parse(&format!("{who}@example.kz")).unwrap();
            let account = account_find_by_email(db, &email)?;
            second_factor(db, &vault, &account)?;
            session_insert(db, &session(number, who, &account))?;
        }
        Ok::<_, Error>(())
    });
    made.unwrap();
}

/// One that nobody types: what is asked is only whether there is one.
fn second_factor(db: &mut Db, vault: &Vault, account: &Account) -> Result<(), Error> {
    let now = SystemClock.now();
    let key = account_key(db, vault, account.region, account.id, now)?;
    let new = SecondFactor {
        data_key: key.id(),
        secret: key.seal("leak", b"of nobody"),
        last_step: 0,
    };
    second_factor_begin(db, account.region, account.id, &new, now)?;
    second_factor_confirm(db, account.region, account.id, 0)
}

fn session(number: u128, who: &str, account: &Account) -> Session {
    let now = SystemClock.now();
    Session {
        region: account.region,
        id: SessionId(Uuid::from_u128(number)),
        account: account.id,
        digest: door::digest(&secret(who)),
        stage: SessionStage::Full,
        device: "leak".to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now + TimeDelta::hours(12),
    }
}

fn secret(who: &str) -> String {
    format!("secret_of_{who}")
}

/// Opens everything as everybody; `cases` are ids that the log of the audit can be asked for.
pub(super) fn open_all(
    house: &House,
    server: &Server,
    (canaries, cases): (&Canaries, &[String]),
    seen: &mut Seen,
) {
    let things = Things {
        accounts: house.database.lines("#id#", "account"),
        cases,
        acts: acts(house, server),
    };
    let mut opened = BTreeSet::new();
    let pages: Vec<String> = authorisation::written()
        .iter()
        .filter_map(|page| page.strip_prefix("GET ").map(str::to_owned))
        .collect();
    for who in VISITORS.iter().chain([&"nobody"]) {
        let cookie = secret(who);
        // One of the names counts: which one depends on whether the house is reached over https.
        let cookie = format!("__Host-kelisim_session={cookie}; kelisim_session={cookie}");
        let client = server.client().with_header("cookie", &cookie);
        for page in &pages {
            for path in things.paths(page) {
                let reply = client.get(&path);
                let shows_content = page == "/cases/{id}" || page.ends_with("/actions/{action}");
                if !shows_content || !READERS.contains(who) {
                    seen.answer(canaries, who, &format!("the page {path}"), &reply);
                }
                if reply.status == 200 {
                    opened.insert(page.clone());
                }
            }
        }
        for path in [
            "/nowhere",
            "/people/nobody",
            "/audit/nothing",
            "/link/nothing",
        ] {
            let reply = client.get(path);
            seen.answer(canaries, who, &format!("the page {path}"), &reply);
        }
    }
    let shut = pages
        .into_iter()
        .filter(|page| !opened.contains(page) && !APART.contains(&page.as_str()));
    seen.shut.extend(shut);
    seen.pages.append(&mut opened);
}

/// What stands in the addresses of pages.
struct Things<'a> {
    accounts: Vec<String>,
    cases: &'a [String],
    /// Cases with an action that is open.
    acts: Vec<(String, String)>,
}

/// Acts that are open to the head, or to a mediator.
fn acts(house: &House, server: &Server) -> Vec<(String, String)> {
    let mut acts = Vec::new();
    for who in READERS {
        let list = house.by(who, server).get("cases?limit=100").expect(200);
        let items = list["items"].as_array().unwrap().iter();
        acts.extend(items.filter_map(|case| {
            let action = case["allowed_actions"].as_array()?.first()?.as_str()?;
            Some((case["id"].as_str()?.to_owned(), action.to_owned()))
        }));
    }
    acts.truncate(6);
    acts
}

impl Things<'_> {
    /// A page with all that it takes.
    fn paths(&self, page: &str) -> Vec<String> {
        let some = self.cases.iter().take(3);
        match page {
            "/people/{id}" => {
                let accounts = self.accounts.iter();
                accounts.map(|id| page.replace("{id}", id)).collect()
            }
            "/audit" => {
                let mut paths = vec![page.to_owned(), format!("{page}?action=case.file")];
                paths.extend(some.map(|id| format!("{page}?object_kind=case&object_id={id}")));
                paths
            }
            "/cases/{id}/actions/{action}" => {
                let acts = self.acts.iter();
                acts.map(|(id, action)| page.replace("{id}", id).replace("{action}", action))
                    .collect()
            }
            _ if page.starts_with("/cases/{id}") => {
                let open = self.acts.iter().map(|(id, _)| id);
                some.chain(open)
                    .map(|id| page.replace("{id}", id))
                    .collect()
            }
            _ => vec![
                page.replace("{secret}", "of-nobody")
                    .replace("{name}", "kelisim.css"),
            ],
        }
    }
}
