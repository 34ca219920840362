//! `keys rotate` is killed anywhere and given again, while a server goes on answering.

use std::{fs, time::Duration};

use kelisim_api::clock::{Clock, SystemClock};
use kelisim_persistence::{Error, MasterKey, OsEntropy, Vault, store::region::region_list};
use kelisim_tests::{
    house::{House, Server, referred},
    on_both_databases,
    program::wait_until,
};
use serde_json::Value;
use uuid::Uuid;

/// Data keys beside those of the house: three batches.
const KEYS: u128 = 1_200;

/// The commits of a run: the beginning, a batch each, the retirement of the old key.
const KILLS: [&str; 8] = [
    "db.before_commit=kill@1",
    "db.after_commit=kill@1",
    "db.after_job=kill@2",
    "db.after_commit=kill@2",
    "db.before_commit=kill@3",
    "db.after_commit=kill@2",
    // The look that finds nothing left, and the end.
    "db.before_commit=kill@3",
    "db.after_commit=kill@3",
];

fn fill(house: &House) {
    let key = MasterKey::read(&house.database.folder().join("master.key")).unwrap();
    let made = house.database.open().write_blocking(move |db| {
        let vault = Vault::open(db, &key, std::sync::Arc::new(OsEntropy))?;
        let region = region_list(db)?[0].id;
        for number in 0..KEYS {
            let subject = ("test", Uuid::from_u128(number));
            vault.key_create(db, region, subject, SystemClock.now())?;
        }
        Ok::<_, Error>(())
    });
    made.unwrap();
}

/// A case can be filed, and one from before can be read.
fn works(house: &House, server: &Server, first: &str, when: &str) {
    let mediator = house.by("mediator0", server);
    let shown = mediator.get(&format!("cases/{first}")).expect(200);
    assert_eq!(
        shown["confidential"]["summary"],
        referred()["summary"],
        "{when}"
    );
    let filed = mediator.post("cases", &referred()).expect(201);
    assert!(filed["confidential"]["summary"].is_string(), "{when}");
}

on_both_databases! {
    fn r17_a_rotation_that_is_killed_anywhere_goes_on_and_nobody_notices(house: House) {
        fill(&house);
        let folder = house.database.folder().to_owned();
        let old = fs::read(folder.join("master.key")).unwrap();
        let server = house.serve(&[("WORKER__ENABLED", "false")]);
        let case = house.by("mediator0", &server).post("cases", &referred()).expect(201);
        let first = case["id"].as_str().unwrap().to_owned();

        let rotate = ["keys", "rotate", "--yes", "--json"];
        let mut halfway = false;
        for kill in KILLS {
            let killed = house.command(&rotate).env("KELISIM_FAILPOINTS", kill).output().unwrap();
            assert!(!killed.status.success(), "{kill}: {}", String::from_utf8_lossy(&killed.stderr));
            works(&house, &server, &first, kill);
            let named = house.database.count("(SELECT DISTINCT master_key_id FROM data_key) AS k");
            halfway |= named == 2;
        }
        assert!(halfway, "no kill came between two batches");
        let said: Value = serde_json::from_str(&house.done(&rotate)).unwrap();
        assert_eq!(said["files_moved"], true, "{said}");
        assert_eq!(fs::read(said["old_key_file"].as_str().unwrap()).unwrap(), old);
        assert_ne!(fs::read(folder.join("master.key")).unwrap(), old);
        assert!(!folder.join("master.key.next").exists());
        assert_eq!(house.database.count("master_key WHERE retired_at IS NULL"), 1);
        assert_eq!(house.database.count("data_key WHERE master_key_id IN
            (SELECT id FROM master_key WHERE retired_at IS NOT NULL)"), 0);
        assert_eq!(house.database.count("audit_entry WHERE action = 'keys.rotation_begin'"), 1);
        assert_eq!(house.database.count("audit_entry WHERE action = 'keys.rotation_end'"), 1);
        // The server looks every two seconds, and has gone over by itself.
        works(&house, &server, &first, "afterwards");
        server.program.stop();
        let server = house.serve(&[("WORKER__ENABLED", "false")]);
        works(&house, &server, &first, "after a restart");
        server.program.stop();

        let again = house.command(&["keys", "rotate"]).output().unwrap();
        assert_eq!(again.status.code(), Some(2), "nobody is there to ask");
        let backup = folder.join("backup").display().to_string();
        house.done(&["backup", &backup]);
        house.done(&["restore", "--check", &backup]);
    }

    fn r17_a_key_file_that_is_missing_is_not_taken_for_a_rotation_that_is_done(house: House) {
        fill(&house);
        let folder = house.database.folder().to_owned();
        let (file, next, away) = (folder.join("master.key"), folder.join("master.key.next"), folder.join("away"));
        let rotate = ["keys", "rotate", "--yes", "--json"];
        let refused = |when: &str| {
            let output = house.command(&rotate).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && said.contains("put it back"), "{when}: {said}");
            assert!(output.stdout.is_empty() && !file.exists(), "{when}");
        };
        fs::rename(&file, &away).unwrap();
        refused("before it began");
        fs::rename(&away, &file).unwrap();
        let killed = house.command(&rotate).env("KELISIM_FAILPOINTS", "db.after_commit=kill@2").output().unwrap();
        assert!(!killed.status.success() && next.exists());
        let old = fs::read(&file).unwrap();
        fs::rename(&file, &away).unwrap();
        refused("halfway");
        assert!(next.exists(), "the next key stays where it lay");
        fs::rename(&away, &file).unwrap();

        // Two at once: whoever comes second may be told so, and nothing is lost.
        let mut both: Vec<_> = (0..2).map(|_| house.command(&rotate).spawn().unwrap()).collect();
        let ended: Vec<bool> = both.iter_mut().map(|one| one.wait().unwrap().success()).collect();
        assert!(ended.contains(&true), "{ended:?}");
        let new = fs::read(&file).unwrap();
        assert!(new != old && !next.exists());
        assert_eq!(house.database.count("master_key WHERE retired_at IS NULL"), 1);
        assert_eq!(house.database.count("audit_entry WHERE action = 'keys.rotation_end'"), 1);
        // Killed in an older version between its two steps: only the next one is there, and the database names it.
        fs::rename(&file, &next).unwrap();
        house.done(&rotate);
        assert_eq!(fs::read(&file).unwrap(), new);
    }

    fn a_master_key_comes_as_a_credential_of_systemd(house: House) {
        let folder = house.database.folder().join("credentials");
        fs::create_dir(&folder).unwrap();
        fs::rename(house.database.folder().join("master.key"), folder.join("kelisim")).unwrap();
        let credentials = folder.display().to_string();
        let settings = [
            ("ENCRYPTION__MASTER_KEY_FILE", "credential:kelisim"),
            ("CREDENTIALS_DIRECTORY", credentials.as_str()),
            ("WORKER__ENABLED", "false"),
        ];
        let mut refused = house.start(&["serve"], &settings[..1]);
        assert_eq!(refused.ended(Duration::from_secs(30)).code(), Some(2), "{}", refused.log());
        let server = house.serve(&settings);
        let head = house.by("head", &server);
        wait_until("an answer", Duration::from_secs(5), || head.get("me").status == 200);
        head.post("cases", &referred()).expect(201);
        server.program.stop();
    }
}
