//! The invented year: which cases were filed, who took them, and how they ended.
//!
//! The totals are those of the demo year (850 filed, 737 accepted, 567 mediated, 442 settled), scaled to the number of
//! cases asked for; within them chance decides.

use super::{
    course::{Course, Prescriptions},
    data::{ShareRow, World},
    dice::{Dice, divide},
    names,
    network::{Form, MediatorPlan, OfficePlan, PartnerPlan, object},
};
use chrono::{DateTime, Datelike, Duration, NaiveDate, Timelike, Utc, Weekday};
use kelisim_domain::calendar::Zone;
use serde_json::json;

/// Who acts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Doer {
    /// The head of the case's office; where it has none, the coordinator.
    Head(usize),
    /// A mediator.
    Mediator(usize),
    /// The coordinator of the region.
    Coordinator,
}

/// One thing that happens to a case.
#[derive(Clone, Debug)]
pub(super) struct StepPlan {
    pub(super) at: DateTime<Utc>,
    pub(super) doer: Doer,
    pub(super) action: &'static str,
    /// The form of the action; the mediator of an assignment stands in `mediator`, as an index.
    pub(super) form: Form,
    pub(super) mediator: Option<usize>,
}

/// A case with all that happens to it.
#[derive(Clone, Debug)]
pub(super) struct CasePlan {
    pub(super) office: usize,
    pub(super) filed_at: DateTime<Utc>,
    pub(super) filer: Doer,
    /// What is filed, as the interface takes it.
    pub(super) form: Form,
    pub(super) steps: Vec<StepPlan>,
}

/// How a case ends, with its share of the demo year.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// Closed by the head, on a ground, from the stage filed.
    Unaccepted(&'static str),
    /// Nobody has it yet.
    Waiting,
    /// A mediator has it.
    InHand,
    /// Agreed and not closed yet.
    Agreed,
    /// Agreed, wholly or in part, and closed.
    Settled(&'static str),
    /// Closed by the mediator without an agreement, after the contract.
    Failed(&'static str),
    /// Closed by the mediator before there was a contract.
    Left(&'static str),
}

/// 850 in all; 737 below the first four lines; 567 of these with a contract; 442 settled.
const ENDS: &[(End, u32)] = &[
    (End::Unaccepted("proposal_rejected"), 52),
    (End::Unaccepted("withdrawn"), 24),
    (End::Unaccepted("not_suitable"), 17),
    (End::Waiting, 20),
    (End::InHand, 44),
    (End::Agreed, 12),
    (End::Settled("settled"), 430),
    (End::Settled("partly_settled"), 22),
    (End::Failed("one_refused"), 30),
    (End::Failed("mediation_impossible"), 24),
    (End::Failed("both_refused"), 5),
    (End::Left("one_refused"), 61),
    (End::Left("mediation_impossible"), 38),
    (End::Left("both_refused"), 40),
    (End::Left("withdrawn"), 26),
    (End::Left("not_suitable"), 5),
];

/// How far into the future a case may be given away: the time after which it is free again.
pub(super) type Busy = Vec<Vec<(DateTime<Utc>, DateTime<Utc>)>>;

/// What the year is planned from.
pub(super) struct Year<'a> {
    pub(super) world: &'a World,
    pub(super) offices: &'a [OfficePlan],
    pub(super) mediators: &'a [MediatorPlan],
    pub(super) partners: &'a [PartnerPlan],
    pub(super) zone: Zone,
    pub(super) date: NaiveDate,
    pub(super) prescribed: &'a Prescriptions,
}

impl Year<'_> {
    /// Plans `count` cases of the year before the date, in the order of filing.
    pub(super) fn cases(&self, count: usize, dice: &mut Dice) -> Vec<CasePlan> {
        let filed = self.filing_times(count, dice);
        let ends = ends(count, dice);
        let categories = dealt(&self.world.categories, count, dice);
        let sources = dealt(&self.world.sources, count, dice);
        let weights: Vec<u32> = self.offices.iter().map(|office| office.weight).collect();
        // What happens to one case does not change where the next one is filed.
        let offices: Vec<usize> = (0..count).map(|_| dice.weighted(&weights)).collect();
        let mut busy: Busy = vec![Vec::new(); self.mediators.len()];
        (0..count)
            .map(|index| {
                let office = offices[index];
                let facts = Facts {
                    office,
                    filed_at: filed[index],
                    category: categories[index],
                    source: sources[index],
                    end: ends[index],
                };
                self.case(index, &facts, &mut busy, dice)
            })
            .collect()
    }

    fn filing_times(&self, count: usize, dice: &mut Dice) -> Vec<DateTime<Utc>> {
        let mut times: Vec<_> = (0..count)
            .map(|index| {
                let days = 365 * i64::try_from(index).unwrap_or(0)
                    / i64::try_from(count.max(1)).unwrap_or(1);
                let day = self.date - Duration::days((365 - days - dice.between(0, 1)).max(1));
                self.office_hour(working_day(day, self.date), dice)
            })
            .collect();
        times.sort();
        times
    }

    /// An instant of a local day between nine and six, to the second.
    fn office_hour(&self, day: NaiveDate, dice: &mut Dice) -> DateTime<Utc> {
        let at = self.zone.start_of(day)
            + Duration::hours(9)
            + Duration::seconds(dice.between(0, 9 * 3_600 - 1));
        at.min(self.end() - Duration::minutes(30))
    }

    /// The first instant of the date: nothing invented happens from here on.
    pub(super) fn end(&self) -> DateTime<Utc> {
        self.zone.start_of(self.date)
    }

    /// Some working days after an instant, never beyond the end of the year.
    pub(super) fn later(&self, at: DateTime<Utc>, days: i64, dice: &mut Dice) -> DateTime<Utc> {
        let day = working_day(self.zone.day(at) + Duration::days(days), self.date);
        let at_work = self.office_hour(day, dice);
        let soon = at + Duration::minutes(dice.between(4, 25));
        at_work
            .max(soon)
            .min(self.end() - Duration::seconds(1))
            .with_nanosecond(0)
            .unwrap_or(at)
    }

    fn case(&self, index: usize, facts: &Facts<'_>, busy: &mut Busy, dice: &mut Dice) -> CasePlan {
        let office = &self.offices[facts.office];
        let has_russian = office.form["languages"]
            .as_array()
            .is_some_and(|list| list.len() > 1);
        let share_russian = if office.district == "ORL" { 48 } else { 18 };
        let language = if has_russian && dice.percent(share_russian) {
            "ru"
        } else {
            "kk"
        };
        let (summary, agreed) = self.story(facts.category, language, dice);
        let own = self
            .mediators
            .iter()
            .position(|mediator| mediator.offices[0] == facts.office);
        let filer = match own {
            Some(mediator) if dice.percent(70) => Doer::Mediator(mediator),
            _ => self.head_of(facts.office),
        };
        let mut form = object(json!({
            "office": office.code,
            "category": facts.category,
            "language": language,
            "summary": summary,
            "parties": parties(facts.category, language, &office.settlement, dice),
            "referral": self.referral(index, facts),
        }));
        if facts.category == "debts_contracts" {
            form.insert("amount".into(), json!(dice.between(3, 120) * 10_000));
        }
        if facts.category == "criminal_minor_medium" {
            form.insert("court_stage".into(), json!("criminal"));
        } else if facts.source == "court" {
            form.insert("court_stage".into(), json!("in_court"));
        }
        let course = Course {
            year: self,
            facts,
            language,
            agreed,
        };
        CasePlan {
            office: facts.office,
            filed_at: facts.filed_at,
            filer,
            form,
            steps: course.steps(busy, dice),
        }
    }

    fn story(&self, category: &str, language: &str, dice: &mut Dice) -> (String, String) {
        let stories: Vec<_> = self
            .world
            .stories
            .iter()
            .filter(|story| story.category == category)
            .collect();
        let story = dice.pick(&stories);
        let (text, agreed) = story.tell(language == "kk", dice.below(story.variants()));
        (text, agreed.to_owned())
    }

    /// The partner behind a source, when its memorandum held on the day; the elders and the mothers take turns.
    fn referral(&self, index: usize, facts: &Facts<'_>) -> Form {
        let day = self.zone.day(facts.filed_at);
        let partners: Vec<&PartnerPlan> = self
            .partners
            .iter()
            .filter(|partner| partner.row.source == facts.source)
            .filter(|partner| {
                partner.signed_on <= day && partner.valid_to.is_none_or(|last| day <= last)
            })
            .collect();
        // One referral in three comes from somebody without a memorandum: a school, a village council.
        let partner = partners.get(index % (partners.len() + 1).max(3));
        match partner {
            Some(partner) => object(json!({
                "source": facts.source,
                "partner": partner.row.code,
                "reference": format!("{}-{}/{}", partner.row.code, index + 101, day.year()),
            })),
            None => object(json!({"source": facts.source})),
        }
    }

    pub(super) fn head_of(&self, office: usize) -> Doer {
        match self.offices[office].head {
            Some(_) => Doer::Head(office),
            None => Doer::Coordinator,
        }
    }

    /// Who may be given a case and is not at their limit: first the office's own, then a loan (D4, D9).
    pub(super) fn mediator_for(
        &self,
        facts: &Facts<'_>,
        language: &str,
        span: (DateTime<Utc>, DateTime<Utc>),
        busy: &mut Busy,
    ) -> usize {
        let district = &self.offices[facts.office].district;
        let is_free = |index: &usize, busy: &Busy| {
            let mediator = &self.mediators[*index];
            let open = busy[*index]
                .iter()
                .filter(|other| other.0 <= span.1 && span.0 <= other.1)
                .count();
            mediator.speaks(language) && open < mediator.max_open_cases
        };
        let near =
            |index: &usize| self.offices[self.mediators[*index].offices[0]].district == *district;
        let all = || 0..self.mediators.len();
        let chosen = all()
            .filter(|index| self.mediators[*index].offices.contains(&facts.office))
            .find(|index| is_free(index, busy))
            .or_else(|| all().filter(near).find(|index| is_free(index, busy)))
            .or_else(|| all().find(|index| is_free(index, busy)))
            .unwrap_or(0);
        busy[chosen].push(span);
        chosen
    }
}

/// What is settled of a case before its course is planned.
pub(super) struct Facts<'a> {
    pub(super) office: usize,
    pub(super) filed_at: DateTime<Utc>,
    category: &'a str,
    source: &'a str,
    pub(super) end: End,
}

/// The ends of all cases: what is still open was filed last.
fn ends(count: usize, dice: &mut Dice) -> Vec<End> {
    let shares: Vec<u32> = ENDS.iter().map(|(_, share)| *share).collect();
    let mut done = Vec::new();
    let mut open = Vec::new();
    for ((end, _), number) in ENDS.iter().zip(divide(count, &shares)) {
        let group = match end {
            End::Waiting | End::InHand | End::Agreed => &mut open,
            _ => &mut done,
        };
        group.extend(std::iter::repeat_n(*end, number));
    }
    dice.shuffle(&mut done);
    // The newest wait, those before are in hand or agreed; a little disorder keeps it lifelike.
    let age = |end: &End| match end {
        End::Agreed => 0,
        End::InHand => 20,
        _ => 55,
    };
    let mut open: Vec<(i64, End)> = open
        .iter()
        .map(|end| (age(end) + dice.between(0, 40), *end))
        .collect();
    open.sort_by_key(|(place, _)| *place);
    done.extend(open.into_iter().map(|(_, end)| end));
    done
}

/// Every code as often as its share says, in a new order.
fn dealt<'a>(rows: &'a [ShareRow], count: usize, dice: &mut Dice) -> Vec<&'a str> {
    let shares: Vec<u32> = rows.iter().map(|row| row.share_percent).collect();
    let mut codes: Vec<&str> = rows
        .iter()
        .zip(divide(count, &shares))
        .flat_map(|(row, number)| std::iter::repeat_n(row.code.as_str(), number))
        .collect();
    dice.shuffle(&mut codes);
    codes
}

/// Two sides; an employer, a school or a clinic is an organisation.
fn parties(category: &str, language: &str, settlement: &str, dice: &mut Dice) -> Vec<Form> {
    let mut party = |side: &str, organisation: Option<(&str, &str)>| {
        let person = names::person(dice);
        let name = match (organisation, language) {
            (Some((kk, _)), "kk") => format!("{settlement}, {kk} (демо)"),
            (Some((_, ru)), _) => format!("{settlement}, {ru} (демо)"),
            (None, "kk") => person.kk,
            (None, _) => person.ru,
        };
        object(json!({
            "side": side,
            "kind": if organisation.is_some() { "organisation" } else { "person" },
            "name": name,
            "phone": names::phone(dice),
            "language": language,
            "settlement": settlement,
        }))
    };
    let other = match category {
        "labour_wages" => Some(("шаруа қожалығы", "крестьянское хозяйство")),
        "school" => Some(("мектеп", "школа")),
        "health_service" => Some(("емхана", "поликлиника")),
        _ => None,
    };
    vec![party("A", None), party("B", other)]
}

/// The working day on or after a day; where that would not lie before `end`, the last one before it.
pub(super) fn working_day(day: NaiveDate, end: NaiveDate) -> NaiveDate {
    let is_free = |day: &NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let after = day
        .iter_days()
        .find(|day| !is_free(day))
        .filter(|day| *day < end);
    let before = || end.iter_days().rev().skip(1).find(|day| !is_free(day));
    after.or_else(before).unwrap_or(day)
}
