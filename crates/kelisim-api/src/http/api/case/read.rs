//! Bodies about a case, read with all their faults at once.

use crate::app::{
    AppError, Tx,
    case::{FilingPlace, RightGround, filing_place, referred_by},
};
use chrono::NaiveDate;
use kelisim_domain::{
    case::{
        Content, ContentChange, Correction, CourtStage, Filing, Party, PartyKind, Side,
        ground::Ground, touched,
    },
    code::{CategoryCode, DistrictCode, OfficeCode, PartnerCode, SourceCode},
    confidential::Confidential,
    fault::{FaultKind, Faults},
    id::PartyId,
    input::{Input, id},
    notice::PartnerReference,
    register::language,
    text::{EmailAddress, Name, Phone, STORY_MOST, line, story},
};
use kelisim_persistence::store::{
    access::{Authorized, Correct, ReadContent},
    office::{FilingOffice, office_for_filing},
    reference::{self, CodesKnown, CodesNamed},
};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The most parties of one case.
const PARTIES_MOST: usize = 20;
/// The largest amount, in whole tenge: more than any dispute, less than what a program rounds.
const AMOUNT_MOST: i64 = 1_000_000_000_000;
/// The longest line of a party's settlement or a subcategory.
const LINE_MOST: usize = 200;

/// To file a case.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body for the document; it is read by hand, with all faults at once"
)]
pub(super) struct FileCase {
    /// The code of the office.
    office: String,
    /// The kind of dispute.
    category: String,
    /// A finer kind.
    subcategory: Option<String>,
    /// `kk`, `ru` or `en`.
    language: String,
    /// What the dispute is about. Confidential.
    summary: String,
    /// The sides. Confidential.
    parties: Vec<FileParty>,
    /// Where the case came from.
    referral: Option<FileReferral>,
    /// The district of the dispute; else the office's.
    district: Option<String>,
    /// `pre_court` unless it says otherwise.
    court_stage: Option<String>,
    /// In whole tenge. Confidential.
    amount: Option<i64>,
}

/// One party.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body for the document")]
pub(super) struct FileParty {
    /// `A` to `F`.
    side: String,
    /// `person` or `organisation`.
    kind: String,
    /// As on the identity paper.
    name: String,
    phone: Option<String>,
    email: Option<String>,
    language: Option<String>,
    settlement: Option<String>,
}

/// Where a case came from.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body for the document")]
pub(super) struct FileReferral {
    /// The code of the source; `self` when nobody referred it.
    source: Option<String>,
    /// The code of the partner agency.
    partner: Option<String>,
    /// The partner's own number.
    reference: Option<String>,
}

/// To correct facts: a merge patch.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body for the document")]
pub(super) struct CorrectCase {
    category: Option<String>,
    subcategory: Option<String>,
    language: Option<String>,
    district: Option<String>,
    court_stage: Option<String>,
    summary: Option<String>,
    amount: Option<i64>,
    parties: Option<Vec<FileParty>>,
    /// The right ground of a closed case: the coordinator only.
    ground: Option<String>,
    /// Its effective day.
    effective_on: Option<NaiveDate>,
    /// The other case, for a duplicate.
    linked_case: Option<String>,
    /// The code of the exclusion, for a dispute that is not suitable.
    exclusion_code: Option<String>,
    /// Why the ground was wrong.
    reason: Option<String>,
}

/// To take an action. The other fields are those of the action's form: `GET /cases/{id}/explain` lists them.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body for the document")]
pub(super) struct TakeAction {
    /// The action, such as one of the case's `allowed_actions`.
    action: String,
}

struct Where {
    source: SourceCode,
    partner: Option<PartnerCode>,
    reference: Option<PartnerReference>,
}

/// Reads a filing and resolves what it names.
///
/// # Errors
/// Every fault of the body; an office where the caller may not file.
pub(crate) fn filing(
    tx: &mut Tx<'_>,
    body: &Map<String, Value>,
) -> Result<(FilingPlace, Filing), AppError> {
    let mut faults = Faults::new();
    let mut input = Input::new(body, &mut faults);
    let office = input.text("office", OfficeCode::parse);
    let category = input.text("category", CategoryCode::parse);
    let subcategory = input.text_if("subcategory", |text| line(text, LINE_MOST));
    let spoken = input.text("language", language);
    let summary = input.text("summary", |text| story(text, STORY_MOST));
    let parties = parties(tx, &mut input);
    let referral = input.object_if("referral", referral);
    let district = input.text_if("district", DistrictCode::parse);
    let court_stage = input.text_if("court_stage", str::parse::<CourtStage>);
    let amount = input.number_if("amount", 0, AMOUNT_MOST);
    input.finish();

    // Codes are looked up also when other fields are wrong, so that everything is said at once.
    let named = CodesNamed {
        category: category.as_ref().map(CategoryCode::as_str),
        district: district
            .as_ref()
            .and_then(Option::as_ref)
            .map(DistrictCode::as_str),
        source: referral
            .as_ref()
            .and_then(Option::as_ref)
            .map(|referral| referral.source.as_str()),
    };
    let (found, known) = office_found(tx, office.as_ref(), named)?;
    note_unknown(tx, &mut faults, known)?;

    let place = match (&office, faults.is_empty()) {
        (Some(code), true) => Some(filing_place(tx, code, found)?),
        _ => None,
    };
    let referral = referral.flatten();
    let partner = referral
        .as_ref()
        .and_then(|referral| referral.partner.clone());
    let referred = match (&partner, faults.is_empty()) {
        (Some(code), true) => Some(referred_by(tx, code)?),
        _ => None,
    };
    let filing = (|| {
        Some(Filing {
            category: category?,
            subcategory: subcategory?,
            language: spoken?,
            district: district?.or_else(|| place.as_ref().map(|place| place.district.clone()))?,
            court_stage: court_stage?.unwrap_or(CourtStage::PreCourt),
            source: referral.as_ref().map_or_else(
                || SourceCode::from_stored("self".into()),
                |r| r.source.clone(),
            ),
            referral: referred,
            reference: referral.and_then(|referral| referral.reference),
            summary: Confidential::new(summary?),
            amount: amount?,
            parties: parties?,
        })
    })();
    faults.finish(place.zip(filing)).map_err(AppError::Invalid)
}

fn referral(input: &mut Input<'_>) -> Option<Where> {
    let source = input.text_if("source", SourceCode::parse);
    let partner = input.text_if("partner", PartnerCode::parse);
    let reference = input.text_if("reference", PartnerReference::parse);
    if partner == Some(None) && matches!(reference, Some(Some(_))) {
        input.fault("reference", FaultKind::NotHere);
    }
    if source == Some(None) && matches!(partner, Some(Some(_))) {
        input.fault("source", FaultKind::Missing);
    }
    let source = source?.unwrap_or_else(|| SourceCode::from_stored("self".into()));
    Some(Where {
        source,
        partner: partner?,
        reference: reference?,
    })
}

fn parties(tx: &Tx<'_>, input: &mut Input<'_>) -> Option<Vec<Party>> {
    let missing = !input.has("parties");
    let parties = input.objects("parties", PARTIES_MOST, |input| party(tx, input))?;
    if missing {
        input.fault("parties", FaultKind::Missing);
        return None;
    }
    // A dispute has at least one side that came; who the other is may not be known yet.
    if parties.is_empty() {
        input.fault("parties", FaultKind::TooFew { fewest: 1 });
        return None;
    }
    Some(parties)
}

fn party(tx: &Tx<'_>, input: &mut Input<'_>) -> Option<Party> {
    let side = input.text("side", str::parse::<Side>);
    let kind = input.text("kind", str::parse::<PartyKind>);
    let name = input.text("name", Name::parse);
    let phone = input.text_if("phone", Phone::parse);
    let email = input.text_if("email", EmailAddress::parse);
    let spoken = input.text_if("language", language);
    let settlement = input.text_if("settlement", |text| line(text, LINE_MOST));
    Some(Party {
        id: tx.new_id::<PartyId>(),
        side: side?,
        kind: kind?,
        name: Confidential::new(name?),
        phone: Confidential::new(phone?),
        email: Confidential::new(email?),
        language: spoken?,
        settlement: Confidential::new(settlement?),
    })
}

/// The office of a filing, and which of its codes are known.
fn office_found(
    tx: &mut Tx<'_>,
    code: Option<&OfficeCode>,
    named: CodesNamed<'_>,
) -> Result<(Option<FilingOffice>, CodesKnown), AppError> {
    let (region, today) = (tx.region(), tx.today());
    if let Some(code) = code {
        match office_for_filing(tx.db, region, code, today, named) {
            Ok((office, known)) => return Ok((Some(office), known)),
            Err(kelisim_persistence::Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok((None, reference::codes_known(tx.db, region, named)?))
}

/// Notes a fault for each code that is not in the region's lists.
fn note_unknown(tx: &mut Tx<'_>, faults: &mut Faults, found: CodesKnown) -> Result<(), AppError> {
    let region = tx.region();
    let mut unknown = |pointer: &str, known: Vec<String>| {
        faults.push(pointer, FaultKind::UnknownCode { known });
    };
    if !found.category {
        let known = reference::category_list(tx.db, region)?;
        let codes = known.into_iter().map(|known| known.code.to_string());
        unknown("/category", codes.collect());
    }
    if !found.district {
        let known = reference::district_list(tx.db, region)?;
        let codes = known.into_iter().map(|known| known.code.to_string());
        unknown("/district", codes.collect());
    }
    if !found.source {
        let known = reference::source_list(tx.db, region)?;
        let codes = known.into_iter().map(|known| known.code.to_string());
        unknown("/referral/source", codes.collect());
    }
    Ok(())
}

/// Reads a correction; whoever may not read the content may not correct it either.
///
/// # Errors
/// Every fault of the body.
pub(super) fn correction(
    tx: &mut Tx<'_>,
    authorized: &Authorized<Correct>,
    body: &Map<String, Value>,
) -> Result<(Correction, ContentChange), AppError> {
    let mut faults = Faults::new();
    let mut input = Input::new(body, &mut faults);
    let category = input.text_if("category", CategoryCode::parse);
    let clears = input.mentions("subcategory") && !input.has("subcategory");
    let subcategory = input.text_if("subcategory", |text| line(text, LINE_MOST));
    let spoken = input.text_if("language", language);
    let district = input.text_if("district", DistrictCode::parse);
    let court_stage = input.text_if("court_stage", str::parse::<CourtStage>);
    let summary = input.text_if("summary", |text| story(text, STORY_MOST));
    let takes_amount = input.mentions("amount") && !input.has("amount");
    let amount = input.number_if("amount", 0, AMOUNT_MOST);
    let parties = if input.mentions("parties") {
        parties(tx, &mut input).map(Some)
    } else {
        Some(None)
    };
    for name in ["category", "language", "district", "court_stage", "summary"] {
        if input.mentions(name) && !input.has(name) {
            input.fault(name, FaultKind::Missing);
        }
    }
    input.finish();
    let named = CodesNamed {
        category: category
            .as_ref()
            .and_then(Option::as_ref)
            .map(CategoryCode::as_str),
        district: district
            .as_ref()
            .and_then(Option::as_ref)
            .map(DistrictCode::as_str),
        source: None,
    };
    let known = reference::codes_known(tx.db, tx.actor.region, named)?;
    note_unknown(tx, &mut faults, known)?;
    let read = (|| {
        let content = ContentChange {
            summary: Confidential::new(summary?),
            amount: Confidential::new(if takes_amount {
                Some(None)
            } else {
                amount?.map(Some)
            }),
            parties: parties?,
            ..ContentChange::default()
        };
        let correction = Correction {
            category: category?,
            subcategory: if clears {
                Some(String::new())
            } else {
                subcategory?
            },
            language: spoken?,
            district: district?,
            court_stage: court_stage?,
            content: Vec::new(),
        };
        Some((correction, content))
    })();
    let (correction, content) = faults.finish(read).map_err(AppError::Invalid)?;
    if content.is_empty() {
        return Ok((correction, content));
    }
    let reader: Authorized<ReadContent> = authorized
        .also(&tx.actor)
        .ok_or_else(|| AppError::NotPermitted(Vec::new()))?;
    let before: &Content = reader.content(&tx.app.vault)?;
    let correction = Correction {
        content: touched(&content, before),
        ..correction
    };
    Ok((correction, content))
}

/// Reads a correction of the ground (D20).
///
/// # Errors
/// Every fault of the body.
pub(super) fn ground_change(
    body: &Map<String, Value>,
    today: NaiveDate,
) -> Result<RightGround, AppError> {
    let mut faults = Faults::new();
    let mut input = Input::new(body, &mut faults);
    let ground = input.text("ground", str::parse::<Ground>);
    let effective_on = input.date_if("effective_on");
    if let Some(Some(day)) = effective_on
        && day > today
    {
        input.fault("effective_on", FaultKind::TooLate { latest: today });
    }
    let linked_case = input.text_if("linked_case", id);
    let exclusion_code = input.text_if("exclusion_code", |text| story(text, STORY_MOST));
    let reason = input.text("reason", |text| line(text, 500));
    input.finish();
    let change = (|| {
        Some(RightGround {
            ground: ground?,
            effective_on: effective_on?,
            linked_case: linked_case?,
            exclusion_code: Confidential::new(exclusion_code?),
            reason: Confidential::new(reason?),
        })
    })();
    faults.finish(change).map_err(AppError::Invalid)
}
