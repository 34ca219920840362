//! Rows of `cases`, `case_party`, `case_event` and `referral`.

use chrono::NaiveDate;
use diesel::{AsChangeset, Insertable, Queryable, Selectable};
use kelisim_domain::{
    case::{Case, Class, Closure, Course, CourtStage, EventData, Side, Stage, ground::Ground},
    code::{CategoryCode, DistrictCode, SourceCode, StepId, WorkflowKey},
    id::{CaseId, RegionId},
    language::Language,
};

use crate::error::Error;
use crate::schema::{case_event, case_party, cases, referral};
use crate::types::{Json, Ts, Uid, Word};

/// The open part of a case as it stands in `cases`; the sealed part and the chain are beside it.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = cases, treat_none_as_default_value = false)]
pub(crate) struct CaseRow {
    pub(crate) region_id: Uid,
    pub(crate) id: Uid,
    pub(crate) number: String,
    pub(crate) office_id: Uid,
    pub(crate) workflow_key: String,
    pub(crate) workflow_version: i32,
    pub(crate) stage: Word<Stage>,
    pub(crate) step: String,
    pub(crate) class: Word<Class>,
    pub(crate) category: String,
    pub(crate) subcategory: Option<String>,
    pub(crate) language: Word<Language>,
    pub(crate) district: String,
    pub(crate) court_stage: Word<CourtStage>,
    pub(crate) source: String,
    pub(crate) partner_id: Option<Uid>,
    pub(crate) mediator_id: Option<Uid>,
    pub(crate) filed_by: Uid,
    pub(crate) filed_at: Ts,
    pub(crate) accepted_at: Option<Ts>,
    pub(crate) contract_on: Option<NaiveDate>,
    pub(crate) ended_on: Option<NaiveDate>,
    pub(crate) closed_at: Option<Ts>,
    pub(crate) ground: Option<Word<Ground>>,
    pub(crate) effective_on: Option<NaiveDate>,
    pub(crate) linked_case_id: Option<Uid>,
    pub(crate) version: i32,
    pub(crate) data_key_id: Uid,
    pub(crate) secret: Vec<u8>,
    pub(crate) head_hash: Vec<u8>,
    pub(crate) course: Json<Course>,
    pub(crate) asked_id: Option<Uid>,
}

/// What a change of a case writes over its row.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = cases, treat_none_as_null = true)]
pub(crate) struct CaseUpdate {
    version: i32,
    stage: Word<Stage>,
    step: String,
    class: Word<Class>,
    category: String,
    subcategory: Option<String>,
    language: Word<Language>,
    district: String,
    court_stage: Word<CourtStage>,
    mediator_id: Option<Uid>,
    accepted_at: Option<Ts>,
    contract_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
    closed_at: Option<Ts>,
    ground: Option<Word<Ground>>,
    effective_on: Option<NaiveDate>,
    linked_case_id: Option<Uid>,
    secret: Vec<u8>,
    head_hash: Vec<u8>,
    workflow_version: i32,
    course: Json<Course>,
    asked_id: Option<Uid>,
}

/// The mediator who is asked, in a column of its own: it is looked for in lists.
fn asked(case: &Case) -> Option<Uid> {
    case.course.asked.map(|asked| asked.mediator.into())
}

/// The legal end of a mediation that had begun with a contract.
fn ended_on(case: &Case) -> Option<NaiveDate> {
    case.course.contract_on?;
    case.closure.map(|closure| closure.effective_on)
}

impl CaseUpdate {
    /// The columns that a change may touch.
    pub(crate) fn of(case: &Case, secret: Vec<u8>, head_hash: Vec<u8>) -> Self {
        let closure = case.closure;
        Self {
            version: case.version,
            stage: Word(case.stage),
            step: case.step.to_string(),
            class: Word(case.class),
            category: case.category.to_string(),
            subcategory: case.subcategory.clone(),
            language: Word(case.language),
            district: case.district.to_string(),
            court_stage: Word(case.court_stage),
            mediator_id: case.mediator.map(Uid::from),
            accepted_at: case.accepted_at.map(Ts::from),
            contract_on: case.course.contract_on,
            ended_on: ended_on(case),
            closed_at: case.closed_at.map(Ts::from),
            ground: closure.map(|closure| Word(closure.ground)),
            effective_on: closure.map(|closure| closure.effective_on),
            linked_case_id: closure
                .and_then(|closure| closure.linked_case)
                .map(Uid::from),
            secret,
            head_hash,
            workflow_version: case.workflow_version,
            course: Json(case.course.clone()),
            asked_id: asked(case),
        }
    }
}

impl CaseRow {
    /// A row for a case.
    pub(crate) fn of(
        region: RegionId,
        case: &Case,
        key: Uid,
        secret: Vec<u8>,
        head_hash: Vec<u8>,
    ) -> Self {
        Self {
            region_id: region.into(),
            id: case.id.into(),
            number: case.number.to_string(),
            office_id: case.office.into(),
            workflow_key: case.workflow.to_string(),
            workflow_version: case.workflow_version,
            stage: Word(case.stage),
            step: case.step.to_string(),
            class: Word(case.class),
            category: case.category.to_string(),
            subcategory: case.subcategory.clone(),
            language: Word(case.language),
            district: case.district.to_string(),
            court_stage: Word(case.court_stage),
            source: case.source.to_string(),
            partner_id: case.partner.map(Uid::from),
            mediator_id: case.mediator.map(Uid::from),
            filed_by: case.filed_by.into(),
            filed_at: case.filed_at.into(),
            accepted_at: case.accepted_at.map(Ts::from),
            contract_on: case.course.contract_on,
            ended_on: ended_on(case),
            closed_at: case.closed_at.map(Ts::from),
            ground: case.closure.map(|closure| Word(closure.ground)),
            effective_on: case.closure.map(|closure| closure.effective_on),
            linked_case_id: case
                .closure
                .and_then(|closure| closure.linked_case)
                .map(Uid::from),
            version: case.version,
            data_key_id: key,
            secret,
            head_hash,
            course: Json(case.course.clone()),
            asked_id: asked(case),
        }
    }

    /// The case of a row.
    pub(crate) fn case(&self) -> Result<Case, Error> {
        let closure = match (self.ground, self.effective_on) {
            (Some(ground), Some(effective_on)) => Some(Closure {
                ground: ground.0,
                effective_on,
                linked_case: self.linked_case_id.map(|id| CaseId(id.0)),
            }),
            _ => None,
        };
        Ok(Case {
            id: CaseId(self.id.0),
            number: self
                .number
                .parse()
                .map_err(|error| Error::broken("case number", error))?,
            version: self.version,
            office: self.office_id.into(),
            workflow: WorkflowKey::from_stored(self.workflow_key.clone()),
            workflow_version: self.workflow_version,
            stage: self.stage.0,
            step: StepId::from_stored(self.step.clone()),
            class: self.class.0,
            category: CategoryCode::from_stored(self.category.clone()),
            subcategory: self.subcategory.clone(),
            language: self.language.0,
            district: DistrictCode::from_stored(self.district.clone()),
            court_stage: self.court_stage.0,
            source: SourceCode::from_stored(self.source.clone()),
            partner: self.partner_id.map(Into::into),
            mediator: self.mediator_id.map(Into::into),
            filed_by: self.filed_by.into(),
            filed_at: self.filed_at.into(),
            accepted_at: self.accepted_at.map(Into::into),
            closure,
            closed_at: self.closed_at.map(Into::into),
            course: self.course.0.clone(),
        })
    }
}

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = case_party, treat_none_as_default_value = false)]
pub(crate) struct PartyRow {
    pub(crate) region_id: Uid,
    pub(crate) case_id: Uid,
    pub(crate) position: i32,
    pub(crate) id: Uid,
    pub(crate) side: Word<Side>,
    pub(crate) secret: Vec<u8>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = case_event, treat_none_as_default_value = false)]
pub(crate) struct EventRow {
    pub(crate) region_id: Uid,
    pub(crate) case_id: Uid,
    pub(crate) seq: i32,
    pub(crate) id: Uid,
    pub(crate) kind: String,
    pub(crate) at: Ts,
    pub(crate) actor_id: Option<Uid>,
    pub(crate) grant_id: Option<Uid>,
    pub(crate) data: Json<EventData>,
    pub(crate) secret: Option<Vec<u8>>,
    pub(crate) prev_hash: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

#[derive(Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = referral, treat_none_as_default_value = false)]
pub(crate) struct ReferralRow {
    pub(crate) region_id: Uid,
    pub(crate) id: Uid,
    pub(crate) case_id: Uid,
    pub(crate) partner_id: Uid,
    pub(crate) memorandum_id: Option<Uid>,
    pub(crate) receipt_code: String,
    pub(crate) received_on: NaiveDate,
    pub(crate) secret: Option<Vec<u8>>,
}
