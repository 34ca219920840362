//! What is to be done first stands first, also where there are more cases than can be put in order.

use kelisim_domain::calendar::Zone;
use kelisim_domain::policy::CaseScope;
use kelisim_persistence::store::case_due::case_due_first;
use kelisim_persistence::store::case_list::CaseFilter;
use kelisim_tests::mediation::Mediation;
use kelisim_tests::network::{AIGUL, AKZ_01, ORL_01, REGION};
use kelisim_tests::{Backend, OnBackend, TestApp, on_both_databases};
use serde_json::{Value, json};

/// The numbers of a page of the list, in their order.
fn numbers(text: &str) -> Vec<String> {
    let links = text.split("class=\"number\"><a href=\"/cases/").skip(1);
    let numbers = links.map(|rest| rest.split('>').nth(1).unwrap().split('<').next().unwrap());
    numbers.map(str::to_owned).collect()
}

fn number(case: &Value) -> String {
    case["number"].as_str().unwrap().to_owned()
}

on_both_databases! {
    fn the_cases_whose_time_comes_first_are_found_along_their_times_within_the_scope(m: Mediation) {
        let t = &m.0;
        let (mediated, filed, offered) = (m.in_mediation("2026-11-22"), m.filed(), m.offered());
        let mut elsewhere = TestApp::filing();
        elsewhere["office"] = json!("AKZ-01");
        let elsewhere = t.by("other_head").post("cases", &elsewhere).expect(201);
        let nobody = CaseScope { region: REGION, whole_region: false, offices: Vec::new(), mediators: Vec::new(), filed_by: None };
        let first = |scope: CaseScope, filter: CaseFilter| t.write(move |db| case_due_first(db, &scope, &filter, Zone::ORAL));
        let all = first(CaseScope { whole_region: true, ..nobody.clone() }, CaseFilter::default());
        let due: Vec<_> = all.iter().map(|one| one.case.course.due()[0].1.deadline.due_at).collect();
        assert!(due.is_sorted(), "{due:?}");
        let found = |all: &[kelisim_persistence::store::case_list::Listed]| {
            let mut found: Vec<String> = all.iter().map(|one| one.case.number.to_string()).collect();
            found.sort();
            found
        };
        let mut wanted = [&mediated, &filed, &offered, &elsewhere].map(number).to_vec();
        wanted.sort();
        assert_eq!(found(&all), wanted);
        let there = first(CaseScope { offices: vec![AKZ_01], ..nobody.clone() }, CaseFilter::default());
        assert_eq!(found(&there), [number(&elsewhere)]);
        let asked = first(CaseScope { mediators: vec![AIGUL], ..nobody.clone() }, CaseFilter::default());
        assert_eq!(found(&asked).len(), 2, "the one that she has, and the one that she is asked to take");
        let none = first(nobody.clone(), CaseFilter::default());
        assert!(none.is_empty());
        let office = CaseFilter { offices: vec![ORL_01], steps: vec!["registered".into()], ..CaseFilter::default() };
        let here = first(CaseScope { whole_region: true, ..nobody }, office);
        assert_eq!(found(&here), [number(&filed)]);
    }
}

/// The most urgent case is neither among the oldest nor new.
#[test]
fn the_most_urgent_case_of_a_region_stands_on_the_first_page_behind_a_hundred_older_ones() {
    let m = Mediation::on(Backend::Sqlite);
    let t = &m.0;
    for _ in 0..101 {
        m.proposed("2026-11-22");
    }
    t.clock.advance(chrono::TimeDelta::seconds(1));
    let urgent = m.offered();
    let due = |case: &Value| m.now(case)["due"][0]["at"].as_str().unwrap().to_owned();
    assert!(due(&urgent) < due(&m.proposed("2026-11-22")));
    for name in ["head", "coordinator"] {
        let mut browser = t.signed_in(name);
        let mut shown = Vec::new();
        let mut path = "/cases".to_owned();
        loop {
            let page = browser.get(&path);
            shown.extend(numbers(&page.text));
            let Some((_, more)) = page
                .text
                .split_once("<a class=\"button plain\" href=\"/cases")
            else {
                break;
            };
            path = format!(
                "/cases{}",
                more.split('"').next().unwrap().replace("&#38;", "&")
            );
        }
        assert!(shown.contains(&number(&urgent)), "{name}");
        let mut once = shown.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), shown.len(), "{name}: no case stands twice");
        if name == "head" {
            assert_eq!(shown.len(), 103, "a head sees all of them in order");
        }
    }
}
