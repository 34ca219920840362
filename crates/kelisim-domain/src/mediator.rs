//! The register of mediators.

use crate::{
    assignment::MediatorStatus,
    case::closed_enum,
    code::CategoryCode,
    confidential::{Confidential, Wipe},
    fault::{Fault, FaultKind, Faults},
    id::{AccountId, MediatorId},
    input::Input,
    language::Language,
    register::{Known, LIST_MOST, OfficeRef, RegisterRefusal, language, line, reason, spoken},
    text::{EmailAddress, Name, Phone},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

mod iin;

pub use iin::{Iin, IinWarning};

closed_enum! {
    /// What makes somebody a mediator.
    MediatorKind {
        /// Elected by the people of the place (L14).
        Public = "public",
        /// Trained and certified (L12).
        Professional = "professional",
    }
}

/// The paper on which the entry rests: an election protocol for a public mediator, a certificate for a professional one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Basis {
    /// Its number.
    pub number: String,
    /// Its day.
    pub on: NaiveDate,
    /// The gathering that elected, or the organisation that certified.
    pub by: String,
}

closed_enum! {
    /// What ties a mediator to others; the conflict check reads it.
    AffiliationKind {
        /// Works for.
        Employer = "employer",
        /// Sits on a council.
        Council = "council",
        /// Belongs to a political party.
        PoliticalParty = "political_party",
        /// A relative who is known by name.
        Relative = "relative",
    }
}

/// One tie of a mediator.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affiliation {
    /// What kind of tie.
    pub kind: AffiliationKind,
    /// With whom.
    pub name: String,
}

/// What only the keepers of the register read.
///
/// It is serialised to be sealed and for no other purpose, and has no `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediatorSecrets {
    /// The personal number.
    pub iin: Iin,
    /// The day of birth.
    pub birth_date: Option<NaiveDate>,
    /// The telephone.
    pub phone: Option<Phone>,
    /// The mail address; without one no message can be sent.
    pub email: Option<EmailAddress>,
    /// Ties to others.
    pub affiliations: Vec<Affiliation>,
}

impl Wipe for MediatorSecrets {
    fn wipe(&mut self) {
        let MediatorSecrets {
            iin,
            birth_date: _,
            phone,
            email,
            affiliations,
        } = self;
        iin.wipe();
        phone.wipe();
        email.wipe();
        affiliations.iter_mut().for_each(|tie| tie.name.wipe());
    }
}

impl MediatorSecrets {
    /// What looks wrong with the personal number. It warns and never blocks: no official text of the rule was found.
    pub fn warnings(&self) -> Vec<IinWarning> {
        self.iin.warnings(self.birth_date)
    }
}

/// Days on which a mediator takes no case, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Period {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
}

/// What the register says of a mediator, their status apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MediatorEntry {
    /// Public or professional.
    pub kind: MediatorKind,
    /// The name in Kazakh.
    pub name_kk: Name,
    /// The name in Russian.
    pub name_ru: Name,
    /// The number in the register.
    pub register_no: String,
    /// The language of messages to them.
    pub language: Language,
    /// Languages they mediate in.
    pub languages: Vec<String>,
    /// Kinds of dispute they know well.
    pub specialisations: Vec<CategoryCode>,
    /// Where they live.
    pub home_settlement: String,
    /// Where they work.
    pub offices: Vec<OfficeRef>,
    /// How many cases they take at once (D4).
    pub max_open_cases: i32,
    /// The last day on which their papers are valid (D4).
    pub documents_valid_to: Option<NaiveDate>,
    /// Protocol or certificate; only a candidate has none yet.
    pub basis: Option<Basis>,
    /// When they are away (D4).
    pub unavailable: Vec<Period>,
    /// What only the keepers of the register read (D33).
    pub secrets: Confidential<MediatorSecrets>,
}

/// A mediator in the register.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mediator {
    /// The id.
    pub id: MediatorId,
    /// What the register says.
    pub entry: MediatorEntry,
    /// Where they stand.
    pub status: MediatorStatus,
    /// Since which day.
    pub status_since: NaiveDate,
    /// The version, from 1.
    pub version: i32,
    /// When they were entered.
    pub created_at: DateTime<Utc>,
    /// When the entry was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A step of a mediator's status, as it is kept for good.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatusStep {
    /// The new status.
    pub status: MediatorStatus,
    /// From which day.
    pub since: NaiveDate,
    /// Why; empty for the first entry.
    pub reason: String,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// By whom; nobody for an import.
    pub by: Option<AccountId>,
}

/// A wish to change a mediator's status, as somebody sent it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StatusWish {
    /// The wanted status, when it differs from the present one.
    pub status: Option<MediatorStatus>,
    /// From which day; today when nothing is said.
    pub since: Option<NaiveDate>,
    /// Why.
    pub reason: Option<String>,
}

/// Where a mediator stands before a change.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    /// The status.
    pub status: MediatorStatus,
    /// Since when.
    pub since: NaiveDate,
}

/// Whether the register leads from one status to the other: candidate, active, suspended and back, removed.
pub fn status_leads(from: MediatorStatus, to: MediatorStatus) -> bool {
    use MediatorStatus::{Active, Candidate, Removed, Suspended};
    matches!(
        (from, to),
        (Candidate, Active) | (Active, Suspended | Removed) | (Suspended, Active | Removed)
    )
}

/// The step from one status to another.
///
/// # Errors
/// The register does not lead there.
pub fn status_step(from: MediatorStatus, to: MediatorStatus) -> Result<(), RegisterRefusal> {
    match status_leads(from, to) {
        true => Ok(()),
        false => Err(RegisterRefusal::StatusStep { from, to }),
    }
}

impl MediatorEntry {
    /// Reads an entry and a wish for the status; `before` is how things stand, when this is a change.
    ///
    /// # Errors
    /// All faults at once.
    pub fn parse(
        body: &Map<String, Value>,
        known: &Known,
        before: Option<Before>,
        today: NaiveDate,
    ) -> Result<(Self, StatusWish), Vec<Fault>> {
        let mut faults = Faults::new();
        let mut input = Input::new(body, &mut faults);
        let wish = StatusWish::read(&mut input, before, today);
        let entry = Self::read(&mut input, known, today);
        if let (Some(entry), Some(wish)) = (&entry, &wish) {
            entry.check(&mut input, before, wish);
        }
        input.finish();
        faults.finish(entry.zip(wish))
    }

    fn read(input: &mut Input<'_>, known: &Known, today: NaiveDate) -> Option<Self> {
        // Every field is read before the first missing one ends the function.
        let kind = input.text("kind", str::parse);
        let name_kk = input.text("name_kk", Name::parse);
        let name_ru = input.text("name_ru", Name::parse);
        let register_no = input.text("register_no", line);
        let language = input.text("language", language);
        let languages = input.some_texts("languages", LIST_MOST, spoken);
        let specialisations =
            input.texts("specialisations", LIST_MOST, |text| known.category(text));
        let home_settlement = input.text("home_settlement", line);
        let offices = input.texts("offices", LIST_MOST, |text| known.office(text));
        let max_open_cases = input.number("max_open_cases", 0, 1_000);
        let documents_valid_to = input.date_if("documents_valid_to");
        let basis = read_basis(input, kind, today);
        let unavailable = read_periods(input);
        let secrets = read_secrets(input, today);
        Some(MediatorEntry {
            kind: kind?,
            name_kk: name_kk?,
            name_ru: name_ru?,
            register_no: register_no?,
            language: language?,
            languages: languages?,
            specialisations: specialisations?,
            home_settlement: home_settlement?,
            offices: offices?,
            max_open_cases: max_open_cases?,
            documents_valid_to: documents_valid_to?,
            basis: basis?,
            unavailable: unavailable?,
            secrets: Confidential::new(secrets?),
        })
    }

    /// What holds between the fields and the status.
    fn check(&self, input: &mut Input<'_>, before: Option<Before>, wish: &StatusWish) {
        let status = wish.status.or(before.map(|before| before.status));
        let is_candidate = status.is_none_or(|status| status == MediatorStatus::Candidate);
        if !is_candidate && self.basis.is_none() {
            input.fault(basis_field(self.kind), FaultKind::Missing);
        }
    }

    /// The open fields as somebody would send them.
    pub fn open_form(&self) -> Map<String, Value> {
        let basis = self.basis.as_ref().map(|basis| {
            json!({ "number": basis.number, "on": basis.on, by_field(self.kind): basis.by })
        });
        let form = json!({
            "kind": self.kind,
            "name_kk": self.name_kk,
            "name_ru": self.name_ru,
            "register_no": self.register_no,
            "language": self.language,
            "languages": self.languages,
            "specialisations": self.specialisations,
            "home_settlement": self.home_settlement,
            "offices": self.offices.iter().map(|office| &office.code).collect::<Vec<_>>(),
            "max_open_cases": self.max_open_cases,
            "documents_valid_to": self.documents_valid_to,
            basis_field(self.kind): basis,
            "unavailable": self.unavailable.iter()
                .map(|period| json!({ "from": period.from, "to": period.to })).collect::<Vec<_>>(),
        });
        match form {
            Value::Object(form) => form,
            _ => Map::new(),
        }
    }

    /// The confidential fields as somebody would send them: the ground for a merge patch, and for what the audit log
    /// keeps of them, which is not the values.
    pub fn secret_form(&self) -> Confidential<Map<String, Value>> {
        match serde_json::to_value(self.secrets.reveal()) {
            Ok(Value::Object(form)) => Confidential::new(form),
            _ => Confidential::new(Map::new()),
        }
    }
}

impl StatusWish {
    fn read(input: &mut Input<'_>, before: Option<Before>, today: NaiveDate) -> Option<StatusWish> {
        let wanted = input.text_if("status", str::parse::<MediatorStatus>);
        let since = input.date_if("status_since");
        let reason = input.text_if("status_reason", reason);
        let (wanted, since, reason) = (wanted?, since?, reason?);
        let changed = wanted.filter(|wanted| before.is_none_or(|before| before.status != *wanted));
        if changed.is_none() && before.is_some() {
            for (name, given) in [
                ("status_since", since.is_some()),
                ("status_reason", reason.is_some()),
            ] {
                if given {
                    input.fault(name, FaultKind::NotHere);
                }
            }
        }
        if changed.is_some() && before.is_some() && reason.is_none() {
            input.fault("status_reason", FaultKind::Missing);
        }
        if since.is_some_and(|since| since > today) {
            input.fault("status_since", FaultKind::TooLate { latest: today });
        }
        if let (Some(since), Some(before)) = (since, before)
            && since < before.since
        {
            input.fault(
                "status_since",
                FaultKind::TooEarly {
                    earliest: before.since,
                },
            );
        }
        Some(StatusWish {
            status: changed,
            since,
            reason,
        })
    }
}

fn basis_field(kind: MediatorKind) -> &'static str {
    match kind {
        MediatorKind::Public => "protocol",
        MediatorKind::Professional => "certificate",
    }
}

fn by_field(kind: MediatorKind) -> &'static str {
    match kind {
        MediatorKind::Public => "body",
        MediatorKind::Professional => "organisation",
    }
}

/// The paper of the kind; the other kind's paper has no place.
fn read_basis(
    input: &mut Input<'_>,
    kind: Option<MediatorKind>,
    today: NaiveDate,
) -> Option<Option<Basis>> {
    let mut found = Some(None);
    for other in [MediatorKind::Public, MediatorKind::Professional] {
        let read = input.object_if(basis_field(other), |paper| {
            let number = paper.text("number", line);
            let on = paper.date("on");
            let by = paper.text(by_field(other), line);
            if on.is_some_and(|on| on > today) {
                paper.fault("on", FaultKind::TooLate { latest: today });
            }
            Some(Basis {
                number: number?,
                on: on?,
                by: by?,
            })
        });
        match kind {
            Some(kind) if kind == other => found = read,
            Some(_) if read != Some(None) => input.fault(basis_field(other), FaultKind::NotHere),
            _ => {}
        }
    }
    found
}

fn read_periods(input: &mut Input<'_>) -> Option<Vec<Period>> {
    let mut periods = input.objects("unavailable", LIST_MOST, |period| {
        let (from, to) = (period.date("from"), period.date("to"));
        let (from, to) = (from?, to?);
        if to < from {
            period.fault("to", FaultKind::TooEarly { earliest: from });
        }
        Some(Period { from, to })
    })?;
    periods.sort();
    if periods.windows(2).any(|pair| pair[1].from <= pair[0].to) {
        input.fault("unavailable", FaultKind::Duplicate);
    }
    Some(periods)
}

fn read_secrets(input: &mut Input<'_>, today: NaiveDate) -> Option<MediatorSecrets> {
    let iin = input.text("iin", Iin::parse);
    let birth_date = input.date_if("birth_date");
    let phone = input.text_if("phone", Phone::parse);
    let email = input.text_if("email", EmailAddress::parse);
    let affiliations = input.objects("affiliations", LIST_MOST, |tie| {
        let (kind, name) = (tie.text("kind", str::parse), tie.text("name", line));
        Some(Affiliation {
            kind: kind?,
            name: name?,
        })
    });
    if birth_date.flatten().is_some_and(|born| born > today) {
        input.fault("birth_date", FaultKind::TooLate { latest: today });
    }
    Some(MediatorSecrets {
        iin: iin?,
        birth_date: birth_date?,
        phone: phone?,
        email: email?,
        affiliations: affiliations?,
    })
}

#[cfg(test)]
mod tests;
