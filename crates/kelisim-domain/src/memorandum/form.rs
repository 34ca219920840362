//! What people send about memoranda: drafts, signatures, early ends.

use super::*;

/// The fields of a memorandum that a person sets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// What is agreed.
    pub terms: Terms,
    /// Who sees to the renewal.
    pub renewal_owner: Option<String>,
}

impl Draft {
    /// Reads a draft from what somebody sent; `before` is the memorandum as it stands, when this is a change.
    ///
    /// # Errors
    /// All faults at once; a changed term of a signed memorandum is one of them.
    pub fn parse(
        body: &Map<String, Value>,
        known: &Known,
        before: Option<&Memorandum>,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::new();
        let mut input = Input::new(body, &mut faults);
        let draft = Self::read(&mut input, known);
        if let Some(draft) = &draft {
            draft.check(&mut input);
        }
        if let Some(signed) = before.filter(|before| before.signed_on.is_some()) {
            frozen(&mut input, body, signed);
        }
        input.finish();
        faults.finish(draft)
    }

    fn read(input: &mut Input<'_>, known: &Known) -> Option<Self> {
        // Every field is read before the first missing one ends the function.
        let number = input.text("number", line);
        let partner = input.text("partner", |text| known.partner(text));
        let valid_from = input.date_if("valid_from");
        let valid_to = input.date_if("valid_to");
        let signatories = input.texts("signatories", LIST_MOST, line);
        let renewal_owner = input.text_if("renewal_owner", line);
        let categories = cover(input, "categories", |text| known.category(text));
        let districts = cover(input, "districts", |text| known.district(text));
        let events = input.texts("events", LIST_MOST, str::parse);
        let data_level = input.text("data_level", str::parse);
        let may_name_mediator = input.yes_no("may_name_mediator", false);
        let may_tell_attendance = input.yes_no("may_tell_attendance", false);
        Some(Draft {
            terms: Terms {
                number: number?,
                partner: partner?,
                valid_from: valid_from?,
                valid_to: valid_to?,
                signatories: signatories?,
                categories: categories?,
                districts: districts?,
                events: events?,
                data_level: data_level?,
                may_name_mediator: may_name_mediator?,
                may_tell_attendance: may_tell_attendance?,
            },
            renewal_owner: renewal_owner?,
        })
    }

    fn check(&self, input: &mut Input<'_>) {
        if let (Some(from), Some(to)) = (self.terms.valid_from, self.terms.valid_to)
            && to < from
        {
            input.fault("valid_to", FaultKind::TooEarly { earliest: from });
        }
    }
}

/// Notes each term that differs from what was signed.
fn frozen(input: &mut Input<'_>, body: &Map<String, Value>, signed: &Memorandum) {
    for (name, value) in signed.form() {
        if name != "renewal_owner" && body.get(&name).unwrap_or(&Value::Null) != &value {
            input.fault(&name, FaultKind::Frozen);
        }
    }
}

/// The word `all`, or a list.
fn cover<T: PartialEq>(
    input: &mut Input<'_>,
    name: &'static str,
    parse: impl Fn(&str) -> Result<T, FaultKind>,
) -> Option<Cover<T>> {
    match input.is_text(name, "all") {
        true => Some(Cover::All(All::All)),
        false => input.texts(name, LIST_MOST, parse).map(Cover::Only),
    }
}

/// A signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signing {
    /// The day.
    pub signed_on: NaiveDate,
}

impl Signing {
    /// Reads a signature: the day, today when nothing is said.
    ///
    /// # Errors
    /// All faults at once; that nobody is named who signs is one of them, and so is an end before the signature.
    pub fn parse(
        body: &Map<String, Value>,
        memorandum: &Memorandum,
        today: NaiveDate,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::new();
        let mut input = Input::new(body, &mut faults);
        let signed_on = input.date_if("signed_on").map(|day| day.unwrap_or(today));
        let latest = memorandum
            .terms
            .valid_to
            .map_or(today, |last| last.min(today));
        if signed_on.is_some_and(|day| day > latest) {
            input.fault("signed_on", FaultKind::TooLate { latest });
        }
        if memorandum.terms.signatories.is_empty() {
            input.fault("signatories", FaultKind::TooFew { fewest: 1 });
        }
        input.finish();
        faults.finish(signed_on.map(|signed_on| Signing { signed_on }))
    }
}

/// An early end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Termination {
    /// The first day on which the memorandum holds no more.
    pub terminated_on: NaiveDate,
    /// Why.
    pub reason: String,
}

impl Termination {
    /// Reads an early end: its reason, and its day, today when nothing is said.
    ///
    /// # Errors
    /// All faults at once.
    pub fn parse(
        body: &Map<String, Value>,
        memorandum: &Memorandum,
        today: NaiveDate,
    ) -> Result<Self, Vec<Fault>> {
        let mut faults = Faults::new();
        let mut input = Input::new(body, &mut faults);
        let day = input
            .date_if("terminated_on")
            .map(|day| day.unwrap_or(today));
        let reason = input.text("reason", reason);
        if day.is_some_and(|day| day > today) {
            input.fault("terminated_on", FaultKind::TooLate { latest: today });
        }
        if let (Some(day), Some(signed)) = (day, memorandum.signed_on)
            && day < signed
        {
            input.fault("terminated_on", FaultKind::TooEarly { earliest: signed });
        }
        input.finish();
        faults.finish(day.zip(reason).map(|(terminated_on, reason)| Termination {
            terminated_on,
            reason,
        }))
    }
}
