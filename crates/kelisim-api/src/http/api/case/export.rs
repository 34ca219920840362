//! What is kept of a side, as one document: for a person who asks what Kelisim knows of them.
//!
//! Nobody is found by it: a name is shared by many, so somebody who reads the cases says which entries are this person, after
//! they have looked at a paper. The ids stand in the body, and what is shown of each case is entered as a reading.
//!
//! Absent on purpose: the narrative and the other sides. They are as much another person's, and the mediator's words.

use super::{
    consent::ConsentView,
    view::{PartyView, name_in, party_view},
};
use crate::{
    app::{self, AppError, Tx, reading::Reading},
    http::{answer::Answer, call::Call},
    locale::text,
};
use actix_web::{HttpResponse, post};
use chrono::{DateTime, NaiveDate, Utc};
use kelisim_domain::{
    fault::{FaultKind, Faults},
    id::{CaseId, PartyId},
    input::{Input, id},
    retention::DataKind,
};
use kelisim_persistence::store::{
    access::{Authorized, ReadContent},
    erasure::retention_of,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Entries of one person in one document.
const PARTIES_MOST: usize = 50;
/// Fields of a case that are another person's as well.
const WITHHELD: [&str; 3] = ["summary", "amount", "answers"];

/// Which entries are this person.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct PartyExportBody {
    /// At most fifty.
    parties: Vec<PartyOfBody>,
}

/// An entry of a side in a case.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body that is read field by field")]
struct PartyOfBody {
    case: Uuid,
    party: Uuid,
}

/// What is kept of a person.
#[derive(Serialize, ToSchema)]
struct PartyExportView {
    made_at: DateTime<Utc>,
    /// What the data are there for, in the reader's language.
    purpose: String,
    /// How many months after closing they are kept; none as long as nobody has set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    months: Option<i32>,
    cases: Vec<PartyOfView>,
    /// Cases that were named and whose content is erased: of the person nothing is kept in them.
    erased: Vec<ErasedCaseView>,
}

/// A case of which only the open part is left.
#[derive(Serialize, ToSchema)]
struct ErasedCaseView {
    case: Uuid,
    number: String,
}

/// What is kept of a person in one case.
#[derive(Serialize, ToSchema)]
struct PartyOfView {
    case: Uuid,
    number: String,
    office: String,
    category: String,
    /// Where the case came from: the person, or an agency.
    source: String,
    stage: &'static str,
    filed_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mediator: Option<String>,
    party: PartyView,
    consents: Vec<ConsentView>,
    /// What the sides have signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<SignedView>,
    /// Fields of the case that are not given out, because they are of the other side too.
    withheld: Vec<&'static str>,
}

/// An agreement, which every side has signed.
#[derive(Serialize, ToSchema)]
struct SignedView {
    signed_on: NaiveDate,
    summary: String,
}

/// Give a person what is kept of them: one document about all entries that are named, for a token that may export.
#[utoipa::path(tag = "protection", request_body = PartyExportBody,
    responses((status = 200, body = PartyExportView), (status = 401), (status = 403), (status = 404), (status = 422)))]
#[post("/party-exports")]
pub(super) async fn export(call: Call) -> HttpResponse {
    let sees = |tx: &mut Tx<'_>| app::name_search::scope(tx).map(drop);
    call.export(sees, |tx, body| {
        let named = named(&*body.object()?)?;
        let region = tx.region();
        let mut cases = Vec::with_capacity(named.len());
        let (mut reads, mut erased) = (Vec::new(), Vec::new());
        for (case, party) in named {
            let authorized = app::consent::reader(tx, case)?;
            match of_case(tx, &authorized, party)? {
                Some(view) => {
                    cases.push(view);
                    reads.push(Reading::party(case, party));
                }
                None => erased.push(ErasedCaseView {
                    case: case.0,
                    number: authorized.case().number.to_string(),
                }),
            }
        }
        let view = PartyExportView {
            made_at: tx.now,
            purpose: text(tx.language(), "purpose-case"),
            months: retention_of(tx.db, region, DataKind::Case)?.months,
            cases,
            erased,
        };
        Ok(Answer::ok(&view).reads(reads))
    })
    .await
}

fn named(
    body: &serde_json::Map<String, serde_json::Value>,
) -> Result<Vec<(CaseId, PartyId)>, AppError> {
    let mut faults = Faults::new();
    let mut input = Input::new(body, &mut faults);
    let found = input.objects("parties", PARTIES_MOST, |one| {
        let (case, party) = (one.text("case", id), one.text("party", id));
        case.zip(party)
    });
    if found.as_ref().is_some_and(Vec::is_empty) {
        input.fault("parties", FaultKind::TooFew { fewest: 1 });
    }
    input.finish();
    faults.finish(found).map_err(AppError::Invalid)
}

/// What is kept of a person in a case; none where it was erased.
fn of_case(
    tx: &mut Tx<'_>,
    authorized: &Authorized<ReadContent>,
    id: PartyId,
) -> Result<Option<PartyOfView>, AppError> {
    let content = match authorized.content(&tx.app.vault) {
        Err(kelisim_persistence::Error::Erased) => return Ok(None),
        other => other?,
    };
    let mut parties = content.parties.iter();
    let party = parties.find(|party| party.id == id);
    let party = party_view(party.ok_or(AppError::NotFound)?);
    let agreement = content.agreement.as_ref().map(|agreement| SignedView {
        signed_on: agreement.signed_on,
        summary: agreement.summary.reveal().clone(),
    });
    let consents = app::consent::list(tx, authorized)?;
    let case = authorized.case();
    let mediator = match case.mediator {
        None => None,
        Some(id) => {
            let language = tx.language();
            let names = tx.mediator_names(&[id])?;
            names.get(&id).map(|name| name_in(name, language))
        }
    };
    Ok(Some(PartyOfView {
        case: case.id.0,
        number: case.number.to_string(),
        office: case.number.office.to_string(),
        category: case.category.to_string(),
        source: case.source.to_string(),
        stage: case.stage.code(),
        filed_at: case.filed_at,
        closed_at: case.closed_at,
        outcome: case
            .closure
            .and_then(|closure| kelisim_domain::notice::OutcomeClass::of(closure.ground))
            .map(|outcome| outcome.code()),
        mediator,
        party,
        consents: consents
            .iter()
            .filter(|record| record.consent.reveal().party == id)
            .map(ConsentView::of)
            .collect(),
        agreement,
        withheld: WITHHELD.to_vec(),
    }))
}
