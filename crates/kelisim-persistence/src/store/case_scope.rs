//! The scope of a reader as a condition on one case, for queries that diesel writes (R2).
//!
//! What is outside it is not found, so a case that is not theirs takes no longer than one that does not exist.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{Bool, HasSqlType};
use kelisim_domain::policy::CaseScope;

use crate::store::case_list::uids;
use crate::types::{SqlUuid, Uid};

/// Whose cases a query may find, for one that names `cases`.
#[derive(Debug, Clone, ValidGrouping)]
pub(crate) struct Sight {
    is_everything: bool,
    offices: Vec<Uid>,
    mediators: Vec<Uid>,
    /// Who filed a case that nobody was assigned to yet, and where.
    filed: Option<(Uid, Vec<Uid>)>,
}

impl Sight {
    /// Every case of the region: a timer or the register acts, with a proof of its own.
    pub(crate) fn proven() -> Self {
        Self {
            is_everything: true,
            offices: Vec::new(),
            mediators: Vec::new(),
            filed: None,
        }
    }

    /// The cases within somebody's scope.
    pub(crate) fn within(scope: &CaseScope) -> Self {
        let filed = scope.filed_by.as_ref();
        Self {
            is_everything: scope.whole_region,
            offices: uids(&scope.offices),
            mediators: uids(&scope.mediators),
            filed: filed.map(|(account, at)| ((*account).into(), uids(at))),
        }
    }

    fn any<'b, DB>(mut out: AstPass<'_, 'b, DB>, column: &str, ids: &'b [Uid]) -> QueryResult<()>
    where
        DB: Backend + HasSqlType<SqlUuid>,
        Uid: ToSql<SqlUuid, DB>,
    {
        out.push_sql("(1 = 0");
        for id in ids {
            out.push_sql(" OR cases.");
            out.push_sql(column);
            out.push_sql(" = ");
            out.push_bind_param::<SqlUuid, _>(id)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

impl Expression for Sight {
    type SqlType = Bool;
}

impl<Tables> AppearsOnTable<Tables> for Sight {}
impl<Tables> SelectableExpression<Tables> for Sight {}

impl QueryId for Sight {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB> QueryFragment<DB> for Sight
where
    DB: Backend + HasSqlType<SqlUuid>,
    Uid: ToSql<SqlUuid, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.is_everything {
            out.push_sql("1 = 1");
            return Ok(());
        }
        out.push_sql("(");
        Self::any(out.reborrow(), "office_id", &self.offices)?;
        out.push_sql(" OR ");
        Self::any(out.reborrow(), "mediator_id", &self.mediators)?;
        out.push_sql(" OR ");
        Self::any(out.reborrow(), "asked_id", &self.mediators)?;
        if let Some((account, offices)) = &self.filed {
            out.push_sql(" OR (cases.accepted_at IS NULL AND cases.filed_by = ");
            out.push_bind_param::<SqlUuid, _>(account)?;
            out.push_sql(" AND ");
            Self::any(out.reborrow(), "office_id", offices)?;
            out.push_sql(")");
        }
        out.push_sql(")");
        Ok(())
    }
}
