//! A value that must not leave the circle of people who may read it.
//!
//! The type has no `Display` and no `Serialize`, and its `Debug` shows nothing.
//! So a confidential value cannot slip into a log line, an error, a URL or a partner's message by accident:
//! whoever needs the value writes `reveal`, and a reviewer can search for that word.

use std::fmt;

/// A confidential value (R18).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Confidential<T>(T);

impl<T> Confidential<T> {
    /// Marks a value as confidential.
    pub fn new(value: T) -> Self {
        Confidential(value)
    }

    /// The value itself. The caller answers for where it goes: to the ciphertext or to a reader who passed the access check.
    pub fn reveal(&self) -> &T {
        &self.0
    }

    /// Takes the value out, under the same duty as [`Confidential::reveal`].
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Confidential<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confidential(…)")
    }
}

impl<T> From<T> for Confidential<T> {
    fn from(value: T) -> Self {
        Confidential(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing_of_the_value() {
        let secret = Confidential::new("cow in the garden");
        assert_eq!(format!("{secret:?}"), "Confidential(…)");
    }
}
