//! The seam between the outbox and whatever carries a letter away.
//!
//! A transport tells five endings apart, because each asks for something else of the outbox
//! (promises.md G4, R26, 6.5): sent; the relay's fault, which costs the letter nothing; a refusal
//! for now; a refusal for good; and *uncertain*, when nobody can know whether the receiver owns
//! the letter.

use std::fmt;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use lettre::Address;
use uuid::Uuid;

/// One letter to one recipient, already rendered.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The outbox id; also the left half of the Message-ID.
    pub id: Uuid,
    /// The code of the kind, for names that people read.
    pub kind: String,
    /// The envelope sender, where a bounce goes.
    pub from: Address,
    /// The only recipient.
    pub to: Address,
    /// The whole message: headers, blank line, body, in seven bits.
    pub bytes: Vec<u8>,
    /// When this attempt began.
    pub at: DateTime<Utc>,
}

/// Asked once, after the recipient was accepted and before the first byte of content leaves.
///
/// The outbox commits `attempting` here; `false` means that the letter is no longer ours to send.
pub type BeforeData<'a> = Box<dyn FnOnce() -> BoxFuture<'a, bool> + Send + 'a>;

/// Carries letters away.
pub trait Transport: Send + Sync {
    /// Tries once to deliver `letter`; never panics and never waits without end.
    fn deliver<'a>(
        &'a self,
        letter: &'a Letter,
        before_data: BeforeData<'a>,
    ) -> BoxFuture<'a, Outcome>;

    /// Lets go of idle connections, politely.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took the letter.
    Sent(Reply),
    /// The relay or our settings failed before the letter was mentioned: it costs no attempt.
    RelayFault(Fault),
    /// Refused or broken off for now; the receiver does not own the letter.
    Transient(Fault),
    /// Refused for good: never tried again by itself.
    Permanent(Fault),
    /// The whole letter may have arrived and no reply says so.
    Uncertain(Fault),
    /// `before_data` said no; nothing of the content was sent.
    Withheld,
}

/// A positive last reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The reply code; none from a transport that has no codes.
    pub code: Option<u16>,
    /// What the receiver said, without addresses.
    pub text: String,
}

/// What went wrong and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The step that failed.
    pub phase: Phase,
    /// The receiver's reply code; none after silence or a broken connection.
    pub code: Option<u16>,
    /// The receiver's or the system's words, without addresses.
    pub detail: String,
}

impl Fault {
    /// A fault in `phase`; addresses are taken out of `detail`, which is kept short.
    pub fn new(phase: Phase, code: Option<u16>, detail: impl AsRef<str>) -> Self {
        Self {
            phase,
            code,
            detail: without_addresses(detail.as_ref()),
        }
    }

    /// The stable code that the outbox stores as reason, such as `rcpt_550` or `after_dot`.
    pub fn reason(&self) -> String {
        match self.code {
            Some(code) => format!("{}_{code}", self.phase),
            None => self.phase.to_string(),
        }
    }
}

/// The steps of sending, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Writing into the mail directory.
    Store,
    /// Finding the relay and opening the connection.
    Connect,
    /// The relay's first line.
    Banner,
    /// The greeting and the list of what the relay can do.
    Ehlo,
    /// Turning the connection into a protected one.
    Tls,
    /// Signing in.
    Auth,
    /// Naming the sender.
    Mail,
    /// Naming the recipient.
    Rcpt,
    /// Asking to send the content.
    Data,
    /// Sending the content, up to but without the final dot.
    Body,
    /// Waiting for the reply to the complete message.
    AfterDot,
}

impl Phase {
    /// The steps that an SMTP delivery goes through.
    pub const SMTP: [Phase; 10] = [
        Phase::Connect,
        Phase::Banner,
        Phase::Ehlo,
        Phase::Tls,
        Phase::Auth,
        Phase::Mail,
        Phase::Rcpt,
        Phase::Data,
        Phase::Body,
        Phase::AfterDot,
    ];

    /// The stable code of the step.
    pub fn code(self) -> &'static str {
        match self {
            Phase::Store => "store",
            Phase::Connect => "connect",
            Phase::Banner => "banner",
            Phase::Ehlo => "ehlo",
            Phase::Tls => "tls",
            Phase::Auth => "auth",
            Phase::Mail => "mail",
            Phase::Rcpt => "rcpt",
            Phase::Data => "data",
            Phase::Body => "body",
            Phase::AfterDot => "after_dot",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The longest text of a receiver that is kept.
const DETAIL_CHARS: usize = 200;

/// Servers like to repeat the address in a refusal; it is personal data and stays out of the log.
fn without_addresses(text: &str) -> String {
    let clean: Vec<String> = text
        .split_whitespace()
        .map(|word| match word.contains('@') {
            true => "<…>".to_owned(),
            false => word.chars().filter(|c| !c.is_control()).collect(),
        })
        .collect();
    clean.join(" ").chars().take(DETAIL_CHARS).collect()
}

impl Reply {
    /// A reply; addresses are taken out of `text`, which is kept short.
    pub fn new(code: Option<u16>, text: impl AsRef<str>) -> Self {
        Self {
            code,
            text: without_addresses(text.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_keeps_the_code_and_loses_the_address() {
        let fault = Fault::new(
            Phase::Rcpt,
            Some(550),
            "5.1.1 <aigul@example.kz>: no such\r\n user",
        );
        assert_eq!(fault.detail, "5.1.1 <…> no such user");
        assert_eq!(fault.reason(), "rcpt_550");
    }

    #[test]
    fn silence_has_a_reason_too() {
        assert_eq!(
            Fault::new(Phase::AfterDot, None, "silence").reason(),
            "after_dot"
        );
    }
}
