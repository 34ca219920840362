//! The one style sheet, embedded; its name holds its hash, so a browser keeps it for a year.

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// The style of the pages: for a telephone first, light and dark.
const STYLE: &str = include_str!("../../../templates/pages/style.css");

/// Where the style sheet lies.
pub(crate) fn style_path() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(STYLE)[..12]);
        format!("/assets/{hash}.css")
    })
}

/// A style sheet with nothing in it but a word to the browser: give up what you keep of us.
///
/// A browser keeps the page that it leaves when the next one begins, so a header of that next page comes too early, and
/// a script may not run. What that page fetches comes late enough.
const FORGET: &str = "/assets/forget.css";

/// The style sheets.
#[get("/assets/{name}")]
pub(crate) async fn asset(request: HttpRequest, _name: web::Path<String>) -> HttpResponse {
    if request.path() == FORGET {
        return HttpResponse::Ok()
            .insert_header((header::CLEAR_SITE_DATA, "\"cache\""))
            .content_type("text/css; charset=utf-8")
            .finish();
    }
    if request.path() != style_path() {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .content_type("text/css; charset=utf-8")
        .body(STYLE)
}
