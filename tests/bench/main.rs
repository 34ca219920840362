//! Measures the release build of the program: started by `cargo xtask bench`.

mod check;
mod client;
mod dice;
mod figures;
mod fill;
mod fsync;
mod lifecycle;
mod limit_postgres;
mod limit_sqlite;
mod lists;
mod load;
mod machine;
mod moving;
mod network;
mod options;
mod place;
mod process;
mod report;
mod slow;
mod standard;
mod start;
mod way;

use std::process::ExitCode;

use machine::Run;
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
    match options.what {
        What::Page => kelisim_tests::benchmarks::record(&serde_json::Map::new()),
        What::Check => {
            for backend in &options.databases {
                check::run(*backend);
            }
        }
        _ => measure(&options),
    }
    ExitCode::SUCCESS
}

fn measure(options: &Options) {
    let mut report = Report::default();
    for backend in options.databases.clone() {
        let name = lifecycle::name(backend);
        // Each part begins with databases of its own.
        let folder = || tempfile::tempdir().unwrap();
        let run = Run::now(options, folder().path());
        if options.asks(What::Lifecycle) {
            let folder = folder();
            println!("==> lifecycle on {name}");
            report.lifecycle(&run, &lifecycle::measure(options, backend, folder.path()));
        }
        if options.asks(What::Standard) {
            let folder = folder();
            println!("==> standard workflow on {name}");
            let rows = standard::measure(options, backend, folder.path());
            report.part("standard", name, &run, rows);
        }
        if options.asks(What::Start) {
            let folder = folder();
            println!("==> start on {name}");
            let started = start::measure(options, backend, folder.path());
            report.part("start", name, &run, started);
        }
        if options.asks(What::Move) {
            let folder = folder();
            println!("==> move on {name}");
            let moved = moving::measure(options, backend, folder.path(), moving::RUNNING);
            report.part("move", name, &run, moved);
        }
        if options.asks(What::Lists) {
            println!("==> lists on {name}");
            let folder = tempfile::tempdir().unwrap();
            let rows = lists::measure(options, backend, folder.path());
            lists::print(&rows);
            report.part("lists", name, &run, rows);
        }
    }
    println!("seed {}", options.seed);
    report.print();
    if let Some(path) = &options.json {
        report.write(path);
    }
    if options.record {
        report.record();
    }
}
