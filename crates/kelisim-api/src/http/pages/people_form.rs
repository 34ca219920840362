//! The forms about people, read by the same parsers as a body of the interface.

use super::visit::Posted;
use crate::app::{AppError, Tx, register};
use kelisim_domain::{
    account::{AccountWish, GrantWish},
    fault::Faults,
    input::Input,
};
use serde_json::{Map, Value};

/// Fields of a person.
const PERSON: [&str; 3] = ["email", "name", "language"];
/// Fields of a role.
const GRANT: [&str; 6] = ["role", "office", "mediator", "partner", "from", "to"];

/// What somebody typed, to be read and to be shown again.
#[derive(Clone, Default)]
pub(super) struct Typed(Vec<(String, String)>);

impl Typed {
    /// What a form holds.
    pub(super) fn of(posted: &Posted) -> Self {
        let names = PERSON.into_iter().chain(GRANT);
        let typed = names.map(|name| (name.to_owned(), posted.field(name).trim().to_owned()));
        Typed(typed.collect())
    }

    /// An empty form in a language.
    pub(super) fn empty(language: &str) -> Self {
        Typed(vec![("language".to_owned(), language.to_owned())])
    }

    /// A field.
    pub(super) fn get(&self, name: &str) -> &str {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        found.next().map_or("", |(_, value)| value.as_str())
    }

    fn body(&self, names: &[&str]) -> Map<String, Value> {
        let filled = self
            .0
            .iter()
            .filter(|(name, value)| names.contains(&name.as_str()) && !value.is_empty());
        filled
            .map(|(name, value)| (name.clone(), Value::String(value.clone())))
            .collect()
    }

    /// The person and the role.
    ///
    /// # Errors
    /// Every fault of both, at once.
    pub(super) fn person(&self, tx: &mut Tx<'_>) -> Result<(AccountWish, GrantWish), AppError> {
        let body = self.body(&[&PERSON[..], &GRANT[..]].concat());
        let known = self.known(tx)?;
        let today = tx.today();
        let mut faults = Faults::new();
        let mut input = Input::new(&body, &mut faults);
        let person = AccountWish::read(&mut input);
        let grant = GrantWish::read(&mut input, &known, today);
        input.finish();
        let read = || Some((person?, grant?));
        faults.finish(read()).map_err(AppError::Invalid)
    }

    /// The role alone.
    ///
    /// # Errors
    /// Every fault.
    pub(super) fn grant(&self, tx: &mut Tx<'_>) -> Result<GrantWish, AppError> {
        let known = self.known(tx)?;
        GrantWish::parse(&self.body(&GRANT), &known, tx.today()).map_err(AppError::Invalid)
    }

    fn known(&self, tx: &mut Tx<'_>) -> Result<kelisim_domain::register::Known, AppError> {
        register::known(tx, &[self.get("office")], &[self.get("partner")])
    }
}
