//! Search for cases by the beginning of a number's part or of the words of a mediator's name (D39).
//!
//! A number has the form `ORL-03/2026-0017`, so what somebody typed can be read as the beginning of the code, of the
//! office's number in its district, of the year or of the running number. Each reading is asked for along an index
//! of its own, and the mediators are few enough to be looked up by name first; the answers are then one list.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer};
use kelisim_domain::policy::CaseScope;
use kelisim_domain::text::search_key;

use crate::connection::{Db, MultiBackend};
use crate::error::Error;
use crate::schema::{mediator, office};
use crate::store::case_list::{
    CaseCursor, CaseSort, Half, Listed, Wanted, length, narrow, page as list_page, stages, uids,
    within,
};
use crate::store::case_query::{COLUMNS, Line, LineSql, NAMES, Sql};
use crate::store::search;
use crate::types::Uid;

/// The form of a number: letters, digits, and the signs between them.
const FORM: &[u8] = b"AAA-00/0000-0";
/// Where a word begins in it: the code, the office's number, the year, the running number.
const STARTS: [usize; 4] = [0, 4, 7, 12];
const YEAR: usize = 7;
const SERIAL: usize = 12;
/// The mediators of one name.
const MEDIATORS_MOST: i64 = 500;
/// As many cases with a running number in a year are looked up one by one; of more, a walk meets the next one soon.
const LOOKED_UP_MOST: i64 = 1_500;

/// The page of a search.
pub(crate) fn page(db: &mut Db, wanted: &Wanted<'_>, q: &str) -> Result<Vec<Listed>, Error> {
    let mut found = Vec::new();
    let called = mediators_called(db, wanted.scope, q)?;
    if !called.is_empty() {
        let half = Half {
            mediators: Some(called),
            ..Half::default()
        };
        found.append(&mut list_page(db, wanted, &half)?);
    }
    for reading in readings(q) {
        found.append(&mut reading.page(db, wanted)?);
    }
    let newest = |one: &Listed| (one.case.filed_at, one.case.id);
    match wanted.sort {
        CaseSort::Newest => found.sort_by_key(|one| std::cmp::Reverse(newest(one))),
        CaseSort::Oldest => found.sort_by_key(newest),
        CaseSort::Number => found.sort_by_cached_key(|one| one.case.number.to_string()),
    }
    // A case may be found by its number and by its mediator.
    found.dedup_by_key(|one| one.case.id);
    Ok(found)
}

/// What was typed, read as the beginning of one part of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reading {
    /// The place of its first letter in [`FORM`].
    start: usize,
    text: String,
}

/// Every way to read it.
fn readings(q: &str) -> Vec<Reading> {
    let text = search_key(q).to_uppercase();
    STARTS
        .into_iter()
        .filter(|start| !text.is_empty() && fits(*start, text.as_bytes()))
        .map(|start| Reading {
            start,
            text: text.clone(),
        })
        .collect()
}

fn fits(start: usize, text: &[u8]) -> bool {
    text.iter().zip(start..).all(|(letter, at)| {
        // The running number has no end.
        match FORM[at.min(SERIAL)] {
            b'A' => letter.is_ascii_uppercase(),
            b'0' => letter.is_ascii_digit(),
            sign => *letter == sign,
        }
    })
}

impl Reading {
    /// What it says of the places from `from` to before `to`.
    fn part(&self, from: usize, to: usize) -> &str {
        let end = (self.start + self.text.len()).min(to);
        if from < self.start || from >= end {
            return "";
        }
        &self.text[from - self.start..end - self.start]
    }

    /// The beginning of the code, or of the office's number in its district.
    fn code(&self) -> &str {
        match self.start {
            at if at < YEAR => self.part(at, YEAR - 1),
            _ => "",
        }
    }

    fn serial(&self) -> &str {
        self.part(SERIAL, usize::MAX)
    }

    fn page(&self, db: &mut Db, wanted: &Wanted<'_>) -> Result<Vec<Listed>, Error> {
        if wanted.sort == CaseSort::Number || (self.start == 0 && !self.serial().is_empty()) {
            return self.along_numbers(db, wanted);
        }
        let offices = match self.code() {
            "" => None,
            code => Some(offices_coded(
                db,
                wanted.scope,
                &like_code(self.start, code),
            )?),
        };
        let Some((from, before)) = self.years(wanted) else {
            return Ok(Vec::new());
        };
        if offices.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let half = Half {
            offices,
            filed_from: from,
            filed_before: before,
            ..Half::default()
        };
        if self.serial().is_empty() {
            list_page(db, wanted, &half)
        } else {
            self.running_numbers(db, wanted, half)
        }
    }

    /// The time that the year stands for; nothing when there is no such year.
    #[expect(
        clippy::type_complexity,
        reason = "from and before, where a year was typed"
    )]
    fn years(&self, wanted: &Wanted<'_>) -> Option<(Option<DateTime<Utc>>, Option<DateTime<Utc>>)> {
        let digits = self.part(YEAR, YEAR + 4);
        if digits.is_empty() {
            return Some((None, None));
        }
        let (first, last) = range(digits)?;
        let start_of =
            |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).map(|day| wanted.zone.start_of(day));
        let (first, last) = (first.max(1900), last.min(2199));
        (first <= last).then(|| (start_of(first), start_of(last + 1)))
    }

    /// A whole office code and more: one range of the numbers. Another beginning in the order of the numbers: a walk.
    fn along_numbers(&self, db: &mut Db, wanted: &Wanted<'_>) -> Result<Vec<Listed>, Error> {
        let mut half = Half::default();
        if self.start == 0 {
            // Every sign of a number stands before `~`.
            half.numbers = Some((self.text.clone(), format!("{}~", self.text)));
        } else {
            half.number_like = Some(like_number(self.start, &self.text));
        }
        list_page(db, wanted, &half)
    }

    /// A running number at many offices. They have no gaps (D22), so the counters of the offices say which numbers
    /// there are: year by year, for a number's year is that of its filing, until the page is full.
    fn running_numbers(
        &self,
        db: &mut Db,
        wanted: &Wanted<'_>,
        half: Half,
    ) -> Result<Vec<Listed>, Error> {
        let mut found = Vec::new();
        for count in self.counted(db, wanted, &half)? {
            let start_of = |year: i32| {
                NaiveDate::from_ymd_opt(year, 1, 1).map(|day| wanted.zone.start_of(day))
            };
            let year = Half {
                filed_from: start_of(count.year),
                filed_before: start_of(count.year + 1),
                number_like: Some(like_number(SERIAL, self.serial())),
                ..half.clone()
            };
            found.append(&mut if !count.can_look_up {
                list_page(db, wanted, &year)?
            } else {
                let lines: Vec<Line> = self
                    .looked_up(wanted, &year, count.year, count.serials)
                    .load(db)?;
                lines
                    .into_iter()
                    .map(Listed::try_from)
                    .collect::<Result<_, _>>()?
            });
            if found.len() >= wanted.limit {
                break;
            }
        }
        Ok(found)
    }

    /// The years with such numbers, in the order of the page, from the year where the page before ended.
    fn counted(&self, db: &mut Db, wanted: &Wanted<'_>, half: &Half) -> Result<Vec<Count>, Error> {
        let Some((least, most)) = self.serials() else {
            return Ok(Vec::new());
        };
        let mut sql: Sql<(Integer, BigInt, Integer)> =
            Sql::new("SELECT year, sum(CASE WHEN last < ");
        sql.value(most).push(" THEN last ELSE ").value(most);
        sql.push(" END - ")
            .value(least)
            .push(" + 1), max(last) FROM case_counter WHERE region_id = ");
        sql.value(Uid::from(wanted.scope.region))
            .push(" AND last >= ")
            .value(least);
        self.counters(&mut sql, wanted, half, "");
        sql.push(" GROUP BY year ORDER BY year");
        let rows: Vec<(i32, i64, i32)> = sql.load(db)?;
        let mut counts: Vec<Count> = rows
            .into_iter()
            .map(|(year, cases, last)| Count {
                year,
                serials: (least, most),
                // Five digits begin like four.
                can_look_up: cases <= LOOKED_UP_MOST && last < 10_000,
            })
            .collect();
        let ended = match wanted.after {
            Some(CaseCursor::Filed(at, _)) => Some(wanted.zone.day(*at).year()),
            _ => None,
        };
        counts.retain(|count| match (wanted.sort, ended) {
            (CaseSort::Newest, Some(ended)) => count.year <= ended,
            (_, Some(ended)) => count.year >= ended,
            _ => true,
        });
        if wanted.sort == CaseSort::Newest {
            counts.reverse();
        }
        Ok(counts)
    }

    /// Which counters matter: those of the year and offices that were typed, and of the offices that the reader sees.
    fn counters<T>(&self, sql: &mut Sql<T>, wanted: &Wanted<'_>, half: &Half, table: &str) {
        let scope = wanted.scope;
        if let Ok(year) = self.part(YEAR, YEAR + 4).parse::<i32>() {
            sql.push(&format!(" AND {table}year = ")).value(year);
        }
        let office = format!("{table}office_id");
        sql.one_of(&office, half.offices.as_deref().unwrap_or_default());
        sql.one_of(&office, &uids(&wanted.filter.offices));
        if !scope.whole_region && scope.mediators.is_empty() && scope.filed_by.is_none() {
            sql.one_of(&office, &uids(&scope.offices));
        }
    }

    /// The cases of a year whose numbers the counters name. Each number is looked up by itself: left to join a range,
    /// PostgreSQL takes it for a ninth of the table and reads all of it.
    fn looked_up(
        &self,
        wanted: &Wanted<'_>,
        half: &Half,
        year: i32,
        (least, most): (i32, i32),
    ) -> Sql<LineSql> {
        let region = Uid::from(wanted.scope.region);
        let order = match wanted.sort {
            CaseSort::Oldest => "filed_at, id",
            _ => "filed_at DESC, id DESC",
        };
        let mut sql = Sql::new("WITH RECURSIVE s (serial) AS (SELECT ");
        sql.value(least);
        sql.push(" UNION ALL SELECT serial + 1 FROM s WHERE serial < ")
            .value(most);
        sql.push("), k AS MATERIALIZED (SELECT (");
        numbered(&mut sql, region, "id", year);
        within(&mut sql, wanted.scope, "+c.");
        stages(&mut sql, "+c.stage", &wanted.filter.stages);
        sql.one_of("+c.mediator_id", &uids(&wanted.filter.mediators));
        let rest = Half {
            number_like: None,
            ..half.clone()
        };
        narrow(&mut sql, wanted, &rest, "c.");
        sql.push(") AS id, (");
        numbered(&mut sql, region, "filed_at", year);
        sql.push(") AS filed_at FROM case_counter AS n CROSS JOIN office AS o CROSS JOIN s WHERE n.region_id = ");
        sql.value(region)
            .push(" AND n.year = ")
            .value(year)
            .push(" AND n.last >= s.serial");
        self.counters(&mut sql, wanted, half, "n.");
        sql.push(" AND o.region_id = n.region_id AND o.id = n.office_id) SELECT ")
            .push(COLUMNS);
        let length = length(wanted.limit);
        sql.push(&format!(
            " FROM (SELECT id FROM k WHERE id IS NOT NULL ORDER BY {order} LIMIT {length}) AS k CROSS JOIN cases AS c"
        ));
        sql.push(NAMES)
            .push(" WHERE c.region_id = ")
            .value(region)
            .push(" AND c.id = k.id");
        sql
    }

    /// The running numbers of four digits that begin so, the least and the greatest.
    fn serials(&self) -> Option<(i32, i32)> {
        match self.serial() {
            long if long.len() > 4 => long.parse().ok().map(|only| (only, only)),
            short => range(short),
        }
    }
}

/// One column of the case with the running number `s.serial` of the office `o`.
fn numbered<T>(sql: &mut Sql<T>, region: Uid, column: &str, year: i32) {
    sql.push(&format!(
        "SELECT c.{column} FROM cases AS c WHERE c.region_id = "
    ))
    .value(region);
    sql.push(" AND c.number = o.code || ")
        .value(format!("/{year:04}-"));
    sql.push(" || substr(CAST(10000 + s.serial AS TEXT), 2, 4)");
}

/// A year with such numbers, and how they are found.
struct Count {
    year: i32,
    serials: (i32, i32),
    can_look_up: bool,
}

/// The least and the greatest number of four digits that begin so.
fn range(digits: &str) -> Option<(i32, i32)> {
    let least = format!("{digits:0<4}").parse().ok()?;
    let most = format!("{digits:9<4}").parse().ok()?;
    Some((i32::max(least, 1), most))
}

/// A pattern for a code; what is typed holds no sign of LIKE, for it fits the form.
fn like_code(start: usize, code: &str) -> String {
    format!("{}{code}%", "_".repeat(start))
}

fn like_number(start: usize, text: &str) -> String {
    format!("{}{text}%", "_".repeat(start))
}

fn offices_coded(db: &mut Db, scope: &CaseScope, pattern: &str) -> Result<Vec<Uid>, Error> {
    Ok(office::table
        .filter(office::region_id.eq(Uid::from(scope.region)))
        .filter(office::code.like(pattern))
        .select(office::id)
        .load(db)?)
}

/// The mediators of the region whose names have a word for each word of the question that begins so.
fn mediators_called(db: &mut Db, scope: &CaseScope, q: &str) -> Result<Vec<Uid>, Error> {
    let patterns = search::patterns(q);
    if patterns.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = mediator::table
        .filter(mediator::region_id.eq(Uid::from(scope.region)))
        .select((mediator::id, mediator::name_kk, mediator::name_ru))
        .limit(MEDIATORS_MOST)
        .into_boxed::<MultiBackend>();
    for pattern in patterns {
        query = query.filter(mediator::search_key.like(pattern));
    }
    let rows: Vec<(Uid, String, String)> = query.load(db)?;
    // The key holds the register number too, which is no name.
    let called = rows
        .into_iter()
        .filter(|(_, kk, ru)| search::finds(&search::key(&[kk, ru]), q));
    Ok(called.map(|(id, ..)| id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(q: &str) -> Vec<usize> {
        readings(q).iter().map(|reading| reading.start).collect()
    }

    #[test]
    fn what_is_typed_is_read_as_every_part_that_it_can_begin() {
        assert_eq!(starts("orl"), [0]);
        assert_eq!(starts("ORL-03/2026-00170"), [0]);
        assert_eq!(starts("03"), [4, 7, 12]);
        assert_eq!(starts("03/2026"), [4]);
        assert_eq!(starts("2026-"), [7]);
        assert_eq!(starts("2026"), [7, 12]);
        assert_eq!(starts("20261"), [12]);
        for nothing in ["", "орл", "%", "_", "o\\", "orl 03", "03-2026", "2026/1"] {
            assert_eq!(starts(nothing), [0; 0], "{nothing}");
        }
    }

    #[test]
    fn a_reading_knows_its_parts() {
        let all = |q: &str| {
            readings(q)
                .iter()
                .map(|one| [one.code(), one.part(YEAR, YEAR + 4), one.serial()].map(str::to_owned))
                .collect::<Vec<_>>()
        };
        assert_eq!(all("or"), [["OR", "", ""]]);
        assert_eq!(all("orl-03/20"), [["ORL-03", "20", ""]]);
        assert_eq!(all("03/2026-00"), [["03", "2026", "00"]]);
        assert_eq!(all("2026-17"), [["", "2026", "17"]]);
        assert_eq!(all("03"), [["03", "", ""], ["", "03", ""], ["", "", "03"]]);
    }

    #[test]
    fn a_beginning_stands_for_a_range_of_four_digits() {
        assert_eq!(range("0017"), Some((17, 17)));
        assert_eq!(range("17"), Some((1700, 1799)));
        assert_eq!(range("0"), Some((1, 999)));
    }
}
