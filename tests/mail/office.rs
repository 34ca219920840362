//! An application with a worker and a mail server that does as it is told.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use chrono::TimeDelta;
use kelisim_api::{
    mail::{
        prepare::Post,
        settings::{SmtpSettings, Timeouts},
        smtp::SmtpTransport,
        transport::Transport,
    },
    worker::outbox::{Options, Parts, Worker},
};
use kelisim_domain::{
    case::CaseNumber,
    code::TimerName,
    id::{CaseId, MediatorId, NoticeId},
    language::Language,
    notice::{NoticeKind, Payload},
    workflow,
};
use kelisim_persistence::{
    SeededEntropy, SystemPart,
    store::{
        notice::{NoticeFilter, NoticeScope, attempt_list, notice_list},
        outbox::{Audience, Message, NewMessage, Recipient, RecipientKind, State, outbox_insert},
    },
};
use kelisim_tests::{
    Backend, OnBackend, TestApp,
    network::{ORL_01, REGION},
    smtp_sink::{Protection, Received, SmtpSink},
};
use serde_json::Value;

use crate::letters;

/// An application, a mail server, and a case to write about.
pub(crate) struct Office {
    pub(crate) t: TestApp,
    pub(crate) sink: SmtpSink,
    pub(crate) case: Value,
}

impl OnBackend for Office {
    fn on(backend: Backend) -> Self {
        Office::under(backend, workflow::BASIC)
    }
}

/// An office whose cases follow the standard workflow, with words of its own for some messages.
pub(crate) struct Standard(pub(crate) Office);

impl OnBackend for Standard {
    fn on(backend: Backend) -> Self {
        Standard(Office::under(backend, &with_own_words()))
    }
}

/// The standard workflow with texts of its own: to the head, to the coordinator, and to the partner.
fn with_own_words() -> String {
    let names =
        |text: &str| format!("text = {{ kk = \"{text}\", ru = \"{text}\", en = \"{text}\" }}");
    let shipped = "to = \"partner\"\nnotice = \"case_assigned\"";
    assert!(workflow::MEDIATION.contains(shipped));
    let own = format!(
        "to = \"partner\"\n{}",
        names("We work on it since { $on }.")
    );
    let mut text = workflow::MEDIATION.replace(shipped, &own);
    for (to, words) in [
        (
            "office_head",
            "A word to the office about { $number } of { $on }.",
        ),
        ("coordinator", "A word to the region about { $number }."),
        (
            "coordinator",
            "A word to the office about { $number } of { $on }.",
        ),
    ] {
        let words = names(words);
        text.push_str(&format!(
            "\n[[notices]]\non = \"offered\"\nto = \"{to}\"\n{words}\n"
        ));
    }
    text
}

impl Office {
    fn under(backend: Backend, workflow: &str) -> Self {
        let t = TestApp::start(backend, workflow);
        // A case without partner: it causes no message of its own.
        let case = t.file(&TestApp::filing());
        Office {
            t,
            sink: SmtpSink::start(Protection::StartTls),
            case,
        }
    }

    pub(crate) fn transport(&self) -> Arc<dyn Transport> {
        let mut settings = SmtpSettings::parse(&self.sink.url(), None, "kelisim.example").unwrap();
        settings.root_certificate = Some(self.sink.root_pem());
        settings.timeouts = Timeouts {
            connect: Duration::from_secs(2),
            command: Duration::from_secs(2),
            after_dot: Duration::from_secs(20),
            idle: Duration::from_secs(60),
        };
        Arc::new(SmtpTransport::new(settings).unwrap())
    }

    pub(crate) fn worker(&self) -> Worker {
        self.worker_with(self.transport(), 1)
    }

    pub(crate) fn worker_with(&self, transport: Arc<dyn Transport>, seed: u64) -> Worker {
        Worker::new(Parts {
            database: self.t.app.database.as_system(SystemPart::Worker),
            vault: self.t.app.vault.clone(),
            transport,
            relay: "smtp".into(),
            clock: self.t.clock.clone(),
            entropy: Arc::new(SeededEntropy::new(seed)),
            wake: Arc::clone(&self.t.app.wake),
            post: Post {
                from: "Kelisim <mail@kelisim.example>".parse().unwrap(),
                public_url: "https://kelisim.example.kz".into(),
                reply_to_staff: None,
                reply_to_partner: None,
            },
            faults: self.t.app.faults.clone(),
            options: Options {
                poll: Duration::from_millis(100),
                grace: Duration::from_millis(500),
                ..Options::default()
            },
        })
    }

    pub(crate) fn drain(&self) -> usize {
        letters::wait(self.worker().drain()).unwrap()
    }

    pub(crate) fn later(&self, by: TimeDelta) {
        self.t.clock.advance(by);
    }

    /// Puts a message about the case into the outbox.
    pub(crate) fn enqueue(&self, audience: Audience, to: MediatorId) -> NoticeId {
        let recipient = Recipient {
            kind: RecipientKind::Mediator,
            id: to.0,
        };
        self.put(NoticeKind::Unassignment, audience, recipient, None)
    }

    /// Puts a message of a kind into the outbox, as a timer that was due would.
    pub(crate) fn put(
        &self,
        kind: NoticeKind,
        audience: Audience,
        recipient: Recipient,
        timer: Option<&str>,
    ) -> NoticeId {
        let id = NoticeId(letters::id());
        let number: CaseNumber = self.case["number"].as_str().unwrap().parse().unwrap();
        let payload = Payload::Case {
            number,
            on: "2026-11-22".parse().unwrap(),
            own: None,
            timer: timer.map(|name| TimerName::parse(name).unwrap()),
            until: None,
        };
        let message = NewMessage {
            region: REGION,
            id,
            kind,
            dedupe_key: id.to_string(),
            case: Some(self.case["id"].as_str().unwrap().parse::<CaseId>().unwrap()),
            office: Some(ORL_01),
            memorandum: None,
            partner: None,
            audience,
            recipient,
            language: Language::En,
            payload: serde_json::to_value(payload).unwrap(),
            created_at: kelisim_tests::network::start(),
        };
        self.t.write(move |db| outbox_insert(db, &message));
        id
    }

    pub(crate) fn all(&self) -> Vec<Message> {
        self.t.write(|db| {
            let filter = NoticeFilter::default();
            notice_list(db, REGION, &NoticeScope::Region, &filter, None, 10_000)
        })
    }

    pub(crate) fn find(&self, id: NoticeId) -> Message {
        self.all().into_iter().find(|one| one.id == id).unwrap()
    }

    pub(crate) fn results(&self, id: NoticeId) -> Vec<String> {
        self.t
            .write(move |db| attempt_list(db, REGION, &NoticeScope::Region, id))
            .into_iter()
            .map(|attempt| attempt.result.unwrap_or_else(|| "running".into()))
            .collect()
    }

    /// What the server took, by Message-ID.
    pub(crate) fn taken(&self) -> BTreeMap<String, Vec<Received>> {
        let mut by_id = BTreeMap::<String, Vec<Received>>::new();
        for letter in self.sink.taken() {
            let id = letter.header("Message-ID").unwrap();
            by_id.entry(id).or_default().push(letter);
        }
        by_id
    }

    /// Every message is sent or shown, and the server has no letter twice that was not recorded as
    /// uncertain; all bytes under one Message-ID are the same.
    pub(crate) fn balance(&self) {
        let taken = self.taken();
        for message in self.all() {
            let letters = taken
                .get(&format!("<{}@kelisim.example>", message.id))
                .map_or(&[][..], Vec::as_slice);
            let uncertain = self
                .results(message.id)
                .iter()
                .filter(|result| *result == "uncertain")
                .count();
            let sent = usize::from(message.state == State::Sent);
            assert!(letters.len() >= sent, "{} is lost", message.id);
            assert!(
                letters.len() <= sent + uncertain,
                "{}: {} times",
                message.id,
                letters.len()
            );
            assert!(letters.iter().all(|letter| letter.data == letters[0].data));
        }
    }
}

pub(crate) fn subject(letter: &Received) -> String {
    let mail = mail_parser::MessageParser::default();
    mail.parse(&letter.data)
        .unwrap()
        .subject()
        .unwrap()
        .to_owned()
}

pub(crate) fn states(office: &Office) -> BTreeMap<&'static str, usize> {
    let mut states = BTreeMap::new();
    for message in office.all() {
        *states.entry(message.state.code()).or_default() += 1;
    }
    states
}
