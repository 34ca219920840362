//! A new case (S4): a question after the other, all answers once more, and then the case (F1, F10, W6).
//!
//! What was answered travels in the form from page to page, so going back, a change of the language and a page that was sent
//! twice lose nothing; the key of the form is made with its first page, so the case is filed once (G2).

use super::{
    super::{
        FULL, Stop, append_cookie,
        guest::Guest,
        kept::or_kept,
        page::{Page, Say},
        seen, status_of, told_faults, tried,
        visit::{Cookie, Posted, Visit, see},
    },
    act::{fingerprint_of, key_of},
    act_check::{Told, told},
    act_form::{Control, FieldShown},
    new_form::{Asking, Lists, Step, answered},
    typed::Typed,
};
use crate::{
    app::{self, AppError, Tx, once, own},
    http::{answer::Answer, api::case::read::filing},
};
use actix_web::{HttpResponse, get, http::StatusCode, post};
use askama::Template;
use kelisim_domain::fault::Fault;

/// What somebody wants to see.
#[derive(Clone)]
struct Wish {
    typed: Typed,
    key: String,
    /// The page that was filled in; none for whoever begins.
    at: Option<Step>,
    /// The page to show.
    to: Step,
    /// Whether the answers were looked over already: then a page that is mended leads back there.
    is_again: bool,
}

/// The answers of a page, to look over.
struct Group {
    step: &'static str,
    title: String,
    lines: Vec<Line>,
}

/// An answer.
struct Line {
    title: String,
    answer: String,
}

/// What the page shows.
struct Looked {
    step: Step,
    fields: Vec<FieldShown>,
    groups: Vec<Group>,
    /// Who is told that there is a new case (F12).
    told: Vec<Told>,
    hidden: Vec<(String, String)>,
    faults: Vec<Fault>,
    /// Whether the next page is the look over all answers.
    is_again: bool,
}

#[derive(Template)]
#[template(path = "pages/case_new.html")]
struct New<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    looked: &'a Looked,
    steps: String,
    heading: String,
    key: &'a str,
}

/// Begins.
#[get("/cases/new")]
pub(super) async fn begin(visit: Visit) -> HttpResponse {
    let wish = Wish {
        typed: Typed::default(),
        key: visit.app.door.secret().0,
        at: None,
        to: Step::Kind,
        is_again: false,
    };
    shown(&visit, wish).await
}

/// Goes on, back, to a page that is to be mended, or files the case.
#[post("/cases/new")]
pub(super) async fn go(posted: Posted) -> HttpResponse {
    let answer = gone(&posted).await;
    or_kept(&posted, answer)
}

async fn gone(posted: &Posted) -> HttpResponse {
    let visit = &posted.visit;
    let at = Step::of(posted.field("at")).unwrap_or(Step::Kind);
    let key = key_of(posted).unwrap_or_else(|| visit.app.door.secret().0);
    let mut wish = Wish {
        typed: Typed::of(posted),
        key,
        at: None,
        to: at,
        is_again: posted.field("again") == "yes",
    };
    if let Some(language) = posted.switch() {
        let changed = tried(visit, FULL, move |tx, _| own::set_language(tx, language));
        if let Err(stop) = changed.await {
            return stop.answer(visit);
        }
        let mut response = shown(visit, wish).await;
        let cookie = Cookie::Language.set(language.code(), visit.is_secure);
        append_cookie(&mut response, &cookie);
        return response;
    }
    match (posted.field("go"), at) {
        ("file", Step::Check) => return file(visit, wish).await,
        ("back", _) => wish.to = at.before(),
        (code, Step::Check) => {
            wish.to = Step::of(code).unwrap_or(Step::Check);
            wish.is_again = true;
        }
        _ => {
            wish.at = Some(at);
            wish.to = if wish.is_again {
                Step::Check
            } else {
                at.next()
            };
        }
    }
    shown(visit, wish).await
}

async fn file(visit: &Visit, mut wish: Wish) -> HttpResponse {
    let key = once::Key {
        key: format!("page-{}", wish.key),
        fingerprint: fingerprint_of(&["/cases/new"], &wish.typed),
    };
    let (typed, sent) = (wish.typed.clone(), key.clone());
    match tried(visit, FULL, move |tx, _| filed(tx, &typed, &sent)).await {
        Ok((_, to)) => see(&to),
        // Whoever tapped twice reads the answer to the first tap, which has come to its end by now.
        Err(Stop::Error(AppError::Stale | AppError::KeyRunning)) => {
            match seen(visit, FULL, move |tx, _| once::look_again(tx, &key)).await {
                Ok((_, first)) => see(first
                    .and_then(|first| first.location)
                    .as_deref()
                    .unwrap_or("/cases")),
                Err(answer) => answer,
            }
        }
        Err(Stop::Error(AppError::KeyReused)) => {
            let (title, about) = ("page-new-already", "page-new-already-about");
            Page::told(visit, StatusCode::CONFLICT, title, about)
        }
        // Somebody who came here without looking their answers over.
        Err(Stop::Error(AppError::Invalid(_))) => {
            wish.at = Some(Step::Check);
            wish.to = Step::Check;
            shown(visit, wish).await
        }
        Err(stop) => stop.answer(visit),
    }
}

/// Files the case, or gives where the first filing with this key has led.
fn filed(tx: &mut Tx<'_>, typed: &Typed, key: &once::Key) -> Result<String, AppError> {
    app::case::may_file_somewhere(tx)?;
    if let Some(first) = once::look_again(tx, key)? {
        return first
            .location
            .ok_or_else(|| AppError::Internal("a filing led nowhere".into()));
    }
    let lists = Lists::read(tx)?;
    let body = asking(tx, typed, &lists).body();
    let (place, filing) = filing(tx, &body)?;
    let done = app::case::file(tx, &place, filing)?;
    let to = match app::case::access_after(tx, &done) {
        Ok(_) => format!("/cases/{}/filed", done.case().id),
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

fn asking<'a>(tx: &Tx<'_>, typed: &'a Typed, lists: &'a Lists) -> Asking<'a> {
    Asking {
        say: Say::new(tx.language(), tx.zone()),
        typed,
        lists,
    }
}

async fn shown(visit: &Visit, wish: Wish) -> HttpResponse {
    let key = wish.key.clone();
    match seen(visit, FULL, move |tx, _| look(tx, &wish)).await {
        Ok((guest, looked)) => page_of(visit, &guest, looked, &key),
        Err(answer) => answer,
    }
}

fn page_of(visit: &Visit, guest: &Guest, mut looked: Looked, key: &str) -> HttpResponse {
    let page = Page::of(visit, guest, "page-new-title").with_form();
    let say = page.say;
    let given = crate::locale::arguments([
        ("number", looked.step.number().into()),
        (
            "all",
            i64::try_from(Step::ALL.len()).unwrap_or_default().into(),
        ),
    ]);
    let steps = say.told("page-new-step", &given);
    let heading = say.t(&format!("page-new-{}-title", looked.step.code()));
    let title = format!("{steps}: {heading}");
    let mut wrong = told_faults(say, &looked.faults);
    for field in &mut looked.fields {
        field.note(&mut wrong);
    }
    let page = page.titled(title).noting(&wrong);
    let status = status_of(&wrong);
    let template = New {
        page: &page,
        wrong,
        looked: &looked,
        steps,
        heading,
        key,
    };
    Page::answer(status, &template, &page)
}

fn look(tx: &mut Tx<'_>, wish: &Wish) -> Result<Looked, AppError> {
    app::case::may_file_somewhere(tx)?;
    let lists = Lists::read(tx)?;
    let asking = asking(tx, &wish.typed, &lists);
    let mut step = wish.to;
    let mut faults = match wish.at {
        None => Vec::new(),
        Some(at) => faults(tx, &asking, at.max(wish.to.before()))?,
    };
    // Nobody is led past a page that has something to mend, and nobody is told of pages to come.
    if let Some(first) = faults.iter().map(|one| Step::of_fault(&one.pointer)).min() {
        step = first;
        faults.retain(|one| Step::of_fault(&one.pointer) == first);
    }
    let fields = asking.fields(step);
    let (groups, told) = match step {
        Step::Check => (groups(&asking), foreseen(tx, &asking)?),
        _ => (Vec::new(), Vec::new()),
    };
    Ok(Looked {
        hidden: hidden(&wish.typed, &fields),
        is_again: wish.is_again || step < wish.to,
        step,
        fields,
        groups,
        told,
        faults,
    })
}

/// What is wrong with the pages up to this one: the faults that the interface finds in their body.
fn faults(tx: &mut Tx<'_>, asking: &Asking<'_>, at: Step) -> Result<Vec<Fault>, AppError> {
    let mut faults = match filing(tx, &asking.body()) {
        Ok(_) => Vec::new(),
        Err(AppError::Invalid(faults)) => faults,
        Err(error) => return Err(error),
    };
    faults.retain(|one| Step::of_fault(&one.pointer) <= at);
    Ok(faults)
}

/// Who is told, by the domain's own decision about these answers; nobody while something is missing.
fn foreseen(tx: &mut Tx<'_>, asking: &Asking<'_>) -> Result<Vec<Told>, AppError> {
    let (place, filing) = match filing(tx, &asking.body()) {
        Ok(read) => read,
        Err(AppError::Invalid(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let (case, decision) = app::case::file_decided(tx, &place, filing)?;
    let mut told = told(tx, asking.say, &case, &decision, place.has_head)?;
    // The number is taken when the case is filed, and not before.
    let (none, to_come) = (case.number.to_string(), asking.say.t("page-new-number"));
    for one in &mut told {
        let values = one.facts.iter_mut().map(|(_, value)| value);
        for text in one.sentences.iter_mut().chain(values) {
            *text = text.replace(&none, &to_come);
        }
    }
    Ok(told)
}

/// Every answer, by the page on which it is given.
fn groups(asking: &Asking<'_>) -> Vec<Group> {
    let none = asking.say.t("page-new-no-answer");
    let line = |field: FieldShown| {
        let answer = answered(&field.control);
        Line {
            title: field.title,
            answer: if answer.is_empty() {
                none.clone()
            } else {
                answer
            },
        }
    };
    let group = |step: Step| Group {
        step: step.code(),
        title: asking.say.t(&format!("page-new-{}-title", step.code())),
        lines: asking.fields(step).into_iter().map(line).collect(),
    };
    let asked = Step::ALL.into_iter().filter(|step| *step != Step::Check);
    asked.map(group).collect()
}

/// What was answered on other pages, to be sent once more.
fn hidden(typed: &Typed, fields: &[FieldShown]) -> Vec<(String, String)> {
    let mut pairs = typed.pairs();
    pairs.retain(|(name, _)| fields.iter().all(|field| field.name != *name));
    pairs
}
