//! What a person sees of the demo, in plain words and aligned; nothing of it when a program reads.

use super::{
    accounts::Access,
    plan::{Choice, Plan},
    walk::{self, Step, Told},
};
use crate::cli::style::{self, Brush, Look};
use chrono::{DateTime, Utc};
use indicatif::{ProgressBar, ProgressStyle};
use kelisim_domain::calendar::Zone;
use std::{
    collections::HashSet,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

/// The terminal, or nothing.
pub(super) struct Screen {
    is_on: bool,
    brush: Brush,
    zone: Zone,
    here: Option<PathBuf>,
}

impl Screen {
    /// A screen that shows, or one for programs that stays empty.
    pub(super) fn new(is_on: bool, zone: Zone) -> Self {
        let brush = Brush::new(is_on && style::on_stdout());
        let here = std::env::current_dir().ok();
        Screen {
            is_on,
            brush,
            zone,
            here,
        }
    }

    fn line(&self, text: &str) {
        if self.is_on {
            // A reader that has gone away stops nothing.
            let _ = writeln!(std::io::stdout().lock(), "{text}");
        }
    }

    fn path(&self, path: &Path) -> String {
        let short = self
            .here
            .as_deref()
            .and_then(|here| path.strip_prefix(here).ok());
        short.map_or_else(
            || path.display().to_string(),
            |short| format!("./{}", short.display()),
        )
    }

    /// The local time of day.
    fn clock_time(&self, at: DateTime<Utc>) -> String {
        let midnight = self.zone.start_of(self.zone.day(at));
        let minutes = (at - midnight).num_minutes();
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    }

    pub(super) fn title(&self, choice: Choice) {
        self.line("");
        self.line(&format!(
            "{}  {}",
            self.brush.paint(Look::Strong, "Kelisim demo"),
            self.brush.paint(
                Look::Dim,
                format!(
                    "West Kazakhstan · the year before {} · everybody is invented",
                    choice.date.format("%-d %b %Y")
                )
            )
        ));
        self.line("");
    }

    /// A bar on stderr while the year is filled in; nothing where nobody looks.
    pub(super) fn bar(&self, steps: usize) -> ProgressBar {
        if !self.is_on || !style::on_stderr_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(steps as u64);
        if let Ok(style) =
            ProgressStyle::with_template("  {msg:<24} {bar:32} {pos:>5} of {len} steps")
        {
            bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
        }
        bar.set_message("filling in the year");
        bar
    }

    pub(super) fn network(&self, plan: &Plan, took: Duration) {
        let districts: HashSet<&str> = plan
            .offices
            .iter()
            .map(|office| office.district.as_str())
            .collect();
        let number =
            |count: usize, what: &str| format!("{} {what}", self.brush.paint(Look::Strong, count));
        let parts = [
            number(districts.len(), "units"),
            number(plan.offices.len(), "offices"),
            number(plan.mediators.len(), "mediators"),
            number(plan.partners.len(), "partners with memoranda"),
            number(plan.cases.len(), "cases"),
        ];
        let took = self
            .brush
            .paint(Look::Dim, format!("made in {:.1} s", took.as_secs_f64()));
        self.line(&format!("  {}   {took}", parts.join(" · ")));
        self.line("");
    }

    pub(super) fn walk_title(&self, mail: &Path) {
        self.line(&format!(
            "  {}  {}",
            self.brush
                .paint(Look::Strong, "One case from filed to closed"),
            self.brush.paint(
                Look::Dim,
                "a school dispute that the department of education (EDU) referred"
            )
        ));
        let mail = self.brush.paint(
            Look::Dim,
            format!("each message lies in {}/", self.path(mail)),
        );
        self.line(&format!("  {mail}"));
        self.line("");
    }

    pub(super) fn step(&self, step: &Step) {
        let time = self.clock_time(step.at);
        self.line(&format!(
            "  {} {}  {}  {}",
            self.brush.paint(Look::Good, "✓"),
            self.brush
                .paint(Look::Strong, format!("{:<12}", step.stage)),
            self.brush.paint(Look::Dim, time),
            format_args!("{}, {}", step.who, step.role)
        ));
        for told in &step.told {
            self.told(told);
        }
    }

    fn told(&self, told: &Told) {
        self.line(&format!(
            "       → {}  “{}”",
            self.brush.paint(Look::Mark, &told.to),
            walk::words(told.kind)
        ));
        let file = match &told.file {
            Some(file) => file
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            None => format!("not delivered: {}", told.state),
        };
        self.line(&self.brush.paint(Look::Dim, format!("         {file}")));
    }

    pub(super) fn walked(&self, number: &str) {
        self.line("");
        self.line(&format!(
            "  The case is {}.",
            self.brush.paint(Look::Strong, number)
        ));
        self.line("");
    }

    /// Whom to sign in as. The tokens stand in `--json`, and one of them below.
    pub(super) fn accounts(&self, accounts: &[Access]) {
        self.line(&format!(
            "  {}  {}",
            self.brush.paint(Look::Strong, "Accounts"),
            self.brush.paint(
                Look::Dim,
                "new passwords with every run; the last column is typed into an authenticator app"
            )
        ));
        let widest = accounts
            .iter()
            .map(|account| account.email.len())
            .max()
            .unwrap_or(0);
        for account in accounts {
            let row = format!(
                "  {:<13} {:<6}  {:<widest$}  {}  {}",
                account.role.code(),
                account.scope_words(),
                account.email,
                self.brush.paint(Look::Mark, &account.password),
                account.totp_secret.as_deref().unwrap_or_default()
            );
            self.line(row.trim_end());
        }
        self.line("");
    }

    pub(super) fn note(&self, text: &str) {
        self.line(&format!("  {text}"));
        self.line("");
    }

    /// What to do next; the program is called as this process was called.
    pub(super) fn next(&self, url: &str, token: &str, config: &Path, mail: &Path, serves: bool) {
        let program = std::env::args()
            .next()
            .unwrap_or_else(|| "kelisim".to_owned());
        let serve = format!("{program} serve --config {}", self.path(config));
        let bearer = format!("-H 'Authorization: Bearer {token}'");
        let mut rows = vec![
            ("Mail", format!("{}/", self.path(mail))),
            ("Enter", format!("{url}/sign-in")),
            ("Try", format!("curl {bearer} '{url}/api/v1/cases?limit=3'")),
            ("Read", format!("{url}/api/docs")),
        ];
        // What is not served yet must be served before it can be tried.
        rows.insert(
            if serves { rows.len() } else { 1 },
            (if serves { "Again" } else { "Serve" }, serve),
        );
        for (label, text) in rows {
            let label = self.brush.paint(Look::Dim, format!("{label:<5}"));
            self.line(&format!("  {label}  {text}"));
        }
        self.line("");
        if serves {
            let url = self.brush.paint(Look::Mark, url);
            self.line(&format!("  Serving {url}. Stop with Ctrl+C."));
        }
    }
}
