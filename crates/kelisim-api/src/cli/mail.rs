//! `mail`.
use super::{Failure, arguments::MailCommand};
use crate::config::Config;
pub(super) fn run(_o: MailCommand, _c: &Config) -> Result<(), Failure> {
    Ok(())
}
