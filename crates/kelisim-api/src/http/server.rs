//! The server: routes, limits, the log line of each request, and the headers that every answer carries.

use crate::{
    app::App,
    http::{
        api, call,
        call::RequestId,
        connection::{Connection, Fault, Pace, Refuse},
        health, openapi, pages, problem,
    },
};
use actix_http::HttpService;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::{
    App as ActixApp, Error, HttpRequest, HttpResponse,
    body::MessageBody,
    dev::{AppConfig, Payload, Server, ServiceFactory, ServiceRequest, ServiceResponse},
    http::{
        ConnectionType,
        header::{self, HeaderMap, HeaderName, HeaderValue},
    },
    middleware::{Next, from_fn},
    rt::net::TcpStream,
    web,
};
use futures_util::{StreamExt, stream::poll_fn};
use std::{
    fmt::Write,
    net::TcpListener,
    rc::Rc,
    sync::Arc,
    task::Poll,
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
    /// How slow a client may be.
    pub times: Times,
}

/// How slow a client may be (R31).
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// From the end of the last answer to the end of the next head.
    pub head: Duration,
    /// From the head to the end of the body.
    pub body: Duration,
    /// Without reading anything of an answer.
    pub stall: Duration,
    /// To read the whole of it, once it has to wait.
    pub answer: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Times {
            head: Duration::from_secs(10),
            body: Duration::from_secs(60),
            stall: Duration::from_secs(30),
            answer: Duration::from_secs(300),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            workers: 2,
            connections: 4096,
            stop_seconds: 25,
            times: Times::default(),
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
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(limits.workers)
        .max_concurrent_connections(limits.connections)
        .shutdown_timeout(limits.stop_seconds)
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    // As actix-web's own server does it, with our connection between the socket and the parser.
    let service = move || {
        let config = AppConfig::default();
        let routes = map_config(routes(app.clone()).into_factory(), move |()| config.clone());
        let stopping = stopping.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            // The time for a head is measured by the connection.
            .client_request_timeout(Duration::ZERO)
            .client_disconnect_timeout(Duration::from_secs(5))
            .local_addr(address)
            .on_connect_ext(|connection: &Connection, data| _ = data.insert(connection.pace()))
            .h1(routes.map_err(|error: Error| error.error_response()));
        let refuse = refusing(app.clone());
        fn_service(move |socket: TcpStream| {
            let peer = socket.peer_addr().ok();
            let connection = Connection::new(socket, limits.times, Rc::clone(&refuse));
            async move { Ok((connection, peer)) }
        })
        .and_then(http)
    };
    Ok(builder.listen("kelisim", listener, service)?.run())
}

/// The answers to what is no request.
fn refusing(app: web::Data<App>) -> Refuse {
    Rc::new(move |fault| {
        let id = app.new_id::<uuid::Uuid>(app.clock.now()).to_string();
        let place = problem::Place {
            public_url: app.public_url.clone(),
            request: Some(id.clone()),
            language: Default::default(),
        };
        let (status, code) = match fault {
            Fault::TooSlow => (408, "too_slow"),
            Fault::HeadTooLarge => (431, "head_too_large"),
            Fault::NotHttp => (400, "not_http"),
        };
        tracing::info!(request = %id, status, code, "no request");
        let mut response = problem::plain(status, code, &place);
        protect(response.headers_mut(), &id);
        written(response)
    })
}

/// An answer as it goes over the wire, for a connection that ends with it.
fn written(response: HttpResponse) -> Vec<u8> {
    let status = response.status();
    let mut head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n");
    for (name, value) in response.headers() {
        // Writing to a text cannot fail.
        let _ = write!(head, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    let body = response.into_body().try_into_bytes().unwrap_or_default();
    let _ = write!(head, "content-length: {}\r\n\r\n", body.len());
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&body);
    bytes
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
        let page = pages::not_found(&request);
        return page.unwrap_or_else(|| problem::plain(404, "not_found", &place));
    };
    let mut response = problem::plain(405, "method_not_allowed", &place);
    let methods = HeaderValue::from_static(methods);
    response.headers_mut().insert(header::ALLOW, methods);
    response
}

/// Gives the request an id, logs one line with ids and codes only (R19), and adds the headers of R15.
async fn observe(
    mut request: ServiceRequest,
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
    let pace = request.conn_data::<Rc<Pace>>().cloned();
    if let Some(pace) = &pace {
        let has_body = !matches!(request.parts_mut().1, Payload::None);
        pace.begin(has_body);
        if has_body {
            let payload = request.take_payload();
            request.set_payload(watched(payload, Rc::clone(pace)));
        }
    }
    let response = next.call(request).await;
    // What is left of a body is not looked at for another request.
    let is_clean = pace.is_none_or(|pace| pace.finish());
    let mut response = response?;
    if !is_clean {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    protect(response.headers_mut(), &id);
    // The pattern of the route, not the path: a path may hold an id, a query may hold a name.
    let route = response.request().match_pattern().unwrap_or_default();
    let status = response.status().as_u16();
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request = %id, %method, route, status, milliseconds, "request");
    Ok(response)
}

/// A body whose end is noted, whoever reads it.
fn watched(mut payload: Payload, pace: Rc<Pace>) -> Payload {
    let chunks = poll_fn(move |cx| {
        let chunk = payload.poll_next_unpin(cx);
        if let Poll::Ready(None) = chunk {
            pace.body_read();
        }
        chunk
    });
    Payload::Stream {
        payload: Box::pin(chunks),
    }
}

/// The headers of R15, and the id of the request.
fn protect(headers: &mut HeaderMap, id: &str) {
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
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
