//! One text, two tests: every function runs on SQLite and on PostgreSQL.

use std::future::Future;

/// The two databases on which everything is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file in a folder of the test's own.
    Sqlite,
    /// A database of the test's own on the throw-away server.
    Postgres,
}

/// What a test of [`crate::on_both_databases`] may ask for as its argument.
pub trait OnBackend {
    /// Makes a fresh one.
    fn on(backend: Backend) -> Self;
}

/// Runs an asynchronous test to its end.
pub fn block_on<F: Future>(test: F) -> F::Output {
    actix_web::rt::System::new().block_on(test)
}

/// Writes each function twice, as `sqlite::name` and `postgres::name`, each with a fresh database.
///
/// ```text
/// on_both_databases! {
///     fn d22_numbers_have_no_gap(db: TestDatabase) { … }
///     async fn a_reader_sees_what_was_committed(db: TestDatabase) { … }
/// }
/// ```
/// Used once in a module, for it makes the modules `sqlite` and `postgres`.
#[macro_export]
macro_rules! on_both_databases {
    (@next [$($name:ident: $type:ty,)*]) => {
        mod sqlite {
            use super::*;
            $(#[test] fn $name() {
                super::$name(<$type as $crate::OnBackend>::on($crate::Backend::Sqlite));
            })*
        }
        mod postgres {
            use super::*;
            $(#[test] fn $name() {
                super::$name(<$type as $crate::OnBackend>::on($crate::Backend::Postgres));
            })*
        }
    };
    (@next [$($done:tt)*]
        $(#[$meta:meta])* fn $name:ident($argument:ident: $type:ty $(,)?) $body:block
        $($rest:tt)*
    ) => {
        $(#[$meta])* fn $name($argument: $type) $body
        $crate::on_both_databases!(@next [$($done)* $name: $type,] $($rest)*);
    };
    (@next [$($done:tt)*]
        $(#[$meta:meta])* async fn $name:ident($argument:ident: $type:ty $(,)?) $body:block
        $($rest:tt)*
    ) => {
        $(#[$meta])* fn $name($argument: $type) {
            $crate::block_on(async move {
                let $argument = $argument;
                $body
            });
        }
        $crate::on_both_databases!(@next [$($done)* $name: $type,] $($rest)*);
    };
    ($($functions:tt)+) => {
        $crate::on_both_databases!(@next [] $($functions)+);
    };
}

impl OnBackend for Backend {
    fn on(backend: Backend) -> Self {
        backend
    }
}
