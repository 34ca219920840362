//! `demo`.

use super::{Failure, arguments::DemoOptions, print, serve, sources};
use crate::{
    config::Log,
    demo::{self, DemoError, Options},
    start, telemetry,
};
use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
};

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Usage(text) => Failure::Usage(text),
            other => Failure::failed(other),
        }
    }
}

pub(super) fn run(typed: &DemoOptions, config: Option<&Path>) -> Result<(), Failure> {
    // A demo that wrote its invented year elsewhere than people expect would be worse than none.
    if let Some(config) = config {
        return Err(Failure::Usage(format!(
            "--config {}: a demo has its own SQLite database and settings in {}, and would follow neither `database.url` nor \
             any other setting of that file; leave --config out, or choose the folder with --data",
            config.display(),
            typed.data.display()
        )));
    }
    // The story is the message; the log speaks up when something is wrong.
    telemetry::start(Log {
        json: false,
        level: "warn",
    });
    let listen: SocketAddr = typed.listen.parse().map_err(|_| {
        Failure::Usage(format!(
            "--listen {} is not an address and port such as 127.0.0.1:8080",
            typed.listen
        ))
    })?;
    if !listen.ip().is_loopback() {
        return Err(Failure::Usage(format!(
            "--listen {listen}: a demo listens on a loopback address only"
        )));
    }
    // The port is taken first, so that nobody waits for a demo that cannot be served.
    let listener = if typed.no_serve {
        None
    } else {
        Some(taken(listen)?)
    };
    let listen = match &listener {
        Some(listener) => listener.local_addr().map_err(Failure::failed)?,
        None => listen,
    };
    let options = Options {
        listen,
        data: typed.data.clone(),
        cases: usize::try_from(typed.cases).unwrap_or(usize::MAX),
        seed: typed.seed,
        date: typed.date,
        fresh: typed.fresh,
        json: typed.json,
        serves: listener.is_some(),
    };
    let sources = sources();
    let made = demo::make(&options, &sources)?;
    if typed.json {
        print(&format!("{:#}\n", made.json))?;
    }
    match listener {
        None => Ok(()),
        Some(listener) => {
            serve::serve(start::open(&made.config, &sources)?, listener, &made.config)
        }
    }
}

fn taken(listen: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).map_err(|error| {
        Failure::failed(format!(
            "cannot listen on {listen}: {error}; another port: --listen 127.0.0.1:8081"
        ))
    })
}
