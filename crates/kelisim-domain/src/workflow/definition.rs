//! What a workflow definition says, after it was checked.

use crate::{
    calendar::Length,
    case::{Class, Stage, closed_enum, ground::Ground},
    code::{ActionName, StepId, TimerName, WorkflowKey},
    language::Names,
    legal::TermName,
    notice::NoticeKind,
    policy::Relation,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A checked workflow. A published version never changes (D34).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Definition {
    /// The key, such as `basic`.
    pub key: WorkflowKey,
    /// The version, from 1.
    pub version: i32,
    /// The title.
    pub title: Names,
    /// Whether the guards that the law demands must stand in it; only the embedded `basic` may say no.
    pub statutory: bool,
    /// The grounds of closure that it uses.
    pub grounds: Vec<Ground>,
    /// The steps, in the order in which they are shown.
    pub steps: Vec<Step>,
    /// The actions, in the order in which they are offered.
    pub actions: Vec<Action>,
    /// What happens when its time has come.
    pub timers: Vec<Timer>,
    /// Which messages follow from what.
    pub notices: Vec<NoticeRule>,
}

/// A step: the workflow's own state inside one of the four stages (D21).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Its id.
    pub id: StepId,
    /// Its one stage.
    pub stage: Stage,
    /// Its class; none in the stage `closed`, where the class follows the ground.
    pub class: Option<Class>,
    /// Its title.
    pub title: Names,
}

/// An action that moves a case from one of some steps to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// Its name. Several entries may share a name when the steps they start from differ.
    pub name: ActionName,
    /// Where it starts; empty for the action that opens a case.
    pub from: Vec<StepId>,
    /// Where it leads.
    pub to: StepId,
    /// Its title.
    pub title: Names,
    /// Who may take it.
    pub who: Vec<Relation>,
    /// What else must hold.
    pub guards: Vec<Guard>,
    /// What it asks.
    pub form: Vec<Field>,
    /// What it does besides moving the case.
    pub effects: Vec<Effect>,
}

impl Action {
    /// The form's field of a name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.form.iter().find(|field| field.name == name)
    }

    /// Whether the form lets this ground be named; a form without a list of grounds lets every one.
    pub fn offers(&self, ground: Ground) -> bool {
        self.field("ground").is_some_and(|field| {
            field.choices.is_empty() || field.choices.iter().any(|choice| choice == ground.code())
        })
    }

    /// Whether the action does this.
    pub fn does(&self, effect: Effect) -> bool {
        self.effects.contains(&effect)
    }
}

closed_enum! {
    /// A condition beside step and actor. There is no expression language: a guard is code with a rule number.
    Guard {
        /// D4, D5, D9: the mediator named in the form may be given the case.
        MediatorFit = "mediator_fit",
        /// D1: every exclusion question of the law in force on the day of filing is answered, and none excludes the case.
        Screened = "screened",
        /// 3.4, L9: the time to answer the proposal is not over on the day of what is recorded.
        InAnswerTime = "in_answer_time",
        /// D6: whoever accepts has declared their connections, and none of them forbids the mediation.
        Declared = "declared",
        /// D6: every side has waived what the mediator disclosed; a contract or an annex is dated neither before that,
        /// nor before the mediator took the case.
        Waived = "waived",
        /// D12: the mediator who has the case is named in the contract, or in an annex to it.
        Annexed = "annexed",
        /// D13, D14: the contract is signed by all, and no element that the law prescribes is empty.
        ContractComplete = "contract_complete",
        /// D13: the agreement has every element that the law prescribes.
        AgreementComplete = "agreement_complete",
        /// D16, D18: what is recorded was done on or before the last day of the term.
        InTerm = "in_term",
        /// D16: the extension leads past the term and not past the total that the law allows.
        InTotal = "in_total",
        /// D17: the law lets the term be paused, and it runs.
        MayPause = "may_pause",
        /// D17: the term is paused.
        Paused = "paused",
        /// D8, D12: no mediator has the case, so that its office may act for it.
        NoMediator = "no_mediator",
        /// 3.1: the last check after the agreement was made.
        LastCheck = "last_check",
    }
}

closed_enum! {
    /// What an action does besides moving the case.
    Effect {
        /// Gives the case to the mediator named in the field `mediator`.
        AssignMediator = "assign_mediator",
        /// Asks the mediator named in the field `mediator` whether they take the case.
        OfferMediator = "offer_mediator",
        /// Gives the case to the mediator who was asked.
        AcceptOffer = "accept_offer",
        /// Ends what was asked: declined, withdrawn, or not answered.
        EndOffer = "end_offer",
        /// The mediator who has the case or was asked leaves it for good, and is not asked again (D4, D6).
        Recuse = "recuse",
        /// Takes the case from a mediator who may not go on (D12).
        ReleaseMediator = "release_mediator",
        /// Records the answers of the field `exclusions` (D1).
        RecordScreening = "record_screening",
        /// Records when the other side was invited in writing.
        RecordProposal = "record_proposal",
        /// Records what the mediator declared of their connections (D6, D7).
        RecordDeclaration = "record_declaration",
        /// Records that every side waived what was disclosed (D6).
        RecordWaivers = "record_waivers",
        /// Records the contract; the term of mediation begins (D13, D14).
        RecordContract = "record_contract",
        /// Records the annex to the contract that names another mediator (D12).
        RecordAnnex = "record_annex",
        /// Lengthens the term (D16).
        ExtendTerm = "extend_term",
        /// Stops the term (D17).
        PauseTerm = "pause_term",
        /// Lets the term go on, longer by the days on which it was paused (D17).
        ResumeTerm = "resume_term",
        /// Records the day on which a court paused its proceedings (L18).
        RecordRuling = "record_ruling",
        /// Records the agreement of the fields `agreement.signed_on` and `agreement.summary`.
        RecordAgreement = "record_agreement",
        /// Records a check after the agreement.
        RecordCheck = "record_check",
        /// Sets the ground of the field `ground` (3.2, D19), with `effective_on`, `linked_case` and `exclusion_code`.
        SetGround = "set_ground",
    }
}

impl Effect {
    /// The fields of the form that the effect reads, with their types.
    pub fn fields(self) -> &'static [(&'static str, FieldType)] {
        match self {
            Effect::AssignMediator | Effect::OfferMediator => &[
                ("mediator", FieldType::Mediator),
                ("over_limit_reason", FieldType::Text),
            ],
            Effect::RecordScreening => &[("exclusions", FieldType::Exclusions)],
            Effect::RecordProposal => &[("proposal.sent_on", FieldType::Date)],
            Effect::RecordDeclaration => &[("declaration.result", FieldType::Declaration)],
            Effect::RecordWaivers => &[("waivers.given_on", FieldType::Date)],
            Effect::RecordContract => &[
                ("contract.signed_on", FieldType::Date),
                ("contract.all_signed", FieldType::YesNo),
                ("contract.elements", FieldType::Elements),
            ],
            Effect::RecordAnnex => &[("annex.signed_on", FieldType::Date)],
            Effect::ExtendTerm => &[
                ("extension.requested_on", FieldType::Date),
                ("extension.until", FieldType::Date),
            ],
            Effect::PauseTerm => &[("pause.from", FieldType::Date)],
            Effect::ResumeTerm => &[("pause.until", FieldType::Date)],
            Effect::RecordRuling => &[("court.ruled_on", FieldType::Date)],
            Effect::RecordAgreement => &[
                ("agreement.signed_on", FieldType::Date),
                ("agreement.summary", FieldType::Text),
            ],
            Effect::RecordCheck => &[
                ("check.after", FieldType::Choice),
                ("check.contacted_on", FieldType::Date),
            ],
            Effect::SetGround => &[
                ("ground", FieldType::Ground),
                ("effective_on", FieldType::Date),
                ("linked_case", FieldType::Case),
                ("exclusion_code", FieldType::Text),
            ],
            Effect::AcceptOffer | Effect::EndOffer | Effect::Recuse | Effect::ReleaseMediator => {
                &[]
            }
        }
    }

    /// The fields without which the effect means nothing.
    pub fn needs(self) -> &'static [&'static str] {
        match self {
            Effect::AssignMediator | Effect::OfferMediator => &["mediator"],
            Effect::RecordScreening => &["exclusions"],
            Effect::RecordProposal => &["proposal.sent_on"],
            Effect::RecordDeclaration => &["declaration.result"],
            Effect::RecordWaivers => &["waivers.given_on"],
            Effect::RecordContract => &[
                "contract.signed_on",
                "contract.all_signed",
                "contract.elements",
            ],
            Effect::RecordAnnex => &["annex.signed_on"],
            Effect::ExtendTerm => &["extension.requested_on", "extension.until"],
            Effect::PauseTerm => &["pause.from"],
            Effect::ResumeTerm => &["pause.until"],
            Effect::RecordRuling => &["court.ruled_on"],
            Effect::RecordAgreement => &["agreement.signed_on", "agreement.summary"],
            Effect::RecordCheck => &["check.after"],
            Effect::SetGround => &["ground"],
            Effect::AcceptOffer | Effect::EndOffer | Effect::Recuse | Effect::ReleaseMediator => {
                &[]
            }
        }
    }
}

closed_enum! {
    /// The type of a form's field.
    FieldType {
        /// One or several lines of text.
        Text = "text",
        /// A day.
        Date = "date",
        /// Yes or no.
        YesNo = "yes_no",
        /// A mediator of the register.
        Mediator = "mediator",
        /// Another case.
        Case = "case",
        /// A ground of closure.
        Ground = "ground",
        /// One of the field's own `choices`.
        Choice = "choice",
        /// A yes or no for each exclusion question of the law (D1).
        Exclusions = "exclusions",
        /// What a mediator declares of their connections: none, disclosed or must_refuse (D6).
        Declaration = "declaration",
        /// The elements of a prescribed document that are there (D13); `choices` names the document.
        Elements = "elements",
        /// The number or name of a paper on file.
        Document = "document",
    }
}

closed_enum! {
    /// What must hold for an answer.
    FieldRule {
        /// A day not before the local day of filing.
        NotBeforeFiling = "not_before_filing",
        /// A day not after today.
        NotInFuture = "not_in_future",
        /// A day not before the contract.
        NotBeforeContract = "not_before_contract",
        /// A day not after the last one of the term.
        NotAfterTerm = "not_after_term",
        /// The answer is yes.
        Yes = "yes",
    }
}

/// A field of an action's form. A dot in the name makes an object on the wire.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Field {
    /// The name.
    pub name: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Whether it must be given.
    #[serde(default)]
    pub required: bool,
    /// Whether its value is confidential: then it is stored encrypted and never in the open part of an event.
    #[serde(default)]
    pub confidential: bool,
    /// The value that holds when none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The codes of a choice; for a ground, the grounds that this action may set (all of the workflow's when empty).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What must hold for the answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<FieldRule>,
    /// The label.
    pub title: Names,
}

impl Field {
    /// Whether the answer is sealed: where the definition says so, and always why a limit was lifted, which definitions
    /// from before that was sealed do not say.
    pub fn is_sealed(&self) -> bool {
        self.confidential || self.name == "over_limit_reason"
    }
}

closed_enum! {
    /// The fact of a case from which a timer counts.
    Start {
        /// The case was filed.
        Filed = "filed",
        /// The case came to one of the steps at which the timer runs.
        Entered = "entered",
        /// The other side was invited in writing.
        Proposal = "proposal",
        /// A mediator was asked.
        Offer = "offer",
        /// A mediator took the case for the first time.
        Accepted = "accepted",
        /// The contract was concluded.
        Contract = "contract",
        /// The last day of the term of mediation.
        TermEnd = "term_end",
        /// The last day of the term, or the day before the case came to the step, whichever is later (D18).
        AfterTerm = "after_term",
        /// A court paused its proceedings.
        Ruling = "ruling",
        /// The agreement was signed.
        Agreement = "agreement",
    }
}

/// How long a timer runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Runs {
    /// A length of the network's own.
    Own(Length),
    /// A warning: so long before the fact, which is a day to come.
    Before(Length),
    /// A term that the law sets; its length, article and rule come from the profile in force on the day of the start (D3).
    Law(TermName),
    /// Until the fact itself, which is a day to come: the timer is due when that day is over.
    Until,
}

/// Something that happens when its time has come (3.4). Whatever it starts from is looked at after every event: it is
/// armed when the fact is there and the case stands at one of its steps, moved when the fact has changed, and cancelled
/// when the case has gone on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timer {
    /// Its name.
    pub name: TimerName,
    /// Its title.
    pub title: Names,
    /// The steps at which it runs; leaving all of them cancels it.
    pub at: Vec<StepId>,
    /// From which fact it counts.
    pub starts: Start,
    /// How long.
    pub runs: Runs,
    /// Whether it stands still while the term is paused (D17).
    pub pauses: bool,
    /// The check after the agreement of which it reminds; it ends when that check is made.
    pub check: Option<String>,
    /// Who is told when it is due.
    pub tells: Vec<Telling>,
    /// The action that it takes when it is due.
    pub fires: Option<Firing>,
}

/// Who is told what when a timer is due.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Telling {
    /// Who.
    pub to: Audience,
    /// What.
    pub notice: Text,
}

/// The action that a timer takes, under the relation `clock`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Firing {
    /// The action.
    pub action: ActionName,
    /// The answers to its form. For a date, the word `last_day` is the last day of the timer.
    pub answers: BTreeMap<String, String>,
}

/// The word for the last day of a timer, among the answers that it gives.
pub const LAST_DAY: &str = "last_day";

/// The text of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Text {
    /// One that is shipped with the program.
    Shipped(NoticeKind),
    /// One that stands in the definition, in Fluent, with the variables of its audience only (D24).
    Own(Names),
}

impl Text {
    /// The kind of message that carries it to staff.
    pub fn kind(&self) -> NoticeKind {
        match self {
            Text::Shipped(kind) => *kind,
            Text::Own(_) => NoticeKind::WorkflowNote,
        }
    }

    /// The definition's own words.
    pub fn own(&self) -> Option<&Names> {
        match self {
            Text::Shipped(_) => None,
            Text::Own(words) => Some(words),
        }
    }
}

closed_enum! {
    /// What in a case causes a message.
    Trigger {
        /// The case was filed.
        Filed = "filed",
        /// A mediator was asked.
        Offered = "offered",
        /// The mediator who was asked declined, or recused themselves.
        OfferDeclined = "offer_declined",
        /// The mediator who was asked did not answer in time.
        OfferExpired = "offer_expired",
        /// Somebody else ended the offer.
        OfferWithdrawn = "offer_withdrawn",
        /// A mediator was given the case, for the first time or again.
        MediatorAssigned = "mediator_assigned",
        /// A mediator lost the case to another.
        MediatorReplaced = "mediator_replaced",
        /// The case lost its mediator, and nobody has it (D12).
        MediatorLost = "mediator_lost",
        /// The office took the case back from the mediator who had it.
        TakenBack = "taken_back",
        /// The case was assigned for the first time.
        FirstAssigned = "first_assigned",
        /// The contract was concluded: mediation has begun.
        Started = "started",
        /// The term of mediation was extended (D16).
        TermExtended = "term_extended",
        /// The ground was set: the mediation ended, or the case was closed without one.
        Ended = "ended",
    }
}

closed_enum! {
    /// Who gets it.
    Audience {
        /// The mediator of the case.
        Mediator = "mediator",
        /// The mediator of the case; the head of its office where no mediator has it.
        MediatorOrHead = "mediator_or_head",
        /// The mediator who had it before.
        FormerMediator = "former_mediator",
        /// The mediator who is asked, or was asked.
        AskedMediator = "asked_mediator",
        /// The head of the office; the coordinator where it has none.
        OfficeHead = "office_head",
        /// The coordinators of the region.
        Coordinator = "coordinator",
        /// The partner that referred the case.
        Partner = "partner",
    }
}

impl Audience {
    /// The variables that a text of a definition's own may use for this audience; for a partner, a part of the
    /// whitelist (D24).
    pub fn variables(self) -> &'static [&'static str] {
        match self {
            Audience::Partner => &["on"],
            Audience::Mediator
            | Audience::MediatorOrHead
            | Audience::FormerMediator
            | Audience::AskedMediator
            | Audience::OfficeHead
            | Audience::Coordinator => &["on", "number"],
        }
    }
}

/// One message that follows from a trigger.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoticeRule {
    /// What causes it.
    pub on: Trigger,
    /// Who gets it.
    pub to: Audience,
    /// Which message.
    pub notice: Text,
}

impl Definition {
    /// The step of an id.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The timer of a name.
    pub fn timer(&self, name: &TimerName) -> Option<&Timer> {
        self.timers.iter().find(|timer| timer.name == *name)
    }

    /// The actions that open a case.
    pub fn opening(&self) -> impl Iterator<Item = &Action> {
        self.actions.iter().filter(|action| action.from.is_empty())
    }

    /// The entry of an action that starts at a step.
    pub fn action_at(&self, name: &ActionName, step: &StepId) -> Option<&Action> {
        self.actions
            .iter()
            .find(|action| action.name == *name && action.from.contains(step))
    }

    /// Whether an open offer can be answered or ended at a step.
    pub fn answers_offer(&self, step: &StepId) -> bool {
        let answers = [Effect::AcceptOffer, Effect::EndOffer];
        self.actions.iter().any(|action| {
            action.from.contains(step) && answers.iter().any(|effect| action.does(*effect))
        })
    }

    /// The first action at a step that is open to a relation: for what takes it without a choice (D12).
    pub fn action_of(&self, relation: Relation, step: &StepId) -> Option<&Action> {
        let mut actions = self.actions.iter();
        actions.find(|action| action.from.contains(step) && action.who.contains(&relation))
    }

    /// The steps from which an action can be taken.
    pub fn starts_of(&self, name: &ActionName) -> Vec<StepId> {
        self.actions
            .iter()
            .filter(|action| action.name == *name)
            .flat_map(|action| action.from.clone())
            .collect()
    }

    /// The names of all actions on a case that is open already, each once, in order.
    pub fn action_names(&self) -> Vec<&ActionName> {
        let mut names: Vec<&ActionName> = Vec::new();
        for action in self.actions.iter().filter(|action| !action.from.is_empty()) {
            if !names.contains(&&action.name) {
                names.push(&action.name);
            }
        }
        names
    }
}
