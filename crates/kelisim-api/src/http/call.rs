//! One request on its way to one transaction.
//!
//! The order of checks is the same for every route: token (401), sight (404), right (403), a repeated key's first answer,
//! version (428, 412), body (413, 415, 400, 422), rules (409).
//! All of it happens inside the transaction of the change, so nothing can change between check and write (R4, R7).

mod ask;

use crate::{
    app::{App, AppError, Tx, account, once},
    http::{answer::Answer, body::Body, problem},
};
use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload, http::header, web,
};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use kelisim_domain::{
    audit::AuditEntry,
    language::Language,
    policy::{Actor, Standing},
    sign_in::TokenScope,
};
use kelisim_persistence::{
    Db, Defect, Point,
    store::{account::account_set_active, audit::audit_add},
};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The id that a request carries through the log and the answer.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// A version condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IfMatch {
    Absent,
    /// `*`: any version that exists.
    Any,
    Version(i32),
    /// A tag that we never gave: it matches nothing.
    Other,
    /// No tag at all, such as a number without its quotation marks.
    Broken,
}

/// A request with its token, conditions and body.
pub struct Call {
    app: Arc<App>,
    token: Option<[u8; 32]>,
    key: Result<Option<once::Key>, AppError>,
    if_match: IfMatch,
    if_none_match: Option<i32>,
    place: problem::Place,
    body: Body,
}

/// What a job came to, with the language of whoever was authenticated on the way.
struct Outcome {
    result: Result<Answer, AppError>,
    language: Option<Language>,
    /// Entries that stand in the audit log before the answer leaves.
    entries: Vec<AuditEntry>,
}

/// An error that rolls the transaction back, with the reader's language.
struct Failure(AppError, Option<Language>);

impl From<kelisim_persistence::Error> for Failure {
    fn from(error: kelisim_persistence::Error) -> Self {
        Failure(error.into(), None)
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Failure(error, None)
    }
}

impl Call {
    /// Runs a POST that makes something new: `authorise` lets the caller through or not, `act` reads the body and acts.
    pub async fn post<A>(
        self,
        authorise: impl FnOnce(&mut Tx<'_>) -> Result<A, AppError> + Send + 'static,
        act: impl FnOnce(&mut Tx<'_>, A, Body) -> Result<Answer, AppError> + Send + 'static,
    ) -> HttpResponse {
        self.write(
            move |tx| authorise(tx).map(|authorised| (authorised, None)),
            act,
        )
        .await
    }

    /// As [`Call::post`], after a look at one state of the database: for what takes too long to be looked at while others
    /// wait to write. `look` lets the caller through or not, and `act` gets what it saw.
    pub async fn look_and_post<L: Send + 'static>(
        self,
        look: impl FnOnce(&mut Tx<'_>) -> Result<L, AppError> + Send + 'static,
        authorise: impl FnOnce(&mut Tx<'_>) -> Result<(), AppError> + Send + 'static,
        act: impl FnOnce(&mut Tx<'_>, L, Body) -> Result<Answer, AppError> + Send + 'static,
    ) -> HttpResponse {
        let then = |call: Call, seen| {
            call.post(authorise, move |tx: &mut Tx<'_>, (), body| {
                act(tx, seen, body)
            })
        };
        self.after_look(look, then).await
    }

    /// Runs a change of something that has a version: `authorise` also gives that version, for `If-Match`.
    pub async fn change<A>(
        self,
        authorise: impl FnOnce(&mut Tx<'_>) -> Result<(A, i32), AppError> + Send + 'static,
        act: impl FnOnce(&mut Tx<'_>, A, Body) -> Result<Answer, AppError> + Send + 'static,
    ) -> HttpResponse {
        self.write(
            move |tx| authorise(tx).map(|(authorised, version)| (authorised, Some(version))),
            act,
        )
        .await
    }

    /// As [`Call::change`], after a look at one state of the database: for what takes too long to be looked at while others
    /// wait to write. `look` lets the caller through or not, and `act` gets what it saw.
    pub async fn look_and_change<L: Send + 'static, A>(
        self,
        look: impl FnOnce(&mut Tx<'_>) -> Result<L, AppError> + Send + 'static,
        authorise: impl FnOnce(&mut Tx<'_>) -> Result<(A, i32), AppError> + Send + 'static,
        act: impl FnOnce(&mut Tx<'_>, L, A, Body) -> Result<Answer, AppError> + Send + 'static,
    ) -> HttpResponse {
        let then = |call: Call, seen| {
            call.change(authorise, move |tx: &mut Tx<'_>, found, body| {
                act(tx, seen, found, body)
            })
        };
        self.after_look(look, then).await
    }

    /// Goes on with what somebody saw, or says why they saw nothing.
    async fn after_look<L: Send + 'static, F: Future<Output = HttpResponse>>(
        self,
        look: impl FnOnce(&mut Tx<'_>) -> Result<L, AppError> + Send + 'static,
        then: impl FnOnce(Call, L) -> F,
    ) -> HttpResponse {
        match self.look(look).await {
            Ok(seen) => then(self, seen).await,
            Err(failure) => finish(outcome(Err(failure)), self.place, None),
        }
    }

    /// What somebody sees on one state of the database.
    async fn look<L: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Tx<'_>) -> Result<L, AppError> + Send + 'static,
    ) -> Result<L, Failure> {
        let token = self.token.ok_or(AppError::Unauthenticated)?;
        let app = Arc::clone(&self.app);
        let job = move |db: &mut Db| {
            let now = app.clock.now();
            let actor = known(&app, account::authenticate(db, &token, now)?);
            let language = Some(actor.language);
            Tx::run(db, &app, actor, now, look).map_err(|error| Failure(error, language))
        };
        self.app.database.at_door().read(job).await
    }

    async fn write<A>(
        self,
        authorise: impl FnOnce(&mut Tx<'_>) -> Result<(A, Option<i32>), AppError> + Send + 'static,
        act: impl FnOnce(&mut Tx<'_>, A, Body) -> Result<Answer, AppError> + Send + 'static,
    ) -> HttpResponse {
        let Call {
            app,
            token,
            key,
            if_match,
            place,
            body,
            ..
        } = self;
        let Some(token) = token else {
            return problem::response(&AppError::Unauthenticated, &place);
        };
        // Two requests with one key at the same time: the second is told so, whoever it is.
        let hold = match &key {
            Ok(Some(key)) => Some(app.running.hold(token, &key.key)),
            _ => None,
        };
        let (database, house) = (app.database.at_door(), app.clone());
        let faults = app.faults.clone();
        if let Err(error) = faults.at(Point::RequestRead) {
            return problem::response(&error.into(), &place);
        }
        let held = hold.as_ref().is_none_or(Result::is_ok);
        let job = move |db: &mut Db| {
            let now = app.clock.now();
            let sent = key.as_ref().ok().and_then(Option::as_ref);
            let sent = sent.map(|key| key.key.as_str());
            let bearer = account::bearer(db, &token, sent, now)?;
            let actor = known(&app, bearer.actor);
            let language = Some(actor.language);
            let early = app.faults.has(Defect::CheckAfterWrite);
            if early {
                account_set_active(db, actor.region, actor.account, true, now)?;
            }
            let changed = transact(db, &app, actor, now, |tx| {
                tx.app.faults.at(Point::Authenticated)?;
                let (authorised, version) = authorise(tx)?;
                if bearer.scope == TokenScope::Read {
                    return Err(AppError::NotPermitted(Vec::new()));
                }
                let key = key?;
                if !(held && bearer.claimed) {
                    return Err(AppError::KeyRunning);
                }
                if let (Some(key), Some(stored)) = (&key, bearer.answered) {
                    return once::replay(tx, key, stored);
                }
                if let Some(version) = version
                    && let Err(error) = matches_version(if_match, version)
                    && !tx.app.faults.has(Defect::SkipVersionCheck)
                {
                    let first = key.as_ref().map(|key| once::look_again(tx, key));
                    return first.transpose()?.flatten().ok_or(error);
                }
                tx.app.faults.at(Point::BeforeAct)?;
                if tx.app.faults.has(Defect::StumbleOverNul) {
                    body.stumble_over(b"\\u0000");
                }
                let answer = act(tx, authorised, body)?;
                for read in answer.reads.iter().filter(|read| !read.is_in_event()) {
                    let entry = read.entry(tx.app, &tx.actor, tx.now);
                    audit_add(&mut tx.writes, &entry);
                }
                tx.app.faults.at(Point::AfterAct)?;
                if let Some(key) = &key {
                    once::keep(tx, key, &answer)?;
                }
                Ok(answer)
            });
            match changed {
                Err(Failure(error, _)) if early => Ok(Outcome {
                    result: Err(error),
                    language,
                    entries: Vec::new(),
                }),
                changed => changed,
            }
        };
        let result = database.write(job).await;
        drop(hold);
        house.wake();
        let result = match faults.at(Point::ChangeCommitted) {
            Ok(()) => result,
            Err(error) => Err(error.into()),
        };
        let answer = finish(outcome(result), place.clone(), None);
        match faults.at(Point::BeforeAnswer) {
            Ok(()) => answer,
            Err(error) => problem::response(&error.into(), &place),
        }
    }
}

/// Who asks, as the program knows them: with a defect that drops every scope, the coordinator of their region.
fn known(app: &App, mut actor: Actor) -> Actor {
    if app.faults.has(Defect::DropScopes) {
        for grant in &mut actor.grants {
            grant.standing = Standing::Coordinator;
        }
    }
    actor
}

/// Runs a job of an actor in the transaction that is open.
fn transact(
    db: &mut Db,
    app: &App,
    actor: Actor,
    now: DateTime<Utc>,
    job: impl FnOnce(&mut Tx<'_>) -> Result<Answer, AppError>,
) -> Result<Outcome, Failure> {
    let language = Some(actor.language);
    match Tx::run(db, app, actor, now, job) {
        Ok(answer) => Ok(Outcome {
            result: Ok(answer),
            language,
            entries: Vec::new(),
        }),
        Err(AppError::NotFound) if app.faults.has(Defect::TellApart) => {
            Err(Failure(AppError::NotPermitted(Vec::new()), language))
        }
        Err(error) => Err(Failure(error, language)),
    }
}

fn outcome(result: Result<Outcome, Failure>) -> Outcome {
    result.unwrap_or_else(|Failure(error, language)| Outcome {
        result: Err(error),
        language,
        entries: Vec::new(),
    })
}

fn finish(outcome: Outcome, mut place: problem::Place, has: Option<i32>) -> HttpResponse {
    if let Some(language) = outcome.language {
        place.language = language;
    }
    match outcome.result {
        Ok(answer) => answer.into_response(place.language, has),
        Err(error) => problem::response(&error, &place),
    }
}

fn matches_version(if_match: IfMatch, version: i32) -> Result<(), AppError> {
    match if_match {
        IfMatch::Absent => Err(AppError::PreconditionRequired),
        IfMatch::Any => Ok(()),
        IfMatch::Version(wanted) if wanted == version => Ok(()),
        IfMatch::Version(_) | IfMatch::Other => Err(AppError::Stale),
        IfMatch::Broken => Err(AppError::BadHeader("If-Match")),
    }
}

impl FromRequest for Call {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Call, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let app = request
                .app_data::<web::Data<App>>()
                .map(|app| Arc::clone(app))
                .ok_or_else(|| actix_web::error::ErrorInternalServerError("no application"))?;
            let reads_body = !matches!(request.method().as_str(), "GET" | "HEAD");
            let body = if reads_body {
                Body::read(&request, payload).await
            } else {
                Body::none()
            };
            let key = idempotency_key(&request, &body);
            Ok(Call {
                token: bearer(&request),
                key,
                if_match: if_match(&request),
                if_none_match: header_text(&request, header::IF_NONE_MATCH).and_then(known_tag),
                place: place(&request, &app.public_url),
                body,
                app,
            })
        })
    }
}

/// Where a problem of this request is shown.
pub fn place(request: &HttpRequest, public_url: &str) -> problem::Place {
    problem::Place {
        public_url: public_url.to_owned(),
        request: request
            .extensions()
            .get::<RequestId>()
            .map(|id| id.0.clone()),
        language: accepted_language(header_text(request, header::ACCEPT_LANGUAGE)),
    }
}

fn header_text(request: &HttpRequest, name: header::HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}

/// The digest of the bearer token; the token itself goes no further than this line (R5, C13).
fn bearer(request: &HttpRequest) -> Option<[u8; 32]> {
    let value = header_text(request, header::AUTHORIZATION)?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && token.starts_with("klsm_"))
        .then(|| Sha256::digest(token).into())
}

fn version_tag(tag: &str) -> Option<i32> {
    tag.trim()
        .strip_prefix('"')?
        .strip_suffix('"')?
        .parse()
        .ok()
}

/// The version that a reader has: a proxy that compresses makes our tag a weak one, which compares equal here
/// (RFC 9110, 13.1.2).
fn known_tag(tag: &str) -> Option<i32> {
    let tag = tag.trim();
    version_tag(tag.strip_prefix("W/").unwrap_or(tag))
}

fn version_wanted(tag: &str) -> IfMatch {
    let tag = tag.trim();
    let quoted = tag.strip_prefix("W/").unwrap_or(tag);
    if tag == "*" {
        IfMatch::Any
    } else if quoted.len() > 1 && quoted.starts_with('"') && quoted.ends_with('"') {
        version_tag(tag).map_or(IfMatch::Other, IfMatch::Version)
    } else {
        IfMatch::Broken
    }
}

fn if_match(request: &HttpRequest) -> IfMatch {
    match request.headers().get(header::IF_MATCH) {
        None => IfMatch::Absent,
        Some(value) => value.to_str().map_or(IfMatch::Broken, version_wanted),
    }
}

fn idempotency_key(request: &HttpRequest, body: &Body) -> Result<Option<once::Key>, AppError> {
    const NAME: &str = "Idempotency-Key";
    if request.method() != actix_web::http::Method::POST {
        return Ok(None);
    }
    let Some(value) = request.headers().get(NAME) else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .map_err(|_| AppError::BadHeader(NAME))?
        .trim()
        .trim_matches('"');
    if key.is_empty() || key.len() > once::KEY_MOST {
        return Err(AppError::BadHeader(NAME));
    }
    let mut digest = Sha256::new();
    digest.update(request.path().as_bytes());
    digest.update([0]);
    if let Some(bytes) = body.bytes() {
        digest.update(bytes);
    }
    Ok(Some(once::Key {
        key: key.to_owned(),
        fingerprint: digest.finalize().into(),
    }))
}

/// The first of the languages asked for that Kelisim speaks, by weight (RFC 9110, 12.5.4); Kazakh when none is named.
fn accepted_language(header: Option<&str>) -> Language {
    let mut best: Option<(f32, Language)> = None;
    for part in header.unwrap_or_default().split(',') {
        let mut pieces = part.split(';');
        let tag = pieces.next().unwrap_or_default().trim();
        let weight = pieces
            .find_map(|piece| piece.trim().strip_prefix("q=")?.parse().ok())
            .unwrap_or(1.0);
        let primary = tag
            .split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        if let Ok(language) = primary.parse::<Language>()
            && weight > 0.0
            && best.is_none_or(|(best, _)| weight > best)
        {
            best = Some((weight, language));
        }
    }
    best.map_or(Language::default(), |(_, language)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_gets_the_language_they_weigh_most() {
        assert_eq!(
            accepted_language(Some("de, ru-RU;q=0.7, en;q=0.9")),
            Language::En
        );
        assert_eq!(accepted_language(Some("ru")), Language::Ru);
        assert_eq!(accepted_language(Some("de")), Language::Kk);
        assert_eq!(accepted_language(None), Language::Kk);
    }

    #[test]
    fn a_version_is_a_strong_tag() {
        assert_eq!(version_tag("\"3\""), Some(3));
        assert_eq!(version_tag("3"), None);
        assert_eq!(version_tag("W/\"3\""), None);
        assert_eq!(version_wanted("\"3\""), IfMatch::Version(3));
        assert_eq!(version_wanted("W/\"3\""), IfMatch::Other);
        assert_eq!(version_wanted("*"), IfMatch::Any);
        for broken in ["3", "\"", "\"3", ""] {
            assert_eq!(version_wanted(broken), IfMatch::Broken);
        }
        assert_eq!(known_tag("W/\"3\""), Some(3), "enough to leave a body out");
        assert!(matches!(
            matches_version(IfMatch::Absent, 3),
            Err(AppError::PreconditionRequired)
        ));
        assert!(matches!(
            matches_version(IfMatch::Version(2), 3),
            Err(AppError::Stale)
        ));
        assert!(matches_version(IfMatch::Any, 3).is_ok());
    }
}
