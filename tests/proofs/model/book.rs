//! What the model answers to a request about a case, and whether the answer of the program is that one.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use super::asks::{Ask, Condition, Filing, What, object};
use super::days;
use super::form::Form;
use super::house::shown;
use super::moves::{Against, filed};
use super::paper::Paper;
use super::people::{Actor, Moment, PEOPLE};
use super::rules::Question;
use super::script::Script;

/// How long an answer is kept, in days (G2).
const KEPT_DAYS: i64 = 30;

/// What holds in a house, beside its cases.
#[derive(Clone, Copy)]
pub(super) struct Book<'h> {
    pub(super) scripts: &'h [Script],
    /// Whether the law of the house lets a term be paused (D17).
    pub(super) may_pause: bool,
    /// Mediators who are suspended now.
    pub(super) suspended: &'h BTreeSet<u128>,
    /// What the clock shows.
    pub(super) now: Moment,
}

/// An answer that is kept under a key.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    content: String,
    at: Moment,
    /// The text; none when nobody has heard it.
    text: Option<String>,
    /// The case after it.
    pub(super) after: Rc<Paper>,
    /// The messages before it, for an answer that nobody has heard.
    before: Rc<BTreeMap<(String, String), usize>>,
}

/// Whose key it is.
pub(super) type KeyOf = (usize, String);
/// Kept answers.
pub(super) type Keys = BTreeMap<KeyOf, Kept>;

/// What the model answers.
#[derive(Debug)]
pub(super) enum Verdict {
    /// No, with the codes of every reason.
    No {
        status: u16,
        code: &'static str,
        reasons: BTreeSet<String>,
    },
    /// Done: the case after it.
    Done(Box<Paper>),
    /// The case as it is.
    Shown,
    /// As the first time.
    Again(Box<Kept>),
}

fn no(status: u16, code: &'static str) -> Verdict {
    Verdict::No {
        status,
        code,
        reasons: BTreeSet::new(),
    }
}

fn invalid(reasons: BTreeSet<String>) -> Verdict {
    Verdict::No {
        status: 422,
        code: "invalid",
        reasons,
    }
}

fn refused(codes: &[&'static str]) -> Verdict {
    let (status, code) = match codes.contains(&"not_yours") {
        true => (403, "not_permitted"),
        false => (409, "refused"),
    };
    let reasons = codes.iter().map(|code| (*code).to_owned()).collect();
    Verdict::No {
        status,
        code,
        reasons,
    }
}

impl Book<'_> {
    /// A question of somebody about a case.
    pub(super) fn question<'a>(&'a self, paper: &'a Paper, actor: Actor) -> Question<'a> {
        Question {
            script: &self.scripts[paper.script],
            paper,
            actor,
            book: *self,
        }
    }

    /// The answer to a request; `paper` is its case, and none for a filing or for a case that does not exist.
    ///
    /// `seen` says of another case whether it is there and this actor sees it.
    pub(super) fn answer(
        &self,
        paper: Option<&Paper>,
        keys: &Keys,
        ask: &Ask,
        now: Moment,
        seen: &dyn Fn(Uuid, Actor) -> bool,
    ) -> Verdict {
        if ask.who >= PEOPLE.len() {
            return no(401, "unauthenticated");
        }
        let actor = Actor::Person(ask.who);
        if let What::File { script, filing } = &ask.what {
            if !actor.files() {
                return no(404, "not_found");
            }
            return again(keys, ask, now).unwrap_or_else(|| self.file(*script, filing, actor, now));
        }
        let Some(paper) = paper.filter(|paper| actor.sees(paper)) else {
            return no(404, "not_found");
        };
        match &ask.what {
            What::Read { .. } => Verdict::Shown,
            What::Correct { body, .. } => {
                if !actor.corrects(paper) {
                    return no(403, "not_permitted");
                }
                let stale = stale(ask.version, paper);
                stale.unwrap_or_else(|| corrected(paper, body, actor, now))
            }
            What::Act { body, .. } => again(keys, ask, now)
                .or_else(|| stale(ask.version, paper))
                .unwrap_or_else(|| self.act(paper, body, actor, now, seen)),
            What::File { .. } => unreachable!("answered above"),
        }
    }

    fn file(&self, script: usize, filing: &Filing, actor: Actor, now: Moment) -> Verdict {
        let mut faults = BTreeSet::new();
        if filing.category != "family" && filing.category != "debts_contracts" {
            faults.insert("/category unknown_code".to_owned());
        }
        if !["kk", "ru", "en"].contains(&filing.language.as_str()) {
            faults.insert("/language unknown_code".to_owned());
        }
        let Some(office) = filing.office.filter(|_| faults.is_empty()) else {
            // The office is looked up when everything else is right.
            if faults.is_empty() {
                faults.insert("/office unknown_code".to_owned());
            }
            return invalid(faults);
        };
        if !actor.files_at(office) {
            return refused(&["not_yours"]);
        }
        let paper = Paper {
            id: Uuid::nil(),
            script,
            office,
            language: filing.language.clone(),
            category: filing.category.clone(),
            is_referred: filing.is_referred,
            filed_by: actor.account().expect("a person has an account"),
            filed_at: now,
            version: 0,
            step: String::new(),
            stage: String::new(),
            class: String::new(),
            mediator: None,
            asked: None,
            recused: BTreeSet::new(),
            accepted_at: None,
            closure: None,
            closed_at: None,
            entered_at: None,
            screened: None,
            proposal_on: None,
            lacks_waiver: false,
            waived_on: None,
            taken_at: None,
            lacks_annex: false,
            contract_on: None,
            term: None,
            paused_on: None,
            resumed_on: None,
            ruled_on: None,
            signed_on: None,
            checks: BTreeSet::new(),
            timers: BTreeMap::new(),
            log: Vec::new(),
            told: BTreeMap::new(),
            ended: BTreeMap::new(),
        };
        Verdict::Done(Box::new(filed(&self.scripts[script], paper, actor)))
    }

    fn act(
        &self,
        paper: &Paper,
        body: &Json,
        actor: Actor,
        now: Moment,
        seen: &dyn Fn(Uuid, Actor) -> bool,
    ) -> Verdict {
        let body = object(body);
        let name = match body.get("action") {
            None => return invalid(["/action missing".to_owned()].into()),
            Some(Json::String(name)) => name,
            Some(_) => return invalid(["/action wrong_type".to_owned()].into()),
        };
        let question = self.question(paper, actor);
        let refusals = question.refusals(name, None);
        if !refusals.is_empty() {
            return refused(&refusals);
        }
        let action = self.scripts[paper.script].action_at(name, &paper.step);
        let form = Form {
            action: action.expect("an action that is not refused starts here"),
            paper,
            today: days::day(now),
        };
        let values = match form.read(body) {
            Ok(values) => values,
            Err(faults) => return invalid(faults),
        };
        if let Some(linked) = values.case("linked_case")
            && !seen(linked, actor)
        {
            return invalid(["/linked_case unknown_code".to_owned()].into());
        }
        match question.moved(name, &values, now, None) {
            Ok(after) => Verdict::Done(Box::new(after)),
            Err(Against::Refused(codes)) => refused(&codes),
            Err(Against::Invalid(faults)) => invalid(faults),
        }
    }

    /// Why the answer of the program is not this one; nothing when it is.
    pub(super) fn differs(
        &self,
        verdict: &Verdict,
        ask: &Ask,
        paper: Option<&Paper>,
        status: u16,
        text: &str,
    ) -> Option<String> {
        let actor = Actor::Person(ask.who);
        let body: Json = serde_json::from_str(text).unwrap_or_default();
        match verdict {
            Verdict::No {
                status: wanted,
                code,
                reasons,
            } => {
                let said = reasons_of(&body);
                let fits = status == *wanted && body["code"] == *code && said == *reasons;
                (!fits).then(|| {
                    format!("{wanted} {code} {reasons:?} was due, and {status} {text} was said")
                })
            }
            Verdict::Shown => {
                let paper = paper?;
                let reads = actor.reads(paper);
                is(status, 200, text).or_else(|| self.view_differs(paper, actor, &body, reads))
            }
            Verdict::Done(after) => {
                let before = paper.map(|paper| &paper.told);
                let nothing = BTreeMap::new();
                let told = before.unwrap_or(&nothing);
                let reads = actor.reads(after);
                self.done_differs(ask, after, told, (status, text, &body), reads)
            }
            Verdict::Again(kept) => self.again_differs(ask, kept, paper, (status, text, &body)),
        }
    }

    fn done_differs(
        &self,
        ask: &Ask,
        after: &Paper,
        told: &BTreeMap<(String, String), usize>,
        (status, text, body): (u16, &str, &Json),
        reads: bool,
    ) -> Option<String> {
        let actor = Actor::Person(ask.who);
        let (wanted, case) = match &ask.what {
            What::File { .. } => (201, body),
            What::Act { .. } => (201, &body["case"]),
            What::Correct { .. } | What::Read { .. } => (200, body),
        };
        let differs =
            is(status, wanted, text).or_else(|| self.view_differs(after, actor, case, reads));
        if differs.is_some() || !matches!(ask.what, What::Act { .. }) {
            return differs;
        }
        let mut due: Vec<&str> = Vec::new();
        for (message, count) in &after.told {
            let new = count - told.get(message).copied().unwrap_or(0);
            due.extend(std::iter::repeat_n(message.0.as_str(), new));
        }
        let notices = body["notices"].as_array().into_iter().flatten();
        let mut said: Vec<&str> = notices.filter_map(|one| one["kind"].as_str()).collect();
        due.sort_unstable();
        said.sort_unstable();
        (due != said).then(|| format!("the messages {due:?} were due, and {said:?} were told"))
    }

    fn again_differs(
        &self,
        ask: &Ask,
        kept: &Kept,
        paper: Option<&Paper>,
        (status, text, body): (u16, &str, &Json),
    ) -> Option<String> {
        let actor = Actor::Person(ask.who);
        let had = actor.reads(&kept.after);
        // D11: the content is left out for whoever has lost it; who filed a case may lose it in this very round.
        let has = paper.is_none_or(|paper| actor.reads(paper));
        let may: &[bool] = match (&ask.what, had) {
            (_, false) => &[false],
            (What::File { .. }, true) => &[true, false],
            (_, true) if has => &[true],
            (_, true) => &[false],
        };
        let Some(first) = &kept.text else {
            let differs = may.iter().map(|reads| {
                self.done_differs(ask, &kept.after, &kept.before, (status, text, body), *reads)
            });
            return differs.min_by_key(Option::is_some).flatten();
        };
        let same = |reads: &bool| match reads == &had {
            true => text == first,
            false => *body == bare(first),
        };
        (status != 201 || !may.iter().any(same))
            .then(|| format!("{first} was answered first, and {status} {text} again"))
    }

    /// Whether a repeat was answered as to whoever may not read the content any more.
    pub(super) fn is_again_bare(&self, ask: &Ask, kept: &Kept, status: u16, text: &str) -> bool {
        let body: Json = serde_json::from_str(text).unwrap_or_default();
        match &kept.text {
            Some(first) => status == 201 && body == bare(first),
            None => {
                let said = (status, text, &body);
                let differs = self.done_differs(ask, &kept.after, &kept.before, said, false);
                differs.is_none()
            }
        }
    }

    /// Why a case is not shown as it should be to a reader.
    fn view_differs(
        &self,
        paper: &Paper,
        actor: Actor,
        case: &Json,
        reads: bool,
    ) -> Option<String> {
        let script = &self.scripts[paper.script];
        let question = self.question(paper, actor);
        let open = |name: &&str| question.refusals(name, None).is_empty();
        let mut allowed: Vec<&str> = script.names().into_iter().filter(open).collect();
        if !actor.sees(paper) {
            allowed.clear();
        }
        let id = |value: &Json| {
            let id = value["id"].as_str()?.parse::<Uuid>().ok()?;
            Some(id.as_u128())
        };
        let time = |value: &Json| value.as_str()?.parse::<DateTime<Utc>>().ok();
        let due = case["due"].as_array().into_iter().flatten();
        let due: Vec<_> = due
            .map(|one| {
                let name = one["name"].as_str().unwrap_or_default().to_owned();
                (name, time(&one["at"]), one["last_day"].to_string())
            })
            .collect();
        let waits = paper.due().into_iter();
        let waits: Vec<_> = waits
            .map(|(name, one)| {
                let last_day = format!("\"{}\"", one.end.last_day);
                (name.to_owned(), Some(one.end.due_at), last_day)
            })
            .collect();
        let closure = paper.closure.as_ref();
        let names = case["allowed_actions"].as_array().into_iter().flatten();
        let names: Vec<&str> = names.filter_map(Json::as_str).collect();
        let told = [
            ("version", case["version"] == paper.version),
            ("stage", case["stage"] == paper.stage),
            ("step", case["step"] == paper.step),
            ("class", case["class"] == paper.class),
            ("language", case["language"] == paper.language),
            ("category", case["category"] == paper.category),
            ("mediator", id(&case["mediator"]) == paper.mediator),
            ("asked", id(&case["asked"]) == paper.asked_mediator()),
            (
                "ground",
                case["closure"]["ground"].as_str() == closure.map(|one| one.ground.as_str()),
            ),
            (
                "effective_on",
                case["closure"]["effective_on"].as_str()
                    == closure.map(|one| one.effective_on.to_string()).as_deref(),
            ),
            ("due", due == waits),
            ("allowed_actions", names == allowed),
            ("confidential", case["confidential"].is_object() == reads),
        ];
        let wrong: Vec<&str> = told.iter().filter(|one| !one.1).map(|one| one.0).collect();
        (!wrong.is_empty()).then(|| {
            format!(
                "{wrong:?} were due from {} with {allowed:?}, and this was shown: {case}",
                shown(paper),
            )
        })
    }
}

impl Kept {
    /// What is kept of a request that took effect; `text` is what was heard of it.
    pub(super) fn of(
        ask: &Ask,
        at: Moment,
        text: Option<&str>,
        before: Option<&Paper>,
        after: &Paper,
    ) -> Self {
        Self {
            content: ask.content(),
            at,
            text: text.map(str::to_owned),
            after: Rc::new(after.clone()),
            before: Rc::new(before.map(|paper| paper.told.clone()).unwrap_or_default()),
        }
    }

    /// Its text was heard at last.
    pub(super) fn hear(&mut self, text: &str) {
        self.text.get_or_insert_with(|| text.to_owned());
    }
}

/// The kept answer to a request, or that its key stands for another one.
fn again(keys: &Keys, ask: &Ask, now: Moment) -> Option<Verdict> {
    let key = ask.key.clone()?;
    let kept = keys.get(&(ask.who, key))?;
    if kept.at < now - TimeDelta::days(KEPT_DAYS) {
        return None;
    }
    Some(match kept.content == ask.content() {
        true => Verdict::Again(Box::new(kept.clone())),
        false => no(422, "key_reused"),
    })
}

/// An answer without the content of its case.
fn bare(text: &str) -> Json {
    let mut body: Json = serde_json::from_str(text).unwrap_or_default();
    for place in ["", "/case"] {
        if let Some(case) = body.pointer_mut(place).and_then(Json::as_object_mut) {
            case.remove("confidential");
            if let Some(referral) = case.get_mut("referral").and_then(Json::as_object_mut) {
                referral.remove("reference");
            }
        }
    }
    body
}

fn stale(condition: Condition, paper: &Paper) -> Option<Verdict> {
    match condition {
        Condition::Unsaid => Some(no(428, "precondition_required")),
        Condition::Any => None,
        Condition::Version(version) if version == paper.version => None,
        Condition::Version(_) => Some(no(412, "stale")),
    }
}

/// A correction of category or language (D20).
fn corrected(paper: &Paper, body: &Json, actor: Actor, now: Moment) -> Verdict {
    let body = object(body);
    let text = |name: &str| body.get(name).and_then(Json::as_str);
    let mut faults = BTreeSet::new();
    if text("category").is_some_and(|one| one != "family" && one != "debts_contracts") {
        faults.insert("/category unknown_code".to_owned());
    }
    if text("language").is_some_and(|one| !["kk", "ru", "en"].contains(&one)) {
        faults.insert("/language unknown_code".to_owned());
    }
    if !faults.is_empty() {
        return invalid(faults);
    }
    if paper.is_closed() {
        return refused(&["case_closed"]);
    }
    if body.is_empty() {
        return invalid([" empty".to_owned()].into());
    }
    let mut after = paper.clone();
    if let Some(category) = text("category") {
        after.category = category.to_owned();
    }
    if let Some(language) = text("language") {
        after.language = language.to_owned();
    }
    after.version += 1;
    after.note("corrected", "", now, actor);
    Verdict::Done(Box::new(after))
}

fn is(status: u16, wanted: u16, text: &str) -> Option<String> {
    (status != wanted).then(|| format!("{wanted} was due, and {status} {text} was said"))
}

/// The codes of the refusals, or places and codes of the faults.
fn reasons_of(problem: &Json) -> BTreeSet<String> {
    let list = |name: &str| problem[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let refusals = list("refusals").into_iter().map(|one| text(&one["code"]));
    let faults = list("errors").into_iter();
    let faults = faults.map(|one| format!("{} {}", text(&one["pointer"]), text(&one["code"])));
    refusals.chain(faults).collect()
}
