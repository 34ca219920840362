//! How much a mediator has to do, as an expression of the query that asks for the mediator.

use diesel::QueryResult;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::BigInt;
use diesel::sqlite::Sqlite;

use crate::types::{SqlUuid, Uid};

/// How many open cases a mediator has or is asked to take: what they are asked to take is theirs to answer for, and two
/// open offers must not lead past the limit.
///
/// Whoever gives them another case sees those of their own scope only; on PostgreSQL a function of the owner counts.
#[derive(Debug, Clone, Copy, ValidGrouping)]
pub(crate) struct OpenCases {
    pub(crate) region: Uid,
    pub(crate) mediator: Uid,
}

impl Expression for OpenCases {
    type SqlType = BigInt;
}

impl<Tables> AppearsOnTable<Tables> for OpenCases {}
impl<Tables> SelectableExpression<Tables> for OpenCases {}

impl QueryId for OpenCases {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Pg> for OpenCases {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("kelisim_open_cases(");
        out.push_bind_param::<SqlUuid, _>(&self.region)?;
        out.push_sql(", ");
        out.push_bind_param::<SqlUuid, _>(&self.mediator)?;
        out.push_sql(")");
        Ok(())
    }
}

impl QueryFragment<Sqlite> for OpenCases {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        // The stages that are not closed, by name: an index finds them, however many closed ones there are.
        out.push_sql("((SELECT count(*) FROM cases WHERE region_id = ");
        out.push_bind_param::<SqlUuid, _>(&self.region)?;
        out.push_sql(" AND mediator_id = ");
        out.push_bind_param::<SqlUuid, _>(&self.mediator)?;
        out.push_sql(" AND stage IN ('filed', 'assigned', 'reconciled')) + (SELECT count(*) FROM cases WHERE region_id = ");
        out.push_bind_param::<SqlUuid, _>(&self.region)?;
        out.push_sql(" AND asked_id = ");
        out.push_bind_param::<SqlUuid, _>(&self.mediator)?;
        out.push_sql("))");
        Ok(())
    }
}
