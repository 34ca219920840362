//! What a simulation takes for granted: how much is filed, how it ends, how long people take, and who is there.
//!
//! The rates are those of the demo year. The delays are invented: they are drawn from tables, because nobody has
//! measured them yet; an office that has puts its own in.

use crate::language::Language;
use chrono::NaiveDate;

/// What is taken for granted.
#[derive(Clone, PartialEq, Debug)]
pub struct Assumptions {
    /// The first day.
    pub from: NaiveDate,
    /// How many cases are filed a year.
    pub filed_a_year: u32,
    /// The share of the filed cases whose sides stay until a mediator takes it.
    pub accepted: f64,
    /// The share of the accepted cases whose sides conclude a contract.
    pub mediated: f64,
    /// The share of the mediated cases that are settled.
    pub settled: f64,
    /// The share of the mediated cases that are settled in part.
    pub partly_settled: f64,
    /// How often the other side is invited in writing, where that is not the only way.
    pub proposals: f64,
    /// How often a side that refuses the invitation says nothing at all.
    pub silent: f64,
    /// How often a mediator who answers declines.
    pub declined: f64,
    /// How often a mediator must refuse because of a connection.
    pub recused: f64,
    /// How often a mediator discloses a connection that the sides have to waive.
    pub disclosed: f64,
    /// How often the sides who need more time than the law gives ask for it.
    pub extended: f64,
    /// How often obligations remain after the agreement.
    pub obligations: f64,
    /// How often, at each turn, somebody does what is seldom done: takes back, pauses, goes a way round.
    pub seldom: f64,
    /// How often a case is led in Russian; all others in Kazakh.
    pub russian: f64,
    /// How many acts a head finds time for in a day.
    pub head_acts_a_day: u16,
    /// How many acts the coordinator finds time for in a day.
    pub coordinator_acts_a_day: u16,
    /// How long people take.
    pub delays: Delays,
    /// Who is there.
    pub network: Network,
}

impl Assumptions {
    /// The demo year: 850 filed, 737 accepted, 567 mediated, 442 settled and 22 in part, with 145 offices and 144
    /// mediators.
    pub fn demo_year() -> Self {
        Assumptions {
            from: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default(),
            filed_a_year: 850,
            accepted: 737.0 / 850.0,
            mediated: 567.0 / 737.0,
            settled: 442.0 / 567.0,
            partly_settled: 22.0 / 567.0,
            proposals: 0.3,
            silent: 0.5,
            declined: 0.06,
            recused: 0.01,
            disclosed: 0.05,
            extended: 0.8,
            obligations: 0.3,
            seldom: 0.01,
            russian: 0.3,
            head_acts_a_day: 8,
            coordinator_acts_a_day: 40,
            delays: Delays::invented(),
            network: Network::invented(145, 144),
        }
    }
}

/// A table of delays in days, each with its weight; [`Delay::NEVER`] stands for somebody who does not stir.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delay(pub Vec<(u16, u16)>);

impl Delay {
    /// It does not happen by itself.
    pub const NEVER: u16 = u16::MAX;
}

/// How long people take, by what they do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delays {
    /// Working days until an office does what is next.
    pub office: Delay,
    /// Working days until a mediator is asked or given the case.
    pub offer: Delay,
    /// Working days until the mediator who was asked answers.
    pub answer: Delay,
    /// Working days until the side that was invited in writing answers.
    pub sides: Delay,
    /// Working days from acceptance to the contract.
    pub contract: Delay,
    /// Working days until a case is closed whose sides do not go on, before there is a contract.
    pub leaving: Delay,
    /// Calendar days from the contract to the agreement or the end.
    pub mediation: Delay,
    /// Working days from the agreement to the end of the file, where nothing is left to perform.
    pub closing: Delay,
    /// Calendar days from the agreement until every obligation is final.
    pub performing: Delay,
}

impl Delays {
    fn invented() -> Self {
        let table = |rows: &[(u16, u16)]| Delay(rows.to_vec());
        // The median of the demo year is 12 days from the contract; three in a hundred take longer than 30.
        let mediation = (2..=22).map(|days: u16| (days, 11 - days.abs_diff(12)));
        let long = (31..=40).map(|days| (days, 1));
        let short = mediation.map(|(days, weight)| (days, 3 * weight));
        Delays {
            office: table(&[(0, 34), (1, 32), (2, 17), (3, 9), (4, 4), (6, 3), (9, 1)]),
            offer: table(&[(0, 38), (1, 30), (2, 18), (3, 9), (5, 5)]),
            answer: table(&[
                (0, 38),
                (1, 30),
                (2, 16),
                (3, 7),
                (4, 3),
                (5, 2),
                (8, 1),
                (Delay::NEVER, 3),
            ]),
            sides: table(&[
                (0, 8),
                (1, 18),
                (2, 24),
                (3, 20),
                (4, 14),
                (5, 9),
                (6, 5),
                (9, 2),
            ]),
            contract: table(&[
                (0, 20),
                (1, 25),
                (2, 22),
                (3, 14),
                (4, 8),
                (5, 5),
                (8, 3),
                (10, 2),
                (13, 1),
            ]),
            leaving: table(&[
                (0, 8),
                (1, 14),
                (2, 18),
                (3, 18),
                (4, 14),
                (5, 12),
                (6, 10),
                (8, 6),
            ]),
            mediation: Delay(short.chain(long).collect()),
            closing: table(&[
                (1, 20),
                (2, 18),
                (3, 15),
                (4, 12),
                (5, 10),
                (6, 9),
                (7, 8),
                (9, 8),
            ]),
            performing: table(&[
                (20, 20),
                (40, 20),
                (60, 18),
                (90, 16),
                (120, 12),
                (170, 8),
                (200, 6),
            ]),
        }
    }
}

/// An office.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Office {
    /// How much of the work comes here.
    pub weight: u32,
    /// Whether it has a head; without one the coordinator acts.
    pub has_head: bool,
}

/// A mediator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mediator {
    /// The places of their offices among the offices.
    pub offices: Vec<usize>,
    /// The languages in which they mediate.
    pub languages: Vec<Language>,
    /// How many cases they take at once.
    pub max_open_cases: u32,
}

/// Who is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Network {
    /// The offices.
    pub offices: Vec<Office>,
    /// The mediators.
    pub mediators: Vec<Mediator>,
}

impl Network {
    /// A network like that of the demo: the first office of each eleven is a centre and has most of the work, two small
    /// offices have no head, and three mediators in four speak both languages.
    pub fn invented(offices: usize, mediators: usize) -> Self {
        let weight = |place: usize| match place {
            0 => 30,
            _ if place.is_multiple_of(11) => 14,
            _ => 1 + u32::try_from(place * 7 % 6).unwrap_or(0),
        };
        let offices: Vec<Office> = (0..offices.max(1))
            .map(|place| Office {
                weight: weight(place),
                has_head: place != 57 && place != 120,
            })
            .collect();
        let mediator = |place: usize| {
            let home = place % offices.len();
            // The second one helps out at the first office.
            let second = (place == 1 && home != 0).then_some(0);
            Mediator {
                offices: [home].into_iter().chain(second).collect(),
                languages: match place % 12 {
                    0..9 => vec![Language::Kk, Language::Ru],
                    9 | 10 => vec![Language::Kk],
                    _ => vec![Language::Ru],
                },
                max_open_cases: if offices[home].weight >= 10 { 12 } else { 6 },
            }
        };
        let mediators = (0..mediators).map(mediator).collect();
        Network { offices, mediators }
    }
}
