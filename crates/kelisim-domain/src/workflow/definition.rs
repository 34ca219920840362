//! What a workflow definition says, after it was checked.

use crate::{
    case::{Class, Stage, closed_enum, ground::Ground},
    code::{ActionName, StepId, WorkflowKey},
    language::Names,
    notice::NoticeKind,
    policy::Relation,
};
use serde::{Deserialize, Serialize};

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
    }
}

closed_enum! {
    /// What an action does besides moving the case.
    Effect {
        /// Gives the case to the mediator named in the field `mediator`.
        AssignMediator = "assign_mediator",
        /// Records the agreement of the fields `agreement.signed_on` and `agreement.summary`.
        RecordAgreement = "record_agreement",
        /// Sets the ground of the field `ground` (3.2, D19), with `effective_on`, `linked_case` and `exclusion_code`.
        SetGround = "set_ground",
    }
}

impl Effect {
    /// The fields of the form that the effect reads, with their types; the first of them is the one it cannot do without.
    pub fn fields(self) -> &'static [(&'static str, FieldType)] {
        match self {
            Effect::AssignMediator => &[
                ("mediator", FieldType::Mediator),
                ("over_limit_reason", FieldType::Text),
            ],
            Effect::RecordAgreement => &[
                ("agreement.signed_on", FieldType::Date),
                ("agreement.summary", FieldType::Text),
            ],
            Effect::SetGround => &[
                ("ground", FieldType::Ground),
                ("effective_on", FieldType::Date),
                ("linked_case", FieldType::Case),
                ("exclusion_code", FieldType::Text),
            ],
        }
    }

    /// The fields without which the effect means nothing.
    pub fn needs(self) -> &'static [&'static str] {
        match self {
            Effect::AssignMediator => &["mediator"],
            Effect::RecordAgreement => &["agreement.signed_on", "agreement.summary"],
            Effect::SetGround => &["ground"],
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
    }
}

closed_enum! {
    /// What must hold for a date.
    FieldRule {
        /// Not before the local day of filing.
        NotBeforeFiling = "not_before_filing",
        /// Not after today.
        NotInFuture = "not_in_future",
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
    /// What must hold for a date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<FieldRule>,
    /// The label.
    pub title: Names,
}

closed_enum! {
    /// What in a case causes a message.
    Trigger {
        /// The case was filed.
        Filed = "filed",
        /// A mediator was given the case, for the first time or again.
        MediatorAssigned = "mediator_assigned",
        /// A mediator lost the case to another.
        MediatorReplaced = "mediator_replaced",
        /// The case was assigned for the first time.
        FirstAssigned = "first_assigned",
        /// The ground was set: the mediation ended, or the case was closed without one.
        Ended = "ended",
    }
}

closed_enum! {
    /// Who gets it.
    Audience {
        /// The mediator of the case.
        Mediator = "mediator",
        /// The mediator who had it before.
        FormerMediator = "former_mediator",
        /// The partner that referred the case.
        Partner = "partner",
    }
}

/// One message that follows from a trigger.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NoticeRule {
    /// What causes it.
    pub on: Trigger,
    /// Who gets it.
    pub to: Audience,
    /// Which message: a text shipped with the program.
    pub notice: NoticeKind,
}

impl Definition {
    /// The step of an id.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
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
