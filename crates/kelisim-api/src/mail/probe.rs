//! `kelisim mail test`: sends one letter and says which step of sending fails.

use super::transport::{Fault, Letter, Outcome, Phase, Transport};

/// What a test letter met on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The steps that went well, in their order.
    pub passed: Vec<Phase>,
    /// The step that failed; none when the letter was taken.
    pub fault: Option<Fault>,
    /// The receiver's last words when the letter was taken.
    pub reply: Option<String>,
}

impl Probe {
    /// Whether the letter was taken.
    pub fn is_sent(&self) -> bool {
        self.fault.is_none()
    }

    /// The Fluent key of the sentence that says what failed and what to look at.
    pub fn key(&self) -> String {
        match &self.fault {
            None if self.passed == [Phase::Store] => "mail-probe-stored".to_owned(),
            None => "mail-probe-sent".to_owned(),
            Some(fault) => format!("mail-probe-{}", fault.phase.code().replace('_', "-")),
        }
    }
}

/// Sends `letter` through `transport` and reports on each step.
pub async fn probe(transport: &dyn Transport, letter: &Letter) -> Probe {
    let outcome = transport
        .deliver(letter, Box::new(|| Box::pin(async { true })))
        .await;
    transport.close().await;
    let code = match &outcome {
        Outcome::Sent(reply) => reply.code,
        _ => None,
    };
    let (fault, reply) = match outcome {
        Outcome::Sent(reply) => (None, Some(reply.text)),
        Outcome::RelayFault(fault)
        | Outcome::Transient(fault)
        | Outcome::Permanent(fault)
        | Outcome::Uncertain(fault) => (Some(fault), None),
        Outcome::Withheld => {
            let text = "the letter was withheld";
            (Some(Fault::new(Phase::Data, None, text)), None)
        }
    };
    let passed = match &fault {
        // Without a reply code no server was asked: the letter lies in a folder.
        None if code.is_none() => vec![Phase::Store],
        None => Phase::SMTP.to_vec(),
        Some(fault) => Phase::SMTP
            .into_iter()
            .filter(|phase| *phase < fault.phase)
            .collect(),
    };
    Probe {
        passed,
        fault,
        reply,
    }
}
