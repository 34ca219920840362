//! What can rot without anybody noticing: that the limits compile, and fit the tables of today.

use kelisim_tests::Backend;

use crate::dice::Dice;
use crate::limit_postgres::{self, Work};
use crate::place::Place;
use crate::{lifecycle, limit_sqlite, load, slow};

/// Walks a few cases and tries each limit once; nothing is measured.
pub(crate) fn run(backend: Backend) {
    let folder = tempfile::tempdir().unwrap();
    let walked = Place::template(backend, folder.path());
    lifecycle::walk_one(&walked).stop();
    let limit = match backend {
        Backend::Postgres => {
            limit_postgres::Limit::on(&walked, Work::Thin).try_once();
            let limit = limit_postgres::Limit::on(&walked, Work::Whole);
            limit.try_once();
            limit.place().count("cases WHERE version = 4")
        }
        Backend::Sqlite => {
            slow::compile(folder.path());
            let limit = limit_sqlite::Limit::on(&walked, &limit_sqlite::library());
            limit.run(1, 1, 1, &[]);
            limit.place().count("cases WHERE version = 4")
        }
    };
    assert!(limit > 1, "the walked case and those of the limit: {limit}");
    let server = walked.serve(&[]);
    let seen = load::run(&server, 2, 0.2, &mut Dice::new(1, 1));
    server.stop();
    assert!(seen.lifecycles > 0);
}
