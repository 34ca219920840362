//! SMTP, one phase after the other, so that a failure says where it happened.
//!
//! lettre's own `send()` hides the phase; here its commands are called one by one (RFC 5321).
//! A conversation is protected by TLS before anything of a letter or a password is said, except
//! with a server on this machine (RFC 8314).
//! Connections are kept for the next letter; one that died while idle is nobody's fault.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use kelisim_persistence::{Failpoints, Point};
use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters},
    commands::{Data, Mail, Rcpt, Rset},
    extension::{ClientId, Extension, MailParameter},
    response::Response,
};
use tokio::time::timeout;

use super::{
    settings::{Security, SmtpSettings},
    transport::{BeforeData, Fault, Letter, Outcome, Phase, Reply, Transport},
    wire::{Protected, Wire},
};

/// Idle connections that are kept at most.
const IDLE_CONNECTIONS: usize = 8;
/// Letters over one connection; some servers count.
const LETTERS_PER_CONNECTION: u32 = 100;
/// Replies to MAIL that speak of our sign-in, not of the letter (RFC 4954, section 6).
const SIGN_IN_REPLIES: [u16; 5] = [454, 530, 534, 535, 538];

/// A transport that speaks SMTP to one relay.
pub struct SmtpTransport {
    settings: SmtpSettings,
    tls: Option<TlsParameters>,
    hello: ClientId,
    idle: Mutex<Vec<Idle>>,
    faults: Failpoints,
}

struct Idle {
    line: Line,
    since: Instant,
}

/// A connection and how many letters it carried.
struct Line {
    smtp: AsyncSmtpConnection,
    letters: u32,
}

impl SmtpTransport {
    /// Prepares a transport; no connection is opened yet.
    ///
    /// # Errors
    /// The words of the TLS library when a root certificate cannot be used.
    pub fn new(settings: SmtpSettings) -> Result<Self, String> {
        let tls = match settings.security {
            Security::Clear => None,
            Security::StartTls | Security::Tls => Some(tls_parameters(&settings)?),
        };
        Ok(Self {
            hello: ClientId::Domain(settings.hello_name.clone()),
            settings,
            tls,
            idle: Mutex::default(),
            faults: Failpoints::NONE,
        })
    }

    /// With the failpoints of a proof.
    #[must_use]
    pub fn with_faults(mut self, faults: &Failpoints) -> Self {
        self.faults = faults.clone();
        self
    }

    /// A failpoint: what a proof breaks here looks like a conversation that broke off.
    fn at(&self, point: Point, phase: Phase) -> Result<(), Fault> {
        let broken = |error: kelisim_persistence::Error| Fault::new(phase, None, error.to_string());
        self.faults.at(point).map_err(broken)
    }

    async fn carry(&self, letter: &Letter, before_data: BeforeData<'_>) -> Outcome {
        let mut line = match self.announce(letter).await {
            Ok(line) => line,
            Err(outcome) => return outcome,
        };
        let rcpt = Rcpt::new(letter.to.clone(), vec![]);
        if let Err(fault) = self.at(Point::SmtpRcpt, Phase::Rcpt) {
            return self.refused(line, fault);
        }
        if let Err(fault) = self.say(&mut line, Phase::Rcpt, rcpt).await {
            return self.refused(line, fault);
        }
        if !before_data().await {
            self.keep(line);
            return Outcome::Withheld;
        }
        if let Err(fault) = self.at(Point::SmtpBeforeData, Phase::Data) {
            return self.refused(line, fault);
        }
        match self.say(&mut line, Phase::Data, Data).await {
            Ok(reply) if reply.has_code(354) => {}
            Ok(reply) => {
                // Neither yes nor no: leave, the server has seen nothing of the content.
                let text = format!("unexpected reply {}", reply.code());
                return Outcome::Transient(Fault::new(Phase::Data, None, text));
            }
            Err(fault) => return self.refused(line, fault),
        }
        if let Err(fault) = self.at(Point::SmtpAfterData, Phase::Data) {
            return self.refused(line, fault);
        }
        self.content(line, letter).await
    }

    /// Finds a connection and says MAIL on it; a kept connection may have died since, then a new
    /// one is opened.
    async fn announce(&self, letter: &Letter) -> Result<Line, Outcome> {
        while let Some(mut line) = self.kept() {
            let alive = timeout(self.settings.timeouts.connect, line.smtp.command(Rset)).await;
            if !matches!(alive, Ok(Ok(_))) {
                continue;
            }
            match self.mail(&mut line, letter).await {
                Ok(()) => return Ok(line),
                Err(fault) if fault.code.is_none() || fault.code == Some(421) => {}
                Err(fault) => return Err(self.refused(line, fault)),
            }
        }
        let mut line = self.open().await.map_err(Outcome::RelayFault)?;
        match self.mail(&mut line, letter).await {
            Ok(()) => Ok(line),
            Err(fault) => Err(self.refused(line, fault)),
        }
    }

    async fn mail(&self, line: &mut Line, letter: &Letter) -> Result<(), Fault> {
        let mut parameters = vec![];
        if !letter.to.to_string().is_ascii() || !letter.from.to_string().is_ascii() {
            if !line
                .smtp
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                // 553: this mailbox name is not allowed here, and will not be later.
                return Err(Fault::new(
                    Phase::Mail,
                    Some(553),
                    "the relay takes no addresses beyond ASCII",
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        self.at(Point::SmtpMail, Phase::Mail)?;
        line.letters += 1;
        let mail = Mail::new(Some(letter.from.clone()), parameters);
        self.say(line, Phase::Mail, mail).await.map(|_| ())
    }

    /// Sends the content and waits for the reply that decides who owns the letter.
    async fn content(&self, mut line: Line, letter: &Letter) -> Outcome {
        let dotted = AtomicBool::new(false);
        // The last step of this iterator runs after the content and before the final dot: until
        // then the receiver cannot own the letter, from then on it may.
        let parts = [Some(letter.bytes.as_slice()), None]
            .into_iter()
            .map_while(|part| {
                if part.is_none() {
                    // An iterator cannot fail: here a proof can only kill or wait.
                    let _ = self.at(Point::SmtpBeforeDot, Phase::Body);
                }
                dotted.store(part.is_none(), Ordering::Relaxed);
                part
            });
        let limit = self.settings.timeouts.after_dot;
        let result = {
            let mut sending = pin!(line.smtp.message_iter(parts));
            let mut is_out = false;
            let watched = poll_fn(|cx| {
                let polled = sending.as_mut().poll(cx);
                // Nothing but the reply is waited for once the dot has left.
                if polled.is_pending() && dotted.load(Ordering::Relaxed) && !is_out {
                    is_out = true;
                    if let Err(fault) = self.at(Point::SmtpAfterDot, Phase::AfterDot) {
                        return Poll::Ready(Err(fault));
                    }
                }
                polled.map(Ok)
            });
            timeout(limit, watched).await
        };
        let result = match result {
            Ok(Err(fault)) => return Outcome::Uncertain(fault),
            Ok(Ok(reply)) => Ok(reply),
            Err(elapsed) => Err(elapsed),
        };
        let phase = match dotted.load(Ordering::Relaxed) {
            true => Phase::AfterDot,
            false => Phase::Body,
        };
        let fault = match result {
            Ok(Ok(reply)) if reply.code().severity as u8 == 2 => {
                let reply = reply_of(&reply);
                if let Err(fault) = self.at(Point::SmtpTaken, Phase::AfterDot) {
                    return Outcome::Uncertain(fault);
                }
                self.keep(line);
                return Outcome::Sent(reply);
            }
            Ok(Ok(reply)) => Fault::new(phase, None, format!("unexpected reply {}", reply.code())),
            Ok(Err(error)) => fault_of(phase, &error),
            Err(_) => silence(phase, limit),
        };
        match (fault.code, phase) {
            (Some(_), _) => self.refused(line, fault),
            (None, Phase::AfterDot) => Outcome::Uncertain(fault),
            (None, _) => Outcome::Transient(fault),
        }
    }

    /// A refusal in words keeps the connection; anything else gives it up.
    fn refused(&self, line: Line, fault: Fault) -> Outcome {
        if fault.code.is_some_and(|code| code != 421) {
            self.keep(line);
        }
        match fault.code {
            Some(code) if fault.phase == Phase::Mail && SIGN_IN_REPLIES.contains(&code) => {
                Outcome::RelayFault(fault)
            }
            Some(500..) => Outcome::Permanent(fault),
            _ => Outcome::Transient(fault),
        }
    }

    async fn say(
        &self,
        line: &mut Line,
        phase: Phase,
        command: impl std::fmt::Display,
    ) -> Result<Response, Fault> {
        let limit = self.settings.timeouts.command;
        match timeout(limit, line.smtp.command(command)).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err(fault_of(phase, &error)),
            Err(_) => Err(silence(phase, limit)),
        }
    }

    /// Connects, protects, signs in. Whatever fails here is the relay's or the settings' fault.
    async fn open(&self) -> Result<Line, Fault> {
        self.at(Point::SmtpConnect, Phase::Connect)?;
        let limits = &self.settings.timeouts;
        let clear = self.settings.security == Security::Clear;
        let wire = Wire::connect(
            &self.settings.host,
            self.settings.port,
            limits.connect,
            clear,
        )
        .await
        .map_err(|error| Fault::new(Phase::Connect, None, error.to_string()))?;

        let mut smtp = match (&self.settings.security, &self.tls) {
            (Security::Tls, Some(tls)) => {
                let wire = bounded(
                    Phase::Tls,
                    limits.command,
                    Protected::over(wire, tls.clone()),
                )
                .await?;
                let spoken = wire.spoken();
                self.greet(Box::new(wire), &spoken).await?
            }
            (Security::StartTls, Some(tls)) => {
                let spoken = wire.spoken();
                let mut smtp = self.greet(Box::new(wire), &spoken).await?;
                if !smtp.can_starttls() {
                    let text = "the server does not offer STARTTLS";
                    return Err(Fault::new(Phase::Tls, None, text));
                }
                let upgrade = smtp.starttls(tls.clone(), &self.hello);
                bounded(Phase::Tls, limits.command, upgrade).await?;
                smtp
            }
            _ => {
                let spoken = wire.spoken();
                self.greet(Box::new(wire), &spoken).await?
            }
        };
        if let Some((user, password)) = &self.settings.credentials {
            let credentials = Credentials::new(user.clone(), password.clone());
            let signing_in = smtp.auth(DEFAULT_MECHANISMS, &credentials);
            let reply = bounded(Phase::Auth, limits.command, signing_in).await?;
            if !reply.has_code(235) {
                let text = format!("unexpected reply {}", reply.code());
                return Err(Fault::new(Phase::Auth, None, text));
            }
        }
        self.at(Point::SmtpGreeted, Phase::Ehlo)?;
        Ok(Line { smtp, letters: 0 })
    }

    async fn greet(
        &self,
        stream: Box<dyn AsyncTokioStream>,
        spoken: &AtomicBool,
    ) -> Result<AsyncSmtpConnection, Fault> {
        let greeting = AsyncSmtpConnection::connect_with_transport(stream, &self.hello);
        bounded(Phase::Ehlo, self.settings.timeouts.command, greeting)
            .await
            .map_err(|fault| match spoken.load(Ordering::Relaxed) {
                true => fault,
                false => Fault {
                    phase: Phase::Banner,
                    ..fault
                },
            })
    }

    fn keep(&self, line: Line) {
        if line.letters >= LETTERS_PER_CONNECTION || line.smtp.has_broken() {
            return;
        }
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_CONNECTIONS {
            let since = Instant::now();
            idle.push(Idle { line, since });
        }
    }

    /// The connection that was used last, if it is not too old to be alive.
    fn kept(&self) -> Option<Line> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|kept| kept.since.elapsed() < self.settings.timeouts.idle);
        idle.pop().map(|kept| kept.line)
    }
}

impl Transport for SmtpTransport {
    fn deliver<'a>(
        &'a self,
        letter: &'a Letter,
        before_data: BeforeData<'a>,
    ) -> BoxFuture<'a, Outcome> {
        Box::pin(self.carry(letter, before_data))
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            while let Some(mut line) = self.kept() {
                // A server that does not answer our good-bye is not waited for.
                let _ = timeout(Duration::from_secs(1), line.smtp.quit()).await;
            }
        })
    }
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(pem) = &settings.root_certificate {
        let root = Certificate::from_pem(pem).map_err(|error| error.to_string())?;
        builder = builder.add_root_certificate(root);
    }
    builder.build().map_err(|error| error.to_string())
}

async fn bounded<T>(
    phase: Phase,
    limit: Duration,
    step: impl Future<Output = Result<T, SmtpError>>,
) -> Result<T, Fault> {
    match timeout(limit, step).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(fault_of(phase, &error)),
        Err(_) => Err(silence(phase, limit)),
    }
}

fn silence(phase: Phase, limit: Duration) -> Fault {
    Fault::new(
        phase,
        None,
        format!("no answer within {} s", limit.as_secs()),
    )
}

fn fault_of(phase: Phase, error: &SmtpError) -> Fault {
    let code = error.status().map(u16::from);
    let words = match (code, std::error::Error::source(error)) {
        (Some(_), Some(reply)) => reply.to_string(),
        _ => error.to_string(),
    };
    Fault::new(phase, code, words)
}

fn reply_of(reply: &Response) -> Reply {
    let words: Vec<&str> = reply.message().collect();
    Reply::new(Some(u16::from(reply.code())), words.join(" "))
}
