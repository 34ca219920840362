//! Requests that read: on one snapshot, and what they show that is confidential is entered into the audit log before it
//! leaves (R21).

use super::{Call, Failure, finish, known, outcome, transact};
use crate::{
    app::{AppError, Tx, account, reading},
    http::{answer::Answer, body::Body, problem},
};
use actix_web::HttpResponse;
use kelisim_persistence::Db;
use std::sync::Arc;

/// What the token of a question may do beside reading one thing after the other.
#[derive(Clone, Copy)]
struct MayExport(bool);

impl Call {
    /// Runs a reading job.
    pub async fn get(
        self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<Answer, AppError> + Send + 'static,
    ) -> HttpResponse {
        self.ask(move |tx, _| job(tx)).await
    }

    /// As [`Call::get`], of a question that stands in the body, because it must not stand in an address.
    ///
    /// A key is not looked at: there is no effect that could happen twice, and a kept answer would be one more copy.
    pub async fn ask(
        self,
        job: impl FnOnce(&mut Tx<'_>, Body) -> Result<Answer, AppError> + Send + 'static,
    ) -> HttpResponse {
        self.asked(move |tx, body, _| job(tx, body)).await
    }

    /// As [`Call::ask`], of much in one piece: with a token alone that was made for it, which asks for the password (R31).
    /// `sees` lets through whom the thing is there for.
    pub async fn export(
        self,
        sees: impl FnOnce(&mut Tx<'_>) -> Result<(), AppError> + Send + 'static,
        job: impl FnOnce(&mut Tx<'_>, Body) -> Result<Answer, AppError> + Send + 'static,
    ) -> HttpResponse {
        self.asked(move |tx, body, may| {
            sees(tx)?;
            match may {
                MayExport(true) => job(tx, body),
                MayExport(false) => Err(AppError::NotPermitted(Vec::new())),
            }
        })
        .await
    }

    /// As [`Call::ask`], of what nobody may ask without end: `count` lets the caller through and takes one from their budget,
    /// in a transaction of its own before the question is looked at, and whatever comes of it.
    pub async fn counted(
        self,
        count: impl FnOnce(&mut Tx<'_>) -> Result<(), AppError> + Send + 'static,
        job: impl FnOnce(&mut Tx<'_>, Body) -> Result<Answer, AppError> + Send + 'static,
    ) -> HttpResponse {
        match self.first(count).await {
            Ok(()) => self.ask(job).await,
            Err(failure) => finish(outcome(Err(failure)), self.place, None),
        }
    }

    async fn first(
        &self,
        count: impl FnOnce(&mut Tx<'_>) -> Result<(), AppError> + Send + 'static,
    ) -> Result<(), Failure> {
        let token = self.token.ok_or(AppError::Unauthenticated)?;
        let app = Arc::clone(&self.app);
        let job = move |db: &mut Db| {
            let now = app.clock.now();
            let actor = known(&app, account::authenticate(db, &token, now)?);
            let language = Some(actor.language);
            Tx::run(db, &app, actor, now, count).map_err(|error| Failure(error, language))
        };
        self.app.database.at_door().write(job).await
    }

    async fn asked(
        self,
        job: impl FnOnce(&mut Tx<'_>, Body, MayExport) -> Result<Answer, AppError> + Send + 'static,
    ) -> HttpResponse {
        let (app, token, place, has) = (self.app, self.token, self.place, self.if_none_match);
        let body = self.body;
        // Nobody without a token takes a place in the queue of the database.
        let Some(token) = token else {
            return problem::response(&AppError::Unauthenticated, &place);
        };
        let (database, house) = (app.database.at_door(), Arc::clone(&app));
        let result = database
            .read(move |db| {
                let now = app.clock.now();
                let bearer = account::bearer(db, &token, None, now)?;
                let may = MayExport(bearer.exports);
                let actor = known(&app, bearer.actor);
                let reader = actor.clone();
                let mut outcome = transact(db, &app, actor, now, |tx| job(tx, body, may))?;
                if let Ok(answer) = &outcome.result
                    && !answer.is_known(has)
                {
                    let reads = answer.reads.iter();
                    outcome.entries = reads.map(|read| read.entry(&app, &reader, now)).collect();
                }
                Ok::<_, Failure>(outcome)
            })
            .await;
        let mut outcome = outcome(result);
        let entries = std::mem::take(&mut outcome.entries);
        if let Err(error) = reading::record(&house, entries).await {
            outcome.result = Err(error);
        }
        finish(outcome, place, has)
    }
}
