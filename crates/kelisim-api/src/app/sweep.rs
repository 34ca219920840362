//! What nobody needs any more is removed: sessions and links that ran out long ago, and budgets that are whole again.

use super::{App, AppError};
use chrono::TimeDelta;
use kelisim_persistence::{
    SystemPart,
    store::{link::link_sweep, rate::rate_sweep, session::session_sweep},
};
use std::sync::Arc;

/// How long a session or a link is kept after its end, in days: long enough to ask what happened.
const KEPT_DAYS: i64 = 30;

/// Removes it; the answer is how many rows.
///
/// # Errors
/// As the store.
pub async fn sweep(app: &Arc<App>) -> Result<usize, AppError> {
    let now = app.clock.now();
    let before = now - TimeDelta::days(KEPT_DAYS);
    let database = app.database.as_system(SystemPart::Watch);
    let swept = database.write(move |db| {
        let over = session_sweep(db, before)? + link_sweep(db, before)?;
        Ok::<_, AppError>(over + rate_sweep(db, now)?)
    });
    swept.await
}
