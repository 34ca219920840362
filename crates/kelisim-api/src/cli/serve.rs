//! `serve` and `work`: run until somebody asks to stop, then finish what runs.

use super::{Failure, serving_sources};
use crate::{
    app::App,
    config::Config,
    custodian::Custodian,
    descriptors,
    http::{
        metrics,
        server::{self, Limits},
    },
    keeper::Keeper,
    outgoing::Workers,
    setup::{self, SetupError},
    start, telemetry,
};
use actix_web::dev::Server;
use kelisim_persistence::{
    SystemPart,
    store::{
        account_entry::{AccountPage, account_page},
        erasure::erasures_running,
        hold::hold_find,
    },
};
use std::{net::TcpListener, sync::Arc, time::Duration};
use tokio::{
    sync::watch,
    task::{JoinError, JoinHandle},
};

/// The longest a stop may take before the process ends anyway.
const STOP_SECONDS: u64 = 30;

pub(super) fn run(config: &Config) -> Result<(), Failure> {
    telemetry::start(config.log);
    let app = start::open(config, &serving_sources()?)?;
    let listener = bind(config)?;
    begun(
        config,
        &format!("Kelisim serves {}", config.http.public_url),
    );
    say_held(&app)?;
    say_waiting(&app, config)?;
    say_empty(&app, config)?;
    serve(app, listener, config)
}

pub(super) fn work(config: &Config) -> Result<(), Failure> {
    telemetry::start(config.log);
    let app = start::open(config, &serving_sources()?)?;
    let workers = Workers::of(&app, config).map_err(Failure::Failed)?;
    let metrics = metrics_listener(config)?;
    begun(
        config,
        &format!(
            "Kelisim sends the mail and keeps the deadlines of {}",
            config.database
        ),
    );
    say_held(&app)?;
    say_waiting(&app, config)?;
    runtime()?.block_on(async {
        let _keeper = Keeper::start(Arc::clone(&app));
        let _custodian = Custodian::start(Arc::clone(&app));
        let (stop, stopped) = watch::channel(false);
        let mut measured = measure(&app, metrics, Some(&workers))?.map(tokio::spawn);
        let mut working = work_beside(workers, stopped);
        tokio::select! {
            () = asked_to_stop() => {}
            ended = &mut working => return Err(ended_early("worker", ended)),
            ended = of(&mut measured) => return Err(ended_early("listener of the metrics", ended)),
        }
        tracing::info!("stopping");
        finish(stop, Some(working)).await;
        Ok(())
    })
}

/// Says that the process runs: to a person in words, to a program in its log.
fn begun(config: &Config, what: &str) {
    match config.log.json {
        true => tracing::info!("{what}"),
        false => eprintln!("{what} (stop with Ctrl+C)."),
    }
}

/// A restored system must not look as if it sent.
fn say_held(app: &App) -> Result<(), Failure> {
    if let Some(held) = app
        .database
        .as_system(SystemPart::Start)
        .read_blocking(hold_find)?
    {
        tracing::warn!(
            since = %held.since,
            backup_taken_at = %held.taken_at,
            "held after a restore: no message leaves and no timer fires until `kelisim release`"
        );
    }
    Ok(())
}

/// A confirmed erasure that cannot begin must not wait unnoticed.
fn say_waiting(app: &App, config: &Config) -> Result<(), Failure> {
    let Err(why) = config.erasures() else {
        return Ok(());
    };
    let database = app.database.as_system(SystemPart::Start);
    let waiting = database.read_blocking(erasures_running)?.len();
    if waiting > 0 {
        tracing::warn!(
            waiting,
            "confirmed erasures cannot be carried out here: {why}"
        );
    }
    Ok(())
}

/// There is no page by which the first visitor could become administrator, so whoever runs this is told the command.
fn say_empty(app: &App, config: &Config) -> Result<(), Failure> {
    let first = AccountPage {
        limit: 1,
        ..AccountPage::default()
    };
    let config = config.clone();
    let database = app.database.as_system(SystemPart::Start);
    let nobody = database.read_blocking(move |db| {
        let region = setup::region_id(db, &config)?;
        Ok::<_, SetupError>(account_page(db, region, &first)?.is_empty())
    })?;
    if nobody {
        tracing::warn!(
            "there is no account yet: `kelisim admin create --email … --name …` prints a link for the first administrator"
        );
    }
    Ok(())
}

/// Takes the address, so that a port in use is said before anything else happens.
pub(crate) fn bind(config: &Config) -> Result<TcpListener, Failure> {
    let listen = config.http.listen;
    TcpListener::bind(listen)
        .map_err(|error| Failure::failed(format!("cannot listen on {listen}: {error}")))
}

/// Serves until SIGTERM or SIGINT.
pub(crate) fn serve(app: Arc<App>, listener: TcpListener, config: &Config) -> Result<(), Failure> {
    let limits = Limits {
        workers: config.http.workers,
        connections: descriptors::connections(config.limits.connections, config.http.workers),
        stop_seconds: config.limits.stop_seconds,
        ..Limits::default()
    };
    let workers = match config.worker.enabled {
        true => Some(Workers::of(&app, config).map_err(Failure::Failed)?),
        false => None,
    };
    let metrics = metrics_listener(config)?;
    runtime()?.block_on(async {
        let mut measured = measure(&app, metrics, workers.as_ref())?.map(tokio::spawn);
        let _keeper = Keeper::start(Arc::clone(&app));
        let _custodian = Custodian::start(Arc::clone(&app));
        let server = server::serve(app, listener, limits).map_err(Failure::failed)?;
        let handle = server.handle();
        let mut serving = tokio::spawn(server);
        let (stop, stopped) = watch::channel(false);
        let mut working = workers.map(|workers| work_beside(workers, stopped));
        // A process that only half works would look well from outside: it ends, and is started again.
        tokio::select! {
            () = asked_to_stop() => {}
            ended = &mut serving => return Err(ended_early("server", ended)),
            ended = of(&mut working) => return Err(ended_early("worker", ended)),
            ended = of(&mut measured) => return Err(ended_early("listener of the metrics", ended)),
        }
        tracing::info!("stopping");
        // The workers finish what they began while the server finishes its requests.
        tokio::join!(handle.stop(true), finish(stop, working));
        serving
            .await
            .map_err(Failure::failed)?
            .map_err(Failure::failed)
    })
}

/// The end of a task, if there is one.
async fn of<T>(task: &mut Option<JoinHandle<T>>) -> Result<T, JoinError> {
    match task {
        Some(task) => task.await,
        None => std::future::pending().await,
    }
}

/// A part that must run as long as the process has stopped by itself.
fn ended_early<T>(part: &str, ended: Result<T, JoinError>) -> Failure {
    let why = ended
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    tracing::error!(part, why, "a part of the process ended by itself");
    Failure::failed(format!("the {part} ended by itself; the process stops"))
}

/// Sends the mail and lets timers fire until it is told to stop.
fn work_beside(workers: Workers, stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move { workers.run(stopped).await })
}

/// Takes the address of the metrics, where one is wanted.
fn metrics_listener(config: &Config) -> Result<Option<TcpListener>, Failure> {
    let bound = config.metrics.map(|listen| {
        TcpListener::bind(listen).map_err(|error| {
            Failure::failed(format!("cannot listen on {listen} for metrics: {error}"))
        })
    });
    bound.transpose()
}

/// The listener of the metrics, where one is wanted; it ends with the process.
fn measure(
    app: &Arc<App>,
    listener: Option<TcpListener>,
    workers: Option<&Workers>,
) -> Result<Option<Server>, Failure> {
    let server =
        listener.map(|listener| metrics::serve(Arc::clone(app), workers.cloned(), listener));
    server.transpose().map_err(Failure::failed)
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::failed)
}

async fn finish(stop: watch::Sender<bool>, worker: Option<JoinHandle<()>>) {
    let _ = stop.send(true);
    if let Some(worker) = worker
        && tokio::time::timeout(Duration::from_secs(STOP_SECONDS - 2), worker)
            .await
            .is_err()
    {
        tracing::warn!("the worker did not stop in time; its leases run out by themselves");
    }
}

#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    let _ = tokio::signal::ctrl_c().await;
}
