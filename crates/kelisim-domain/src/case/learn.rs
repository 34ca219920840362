//! What a case learns from the answers to a form: the facts that an event adds to its course.

use super::{
    Case, Declared, Extension, Fact, Facts, Rejection, Screening, Term, guard::passes,
    timer::start_of,
};
use crate::{
    fault::{FaultKind, Faults},
    law::Law,
    legal::TermName,
    workflow::{Action, Effect, Values},
};
use chrono::{Days, NaiveDate};

/// What the case learns from the answers, in the order of the effects.
pub(super) fn learned(
    case: &Case,
    action: &Action,
    values: &Values,
    facts: &Facts,
) -> Result<Vec<Fact>, Rejection> {
    let mut learned = Vec::new();
    let mut faults = Faults::new();
    for effect in &action.effects {
        let fact = match effect {
            Effect::AssignMediator | Effect::AcceptOffer | Effect::SetGround => None,
            Effect::OfferMediator => values
                .mediator("mediator")
                .map(|mediator| Fact::Offered { mediator }),
            // An action may end either, an offer or an assignment; only what was there has ended.
            Effect::EndOffer => case.course.asked.map(|_| Fact::OfferEnded),
            Effect::Recuse => recused(case, &mut learned),
            Effect::ReleaseMediator => case.mediator.map(|_| Fact::Released),
            Effect::RecordScreening => screened(values, facts, &mut faults),
            Effect::RecordProposal => values
                .date("proposal.sent_on")
                .map(|on| Fact::ProposalSent { on }),
            Effect::RecordDeclaration => {
                let declared = values.declaration("declaration.result");
                // What was disclosed stays so until it is waived, whatever the same mediator declares later.
                let is_first = [Effect::AcceptOffer, Effect::AssignMediator];
                let waits = case.course.waiver_is_missing
                    && !is_first.iter().any(|effect| action.does(*effect));
                declared.map(|declared| Fact::Declared {
                    waiver_is_missing: declared == Declared::Disclosed || waits,
                })
            }
            Effect::RecordWaivers => Some(Fact::Waived {
                on: values.date("waivers.given_on"),
            }),
            Effect::RecordContract => contracted(values, facts, &mut faults),
            Effect::RecordAnnex => values
                .date("annex.signed_on")
                .map(|on| Fact::Annexed { on }),
            Effect::ExtendTerm => extended(case, values, facts),
            Effect::PauseTerm => values.date("pause.from").map(|on| Fact::Paused { on }),
            Effect::ResumeTerm => {
                let moved = resumed(case, values, facts, &mut faults);
                learned.extend(moved);
                Some(Fact::Resumed {
                    on: values.date("pause.until"),
                })
            }
            Effect::RecordRuling => values.date("court.ruled_on").map(|on| Fact::Ruled { on }),
            Effect::RecordAgreement => values
                .date("agreement.signed_on")
                .map(|on| Fact::Signed { on }),
            Effect::RecordCheck => checked(case, values, facts, &mut faults),
        };
        learned.extend(fact);
    }
    faults.finish(Some(learned)).map_err(Rejection::Invalid)
}

/// 3.1: a check is named after the days from the agreement to it, and what was asked before is not that check.
fn checked(case: &Case, values: &Values, facts: &Facts, faults: &mut Faults) -> Option<Fact> {
    let check = values.choice("check.after")?;
    let days = check.parse().ok().map(Days::new);
    let signed_on = case.course.signed_on;
    let earliest = signed_on
        .zip(days)
        .and_then(|(on, days)| on.checked_add_days(days));
    let contacted_on = values.date("check.contacted_on").unwrap_or(facts.today);
    if let Some(earliest) = earliest.filter(|earliest| contacted_on < *earliest) {
        faults.push("/check/contacted_on", FaultKind::TooEarly { earliest });
        return None;
    }
    Some(Fact::Checked {
        check: check.to_owned(),
    })
}

/// Whoever has the case or was asked leaves it for good; both facts follow.
fn recused(case: &Case, learned: &mut Vec<Fact>) -> Option<Fact> {
    let asked = case.course.asked.map(|asked| asked.mediator);
    let leaving = asked.or(case.mediator)?;
    learned.push(match asked {
        Some(_) => Fact::OfferEnded,
        None => Fact::Released,
    });
    Some(Fact::Recused { mediator: leaving })
}

/// D1, D3: by the questions in force on the day of filing.
fn screened(values: &Values, facts: &Facts, faults: &mut Faults) -> Option<Fact> {
    let answers = values.exclusions("exclusions")?;
    let Some(version) = facts.law.on(facts.filed_on) else {
        faults.push("/exclusions", FaultKind::NotHere);
        return None;
    };
    for question in &version.exclusions {
        if !answers.contains_key(&question.code) {
            faults.push(format!("/exclusions/{}", question.code), FaultKind::Missing);
        }
    }
    let passed = passes(version, answers)?;
    Some(Fact::Screened(Screening {
        passed,
        profile: version.version,
    }))
}

/// D14: the term begins on the day on which the contract was concluded, by the profile of that day (D3).
fn contracted(values: &Values, facts: &Facts, faults: &mut Faults) -> Option<Fact> {
    let on = values.date("contract.signed_on")?;
    let law = &facts.law;
    let Some((deadline, basis)) = law.term(TermName::Mediation, start_of(law, on), 0) else {
        faults.push("/contract/signed_on", FaultKind::NotHere);
        return None;
    };
    let term = Term {
        deadline,
        basis,
        extended_to: None,
        extensions: Vec::new(),
    };
    Some(Fact::Contracted { on, term })
}

/// D16: the day on which the sides agreed; the guard has seen that it lies within the total.
fn extended(case: &Case, values: &Values, facts: &Facts) -> Option<Fact> {
    let until = values.date("extension.until")?;
    let was = case.course.term.as_ref()?.last_day();
    let mut term = until_agreed(case, until, &facts.law)?;
    term.extensions.push(Extension {
        was,
        until,
        requested_on: values.date("extension.requested_on"),
    });
    Some(Fact::TermMoved { term })
}

/// The term with a last day on which the sides agreed; one on which nobody works moves as any other (D15).
fn until_agreed(case: &Case, until: NaiveDate, law: &Law) -> Option<Term> {
    let mut term = case.course.term.clone()?;
    let (name, contract_on) = (TermName::Mediation, case.course.contract_on?);
    let (last_day, moved) = law.agreed(&term.basis, name, contract_on, until)?;
    term.deadline.last_day = last_day;
    term.deadline.moved = moved;
    term.deadline.due_at = start_of(law, last_day.checked_add_days(Days::new(1))?);
    term.extended_to = Some(until);
    Some(term)
}

/// D17: exactly the paused days are added, to the term and to every timer that hangs on it.
fn resumed(case: &Case, values: &Values, facts: &Facts, faults: &mut Faults) -> Option<Fact> {
    let (from, until) = (case.course.paused_on?, values.date("pause.until")?);
    if until < from {
        faults.push("/pause/until", FaultKind::TooEarly { earliest: from });
        return None;
    }
    let term = case.course.term.clone()?;
    let days = u16::try_from((until - from).num_days()).unwrap_or(u16::MAX);
    let paused = term.deadline.days_paused.saturating_add(days);
    let law = &facts.law;
    let longer = match term.extended_to {
        None => {
            let starts_at = start_of(law, case.course.contract_on?);
            let name = TermName::Mediation;
            // D3: by the version that gave the term, whatever was published or retired since.
            let (deadline, basis) = law.term_again(&term.basis, name, starts_at, paused)?;
            Term {
                deadline,
                basis,
                extended_to: None,
                extensions: Vec::new(),
            }
        }
        Some(last) => {
            let last = last.checked_add_days(Days::new(u64::from(days)))?;
            let mut term = until_agreed(case, last, law)?;
            term.deadline.days_paused = paused;
            term
        }
    };
    Some(Fact::TermMoved { term: longer })
}
