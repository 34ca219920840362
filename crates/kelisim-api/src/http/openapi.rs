//! The description of the interface: generated from the handlers, never written by hand.

mod complete;

use crate::{
    app::App,
    http::{api, call, problem},
    locale::text,
};
use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};

/// The part of the document that no handler says.
pub fn head() -> OpenApi {
    use utoipa::openapi::{
        ComponentsBuilder, SecurityRequirement,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    };
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "A token from `kelisim token create`; it begins with `klsm_`.",
        ))
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Kelisim")
                .version("1")
                .description(Some(
                    "Cases of mediation, from filed to closed. Errors are RFC 9457 problems; lists page by `after`; \
                     a change needs `If-Match`; a POST may carry an `Idempotency-Key`.",
                ))
                .build(),
        )
        .components(Some(ComponentsBuilder::new().security_scheme("token", SecurityScheme::Http(bearer)).schema_from::<problem::Problem>().schema_from::<problem::FieldError>().schema_from::<problem::RefusalView>().build()))
        .security(Some([SecurityRequirement::new::<_, [&str; 0], &str>("token", [])]))
        .build()
}

/// The whole document; it never changes while the process runs.
pub fn whole() -> &'static str {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        use utoipa_actix_web::AppExt;
        let (_, document) = actix_web::App::new()
            .into_utoipa_app()
            .openapi(head())
            .service(utoipa_actix_web::scope("/api/v1").configure(api::configure))
            .split_for_parts();
        let mut document = serde_json::to_value(&document).unwrap_or_default();
        complete::complete(&mut document);
        serde_json::to_string_pretty(&document).unwrap_or_default()
    })
}

/// The methods that the document has for this path, as `Allow` lists them; none when it has no such path.
pub(crate) fn methods_of(path: &str) -> Option<&'static str> {
    static TEMPLATES: OnceLock<Vec<(String, String)>> = OnceLock::new();
    let templates = TEMPLATES.get_or_init(|| {
        let document: serde_json::Value = serde_json::from_str(whole()).unwrap_or_default();
        let paths = document["paths"].as_object().into_iter().flatten();
        let methods = |item: &serde_json::Value| {
            let known = ["get", "post", "put", "patch", "delete"];
            let has = known
                .into_iter()
                .filter(|method| item.get(method).is_some());
            has.map(str::to_uppercase).collect::<Vec<_>>().join(", ")
        };
        paths
            .map(|(template, item)| (template.clone(), methods(item)))
            .collect()
    });
    let fits = |template: &str| {
        template.split('/').count() == path.split('/').count()
            && template
                .split('/')
                .zip(path.split('/'))
                .all(|(want, part)| want.starts_with('{') || want == part)
    };
    templates
        .iter()
        .find(|(template, _)| fits(template))
        .map(|(_, methods)| methods.as_str())
}

fn answer() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(whole())
}

/// The document beside the routes that it describes.
#[get("/api/v1/openapi.json")]
pub(crate) async fn openapi_json() -> HttpResponse {
    answer()
}

/// The same document, where people look first.
#[get("/api/openapi.json")]
pub(crate) async fn openapi_json_short() -> HttpResponse {
    answer()
}

/// The document as a page for people.
#[get("/api/docs")]
pub(crate) async fn docs() -> HttpResponse {
    let document: serde_json::Value = serde_json::from_str(whole()).unwrap_or_default();
    let mut rows = String::new();
    let paths = document["paths"].as_object().cloned().unwrap_or_default();
    for (path, methods) in &paths {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let summary = operation["summary"]
                .as_str()
                .or(operation["description"].as_str())
                .unwrap_or_default();
            rows.push_str(&format!(
                "<dt><code><b>{}</b> {}</code></dt><dd>{}</dd>",
                escape(&method.to_uppercase()),
                escape(path),
                escape(summary)
            ));
        }
    }
    page(
        "Kelisim API",
        &format!(
            "<h1>Kelisim API</h1><p>The whole description is <a href=\"/api/openapi.json\">openapi.json</a>.</p><dl>{rows}</dl>"
        ),
        "en",
    )
}

/// What an error code means, for people.
#[get("/problems/{code}")]
pub(crate) async fn problem_page(
    request: HttpRequest,
    code: web::Path<String>,
    app: web::Data<App>,
) -> HttpResponse {
    let place = call::place(&request, &app.public_url);
    let Some(code) = problem::CODES.iter().find(|known| **known == code.as_str()) else {
        return problem::plain(404, "not_found", &place);
    };
    let key = code.replace('_', "-");
    let title = text(place.language, &format!("problem-{key}-title"));
    let about = text(place.language, &format!("problem-{key}-about"));
    let body = format!(
        "<h1>{}</h1><p>{}</p><p><code>{code}</code></p>",
        escape(&title),
        escape(&about)
    );
    page(&title, &body, place.language.code())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The look of these pages, on a telephone and in the dark too; its digest lets it through R15's policy.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{margin:0 auto;padding:24px 16px;max-width:44rem;font:17px/1.55 system-ui,sans-serif;overflow-wrap:anywhere}\
h1{font-size:1.5rem;line-height:1.25}\
code{font:15px/1.4 ui-monospace,monospace}\
dt{margin-top:1.1rem}dd{margin:.15rem 0 0}";

fn page(title: &str, body: &str, language: &str) -> HttpResponse {
    let html = format!(
        "<!doctype html><html lang=\"{language}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{}</title>\
         <style>{STYLE}</style></head><body>{body}</body></html>",
        escape(title)
    );
    let digest = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    );
    HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        .insert_header((header::CONTENT_LANGUAGE, language))
        .content_type("text/html; charset=utf-8")
        .body(html)
}
