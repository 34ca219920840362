//! A value that must not leave the circle of people who may read it.
//!
//! The type has no `Display` and no `Serialize`, and its `Debug` shows nothing.
//! So a confidential value cannot slip into a log line, an error, a URL or a partner's message by accident:
//! whoever needs the value writes `reveal`, and a reviewer can search for that word.
//! When it goes away, its bytes are overwritten, so that a dump of memory shows what was in use and not all that ever was.

use chrono::NaiveDate;
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt};
use zeroize::Zeroize;

/// A value whose bytes can be overwritten.
pub trait Wipe {
    /// Overwrites them.
    fn wipe(&mut self);
}

macro_rules! wiped_by_zeroize {
    ($($type:ty),+) => {$(
        impl Wipe for $type {
            fn wipe(&mut self) {
                self.zeroize();
            }
        }
    )+};
}

wiped_by_zeroize!(String, i64);

impl Wipe for NaiveDate {
    fn wipe(&mut self) {
        *self = NaiveDate::default();
        // Somebody might still look at it, as far as the compiler knows, so it is written.
        std::hint::black_box(self);
    }
}

impl<T: Wipe> Wipe for Option<T> {
    fn wipe(&mut self) {
        if let Some(value) = self {
            value.wipe();
        }
    }
}

impl<T: Wipe> Wipe for Vec<T> {
    fn wipe(&mut self) {
        self.iter_mut().for_each(Wipe::wipe);
    }
}

impl Wipe for Value {
    fn wipe(&mut self) {
        match self {
            Value::String(text) => text.wipe(),
            Value::Array(items) => items.wipe(),
            Value::Object(fields) => fields.wipe(),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

impl Wipe for Map<String, Value> {
    fn wipe(&mut self) {
        self.values_mut().for_each(Wipe::wipe);
    }
}

impl<K, T: Wipe> Wipe for BTreeMap<K, T> {
    fn wipe(&mut self) {
        self.values_mut().for_each(Wipe::wipe);
    }
}

/// A confidential value (R18).
///
/// It is empty only between [`Confidential::into_revealed`] and its end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Confidential<T: Wipe>(Option<T>);

impl<T: Wipe> Confidential<T> {
    /// Marks a value as confidential.
    pub fn new(value: T) -> Self {
        Confidential(Some(value))
    }

    /// The value itself. The caller answers for where it goes: to the ciphertext or to a reader who passed the access check.
    pub fn reveal(&self) -> &T {
        self.0.as_ref().expect("it is there until it is taken out")
    }

    /// Takes the value out, under the same duty as [`Confidential::reveal`].
    pub fn into_revealed(mut self) -> T {
        self.0.take().expect("it is there until it is taken out")
    }
}

impl<T: Wipe> Drop for Confidential<T> {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

impl<T: Wipe + Default> Default for Confidential<T> {
    fn default() -> Self {
        Confidential::new(T::default())
    }
}

impl<T: Wipe> fmt::Debug for Confidential<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Confidential(…)")
    }
}

impl<T: Wipe> From<T> for Confidential<T> {
    fn from(value: T) -> Self {
        Confidential::new(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{cell::RefCell, rc::Rc};

    #[test]
    fn debug_shows_nothing_of_the_value() {
        let secret = Confidential::new("cow in the garden".to_owned());
        assert_eq!(format!("{secret:?}"), "Confidential(…)");
    }

    /// Notes when it is overwritten.
    struct Noted(Rc<RefCell<u32>>);

    impl Wipe for Noted {
        fn wipe(&mut self) {
            *self.0.borrow_mut() += 1;
        }
    }

    #[test]
    fn r18_a_value_is_overwritten_when_it_goes_away_and_not_when_it_is_taken_out() {
        let times = Rc::new(RefCell::new(0));
        drop(Confidential::new(Noted(Rc::clone(&times))));
        drop(Confidential::new(Some(Noted(Rc::clone(&times)))));
        drop(Confidential::new(vec![
            Noted(Rc::clone(&times)),
            Noted(Rc::clone(&times)),
        ]));
        assert_eq!(*times.borrow(), 4);
        let taken = Confidential::new(Noted(Rc::clone(&times))).into_revealed();
        assert_eq!(*times.borrow(), 4);
        drop(taken);
    }

    #[test]
    fn r18_text_inside_json_is_overwritten_too() {
        let mut value = serde_json::json!({"a": ["cow"], "b": {"c": "garden"}, "d": 1});
        value.wipe();
        assert_eq!(
            value,
            serde_json::json!({"a": [""], "b": {"c": ""}, "d": 1})
        );
    }
}
