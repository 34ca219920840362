//! What a person would do over HTTP, done in a transaction of our own: the same forms, checks and use cases.

use std::sync::Arc;

use super::network::Form;
use crate::{
    app::{self, AppError, Tx, case::Done, register},
    http::{api::case::read, form},
};
use kelisim_domain::{
    code::ActionName,
    id::{CaseId, ContactId, MediatorId, PartnerId},
    mediator::MediatorEntry,
    memorandum::{Draft, Signing},
    office::OfficeEntry,
    partner::{ContactWish, PartnerEntry},
};
use kelisim_persistence::store::access::See;
use serde_json::{Value, json};

/// Opens an office.
pub(super) fn office_open(
    tx: &mut Tx<'_>,
    form: &Form,
) -> Result<kelisim_domain::id::OfficeId, AppError> {
    let known = register::known(tx, &[], &[])?;
    let entry = OfficeEntry::parse(form, &known, None).map_err(AppError::Invalid)?;
    Ok(app::office::create(tx, entry)?.id)
}

/// Enters a mediator.
pub(super) fn mediator_enter(tx: &mut Tx<'_>, form: &Form) -> Result<MediatorId, AppError> {
    let offices = form.get("offices").and_then(Value::as_array);
    let codes: Vec<&str> = offices
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let known = register::known(tx, &codes, &[])?;
    let (entry, wish) =
        MediatorEntry::parse(form, &known, None, tx.today()).map_err(AppError::Invalid)?;
    Ok(app::mediator::create(tx, entry, wish)?.mediator.id)
}

/// Enters a partner.
pub(super) fn partner_enter(tx: &mut Tx<'_>, form: &Form) -> Result<PartnerId, AppError> {
    let entry = PartnerEntry::parse(form, None).map_err(AppError::Invalid)?;
    Ok(app::partner::create(tx, entry)?.id)
}

/// Enters a contact, and marks its address as verified in a second step, as a person must.
pub(super) fn contact_enter(
    tx: &mut Tx<'_>,
    partner: PartnerId,
    form: &Form,
) -> Result<ContactId, AppError> {
    let mut unverified = form.clone();
    unverified.remove("verified");
    let wish = ContactWish::parse(&unverified, None, true).map_err(AppError::Invalid)?;
    let contact = app::partner::contact_create(tx, partner, wish)?;
    let id = contact.contact.id;
    let wish = ContactWish::parse(form, Some(&contact.contact), true).map_err(AppError::Invalid)?;
    app::partner::contact_change(tx, contact, wish)?;
    Ok(id)
}

/// Drafts a memorandum and signs it today.
pub(super) fn memorandum_sign(tx: &mut Tx<'_>, form: &Form) -> Result<(), AppError> {
    let partner = form
        .get("partner")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let known = register::known(tx, &[], &[partner])?;
    let draft = Draft::parse(form, &known, None).map_err(AppError::Invalid)?;
    let memorandum = app::memorandum::create(tx, draft)?;
    let signing =
        Signing::parse(&Form::new(), &memorandum, tx.today()).map_err(AppError::Invalid)?;
    app::memorandum::sign(tx, memorandum, &signing)?;
    Ok(())
}

/// Files a case.
pub(super) fn case_file(tx: &mut Tx<'_>, form: &Form) -> Result<Done, AppError> {
    let (place, filing) = read::filing(tx, form)?;
    app::case::file(tx, &place, filing)
}

/// Takes an action on a case.
pub(super) fn case_act(
    tx: &mut Tx<'_>,
    id: CaseId,
    action: &str,
    form: &Form,
) -> Result<Done, AppError> {
    let name = ActionName::parse(action).map_err(|kind| AppError::invalid("/action", kind))?;
    let authorized = app::case::access::<See>(tx, id)?;
    let definition = app::case::definition_of(tx, authorized.case())?;
    let entry = app::case::action_of(tx, &authorized, &definition, &name)?;
    let law = Arc::clone(&tx.law);
    let reader = form::Form::of(&definition, entry, authorized.case(), &law, tx.today());
    let values = reader.read(form)?;
    app::case::act(tx, &authorized, &definition, &name, &values)
}

/// The form of an assignment: what is asked besides stands in `form`.
pub(super) fn with_mediator(form: &Form, mediator: Option<MediatorId>) -> Form {
    let mut form = form.clone();
    if let Some(mediator) = mediator {
        form.insert("mediator".into(), json!(mediator));
    }
    form
}
