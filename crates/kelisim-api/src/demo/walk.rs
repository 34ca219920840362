//! One new case from filed to closed, as real use goes: each step a use case, each message really delivered.
//!
//! It is a referral of the education department, whose memorandum lets it be told what happens.

use super::{
    act,
    fill::{Cast, FillError},
    network::{Form, object},
    plan::Plan,
    year::Doer,
};
use crate::{
    app::{App, AppError, Tx, case::Done},
    clock::ManualClock,
    mail::directory::DirectoryTransport,
    worker::outbox::Worker,
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use kelisim_domain::{
    calendar::Zone,
    id::{CaseId, NoticeId, RegionId},
    notice::NoticeKind,
};
use kelisim_persistence::SystemPart;
use kelisim_persistence::store::notice::{NoticeScope, notice_find};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The office that the case is filed at: the first one, which has a head and two mediators.
pub(super) const OFFICE: usize = 0;
/// The mediators who may take it, in the order in which they are asked.
pub(super) const MEDIATORS: [usize; 2] = [1, 0];
/// The partner that refers it.
pub(super) const PARTNER: &str = "EDU";

/// One step, done.
pub(super) struct Step {
    pub(super) at: DateTime<Utc>,
    pub(super) stage: &'static str,
    pub(super) who: String,
    pub(super) role: &'static str,
    pub(super) told: Vec<Told>,
}

/// One message, delivered.
pub(super) struct Told {
    pub(super) to: String,
    pub(super) kind: NoticeKind,
    pub(super) state: String,
    pub(super) file: Option<PathBuf>,
}

/// The walked case.
pub(super) struct Walked {
    pub(super) id: CaseId,
    pub(super) number: String,
    pub(super) steps: Vec<Step>,
}

/// What the walk goes on.
pub(super) struct Walk<'a> {
    pub(super) app: &'a Arc<App>,
    pub(super) clock: &'a ManualClock,
    pub(super) worker: &'a Worker,
    pub(super) runtime: &'a tokio::runtime::Runtime,
    pub(super) plan: &'a Plan,
    pub(super) cast: &'a Arc<Cast>,
    pub(super) zone: Zone,
    /// The last working day before the demo's date.
    pub(super) day: NaiveDate,
    pub(super) mail: &'a Path,
}

impl Walk<'_> {
    /// Walks; `show` is called after each step, when its messages lie in the folder.
    pub(super) fn run(&self, show: &mut dyn FnMut(&Step)) -> Result<Walked, FillError> {
        let head = Doer::Head(OFFICE);
        let mut steps = Vec::new();
        let mut done = |step: Step| {
            show(&step);
            steps.push(step);
        };
        let form = self.filing();
        let filed = self.step(self.at(9, 5), head, move |tx| act::case_file(tx, &form))?;
        let (id, number) = (filed.0.case().id, filed.0.case().number.to_string());
        done(self.told("filed", head, self.at(9, 5), &filed.0)?);

        let screen = object(json!({"exclusions": self.no_exclusions()}));
        let screened = self.act(self.at(9, 20), head, id, "screen", screen)?;
        done(self.told("screened", head, self.at(9, 20), &screened)?);
        let ready = self.act(self.at(9, 40), head, id, "make_ready", Form::new())?;
        done(self.told("ready", head, self.at(9, 40), &ready)?);

        let (mediator, offered) = self.offer(id)?;
        done(self.told("offered", head, self.at(10, 20), &offered)?);
        let doer = Doer::Mediator(mediator);
        let declared = object(json!({"declaration": {"result": "none"}}));
        let accepted = self.act(self.at(11, 5), doer, id, "accept", declared)?;
        done(self.told("assigned", doer, self.at(11, 5), &accepted)?);

        let prescribed = &self.plan.prescribed;
        let contract = object(json!({
            "contract": {"signed_on": self.day, "all_signed": true, "elements": prescribed.contract},
        }));
        let started = self.act(self.at(14, 30), doer, id, "record_contract", contract)?;
        done(self.told("in mediation", doer, self.at(14, 30), &started)?);

        let agreement = object(json!({
            "agreement": {
                "signed_on": self.day,
                "summary": "Екі оқушы бір-бірінен кешірім сұрайды, сынып жетекшісі екі апта қадағалайды.",
                "elements": prescribed.agreement,
            },
        }));
        let reconciled = self.act(self.at(16, 40), doer, id, "reconcile", agreement)?;
        done(self.told("reconciled", doer, self.at(16, 40), &reconciled)?);

        let close = object(json!({"nothing_left": true}));
        let closed = self.act(self.at(17, 15), doer, id, "close", close)?;
        done(self.told("closed", doer, self.at(17, 15), &closed)?);
        Ok(Walked { id, number, steps })
    }

    fn no_exclusions(&self) -> Form {
        let questions = self.plan.prescribed.questions.iter();
        questions.map(|code| (code.clone(), json!(false))).collect()
    }

    fn at(&self, hour: i64, minute: i64) -> DateTime<Utc> {
        self.zone.start_of(self.day) + Duration::hours(hour) + Duration::minutes(minute)
    }

    fn filing(&self) -> Form {
        let settlement = &self.plan.offices[OFFICE].settlement;
        object(json!({
            "office": self.plan.offices[OFFICE].code,
            "category": "school",
            "language": "kk",
            "summary": "Сыныптағы орын үшін екі оқушы төбелесіп, ата-аналар да ренжісіп қалған.",
            "parties": [
                {"side": "A", "kind": "person", "name": "Дана Бұлақова (демо)", "phone": "+77000000101", "language": "kk", "settlement": settlement},
                {"side": "B", "kind": "person", "name": "Самат Көктемов (демо)", "phone": "+77000000102", "language": "kk", "settlement": settlement},
            ],
            "referral": {"source": "education", "partner": PARTNER, "reference": format!("{PARTNER}-214/{}", self.day.format("%Y"))},
        }))
    }

    /// The first of the office's two mediators who may be given it; a full desk needs a recorded reason (D5).
    fn offer(&self, id: CaseId) -> Result<(usize, Done), FillError> {
        let mut last = None;
        for reason in [None, Some("Демо: жалғыз бос уақыт (демо)")] {
            for mediator in MEDIATORS {
                let mut form = Form::new();
                if let Some(reason) = reason {
                    form.insert("over_limit_reason".into(), json!(reason));
                }
                let form = act::with_mediator(&form, self.cast.mediator_ids.get(mediator).copied());
                match self.act(self.at(10, 20), Doer::Head(OFFICE), id, "offer", form) {
                    Ok(done) => return Ok((mediator, done)),
                    Err(error) => last = Some(error),
                }
            }
        }
        Err(last.unwrap_or(FillError::Refused {
            what: "offer".into(),
            error: AppError::NotFound,
        }))
    }

    fn act(
        &self,
        at: DateTime<Utc>,
        doer: Doer,
        id: CaseId,
        action: &'static str,
        form: Form,
    ) -> Result<Done, FillError> {
        Ok(self
            .step(at, doer, move |tx| act::case_act(tx, id, action, &form))?
            .0)
    }

    /// One use case in one transaction, then the worker, until nothing is left to send.
    fn step(
        &self,
        at: DateTime<Utc>,
        doer: Doer,
        job: impl FnOnce(&mut Tx<'_>) -> Result<Done, AppError> + Send + 'static,
    ) -> Result<(Done, usize), FillError> {
        self.clock.set(at);
        let (app, cast) = (Arc::clone(self.app), Arc::clone(self.cast));
        let done = self
            .app
            .database
            .as_system(SystemPart::Setup)
            .write_blocking(move |db| {
                let actor = cast.actor(doer).clone();
                Tx::run(db, &app, actor, at, job).map_err(|error| FillError::Refused {
                    what: "the walked case".into(),
                    error,
                })
            })?;
        let sent = self.runtime.block_on(self.worker.drain())?;
        Ok((done, sent))
    }

    fn told(
        &self,
        stage: &'static str,
        doer: Doer,
        at: DateTime<Utc>,
        done: &Done,
    ) -> Result<Step, FillError> {
        let (who, role) = match doer {
            Doer::Mediator(index) => (self.plan.mediators[index].name.kk.clone(), "mediator"),
            _ => {
                let head = self.plan.offices[OFFICE].head.as_ref();
                (
                    head.map(|name| name.kk.clone()).unwrap_or_default(),
                    "head of the office",
                )
            }
        };
        let told = done
            .messages
            .iter()
            .map(|message| self.one_told(message.region, message.id, message.kind))
            .collect::<Result<_, _>>()?;
        Ok(Step {
            at,
            stage,
            who,
            role,
            told,
        })
    }

    /// What became of a message, and where its file lies; the address is read from the file itself.
    fn one_told(
        &self,
        region: RegionId,
        id: NoticeId,
        kind: NoticeKind,
    ) -> Result<Told, FillError> {
        let row = self
            .app
            .database
            .as_system(SystemPart::Setup)
            .read_blocking(move |db| notice_find(db, region, &NoticeScope::Region, id))?;
        let file = DirectoryTransport::find(self.mail, id.0);
        let to = file.as_deref().and_then(recipient).unwrap_or_default();
        let state = row.map_or("missing", |row| row.state.code()).to_owned();
        Ok(Told {
            to,
            kind,
            state,
            file,
        })
    }
}

/// The recipient that a letter names.
fn recipient(file: &Path) -> Option<String> {
    let text = std::fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("To: "))?;
    Some(line.trim().trim_matches(['<', '>']).to_owned())
}

/// What a message says, in plain words.
pub(super) fn words(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Assignment => "a case is yours",
        NoticeKind::Unassignment => "a case is no longer yours",
        NoticeKind::Offer => "will you take this case?",
        NoticeKind::OfferWithdrawn => "the offer was withdrawn",
        NoticeKind::OfferExpired => "nobody answered the offer in time",
        NoticeKind::OfferAccepted => "the mediator took the case",
        NoticeKind::OfferDeclined => "the mediator declined",
        NoticeKind::MediatorLost => "the case has lost its mediator",
        NoticeKind::CaseUnattended => "nobody has acted on a new case",
        NoticeKind::ContractLate => "there is no contract yet",
        NoticeKind::TermEndsSoon => "the term of mediation ends soon",
        NoticeKind::TermIsOver => "the term of mediation is over",
        NoticeKind::TermExtended => "the term of mediation was extended",
        NoticeKind::CaseLapsed => "the case was closed, its time was over",
        NoticeKind::FollowUpDue => "a check after the agreement is due",
        NoticeKind::CourtPauseEnds => "the court's pause ends",
        NoticeKind::WorkflowNote => "a word from the workflow",
        NoticeKind::MemorandumSigned => "the memorandum is signed",
        NoticeKind::MemorandumTerminated => "the memorandum has ended",
        NoticeKind::CaseReceived => "your referral was received",
        NoticeKind::CaseAssigned => "your referral has a mediator",
        NoticeKind::CaseStarted => "mediation has begun",
        NoticeKind::CaseEnded => "your referral has ended",
        NoticeKind::MemorandumExpiring => "the memorandum ends soon",
        NoticeKind::MemorandumExpired => "the memorandum ends today",
        NoticeKind::DocumentsExpiring => "a mediator's papers run out soon",
        NoticeKind::AccountInvitation => "set your password",
        NoticeKind::PasswordReset => "set another password",
    }
}
