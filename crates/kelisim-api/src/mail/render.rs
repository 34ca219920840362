//! From a message to the bytes that leave: text and HTML from two templates, then MIME.

use askama::Template;
use lettre::{
    Message as Mime,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};
use thiserror::Error;
use uuid::Uuid;

use super::{
    message::Message,
    words::{Words, words},
};

/// Why a message could not be rendered: a defect of ours, never of the data.
#[derive(Debug, Error)]
pub enum RenderError {
    /// A template failed.
    #[error("template: {0}")]
    Template(#[from] askama::Error),
    /// The MIME library refused something.
    #[error("mime: {0}")]
    Mime(#[from] lettre::error::Error),
}

#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Text<'a> {
    network: &'a str,
    heading: &'a str,
    hello: &'a str,
    paragraphs: &'a [String],
    items: &'a [String],
    facts: &'a [(String, String)],
    button: &'a Option<(String, String)>,
    closing: &'a [String],
    footer: &'a [String],
}

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a> {
    language: &'a str,
    network: &'a str,
    heading: &'a str,
    hello: &'a str,
    paragraphs: &'a [String],
    items: &'a [String],
    facts: &'a [(String, String)],
    button: &'a Option<(String, String)>,
    closing: &'a [String],
    footer: &'a [String],
}

/// Renders a message from `from`: the bytes are the same for the same message.
///
/// # Errors
/// A defect of the templates or of the MIME library.
pub fn render(message: &Message, from: &Mailbox) -> Result<Vec<u8>, RenderError> {
    let words = words(message);
    let domain = from.email.domain();
    let mut builder = Mime::builder()
        .from(from.clone())
        .to(Mailbox::new(None, message.to.clone()))
        .subject(&words.subject)
        .date(message.at.into())
        .message_id(Some(message_id(message.id.0, domain)))
        // RFC 3834: no out-of-office reply is wanted.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("Content-Language", message.language.code()));
    if let Some(reply_to) = &message.reply_to {
        builder = builder.reply_to(reply_to.clone());
    }
    if let Some(root) = message.thread {
        let root = format!("<{}@{domain}>", Uuid::from_bytes(root).simple());
        builder = builder.in_reply_to(root.clone()).references(root);
    }
    let parts = MultiPart::alternative()
        .boundary(format!("kelisim-{}", message.id.0.simple()))
        .singlepart(part(ContentType::TEXT_PLAIN, text(&words)?))
        .singlepart(part(ContentType::TEXT_HTML, html(message, &words)?));
    Ok(builder.multipart(parts)?.formatted())
}

/// The Message-ID of an outbox row: the same on every attempt.
pub fn message_id(id: Uuid, domain: &str) -> String {
    format!("<{id}@{domain}>")
}

fn part(kind: ContentType, body: String) -> SinglePart {
    SinglePart::builder().header(kind).body(body)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn text(words: &Words) -> Result<String, askama::Error> {
    Text {
        network: &words.network,
        heading: &words.heading,
        hello: &words.hello,
        paragraphs: &words.paragraphs,
        items: &words.items,
        facts: &words.facts,
        button: &words.button,
        closing: &words.closing,
        footer: &words.footer,
    }
    .render()
}

fn html(message: &Message, words: &Words) -> Result<String, askama::Error> {
    Html {
        language: message.language.code(),
        network: &words.network,
        heading: &words.heading,
        hello: &words.hello,
        paragraphs: &words.paragraphs,
        items: &words.items,
        facts: &words.facts,
        button: &words.button,
        closing: &words.closing,
        footer: &words.footer,
    }
    .render()
}
