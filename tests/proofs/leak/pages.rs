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

/// Who opens pages, beside somebody who is not signed in. None of them shows anything of a case yet, so nobody may find a word there.
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
    let accounts = house.database.lines("#id#", "account");
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
            for path in paths(page, &accounts, cases) {
                let reply = client.get(&path);
                seen.answer(canaries, who, &format!("the page {path}"), &reply);
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

/// A page with all that it takes.
fn paths(page: &str, accounts: &[String], cases: &[String]) -> Vec<String> {
    match page {
        "/people/{id}" => accounts.iter().map(|id| page.replace("{id}", id)).collect(),
        "/audit" | "/audit/export" => {
            let mut paths = vec![page.to_owned(), format!("{page}?action=case.file")];
            paths.extend(
                cases
                    .iter()
                    .take(3)
                    .map(|id| format!("{page}?object_kind=case&object_id={id}")),
            );
            paths
        }
        _ => vec![
            page.replace("{secret}", "of-nobody")
                .replace("{name}", "kelisim.css"),
        ],
    }
}
