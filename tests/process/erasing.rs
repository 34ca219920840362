//! A case is erased: what lay under its key is gone from the database and from old backups, also after a restore (R20).

use std::{fs, path::Path};

use kelisim_domain::id::CaseId;
use kelisim_persistence::{
    Error, KeyFiles, OsEntropy, Vault, store::region::region_list, vault::sealed_by,
};
use kelisim_tests::{
    TestDatabase,
    house::{House, referred},
    on_both_databases,
};
use serde_json::{Value, json};
use uuid::Uuid;

const CANARIES: [&str; 4] = [
    "canary-of-a-story",
    "Қанариямдемо",
    "canary-of-an-agreement",
    "canary-of-a-reason",
];
/// Where something lies under the key of a case that went all the way.
const UNDER_ITS_KEY: [&str; 8] = [
    "cases",
    "case_party",
    "case_event",
    "referral",
    "outbox",
    "idempotency_key",
    "handing_up",
    "consent",
];

/// A case goes from filed to closed, is handed up, and every answer is kept.
fn lead(house: &House) -> String {
    let server = house.serve(&[]);
    let mut filing = referred();
    filing["summary"] = json!(CANARIES[0]);
    filing["parties"][0]["name"] = json!(CANARIES[1]);
    let filed = house
        .by("mediator0", &server)
        .request("POST", "cases")
        .key("k1")
        .json(&filing)
        .send()
        .expect(201);
    let id = filed["id"].as_str().unwrap().to_owned();
    let act = |who: &str, path: &str, version: i64, body: Value| {
        let request = house
            .by(who, &server)
            .request("POST", &format!("cases/{id}/{path}"));
        request
            .if_match(version)
            .key(&format!("{path}-{version}"))
            .json(&body)
            .send()
    };
    act(
        "head",
        "transitions",
        1,
        json!({"action": "assign", "mediator": house.mediators[0]}),
    )
    .expect(201);
    act("head", "hand-up", 2, json!({"reason": CANARIES[3]})).expect(200);
    let party = &filed["confidential"]["parties"][0]["id"];
    let consent =
        json!({"party": party, "to": "mediation", "form": "written", "given_on": "2020-02-02"});
    house
        .by("head", &server)
        .post(&format!("cases/{id}/consents"), &consent)
        .expect(201);
    let signed_on = kelisim_tests::house::filed_on(&filed);
    let agreement = json!({"signed_on": signed_on, "summary": CANARIES[2]});
    act(
        "mediator0",
        "transitions",
        3,
        json!({"action": "reconcile", "agreement": agreement}),
    )
    .expect(201);
    act("mediator0", "transitions", 4, json!({"action": "close"})).expect(201);
    let found = house
        .by("mediator0", &server)
        .post("cases/search", &json!({"name": CANARIES[1]}));
    assert_eq!(found.expect(200)["items"].as_array().unwrap().len(), 1);
    house.mail_is_quiet();
    server.program.stop();
    id
}

/// The tables of a backup in which a value lies that a key has sealed.
fn sealed_in(file: &Path, key: Uuid) -> Vec<String> {
    let (mut table, mut found) = (String::new(), Vec::new());
    for line in fs::read_to_string(file).unwrap().lines().skip(1) {
        let line: Value = serde_json::from_str(line).unwrap();
        if let Some(name) = line["table"].as_str() {
            name.clone_into(&mut table);
        }
        let texts = line
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let sealed = texts
            .filter_map(bytes)
            .any(|bytes| sealed_by(&bytes).is_some_and(|of| of.0 == key));
        if sealed && found.last() != Some(&table) {
            found.push(table.clone());
        }
    }
    found
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// The key of the case: its id and, as long as it is there, its wrapped form.
fn key_of(house: &House, case: &str) -> (Uuid, Option<String>) {
    let id: Uuid = case.parse().unwrap();
    let hex = |column: &str| match house.database.backend() {
        kelisim_tests::Backend::Sqlite => format!("lower(hex({column}))"),
        kelisim_tests::Backend::Postgres if column == "id" => {
            "replace(id::text, '-', '')".to_owned()
        }
        kelisim_tests::Backend::Postgres => format!("encode({column}, 'hex')"),
    };
    let of = match house.database.backend() {
        kelisim_tests::Backend::Sqlite => format!("data_key WHERE subject_id = x'{}'", id.simple()),
        kelisim_tests::Backend::Postgres => format!("data_key WHERE subject_id = '{id}'"),
    };
    let key = house.database.lines(&hex("id"), &of).remove(0);
    let wrapped = house.database.lines(&hex("coalesce(wrapped, '')"), &of);
    (
        key.parse().unwrap(),
        wrapped.into_iter().next().filter(|hex| !hex.is_empty()),
    )
}

fn contains(hay: &[u8], needle: &[u8]) -> bool {
    hay.windows(needle.len()).any(|part| part == needle)
}

fn vault(database: &TestDatabase, folder: &Path) -> Vault {
    let files = KeyFiles::beside(&folder.join("master.key"));
    let open = database.open();
    open.read_blocking(move |db| Vault::open_with(db, files, std::sync::Arc::new(OsEntropy)))
        .unwrap()
}

fn is_erased(database: &TestDatabase, folder: &Path, case: &str) -> bool {
    let vault = vault(database, folder);
    let case: CaseId = case.parse().unwrap();
    let open = database.open();
    let key = open.read_blocking(move |db| {
        let region = region_list(db)?[0].id;
        match vault.key_of(db, region, ("case", case.0)) {
            Err(Error::Erased) => Ok(true),
            other => other.map(|_| false),
        }
    });
    key.unwrap()
}

on_both_databases! {
    fn r20_an_erased_case_is_gone_with_its_names_letters_and_answers_and_stays_gone(house: House) {
        let folder = house.database.folder().to_owned();
        let list = folder.join("gone.list");
        let case = lead(&house);
        let other = lead_another(&house);
        let named = |name: &str| folder.join(name).display().to_string();
        let run = |arguments: &[&str]| {
            let mut command = house.command(arguments);
            command.env("KELISIM__ENCRYPTION__ERASURE_LIST", &list);
            let output = command.output().unwrap();
            assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        run(&["backup", &named("before")]);
        let (key, wrapped) = key_of(&house, &case);
        let wrapped = bytes(&wrapped.unwrap()).unwrap();
        let tables = sealed_in(&folder.join("before"), key);
        for table in UNDER_ITS_KEY {
            assert!(tables.iter().any(|found| found == table), "nothing of the case in {table}: {tables:?}");
        }
        let tokens: Vec<Vec<u8>> = house.database.lines(
            match house.database.backend() {
                kelisim_tests::Backend::Sqlite => "lower(hex(token))",
                kelisim_tests::Backend::Postgres => "encode(token, 'hex')",
            },
            "party_token",
        ).iter().filter_map(|hex| bytes(hex)).collect();
        let before = house.database.count("party_token");

        let coordinator = ["--as", "coordinator@example.kz"];
        let look = run(&[&["erase", "look", "--json", "--case", &case][..], &coordinator].concat());
        let look: Value = serde_json::from_str(&look).unwrap();
        assert_eq!((&look["cases"], &look["state"]), (&json!(1), &json!("looked_at")));
        assert!(!is_erased(&house.database, &folder, &case), "a look erases nothing");
        let id = look["id"].as_str().unwrap();
        if house.database.backend() == kelisim_tests::Backend::Postgres {
            // Where no list is named, no confirmation waits for ever.
            let server = house.serve(&[("WORKER__ENABLED", "false")]);
            let client = house.by("coordinator", &server);
            let asked = client.request("POST", &format!("erasures/{id}/confirm")).if_match(1);
            let refused = asked.json(&json!({"reason": "person_asked"})).send().expect(409);
            assert_eq!(refused["refusals"][0]["code"], "no_list");
            server.program.stop();
        }
        let confirm = [&["erase", "confirm", id, "--reason", "person_asked", "--letter", "ЗТ-7/2026", "--yes", "--json"][..], &coordinator].concat();
        // Killed with the line on the disk and the key still there; given again, it goes on.
        let mut killed = house.command(&confirm);
        killed.env("KELISIM__ENCRYPTION__ERASURE_LIST", &list).env("KELISIM_FAILPOINTS", "db.before_commit=kill@2");
        assert!(!killed.output().unwrap().status.success());
        assert!(list.exists() && !is_erased(&house.database, &folder, &case));
        let done: Value = serde_json::from_str(&run(&confirm)).unwrap();
        assert_eq!((&done["state"], &done["left"], &done["log_is_cut"]), (&json!("done"), &json!([]), &json!(true)));
        assert_eq!(fs::read_to_string(&list).unwrap().lines().count(), 1, "no line twice");

        assert!(is_erased(&house.database, &folder, &case) && !is_erased(&house.database, &folder, &other));
        assert!(house.database.count("party_token") < before);
        for canary in CANARIES {
            assert_eq!(house.database.places_of(canary), [""; 0], "{canary}");
        }
        for file in house.database.files() {
            let raw = fs::read(&file).unwrap();
            assert!(!contains(&raw, &wrapped), "the wrapped key lies in {}", file.display());
        }
        // The data of the old backup tell nothing of names, and nothing in clear.
        let data = fs::read_to_string(folder.join("before")).unwrap();
        for token in &tokens {
            let hex: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(!data.contains(&format!("\"{hex}\"")), "a name of the index lies with the data");
        }
        for (file, text) in [("before", data), ("keys", fs::read_to_string(folder.join("before.keys")).unwrap())] {
            for canary in CANARIES {
                assert!(!text.contains(canary), "{canary} in {file}");
            }
        }
        // A later backup has the key no more.
        run(&["backup", &named("after")]);
        let keys = fs::read_to_string(folder.join("after.keys")).unwrap();
        assert!(!contains(&bytes_of_keys(&keys), &wrapped));

        let cut = folder.join("cut.list");
        fs::write(&cut, "").unwrap();
        let none = folder.join("none.list");
        // The list whole, not there, said to be not there, and cut.
        for (file, list, flag, heard) in [
            ("before", &list, "--yes", Ok(("whole", json!(1)))),
            // Nothing was erased before it, as in a network that never erases: it goes on, and says what that may mean.
            ("before", &none, "--yes", Ok(("missing", Value::Null))),
            ("after", &none, "--yes", Err("there is no list of erasures")),
            ("after", &none, "--erased-may-come-back", Ok(("missing", Value::Null))),
            ("after", &cut, "--yes", Err("does not name 1 of the cases")),
            ("after", &cut, "--check", Err("does not name 1 of the cases")),
            ("after", &none, "--check", Err("there is no list of erasures")),
        ] {
            let target = House::around(TestDatabase::create_empty_durable(house.database.backend()), Default::default());
            fs::copy(folder.join("master.key"), target.database.folder().join("master.key")).unwrap();
            let yes: &[&str] = if flag == "--erased-may-come-back" { &["--yes"] } else { &[] };
            let mut restore = target.command(&[&["restore", &named(file), "--json", flag][..], yes].concat());
            let output = restore.env("KELISIM__ENCRYPTION__ERASURE_LIST", list).output().unwrap();
            let words = String::from_utf8_lossy(&output.stderr).into_owned();
            match heard {
                Err(part) => {
                    assert!(!output.status.success() && output.stdout.is_empty(), "{file} {flag}");
                    assert!(words.contains(part), "{words}");
                }
                Ok((word, again)) => {
                    assert!(output.status.success(), "{words}");
                    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
                    assert_eq!((&said["list_of_erasures"], &said["erased_again"]), (&json!(word), &again));
                    assert_eq!(words.contains("Careful"), word == "missing", "{words}");
                    let is_gone = word == "whole" || file == "after";
                    assert_eq!(is_erased(&target.database, target.database.folder(), &case), is_gone);
                    assert!(!is_erased(&target.database, target.database.folder(), &other));
                    let entered = target.database.count("audit_entry WHERE action = 'case.erase' AND reason = 'restored'");
                    assert_eq!(json!(entered), if word == "whole" { again } else { json!(0) });
                }
            }
        }

        // The answer under its key is gone too, and whoever asks for the case sees that it was erased.
        let server = house.serve(&[("WORKER__ENABLED", "false")]);
        let shown = house.by("head", &server).get(&format!("cases/{case}")).expect(200);
        assert!(shown["erased"] == true && shown.get("confidential").is_none());
        let found = house.by("mediator0", &server).post("cases/search", &json!({"name": CANARIES[1]}));
        assert_eq!(found.expect(200)["items"], json!([]));
        server.program.stop();
    }
}

fn bytes_of_keys(text: &str) -> Vec<u8> {
    let words = text
        .split(|c: char| !c.is_ascii_hexdigit())
        .filter(|word| word.len() > 60);
    words.filter_map(bytes).flatten().collect()
}

/// A case that stays.
fn lead_another(house: &House) -> String {
    let server = house.serve(&[("WORKER__ENABLED", "false")]);
    let case = house
        .by("mediator0", &server)
        .post("cases", &referred())
        .expect(201);
    server.program.stop();
    case["id"].as_str().unwrap().to_owned()
}
