//! The cases whose time comes first, within a reader's scope: where there are too many to be put in order all at once, the
//! most urgent are found along the index of the times that run.

use std::collections::BTreeSet;

use diesel::prelude::*;
use kelisim_domain::{calendar::Zone, policy::CaseScope};

use crate::{
    connection::Db,
    error::Error,
    store::{
        case_list::{CaseFilter, CaseSort, Half, Wanted, narrow, stages, uids, within},
        case_query::{COLUMNS, Line, LineSql, Listed, NAMES, Sql},
    },
    types::Uid,
};

/// Times that are walked along; a case may have several.
const TIMES: usize = 150;

/// The cases of a filter of which a time runs, the earliest time first. Words of a search are left out.
///
/// # Errors
/// As the database.
pub fn case_due_first(
    db: &mut Db,
    scope: &CaseScope,
    filter: &CaseFilter,
    zone: Zone,
) -> Result<Vec<Listed>, Error> {
    let wanted = Wanted {
        scope,
        filter,
        zone,
        sort: CaseSort::Oldest,
        after: None,
        limit: TIMES,
    };
    let lines: Vec<Line> = statement(&wanted).load(db)?;
    let mut seen = BTreeSet::new();
    let first = lines.into_iter().filter(|line| seen.insert(line.id));
    first.map(Listed::try_from).collect()
}

fn statement(wanted: &Wanted<'_>) -> Sql<LineSql> {
    let region = Uid::from(wanted.scope.region);
    let mut sql = Sql::new("SELECT ");
    // CROSS: SQLite then walks along the times, and looks up a case for each.
    sql.push(COLUMNS)
        .push(" FROM (SELECT t.case_id AS id, t.due_at AS due FROM timer AS t CROSS JOIN cases AS c WHERE t.state = 'armed' AND ")
        .column("+t.region_id")
        .push(" = ")
        .value(region)
        .push(" AND c.region_id = t.region_id AND c.id = t.case_id");
    stages(&mut sql, "+c.stage", &wanted.filter.stages);
    sql.one_of("+c.office_id", &uids(&wanted.filter.offices));
    sql.one_of("+c.mediator_id", &uids(&wanted.filter.mediators));
    within(&mut sql, wanted.scope, "+c.");
    narrow(&mut sql, wanted, &Half::default(), "c.");
    sql.push(&format!(
        " ORDER BY t.due_at LIMIT {TIMES}) AS k CROSS JOIN cases AS c"
    ))
    .push(NAMES)
    .push(" WHERE c.region_id = ")
    .value(region)
    .push(" AND c.id = k.id ORDER BY k.due, c.id");
    sql
}
