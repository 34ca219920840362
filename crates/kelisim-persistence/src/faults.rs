//! Failpoints: named places at which a proof lets the program die, fail or wait.
//!
//! They come in as an object, like the clock and the entropy, and never by a global.
//! Without one, and in every build without debug assertions, a failpoint is a branch that is not
//! taken: the program that people install knows none.

mod plan;

use std::fmt;
use std::sync::Arc;

use crate::error::Error;

pub use plan::Plan;

macro_rules! points {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every one of them.
            pub const ALL: [$name; [$($code),+].len()] = [$($name::$variant),+];

            /// Its name in a plan.
            pub fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
        }
    };
}

points! {
    /// A place at which something can be made to happen.
    Point {
        /// A process begins, and nothing is open yet.
        StartBeforeOpen = "start.before_open",
        /// The database is open and checked; nothing is served yet.
        StartAfterOpen = "start.after_open",

        /// A connection is about to be opened.
        ConnectionOpen = "db.connection_open",
        /// A writing transaction is about to begin.
        BeforeBegin = "db.before_begin",
        /// It has begun, and no job has run in it.
        AfterBegin = "db.after_begin",
        /// A reading transaction has begun.
        ReadBegun = "db.read_begun",
        /// A writing job is about to run.
        BeforeJob = "db.before_job",
        /// A writing job has run: others of its group follow, or the COMMIT.
        AfterJob = "db.after_job",
        /// A job has refused or failed, and its changes are about to be undone.
        BeforeUndo = "db.before_undo",
        /// All jobs have run, and the COMMIT is about to be sent.
        BeforeCommit = "db.before_commit",
        /// The COMMIT has succeeded, and nobody knows yet.
        AfterCommit = "db.after_commit",
        /// One job of a committed group is about to be answered.
        BeforeReply = "db.before_reply",

        /// A changing request was read whole, and the database was not asked yet.
        RequestRead = "http.request_read",
        /// The bearer of the token is known, inside the transaction.
        Authenticated = "http.authenticated",
        /// The caller was let through, and the change is about to be made.
        BeforeAct = "http.before_act",
        /// The change was made, and its answer is not kept yet.
        AfterAct = "http.after_act",
        /// The change is committed, and the answer is not made yet.
        ChangeCommitted = "http.after_commit",
        /// The answer is made, and no byte of it has left.
        BeforeAnswer = "http.before_answer",
        /// A key was seen before, and its first answer is about to be given again.
        ReplayFound = "once.replay_found",
        /// The answer is about to be kept under its key.
        BeforeKeep = "once.before_keep",
        /// The answer is added to what is stored with the change.
        AfterKeep = "once.after_keep",
        /// A case has its number, and no row yet.
        NumberTaken = "case.after_number",
        /// What the use case has decided is stored, and not committed.
        CaseStored = "case.after_store",
        /// A message is about to be added to what is stored.
        BeforeEnqueue = "outbox.before_insert",
        /// A message is added to what is stored with its cause.
        AfterEnqueue = "outbox.after_insert",

        /// The worker is about to claim.
        BeforeClaim = "worker.before_claim",
        /// Messages that are due were read, and are not claimed yet.
        ClaimRead = "outbox.claim_read",
        /// The claim is committed, and no delivery has begun.
        AfterClaim = "worker.after_claim",
        /// A letter is about to be written.
        BeforePrepare = "worker.before_prepare",
        /// A letter is written and kept.
        AfterPrepare = "worker.after_prepare",
        /// The recipient is accepted, and `attempting` is about to be committed.
        BeforeAttempting = "worker.before_attempting",
        /// `attempting` is committed, and no byte of content has left.
        AfterAttempting = "worker.after_attempting",
        /// The delivery has ended, and nothing of that is recorded.
        BeforeSettle = "worker.before_settle",
        /// A row that is about to be settled was read.
        SettleRead = "outbox.settle_read",
        /// The outcome is committed.
        AfterSettle = "worker.after_settle",
        /// Leases are about to be lengthened, and lost deliveries to be looked for.
        BeforeRescue = "worker.before_rescue",
        /// Lost deliveries were read, and none is settled yet.
        RescueRead = "outbox.rescue_read",
        /// What was lost is settled and committed.
        AfterRescue = "worker.after_rescue",
        /// A stopping worker is about to give claims back.
        BeforeRelease = "worker.before_release",

        /// The worker is about to claim timers that are due.
        BeforeTimerClaim = "timers.before_claim",
        /// Timers that are due were read, and are not claimed yet.
        TimerClaimRead = "timers.claim_read",
        /// The claim of timers is committed, and none has fired.
        AfterTimerClaim = "timers.after_claim",
        /// A timer is about to fire, and no transaction has begun for it.
        BeforeFire = "timers.before_fire",
        /// The case of a timer that fires was read, and nothing is decided.
        FireRead = "timers.fire_read",
        /// A timer has fired, and nobody knows yet.
        AfterFire = "timers.after_fire",
        /// Timers that did not fire are about to be given back.
        BeforeTimerRelease = "timers.before_release",

        /// A connection to the relay is about to be opened.
        SmtpConnect = "smtp.before_connect",
        /// The relay has greeted.
        SmtpGreeted = "smtp.after_greeting",
        /// The sender is about to be named.
        SmtpMail = "smtp.before_mail",
        /// The recipient is about to be named.
        SmtpRcpt = "smtp.before_rcpt",
        /// The content is about to be announced; `attempting` is committed.
        SmtpBeforeData = "smtp.before_data",
        /// The relay waits for the content.
        SmtpAfterData = "smtp.after_data",
        /// The content has left, and the final dot has not.
        SmtpBeforeDot = "smtp.before_dot",
        /// The final dot has left, and no reply was read: the receiver may own the letter.
        SmtpAfterDot = "smtp.after_dot",
        /// The relay has said 250, and nobody else knows.
        SmtpTaken = "smtp.after_reply",
        /// A letter is about to be written into the folder.
        FolderBefore = "folder.before_write",
        /// It is written under a hidden name.
        FolderWritten = "folder.after_write",
        /// It stands in the folder.
        FolderStored = "folder.after_rename",
    }
}

points! {
    /// A defect that can be put in on purpose, to see that a proof finds it.
    Defect {
        /// Jobs are answered before their COMMIT.
        AnswerBeforeCommit = "defect.answer_before_commit",
        /// Whoever settles a message or begins to send it need not hold its lease.
        SkipLeaseCheck = "defect.skip_lease_check",
        /// Timers fire without a look at the clock.
        SkipDueCheck = "defect.skip_due_check",
        /// Whoever changes a case need not have seen it as it is now.
        SkipVersionCheck = "defect.skip_version_check",
        /// The seal of an audit entry does not cover its reason.
        IgnoreReason = "defect.ignore_reason",
        /// A handler panics over a body with an escaped NUL, and its message holds the body.
        StumbleOverNul = "defect.stumble_over_nul",
        /// Passwords are guessed without a limit.
        GuessWithoutLimit = "defect.guess_without_limit",
        /// The program takes everybody for the coordinator of their region.
        DropScopes = "defect.drop_scopes",
        /// The list of cases shows those of the whole region.
        DropCaseScope = "defect.drop_case_scope",
        /// Messages are found whoever may see them.
        DropNoticeScope = "defect.drop_notice_scope",
        /// A request changes something before anybody asks whether it may, and the change stays.
        CheckAfterWrite = "defect.check_after_write",
        /// What somebody may not see is forbidden to them, instead of not being there.
        TellApart = "defect.tell_apart",
        /// Whoever files a case writes its narrative into the log.
        LogContent = "defect.log_content",
        /// Partners are told all that a memorandum can allow, whatever theirs allows.
        TellPartners = "defect.tell_partners",
        /// A panic tells all that it has to say, as it does without the program's own hook.
        TellPanics = "defect.tell_panics",
    }
}

/// Decides what happens at a failpoint.
pub trait Faults: Send + Sync {
    /// The program is at this point.
    ///
    /// # Errors
    /// The one that the operation is to fail with.
    fn at(&self, point: Point) -> Result<(), Error>;

    /// Whether the program has this defect.
    fn has(&self, defect: Defect) -> bool {
        let _ = defect;
        false
    }
}

/// What the parts of the program hold: nothing, or what a proof gave them.
#[derive(Clone, Default)]
pub struct Failpoints(Option<Arc<dyn Faults>>);

impl Failpoints {
    /// None: the program as it is.
    pub const NONE: Failpoints = Failpoints(None);

    /// Those of a proof; a build without debug assertions pays them no heed.
    pub fn new(faults: Arc<dyn Faults>) -> Self {
        Self(Some(faults))
    }

    /// The program is at this point.
    ///
    /// # Errors
    /// None but what a proof asks for.
    #[inline]
    pub fn at(&self, point: Point) -> Result<(), Error> {
        match &self.0 {
            Some(faults) if cfg!(debug_assertions) => faults.at(point),
            _ => Ok(()),
        }
    }

    /// Whether the program has this defect; never, but in a proof.
    #[inline]
    pub fn has(&self, defect: Defect) -> bool {
        match &self.0 {
            Some(faults) if cfg!(debug_assertions) => faults.has(defect),
            _ => false,
        }
    }
}

impl fmt::Debug for Failpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Failpoints(…)"
        } else {
            "Failpoints(none)"
        })
    }
}
