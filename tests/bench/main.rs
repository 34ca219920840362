//! Measures the release build of the program: started by `cargo xtask bench`.

mod client;
mod dice;
mod figures;
mod fsync;
mod lifecycle;
mod limit_postgres;
mod limit_sqlite;
mod load;
mod network;
mod options;
mod place;
mod process;
mod report;

use std::process::ExitCode;

use options::{Options, What};
use report::Report;

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::from(2);
        }
    };
    let mut report = Report::begin(&options);
    for backend in options.databases.clone() {
        let folder = tempfile::tempdir().unwrap();
        if options.asks(What::Lifecycle) {
            println!("==> lifecycle on {}", lifecycle::name(backend));
            report.lifecycle(lifecycle::measure(&options, backend, folder.path()));
        }
    }
    report.print();
    if let Some(path) = &options.json {
        report.write(path);
    }
    ExitCode::SUCCESS
}
