//! Where the head of the audit log is written down: a file on another mount, a mailbox, or a web server.
//!
//! None of them is worth more than the distance to whoever has the database: that is the operator's choice.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use kelisim_domain::audit::Anchor;
use kelisim_persistence::{Entropy, entropy::new_id};
use lettre::{
    Address, Message,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use url::Url;

use crate::{
    config::AnchorPlace,
    mail::{
        render::message_id,
        transport::{Letter, Outcome, Transport},
    },
};

/// How long a web server may take over an anchor.
const WEB_TIME: Duration = Duration::from_secs(15);

/// A place, with what is needed to reach it.
#[derive(Clone)]
pub enum Place {
    /// A line at the end of a file.
    File(PathBuf),
    /// A letter.
    Mail {
        /// To whom.
        to: Address,
        /// From whom.
        from: Mailbox,
        /// How letters leave.
        transport: Arc<dyn Transport>,
    },
    /// A PUT below an address, one object for each anchor.
    Web(Url),
}

impl Place {
    /// The place of the configuration.
    pub fn new(place: &AnchorPlace, from: &Mailbox, transport: &Arc<dyn Transport>) -> Self {
        match place {
            AnchorPlace::File(path) => Place::File(path.clone()),
            AnchorPlace::Mail(to) => Place::Mail {
                to: to.clone(),
                from: from.clone(),
                transport: Arc::clone(transport),
            },
            AnchorPlace::Web(url) => Place::Web(url.clone()),
        }
    }

    /// What kind of place it is: all that logs and the database are told.
    pub fn kind(&self) -> &'static str {
        match self {
            Place::File(_) => "file",
            Place::Mail { .. } => "mail",
            Place::Web(_) => "web",
        }
    }

    /// Writes an anchor down.
    ///
    /// # Errors
    /// In words; neither address nor password stands in them.
    pub async fn write(&self, anchor: &Anchor, entropy: &dyn Entropy) -> Result<(), String> {
        match self {
            Place::File(path) => {
                let (path, line) = (path.clone(), format!("{anchor}\n"));
                blocking(move || append(&path, &line)).await
            }
            Place::Mail {
                to,
                from,
                transport,
            } => send(anchor, to, from, transport.as_ref(), entropy).await,
            Place::Web(url) => {
                let (url, anchor) = (url.clone(), anchor.clone());
                blocking(move || put(&url, &anchor)).await
            }
        }
    }
}

async fn blocking(
    work: impl FnOnce() -> Result<(), String> + Send + 'static,
) -> Result<(), String> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| error.to_string())?
}

/// Adds a line to a file, and waits until the disk has it.
fn append(path: &Path, line: &str) -> Result<(), String> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(line.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| format!("audit.anchor: the file cannot be written: {error}"))
}

/// Past the outbox: its reader is no person of a register, and an anchor that is sent twice or lost between two others
/// harms nothing.
async fn send(
    anchor: &Anchor,
    to: &Address,
    from: &Mailbox,
    transport: &dyn Transport,
    entropy: &dyn Entropy,
) -> Result<(), String> {
    let id = new_id(anchor.at, entropy);
    let letter = Letter {
        id,
        kind: "audit_anchor".to_owned(),
        from: from.email.clone(),
        to: to.clone(),
        bytes: letter(anchor, to, from, &message_id(id, from.email.domain()))?,
        at: anchor.at,
    };
    let outcome = transport
        .deliver(&letter, Box::new(|| Box::pin(async { true })))
        .await;
    match outcome {
        Outcome::Sent(_) => Ok(()),
        // It may lie there already; the next one will too.
        Outcome::Uncertain(fault)
        | Outcome::RelayFault(fault)
        | Outcome::Transient(fault)
        | Outcome::Permanent(fault) => Err(format!(
            "audit.anchor: the mail stopped at {}",
            fault.reason()
        )),
        Outcome::Withheld => Err("audit.anchor: the mail was withheld".to_owned()),
    }
}

fn letter(anchor: &Anchor, to: &Address, from: &Mailbox, id: &str) -> Result<Vec<u8>, String> {
    let auto = HeaderName::new_from_ascii_str("Auto-Submitted");
    let body = format!(
        "The audit log of {} ends here. Keep this letter: with it, `kelisim audit verify --anchors FILE`\r\n\
         shows whether the log was changed or cut before this point.\r\n\r\n{anchor}\r\n",
        anchor.code
    );
    // As it is: an anchor stays in one line, whoever saves the letter. It is ASCII, and far shorter than a line may be.
    let body = Body::dangerous_pre_encoded(body.into_bytes(), ContentTransferEncoding::SevenBit);
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(format!("Audit anchor {} {}", anchor.code, anchor.seq))
        .date(anchor.at.into())
        .message_id(Some(id.to_owned()))
        .raw_header(HeaderValue::new(auto, "auto-generated".to_owned()))
        .header(ContentType::TEXT_PLAIN)
        .body(body);
    let message = message.map_err(|error| format!("audit.anchor: {error}"))?;
    Ok(message.formatted())
}

/// One object for each anchor, so that a server can refuse to overwrite any.
fn object(url: &Url, anchor: &Anchor) -> String {
    let mut place = url.clone();
    // What is set aside here goes into a header.
    let _ = place.set_username("");
    let _ = place.set_password(None);
    let base = place.as_str().trim_end_matches('/');
    format!("{base}/{}-{}.txt", anchor.code, anchor.seq)
}

fn put(url: &Url, anchor: &Anchor) -> Result<(), String> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(WEB_TIME))
        .max_redirects(0)
        .build()
        .into();
    let mut request = agent
        .put(object(url, anchor))
        .header("Content-Type", "text/plain; charset=utf-8");
    if !url.username().is_empty() {
        let decode = |part: &str| {
            percent_encoding::percent_decode_str(part)
                .decode_utf8_lossy()
                .into_owned()
        };
        let pair = format!(
            "{}:{}",
            decode(url.username()),
            decode(url.password().unwrap_or_default())
        );
        request = request.header("Authorization", format!("Basic {}", STANDARD.encode(pair)));
    }
    match request.send(format!("{anchor}\n")) {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => Err(format!(
            "audit.anchor: the web server answered {}",
            answer.status().as_u16()
        )),
        Err(ureq::Error::StatusCode(code)) => {
            Err(format!("audit.anchor: the web server answered {code}"))
        }
        // The library's words name the address.
        Err(ureq::Error::Timeout(_)) => {
            Err("audit.anchor: the web server did not answer in time".to_owned())
        }
        Err(_) => Err("audit.anchor: the web server cannot be reached".to_owned()),
    }
}
