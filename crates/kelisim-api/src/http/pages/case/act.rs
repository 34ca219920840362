//! Taking an action (S7): a form made from the workflow, a page that shows what will change and who is told, and the act.
//!
//! The form carries the version of the case (D38) and the page before the act a key, so that a second tap acts once (G2).
//! Whatever goes wrong, what was typed stays.

use super::{
    super::{
        FULL, Stop, append_cookie,
        guest::Guest,
        kept::or_kept,
        page::{Page, Say},
        seen, seen_and_noted, told_faults, tried,
        visit::{Cookie, Posted, Visit, see},
    },
    act_check::{Checked, Checker},
    act_form::{Control, FieldShown, Maker, questions_of},
    case_id,
    look::{Reason, reason},
    past::{Past, told},
    typed::Typed,
};
use crate::{
    app::{self, AppError, Tx, case::Shown, once, own, reading::Reading},
    http::{answer::Answer, form::Form},
};
use actix_web::{HttpResponse, get, http::StatusCode, post, web};
use askama::Template;
use kelisim_domain::{
    case::EventData,
    code::ActionName,
    fault::Fault,
    refusal::Refusal,
    workflow::{Action, Definition},
};
use kelisim_persistence::store::{access::See, case_event::Recorded};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, sync::Arc};

/// More things than these have not happened while somebody filled in a form.
const MEANWHILE: i64 = 50;

/// Which of the two pages is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// The form.
    Form,
    /// What will change, before it does.
    Check,
}

/// What somebody wants to see.
#[derive(Clone)]
struct Wish {
    case: String,
    action: String,
    typed: Typed,
    /// The version on which it is based; none for whoever opens the form.
    version: Option<i32>,
    stage: Stage,
}

/// What the page shows.
struct Looked {
    case: String,
    number: String,
    version: i32,
    title: String,
    step: String,
    /// None when the action is not possible.
    fields: Option<Vec<FieldShown>>,
    checked: Option<Checked>,
    reasons: Vec<Reason>,
    faults: Vec<Fault>,
    /// What happened since the form was opened (D38).
    meanwhile: Option<Vec<Past>>,
    /// What was typed, where no form is left to hold it.
    lost: Vec<(String, String)>,
    status: StatusCode,
}

#[derive(Template)]
#[template(path = "pages/case_act.html")]
struct Act<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    looked: &'a Looked,
    hidden: Vec<(String, String)>,
    key: String,
}

/// The form of an action.
#[get("/cases/{id}/actions/{action}")]
pub(super) async fn form_page(visit: Visit, path: web::Path<(String, String)>) -> HttpResponse {
    let (case, action) = path.into_inner();
    let wish = Wish {
        case,
        action,
        typed: Typed::default(),
        version: None,
        stage: Stage::Form,
    };
    shown(&visit, wish).await
}

/// Goes on from the form to the look over it, back again, or acts.
#[post("/cases/{id}/actions/{action}")]
pub(super) async fn send(posted: Posted, path: web::Path<(String, String)>) -> HttpResponse {
    let answer = sent(&posted, path.into_inner()).await;
    or_kept(&posted, answer)
}

async fn sent(posted: &Posted, (case, action): (String, String)) -> HttpResponse {
    let visit = &posted.visit;
    let at_check = posted.field("at") == "check";
    let mut wish = Wish {
        case,
        action,
        typed: Typed::of(posted),
        version: posted.field("version").parse().ok(),
        stage: Stage::Check,
    };
    if let Some(language) = posted.switch() {
        let changed = tried(visit, FULL, move |tx, _| own::set_language(tx, language));
        if let Err(stop) = changed.await {
            return stop.answer(visit);
        }
        wish.stage = if at_check { Stage::Check } else { Stage::Form };
        let mut response = shown(visit, wish).await;
        append_cookie(
            &mut response,
            &Cookie::Language.set(language.code(), visit.is_secure),
        );
        return response;
    }
    match (posted.field("go"), key_of(posted)) {
        ("act", Some(key)) if at_check => act(visit, wish, key).await,
        ("form", _) => {
            wish.stage = Stage::Form;
            shown(visit, wish).await
        }
        _ => shown(visit, wish).await,
    }
}

/// The key of a form, when it is one of ours.
pub(super) fn key_of(posted: &Posted) -> Option<String> {
    let key = posted.field("key");
    let is_ours = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    ((20..=64).contains(&key.len()) && key.chars().all(is_ours)).then(|| key.to_owned())
}

/// A digest of everything that an act depends on: the same key with another of them is another act.
pub(super) fn fingerprint_of(what: &[&str], typed: &Typed) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut part = |text: &str| {
        digest.update(text.as_bytes());
        digest.update([0]);
    };
    what.iter().for_each(|text| part(text));
    for (name, value) in typed.pairs() {
        part(&name);
        part(&value);
    }
    digest.finalize().into()
}

async fn act(visit: &Visit, wish: Wish, key: String) -> HttpResponse {
    let version = wish.version.unwrap_or_default().to_string();
    let key = once::Key {
        key: format!("page-{key}"),
        fingerprint: fingerprint_of(&[&wish.case, &wish.action, &version], &wish.typed),
    };
    let (wanted, sent) = (wish.clone(), key.clone());
    let acted = tried(visit, FULL, move |tx, _| take(tx, &wanted, &sent)).await;
    match acted {
        Ok((_, to)) => see(&to),
        // Whoever tapped twice reads the answer to the first tap, which has come to its end by now.
        Err(Stop::Error(AppError::Stale | AppError::KeyRunning)) => {
            let first = seen(visit, FULL, move |tx, _| once::look_again(tx, &key)).await;
            match first {
                Ok((
                    _,
                    Some(Answer {
                        location: Some(to), ..
                    }),
                )) => see(&to),
                Ok(_) => shown(visit, wish).await,
                Err(answer) => answer,
            }
        }
        Err(Stop::Error(AppError::Invalid(_) | AppError::Refused(_))) => shown(visit, wish).await,
        Err(stop) => stop.answer(visit),
    }
}

/// Takes the action, or gives where the first act with this key has led.
fn take(tx: &mut Tx<'_>, wish: &Wish, key: &once::Key) -> Result<String, AppError> {
    if let Some(first) = once::look_again(tx, key)? {
        return first
            .location
            .ok_or_else(|| AppError::Internal("an act led nowhere".into()));
    }
    let authorized = app::case::access::<See>(tx, case_id(&wish.case)?)?;
    if wish.version != Some(authorized.case().version) {
        return Err(AppError::Stale);
    }
    let definition = app::case::definition_of(tx, authorized.case())?;
    let name = action_name(&definition, &wish.action)?;
    let action = app::case::action_of(tx, &authorized, &definition, &name)?;
    let questions = questions_of(tx, authorized.case());
    let body = wish.typed.body(tx, action, &questions)?;
    let law = Arc::clone(&tx.law);
    let values = Form::of(&definition, action, authorized.case(), &law, tx.today()).read(&body)?;
    let done = app::case::act(tx, &authorized, &definition, &name, &values)?;
    // Whoever has given the case away with this act finds it no more (D11).
    let to = match app::case::access_after(tx, &done) {
        Ok(_) => format!("/cases/{}?done=acted", done.case().id),
        Err(AppError::NotFound) => "/cases".to_owned(),
        Err(error) => return Err(error),
    };
    let answer = Answer {
        status: 303,
        location: Some(to.clone()),
        ..Answer::ok(&()).sealed_by(done.after.data_key(&tx.app.vault).ok().cloned())
    };
    once::keep(tx, key, &answer)?;
    Ok(to)
}

/// The action of a workflow by its name in an address.
fn action_name(definition: &Definition, name: &str) -> Result<ActionName, AppError> {
    let name = ActionName::parse(name).map_err(|_| AppError::NotFound)?;
    match definition.action_names().contains(&&name) {
        true => Ok(name),
        false => Err(AppError::NotFound),
    }
}

async fn shown(visit: &Visit, wish: Wish) -> HttpResponse {
    let typed = wish.typed.clone();
    match seen_and_noted(visit, FULL, move |tx, _| look(tx, &wish)).await {
        Ok((guest, looked)) => page_of(visit, &guest, looked, &typed),
        Err(answer) => answer,
    }
}

fn page_of(visit: &Visit, guest: &Guest, mut looked: Looked, typed: &Typed) -> HttpResponse {
    let page = Page::of(visit, guest, "page-act-title").with_form();
    let title = format!("{} · {}", looked.title, looked.number);
    let page = page.titled(title);
    let mut wrong = told_faults(page.say, &looked.faults);
    for field in looked.fields.iter_mut().flatten() {
        field.note(&mut wrong);
    }
    let page = page.noting(&wrong);
    // The controls of the form hold what was typed; where there is nothing but a look over it, hidden fields do.
    let (hidden, key) = match looked.checked.is_some() {
        true => (typed.pairs(), visit.app.door.secret().0),
        false => (Vec::new(), String::new()),
    };
    let template = Act {
        page: &page,
        wrong,
        looked: &looked,
        hidden,
        key,
    };
    Page::answer(looked.status, &template, &page)
}

fn look(tx: &mut Tx<'_>, wish: &Wish) -> Result<(Looked, Vec<Reading>), AppError> {
    let authorized = app::case::access::<See>(tx, case_id(&wish.case)?)?;
    let case = authorized.case();
    let say = Say::new(tx.language(), tx.zone());
    let definition = app::case::definition_of(tx, case)?;
    let name = action_name(&definition, &wish.action)?;
    let titled = definition.action_at(&name, &case.step);
    let titled = titled.or_else(|| definition.actions.iter().find(|one| one.name == name));
    let step = definition.step(&case.step);
    let mut looked = Looked {
        case: case.id.to_string(),
        number: case.number.to_string(),
        version: case.version,
        title: titled.map_or_else(String::new, |one| say.name(&one.title).to_owned()),
        step: step.map_or_else(
            || case.step.to_string(),
            |one| say.name(&one.title).to_owned(),
        ),
        fields: None,
        checked: None,
        reasons: Vec::new(),
        faults: Vec::new(),
        meanwhile: None,
        lost: Vec::new(),
        status: StatusCode::OK,
    };
    let since = wish.version.filter(|version| *version != case.version);
    let history = match since {
        Some(since) => authorized.history(tx.db, since.max(0), MEANWHILE)?,
        None => Vec::new(),
    };
    if since.is_some() {
        looked.meanwhile = Some(told(tx, say, &definition, &history, BTreeMap::new())?);
        looked.status = StatusCode::PRECONDITION_FAILED;
    }
    let action = match app::case::action_of(tx, &authorized, &definition, &name) {
        Ok(action) => action,
        Err(AppError::Refused(refusals) | AppError::NotPermitted(refusals)) => {
            refused(&mut looked, say, &refusals);
            if let Some(action) = titled {
                looked.lost = lost(say, action, &wish.typed);
            }
            return Ok((looked, Vec::new()));
        }
        Err(error) => return Err(error),
    };
    let maker = Maker {
        say,
        authorized: &authorized,
        definition: &definition,
        action,
        typed: &wish.typed,
    };
    let is_check = wish.stage == Stage::Check || action.form.is_empty();
    if is_check && since.is_none() {
        check(tx, &maker, &mut looked)?;
    }
    if looked.checked.is_some() {
        return Ok((looked, Vec::new()));
    }
    let mut fields = maker.fields(tx)?;
    let read = match since {
        Some(_) => both(tx, &maker, &history, &mut fields)?,
        None => Vec::new(),
    };
    looked.fields = Some(fields);
    Ok((looked, read))
}

/// A rule stands against it: 409, unless the case has changed, which comes first.
fn refused(looked: &mut Looked, say: Say, refusals: &[Refusal]) {
    looked.reasons = refusals.iter().map(|one| reason(say, one)).collect();
    if looked.status == StatusCode::OK {
        looked.status = StatusCode::CONFLICT;
    }
}

/// Looks the answers over, and decides without storing anything.
fn check(tx: &mut Tx<'_>, maker: &Maker<'_>, looked: &mut Looked) -> Result<(), AppError> {
    let case = maker.authorized.case();
    let questions = questions_of(tx, case);
    let law = Arc::clone(&tx.law);
    let form = Form::of(maker.definition, maker.action, case, &law, tx.today());
    let mut weigh = || {
        let body = maker.typed.body(tx, maker.action, &questions)?;
        let values = form.read(&body)?;
        let name = &maker.action.name;
        let decision = app::case::decided(tx, maker.authorized, maker.definition, name, &values)?;
        let checker = Checker {
            say: maker.say,
            case,
            office_has_head: maker.authorized.office_has_head(),
            definition: maker.definition,
            action: maker.action,
            questions: &questions,
        };
        checker.checked(tx, maker.typed, &values, &decision)
    };
    match weigh() {
        Ok(checked) => looked.checked = Some(checked),
        Err(AppError::Invalid(faults)) => {
            looked.faults = faults;
            looked.status = StatusCode::UNPROCESSABLE_ENTITY;
        }
        Err(AppError::Refused(refusals) | AppError::NotPermitted(refusals)) => {
            refused(looked, maker.say, &refusals);
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

/// What was typed, in words, for whoever cannot send it any more.
fn lost(say: Say, action: &Action, typed: &Typed) -> Vec<(String, String)> {
    let mut lost = Vec::new();
    for field in &action.form {
        let title = say.name(&field.title).to_owned();
        let day = ["d", "m", "y"]
            .map(|part| typed.part(&field.name, part))
            .join(" ");
        let value = Some(typed.one(&field.name).to_owned()).filter(|text| !text.is_empty());
        let value = value.or_else(|| Some(day).filter(|text| !text.trim().is_empty()));
        lost.extend(value.map(|value| (title, value)));
    }
    lost
}

/// D38: beside each field what has been stored for it meanwhile, as far as the reader may read it.
fn both(
    tx: &mut Tx<'_>,
    maker: &Maker<'_>,
    history: &[Recorded],
    fields: &mut [FieldShown],
) -> Result<Vec<Reading>, AppError> {
    let case = maker.authorized.case();
    let mut stored: BTreeMap<String, String> = BTreeMap::new();
    for recorded in history {
        if let EventData::Moved { answers, .. } = &recorded.event.data {
            stored.extend(answers.clone());
        }
    }
    let mut read = Vec::new();
    if let Shown::Content(reader) = app::case::shown(tx, maker.authorized)? {
        let content = reader.content(&tx.app.vault)?;
        for field in maker.action.form.iter().filter(|field| field.confidential) {
            let answer = content.answers.get(&field.name);
            stored.extend(answer.map(|text| (field.name.clone(), text.reveal().clone())));
        }
        read.push(Reading::content(case.id));
    }
    let questions = questions_of(tx, case);
    let checker = Checker {
        say: maker.say,
        case,
        office_has_head: maker.authorized.office_has_head(),
        definition: maker.definition,
        action: maker.action,
        questions: &questions,
    };
    for (field, shown) in maker.action.form.iter().zip(fields) {
        if let Some(text) = stored.get(&field.name) {
            shown.stored = Some(checker.worded(tx, field, text)?);
        }
    }
    Ok(read)
}
