//! `/metrics`: what a watcher of the machine wants to know, as Prometheus reads it.
//!
//! On a listener of its own, because it asks for no token: whoever keeps the machine says who reaches that address.
//! Numbers only, of the whole process and its database: no office, no name, no id (R19).

use crate::{app::App, outgoing::Workers, worker::timers};
use actix_web::{App as ActixApp, HttpResponse, HttpServer, dev::Server, get, http::header, web};
use chrono::{DateTime, TimeDelta, Utc};
use kelisim_persistence::{
    Db, Error, SystemPart,
    store::{
        audit_anchor::audit_anchor_last,
        case_pass::pass_counts,
        due::{TimerCounts, timer_counts},
        erasure::erasures_running,
        hold::hold_find,
        region::region_list,
    },
};
use std::{fmt::Write, net::TcpListener, sync::Arc};

/// What the route looks at.
struct Watched {
    app: Arc<App>,
    /// None in a process that only serves.
    workers: Option<Workers>,
}

/// A pass that runs and had no batch for so long stands still.
const STANDS_AFTER: TimeDelta = TimeDelta::minutes(1);

/// What is known of passes over running cases.
#[derive(Default)]
struct Passes {
    running: i64,
    standing: i64,
    broken: u64,
    stopped: u64,
}

/// What the database says at a moment.
struct Found {
    timers: TimerCounts,
    /// Passes that run, and those of them that stand still.
    passes: (i64, i64),
    held: bool,
    /// When the oldest erasure was confirmed that is not done.
    erasing: Option<DateTime<Utc>>,
    /// When the region that was anchored longest ago was anchored.
    anchored: Option<DateTime<Utc>>,
}

/// Gives the metrics on a socket that is already bound; await the result to run it.
///
/// # Errors
/// The socket cannot be used.
pub fn serve(
    app: Arc<App>,
    workers: Option<Workers>,
    listener: TcpListener,
) -> std::io::Result<Server> {
    let watched = web::Data::new(Watched { app, workers });
    let factory = move || ActixApp::new().app_data(watched.clone()).service(metrics);
    let server = HttpServer::new(factory)
        .workers(1)
        .max_connections(16)
        .disable_signals()
        .listen(listener)?
        .run();
    Ok(server)
}

#[get("/metrics")]
async fn metrics(watched: web::Data<Watched>) -> HttpResponse {
    let now = watched.app.clock.now();
    let read = move |db: &mut Db| {
        let mut anchored: Option<DateTime<Utc>> = None;
        for region in region_list(db)? {
            let last = audit_anchor_last(db, region.id)?.map(|anchor| anchor.at);
            anchored = anchored.into_iter().chain(last).min();
        }
        Ok::<_, Error>(Found {
            timers: timer_counts(db, now)?,
            passes: pass_counts(db, now - STANDS_AFTER)?,
            held: hold_find(db)?.is_some(),
            erasing: erasures_running(db)?
                .into_iter()
                .filter_map(|one| one.confirmed_at)
                .min(),
            anchored,
        })
    };
    let database = watched.app.database.as_system(SystemPart::Watch);
    let found = match database.read(read).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "the metrics cannot be read");
            return HttpResponse::ServiceUnavailable().finish();
        }
    };
    let waiting = watched.app.database.waiting();
    let done = watched.workers.as_ref().map(|one| one.timers.counts());
    let (met, (running, standing)) = (&watched.app.passes, found.passes);
    let passes = Passes {
        running,
        standing,
        broken: met.broken(),
        stopped: met.stopped(),
    };
    let mut text = text(&found.timers, done, &passes, found.held, waiting, now);
    let log = watched.workers.as_ref().map(|one| Log {
        sealed: one.sealer.sealed(),
        is_failing: one.anchors.is_failing(),
    });
    text += &text_of_erasures(found.erasing, now);
    text += &text_of_log(log, found.anchored, now);
    HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        ))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(text)
}

fn text(
    timers: &TimerCounts,
    done: Option<timers::Counts>,
    passes: &Passes,
    held: bool,
    waiting: (usize, usize),
    now: DateTime<Utc>,
) -> String {
    let mut page = Page::default();
    #[expect(clippy::cast_precision_loss, reason = "a lag of years is exact enough")]
    let lag = timers.oldest.map_or(0.0, |at| {
        (now - at).num_milliseconds().max(0) as f64 / 1_000.0
    });
    page.gauge(
        "kelisim_timer_lag_seconds",
        "Seconds since the oldest timer was due that has not fired.",
        lag,
    );
    page.gauge(
        "kelisim_timers_due",
        "Timers that are due and have not fired.",
        timers.due,
    );
    page.gauge(
        "kelisim_timers_failing",
        "Timers that are due and cannot fire because something is broken.",
        timers.failing,
    );
    if let Some(done) = done {
        page.counter(
            "kelisim_timers_fired_total",
            "Timers that this process has let fire.",
            done.fired,
        );
        page.counter(
            "kelisim_timers_refused_total",
            "Timers among them whose action a rule refused.",
            done.refused,
        );
        page.counter(
            "kelisim_timers_failed_total",
            "Times at which a timer could not fire because something is broken.",
            done.failed,
        );
    }
    page.passes(passes);
    page.gauge(
        "kelisim_held",
        "1 while a restored system waits for its release, else 0.",
        u8::from(held),
    );
    page.gauge(
        "kelisim_database_waiting",
        "Jobs that wait for the database.",
        waiting.0 + waiting.1,
    );
    page.0
}

fn text_of_erasures(oldest: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    let mut page = Page::default();
    page.gauge(
        "kelisim_erasure_waiting_seconds",
        "Seconds since the oldest erasure was confirmed that is not done; 0 when all are.",
        oldest.map_or(0, |at| (now - at).num_seconds().max(0)),
    );
    page.0
}

/// What this process does for the audit log.
#[derive(Debug, Clone, Copy)]
struct Log {
    sealed: u64,
    is_failing: bool,
}

fn text_of_log(log: Option<Log>, anchored: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    let mut page = Page::default();
    if let Some(at) = anchored {
        page.gauge(
            "kelisim_audit_anchor_age_seconds",
            "Seconds since the head of the audit log was written down outside; of several regions, the longest.",
            (now - at).num_seconds().max(0),
        );
    }
    if let Some(log) = log {
        page.gauge(
            "kelisim_audit_anchor_failing",
            "1 while the head of the audit log cannot be written down outside, else 0.",
            u8::from(log.is_failing),
        );
        page.counter(
            "kelisim_audit_sealed_total",
            "Entries of the audit log that this process has sealed.",
            log.sealed,
        );
    }
    page.0
}

/// The text format of Prometheus.
#[derive(Default)]
struct Page(String);

impl Page {
    fn passes(&mut self, passes: &Passes) {
        self.gauge(
            "kelisim_passes_running",
            "Passes over running cases that are not over.",
            passes.running,
        );
        self.gauge(
            "kelisim_passes_standing",
            "Those among them that had no batch for a minute: nobody drives them, or they cannot go on.",
            passes.standing,
        );
        self.counter(
            "kelisim_passes_stopped_total",
            "Times at which a pass that this process drove could not go on.",
            passes.stopped,
        );
        self.counter(
            "kelisim_pass_cases_broken_total",
            "Cases that passes of this process left out because something about them is broken.",
            passes.broken,
        );
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.sample("gauge", name, help, value);
    }

    fn counter(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.sample("counter", name, help, value);
    }

    fn sample(&mut self, kind: &str, name: &str, help: &str, value: impl std::fmt::Display) {
        // Writing to a text cannot fail.
        let _ = writeln!(
            self.0,
            "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_is_the_age_of_the_oldest_timer() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let timers = TimerCounts {
            due: 2,
            oldest: Some(now - TimeDelta::milliseconds(1_500)),
            failing: 1,
        };
        let passes = Passes {
            running: 3,
            standing: 1,
            broken: 7,
            stopped: 5,
        };
        let page = text(&timers, None, &passes, true, (1, 2), now);
        let samples: Vec<&str> = page.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                "kelisim_timer_lag_seconds 1.5",
                "kelisim_timers_due 2",
                "kelisim_timers_failing 1",
                "kelisim_passes_running 3",
                "kelisim_passes_standing 1",
                "kelisim_passes_stopped_total 5",
                "kelisim_pass_cases_broken_total 7",
                "kelisim_held 1",
                "kelisim_database_waiting 3",
            ]
        );
    }

    #[test]
    fn the_log_shows_its_last_anchor_and_whether_one_fails() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let log = Log {
            sealed: 7,
            is_failing: true,
        };
        let page = text_of_log(Some(log), Some(now - TimeDelta::minutes(2)), now);
        let samples: Vec<&str> = page.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                "kelisim_audit_anchor_age_seconds 120",
                "kelisim_audit_anchor_failing 1",
                "kelisim_audit_sealed_total 7",
            ]
        );
        assert_eq!(text_of_log(None, None, now), "");
    }

    #[test]
    fn an_erasure_that_waits_is_seen() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let waits = text_of_erasures(Some(now - TimeDelta::minutes(3)), now);
        assert!(waits.ends_with("\nkelisim_erasure_waiting_seconds 180\n"));
        let none = text_of_erasures(None, now);
        assert!(none.ends_with("\nkelisim_erasure_waiting_seconds 0\n"));
    }

    #[test]
    fn nothing_due_is_no_lag() {
        let now = DateTime::UNIX_EPOCH;
        let page = text(
            &TimerCounts::default(),
            Some(timers::Counts::default()),
            &Passes::default(),
            false,
            (0, 0),
            now,
        );
        assert!(page.contains("kelisim_timer_lag_seconds 0\n"));
        assert!(
            page.contains(
                "# TYPE kelisim_timers_fired_total counter\nkelisim_timers_fired_total 0\n"
            )
        );
    }
}
