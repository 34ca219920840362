//! A sealed entry as a line of an export: what `kelisim-audit-verify` reads, and anybody with a JSON library.

use kelisim_domain::audit::{canonical, chain::hex};
use kelisim_persistence::store::audit_list::Sealed;
use serde_json::json;

/// The line, with its end; the whole of it is in the canonical form, so that nothing can stand in it twice.
pub fn line(sealed: &Sealed) -> String {
    let line = json!({
        "seq": sealed.seq,
        "previous": hex(&sealed.previous),
        "hash": hex(&sealed.hash),
        "entry": canonical::object(&sealed.entry),
    });
    let mut text = String::from_utf8_lossy(&canonical::bytes(&line)).into_owned();
    text.push('\n');
    text
}
