//! What an action or a timer makes of a case in the model: its facts, its timers, its history and its messages.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::book::Book;
use super::days;
use super::form::{self, Faults, Value, Values};
use super::paper::{Closure, Noted, Paper, Term};
use super::people::{Actor, CONTACT, COORDINATOR, Moment};
use super::rules::{EXCLUSIONS, Question, is_success};
use super::script::{Action, Rule, Script, Timer, Words};

/// To whom a message goes, its words, and the trigger that causes it.
type Order<'a> = (String, &'a Words, &'a str);

/// Why an action does nothing.
pub(super) enum Against {
    /// Rules, by their codes.
    Refused(Vec<&'static str>),
    /// Answers that make no sense.
    Invalid(Faults),
}

impl Question<'_> {
    /// The case after the action, or why not.
    pub(super) fn moved(
        &self,
        name: &str,
        values: &Values,
        now: Moment,
        by_timer: Option<&str>,
    ) -> Result<Paper, Against> {
        let refusals = self.refusals(name, Some(values));
        if !refusals.is_empty() {
            return Err(Against::Refused(refusals));
        }
        let action = self.script.action_at(name, &self.paper.step);
        let action = action.expect("an action that is not refused starts here");
        let closure = self
            .closure(action, values, now)
            .map_err(Against::Invalid)?;
        let faults = self.unsaid(action, values);
        if !faults.is_empty() {
            return Err(Against::Invalid(faults));
        }
        let mut after = self.paper.clone();
        if let Some(timer) = by_timer {
            settle(&mut after, timer);
        }
        let told = self.learn(action, values, now, &mut after);
        after.version += 1;
        if after.step != action.to {
            after.entered_at = Some(now);
        }
        let step = self.script.step(&action.to);
        after.step.clone_from(&action.to);
        after.stage.clone_from(&step.stage);
        let ground = closure.as_ref().or(self.paper.closure.as_ref());
        after.class = step.class.clone().unwrap_or_else(|| {
            let is_success = ground.is_some_and(|closure| is_success(&closure.ground));
            if is_success {
                "done_success"
            } else {
                "done_other"
            }
            .to_owned()
        });
        let sets_ground = closure.is_some();
        after.closure = closure.or(after.closure);
        if after.stage == "closed" {
            after.closed_at = after.closed_at.or(Some(now));
        }
        if after.stage == "filed" {
            after.mediator = None;
        }
        after.wind(self.script);
        after.note("moved", name, now, self.actor);
        self.tell_moved(&told, sets_ground, by_timer, &mut after);
        Ok(after)
    }

    /// The ground that the answers set, with its day (3.2); none where none is set, or where it was set before.
    fn closure(
        &self,
        action: &Action,
        values: &Values,
        now: Moment,
    ) -> Result<Option<Closure>, Faults> {
        let paper = self.paper;
        if !action.does("set_ground") || paper.closure.is_some() {
            return Ok(None);
        }
        let Some(ground) = values.ground("ground") else {
            return Err(Faults::from(["/ground missing".to_owned()]));
        };
        let named = values.day("effective_on");
        let effective_on = match ground {
            "settled" | "partly_settled" => values.day("agreement.signed_on").or(named),
            "both_refused" | "one_refused" | "proposal_rejected" => named,
            "term_expired" => {
                let last_day = paper.term.map(|term| term.end.last_day);
                last_day.or(named).or(Some(days::day(now)))
            }
            _ => named.or(Some(days::day(now))),
        };
        let mut faults = Faults::new();
        if effective_on.is_none() {
            faults.insert("/effective_on missing".to_owned());
        }
        let linked = values.case("linked_case");
        let needs_link = matches!(ground, "duplicate" | "transferred");
        match linked {
            None if needs_link => _ = faults.insert("/linked_case missing".to_owned()),
            Some(id) if !needs_link || id == paper.id => {
                faults.insert("/linked_case not_here".to_owned());
            }
            _ => {}
        }
        match (ground == "not_suitable", values.text("exclusion_code")) {
            (true, None) => _ = faults.insert("/exclusion_code missing".to_owned()),
            (false, Some(_)) => _ = faults.insert("/exclusion_code not_here".to_owned()),
            _ => {}
        }
        match effective_on {
            Some(effective_on) if faults.is_empty() => Ok(Some(Closure {
                ground: ground.to_owned(),
                effective_on,
                linked,
            })),
            _ => Err(faults),
        }
    }

    /// What an effect needs to know and the answers do not say.
    fn unsaid(&self, action: &Action, values: &Values) -> Faults {
        let mut faults = Faults::new();
        if action.does("record_screening")
            && let Some(answers) = values.exclusions()
        {
            let open = EXCLUSIONS
                .iter()
                .filter(|code| !answers.contains_key(**code));
            faults.extend(open.map(|code| format!("/exclusions/{code} missing")));
        }
        if action.does("record_check")
            && let (Some(check), Some(signed_on)) =
                (values.text("check.after"), self.paper.signed_on)
        {
            let count: u64 = check.parse().expect("a check is named after its days");
            let contacted_on = values.day("check.contacted_on");
            let contacted_on = contacted_on.unwrap_or(days::day(self.book.now));
            if contacted_on < signed_on + chrono::Days::new(count) {
                faults.insert("/check/contacted_on too_early".to_owned());
            }
        }
        if action.does("resume_term")
            && let (Some(from), Some(until)) = (self.paper.paused_on, values.day("pause.until"))
            && until < from
        {
            faults.insert("/pause/until too_early".to_owned());
        }
        faults
    }

    /// Learns what the effects say, and gives what happened by the names of the triggers of messages.
    fn learn(
        &self,
        action: &Action,
        values: &Values,
        now: Moment,
        after: &mut Paper,
    ) -> BTreeSet<&'static str> {
        let before = self.paper;
        let asked = before.asked_mediator();
        let mut told = BTreeSet::new();
        let mut given = None;
        for effect in &action.effects {
            match effect.as_str() {
                "assign_mediator" => given = values.mediator("mediator"),
                "offer_mediator" => {
                    after.asked = values.mediator("mediator").map(|id| (id, now));
                    told.insert("offered");
                }
                "accept_offer" => given = asked,
                // Only what was there has ended.
                "end_offer" if asked.is_some() => {
                    after.asked = None;
                    told.insert("offer_ended");
                }
                "recuse" => {
                    let Some(leaving) = asked.or(before.mediator) else {
                        continue;
                    };
                    after.recused.insert(leaving);
                    match asked {
                        Some(_) => {
                            after.asked = None;
                            told.insert("offer_ended");
                        }
                        None => {
                            release(after);
                            told.insert("released");
                        }
                    }
                }
                "release_mediator" if before.mediator.is_some() => {
                    release(after);
                    told.insert("released");
                }
                "record_contract" => _ = told.insert("started"),
                "extend_term" => _ = told.insert("term_extended"),
                _ => {}
            }
            self.record(action, effect, values, after);
        }
        // D11: an offer that nobody could answer any more ends with the move.
        let is_open = asked.is_some() && given.is_none();
        let is_new = told.contains("offered") || told.contains("offer_ended");
        if is_open && !is_new && !self.script.answers_offer(&action.to) {
            after.asked = None;
            told.insert("offer_ended");
        }
        if let Some(mediator) = given {
            told.insert("mediator_assigned");
            if before.mediator.is_some_and(|former| former != mediator) {
                told.insert("mediator_replaced");
            }
            if before.accepted_at.is_none() {
                told.insert("first_assigned");
            }
            after.mediator = Some(mediator);
            after.asked = None;
            after.accepted_at = after.accepted_at.or(Some(now));
            after.taken_at = Some(now);
            after.waived_on = None;
            after.lacks_annex = after.contract_on.is_some();
        } else if told.contains("released") {
            let is_own = action.who.iter().any(|one| one == "case_mediator");
            let is_person = matches!(self.actor, Actor::Person(_));
            told.insert(match is_person && !is_own {
                true => "taken_back",
                false => "mediator_lost",
            });
        }
        if told.contains("offer_ended") {
            if given.is_none() && self.actor == Actor::Register {
                told.insert("mediator_lost");
            }
            let answers = action.who.iter().any(|one| one == "asked_mediator");
            told.insert(match self.actor {
                Actor::Clock if action.does("end_offer") => "offer_expired",
                actor if answers && actor.is("asked_mediator", before) => "offer_declined",
                _ => "offer_withdrawn",
            });
        }
        told
    }

    /// The facts that no message depends on.
    fn record(&self, action: &Action, effect: &str, values: &Values, after: &mut Paper) {
        let before = self.paper;
        match effect {
            "record_screening" => {
                let answers = values.exclusions().into_iter().flat_map(|all| all.values());
                after.screened = Some({ answers }.all(|yes| !*yes));
            }
            "record_proposal" => after.proposal_on = values.day("proposal.sent_on"),
            "record_declaration" => {
                // What the same mediator has disclosed before waits for its waiver all the same.
                let is_first = action.does("accept_offer") || action.does("assign_mediator");
                let discloses = values.text("declaration.result") == Some("disclosed");
                after.lacks_waiver = discloses || (before.lacks_waiver && !is_first);
            }
            "record_waivers" => {
                after.lacks_waiver = false;
                after.waived_on = values.day("waivers.given_on");
            }
            "record_annex" => after.lacks_annex = false,
            "record_contract" => {
                let on = values.day("contract.signed_on");
                after.contract_on = on;
                after.term = on.map(|on| self.term_of(on, 0));
            }
            "extend_term" => {
                if let (Some(term), Some(until)) =
                    (after.term.as_mut(), values.day("extension.until"))
                {
                    term.end = days::agreed(until);
                    term.agreed = Some(until);
                }
            }
            "pause_term" => after.paused_on = values.day("pause.from"),
            "resume_term" => {
                if let (Some(from), Some(until), Some(term)) =
                    (before.paused_on, values.day("pause.until"), before.term)
                {
                    after.term = Some(self.resumed(from, until, term));
                }
                after.paused_on = None;
                after.resumed_on = values.day("pause.until");
            }
            "record_ruling" => after.ruled_on = values.day("court.ruled_on"),
            "record_agreement" => {
                after.signed_on = values.day("agreement.signed_on");
                after.paused_on = None;
            }
            "record_check" => {
                let check = values.text("check.after").map(str::to_owned);
                after.checks.extend(check);
            }
            _ => {}
        }
    }

    fn term_of(&self, contract_on: NaiveDate, paused: u64) -> Term {
        Term {
            end: days::of_law("mediation", days::start_of(contract_on), paused),
            paused,
            agreed: None,
        }
    }

    /// D17: exactly the paused days are added.
    fn resumed(&self, from: NaiveDate, until: NaiveDate, term: Term) -> Term {
        let days = u64::try_from((until - from).num_days()).expect("a pause ends after it began");
        let paused = term.paused + days;
        let Some(agreed) = term.agreed else {
            let contract_on = self.paper.contract_on.expect("a term has a contract");
            return self.term_of(contract_on, paused);
        };
        let agreed = agreed + chrono::Days::new(days);
        Term {
            end: days::agreed(agreed),
            paused,
            agreed: Some(agreed),
        }
    }

    /// The messages of an action, and of the timer that took it.
    fn tell_moved(
        &self,
        told: &BTreeSet<&'static str>,
        sets_ground: bool,
        by_timer: Option<&str>,
        after: &mut Paper,
    ) {
        const TRIGGERS: [&str; 12] = [
            "offered",
            "offer_expired",
            "offer_declined",
            "offer_withdrawn",
            "mediator_assigned",
            "mediator_replaced",
            "mediator_lost",
            "taken_back",
            "first_assigned",
            "started",
            "term_extended",
            "ended",
        ];
        let mut orders = Vec::new();
        for trigger in TRIGGERS {
            let happened = told.contains(trigger) || (trigger == "ended" && sets_ground);
            let rules = self.script.notices.iter().filter(|rule| rule.on == trigger);
            for rule in rules.filter(|_| happened) {
                orders.extend(self.order(rule, told, after));
            }
        }
        if let Some(timer) = by_timer.and_then(|name| timer(self.script, name)) {
            orders.extend(tellings(timer, self.paper));
        }
        send(after, orders);
    }

    /// To whom a message goes, if there is anybody.
    fn order<'r>(
        &self,
        rule: &'r Rule,
        told: &BTreeSet<&'static str>,
        after: &Paper,
    ) -> Option<Order<'r>> {
        let before = self.paper;
        let given = told.contains("mediator_assigned").then_some(after.mediator);
        let given = given.flatten();
        let offered = told.contains("offered").then_some(after.asked_mediator());
        let to = match rule.to.as_str() {
            "mediator" => given.or(before.mediator).map(mediator),
            "asked_mediator" => {
                let asked = offered.flatten().or(before.asked_mediator());
                asked.map(mediator)
            }
            "former_mediator" => {
                let former = before.mediator.filter(|former| given != Some(*former));
                former.map(mediator)
            }
            "mediator_or_head" => {
                let stays = before.mediator.filter(|_| !told.contains("released"));
                let one = given.or(stays).map(mediator);
                one.or(Some(account(before.office.head())))
            }
            "office_head" => Some(account(before.office.head())),
            "coordinator" => Some(account(COORDINATOR)),
            "partner" => {
                let is_told = match rule.on.as_str() {
                    "first_assigned" | "started" => true,
                    "ended" => {
                        let ground = after.closure.as_ref().map(|one| one.ground.as_str());
                        !matches!(ground, Some("transferred" | "duplicate"))
                    }
                    _ => false,
                };
                (is_told && before.is_referred).then(|| format!("contact {CONTACT}"))
            }
            other => panic!("nobody is called {other}"),
        };
        to.map(|to| (to, &rule.words, rule.on.as_str()))
    }
}

/// Files a case: what its first event makes of it.
pub(super) fn filed(script: &Script, mut paper: Paper, actor: Actor) -> Paper {
    let step = script.step(&script.opening().to);
    paper.step.clone_from(&script.opening().to);
    paper.stage.clone_from(&step.stage);
    paper.class = step.class.clone().expect("a new case is not closed");
    paper.version = 1;
    paper.wind(script);
    paper.log.push(Noted {
        kind: "filed",
        what: script.opening().name.clone(),
        at: paper.filed_at,
        by: actor.account(),
    });
    let mut orders = Vec::new();
    for rule in script.notices.iter().filter(|rule| rule.on == "filed") {
        let to = match rule.to.as_str() {
            "partner" => paper.is_referred.then(|| format!("contact {CONTACT}")),
            "office_head" | "mediator_or_head" => Some(account(paper.office.head())),
            "coordinator" => Some(account(COORDINATOR)),
            _ => None,
        };
        orders.extend(to.map(|to| (to, &rule.words, "filed")));
    }
    send(&mut paper, orders);
    paper
}

/// The case after its mediator was suspended, by the action of its workflow that is open to the register at its step; as it
/// was where there is none, and where it is neither theirs nor theirs to answer for (D12).
pub(super) fn released(book: &Book<'_>, paper: &Paper, mediator: u128, now: Moment) -> Paper {
    let is_theirs = paper.mediator == Some(mediator) || paper.asked_mediator() == Some(mediator);
    let action = book.scripts[paper.script].action_of("register", &paper.step);
    let action = action.filter(|_| is_theirs);
    let question = book.question(paper, Actor::Register);
    let after = action.and_then(|action| {
        question
            .moved(&action.name, &Values::default(), now, None)
            .ok()
    });
    after.unwrap_or_else(|| paper.clone())
}

/// What follows when the time of a timer has come: its action, or where that is refused nothing but that it has fired.
pub(super) fn fired(book: &Book<'_>, paper: &Paper, name: &str, now: Moment) -> Paper {
    let script = &book.scripts[paper.script];
    let timer = timer(script, name).expect("a timer of the workflow");
    let question = book.question(paper, Actor::Clock);
    let mut is_refused = false;
    if let Some(action) = &timer.fires {
        let values = answers(script, paper, timer, action);
        match question.moved(action, &values, now, Some(name)) {
            Ok(after) => return after,
            Err(_) => is_refused = true,
        }
    }
    let mut after = paper.clone();
    settle(&mut after, name);
    after.version += 1;
    after.note("timer_fired", name, now, Actor::Clock);
    if !is_refused {
        send(&mut after, tellings(timer, paper));
    }
    after
}

fn answers(script: &Script, paper: &Paper, timer: &Timer, action: &str) -> Values {
    let last_day = paper.timers[&timer.name].end.last_day;
    let action = script.action_at(action, &paper.step);
    let fields = action.into_iter().flat_map(|action| &action.form);
    let given = fields.filter_map(|field| {
        let text = timer.answers.get(&field.name).or(field.default.as_ref())?;
        let value: Value = form::of_timer(field, text, last_day)?;
        Some((field.name.clone(), value))
    });
    Values(given.collect())
}

fn timer<'s>(script: &'s Script, name: &str) -> Option<&'s Timer> {
    script.timers.iter().find(|timer| timer.name == name)
}

fn settle(after: &mut Paper, name: &str) {
    let armed = after.timers.get_mut(name).expect("a timer that ran");
    armed.fired = true;
    *after.ended.entry("fired").or_default() += 1;
}

fn release(after: &mut Paper) {
    after.mediator = None;
    after.lacks_waiver = false;
    after.waived_on = None;
    after.taken_at = None;
    after.lacks_annex = false;
}

fn mediator(id: u128) -> String {
    format!("mediator {id}")
}

fn account(id: u128) -> String {
    format!("account {id}")
}

/// What a timer tells, of the case as it stood before.
fn tellings<'s>(timer: &'s Timer, before: &Paper) -> Vec<Order<'s>> {
    let to = |to: &str| match to {
        "mediator" => before.mediator.map(mediator),
        "mediator_or_head" => {
            let one = before.mediator.map(mediator);
            one.or_else(|| Some(account(before.office.head())))
        }
        "asked_mediator" => before.asked_mediator().map(mediator),
        "office_head" => Some(account(before.office.head())),
        "coordinator" => Some(account(COORDINATOR)),
        _ => None,
    };
    let tells = timer.tells.iter();
    tells
        .filter_map(|one| Some((to(&one.to)?, &one.words, "")))
        .collect()
}

/// Counts the messages of an event: one of a kind to each, but each text of the workflow's own by itself (D26).
fn send(after: &mut Paper, orders: Vec<Order<'_>>) {
    let mut sent = BTreeSet::new();
    let own = |words: &Words| orders.iter().position(|(_, one, _)| one.text == words.text);
    for (to, words, on) in &orders {
        let kind = match &words.notice {
            Some(kind) => kind.clone(),
            None if to.starts_with("contact") => of_partner(on).to_owned(),
            None => "workflow_note".to_owned(),
        };
        let nth = if kind == "workflow_note" {
            own(words)
        } else {
            None
        };
        if sent.insert((kind.clone(), nth, to.clone())) {
            *after.told.entry((kind, to.clone())).or_default() += 1;
        }
    }
}

/// The kind of message by which a partner is told.
fn of_partner(on: &str) -> &'static str {
    match on {
        "filed" => "case_received",
        "first_assigned" => "case_assigned",
        "started" => "case_started",
        _ => "case_ended",
    }
}

impl Paper {
    /// Adds an entry to the history.
    pub(super) fn note(&mut self, kind: &'static str, what: &str, at: Moment, by: Actor) {
        self.log.push(Noted {
            kind,
            what: what.to_owned(),
            at,
            by: by.account(),
        });
    }
}
