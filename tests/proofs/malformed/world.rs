//! The server that is attacked: a process of its own, with people of every role and something of everything.

use kelisim_api::door::hasher::hash_blocking;
use kelisim_domain::{id::RegionId, sign_in::Password, text::EmailAddress, workflow::BASIC};
use kelisim_persistence::{
    Db, Error, MasterKey, OsEntropy, SeededEntropy, Vault,
    store::{
        account::account_find_by_email, credential::credential_set, name_index::name_index_make,
    },
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::pages::SIGNED_IN;
use crate::{
    Backend, TestApp, TestDatabase,
    browser::PASSWORD,
    house::{House, Server},
    http::Client,
    network,
    proofs::dice::Dice,
};

/// A house with a server, and what is in it.
pub(super) struct World {
    pub(super) house: House,
    pub(super) server: Server,
    pub(super) names: Names,
    /// A case of the good user.
    pub(super) case: String,
}

/// Where the good user lives: across the border, so that nothing that an attacker may do takes anything from them.
///
/// Their account, office and case, their workflow, law and settings are another region's. What people of the first region
/// send may end whatever is there, and be right; whatever of it reaches the user is a finding.
const BESIDE: RegionId = RegionId(Uuid::from_u128(2));
/// The name of the good user, who is there what the head of ORL-01 is here.
const USER: &str = "user_beside";

/// What may stand in a path, by the path of the document.
pub(super) struct Names {
    cases: Vec<String>,
    drafts: Vec<String>,
    mediators: Vec<String>,
    memoranda: Vec<String>,
    contacts: Vec<String>,
    notices: Vec<String>,
    cursors: Vec<String>,
}

impl World {
    /// A fresh one, whose server has a plan of failpoints.
    pub(super) fn build(backend: Backend, plan: &str) -> Self {
        let database = TestDatabase::create_durable(backend);
        let file = database.folder().join("master.key");
        let key = MasterKey::create(&file, &SeededEntropy::new(7)).unwrap();
        let open = database.open();
        let hash = hash_blocking(&Password::offered(PASSWORD), &OsEntropy).unwrap();
        let laid: Result<Vault, Error> = open.write_blocking(move |db| {
            let vault = network::lay_under(db, &key)?;
            let email = EmailAddress::parse(&format!("{SIGNED_IN}@example.kz")).unwrap();
            let account = account_find_by_email(db, &email)?;
            credential_set(db, account.region, account.id, &hash, network::start())?;
            Ok(vault)
        });
        let vault = laid.unwrap();
        settle_beside(&database);
        let index = move |db: &mut Db| name_index_make(db, &vault, BESIDE, network::start());
        open.write_blocking(index).unwrap();
        drop(open);
        // Whenever this runs, nobody's token has run out.
        database.execute("UPDATE token SET expires_at = '2199-01-01T00:00:00.000000Z'");
        let people = network::PEOPLE.map(|(name, _)| name);
        let tokens = people.into_iter().chain([USER]);
        let tokens = tokens.map(|name| (name.to_owned(), network::token(name)));
        let house = House::around(database, tokens.collect());
        let mut settings = vec![("WORKER__ENABLED", "false"), ("LOG__LEVEL", "info")];
        if !plan.is_empty() {
            settings.push(("KELISIM_FAILPOINTS", plan));
        }
        let server = house.serve(&settings);
        let names = Names::fill(&house, &server);
        let filed = house.by(USER, &server).post("cases", &TestApp::filing());
        let case = filed.expect(201)["id"].as_str().unwrap().to_owned();
        Self {
            house,
            server,
            names,
            case,
        }
    }

    /// How many people of the first region their own shots have shut out: what is sent as them is refused unread.
    pub(super) fn shut_out(&self) -> usize {
        let is_out = |(name, _): &&(&str, _)| {
            let me = self.house.by(name, &self.server).get("me");
            me.status == 401
        };
        network::PEOPLE.iter().filter(is_out).count()
    }

    /// Ends the office ORL-01 and the account of its head, as valid requests do that are among the shots.
    pub(super) fn end_what_the_user_has_here(&self) {
        let by = |name: &str| self.house.by(name, &self.server);
        let me = by("head").get("me").expect(200);
        let account = format!("accounts/{}", me["id"].as_str().unwrap());
        let over = json!({"active_to": "2020-01-01"});
        by("coordinator")
            .patch("offices/ORL-01", 1, &over)
            .expect(200);
        by("administrator")
            .patch(&account, 1, &json!({"active": false}))
            .expect(200);
        assert_eq!(self.shut_out(), 1, "the head of ORL-01");
    }

    /// The good user's client.
    pub(super) fn user(&self) -> Client {
        self.house.by(USER, &self.server)
    }
}

/// Copies the network across the border before anything has happened in it, and lets its head in.
fn settle_beside(database: &TestDatabase) {
    database.mirror(network::REGION.0, BESIDE.0, &[]);
    // A data key is bound to its region: the copy of that of the index of names is none, and another one is made.
    let far = match database.backend() {
        Backend::Sqlite => format!("x'{}'", BESIDE.0.simple()),
        Backend::Postgres => format!("'{}'", BESIDE.0),
    };
    database.execute(&format!(
        "DELETE FROM data_key WHERE subject_kind = 'name_index' AND region_id = {far}"
    ));
    let head = database.lines("#id#", "account WHERE email = 'head@example.kz'");
    let head = Uuid::parse_str(&head[0]).unwrap();
    let digest = Sha256::digest(network::token(USER));
    database.give_mirror_token(BESIDE.0, head, &digest);
}

impl Names {
    fn fill(house: &House, server: &Server) -> Self {
        let by = |name: &str| house.by(name, server);
        let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
        let file = |_| {
            id(&by("head")
                .post("cases", &TestApp::referred_filing())
                .expect(201))
        };
        let cases: Vec<String> = (0..12).map(file).collect();
        let draft = json!({"kind": "workflow", "title": "Another", "text": BASIC});
        let draft = |_| id(&by("coordinator").post("drafts", &draft).expect(201));
        let drafts = (0..4).map(draft).collect();
        let memorandum = |number: usize| {
            json!({
                "number": format!("{number}/2027"), "partner": "EDU", "valid_to": "2099-12-31", "signatories": ["A. Demo"],
                "categories": "all", "districts": "all", "events": ["received"], "data_level": "procedural",
            })
        };
        let memorandum = |number| {
            id(&by("coordinator")
                .post("memoranda", &memorandum(number))
                .expect(201))
        };
        let listed = |path: &str| {
            let page = by("coordinator").get(path).expect(200);
            let items = page["items"].as_array().unwrap().clone();
            items.iter().map(id).collect::<Vec<_>>()
        };
        let next = |path: &str| {
            let page = by("coordinator").get(path).expect(200);
            let next = page["next"].as_str().unwrap_or_default().to_owned();
            next.split("after=").nth(1).unwrap_or_default().to_owned()
        };
        let lists = [
            "cases?limit=1",
            "notices?limit=1",
            "mediators?limit=1",
            "offices?limit=1",
        ];
        Self {
            memoranda: (0..2).map(memorandum).collect(),
            mediators: listed("mediators"),
            contacts: listed("partners/EDU/contacts"),
            notices: listed("notices"),
            cursors: lists.map(next).into(),
            cases,
            drafts,
        }
    }

    /// A name that exists, for the first part in braces of a path; what a change would take from everybody else is spared.
    pub(super) fn one_of(&self, path: &str, dice: &Dice) -> String {
        let ids = match path.split('/').nth(3).unwrap_or_default() {
            "cases" => &self.cases,
            "drafts" => &self.drafts,
            "mediators" => &self.mediators,
            "memoranda" => &self.memoranda,
            "notices" => &self.notices,
            "offices" => return (*dice.one_of(&["ORL-01", "AKZ-01", "ORL-77"])).to_owned(),
            "partners" if dice.is(50) => return "EDU".to_owned(),
            "partners" => &self.contacts,
            "workflows" if path.ends_with("/retire") => return "mediation".to_owned(),
            "workflows" => return (*dice.one_of(&["basic", "1", "2"])).to_owned(),
            "retention" => return "case".to_owned(),
            "laws" => return (*dice.one_of(&["profile", "holidays", "1", "999"])).to_owned(),
            _ => {
                return Uuid::from_u128(u128::try_from(dice.below(1_000)).unwrap_or(0)).to_string();
            }
        };
        match ids.is_empty() {
            true => Uuid::nil().to_string(),
            false => dice.one_of(ids).clone(),
        }
    }

    /// The names of things, by the noun of their path.
    pub(super) fn lists(&self) -> Vec<(&'static str, Vec<String>)> {
        vec![
            ("cases", self.cases.clone()),
            ("drafts", self.drafts.clone()),
            ("mediators", self.mediators.clone()),
            ("memoranda", self.memoranda.clone()),
            ("notices", self.notices.clone()),
            ("offices", vec!["ORL-01".to_owned(), "AKZ-01".to_owned()]),
            ("partners", vec!["EDU".to_owned()]),
        ]
    }

    /// A cursor that a list gave, perhaps a little changed.
    pub(super) fn cursor(&self, dice: &Dice) -> String {
        if self.cursors.is_empty() || dice.is(20) {
            return super::nasty::text(dice);
        }
        let mut cursor = dice.one_of(&self.cursors).clone().into_bytes();
        if dice.is(70) && !cursor.is_empty() {
            let at = dice.below(cursor.len());
            match dice.below(3) {
                0 => cursor[at] ^= 1 << dice.below(7),
                1 => cursor.truncate(at),
                _ => cursor.insert(at, b'9'),
            }
        }
        String::from_utf8_lossy(&cursor).into_owned()
    }
}
