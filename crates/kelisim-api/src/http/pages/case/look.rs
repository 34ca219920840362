//! One case (S6): what can be done now, then dates with their reasons, the way so far, people, and messages.
//!
//! Whoever may not see the case finds nothing here, as in the interface, and what is confidential is entered into the audit
//! log before the page leaves (R21).

use super::{
    super::{
        FULL,
        guest::grouped,
        page::{Page, Say},
        seen, seen_and_noted,
        visit::Visit,
    },
    card::{Card, Lists, Standing, card},
    case_id,
    date::{Dated, dates},
    past::{Past, ground_word, told},
};
use crate::{
    app::{self, AppError, Tx, case::Shown, reading::Reading},
    http::{
        api::{case::view::name_in, diagram, notice},
        problem::RefusalView,
    },
};
use actix_web::{HttpRequest, HttpResponse, get, http::StatusCode, http::header, web};
use askama::Template;
use kelisim_domain::{
    case::{Case, Content, Party, PartyKind, Stage, StepRefusal, explain},
    id::MediatorId,
    policy::Role,
    refusal::Refusal,
    workflow::{Action, Definition, Effect},
};
use kelisim_persistence::store::{
    access::{Authorized, See},
    office::office_by_id,
    outbox::{Audience, Message},
    reference::{district_list, source_list},
};

/// Things of the history that are shown at once.
const PAST: i32 = 30;
/// The most that are shown at all; a longer history is read through the interface.
const PAST_MOST: i64 = 500;
/// Messages that are shown.
const LETTERS: i64 = 30;

/// An action that is open to the reader.
struct Open {
    name: String,
    title: String,
}

/// An action that is not, and every reason why.
struct Shut {
    title: String,
    reasons: Vec<Reason>,
}

/// A reason, and who can lift it (D36).
pub(super) struct Reason {
    pub(super) detail: String,
    pub(super) rule: &'static str,
    /// Roles; empty when nobody can.
    pub(super) lifted_by: String,
}

/// A side, for whoever may read of it.
struct Side {
    title: String,
    name: String,
    settlement: Option<String>,
    language: Option<String>,
    phone: Option<(String, String)>,
    email: Option<String>,
}

/// A message.
struct Letter {
    title: String,
    to: String,
    state: String,
    when: String,
}

/// Everything that the page shows.
struct Seen {
    card: Card,
    is_closed: bool,
    /// For whom it waits, when it waits for somebody else.
    waits_for: Option<String>,
    open: Vec<Open>,
    shut: Vec<Shut>,
    elsewhere: Vec<String>,
    dates: Vec<Dated>,
    facts: Vec<(String, String)>,
    /// Confidential.
    story: Vec<(String, String)>,
    sides: Vec<Side>,
    is_erased: bool,
    people: Vec<(String, String)>,
    past: Vec<Past>,
    has_earlier: bool,
    letters: Vec<Letter>,
    /// The width and height of the picture of its way, in pixels.
    way_size: (f64, f64),
}

#[derive(Template)]
#[template(path = "pages/case.html")]
struct Look<'a> {
    page: &'a Page,
    seen: &'a Seen,
    done: bool,
}

/// One case.
#[get("/cases/{id}")]
pub(super) async fn look(
    visit: Visit,
    id: web::Path<String>,
    request: HttpRequest,
) -> HttpResponse {
    let query = request.query_string().to_owned();
    let (is_done, is_whole) = (query == "done=acted", query == "history=all");
    let looked = seen_and_noted(&visit, FULL, move |tx, _| {
        let authorized = app::case::access::<See>(tx, case_id(&id)?)?;
        look_at(tx, &authorized, is_whole)
    });
    match looked.await {
        Ok((guest, seen)) => {
            let page = Page::of(&visit, &guest, "page-case-title").wide();
            let title = page
                .say
                .with("page-case-named", "number", &seen.card.number);
            let page = page.titled(title);
            let template = Look {
                page: &page,
                seen: &seen,
                done: is_done,
            };
            Page::answer(StatusCode::OK, &template, &page)
        }
        Err(answer) => answer,
    }
}

/// The picture of the workflow with the way of the case.
#[get("/cases/{id}/way.svg")]
pub(super) async fn way_picture(visit: Visit, id: web::Path<String>) -> HttpResponse {
    let drawn = seen(&visit, FULL, move |tx, _| {
        let id = case_id(&id)?;
        let authorized = app::case::access::<See>(tx, id)?;
        let definition = app::case::definition_of(tx, authorized.case())?;
        let walked = diagram::walked(tx, &definition, id)?;
        Ok(diagram::picture(tx, &definition, Some(&walked)))
    });
    match drawn.await {
        // It brings its own style along, and nothing else.
        Ok((_, svg)) => HttpResponse::Ok()
            .insert_header((
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'",
            ))
            .content_type("image/svg+xml; charset=utf-8")
            .body(svg),
        Err(answer) => answer,
    }
}

fn look_at(
    tx: &mut Tx<'_>,
    authorized: &Authorized<See>,
    is_whole: bool,
) -> Result<(Seen, Vec<Reading>), AppError> {
    let case = authorized.case();
    let say = Say::new(tx.language(), tx.zone());
    let definition = app::case::definition_of(tx, case)?;
    let lists = Lists::read(tx)?;
    let asked = case.course.asked.map(|asked| asked.mediator);
    let mediator = mediator_name(tx, case.mediator.or(asked))?;
    let (open, shut, elsewhere) = explained(tx, say, authorized, &definition)?;
    let after = match is_whole {
        true => 0,
        false => (case.version - PAST).max(0),
    };
    let history = authorized.history(tx.db, after, PAST_MOST)?;
    // They are of the content, and the reading of that is noted below.
    let reasons = app::case::reasons(tx, authorized, &history)?;
    let waits_for = waits_for(say, &definition, case, mediator.as_deref());
    let card = card(tx, &lists, case, mediator, authorized.office_has_head())?;
    let mut seen = Seen {
        waits_for: waits_for.filter(|_| card.standing == Standing::Waiting),
        card,
        is_closed: case.closed_at.is_some(),
        open,
        shut,
        elsewhere,
        dates: dates(tx, say, &definition, case),
        facts: facts(tx, say, authorized, &definition)?,
        story: Vec::new(),
        sides: Vec::new(),
        is_erased: false,
        people: people(tx, say, case)?,
        past: told(tx, say, &definition, &history, reasons)?,
        has_earlier: after > 0,
        letters: letters(tx, say, case)?,
        way_size: diagram::picture_size(tx, &definition),
    };
    let read = match app::case::shown(tx, authorized)? {
        Shown::Content(reader) => {
            let content = reader.content(&tx.app.vault)?;
            seen.story = story(say, content);
            seen.sides = content
                .parties
                .iter()
                .map(|one| side(say, one, true))
                .collect();
            vec![Reading::content(case.id)]
        }
        Shown::Names(asked) => {
            let parties = asked.parties(&tx.app.vault)?;
            seen.sides = parties.iter().map(|one| side(say, one, false)).collect();
            vec![Reading::names(case.id)]
        }
        Shown::Nothing => Vec::new(),
        Shown::Erased => {
            seen.is_erased = true;
            Vec::new()
        }
    };
    Ok((seen, read))
}

/// The people who can go on with a case: the mediator who is asked by name, else those whom the workflow names.
pub(super) fn waits_for(
    say: Say,
    definition: &Definition,
    case: &Case,
    mediator: Option<&str>,
) -> Option<String> {
    if case.course.asked.is_some() {
        return mediator.map(str::to_owned);
    }
    let here = definition
        .actions
        .iter()
        .filter(|action| action.from.contains(&case.step));
    let mut roles: Vec<Role> = here
        .flat_map(|action| &action.who)
        .filter_map(|relation| relation.role())
        .collect();
    roles.sort_unstable();
    roles.dedup();
    // The register acts by itself, and nobody waits for it.
    roles.retain(|role| *role != Role::Registrar);
    let names = roles.iter().map(|role| say.role(role));
    Some(names.collect::<Vec<_>>().join(", ")).filter(|names| !names.is_empty())
}

pub(super) fn mediator_name(
    tx: &mut Tx<'_>,
    id: Option<MediatorId>,
) -> Result<Option<String>, AppError> {
    let Some(id) = id else { return Ok(None) };
    let language = tx.language();
    let names = tx.mediator_names(&[id])?;
    Ok(names.get(&id).map(|name| name_in(name, language)))
}

/// A refusal for people: the sentence, the rule, and who can lift it.
pub(super) fn reason(say: Say, refusal: &Refusal) -> Reason {
    let view = RefusalView::of(refusal, say.language());
    let roles = view.lifted_by.iter().map(|role| say.role(role));
    Reason {
        lifted_by: roles.collect::<Vec<_>>().join(", "),
        rule: view.rule,
        detail: view.detail,
    }
}

type Explained = (Vec<Open>, Vec<Shut>, Vec<String>);

/// What is open to the reader, what is not and why, and what belongs to another step.
fn explained(
    tx: &mut Tx<'_>,
    say: Say,
    authorized: &Authorized<See>,
    definition: &Definition,
) -> Result<Explained, AppError> {
    let facts = app::case::facts(tx, authorized, None)?;
    let case = authorized.case();
    let (mut open, mut shut, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
    for answer in explain(definition, case, &tx.actor, &facts, None) {
        let title = say.name(&answer.action.title).to_owned();
        let is_elsewhere =
            |one: &Refusal| matches!(one, Refusal::Step(StepRefusal::NotFromHere { .. }));
        if answer.allowed() {
            let name = answer.name.to_string();
            let rank = rank(definition, case, answer.action);
            open.push((rank, Open { name, title }));
        } else if answer.refusals.iter().any(is_elsewhere) {
            elsewhere.push(title);
        } else {
            let reasons = answer.refusals.iter().map(|one| reason(say, one));
            let reasons = reasons.collect();
            shut.push(Shut { title, reasons });
        }
    }
    open.sort_by_key(|(rank, _)| *rank);
    let open = open.into_iter().map(|(_, one)| one).collect();
    Ok((open, shut, elsewhere))
}

/// What leads on comes first, then what stays at the step, then what leads back or gives the case away, and what ends it comes
/// last: so nobody closes a case because that was the first button.
fn rank(definition: &Definition, case: &Case, action: &Action) -> u8 {
    let place = |stage: Stage| Stage::ALL.iter().position(|one| *one == stage);
    let away = [Effect::Recuse, Effect::EndOffer, Effect::ReleaseMediator];
    match definition.step(&action.to).map(|step| step.stage) {
        Some(Stage::Closed) => 3,
        Some(stage) if place(stage) < place(case.stage) => 2,
        _ if away.iter().any(|effect| action.does(*effect)) => 2,
        _ if action.to == case.step => 1,
        _ => 0,
    }
}

fn facts(
    tx: &mut Tx<'_>,
    say: Say,
    authorized: &Authorized<See>,
    definition: &Definition,
) -> Result<Vec<(String, String)>, AppError> {
    let (case, region) = (authorized.case(), tx.region());
    let mut facts = vec![(
        say.t("page-fact-filed"),
        say.day(&say.day_of(&case.filed_at)),
    )];
    let mut fact = |key: &str, value: String| facts.push((say.t(key), value));
    fact(
        "page-fact-language",
        say.t(&format!("language-{}", case.language)),
    );
    let districts = district_list(tx.db, region)?;
    let named = districts.iter().find(|one| one.code == case.district);
    fact(
        "page-fact-district",
        named.map_or_else(
            || case.district.to_string(),
            |one| say.name(&one.names).to_owned(),
        ),
    );
    fact(
        "page-fact-court",
        say.t(&format!(
            "page-court-{}",
            case.court_stage.code().replace('_', "-")
        )),
    );
    let sources = source_list(tx.db, region)?;
    let named = sources.iter().find(|one| one.code == case.source);
    let mut source = named.map_or_else(
        || case.source.to_string(),
        |one| say.name(&one.names).to_owned(),
    );
    if let Some(partner) = case.partner {
        source = format!("{source} · {}", tx.partner_code(partner)?);
    }
    fact("page-fact-source", source);
    let screens = |action: &Action| action.does(Effect::RecordScreening);
    if definition.actions.iter().any(screens) {
        let word = match case.course.screening {
            None => "page-screened-nobody",
            Some(screening) if screening.passed => "page-screened-passed",
            Some(_) => "page-screened-excluded",
        };
        fact("page-fact-screened", say.t(word));
    }
    if case.course.waiver_is_missing {
        fact("page-fact-missing", say.t("page-missing-waiver"));
    }
    if case.course.annex_is_missing {
        fact("page-fact-missing", say.t("page-missing-annex"));
    }
    for (key, day) in [
        ("page-fact-contract", case.course.contract_on),
        ("page-fact-signed", case.course.signed_on),
        ("page-fact-closed", case.closed_at.map(|at| say.day_of(&at))),
    ] {
        if let Some(day) = day {
            fact(key, say.day(&day));
        }
    }
    if let Some(closure) = case.closure {
        let word = ground_word(say, closure.ground);
        fact(
            "page-fact-ground",
            format!("{word}, {}", say.day(&closure.effective_on)),
        );
    }
    if let Some(at) = case.course.handed_up_at {
        fact("page-fact-handed-up", say.time(&at));
    }
    Ok(facts)
}

/// What only the case team reads.
fn story(say: Say, content: &Content) -> Vec<(String, String)> {
    let mut story = vec![(say.t("page-story"), content.summary.reveal().clone())];
    if let Some(amount) = content.amount.reveal() {
        story.push((
            say.t("page-amount"),
            say.with("page-tenge", "amount", &thousands(*amount)),
        ));
    }
    if let Some(agreement) = &content.agreement {
        let title = say.with("page-agreement", "day", &say.day(&agreement.signed_on));
        story.push((title, agreement.summary.reveal().clone()));
    }
    if let Some(code) = content.exclusion_code.reveal() {
        story.push((say.t("page-exclusion-code"), code.clone()));
    }
    story
}

/// A number with a narrow space between its thousands.
fn thousands(amount: i64) -> String {
    let digits = amount.to_string();
    let length = digits.len();
    let mut spaced = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (length - at).is_multiple_of(3) {
            spaced.push('\u{a0}');
        }
        spaced.push(digit);
    }
    spaced
}

fn side(say: Say, party: &Party, with_contacts: bool) -> Side {
    let phone = party.phone.reveal().as_ref().filter(|_| with_contacts);
    let email = party.email.reveal().as_ref().filter(|_| with_contacts);
    let kind = match party.kind {
        PartyKind::Person => "page-party-person",
        PartyKind::Organisation => "page-party-organisation",
    };
    let title = say.with("page-side", "side", party.side.code());
    Side {
        title: format!("{title} · {}", say.t(kind)),
        name: party.name.reveal().to_string(),
        settlement: party.settlement.reveal().clone(),
        language: party.language.map(|one| say.t(&format!("language-{one}"))),
        phone: phone.map(|phone| (phone.to_string(), grouped(phone.as_str()))),
        email: email.map(ToString::to_string),
    }
}

/// The office and the mediator.
fn people(tx: &mut Tx<'_>, say: Say, case: &Case) -> Result<Vec<(String, String)>, AppError> {
    let region = tx.region();
    let office = office_by_id(tx.db, region, case.office)?.entry;
    let name = match say.language() {
        kelisim_domain::language::Language::Kk => &office.name_kk,
        kelisim_domain::language::Language::Ru => &office.name_ru,
        kelisim_domain::language::Language::En => &office.name_en,
    };
    let office = format!("{} {name}, {}", office.code, grouped(office.phone.as_str()));
    let mut people = vec![(say.t("page-fact-office"), office)];
    if let Some(name) = mediator_name(tx, case.mediator)? {
        people.push((say.t("page-fact-mediator"), name));
    }
    let asked = case.course.asked.map(|asked| asked.mediator);
    if let Some(name) = mediator_name(tx, asked)? {
        people.push((say.t("page-fact-asked"), name));
    }
    Ok(people)
}

fn letters(tx: &mut Tx<'_>, say: Say, case: &Case) -> Result<Vec<Letter>, AppError> {
    let found = notice::of_case(tx, case.id, LETTERS)?;
    let letter = |message: &Message| Letter {
        title: letter_title(say, &message.kind),
        to: say.t(match message.audience {
            Audience::Staff => "page-letter-staff",
            Audience::Partner => "page-letter-partner",
        }),
        state: say.t(&format!("page-letter-{}", message.state.code())),
        when: say.time(&message.sent_at.unwrap_or(message.created_at)),
    };
    Ok(found.iter().map(letter).collect())
}

/// What stands at the head of a message of a kind; the code of one that this program does not know.
pub(super) fn letter_title(say: Say, kind: &str) -> String {
    let key = format!("mail-{}-heading", kind.replace('_', "-"));
    let title = say.t(&key);
    match title == key {
        true => kind.to_owned(),
        false => title,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(thousands(1_250_000), "1\u{a0}250\u{a0}000");
        assert_eq!(thousands(999), "999");
    }
}
