//! The body of a request: read within limits of size, time and memory (R31), and looked at only after its caller was let in.

use crate::{
    app::AppError,
    http::{connection::Pace, json, server::Times},
};
use actix_web::{HttpRequest, dev::Payload, http::header};
use futures_util::StreamExt;
use kelisim_domain::{
    confidential::{Confidential, Wipe},
    fault::FaultKind,
};
use serde_json::{Map, Value};
use std::{
    ops::Deref,
    rc::Rc,
    sync::atomic::{AtomicUsize, Ordering},
};
use zeroize::Zeroizing;

/// The largest body, in bytes (R31).
pub const BODY_MOST: usize = 1_000_000;
/// How much more of a body that is too large is read and dropped, so that the client gets to read the answer.
const DRAIN_MOST: usize = 8_000_000;
/// How much all bodies together may take in memory, in bytes, from the first that is read to the last that was acted on.
const ROOM_MOST: usize = 64_000_000;

/// The body as it came. Its bytes are overwritten when it goes away, and so are the values that were read from it.
pub struct Body {
    bytes: Result<Zeroizing<Vec<u8>>, AppError>,
    _room: Room,
}

impl Body {
    /// None, for a request that has none.
    pub(crate) fn none() -> Self {
        Body {
            bytes: Ok(Zeroizing::default()),
            _room: Room::default(),
        }
    }

    /// Reads it, unless it is too large, too slow or of another media type: that is told when somebody asks for it.
    pub(crate) async fn read(request: &HttpRequest, payload: Payload) -> Self {
        let pace = request.conn_data::<Rc<Pace>>();
        let most = pace.map_or_else(|| Times::default().body, |pace| pace.body_time());
        let mut room = Room::default();
        let read = tokio::time::timeout(most, arrive(payload, &mut room)).await;
        let bytes = read.unwrap_or(Err(AppError::TooSlow));
        Body {
            bytes: bytes.and_then(|bytes| fit(request, bytes)),
            _room: room,
        }
    }

    /// The bytes, where they were read.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        self.bytes.as_ref().ok().map(|bytes| bytes.as_slice())
    }

    /// Panics with all that it says, where these bytes are in it; for a defect that a proof must find.
    pub(crate) fn stumble_over(&self, part: &[u8]) {
        let bytes = self.bytes().unwrap_or_default();
        let holds = bytes.windows(part.len()).any(|window| window == part);
        let text = String::from_utf8_lossy(bytes);
        assert!(!holds, "a defect put in on purpose, over {text}");
    }

    /// An object without fields: for what asks nothing.
    ///
    /// # Errors
    /// As [`Body::object`]; a field.
    pub fn empty(self) -> Result<(), AppError> {
        match self.object()?.keys().next() {
            None => Ok(()),
            Some(name) => Err(AppError::invalid(
                format!("/{name}"),
                FaultKind::UnknownField { nearest: None },
            )),
        }
    }

    /// The JSON object of the body.
    ///
    /// # Errors
    /// Too large, too slow, another media type, not JSON, a name that stands twice, nested too deep, or not an object.
    pub fn object(self) -> Result<Fields, AppError> {
        let bytes = self.bytes?;
        let value = json::read(&bytes).map_err(|error| AppError::Malformed {
            line: error.line(),
            column: error.column(),
        })?;
        match value {
            Value::Object(object) => Ok(Fields(Confidential::new(object))),
            mut other => {
                other.wipe();
                let kind = FaultKind::WrongType { expected: "object" };
                Err(AppError::invalid("", kind))
            }
        }
    }
}

/// The fields of a body.
pub struct Fields(Confidential<Map<String, Value>>);

impl Deref for Fields {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        self.0.reveal()
    }
}

/// Adds bytes that arrived. A vector that grows by itself leaves what it held behind it.
pub(crate) fn arrived(bytes: &mut Zeroizing<Vec<u8>>, more: &[u8]) {
    let wanted = bytes.len() + more.len();
    if wanted > bytes.capacity() {
        let mut wider = Zeroizing::new(Vec::with_capacity(wanted.next_power_of_two()));
        wider.extend_from_slice(bytes);
        *bytes = wider;
    }
    bytes.extend_from_slice(more);
}

/// Reads to the end, of one that is somewhat too large too.
async fn arrive(mut payload: Payload, room: &mut Room) -> Result<Zeroizing<Vec<u8>>, AppError> {
    let mut bytes = Zeroizing::default();
    let mut seen = 0;
    while let Some(chunk) = payload.next().await {
        // One that breaks off, or whose chunks are no chunks.
        let chunk = chunk.map_err(|_| AppError::Malformed { line: 1, column: 1 })?;
        seen += chunk.len();
        if seen > BODY_MOST + DRAIN_MOST {
            break;
        }
        if seen <= BODY_MOST {
            room.take(chunk.len())?;
            arrived(&mut bytes, &chunk);
        }
    }
    match seen <= BODY_MOST {
        true => Ok(bytes),
        false => Err(AppError::TooLarge { most: BODY_MOST }),
    }
}

/// A body of the media type that is read here.
fn fit(request: &HttpRequest, bytes: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, AppError> {
    let patch = request.method() == actix_web::http::Method::PATCH;
    let media = request.headers().get(header::CONTENT_TYPE);
    let media = media.and_then(|media| media.to_str().ok());
    let media = media.unwrap_or_default().split(';').next();
    let media = media.unwrap_or_default().trim().to_ascii_lowercase();
    let json = media == "application/json" || (patch && media == "application/merge-patch+json");
    if bytes.is_empty() && (json || media.is_empty()) {
        // An act that asks nothing, such as sending a message again, may come without a body.
        Ok(Zeroizing::new(b"{}".to_vec()))
    } else if json {
        Ok(bytes)
    } else {
        Err(AppError::MediaType)
    }
}

/// Bytes that a body holds of those that all bodies may hold.
#[derive(Debug, Default)]
struct Room(usize);

static HELD: AtomicUsize = AtomicUsize::new(0);

impl Room {
    fn take(&mut self, bytes: usize) -> Result<(), AppError> {
        self.0 += bytes;
        let held = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
        match held <= ROOM_MOST {
            true => Ok(()),
            false => Err(AppError::Busy),
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        HELD.fetch_sub(self.0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_arrive_in_pieces_are_what_was_sent() {
        let mut bytes = Zeroizing::default();
        for piece in [&b"a cow"[..], b"", b" in the ", b"garden"] {
            arrived(&mut bytes, piece);
        }
        assert_eq!(bytes.as_slice(), b"a cow in the garden");
    }

    #[test]
    fn r31_all_bodies_together_have_a_limit() {
        let mut many: Vec<Room> = Vec::new();
        let full = loop {
            let mut room = Room::default();
            let taken = room.take(BODY_MOST);
            many.push(room);
            if let Err(error) = taken {
                break error;
            }
            assert!(many.len() < 100);
        };
        assert!(matches!(full, AppError::Busy));
        many.clear();
        assert!(
            Room::default().take(BODY_MOST).is_ok(),
            "there is room again"
        );
    }
}
