//! The one style sheet and the mark, embedded; their names hold their hashes, so a browser keeps them for a year.

use actix_web::{HttpRequest, HttpResponse, get, http::header, web};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use std::sync::OnceLock;

/// The style of the pages: for a telephone first, light and dark, on paper too.
const STYLE: &str = include_str!("../../../templates/pages/style.css");
/// Two sides, and what they have in common.
const MARK: &str = include_str!("../../../templates/pages/mark.svg");

/// Where the style sheet lies.
pub(crate) fn style_path() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| path(STYLE, "css"))
}

/// A style sheet with nothing in it but a word to the browser: give up what you keep of us.
///
/// A browser keeps the page that it leaves when the next one begins, so a header of that next page comes too early, and
/// a script may not run. What that page fetches comes late enough.
const FORGET: &str = "/assets/forget.css";

/// Where the mark lies.
pub(crate) fn mark_path() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| path(MARK, "svg"))
}

fn path(content: &str, ending: &str) -> String {
    let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(content)[..12]);
    format!("/assets/{hash}.{ending}")
}

/// The style sheets, or the mark.
#[get("/assets/{name}")]
pub(crate) async fn asset(request: HttpRequest, _name: web::Path<String>) -> HttpResponse {
    if request.path() == FORGET {
        return HttpResponse::Ok()
            .insert_header((header::CLEAR_SITE_DATA, "\"cache\""))
            .content_type("text/css; charset=utf-8")
            .finish();
    }
    let (media, content) = match request.path() {
        path if path == style_path() => ("text/css; charset=utf-8", STYLE),
        path if path == mark_path() => ("image/svg+xml; charset=utf-8", MARK),
        _ => return HttpResponse::NotFound().finish(),
    };
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .content_type(media)
        .body(content)
}
