//! Reminders of the registers (3.4): so long before the last day of a memorandum, or of a mediator's papers.

use crate::{calendar::Zone, case::closed_enum, memorandum::Memorandum};
use chrono::{DateTime, Days, NaiveDate, Utc};

closed_enum! {
    /// When somebody is reminded of a last day. Each is due when its own day begins, so that no hour of it is lost.
    Reminder {
        /// Sixty days before it.
        Days60 = "days_60",
        /// Thirty days before it.
        Days30 = "days_30",
        /// Seven days before it.
        Days7 = "days_7",
        /// On the last day itself.
        LastDay = "last_day",
    }
}

impl Reminder {
    /// Those of a memorandum: to the coordinators and the partner's verified contacts.
    pub const OF_MEMORANDUM: &'static [Reminder] = &[
        Reminder::Days60,
        Reminder::Days30,
        Reminder::Days7,
        Reminder::LastDay,
    ];

    /// Those of a mediator's papers: to the registrars.
    pub const OF_DOCUMENTS: &'static [Reminder] = &[Reminder::Days30, Reminder::Days7];

    fn days(self) -> u64 {
        match self {
            Reminder::Days60 => 60,
            Reminder::Days30 => 30,
            Reminder::Days7 => 7,
            Reminder::LastDay => 0,
        }
    }

    /// The instant at which it is due; none before the beginning of the calendar.
    pub fn due_at(self, zone: Zone, last_day: NaiveDate) -> Option<DateTime<Utc>> {
        let day = last_day.checked_sub_days(Days::new(self.days()))?;
        Some(zone.start_of(day))
    }

    /// Those of a list that are still to come, with the instants at which they are due: nobody is reminded of what was
    /// known to be near when it was entered.
    pub fn ahead(
        list: &[Reminder],
        zone: Zone,
        last_day: NaiveDate,
        now: DateTime<Utc>,
    ) -> Vec<(Reminder, DateTime<Utc>)> {
        let due = list
            .iter()
            .filter_map(|one| Some((*one, one.due_at(zone, last_day)?)));
        due.filter(|(_, due_at)| *due_at > now).collect()
    }
}

impl Memorandum {
    /// The last day of which people are reminded: none of a draft, of an open end, and of what has ended early.
    pub fn reminds_of(&self) -> Option<NaiveDate> {
        self.terms
            .valid_to
            .filter(|_| self.signed_on.is_some() && self.terminated_on.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_is_due_when_its_day_begins_in_the_region() {
        let last_day = "2027-03-01".parse().unwrap();
        let due = |one: Reminder| one.due_at(Zone::ORAL, last_day).unwrap().to_rfc3339();
        assert_eq!(due(Reminder::LastDay), "2027-02-28T19:00:00+00:00");
        assert_eq!(due(Reminder::Days7), "2027-02-21T19:00:00+00:00");
        assert_eq!(due(Reminder::Days60), "2026-12-30T19:00:00+00:00");
    }

    #[test]
    fn nobody_is_reminded_of_what_is_past() {
        let (last_day, now) = (
            "2027-03-01".parse().unwrap(),
            "2027-02-10T00:00:00Z".parse().unwrap(),
        );
        let ahead = Reminder::ahead(Reminder::OF_MEMORANDUM, Zone::ORAL, last_day, now);
        let ahead: Vec<Reminder> = ahead.into_iter().map(|(one, _)| one).collect();
        assert_eq!(ahead, [Reminder::Days7, Reminder::LastDay]);
    }
}
