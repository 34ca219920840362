//! What runs beside the requests, as the configuration names it: the transport with the worker that uses it, the
//! worker of the timers, and those that seal and anchor the audit log.

use crate::{
    anchoring::Place,
    app::App,
    config::{Config, MailRoute},
    mail::{
        directory::DirectoryTransport, prepare::Post, settings::SmtpSettings, smtp::SmtpTransport,
        transport::Transport,
    },
    worker::{
        anchor::Anchors,
        outbox::{Options, Parts, Worker},
        seal::{self, Sealer},
        timers::{self, Timers},
    },
};
use kelisim_persistence::Failpoints;
use kelisim_persistence::SystemPart;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// Opens the transport of the configuration; nothing is sent and no server is asked yet.
///
/// # Errors
/// In words: the folder cannot be made, or the certificate cannot be used.
pub fn transport(config: &Config, faults: &Failpoints) -> Result<Arc<dyn Transport>, String> {
    match &config.mail.route {
        MailRoute::Directory(path) => DirectoryTransport::open(path)
            .map(|transport| Arc::new(transport.with_faults(faults)) as Arc<dyn Transport>)
            .map_err(|error| format!("mail.directory {}: {error}", path.display())),
        MailRoute::Smtp {
            url,
            root_certificate,
        } => {
            let domain = config.mail.from.email.domain();
            let mut settings = SmtpSettings::parse(url, None, domain)
                .map_err(|error| format!("mail.smtp_url: {error}"))?;
            if let Some(path) = root_certificate {
                let read = std::fs::read(path);
                let pem = read.map_err(|error| {
                    format!("mail.smtp_root_certificate {}: {error}", path.display())
                })?;
                settings.root_certificate = Some(pem);
            }
            let transport = SmtpTransport::new(settings)
                .map_err(|error| format!("mail.smtp_root_certificate: {error}"))?;
            Ok(Arc::new(transport.with_faults(faults)))
        }
    }
}

/// The worker of an application.
///
/// # Errors
/// As [`transport`].
pub fn worker(app: &App, config: &Config) -> Result<Worker, String> {
    let relay = match &config.mail.route {
        MailRoute::Directory(_) => "directory",
        MailRoute::Smtp { .. } => "smtp",
    };
    // What was taken up is finished within the time that a stop may take.
    let grace = Duration::from_secs(config.limits.stop_seconds);
    Ok(Worker::new(Parts {
        database: app.database.as_system(SystemPart::Worker),
        vault: app.vault.clone(),
        transport: transport(config, &app.faults)?,
        relay: relay.to_owned(),
        clock: Arc::clone(&app.clock),
        entropy: Arc::clone(&app.entropy),
        wake: Arc::clone(&app.wake),
        faults: app.faults.clone(),
        post: Post {
            from: config.mail.from.clone(),
            public_url: app.public_url.clone(),
            reply_to_staff: None,
            reply_to_partner: None,
        },
        options: Options {
            parallel: config.worker.parallel,
            lease: config.worker.lease,
            grace,
            ..Options::default()
        },
    }))
}

/// The worker of an application's timers.
pub fn timers(app: &Arc<App>, config: &Config) -> Timers {
    let options = timers::Options {
        parallel: config.worker.parallel,
        lease: config.worker.lease,
        ..timers::Options::default()
    };
    Timers::new(Arc::clone(app), options)
}

/// The worker that writes down the head of an application's audit log.
///
/// # Errors
/// As [`transport`].
pub fn anchors(app: &Arc<App>, config: &Config) -> Result<Anchors, String> {
    let place = match &config.audit.anchor {
        None => None,
        Some(place) => {
            let transport = transport(config, &app.faults)?;
            Some(Place::new(place, &config.mail.from, &transport))
        }
    };
    Ok(Anchors::new(Arc::clone(app), place, config.audit.every))
}

/// Everything that runs beside the requests; clones share their counters.
#[derive(Clone)]
pub struct Workers {
    /// Sends the mail.
    pub mail: Worker,
    /// Lets timers fire.
    pub timers: Timers,
    /// Seals the audit log.
    pub sealer: Sealer,
    /// Writes its head down.
    pub anchors: Anchors,
}

impl Workers {
    /// The workers of an application.
    ///
    /// # Errors
    /// As [`transport`].
    pub fn of(app: &Arc<App>, config: &Config) -> Result<Self, String> {
        Ok(Self {
            mail: worker(app, config)?,
            timers: timers(app, config),
            sealer: Sealer::new(Arc::clone(app), seal::Options::default()),
            anchors: anchors(app, config)?,
        })
    }

    /// Works until it is told to stop, then finishes what is under way.
    pub async fn run(&self, stopped: watch::Receiver<bool>) {
        let stop = |mut stopped: watch::Receiver<bool>| async move {
            // An error means that nobody is left who could say it.
            let _ = stopped.changed().await;
        };
        tokio::join!(
            self.mail.run(stop(stopped.clone())),
            self.timers.run(stop(stopped.clone())),
            self.sealer.run(stop(stopped.clone())),
            self.anchors.run(stop(stopped)),
        );
    }
}
