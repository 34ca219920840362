//! An application on a socket of its own, in a thread of its own.

use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use kelisim_api::app::App;
use kelisim_api::http::server::{Limits, serve};

/// A server; it stops with this value.
pub struct Served {
    address: String,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    /// Serves with one thread for HTTP.
    pub fn start(app: Arc<App>, limits: Limits) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), app, limits)
    }

    /// As [`Served::start`], on a socket that is there already.
    pub fn on(listener: TcpListener, app: Arc<App>, limits: Limits) -> Self {
        let address = listener.local_addr().unwrap().to_string();
        let limits = Limits {
            workers: 1,
            stop_seconds: 2,
            ..limits
        };
        let (tell, handle) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            crate::block_on(async move {
                let server = serve(app, listener, limits).unwrap();
                tell.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self {
            address,
            handle: handle.recv().unwrap(),
            thread: Some(thread),
        }
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The address with its scheme.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            crate::block_on(self.handle.stop(true));
            thread.join().ok();
        }
    }
}
