//! The whole demo as a plan, before anything is stored: the same seed, date and number make the same plan.

use super::{
    course::Prescriptions,
    data::World,
    dice::Dice,
    network::{self, MediatorPlan, OfficePlan, PartnerPlan},
    year::{CasePlan, Year},
};
use chrono::NaiveDate;
use kelisim_domain::calendar::Zone;

/// What decides everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Choice {
    pub(super) seed: u64,
    pub(super) date: NaiveDate,
    pub(super) cases: usize,
}

/// The network and its year.
pub(super) struct Plan {
    pub(super) offices: Vec<OfficePlan>,
    pub(super) mediators: Vec<MediatorPlan>,
    pub(super) partners: Vec<PartnerPlan>,
    pub(super) cases: Vec<CasePlan>,
    pub(super) prescribed: Prescriptions,
}

impl Plan {
    /// Makes the plan.
    pub(super) fn new(world: &World, choice: Choice, zone: Zone) -> Plan {
        // Each part has dice of its own, so that more cases do not change the names of the offices.
        let offices = network::offices(world, &mut Dice::new(choice.seed));
        let mediators = network::mediators(&offices, world, &mut Dice::new(choice.seed ^ 0x6d65));
        let partners = network::partners(world, choice.date, &mut Dice::new(choice.seed ^ 0x7061));
        let year = Year {
            world,
            offices: &offices,
            mediators: &mediators,
            partners: &partners,
            zone,
            date: choice.date,
            prescribed: &world.prescribed,
        };
        let cases = year.cases(choice.cases, &mut Dice::new(choice.seed ^ 0x6361));
        Plan {
            offices,
            mediators,
            partners,
            cases,
            prescribed: world.prescribed.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::{data, year::Doer};
    use chrono::{DateTime, Utc};
    use std::collections::{BTreeMap, HashSet};

    fn plan(seed: u64, cases: usize) -> Plan {
        let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        Plan::new(
            &data::world().unwrap(),
            Choice { seed, date, cases },
            Zone::ORAL,
        )
    }

    fn last_day() -> DateTime<Utc> {
        Zone::ORAL.start_of(NaiveDate::from_ymd_opt(2026, 11, 22).unwrap())
    }

    #[test]
    fn the_network_has_the_published_numbers() {
        let plan = plan(1, 0);
        assert_eq!(
            (
                plan.offices.len(),
                plan.mediators.len(),
                plan.partners.len()
            ),
            (145, 144, 15)
        );
        let codes: HashSet<&str> = plan
            .offices
            .iter()
            .map(|office| office.code.as_str())
            .collect();
        assert_eq!(codes.len(), 145);
        let districts: HashSet<&str> = plan
            .offices
            .iter()
            .map(|office| office.district.as_str())
            .collect();
        assert_eq!(districts.len(), 13);
    }

    #[test]
    fn one_office_has_no_mediator_and_three_in_four_speak_both_languages() {
        let plan = plan(1, 0);
        let empty = (0..145).filter(|office| {
            !plan
                .mediators
                .iter()
                .any(|mediator| mediator.offices.contains(office))
        });
        assert_eq!(empty.count(), 1);
        let both = plan
            .mediators
            .iter()
            .filter(|mediator| mediator.speaks("kk") && mediator.speaks("ru"));
        assert_eq!(both.count(), 108);
        let at_first = plan
            .mediators
            .iter()
            .filter(|mediator| mediator.offices.contains(&0));
        assert!(
            at_first.count() >= 2,
            "the accounts of the demo show two mediators of one office"
        );
    }

    #[test]
    fn one_memorandum_has_expired_and_one_ends_in_twenty_days() {
        let date = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let plan = plan(1, 0);
        let left: Vec<i64> = plan
            .partners
            .iter()
            .filter_map(|partner| Some((partner.valid_to? - date).num_days()))
            .collect();
        assert_eq!(left.iter().filter(|days| **days < 0).count(), 1);
        assert_eq!(left.iter().filter(|days| **days == 20).count(), 1);
        let levels: HashSet<String> = plan
            .partners
            .iter()
            .map(|partner| partner.memorandum["data_level"].to_string())
            .collect();
        assert_eq!(levels.len(), 3);
    }

    #[test]
    fn the_year_has_the_mix_of_the_demo_year() {
        let plan = plan(1, 850);
        let has =
            |case: &&CasePlan, action: &str| case.steps.iter().any(|step| step.action == action);
        let ground = |case: &&CasePlan| {
            let ground = case.steps.iter().find_map(|step| step.form.get("ground"));
            ground.and_then(|ground| ground.as_str()).map(str::to_owned)
        };
        let count = |test: &dyn Fn(&&CasePlan) -> bool| plan.cases.iter().filter(test).count();
        assert_eq!(plan.cases.len(), 850);
        assert_eq!(count(&|case| has(case, "accept")), 737);
        assert_eq!(count(&|case| has(case, "record_contract")), 567);
        assert_eq!(
            count(&|case| ground(case).as_deref() == Some("settled")),
            442
        );
        let mut categories: BTreeMap<String, usize> = BTreeMap::new();
        for case in &plan.cases {
            *categories
                .entry(case.form["category"].to_string())
                .or_default() += 1;
        }
        assert_eq!(categories["\"family\""], 238, "28 % of 850");
        assert_eq!(
            count(&|case| case.form["referral"]["source"] == "self"),
            357,
            "42 % of 850"
        );
        let kazakh = count(&|case| case.form["language"] == "kk");
        assert!((400..800).contains(&kazakh), "{kazakh}");
    }

    #[test]
    fn the_work_is_uneven() {
        let plan = plan(1, 850);
        let mut by_office = vec![0; 145];
        for case in &plan.cases {
            by_office[case.office] += 1;
        }
        by_office.sort_unstable();
        assert!(
            by_office[144] > 5 * by_office[72].max(1) && by_office[72] > 0,
            "{by_office:?}"
        );
    }

    #[test]
    fn d04_nobody_is_given_more_than_they_take_nor_a_language_they_lack() {
        let plan = plan(1, 850);
        let mut spans: Vec<(usize, DateTime<Utc>, DateTime<Utc>)> = Vec::new();
        for case in &plan.cases {
            let Some(assign) = case.steps.iter().find(|step| step.action == "offer") else {
                continue;
            };
            let chosen = assign.mediator.unwrap();
            let mediator = &plan.mediators[chosen];
            assert!(mediator.speaks(case.form["language"].as_str().unwrap()));
            assert!(
                mediator.offices.contains(&case.office) || assign.doer == Doer::Coordinator,
                "D9"
            );
            let closed = case
                .steps
                .iter()
                .find(|step| step.action == "close")
                .map_or(last_day(), |step| step.at);
            spans.push((chosen, assign.at, closed));
        }
        for (chosen, at, _) in &spans {
            let open = spans
                .iter()
                .filter(|other| other.0 == *chosen && other.1 <= *at && *at < other.2)
                .count();
            assert!(open <= plan.mediators[*chosen].max_open_cases, "{open}");
        }
    }

    #[test]
    fn everything_happens_in_order_and_before_the_date() {
        let plan = plan(3, 850);
        let year_ago = last_day() - chrono::Duration::days(367);
        let mut before = year_ago;
        for case in &plan.cases {
            assert!(case.filed_at >= before && case.filed_at < last_day());
            before = case.filed_at;
            let mut at = case.filed_at;
            for step in &case.steps {
                assert!(
                    step.at > at && step.at < last_day(),
                    "{:?} {at} {step:?}",
                    case.filed_at
                );
                at = step.at;
            }
        }
    }

    #[test]
    fn the_same_choice_makes_the_same_plan() {
        let text = |plan: &Plan| format!("{:?}", plan.cases);
        assert_eq!(text(&plan(1, 60)), text(&plan(1, 60)));
        assert_ne!(text(&plan(1, 60)), text(&plan(2, 60)));
    }

    #[test]
    fn every_person_is_marked_demo() {
        let plan = plan(1, 40);
        for mediator in &plan.mediators {
            assert!(mediator.name.kk.ends_with("(демо)") && mediator.name.ru.ends_with("(демо)"));
        }
        for party in plan
            .cases
            .iter()
            .flat_map(|case| case.form["parties"].as_array().unwrap())
        {
            assert!(party["name"].as_str().unwrap().ends_with("(демо)"));
        }
    }

    #[test]
    fn any_number_of_cases_can_be_planned() {
        for cases in [0, 1, 2, 7, 33, 2_000] {
            assert_eq!(plan(1, cases).cases.len(), cases);
        }
    }
}
