//! The list of cases (S10): what the reader sees, what has to be done first on top, 20 on a page.

use super::{
    super::{
        FULL,
        page::{Page, Say},
        seen, status_of, told_faults,
        visit::Visit,
    },
    card::{Card, Lists, cards},
};
use crate::{
    app::{AppError, Tx},
    http::{
        api::case::list::{find, find_due_first},
        query::Query,
    },
};
use actix_web::{HttpRequest, HttpResponse, get};
use askama::Template;
use kelisim_domain::{
    case::Stage,
    fault::Fault,
    policy::{CaseScope, Role},
};
use std::collections::BTreeSet;
use url::form_urlencoded::{self, Serializer};

/// Cases on a page (W8).
const PAGE: i64 = 20;
/// The most open cases of offices or mediators that are put in the order of what to do first.
const ORDERED_MOST: i64 = 1000;
/// The longest of the walks through the cases of a whole region.
const WALK_MOST: i64 = 100;
/// What a list can be narrowed by.
const FILTERS: [&str; 10] = [
    "q",
    "stage",
    "step",
    "class",
    "category",
    "office",
    "mediator",
    "partner",
    "filed_from",
    "filed_to",
];
/// The stages of open cases.
const OPEN: &str = "filed,assigned,reconciled";

/// What somebody asks the list for: each parameter once, what stands in several boxes joined by commas.
#[derive(Clone, Default)]
pub(in crate::http::pages) struct Asked(Vec<(String, String)>);

impl Asked {
    fn read(query: &str) -> Self {
        let mut asked: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match asked.iter_mut().find(|(known, _)| *known == name) {
                Some((_, before)) => *before = format!("{before},{value}"),
                None => asked.push((name.into_owned(), value.to_owned())),
            }
        }
        Asked(asked)
    }

    fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        found.next().map(|(_, value)| value.as_str())
    }

    fn has(&self, name: &str, value: &str) -> bool {
        let given = self.get(name).unwrap_or_default();
        given.split(',').any(|one| one.trim() == value)
    }

    fn filters(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self
            .0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        pairs.filter(|(name, _)| FILTERS.contains(name))
    }

    fn sort(&self) -> &str {
        self.get("sort").unwrap_or("act")
    }

    /// The address of the list with these filters, and other parameters after them.
    fn address(&self, others: &[(&str, &str)]) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(self.filters()).extend_pairs(others);
        let query = query.finish();
        match query.is_empty() {
            true => "/cases".to_owned(),
            false => format!("/cases?{query}"),
        }
    }

    /// The same without one value of a filter.
    fn without(&self, name: &str, value: &str) -> Self {
        let mut rest = self.0.clone();
        for (known, values) in &mut rest {
            if known == name && FILTERS[1..8].contains(&name) {
                let kept = values.split(',').filter(|one| one.trim() != value);
                *values = kept.collect::<Vec<_>>().join(",");
            } else if known == name {
                values.clear();
            }
        }
        rest.retain(|(_, values)| !values.is_empty());
        Asked(rest)
    }

    /// The query that finds the cases: the one of the interface.
    fn query(&self, others: &[(&str, &str)]) -> Query {
        let address = self.address(others);
        Query::new(
            "/cases",
            address.split_once('?').map_or("", |(_, query)| query),
        )
    }
}

/// Open cases in the order of what to do first, and whether there are more than could be put in order.
///
/// Whoever sees the cases of some offices or of themselves gets all of them in order. Of a whole region those are put in order
/// that can be the most urgent: whose time comes first, which nobody has begun with, and the oldest.
///
/// # Errors
/// As `find`.
pub(in crate::http::pages) fn act_first(
    tx: &mut Tx<'_>,
    asked: &Asked,
) -> Result<(Vec<Card>, bool), AppError> {
    let is_whole = CaseScope::of(&tx.actor).whole_region;
    let most = match is_whole {
        true => WALK_MOST,
        false => ORDERED_MOST,
    };
    let stages = asked.get("stage").is_none().then_some(("stage", OPEN));
    let query = |others: &[(&str, &str)]| {
        let others: Vec<(&str, &str)> = stages.into_iter().chain(others.iter().copied()).collect();
        asked.query(&others)
    };
    let mut found = find(tx, query(&[("sort", "filed_at")]), (most, most))?;
    let is_more = found.cut().is_some();
    let mut cases = found.cases;
    // A search has walks of its own, and finds few.
    if is_more && asked.get("q").is_none() {
        cases.extend(find_due_first(tx, query(&[]))?);
        if asked.get("class").is_none() {
            let new = query(&[("class", "new"), ("sort", "filed_at")]);
            cases.extend(find(tx, new, (most, most))?.cases);
        }
    }
    let mut seen = BTreeSet::new();
    cases.retain(|one| seen.insert(one.case.id));
    let lists = Lists::read(tx)?;
    let mut cards = cards(tx, &lists, &cases)?;
    cards.sort_by_key(Card::urgency);
    Ok((cards, is_more))
}

/// A filter, or an order, to choose or to take away.
struct Chip {
    to: String,
    word: String,
    is_here: bool,
}

/// A box of the filters.
struct Choice {
    value: String,
    word: String,
    is_on: bool,
}

#[derive(Template)]
#[template(path = "pages/cases.html")]
struct Cases<'a> {
    page: &'a Page,
    wrong: Vec<(String, String)>,
    asked: &'a Asked,
    cards: Vec<Card>,
    chips: Vec<Chip>,
    sorts: Vec<Chip>,
    stages: Vec<Choice>,
    categories: Vec<Choice>,
    is_coordinator: bool,
    /// How many there are more than could be put in order.
    is_cut: bool,
    next: Option<String>,
}

impl Cases<'_> {
    fn asked(&self, name: &str) -> &str {
        self.asked.get(name).unwrap_or_default()
    }
}

/// What was found.
#[derive(Default)]
struct Looked {
    cards: Vec<Card>,
    categories: Vec<(String, String)>,
    is_cut: bool,
    next: Option<String>,
    faults: Vec<Fault>,
}

fn looked(tx: &mut Tx<'_>, asked: &Asked) -> Result<Looked, AppError> {
    let lists = Lists::read(tx)?;
    let say = Say::new(tx.language(), tx.zone());
    let named = lists.categories();
    let categories = named.map(|(code, names)| (code.clone(), say.name(names).to_owned()));
    let mut looked = Looked {
        categories: categories.collect(),
        ..Looked::default()
    };
    let found = match asked.sort() {
        "act" => ordered(tx, asked, &mut looked),
        sort => paged(tx, asked, &lists, sort, &mut looked),
    };
    match found {
        Err(AppError::Invalid(faults)) => looked.faults = faults,
        other => other?,
    }
    Ok(looked)
}

fn ordered(tx: &mut Tx<'_>, asked: &Asked, looked: &mut Looked) -> Result<(), AppError> {
    let (cards, is_cut) = act_first(tx, asked)?;
    let page = usize::try_from(PAGE).unwrap_or_default();
    let from: usize = asked
        .get("from")
        .and_then(|from| from.parse().ok())
        .unwrap_or(0);
    let till = from.saturating_add(page);
    looked.next = (cards.len() > till).then(|| asked.address(&[("from", &till.to_string())]));
    looked.is_cut = is_cut;
    looked.cards = cards.into_iter().skip(from).take(page).collect();
    Ok(())
}

fn paged(
    tx: &mut Tx<'_>,
    asked: &Asked,
    lists: &Lists,
    sort: &str,
    looked: &mut Looked,
) -> Result<(), AppError> {
    let after = asked.get("after").map(|after| ("after", after));
    let others: Vec<(&str, &str)> = [("sort", sort)].into_iter().chain(after).collect();
    let mut found = find(tx, asked.query(&others), (PAGE, PAGE))?;
    looked.next = found.cut();
    looked.cards = cards(tx, lists, &found.cases)?;
    Ok(())
}

/// The cases that the reader sees.
#[get("/cases")]
pub(super) async fn list(visit: Visit, request: HttpRequest) -> HttpResponse {
    let asked = Asked::read(request.query_string());
    let wanted = asked.clone();
    let (guest, looked) = match seen(&visit, FULL, move |tx, _| looked(tx, &wanted)).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = Page::of(&visit, &guest, "page-way-cases").wide();
    let wrong = told_faults(page.say, &looked.faults);
    let page = page.noting(&wrong);
    let status = status_of(&wrong);
    let template = Cases {
        chips: chips(page.say, &asked, &looked.categories),
        sorts: sorts(page.say, &asked),
        stages: stages(page.say, &asked),
        categories: boxes(&asked, "category", &looked.categories),
        is_coordinator: guest.actor.has(Role::Coordinator),
        is_cut: looked.is_cut,
        next: looked.next,
        cards: looked.cards,
        asked: &asked,
        page: &page,
        wrong,
    };
    Page::answer(status, &template, &page)
}

fn sorts(say: Say, asked: &Asked) -> Vec<Chip> {
    let sorts = [
        ("act", "page-sort-act"),
        ("-filed_at", "page-sort-newest"),
        ("filed_at", "page-sort-oldest"),
        ("number", "page-sort-number"),
    ];
    let chip = |(sort, word): (&str, &str)| Chip {
        to: asked.address(&[("sort", sort)]),
        word: say.t(word),
        is_here: asked.sort() == sort,
    };
    sorts.into_iter().map(chip).collect()
}

fn stage_word(say: Say, code: &str) -> String {
    say.t(&format!("stage-{code}"))
}

fn stages(say: Say, asked: &Asked) -> Vec<Choice> {
    let all = Stage::ALL.iter().map(|stage| stage.code().to_owned());
    let named: Vec<_> = all
        .map(|code| (code.clone(), stage_word(say, &code)))
        .collect();
    boxes(asked, "stage", &named)
}

fn boxes(asked: &Asked, name: &str, all: &[(String, String)]) -> Vec<Choice> {
    let choice = |(value, word): &(String, String)| Choice {
        value: value.clone(),
        word: word.clone(),
        is_on: asked.has(name, value),
    };
    all.iter().map(choice).collect()
}

/// The filters that hold, each to be taken away.
fn chips(say: Say, asked: &Asked, categories: &[(String, String)]) -> Vec<Chip> {
    let mut chips = Vec::new();
    for (name, values) in asked.filters() {
        let several = FILTERS[1..8].contains(&name);
        let values: Vec<&str> = match several {
            true => values.split(',').map(str::trim).collect(),
            false => vec![values],
        };
        for value in values {
            let word = match name {
                "stage" => stage_word(say, value),
                "category" => {
                    let mut named = categories.iter().filter(|(code, _)| code == value);
                    named
                        .next()
                        .map_or_else(|| value.to_owned(), |(_, word)| word.clone())
                }
                "filed_from" => say.with("page-chip-from", "day", value),
                "filed_to" => say.with("page-chip-to", "day", value),
                _ => value.to_owned(),
            };
            let sort = [("sort", asked.sort())];
            chips.push(Chip {
                to: asked.without(name, value).address(&sort),
                word,
                is_here: false,
            });
        }
    }
    chips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_of_one_name_become_one_parameter() {
        let asked = Asked::read("stage=filed&stage=closed&q=&other=x");
        assert_eq!(asked.address(&[]), "/cases?stage=filed%2Cclosed");
        assert!(asked.has("stage", "closed") && !asked.has("stage", "assigned"));
    }

    #[test]
    fn a_chip_takes_its_own_value_away_and_no_other() {
        let asked = Asked::read("stage=filed,closed&q=a,b");
        assert_eq!(
            asked.without("stage", "filed").address(&[]),
            "/cases?stage=closed&q=a%2Cb"
        );
        assert_eq!(
            asked.without("q", "a,b").address(&[]),
            "/cases?stage=filed%2Cclosed"
        );
    }
}
