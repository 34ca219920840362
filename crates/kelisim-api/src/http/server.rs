//! The server: routes, limits, the log line of each request, and the headers that every answer carries.

use crate::{
    app::App,
    http::{api, call, call::RequestId, health, openapi, pages, problem},
};
use actix_web::{
    App as ActixApp, Error, HttpRequest, HttpResponse, HttpServer,
    body::MessageBody,
    dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse},
    http::header::{self, HeaderName, HeaderValue},
    middleware::{Next, from_fn},
    web,
};
use std::{
    net::TcpListener,
    sync::Arc,
    time::{Duration, Instant},
};
use utoipa_actix_web::AppExt;

/// How the server listens.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Threads that read and write sockets.
    pub workers: usize,
    /// Connections open at once, for each of them.
    pub connections: usize,
    /// How long running requests may take to finish when the server stops.
    pub stop_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            workers: 2,
            connections: 4096,
            stop_seconds: 25,
        }
    }
}

/// Starts to serve on a socket that is already bound; await the result to run it.
///
/// Its handle stops it gracefully: no new connection is taken, running requests finish.
///
/// # Errors
/// The socket cannot be used.
pub fn serve(app: Arc<App>, listener: TcpListener, limits: Limits) -> std::io::Result<Server> {
    let app = web::Data::from(app);
    let server = HttpServer::new(move || routes(app.clone()))
        .workers(limits.workers)
        .max_connections(limits.connections)
        .shutdown_timeout(limits.stop_seconds)
        .client_request_timeout(Duration::from_secs(10))
        .client_disconnect_timeout(Duration::from_secs(5))
        .disable_signals()
        .listen(listener)?
        .run();
    Ok(server)
}

/// Every route, as the server serves it; a proof asks here without a socket.
pub fn routes(
    app: web::Data<App>,
) -> ActixApp<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    ActixApp::new()
        .app_data(app)
        .wrap(from_fn(observe))
        // Before the scope, which takes everything that begins like it: its own document too.
        .configure(open_routes)
        .into_utoipa_app()
        .openapi(openapi::head())
        .service(utoipa_actix_web::scope("/api/v1").configure(api::configure))
        .into_app()
        .default_service(web::to(nothing_here))
}

/// Routes that need no token.
pub fn open_routes(routes: &mut web::ServiceConfig) {
    routes
        .service(health::healthz)
        .service(health::readyz)
        .service(openapi::openapi_json)
        .service(openapi::openapi_json_short)
        .service(openapi::docs)
        .service(openapi::problem_page)
        .configure(pages::configure);
}

/// What does not exist, and a method that a path does not have, is a problem too.
async fn nothing_here(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let place = call::place(&request, &app.public_url);
    let Some(methods) = openapi::methods_of(request.path()) else {
        return problem::plain(404, "not_found", &place);
    };
    let mut response = problem::plain(405, "method_not_allowed", &place);
    let methods = HeaderValue::from_static(methods);
    response.headers_mut().insert(header::ALLOW, methods);
    response
}

/// Gives the request an id, logs one line with ids and codes only (R19), and adds the headers of R15.
async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    use actix_web::HttpMessage;
    let started = Instant::now();
    let id = request
        .app_data::<web::Data<App>>()
        .map(|app| app.new_id::<uuid::Uuid>(app.clock.now()).to_string());
    let id = id.unwrap_or_default();
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    for (name, value) in [
        (
            "strict-transport-security",
            "max-age=31536000; includeSubDomains",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=()",
        ),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'",
        ),
    ] {
        // A page for people says itself which style it brings along.
        if !headers.contains_key(name) {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
    // The pattern of the route, not the path: a path may hold an id, a query may hold a name.
    let route = response.request().match_pattern().unwrap_or_default();
    let status = response.status().as_u16();
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request = %id, %method, route, status, milliseconds, "request");
    Ok(response)
}
