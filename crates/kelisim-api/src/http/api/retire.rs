//! What retiring a workflow, a legal profile and days off have in common: staff know of the version, the coordinator retires it.

use crate::{
    app::{App, AppError, Tx, publish, published},
    http::{answer::Answer, api::draft::reason_of, call::Call},
};
use actix_web::{HttpResponse, web};
use kelisim_domain::{
    policy::RegisterAct::{Publish, ReadPublished},
    publish::PublishKind,
};

/// A version that somebody wants to retire.
pub(super) struct Version {
    pub(super) kind: PublishKind,
    pub(super) key: String,
    pub(super) version: i32,
}

/// Retires what `find` finds, and shows it as it is then.
pub(super) async fn retire<T>(
    call: Call,
    app: web::Data<App>,
    find: impl FnOnce(&mut Tx<'_>) -> Result<(Version, T), AppError> + Send + 'static,
    show: impl FnOnce(&mut Tx<'_>, T) -> Result<Answer, AppError> + Send + 'static,
) -> HttpResponse {
    let response = call.post(
        move |tx| {
            tx.allow(ReadPublished)?;
            let found = find(tx)?;
            tx.allow_write(ReadPublished, Publish)?;
            Ok(found)
        },
        move |tx, (what, found), body| {
            let reason = reason_of(&*body.object()?)?;
            publish::retire(tx, what.kind, &what.key, what.version, &reason)?;
            show(tx, found)
        },
    );
    let response = response.await;
    published::learn(app.into_inner()).await;
    response
}
