//! Mail: the transports against servers that behave and servers that do not, the texts in three
//! languages, and the outbox that never loses a letter.

#![cfg(test)]

mod anchors;
mod directory;
mod letters;
mod office;
mod smtp;
mod smtp_foreign;
mod texts;
mod texts_case;
mod told;
mod told_staff;
mod worker;
