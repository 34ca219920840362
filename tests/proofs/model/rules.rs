//! What stands against an action: the model's own reading of the rule book, by the codes that people are shown.

use chrono::NaiveDate;

use super::book::Book;
use super::days;
use super::form::Values;
use super::paper::Paper;
use super::people::{Actor, unfit};
use super::script::{Action, Script};

/// The elements of a contract (art. 21).
pub(super) const CONTRACT: [&str; 13] = crate::mediation::CONTRACT;
/// The elements of an agreement (art. 27).
pub(super) const AGREEMENT: [&str; 8] = [
    "sides",
    "subject",
    "mediator",
    "terms",
    "ways_of_performance",
    "dates_of_performance",
    "consequences",
    "signatures",
];
/// The exclusion questions; a yes to any of them excludes the dispute (art. 1).
pub(super) const EXCLUSIONS: [&str; 4] = ["third_party", "incapable", "corruption", "grave_crime"];

/// A question about a case: may this actor take this action?
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) script: &'a Script,
    pub(super) paper: &'a Paper,
    pub(super) actor: Actor,
    pub(super) book: Book<'a>,
}

/// The stages from which a case may be closed on a ground (3.2).
pub(super) fn stages_of(ground: &str) -> &'static [&'static str] {
    match ground {
        "settled" | "partly_settled" => &["reconciled"],
        "mediation_impossible" | "both_refused" | "one_refused" | "term_expired" => &["assigned"],
        "proposal_rejected" | "transferred" | "duplicate" | "consultation_only" => &["filed"],
        "not_suitable" | "withdrawn" => &["filed", "assigned"],
        other => panic!("{other} is no ground"),
    }
}

/// Whether a ground is a success.
pub(super) fn is_success(ground: &str) -> bool {
    matches!(ground, "settled" | "partly_settled")
}

/// Whether a ground may be set on the way between two stages (D19).
pub(super) fn ground_fits(ground: &str, from: &str, to: &str) -> bool {
    if is_success(ground) {
        (from, to) == ("assigned", "reconciled")
    } else {
        to == "closed" && stages_of(ground).contains(&from)
    }
}

impl Question<'_> {
    /// Every reason why not; without answers only what holds whatever they are.
    pub(super) fn refusals(&self, name: &str, values: Option<&Values>) -> Vec<&'static str> {
        let (script, paper) = (self.script, self.paper);
        let Some(action) = script.action_at(name, &paper.step) else {
            return vec![match (script.has(name), paper.is_closed()) {
                (false, _) => "unknown_action",
                (true, true) => "case_closed",
                (true, false) => "not_from_here",
            }];
        };
        let mut against = Vec::new();
        if !action.who.iter().any(|one| self.actor.is(one, paper)) {
            against.push("not_yours");
        }
        if action.asks("mediator_fit")
            && let Some(mediator) = values.and_then(|values| values.mediator("mediator"))
        {
            let reason = values.and_then(|values| values.text("over_limit_reason"));
            let has_reason = reason.is_some_and(|reason| !reason.trim().is_empty());
            let suspended = self.book.suspended;
            against.extend(unfit(mediator, paper, self.actor, has_reason, suspended));
        }
        for guard in &action.guards {
            against.extend(self.guard(guard, action, values));
        }
        let ends = action.does("accept_offer") || action.does("end_offer");
        let releases = action.does("release_mediator") && paper.mediator.is_some();
        if ends && paper.asked.is_none() && !releases {
            against.push("nobody_asked");
        }
        if action.does("offer_mediator") && paper.asked.is_some() {
            against.push("offer_is_open");
        }
        if action.does("set_ground")
            && let Some(ground) = values.and_then(|values| values.ground("ground"))
        {
            against.extend(self.ground(action, ground));
        }
        against
    }

    fn ground(&self, action: &Action, ground: &str) -> Option<&'static str> {
        if let Some(closure) = &self.paper.closure {
            return (closure.ground != ground).then_some("ground_is_set");
        }
        if !self.script.grounds.iter().any(|one| one == ground) {
            return Some("ground_not_in_workflow");
        }
        let to = &self.script.step(&action.to).stage;
        let field = action.field("ground");
        let is_offered = field.is_some_and(|field| {
            field.choices.is_empty() || field.choices.iter().any(|one| one == ground)
        });
        let fits = ground_fits(ground, &self.paper.stage, to);
        (!fits || !is_offered).then_some("ground_not_from_here")
    }

    fn guard(&self, guard: &str, action: &Action, values: Option<&Values>) -> Vec<&'static str> {
        let paper = self.paper;
        let one = |stands: bool, code: &'static str| if stands { vec![code] } else { Vec::new() };
        match guard {
            "mediator_fit" => Vec::new(),
            "screened" => match paper.screened {
                None => vec!["not_screened"],
                Some(passed) => one(!passed, "excluded"),
            },
            "declared" => {
                let declared = values.and_then(|values| values.text("declaration.result"));
                one(declared == Some("must_refuse"), "must_refuse")
            }
            "in_answer_time" => one(self.is_after_answer(action, values), "answer_time_over"),
            "waived" => self.waived(values),
            "annexed" => one(paper.lacks_annex, "annex_missing"),
            "contract_complete" => values.map_or_else(Vec::new, |values| {
                let signed = values.yes_no("contract.all_signed") == Some(true);
                let mut against = one(!signed, "not_all_signed");
                let is_whole = values.has_all("contract.elements", &CONTRACT);
                against.extend(one(!is_whole, "elements_missing"));
                against
            }),
            "agreement_complete" => values.map_or_else(Vec::new, |values| {
                let is_whole = values.has_all("agreement.elements", &AGREEMENT);
                one(!is_whole, "elements_missing")
            }),
            "in_term" => self.in_term(action, values),
            "in_total" => self.in_total(values),
            "may_pause" => {
                let mut against = one(!self.book.may_pause, "pause_not_allowed");
                against.extend(one(paper.paused_on.is_some(), "term_is_paused"));
                against.extend(one(paper.term.is_none(), "no_term"));
                if let Some(from) = values.and_then(|values| values.day("pause.from")) {
                    let overlaps = paper.resumed_on.is_some_and(|resumed| from < resumed);
                    against.extend(one(overlaps, "pauses_overlap"));
                    let is_late = paper.term.is_some_and(|term| from > term.end.last_day);
                    against.extend(one(is_late, "pause_after_term"));
                }
                against
            }
            "paused" => one(paper.paused_on.is_none(), "term_not_paused"),
            "no_mediator" => one(paper.mediator.is_some(), "has_mediator"),
            "last_check" => one(!paper.checks.contains("180"), "no_last_check"),
            other => panic!("there is no guard {other}"),
        }
    }

    /// D6: a contract or an annex is not older than the acceptance of whom it names, nor than the waivers.
    fn waived(&self, values: Option<&Values>) -> Vec<&'static str> {
        let paper = self.paper;
        let mut against = Vec::new();
        if paper.lacks_waiver {
            against.push("waiver_missing");
        }
        let day = |name: &str| values.and_then(|values| values.day(name));
        if let Some(on) = day("contract.signed_on").or_else(|| day("annex.signed_on")) {
            if paper.waived_on.is_some_and(|waived_on| on < waived_on) {
                against.push("before_waiver");
            }
            if paper.taken_at.is_some_and(|at| on < days::day(at)) {
                against.push("before_acceptance");
            }
        }
        against
    }

    /// L9: a proposal is measured today, a consent by its own day.
    fn is_after_answer(&self, action: &Action, values: Option<&Values>) -> bool {
        let day = |name: &str| values.and_then(|values| values.day(name));
        let (sent_on, answer_on) = match action.does("record_proposal") {
            true => (day("proposal.sent_on"), Some(days::day(self.book.now))),
            false => (self.paper.proposal_on, day("consent.given_on")),
        };
        let last_day = sent_on.map(|on| {
            let starts_at = days::start_of(on);
            days::of_law("proposal_answer", starts_at, 0).last_day
        });
        last_day
            .zip(answer_on)
            .is_some_and(|(last_day, on)| on > last_day)
    }

    fn in_term(&self, action: &Action, values: Option<&Values>) -> Vec<&'static str> {
        let Some(term) = self.paper.term else {
            return vec!["no_term"];
        };
        // While it is paused it is not over.
        if self.paper.paused_on.is_some() {
            return Vec::new();
        }
        let late = |effect: &str, field: &str| {
            let day = values.and_then(|values| values.day(field));
            action.does(effect) && day.is_some_and(|day| day > term.end.last_day)
        };
        let mut against = Vec::new();
        if late("record_agreement", "agreement.signed_on") {
            against.push("agreement_after_term");
        }
        if late("extend_term", "extension.requested_on") {
            against.push("request_after_term");
        }
        against
    }

    fn in_total(&self, values: Option<&Values>) -> Vec<&'static str> {
        let (Some(term), Some(contract_on)) = (self.paper.term, self.paper.contract_on) else {
            return vec!["no_term"];
        };
        let Some(until) = values.and_then(|values| values.day("extension.until")) else {
            return Vec::new();
        };
        let mut against = Vec::new();
        if until <= term.end.last_day {
            against.push("extension_not_longer");
        }
        if until > latest(contract_on, term.paused) {
            against.push("extension_past_total");
        }
        against
    }
}

/// The latest day to which a term can be extended (D16).
pub(super) fn latest(contract_on: NaiveDate, paused: u64) -> NaiveDate {
    let starts_at = days::start_of(contract_on);
    days::of_law("mediation_total", starts_at, paused).last_day
}
