//! One page of cases as a query: a union of walks along indexes, each as long as the page at most.
//!
//! "At these offices or with this mediator, in these stages" is no range of any index. It is a union of parts that
//! are ranges: one office or one mediator in one stage, in the order of the page. Each part gives its first keys, the
//! first of all of them make the page, and only then the rows are read. What it costs follows from the length of the
//! page and the number of parts, not from the number of cases.

use chrono::NaiveDate;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Binary, Date, Integer, Nullable, Text};
use diesel::{QueryResult, Queryable, RunQueryDsl};
use kelisim_domain::case::{Case, Class, Closure, Course, CourtStage, Stage, ground::Ground};
use kelisim_domain::code::{
    CategoryCode, DistrictCode, PartnerCode, SourceCode, StepId, WorkflowKey,
};
use kelisim_domain::language::Language;
use kelisim_domain::text::Name;

use crate::connection::MultiBackend;
use crate::error::Error;
use crate::store::mediator::MediatorName;
use crate::types::{Json, SqlJson, SqlTime, SqlUuid, Ts, Uid, Word};

/// A value of a query.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Uid(Uid),
    Ts(Ts),
    Text(String),
    Number(i32),
    Day(NaiveDate),
    Bytes(Vec<u8>),
}

macro_rules! values {
    ($($type:ty => $variant:ident),+) => {$(
        impl From<$type> for Value {
            fn from(value: $type) -> Self {
                Self::$variant(value)
            }
        }
    )+};
}

values!(Uid => Uid, Ts => Ts, String => Text, i32 => Number, NaiveDate => Day, Vec<u8> => Bytes);

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

#[derive(Debug)]
enum Piece {
    Text(String),
    Value(Value),
    /// SQLite looks for no index for what a plus stands before; PostgreSQL weighs the indexes by its statistics.
    Plus,
}

/// A query in the words that both databases share, put together piece by piece.
///
/// Unlike diesel's `sql_query` its statement is prepared once for each text and connection, so a text holds nothing
/// that comes from a reader: that stands in the values.
#[derive(Debug)]
pub(crate) struct Sql<T> {
    pieces: Vec<Piece>,
    row: std::marker::PhantomData<T>,
}

impl<T> Sql<T> {
    pub(crate) fn new(text: &str) -> Self {
        let pieces = vec![Piece::Text(text.to_owned())];
        Self {
            pieces,
            row: std::marker::PhantomData,
        }
    }

    pub(crate) fn push(&mut self, text: &str) -> &mut Self {
        match self.pieces.last_mut() {
            Some(Piece::Text(before)) => before.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
        self
    }

    /// The name of a column; one that begins with `+` is for filtering only.
    pub(crate) fn column(&mut self, name: &str) -> &mut Self {
        match name.strip_prefix('+') {
            None => self.push(name),
            Some(name) => {
                self.pieces.push(Piece::Plus);
                self.push(name)
            }
        }
    }

    pub(crate) fn value(&mut self, value: impl Into<Value>) -> &mut Self {
        self.pieces.push(Piece::Value(value.into()));
        self
    }

    /// `AND column IN (…)`; nothing when there are no values, for that means all.
    pub(crate) fn one_of<V: Clone + Into<Value>>(
        &mut self,
        column: &str,
        values: &[V],
    ) -> &mut Self {
        match values {
            [] => self,
            [only] => self
                .push(" AND ")
                .column(column)
                .push(" = ")
                .value(only.clone()),
            [first, rest @ ..] => {
                self.push(" AND ")
                    .column(column)
                    .push(" IN (")
                    .value(first.clone());
                for value in rest {
                    self.push(", ").value(value.clone());
                }
                self.push(")")
            }
        }
    }
}

impl<T> Query for Sql<T> {
    type SqlType = T;
}

impl<T> QueryId for Sql<T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, C> RunQueryDsl<C> for Sql<T> {}

impl<T> QueryFragment<MultiBackend> for Sql<T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => out.push_sql(text),
                Piece::Plus if matches!(out.backend(), MultiBackend::Sqlite(_)) => {
                    out.push_sql("+")
                }
                Piece::Plus => {}
                Piece::Value(Value::Uid(id)) => out.push_bind_param::<SqlUuid, _>(id)?,
                Piece::Value(Value::Ts(at)) => out.push_bind_param::<SqlTime, _>(at)?,
                Piece::Value(Value::Text(text)) => out.push_bind_param::<Text, _>(text)?,
                Piece::Value(Value::Number(number)) => out.push_bind_param::<Integer, _>(number)?,
                Piece::Value(Value::Day(day)) => out.push_bind_param::<Date, _>(day)?,
                Piece::Value(Value::Bytes(bytes)) => out.push_bind_param::<Binary, _>(bytes)?,
            }
        }
        Ok(())
    }
}

/// The columns of [`Line`], in its order: of the case `c`, its mediator `m` and its partner `p`.
pub(crate) const COLUMNS: &str = "c.id, c.number, c.version, c.office_id, c.workflow_key, c.workflow_version, c.stage, \
    c.step, c.class, c.category, c.subcategory, c.language, c.district, c.court_stage, c.source, c.partner_id, \
    c.mediator_id, c.filed_by, c.filed_at, c.accepted_at, c.closed_at, c.ground, c.effective_on, c.linked_case_id, \
    m.name_kk, m.name_ru, m.language, p.code, c.course";

/// What stands behind the columns: the cases, with the names that a list shows.
pub(crate) const NAMES: &str = " LEFT JOIN mediator AS m ON m.region_id = c.region_id AND m.id = c.mediator_id \
    LEFT JOIN partner AS p ON p.region_id = c.region_id AND p.id = c.partner_id";

/// The types of [`COLUMNS`].
pub(crate) type LineSql = (
    SqlUuid,
    Text,
    Integer,
    SqlUuid,
    Text,
    Integer,
    Text,
    Text,
    Text,
    Text,
    Nullable<Text>,
    Text,
    Text,
    Text,
    Text,
    Nullable<SqlUuid>,
    Nullable<SqlUuid>,
    SqlUuid,
    SqlTime,
    Nullable<SqlTime>,
    Nullable<SqlTime>,
    Nullable<Text>,
    Nullable<Date>,
    Nullable<SqlUuid>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    Nullable<Text>,
    SqlJson,
);

/// A case as a list shows it: nothing sealed, and the names of its mediator and partner.
#[derive(Debug, Queryable)]
pub(crate) struct Line {
    pub(crate) id: Uid,
    pub(crate) number: String,
    pub(crate) version: i32,
    pub(crate) office: Uid,
    pub(crate) workflow: String,
    pub(crate) workflow_version: i32,
    pub(crate) stage: Word<Stage>,
    pub(crate) step: String,
    pub(crate) class: Word<Class>,
    pub(crate) category: String,
    pub(crate) subcategory: Option<String>,
    pub(crate) language: Word<Language>,
    pub(crate) district: String,
    pub(crate) court_stage: Word<CourtStage>,
    pub(crate) source: String,
    pub(crate) partner: Option<Uid>,
    pub(crate) mediator: Option<Uid>,
    pub(crate) filed_by: Uid,
    pub(crate) filed_at: Ts,
    pub(crate) accepted_at: Option<Ts>,
    pub(crate) closed_at: Option<Ts>,
    pub(crate) ground: Option<Word<Ground>>,
    pub(crate) effective_on: Option<NaiveDate>,
    pub(crate) linked_case: Option<Uid>,
    pub(crate) mediator_kk: Option<String>,
    pub(crate) mediator_ru: Option<String>,
    pub(crate) mediator_language: Option<Word<Language>>,
    pub(crate) partner_code: Option<String>,
    pub(crate) course: Json<Course>,
}

/// A case of a list, with the names that a reader sees beside it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The open facts.
    pub case: Case,
    /// Its mediator's names.
    pub mediator: Option<MediatorName>,
    /// The partner that referred it.
    pub partner: Option<PartnerCode>,
}

impl TryFrom<Line> for Listed {
    type Error = Error;

    fn try_from(line: Line) -> Result<Self, Error> {
        let closure = match (line.ground, line.effective_on) {
            (Some(ground), Some(effective_on)) => Some(Closure {
                ground: ground.0,
                effective_on,
                linked_case: line.linked_case.map(Into::into),
            }),
            _ => None,
        };
        let number = line.number.parse();
        let case = Case {
            id: line.id.into(),
            number: number.map_err(|error| Error::broken("case number", error))?,
            version: line.version,
            office: line.office.into(),
            workflow: WorkflowKey::from_stored(line.workflow),
            workflow_version: line.workflow_version,
            stage: line.stage.0,
            step: StepId::from_stored(line.step),
            class: line.class.0,
            category: CategoryCode::from_stored(line.category),
            subcategory: line.subcategory,
            language: line.language.0,
            district: DistrictCode::from_stored(line.district),
            court_stage: line.court_stage.0,
            source: SourceCode::from_stored(line.source),
            partner: line.partner.map(Into::into),
            mediator: line.mediator.map(Into::into),
            filed_by: line.filed_by.into(),
            filed_at: line.filed_at.into(),
            accepted_at: line.accepted_at.map(Into::into),
            closure,
            closed_at: line.closed_at.map(Into::into),
            course: line.course.0,
        };
        let names = (line.mediator_kk, line.mediator_ru, line.mediator_language);
        Ok(Self {
            case,
            mediator: match names {
                (Some(kk), Some(ru), Some(language)) => Some(MediatorName {
                    kk: Name::from_stored(kk),
                    ru: Name::from_stored(ru),
                    language: language.0,
                }),
                _ => None,
            },
            partner: line.partner_code.map(PartnerCode::from_stored),
        })
    }
}
