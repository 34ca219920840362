//! Where a race takes place: a database with many messages that are due, and the processes.

use std::{net::TcpListener, process::Command, time::Duration};

use chrono::TimeDelta;
use kelisim_api::clock::{Clock, SystemClock};
use kelisim_domain::{
    case::CaseNumber,
    id::{AccountId, CaseId, NoticeId, TokenId},
    language::Language,
    notice::{NoticeKind, Payload},
};
use kelisim_persistence::{
    Error, MasterKey, SeededEntropy,
    store::{
        outbox::{Audience, NewMessage, Recipient, RecipientKind, outbox_insert},
        token::{NewToken, token_insert},
    },
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Race, receiver::Receiver};
use crate::{
    Backend, TestApp, TestDatabase, binary,
    http::Client,
    network::{self, AIGUL, BERIK, ORL_01, REGION},
    program::{Program, wait_until},
};

/// The left half of the ids of the messages that the race makes itself.
const MARK: u128 = 0x7ace_0000_0000_7000_8000 << 48;
/// Messages of one transaction while the outbox is filled.
const BATCH: usize = 500;
/// One of so many messages has a kind that the program does not know.
const UNKNOWN_EACH: usize = 500;

/// The database, the files beside it, and where the mail goes.
pub(super) struct House {
    pub(super) database: TestDatabase,
    pub(super) receiver: Receiver,
    race: Race,
}

impl House {
    /// Lays the network into a database of the race's own.
    pub(super) fn build(race: &Race, receiver: Receiver) -> Self {
        let database = TestDatabase::create_durable(race.backend);
        // The seed is that of the network's vault, so the key is the same.
        let key = database.folder().join("master.key");
        MasterKey::create(&key, &SeededEntropy::new(7)).unwrap();
        let open = database.open();
        open.write_blocking(|db| {
            network::lay(db)?;
            for (number, name) in (900_u128..).zip(["head", "coordinator"]) {
                token_for(db, number, name)?;
            }
            Ok::<_, Error>(())
        })
        .unwrap();
        Self {
            database,
            receiver,
            race: race.clone(),
        }
    }

    /// Puts the messages of the race into the outbox, in equal parts for staff and for partners.
    pub(super) fn fill(&self, cases: &[Value]) {
        let open = self.database.open();
        let about: Vec<(CaseId, CaseNumber)> = cases.iter().map(named).collect();
        let jobs = self.race.jobs;
        for first in (0..jobs).step_by(BATCH) {
            let about = about.clone();
            open.write_blocking(move |db| {
                for number in first..jobs.min(first + BATCH) {
                    outbox_insert(db, &message(number, &about[number % about.len()]))?;
                }
                Ok::<_, Error>(())
            })
            .unwrap();
        }
        self.database.execute(
            "UPDATE outbox SET kind = 'kind_of_tomorrow' WHERE dedupe_key LIKE 'race-unknown-%'",
        );
        if self.database.backend() == Backend::Postgres {
            self.database.execute("ANALYZE");
        }
    }

    /// How many of them have a kind that nobody knows.
    pub(super) fn unknown(&self) -> usize {
        self.race.jobs.div_ceil(UNKNOWN_EACH)
    }

    /// Starts a process that sends mail.
    pub(super) fn work(&self, number: usize) -> Program {
        self.start(&format!("worker-{number}"), &["work"])
    }

    /// Starts a server that sends none, and waits until it is ready.
    pub(super) fn serve(&self) -> (Program, Client) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = listener.local_addr().unwrap().to_string();
        drop(listener);
        let mut process = self.start("server", &["serve", "--listen", &listen]);
        let client = Client::new(format!("http://{listen}"));
        wait_until("the server is ready", Duration::from_secs(60), || {
            assert!(!process.is_over(), "{}", process.log());
            let ready = client.try_get("/readyz");
            ready.is_some_and(|reply| reply.status == 200)
        });
        (process, client)
    }

    fn start(&self, name: &str, arguments: &[&str]) -> Program {
        let folder = self.database.folder();
        let log = folder.join(format!("{name}.log"));
        let mut command = Command::new(binary());
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("KELISIM_") {
                command.env_remove(variable);
            }
        }
        let settings = [
            ("DATABASE__URL", self.database.url_text()),
            (
                "ENCRYPTION__MASTER_KEY_FILE",
                folder.join("master.key").display().to_string(),
            ),
            ("MAIL__TRANSPORT", "smtp".to_owned()),
            ("MAIL__FROM", "Kelisim <mail@kelisim.example>".to_owned()),
            ("MAIL__SMTP_URL", self.receiver.url()),
            ("WORKFLOW__DEFAULT", "basic".to_owned()),
            ("WORKER__ENABLED", "false".to_owned()),
            ("WORKER__PARALLEL", self.race.workers.to_string()),
            ("WORKER__LEASE_SECONDS", self.race.lease_seconds.to_string()),
        ];
        for (key, value) in settings {
            command.env(format!("KELISIM__{key}"), value);
        }
        command.env("KELISIM_FAILPOINTS", &self.race.failpoints);
        command.args(arguments).current_dir(folder);
        Program::start(command, log)
    }
}

/// The token of somebody for this day: those of the network end with their year.
pub(super) fn token(name: &str) -> String {
    format!("klsm_race_{name}")
}

fn token_for(db: &mut kelisim_persistence::Db, number: u128, name: &str) -> Result<(), Error> {
    let at = network::PEOPLE.iter().position(|(known, _)| *known == name);
    let account = 100 + u128::try_from(at.unwrap()).unwrap();
    let now = SystemClock.now();
    let new = NewToken {
        region: REGION,
        id: TokenId(Uuid::from_u128(number)),
        account: AccountId(Uuid::from_u128(account)),
        digest: Sha256::digest(token(name)).into(),
        expires_at: now + TimeDelta::days(30),
        exports: true,
    };
    token_insert(db, &new, now)
}

/// The id of the `number`th message.
fn id_of(number: usize) -> Uuid {
    Uuid::from_u128(MARK | u128::try_from(number).unwrap())
}

/// The number of a message that the race made; none of those that a person's acts caused.
pub(super) fn number_of(id: Uuid) -> Option<usize> {
    let (left, right) = (id.as_u128() >> 48, id.as_u128() & ((1 << 48) - 1));
    (left == MARK >> 48).then(|| usize::try_from(right).unwrap())
}

/// Whether the `number`th message is for a partner: then it is held when it is uncertain.
pub(super) fn is_for_partner(number: usize) -> bool {
    number % 2 == 1
}

fn named(case: &Value) -> (CaseId, CaseNumber) {
    let word = |name: &str| case[name].as_str().unwrap();
    (word("id").parse().unwrap(), word("number").parse().unwrap())
}

fn message(number: usize, (case, name): &(CaseId, CaseNumber)) -> NewMessage {
    let unknown = number.is_multiple_of(UNKNOWN_EACH);
    let payload = Payload::Case {
        number: name.clone(),
        on: "2026-11-22".parse().unwrap(),
        own: None,
        timer: None,
        until: None,
    };
    NewMessage {
        region: REGION,
        id: NoticeId(id_of(number)),
        kind: NoticeKind::Unassignment,
        dedupe_key: format!(
            "race-{}-{number}",
            if unknown { "unknown" } else { "known" }
        ),
        case: Some(*case),
        office: Some(ORL_01),
        memorandum: None,
        partner: None,
        audience: if is_for_partner(number) {
            Audience::Partner
        } else {
            Audience::Staff
        },
        recipient: Recipient {
            kind: RecipientKind::Mediator,
            id: if number.is_multiple_of(3) {
                AIGUL.0
            } else {
                BERIK.0
            },
        },
        language: Language::En,
        payload: serde_json::to_value(payload).unwrap(),
        created_at: SystemClock.now(),
    }
}

/// Files a case; it causes no message.
pub(super) fn file(head: &Client) -> Value {
    head.post("cases", &TestApp::filing()).expect(201)
}
