//! Who the caller is.

use crate::{
    app::AppError,
    http::{answer::Answer, call::Call},
};
use actix_web::{HttpResponse, get};
use kelisim_domain::policy::{Role, Standing};
use kelisim_persistence::store::{account, office, partner};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

/// Registers the routes.
pub fn configure(routes: &mut ServiceConfig<'_>) {
    routes.service(me);
}

/// The caller's account.
#[derive(Serialize, ToSchema)]
struct Me {
    /// The account.
    id: Uuid,
    /// Their mail address.
    email: String,
    /// Their name.
    name: String,
    /// `kk`, `ru` or `en`.
    language: &'static str,
    /// What they may do, and where.
    roles: Vec<RoleView>,
}

/// One role with its scope.
#[derive(Serialize, ToSchema)]
struct RoleView {
    /// The role.
    #[schema(value_type = String)]
    role: Role,
    /// The code of the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    office: Option<String>,
    /// The mediator's entry in the register.
    #[serde(skip_serializing_if = "Option::is_none")]
    mediator: Option<Uuid>,
    /// The code of the partner.
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<String>,
}

/// The caller's account, roles, scope and language.
#[utoipa::path(tag = "me", responses((status = 200, body = Me), (status = 401)))]
#[get("/me")]
async fn me(call: Call) -> HttpResponse {
    call.get(|tx| {
        let account = account::account_find(tx.db, tx.actor.region, tx.actor.account)?;
        let mut roles = Vec::with_capacity(tx.actor.grants.len());
        for grant in &tx.actor.grants {
            let region = tx.actor.region;
            let mut view = RoleView {
                role: grant.standing.role(),
                office: None,
                mediator: None,
                partner: None,
            };
            match grant.standing {
                Standing::Mediator { office, mediator } => {
                    view.office = Some(office::office_code(tx.db, region, office)?.to_string());
                    view.mediator = Some(mediator.0);
                }
                Standing::OfficeHead { office } => {
                    view.office = Some(office::office_code(tx.db, region, office)?.to_string());
                }
                Standing::Partner { partner } => {
                    view.partner = Some(partner::partner_code(tx.db, region, partner)?.to_string());
                }
                Standing::Registrar
                | Standing::Coordinator
                | Standing::Auditor
                | Standing::Administrator => {}
            }
            roles.push(view);
        }
        Ok::<_, AppError>(Answer::ok(&Me {
            id: tx.actor.account.0,
            email: account.email.to_string(),
            name: account.name.to_string(),
            language: account.language.code(),
            roles,
        }))
    })
    .await
}
