//! The things of the proof and the people who ask for them.

use std::collections::BTreeMap;

use kelisim_domain::assignment::MediatorStatus;
use kelisim_domain::id::{MediatorId, OfficeId, PartnerId};
use kelisim_domain::policy::Standing;
use kelisim_persistence::Defect;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::pages;
use crate::http::Client;
use crate::network::{self, AIGUL, AKZ_01, BERIK, DANA, ORL_01, REGION};
use crate::{Backend, OnBackend, TestApp};

/// Across the border: the same network under other ids.
const FAR: Uuid = Uuid::from_u128(2);
const ERLAN: MediatorId = MediatorId(Uuid::from_u128(24));
const SANIYA: MediatorId = MediatorId(Uuid::from_u128(25));
/// The account of the auditor, whom nobody else depends on, and that of somebody who was stopped.
pub(super) const AUDITOR: u128 = 107;
const STOPPED: u128 = 300;
pub(super) const MISSING: &str = "00000000-0000-7000-8000-00000000dead";

/// A server with everything that the table names.
pub(super) struct Scene {
    pub(super) t: TestApp,
    /// Noun → the ends of paths, one for each thing.
    places: BTreeMap<&'static str, Vec<String>>,
    /// The ids of the cases that there are, by the name of the thing.
    pub(super) cases: BTreeMap<&'static str, String>,
}

impl Scene {
    /// Makes it; a defect begins when everything is there.
    pub(super) fn make(backend: Backend, defect: Option<Defect>) -> Self {
        let (t, switch) = match defect {
            None => (TestApp::on(backend), None),
            Some(defect) => {
                let (t, switch) = TestApp::with_defect(backend, defect);
                (t, Some(switch))
            }
        };
        people(&t);
        pages::sessions(&t);
        let cases = cases(&t);
        let notices = notices(&t, &cases);
        let [other_memorandum, unsigned] = papers(&t);
        let (draft, pass) = drafts(&t);
        let consents = ["own", "same", "other"].map(|name| consent(&t, name, &cases[name]));
        let report = json!({"facts": "A fact", "body": "A body", "informed_on": "2026-11-20", "receiver": "head@example.kz"});
        let danger = t.by("mediator").post("danger-reports", &report).expect(201)["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let look = t
            .by("coordinator")
            .post("erasures", &json!({"case": cases["closed"]}));
        let erasure = look.expect(201)["id"].as_str().unwrap().to_owned();
        let far = Far::default();
        let far_case = far.of(&cases["own"]);
        let here = |code: &str, elsewhere: &str, none: &str| {
            vec![code.to_owned(), elsewhere.to_owned(), none.to_owned()]
        };
        let id = |number: u128| Uuid::from_u128(number).to_string();
        let account = |number: u128| id(number);
        let grant = |account: &str, grant: &str| format!("{account}/grants/{grant}");
        let mut of_cases: Vec<String> =
            ["own", "same", "other", "closed", "filed", "former", "asked"]
                .iter()
                .map(|name| cases[name].clone())
                .collect();
        of_cases.extend([far_case, MISSING.to_owned()]);
        let mut of_notices = notices.clone();
        of_notices.extend([far.of(&notices[0]), MISSING.to_owned()]);
        let places = BTreeMap::from([
            ("case", of_cases.clone()),
            ("handing", of_cases),
            ("notice", of_notices),
            ("office", here("ORL-01", "FAR-01", "ORL-99")),
            (
                "register",
                here(&AIGUL.to_string(), &far.of(&AIGUL.to_string()), MISSING),
            ),
            ("agency", here("EDU", "FAR", "NONE")),
            ("contacts", here("EDU", "FAR", "NONE")),
            (
                "contact",
                vec![
                    format!("EDU/contacts/{}", id(61)),
                    format!("HLT/contacts/{}", id(61)),
                    format!("FAR/contacts/{}", far.of(&id(61))),
                    format!("EDU/contacts/{MISSING}"),
                ],
            ),
            (
                "memorandum",
                vec![
                    id(71),
                    other_memorandum,
                    unsigned,
                    far.of(&id(71)),
                    MISSING.to_owned(),
                ],
            ),
            (
                "version",
                here("basic/versions/1", "basic/versions/7", "basic/versions/99"),
            ),
            ("workflow", vec!["basic".to_owned(), "nowhere".to_owned()]),
            (
                "law",
                here(
                    "holidays/versions/1",
                    "holidays/versions/7",
                    "holidays/versions/99",
                ),
            ),
            (
                "account",
                here(&account(AUDITOR), &far.of(&account(AUDITOR)), MISSING),
            ),
            (
                "grant",
                vec![
                    grant(&account(AUDITOR), &id(10 * AUDITOR)),
                    grant(&account(AUDITOR), &id(10 * STOPPED)),
                    grant(&far.of(&account(AUDITOR)), &far.of(&id(10 * AUDITOR))),
                    grant(&account(AUDITOR), MISSING),
                ],
            ),
            // Whoever does not act gets no letter, so that inviting them changes nothing.
            (
                "invited",
                here(&account(STOPPED), &far.of(&account(STOPPED)), MISSING),
            ),
            ("draft", here(&draft, &far.of(&draft), MISSING)),
            ("pass", here(&pass, &far.of(&pass), MISSING)),
            (
                "consent",
                [
                    &consents[..],
                    &[format!("{}/consents/{MISSING}", cases["own"])],
                ]
                .concat(),
            ),
            ("danger", here(&danger, &far.of(&danger), MISSING)),
            ("kind", vec!["case".to_owned(), "audit".to_owned()]),
            ("erasure", here(&erasure, &far.of(&erasure), MISSING)),
        ]);
        // Else there would be another thing under the same id across the border.
        for id in cases
            .values()
            .chain(&notices)
            .chain(&places["memorandum"][..3])
        {
            far.of(id);
        }
        far.of(&id(10 * STOPPED));
        let moved: Vec<String> = far.0.into_inner().into_iter().collect();
        mirror(&t, &moved);
        // What is written from here on has another instant than what stands there.
        t.clock.advance(chrono::TimeDelta::seconds(1));
        if let Some(switch) = switch {
            switch.on();
        }
        Self { t, places, cases }
    }

    /// The paths of a route, one for each thing of its noun.
    pub(super) fn paths(&self, route: &str, noun: &str) -> Vec<String> {
        let Some(start) = route.find('{') else {
            return vec![route.to_owned()];
        };
        // The noun `agency` also stands for the place where a contact is entered.
        let places = &self.places[noun];
        let depth = places[0].matches('/').count();
        let placeholder: String = {
            let mut parts = route[start..].splitn(depth + 2, '/').take(depth + 1);
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |all, part| format!("{all}/{part}"))
        };
        places
            .iter()
            .map(|place| route.replacen(&placeholder, place, 1))
            .collect()
    }

    /// The auditor's account across the border.
    pub(super) fn far_auditor(&self) -> &str {
        &self.places["account"][1]
    }

    /// The twin across the border of the first case.
    pub(super) fn far_case(&self) -> &str {
        &self.places["case"][self.cases.len()]
    }

    /// Somebody's client.
    pub(super) fn client(&self, who: &str) -> Client {
        match who {
            "nobody" => self.t.nobody(),
            "signed_in" => self
                .t
                .nobody()
                .with_header("cookie", &pages::cookie("coordinator")),
            _ => self.t.by(who),
        }
    }
}

/// Ids that have a twin across the border.
#[derive(Default)]
struct Far(std::cell::RefCell<std::collections::BTreeSet<String>>);

impl Far {
    fn of(&self, id: &str) -> String {
        self.0.borrow_mut().insert(id.to_owned());
        twin(id).to_string()
    }
}

fn twin(id: &str) -> Uuid {
    let id: Uuid = id.parse().unwrap();
    Uuid::from_u128(id.as_u128() ^ (0xfa << 64))
}

/// Everybody beyond the network of the tests.
fn people(t: &TestApp) {
    for (code, name) in [("HLT", "Health"), ("NGO", "Lone")] {
        let body = json!({
            "code": code, "kind": "ngo", "name_kk": name, "name_ru": name, "name_en": name, "level": "region",
        });
        t.by("coordinator").post("partners", &body).expect(201);
    }
    let agency = |code: &str| {
        let id = t
            .database
            .lines("#id#", &format!("partner WHERE code = '{code}'"));
        PartnerId(Uuid::parse_str(&id[0]).unwrap())
    };
    let (health, lone) = (agency("HLT"), agency("NGO"));
    let vault = t.app.vault.clone();
    t.write(move |db| {
        let mediators = [(ERLAN, "Ерлан", 4, vec!["ORL-01"]), (SANIYA, "Сания", 5, vec!["ORL-01", "AKZ-01"])];
        for (id, name, number, offices) in mediators {
            let body = json!({
                "kind": "public", "name_kk": name, "name_ru": name, "register_no": format!("WK-{number:03}"),
                "language": "en", "languages": ["kk", "ru"], "specialisations": [], "home_settlement": "Oral",
                "offices": offices, "max_open_cases": 3, "protocol": {"number": "7", "on": "2026-01-15", "body": "Gathering"},
                "iin": "010203045670", "email": format!("m{number}@example.kz"),
            });
            network::enter(db, &vault, id, body, MediatorStatus::Active)?;
        }
        let at = |office: OfficeId, mediator: MediatorId| Standing::Mediator { office, mediator };
        let head = Standing::OfficeHead { office: ORL_01 };
        let all: [(&str, Vec<Standing>); 14] = [
            ("stopped", vec![head]),
            ("expired", vec![head]),
            ("revoked", vec![head]),
            ("lapsed", vec![head, Standing::Coordinator]),
            ("reading_head", vec![head]),
            ("mediator", vec![at(ORL_01, AIGUL)]),
            ("colleague", vec![at(ORL_01, BERIK)]),
            ("stranger_mediator", vec![at(AKZ_01, DANA)]),
            ("asked", vec![at(ORL_01, ERLAN)]),
            ("idle", vec![at(ORL_01, SANIYA), at(AKZ_01, SANIYA)]),
            ("other_partner", vec![Standing::Partner { partner: health }]),
            ("lone_partner", vec![Standing::Partner { partner: lone }]),
            ("far_head", vec![head]),
            ("far_coordinator", vec![Standing::Coordinator]),
        ];
        for (number, (name, standings)) in (300..).zip(all) {
            network::person(db, number, name, &standings)?;
        }
        network::person(db, 399, "far_partner", &[Standing::Partner { partner: network::EDU }])
    });
    t.database.execute(
        "UPDATE account SET active = FALSE WHERE email = 'stopped@example.kz';
         UPDATE account_grant SET valid_to = '2026-11-21' WHERE role = 'office_head' AND account_id =
            (SELECT id FROM account WHERE email = 'lapsed@example.kz');
         UPDATE account_grant SET valid_from = '2026-11-23' WHERE role = 'coordinator' AND account_id =
            (SELECT id FROM account WHERE email = 'lapsed@example.kz');
         UPDATE token SET expires_at = '2026-11-22T04:59:59.000000Z' WHERE account_id =
            (SELECT id FROM account WHERE email = 'expired@example.kz');
         UPDATE token SET scope = 'read' WHERE account_id =
            (SELECT id FROM account WHERE email = 'reading_head@example.kz');
         UPDATE token SET revoked_at = '2026-11-22T04:59:59.000000Z' WHERE account_id =
            (SELECT id FROM account WHERE email = 'revoked@example.kz')",
    );
}

fn cases(t: &TestApp) -> BTreeMap<&'static str, String> {
    let filed = |who: &str, office: &str| {
        let mut body = TestApp::referred_filing();
        body["office"] = json!(office);
        t.by(who).post("cases", &body).expect(201)
    };
    let give = |who: &str, case: &Value, action: &str, mediator: MediatorId| {
        t.moved(
            who,
            case,
            &json!({"action": action, "mediator": mediator.0}),
        )
    };
    let own = give("head", &filed("head", "ORL-01"), "assign", AIGUL);
    let same = give("head", &filed("head", "ORL-01"), "assign", BERIK);
    let other = give("other_head", &filed("other_head", "AKZ-01"), "assign", DANA);
    let closed = give("head", &filed("head", "ORL-01"), "assign", AIGUL);
    let closed = t.moved(
        "mediator",
        &closed,
        &json!({"action": "close", "ground": "mediation_impossible"}),
    );
    let mine = filed("mediator", "ORL-01");
    let lost = give("head", &filed("head", "ORL-01"), "assign", AIGUL);
    let former = give("head", &lost, "reassign", BERIK);
    let asked = filed("head", "ORL-01");
    let id = |case: &Value| case["id"].as_str().unwrap().to_owned();
    ask(t, &id(&asked));
    BTreeMap::from([
        ("own", id(&own)),
        ("same", id(&same)),
        ("other", id(&other)),
        ("closed", id(&closed)),
        ("filed", id(&mine)),
        ("former", id(&former)),
        ("asked", id(&asked)),
    ])
}

/// A consent of a side, as the end of its path.
fn consent(t: &TestApp, name: &str, case: &str) -> String {
    let head = t.by(if name == "other" {
        "other_head"
    } else {
        "head"
    });
    let shown = head.get(&format!("cases/{case}")).expect(200);
    let party = &shown["confidential"]["parties"][0]["id"];
    let body =
        json!({"party": party, "to": "mediation", "form": "written", "given_on": "2026-11-20"});
    let given = head
        .post(&format!("cases/{case}/consents"), &body)
        .expect(201);
    format!("{case}/consents/{}", given["id"].as_str().unwrap())
}

/// Lets a mediator be asked to take a case: the workflow of the proof has no offers, and the relation is the same.
fn ask(t: &TestApp, case: &str) {
    let course = json!({"asked": {"mediator": ERLAN.0, "at": "2026-11-22T05:00:00Z"}});
    let (case, erlan) = match t.database.backend() {
        Backend::Sqlite => {
            let hex = |id: Uuid| format!("x'{}'", id.simple());
            (hex(case.parse().unwrap()), hex(ERLAN.0))
        }
        Backend::Postgres => (format!("'{case}'"), format!("'{}'", ERLAN.0)),
    };
    t.database.execute(&format!(
        "UPDATE cases SET asked_id = {erlan}, course = '{course}' WHERE id = {case}"
    ));
}

/// The message that told the mediator of each case.
fn notices(t: &TestApp, cases: &BTreeMap<&'static str, String>) -> Vec<String> {
    let sent = t.by("coordinator").get("notices?limit=100").expect(200);
    ["own", "same", "other"]
        .iter()
        .map(|name| {
            let mut all = sent["items"].as_array().unwrap().iter();
            let notice = all.find(|notice| notice["case"] == json!(cases[name]));
            notice.unwrap()["id"].as_str().unwrap().to_owned()
        })
        .collect()
}

/// A signed memorandum of the agency HLT, and one of EDU that nobody has signed.
fn papers(t: &TestApp) -> [String; 2] {
    let coordinator = t.by("coordinator");
    let drawn = |number: &str, partner: &str| {
        let body = json!({
            "number": number, "partner": partner, "valid_from": "2026-01-01", "signatories": ["Demo Signer"],
            "categories": "all", "districts": "all", "events": ["received"], "data_level": "procedural",
        });
        let made = coordinator.post("memoranda", &body).expect(201);
        made["id"].as_str().unwrap().to_owned()
    };
    let (other, unsigned) = (drawn("2/2026", "HLT"), drawn("3/2026", "EDU"));
    let sign = coordinator.request("POST", &format!("memoranda/{other}/sign"));
    sign.if_match(1)
        .json(&json!({"signed_on": "2026-01-05"}))
        .send()
        .expect(200);
    [other, unsigned]
}

/// A draft, and the pass that followed from published days off.
fn drafts(t: &TestApp) -> (String, String) {
    let coordinator = t.by("coordinator");
    let draft = |kind: &str, text: &str| {
        let body = json!({"kind": kind, "title": "A draft", "text": text});
        let draft = coordinator.post("drafts", &body).expect(201);
        draft["id"].as_str().unwrap().to_owned()
    };
    let days = "version = 1\n[[days]]\non = 2026-12-16\nkind = \"holiday\"\n";
    let path = format!("drafts/{}/publish", draft("holidays", days));
    let publish = coordinator.request("POST", &path).if_match(1);
    let published = publish.json(&json!({"reason": "A holiday"})).send();
    let pass = published.expect(201)["pass"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (draft("workflow", "key = 3"), pass)
}

/// Copies the region across the border, where codes and versions of its own make it another one.
fn mirror(t: &TestApp, moved: &[String]) {
    let ids: Vec<(Uuid, Uuid)> = moved
        .iter()
        .map(|id| (id.parse().unwrap(), twin(id)))
        .collect();
    t.database.mirror(REGION.0, FAR, &ids);
    let far = match t.database.backend() {
        Backend::Sqlite => format!("x'{}'", FAR.simple()),
        Backend::Postgres => format!("'{FAR}'"),
    };
    t.database.execute(&format!(
        "UPDATE office SET code = 'FAR-01' WHERE region_id = {far} AND code = 'ORL-01';
         UPDATE partner SET code = 'FAR' WHERE region_id = {far} AND code = 'EDU';
         INSERT INTO workflow_definition (region_id, key, version, text, digest, published_at)
            SELECT region_id, key, 7, text, digest, published_at FROM workflow_definition
            WHERE region_id = {far} AND key = 'basic';
         INSERT INTO law_text (region_id, kind, version, text, digest, published_at)
            SELECT region_id, kind, 7, text, digest, published_at FROM law_text WHERE region_id = {far} AND kind = 'holidays'"
    ));
    for name in ["far_head", "far_coordinator", "far_partner"] {
        let account = t.database.lines(
            "#id#",
            &format!("account WHERE email = '{name}@example.kz'"),
        );
        let account = Uuid::parse_str(&account[0]).unwrap();
        let digest = Sha256::digest(network::token(name));
        // The one on this side has had its day.
        t.database
            .give_mirror_token(REGION.0, account, &Sha256::digest(Sha256::digest(digest)));
        t.database.give_mirror_token(FAR, account, &digest);
    }
}
