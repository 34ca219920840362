//! Letters to send.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeZone, Utc};
use kelisim_api::mail::transport::{BeforeData, Letter};
use uuid::{Builder, Uuid};

/// A letter with an id of its own.
pub(crate) fn letter(to: &str, bytes: &[u8]) -> Letter {
    Letter {
        id: id(),
        kind: "assignment".into(),
        from: "office@kelisim.example".parse().unwrap(),
        to: to.parse().unwrap(),
        bytes: bytes.to_vec(),
        at: at(),
    }
}

/// The morning on which all these letters are sent.
pub(crate) fn at() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 9, 15, 4).unwrap()
}

/// A new id, of version 7 like all of ours.
pub(crate) fn id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    let millis = u64::try_from(at().timestamp_millis()).unwrap();
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Lets the content go.
pub(crate) fn go<'a>() -> BeforeData<'a> {
    Box::new(|| Box::pin(async { true }))
}

/// Keeps the content back.
pub(crate) fn stay<'a>() -> BeforeData<'a> {
    Box::new(|| Box::pin(async { false }))
}

/// Runs a piece of asynchronous work to its end, on a runtime of its own.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}
