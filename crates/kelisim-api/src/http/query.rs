//! The query of a list: filters, search, page.
//!
//! A parameter that is unknown, stands twice or does not make sense is refused, all of them at once;
//! the pointer of such a fault is the name of the parameter.

use crate::{app::AppError, http::answer::Answer};
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use chrono::{DateTime, Datelike, Utc};
use kelisim_domain::{
    fault::{FaultKind, Faults},
    input::nearest,
};
use serde::Serialize;
use std::future::{Ready, ready};
use url::form_urlencoded;

/// How many entries a page has when nobody says.
pub(crate) const LIMIT_DEFAULT: i64 = 50;
/// The most entries of a page (R31).
pub(crate) const LIMIT_MOST: i64 = 100;
/// The most values of one parameter.
const VALUES_MOST: usize = 100;
/// The longest search, in characters.
const SEARCH_MOST: usize = 200;

/// A query that is being read.
#[derive(Debug)]
pub struct Query {
    path: String,
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    faults: Faults,
}

/// One page of a list: how many entries, and where the next page begins.
#[derive(Debug, Clone)]
pub struct Paging {
    path: String,
    pairs: Vec<(String, String)>,
    limit: i64,
}

impl FromRequest for Query {
    type Error = actix_web::Error;
    type Future = Ready<Result<Query, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Query::new(request.path(), request.query_string())))
    }
}

impl Query {
    /// The query of an address.
    pub fn new(path: &str, query: &str) -> Self {
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        Query::of_form(path, pairs.collect())
    }

    /// The fields of a form that asks as an address would.
    pub fn of_form(path: &str, pairs: Vec<(String, String)>) -> Self {
        Query {
            path: path.to_owned(),
            pairs,
            known: Vec::new(),
            faults: Faults::new(),
        }
    }

    /// What stands there, for a form that shows it again.
    pub fn typed(&self, name: &str) -> &str {
        let mut values = self.pairs.iter().filter(|(key, _)| key == name);
        values.next().map_or("", |(_, value)| value.trim())
    }

    fn get(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let mut values = self.pairs.iter().filter(|(key, _)| key == name);
        let value = values.next().map(|(_, value)| value.trim().to_owned());
        if values.next().is_some() {
            self.faults.push(name, FaultKind::Duplicate);
        }
        value.filter(|value| !value.is_empty())
    }

    /// A parameter with one value.
    pub fn one<T>(
        &mut self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, FaultKind>,
    ) -> Option<T> {
        let value = self.get(name)?;
        self.faults.take(name, parse(&value))
    }

    /// A parameter with several values, separated by commas; empty when it is not there.
    pub fn many<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, FaultKind>,
    ) -> Vec<T> {
        let value = self.get(name).unwrap_or_default();
        let parts: Vec<&str> = value
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect();
        if parts.len() > VALUES_MOST {
            self.faults
                .push(name, FaultKind::TooMany { most: VALUES_MOST });
            return Vec::new();
        }
        parts
            .into_iter()
            .filter_map(|part| self.faults.take(name, parse(part)))
            .collect()
    }

    /// Refuses a parameter that pages have: it would cut a piece off what is given as a whole.
    pub fn without(&mut self, name: &'static str) {
        if self.pairs.iter().any(|(key, _)| key == name) {
            self.faults
                .push(name, FaultKind::UnknownField { nearest: None });
        }
    }

    /// The words to search for.
    pub fn search(&mut self) -> Option<String> {
        self.one("q", |text| kelisim_domain::text::line(text, SEARCH_MOST))
    }

    /// Ends the reading: `limit` and every parameter that nobody asked for.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn finish(self) -> Result<Paging, AppError> {
        self.finish_within(LIMIT_DEFAULT, LIMIT_MOST)
    }

    /// As [`Query::finish`], for a list whose pages have another size.
    ///
    /// # Errors
    /// Every fault at once.
    pub fn finish_within(mut self, default: i64, most: i64) -> Result<Paging, AppError> {
        let limit = self.one("limit", |text| {
            let number = text
                .parse()
                .map_err(|_| FaultKind::WrongType { expected: "number" })?;
            match (1..=most).contains(&number) {
                true => Ok(number),
                false => Err(FaultKind::OutOfRange { least: 1, most }),
            }
        });
        for (name, _) in &self.pairs {
            if !self.known.contains(&name.as_str()) {
                let nearest = nearest(name, &self.known).map(str::to_owned);
                self.faults.push(name, FaultKind::UnknownField { nearest });
            }
        }
        let paging = Paging {
            path: self.path,
            pairs: self.pairs,
            limit: limit.unwrap_or(default),
        };
        self.faults.finish(Some(paging)).map_err(AppError::Invalid)
    }
}

impl Paging {
    /// How many entries to load: one more than are shown, to know whether there is a next page.
    pub fn load(&self) -> i64 {
        self.limit + 1
    }

    /// The answer: the entries of this page, and the address of the next when there is one.
    ///
    /// `cursor` names the last entry shown, in the form that `after` takes.
    pub fn answer<T, V: Serialize>(
        &self,
        mut entries: Vec<T>,
        cursor: impl Fn(&T) -> String,
        view: impl FnMut(T) -> V,
    ) -> Answer {
        let next = self.cut(&mut entries, cursor);
        let items: Vec<V> = entries.into_iter().map(view).collect();
        Answer::page(&items, next)
    }

    /// Leaves the entries of this page, and gives the address of the next when there is one.
    pub fn cut<T>(&self, entries: &mut Vec<T>, cursor: impl Fn(&T) -> String) -> Option<String> {
        let shown = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = entries.len() > shown;
        entries.truncate(shown);
        entries
            .last()
            .filter(|_| more)
            .map(|last| self.next(&cursor(last)))
    }

    fn next(&self, after: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs.iter().filter(|(name, _)| name != "after"));
        query.append_pair("after", after);
        format!("{}?{}", self.path, query.finish())
    }
}

/// The instant of a cursor, in microseconds; none outside the years that both databases can hold.
pub(crate) fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(text.parse().ok()?)
        .filter(|at| (1900..2200).contains(&at.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_holds_an_instant_that_a_database_can_hold() {
        assert!(instant("1795305600000000").is_some());
        for bad in ["", "x", "-8000000000000000000", "8000000000000000000"] {
            assert_eq!(instant(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_parameter_has_a_hundred_values_at_most() {
        let many = vec!["a"; 101].join(",");
        let mut query = Query::new("/cases", &format!("category={many}"));
        query.many("category", |text| Ok(text.to_owned()));
        assert_eq!(faults(query), ["category: too_many"]);
    }

    fn faults(query: Query) -> Vec<String> {
        match query.finish() {
            Err(AppError::Invalid(faults)) => faults.iter().map(ToString::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_fault_of_a_query_is_told() {
        let mut query = Query::new("/offices", "q=%00&q=x&limit=101&afer=ORL-01&stage=a,b");
        assert_eq!(query.search(), None);
        query.one("after", |text| Ok(text.to_owned()));
        query.many("stage", |_| Err::<(), _>(FaultKind::NotHere));
        assert_eq!(
            faults(query),
            [
                "q: duplicate",
                "q: control_character",
                "stage: not_here",
                "stage: not_here",
                "limit: out_of_range",
                "afer: unknown_field"
            ]
        );
    }

    #[test]
    fn the_next_page_keeps_the_filters() {
        let mut query = Query::new("/api/v1/offices", "limit=2&q=%D2%9B%D0%B0%D0%B9&after=A");
        assert_eq!(query.search().as_deref(), Some("қай"));
        query.one("after", |text| Ok(text.to_owned()));
        let paging = query.finish().unwrap();
        assert_eq!(paging.load(), 3);
        let answer = paging.answer(vec![1, 2, 3], ToString::to_string, |n| n);
        assert_eq!(
            answer.next.as_deref(),
            Some("/api/v1/offices?limit=2&q=%D2%9B%D0%B0%D0%B9&after=2")
        );
        let last = paging.answer(vec![1, 2], ToString::to_string, |n| n);
        assert_eq!(last.next, None);
    }

    #[test]
    fn an_empty_parameter_is_none() {
        let mut query = Query::new("/offices", "q=&after=");
        assert_eq!(query.search(), None);
        assert_eq!(query.one("after", |text| Ok(text.to_owned())), None);
        assert!(query.finish().is_ok());
    }
}
