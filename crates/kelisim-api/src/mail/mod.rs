//! Mail: what leaves the house, and how.
//!
//! `transport` is the seam; `smtp` and `directory` stand behind it.
//! `message` holds what a message says, `render` turns it into MIME in the reader's language.
//! Nothing here decides that a message is due: that is the outbox's business (`worker/outbox.rs`).

mod case_news;
pub mod directory;
pub(crate) mod letter;
pub mod message;
pub mod prepare;
pub mod probe;
pub mod render;
pub mod settings;
pub mod smtp;
pub mod transport;
mod wire;
mod words;
mod words_case;
