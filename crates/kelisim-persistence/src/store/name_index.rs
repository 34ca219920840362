//! The index of the sides' names: how a case is found by a name that only its readers may see.
//!
//! Each folded word of a name ([`name_words`]) becomes a hash under the key of the region's index, cut to eight bytes, and a
//! row with the case. The key is a data key like the others, wrapped by the master key. Without it the rows say nothing but
//! that two cases share a word. They are written with the case, changed with its sides, deleted when it is erased, and
//! leave in the backup's file of keys, not in that of the data.
//!
//! Absent on purpose: beginnings of words, which would need a row for each, and a search without a [`NameScope`].

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::Binary;
use diesel::sqlite::Sqlite;
use kelisim_domain::case::{Content, Party};
use kelisim_domain::confidential::Confidential;
use kelisim_domain::id::{CaseId, RegionId};
use kelisim_domain::names::name_words;
use kelisim_domain::policy::{NameScope, Role};

use crate::connection::Db;
use crate::error::Error;
use crate::schema::{cases, data_key, party_token};
use crate::store::case::case_load;
use crate::store::case_list::uids;
use crate::store::case_query::Sql;
use crate::store::case_scope::Sight;
use crate::types::{SqlUuid, Uid};
use crate::vault::{DataKey, Vault};
use crate::writes::Writes;

/// What the data key of a region's index belongs to.
pub(crate) const SUBJECT: &str = "name_index";
/// Bytes of a token: two of them meet by chance once in some billions of words.
const TOKEN_BYTES: usize = 8;
/// Cases that are opened at once while an index is filled.
const FILL_PAGE: i64 = 500;
/// Words of a question that are looked for.
const ASKED_MOST: usize = 6;

type Token = [u8; TOKEN_BYTES];

fn token(key: &DataKey, word: &str) -> Token {
    let mut token = Token::default();
    token.copy_from_slice(&key.mac(word.as_bytes())[..TOKEN_BYTES]);
    token
}

/// The tokens of all words of the sides' names, each once.
fn tokens_of(key: &DataKey, parties: &[Party]) -> BTreeSet<Token> {
    let words = parties
        .iter()
        .flat_map(|party| name_words(party.name.reveal().as_str()));
    words.map(|word| token(key, &word)).collect()
}

/// Adds the names of a case to what the transaction stores: one statement, however many they are.
pub(crate) fn names_add(
    writes: &mut Writes,
    region: RegionId,
    key: &DataKey,
    case: CaseId,
    parties: &[Party],
) {
    let tokens = tokens_of(key, parties);
    let count = tokens.len();
    if count > 0 {
        let naming = Naming {
            region: region.into(),
            case: case.into(),
            tokens: tokens.into_iter().flatten().collect(),
        };
        writes.add_rows(naming, count, Error::conflict("party_token"));
    }
}

/// Takes the names of a case out of the index, at once: whatever the words were folded to when they were written.
pub(crate) fn names_delete(db: &mut Db, region: RegionId, case: CaseId) -> Result<(), Error> {
    let rows = party_token::table
        .filter(party_token::region_id.eq(Uid::from(region)))
        .filter(party_token::case_id.eq(Uid::from(case)));
    diesel::delete(rows).execute(db)?;
    Ok(())
}

/// The rows of a case out of one value, so that the statement has one text for any number of words.
struct Naming {
    region: Uid,
    case: Uid,
    /// One token behind the other.
    tokens: Vec<u8>,
}

const INSERT: &str = "INSERT INTO party_token (region_id, token, case_id) SELECT ";

impl QueryFragment<Pg> for Naming {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(INSERT);
        out.push_bind_param::<SqlUuid, _>(&self.region)?;
        out.push_sql(", substring(t.all_tokens FROM n * 8 + 1 FOR 8), ");
        out.push_bind_param::<SqlUuid, _>(&self.case)?;
        out.push_sql(" FROM (SELECT ");
        out.push_bind_param::<Binary, _>(&self.tokens)?;
        out.push_sql(" AS all_tokens) AS t, generate_series(0, length(t.all_tokens) / 8 - 1) AS n");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for Naming {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(INSERT);
        out.push_bind_param::<SqlUuid, _>(&self.region)?;
        out.push_sql(", token, ");
        out.push_bind_param::<SqlUuid, _>(&self.case)?;
        out.push_sql(" FROM (WITH RECURSIVE part (token, rest) AS (SELECT x'', ");
        out.push_bind_param::<Binary, _>(&self.tokens)?;
        out.push_sql(
            " UNION ALL SELECT substr(rest, 1, 8), substr(rest, 9) FROM part WHERE length(rest) > 0) \
             SELECT token FROM part WHERE length(token) > 0)",
        );
        Ok(())
    }
}

/// What is looked for: the tokens of the words that somebody typed.
pub struct NameAsked {
    tokens: Vec<Token>,
    after: Option<CaseId>,
    limit: usize,
}

impl NameAsked {
    /// The question; none when nothing of it can be looked for.
    pub fn new(
        key: &DataKey,
        name: &Confidential<String>,
        after: Option<CaseId>,
        limit: usize,
    ) -> Option<Self> {
        let words = name_words(name.reveal());
        let tokens: Vec<Token> = words
            .iter()
            .take(ASKED_MOST)
            .map(|word| token(key, word))
            .collect();
        (!tokens.is_empty()).then_some(Self {
            tokens,
            after,
            limit,
        })
    }
}

/// The cases with sides of these names, newest first, within the scope on a local day.
///
/// A walk along the rows of one word, from the newest case on: ids begin with the time.
///
/// # Errors
/// As the database.
pub fn cases_named(
    db: &mut Db,
    scope: &NameScope,
    asked: &NameAsked,
    day: NaiveDate,
) -> Result<Vec<CaseId>, Error> {
    let Some((first, more)) = asked.tokens.split_first() else {
        return Ok(Vec::new());
    };
    let region = Uid::from(scope.region);
    let mut sql: Sql<SqlUuid> = Sql::new("SELECT t.case_id FROM party_token AS t");
    // CROSS: SQLite then reads the rows of the word first.
    sql.push(" CROSS JOIN cases AS c WHERE t.region_id = ")
        .value(region);
    sql.push(" AND t.token = ").value(first.to_vec());
    sql.push(" AND c.region_id = t.region_id AND c.id = t.case_id");
    for other in more {
        sql.push(" AND EXISTS (SELECT 1 FROM party_token AS o WHERE o.region_id = ")
            .value(region);
        sql.push(" AND o.token = ").value(other.to_vec());
        sql.push(" AND o.case_id = t.case_id)");
    }
    if let Some(after) = asked.after {
        sql.push(" AND t.case_id < ").value(Uid::from(after));
    }
    within(&mut sql, scope, day);
    sql.push(&format!(
        " ORDER BY t.case_id DESC LIMIT {}",
        asked.limit.min(1_000)
    ));
    let ids: Vec<Uid> = sql.load(db)?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// The scope as a condition on the case `c`.
fn within(sql: &mut Sql<SqlUuid>, scope: &NameScope, day: NaiveDate) {
    // What is false begins the list, so that each part can begin with OR; `one_of` begins with AND.
    sql.push(" AND (1 = 0");
    let mediators = uids(&scope.mediators);
    for (column, ids) in [
        ("+c.office_id", uids(&scope.offices)),
        ("+c.mediator_id", mediators.clone()),
        ("+c.asked_id", mediators),
    ] {
        if !ids.is_empty() {
            sql.push(" OR (1 = 1").one_of(column, &ids).push(")");
        }
    }
    if let Some((account, offices)) = &scope.filed_by {
        sql.push(" OR (c.accepted_at IS NULL");
        sql.one_of("+c.filed_by", &[Uid::from(*account)]);
        sql.one_of("+c.office_id", &uids(offices)).push(")");
    }
    if scope.handed_up {
        sql.push(
            " OR EXISTS (SELECT 1 FROM handing_up AS h WHERE h.region_id = c.region_id AND h.case_id = c.id \
             AND h.ended_at IS NULL) \
             OR NOT EXISTS (SELECT 1 FROM account_grant AS g JOIN account AS a ON a.region_id = g.region_id \
             AND a.id = g.account_id WHERE g.region_id = c.region_id AND g.office_id = c.office_id AND a.active AND g.role = ",
        );
        sql.value(Role::OfficeHead.code());
        sql.push(" AND g.valid_from <= ").value(day);
        sql.push(" AND (g.valid_to IS NULL OR g.valid_to >= ")
            .value(day)
            .push("))");
    }
    sql.push(")");
}

/// Makes the index of a region that has none, out of the names of all its cases; the answer is no when it has one.
///
/// # Errors
/// As the database; [`Error::Key`].
pub fn name_index_make(
    db: &mut Db,
    vault: &Vault,
    region: RegionId,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    if vault.key_of(db, region, (SUBJECT, region.0))?.is_some() {
        return Ok(false);
    }
    let key = vault.key_create(db, region, (SUBJECT, region.0), now)?;
    let mut after = Uid(uuid::Uuid::nil());
    loop {
        let page: Vec<Uid> = cases::table
            .inner_join(
                data_key::table.on(data_key::region_id
                    .eq(cases::region_id)
                    .and(data_key::id.eq(cases::data_key_id))),
            )
            .filter(cases::region_id.eq(Uid::from(region)))
            .filter(cases::id.gt(after))
            .filter(data_key::wrapped.is_not_null())
            .order(cases::id)
            .limit(FILL_PAGE)
            .select(cases::id)
            .load(db)?;
        let Some(last) = page.last() else {
            return Ok(true);
        };
        after = *last;
        for id in page {
            let case = CaseId::from(id);
            let content = content_of(db, vault, region, case)?;
            let mut writes = Writes::default();
            names_add(&mut writes, region, &key, case, &content.parties);
            writes.store(db)?;
        }
    }
}

/// The content of a case, for what is worked out from it inside the store.
pub(crate) fn content_of(
    db: &mut Db,
    vault: &Vault,
    region: RegionId,
    id: CaseId,
) -> Result<Content, Error> {
    let loaded = case_load(db, region, Sight::proven(), id, NaiveDate::default())?;
    loaded.content(vault).cloned()
}
