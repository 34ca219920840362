//! The second lock, act by act (R2): of some tables not everybody who sees a row may add, change or delete one.
//!
//! As in [`crate::second_lock`] nothing of the program is asked: statements are run as somebody, and undone.

use std::collections::BTreeSet;

use diesel::RunQueryDsl;
use kelisim_persistence::{Db, Error};
use kelisim_tests::network::{PEOPLE, REGION};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::second_lock::{Scene, scene};

/// Rows of every table that is asked for below: a consent in a case of each office, a case handed up, and the rest.
fn protected() -> Scene {
    let scene = scene();
    let t = &scene.t;
    let consent = |who: &str, number: usize| {
        let path = format!("cases/{}", scene.ids[number]);
        let case = t.by(who).get(&path).expect(200);
        let side = &case["confidential"]["parties"][0]["id"];
        let body =
            json!({"party": side, "to": "mediation", "form": "written", "given_on": "2026-11-20"});
        t.by(who)
            .post(&format!("{path}/consents"), &body)
            .expect(201);
        case
    };
    let own: Value = consent("aigul", 0);
    consent("other_head", 2);
    let up = format!("cases/{}/hand-up", scene.ids[0]);
    let request = t.by("aigul").request("POST", &up);
    let request = request.if_match(own["version"].as_i64().unwrap());
    request.json(&json!({"reason": "Kin"})).send().expect(200);
    let report = json!({"facts": "seen", "body": "Guardians", "informed_on": "2026-11-22", "receiver": "head@example.kz"});
    t.by("aigul").post("danger-reports", &report).expect(201);
    let body = json!({"months": 60, "reason": "Decision"});
    t.by("coordinator")
        .patch("retention/case", 0, &body)
        .expect(200);
    // What is to be looked at has to be closed and old; here only its row counts.
    t.database.execute(&format!(
        "INSERT INTO erasure (region_id, id, kind, months, cases, version, at, actor_id)
            SELECT '{region}', '{ERASURE}', 'case', 60, 1, 1, now(), id FROM account
            WHERE region_id = '{region}' AND email = 'coordinator@example.kz';
         INSERT INTO erasure_case (region_id, erasure_id, case_id) VALUES ('{region}', '{ERASURE}', '{case}')",
        region = REGION.0,
        case = scene.ids[3],
    ));
    scene
}

const ERASURE: Uuid = Uuid::from_u128(0xe5a);

/// How many rows a statement touches for somebody; none where the lock refuses it.
fn touched(scene: &Scene, name: &str, statement: &str) -> usize {
    let text = statement.to_owned();
    let done = scene.as_person(name, move |db| match db {
        Db::Sqlite(_) => unreachable!("this is about the server"),
        Db::Postgres(connection) => Ok::<_, Error>(diesel::sql_query(text).execute(connection)?),
    });
    match done {
        Ok(count) => count,
        Err(error) => {
            let said = format!("{error:?}");
            assert!(
                said.contains("row-level security"),
                "{name}: {statement}: {said}"
            );
            0
        }
    }
}

/// Who touches a row by a statement, of all people.
fn who(scene: &Scene, statement: &str) -> BTreeSet<&'static str> {
    let people = PEOPLE.iter().map(|(name, _)| *name);
    people
        .filter(|name| touched(scene, name, statement) > 0)
        .collect()
}

#[test]
fn r02_a_name_is_there_for_whoever_reads_the_case() {
    let scene = protected();
    let read: [(&str, &[&str]); 10] = [
        ("head", &["own", "same", "filed", "former"]),
        ("other_head", &["other"]),
        ("aigul", &["own", "filed"]),
        ("berik", &["same", "former"]),
        ("dana", &["other"]),
        // Sees all five, and reads what was handed up.
        ("coordinator", &["own"]),
        ("registrar", &[]),
        ("auditor", &[]),
        ("administrator", &[]),
        ("partner", &[]),
    ];
    for (name, cases) in read {
        let may = scene.ids_of(cases);
        assert_eq!(
            scene.lines_as(name, "case_id", "party_token"),
            may,
            "{name}"
        );
        let deletes = touched(&scene, name, "DELETE FROM party_token");
        assert_eq!(deletes > 0, !may.is_empty(), "{name}");
    }
    assert_eq!(
        who(&scene, "UPDATE party_token SET token = token"),
        BTreeSet::new()
    );
    // Nobody heads the other office any more.
    scene
        .t
        .database
        .execute("UPDATE account SET active = FALSE WHERE email = 'other_head@example.kz'");
    let open = scene.ids_of(&["own", "other"]);
    assert_eq!(
        scene.lines_as("coordinator", "case_id", "party_token"),
        open
    );
}

#[test]
fn r02_whoever_sees_a_row_of_these_tables_is_named() {
    let scene = protected();
    let of_own = ["head", "aigul", "coordinator"];
    let seen: [(&str, &[&str]); 6] = [
        ("handing_up", &of_own),
        (
            "consent",
            &["head", "aigul", "coordinator", "other_head", "dana"],
        ),
        ("danger_report", &["head", "aigul"]),
        ("erasure", &["coordinator", "auditor"]),
        ("erasure_case", &["coordinator", "auditor"]),
        (
            "retention",
            &[
                "head",
                "other_head",
                "aigul",
                "berik",
                "dana",
                "coordinator",
                "registrar",
                "auditor",
                "administrator",
            ],
        ),
    ];
    for (table, names) in seen {
        for (name, _) in PEOPLE {
            let rows = scene.lines_as(name, "region_id", table);
            assert_eq!(!rows.is_empty(), names.contains(&name), "{name}: {table}");
        }
    }
}

#[test]
fn r02_who_changes_and_deletes_a_row_is_named_too() {
    let scene = protected();
    let mine = "(SELECT nullif(current_setting('kelisim.account', true), '')::uuid)";
    let changes: [(String, &[&str]); 14] = [
        (
            format!("UPDATE retention SET months = 1, set_by = {mine}"),
            &["coordinator"],
        ),
        (
            "UPDATE retention SET months = 1, set_by = '00000000-0000-0000-0000-000000000064'"
                .into(),
            &[],
        ),
        ("DELETE FROM retention".into(), &[]),
        (
            format!(
                "UPDATE erasure SET reason = 'Due', confirmed_at = now(), confirmed_by = {mine}"
            ),
            &["coordinator"],
        ),
        (
            "UPDATE erasure SET finished_at = now(), confirmed_at = now(), reason = 'Due'".into(),
            &[],
        ),
        ("DELETE FROM erasure_case".into(), &[]),
        ("UPDATE erasure_case SET erased_at = now()".into(), &[]),
        ("UPDATE danger_report SET secret = secret".into(), &[]),
        ("DELETE FROM danger_report".into(), &[]),
        (
            "UPDATE consent SET version = version".into(),
            &["head", "aigul", "coordinator", "other_head", "dana"],
        ),
        ("DELETE FROM consent".into(), &[]),
        (
            format!("UPDATE handing_up SET ended_at = now(), ended_by = {mine}"),
            &["head", "aigul"],
        ),
        ("DELETE FROM handing_up".into(), &[]),
        // To change a data key is to erase what it seals.
        ("UPDATE data_key SET wrapped = NULL".into(), &[]),
    ];
    for (statement, names) in changes {
        let expected: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(who(&scene, &statement), expected, "{statement}");
    }
    scene.t.database.execute("DELETE FROM erasure_case");
    assert_eq!(who(&scene, "DELETE FROM erasure"), BTreeSet::new());
    assert_eq!(who(&scene, "DELETE FROM data_key"), BTreeSet::new());
}

#[test]
fn r02_nobody_adds_a_row_in_the_name_of_another_or_to_the_case_of_another() {
    let scene = protected();
    let mine = "nullif(current_setting('kelisim.account', true), '')::uuid";
    let region = REGION.0;
    let other = "'00000000-0000-0000-0000-0000000000ff'";
    let case = &scene.ids[2];
    let of_other_office: BTreeSet<&str> = ["dana", "other_head"].into();
    let consent = |by: &str| {
        format!(
            "INSERT INTO consent VALUES ('{region}', gen_random_uuid(), '{case}', 1, now(), {by}, '')"
        )
    };
    let up = |by: &str| {
        format!("INSERT INTO handing_up VALUES ('{region}', '{case}', 9, now(), {by}, '')")
    };
    let report = |by: &str| {
        format!(
            "INSERT INTO danger_report VALUES ('{region}', gen_random_uuid(), now(), {by}, {mine}, '')"
        )
    };
    let look = |by: &str| {
        format!(
            "INSERT INTO erasure (region_id, id, kind, cases, version, at, actor_id) VALUES ('{region}', gen_random_uuid(), 'case', 1, 1, now(), {by})"
        )
    };
    let erased =
        format!("INSERT INTO erasure_case VALUES ('{region}', '{ERASURE}', '{case}', NULL)");
    let key = |kind: &str, id: &str| {
        format!("INSERT INTO data_key (region_id, id, subject_kind, subject_id, master_key_id, wrapped, created_at)
        SELECT '{region}', gen_random_uuid(), '{kind}', {id}, id, '', now() FROM master_key")
    };
    let staff: BTreeSet<&str> = PEOPLE
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| *name != "partner")
        .collect();
    let everybody: BTreeSet<&str> = PEOPLE.iter().map(|(name, _)| *name).collect();
    for (statement, names) in [
        (consent(mine), &of_other_office),
        (consent(other), &BTreeSet::new()),
        (up(mine), &of_other_office),
        (up(other), &BTreeSet::new()),
        (report(mine), &staff),
        (report(other), &BTreeSet::new()),
        (look(mine), &["coordinator"].into()),
        (look(other), &BTreeSet::new()),
        (erased, &["coordinator"].into()),
        (key("case", "gen_random_uuid()"), &staff),
        (key("account", other), &staff),
        (key("account", mine), &everybody),
    ] {
        assert_eq!(&who(&scene, &statement), names, "{statement}");
    }
}
