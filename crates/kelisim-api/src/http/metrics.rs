//! `/metrics`: what a watcher of the machine wants to know, as Prometheus reads it.
//!
//! On a listener of its own, because it asks for no token: whoever keeps the machine says who reaches that address.
//! Numbers only, of the whole process and its database: no office, no name, no id (R19).

use crate::{app::App, outgoing::Workers, worker::timers};
use actix_web::{App as ActixApp, HttpResponse, HttpServer, dev::Server, get, http::header, web};
use chrono::{DateTime, Utc};
use kelisim_persistence::{
    Db, Error,
    store::{
        due::{TimerCounts, timer_counts},
        hold::hold_find,
    },
};
use std::{fmt::Write, net::TcpListener, sync::Arc};

/// What the route looks at.
struct Watched {
    app: Arc<App>,
    /// None in a process that only serves.
    workers: Option<Workers>,
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
    let read =
        move |db: &mut Db| Ok::<_, Error>((timer_counts(db, now)?, hold_find(db)?.is_some()));
    let (timers, held) = match watched.app.database.read(read).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(%error, "the metrics cannot be read");
            return HttpResponse::ServiceUnavailable().finish();
        }
    };
    let waiting = watched.app.database.waiting();
    let done = watched.workers.as_ref().map(|one| one.timers.counts());
    let text = text(&timers, done, held, waiting, now);
    HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            "text/plain; version=0.0.4; charset=utf-8",
        ))
        .body(text)
}

fn text(
    timers: &TimerCounts,
    done: Option<timers::Counts>,
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

/// The text format of Prometheus.
#[derive(Default)]
struct Page(String);

impl Page {
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
    use chrono::TimeDelta;

    #[test]
    fn the_lag_is_the_age_of_the_oldest_timer() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let timers = TimerCounts {
            due: 2,
            oldest: Some(now - TimeDelta::milliseconds(1_500)),
            failing: 1,
        };
        let page = text(&timers, None, true, (1, 2), now);
        let samples: Vec<&str> = page.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                "kelisim_timer_lag_seconds 1.5",
                "kelisim_timers_due 2",
                "kelisim_timers_failing 1",
                "kelisim_held 1",
                "kelisim_database_waiting 3",
            ]
        );
    }

    #[test]
    fn nothing_due_is_no_lag() {
        let now = DateTime::UNIX_EPOCH;
        let page = text(
            &TimerCounts::default(),
            Some(timers::Counts::default()),
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
