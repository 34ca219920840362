//! What is looked at on every page, whoever opens it: that everybody can use it, and that it asks nobody else for anything.

use std::fs;

use serde_json::Value;

use crate::tab::Tab;

/// Where the script of axe-core is; `cargo xtask` says it.
const AXE: &str = "KELISIM_TEST_AXE";

/// The least height of what is pressed, in pixels: a thumb of seventy years.
const TARGET: u32 = 48;

/// What is wrong with the page that is shown, in words; nothing, when nothing is.
pub(crate) fn faults(tab: &mut Tab) -> Vec<String> {
    let mut faults = Vec::new();
    faults.extend(strangers(tab));
    faults.extend(complaints(tab));
    faults.extend(sticks_out(tab));
    faults.extend(small_targets(tab));
    faults.extend(axe(tab));
    let path = tab.path();
    faults
        .iter()
        .map(|fault| format!("{path}: {fault}"))
        .collect()
}

/// Requests to anybody but us.
fn strangers(tab: &mut Tab) -> Vec<String> {
    let origin = tab.value("location.origin");
    let origin = origin.as_str().unwrap_or_default().to_owned();
    let asked = tab.happened("Network.requestWillBeSent");
    let urls = asked
        .iter()
        .map(|event| event["request"]["url"].as_str().unwrap_or_default());
    let strange = urls.filter(|url| !url.starts_with(&origin) && !url.starts_with("data:"));
    strange.map(|url| format!("asks {url}")).collect()
}

/// What Chromium itself complains of: a policy that was broken, a script that failed. A refusal that is a page is none.
fn complaints(tab: &mut Tab) -> Vec<String> {
    let logged = tab.happened("Log.entryAdded");
    let entries = logged.iter().map(|event| &event["entry"]);
    let entries = entries.filter(|entry| entry["level"] == "error" && entry["source"] != "network");
    let mut faults: Vec<String> = entries
        .map(|entry| format!("complains: {}", entry["text"]))
        .collect();
    for thrown in tab.happened("Runtime.exceptionThrown") {
        faults.push(format!("throws: {}", thrown["exceptionDetails"]));
    }
    faults
}

/// What is wider than the screen.
fn sticks_out(tab: &mut Tab) -> Option<String> {
    let widths =
        tab.value("[document.scrollingElement.scrollWidth, document.documentElement.clientWidth]");
    let (page, screen) = (widths[0].as_u64()?, widths[1].as_u64()?);
    (page > screen).then(|| format!("is {page} wide on a screen of {screen}"))
}

/// What is pressed and is smaller than a thumb; a link in the middle of a sentence is as high as the sentence.
fn small_targets(tab: &mut Tab) -> Vec<String> {
    let script = format!(
        "[...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')]\
         .filter(e => {{\
           if (e.matches('input[type=radio], input[type=checkbox]')) e = e.closest('label') || e;\
           const box = e.getBoundingClientRect();\
           if (box.width === 0 || box.bottom < 0 || getComputedStyle(e).visibility === 'hidden') return false;\
           const inText = e.matches('a') && e.closest('p, dd, td, li, figcaption') && getComputedStyle(e).display === 'inline';\
           return !inText && box.height < {TARGET} - 0.5;\
         }}).map(e => e.tagName.toLowerCase() + ' ' + Math.round(e.getBoundingClientRect().height) + ' px: ' \
           + (e.innerText || e.name || e.outerHTML).slice(0, 60))"
    );
    let small = tab.value(&script);
    let small = small.as_array().cloned().unwrap_or_default();
    small
        .iter()
        .map(|target| format!("is hard to hit: {target}"))
        .collect()
}

/// What axe-core finds against WCAG 2.2, levels A and AA.
fn axe(tab: &mut Tab) -> Vec<String> {
    let path = std::env::var_os(AXE).unwrap_or_else(|| panic!("{AXE} says where axe-core is"));
    let source = fs::read_to_string(path).unwrap();
    tab.value(&format!("{source}; true"));
    let found = tab.value(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations']})\
         .then(found => found.violations.map(v => v.id + ': ' + v.help + ' at ' + v.nodes.map(n => n.target.join(' ')).join(', ')))",
    );
    let found = found.as_array().cloned().unwrap_or_default();
    found.iter().map(Value::to_string).collect()
}
