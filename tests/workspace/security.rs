//! docs/SECURITY.md: every requirement of OWASP ASVS 5.0.0 of the levels 1 and 2 has a verdict, and what a verdict rests
//! on is there.

use std::collections::{BTreeMap, BTreeSet};

use crate::arrows::{Graph, banned};
use crate::asvs::SECTIONS;
use crate::documents::places;
use crate::tree;

const PAGE: &str = "docs/SECURITY.md";
const VERDICTS: [&str; 3] = ["met", "not met", "not applicable"];
/// Requirements of level 3 that Kelisim takes on all the same.
const OF_LEVEL_3: [&str; 4] = ["1.2.10", "2.3.5", "7.5.3", "8.3.2"];

/// A requirement with what the page says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    id: String,
    level: String,
    asks: String,
    verdict: String,
    words: String,
}

fn page() -> String {
    std::fs::read_to_string(tree::root().join(PAGE)).unwrap()
}

/// The cells of a line of a table.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix('|').and_then(|l| l.strip_suffix('|'));
    inner.map_or_else(Vec::new, |l| l.split('|').map(str::trim).collect())
}

/// Three numbers with points between them.
fn is_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    parts.len() == 3 && parts.iter().all(|part| part.parse::<u8>().is_ok())
}

/// Every line of a table that begins with the id of a requirement.
fn rows(text: &str) -> Vec<Row> {
    let tables = text.lines().map(cells);
    tables
        .filter(|cells| cells.first().is_some_and(|id| is_id(id)))
        .map(|cells| {
            let cell = |at: usize| cells.get(at).copied().unwrap_or_default().to_owned();
            assert_eq!(cells.len(), 5, "a row has five cells: {cells:?}");
            Row {
                id: cell(0),
                level: cell(1),
                asks: cell(2),
                verdict: cell(3),
                words: cell(4),
            }
        })
        .collect()
}

/// What the standard has: id → level.
fn standard() -> BTreeMap<String, String> {
    let numbered = |(section, levels): &(&str, &str)| {
        let section = (*section).to_owned();
        let levels: Vec<char> = levels.chars().collect();
        let named =
            move |(at, level): (usize, char)| (format!("{section}.{}", at + 1), level.to_string());
        levels.into_iter().enumerate().map(named)
    };
    SECTIONS.iter().flat_map(numbered).collect()
}

/// What stands in backticks and begins like a path of this repository: the path, and the word to be found in it.
fn shown_by(words: &str) -> Vec<(&str, Option<&str>)> {
    let spans = words.split('`').skip(1).step_by(2);
    let is_path = |path: &str| {
        (path.contains('/') && !path.contains(' ')) || path == "Cargo.lock" || path == "Cargo.toml"
    };
    spans
        .map(|span| match span.split_once('#') {
            Some((path, word)) => (path, Some(word)),
            None => (span, None),
        })
        .filter(|(path, word)| is_path(path) || word.is_some() || path.ends_with(".toml"))
        .filter(|(path, _)| !path.starts_with('/'))
        .collect()
}

/// Why a place does not show anything; none when it is there.
fn missing((path, word): (&str, Option<&str>)) -> Option<String> {
    let file = tree::root().join(path);
    let Ok(text) = std::fs::read_to_string(&file) else {
        return (!file.is_dir()).then(|| format!("there is no {path}"));
    };
    let word = word?;
    let found = match path.ends_with(".md") {
        true => places(&text).contains(word),
        false => text.contains(word),
    };
    (!found).then(|| format!("{path} has no {word}"))
}

/// A reason begins with its day, such as `2026-11-28: `, and has a few words.
fn is_dated_reason(words: &str) -> bool {
    let Some((day, reason)) = words.split_once(": ") else {
        return false;
    };
    day.parse::<chrono::NaiveDate>().is_ok() && reason.split_whitespace().count() >= 2
}

/// Everything that is wrong with a row.
fn faults(row: &Row) -> Vec<String> {
    let mut found: Vec<String> = shown_by(&row.words)
        .into_iter()
        .filter_map(missing)
        .collect();
    if !VERDICTS.contains(&row.verdict.as_str()) {
        found.push(format!("“{}” is no verdict", row.verdict));
    }
    if row.asks.is_empty() {
        found.push("it does not say what is asked".to_owned());
    }
    if row.verdict == "met" && shown_by(&row.words).is_empty() {
        found.push("met, and nothing shows it".to_owned());
    }
    if row.verdict != "met" && !is_dated_reason(&row.words) {
        found.push("no reason with its day".to_owned());
    }
    let said: Vec<String> = found
        .into_iter()
        .map(|fault| format!("{}: {fault}", row.id))
        .collect();
    said
}

fn of_level_3(row: &Row) -> bool {
    row.level == "3"
}

#[test]
fn every_requirement_of_levels_1_and_2_has_one_row() {
    let mut wanted = standard();
    assert_eq!(wanted.len(), 345, "the list of the standard");
    let of = |level: &str| wanted.values().filter(|one| *one == level).count();
    assert_eq!((of("1"), of("2"), of("3")), (70, 183, 92));
    wanted.retain(|_, level| level != "3");
    let rows: Vec<Row> = rows(&page())
        .into_iter()
        .filter(|r| !of_level_3(r))
        .collect();
    let mut twice = BTreeSet::new();
    let mut findings: Vec<String> = rows
        .iter()
        .filter(|row| !twice.insert(&row.id))
        .map(|row| format!("{} stands twice", row.id))
        .collect();
    for row in &rows {
        if wanted.remove(&row.id).as_ref() != Some(&row.level)
            && !findings.iter().any(|f| f.starts_with(&row.id))
        {
            findings.push(format!("{} is not of level {}", row.id, row.level));
        }
    }
    findings.extend(wanted.into_keys().map(|id| format!("{id} is missing")));
    tree::none("the table is not that of the standard", &findings);
    assert_eq!(rows.len(), 253);
}

#[test]
fn of_level_3_four_are_taken_on() {
    let standard = standard();
    let rows = rows(&page());
    let ids: Vec<&str> = rows
        .iter()
        .filter(|r| of_level_3(r))
        .map(|r| r.id.as_str())
        .collect();
    assert_eq!(ids, OF_LEVEL_3);
    assert!(ids.iter().all(|id| standard[*id] == "3"));
}

#[test]
fn every_verdict_is_shown_or_has_a_reason_with_its_day() {
    let findings: Vec<String> = rows(&page()).iter().flat_map(faults).collect();
    tree::none("a verdict rests on nothing", &findings);
    assert!(!page().contains("being built"), "a row is not settled");
}

/// The totals as the page shows them, counted from its rows.
fn totals(rows: &[Row]) -> Vec<String> {
    let line = |name: &str, levels: &[&str]| {
        let of: Vec<&Row> = rows
            .iter()
            .filter(|r| levels.contains(&r.level.as_str()))
            .collect();
        let [met, not_met, beside] = VERDICTS.map(|v| of.iter().filter(|r| r.verdict == v).count());
        format!("| {name} | {} | {met} | {not_met} | {beside} |", of.len())
    };
    vec![
        line("1", &["1"]),
        line("2", &["2"]),
        line("1 and 2", &["1", "2"]),
        line("3, taken on", &["3"]),
    ]
}

#[test]
fn the_totals_are_those_of_the_rows() {
    let page = page();
    let wanted = totals(&rows(&page));
    let lacking: Vec<String> = wanted
        .into_iter()
        .filter(|line| !page.lines().any(|found| found == line))
        .collect();
    tree::none("docs/SECURITY.md should say", &lacking);
}

/// What the page says is not there, with the rows that say so: libraries, and words of a source.
const ABSENT: [(&str, &[&str], &[&str]); 14] = [
    ("1.2.5", &[], &["process::Command", "Command::new("]),
    ("1.2.6", &["ldap*"], &[]),
    (
        "1.2.7 1.5.1",
        &[
            "quick-xml",
            "xml-rs",
            "roxmltree",
            "sxd-*",
            "libxml",
            "xpath*",
        ],
        &[],
    ),
    ("1.2.9", &[], &["Regex"]),
    (
        "1.3.4 5.2.1 5.2.2 5.4.3",
        &["actix-multipart", "usvg", "resvg", "zip", "image"],
        &[],
    ),
    ("1.3.8", &["jni", "j4rs"], &[]),
    ("1.3.9", &["memcache*"], &[]),
    ("3.5.5", &[], &["postMessage", "onmessage"]),
    ("4.3.1 4.3.2", &["async-graphql*", "juniper*"], &[]),
    (
        "4.4.1 4.4.2 4.4.3 4.4.4",
        &[
            "actix-ws",
            "actix-web-actors",
            "*tungstenite",
            "tungstenite",
        ],
        &[],
    ),
    (
        "6.8.1 6.8.2 6.8.4 7.1.3 7.6.1 10.1.1",
        &["openidconnect", "oauth2", "openid"],
        &[],
    ),
    ("6.8.3", &["samael", "saml*"], &[]),
    (
        "9.1.1 9.2.1",
        &[
            "jsonwebtoken",
            "jwt*",
            "josekit",
            "biscuit*",
            "pasetors",
            "rusty_paseto",
        ],
        &[],
    ),
    ("17.1.1 17.2.1 17.3.1", &["webrtc*", "str0m"], &[]),
];

#[test]
fn what_the_table_says_is_not_there_is_not_there() {
    let rows = rows(&page());
    let graph = Graph::read();
    let libraries = graph.reached("kelisim-api");
    let mut sources = tree::files("crates");
    sources.retain(|file| file.path.contains("/src/") || file.path.contains("/templates/"));
    let mut findings = Vec::new();
    for (ids, names, words) in ABSENT {
        let known = |id: &&str| {
            rows.iter()
                .any(|row| row.id == **id && row.verdict == "not applicable")
        };
        findings.extend(
            ids.split(' ')
                .filter(|id| !known(id))
                .map(|id| format!("{id} does not say so")),
        );
        let mut there = banned(&libraries, names);
        there.extend(tree::lines_with(&sources, words));
        findings.extend(there.iter().map(|what| format!("{ids}: {what}")));
    }
    tree::none("is there, or is not said not to be", &findings);
}

fn row(verdict: &str, words: &str) -> Row {
    let line = format!("| 1.2.3 | 1 | something | {verdict} | {words} |");
    rows(&line).remove(0)
}

#[test]
fn a_verdict_that_rests_on_nothing_is_found() {
    let wrong = [
        ("met", "the source shows it", "nothing shows it"),
        ("met", "`crates/kelisim-api/src/nowhere.rs`", "there is no"),
        (
            "met",
            "`tests/workspace/tree.rs#no_such_test`",
            "has no no_such_test",
        ),
        (
            "met",
            "`docs/HTTP.md#no-such-heading`",
            "has no no-such-heading",
        ),
        (
            "not met",
            "we have not come to it",
            "no reason with its day",
        ),
        (
            "not met",
            "2026-11-31: there is no such day",
            "no reason with its day",
        ),
        ("not applicable", "2026-11-28: no", "no reason with its day"),
        ("partly", "2026-11-28: one half of it", "is no verdict"),
    ];
    for (verdict, words, said) in wrong {
        let found = faults(&row(verdict, words)).join("; ");
        assert!(found.contains(said), "{verdict}, {words}: {found}");
    }
    let right = [
        (
            "met",
            "`tests/workspace/tree.rs#fn none`, `docs/HTTP.md#errors`: both",
        ),
        ("not applicable", "2026-11-28: no LDAP"),
    ];
    for (verdict, words) in right {
        assert_eq!(faults(&row(verdict, words)), [""; 0], "{verdict}, {words}");
    }
}

#[test]
fn rows_and_totals_are_read_from_a_text() {
    let text = "| id | L | asks | verdict | where |\n|---|---|---|---|---|\n| 1.2.3 | 1 | a | met | `docs/HTTP.md` |\n\
                | 1.2.4 | 2 | b | not met | 2026-11-28: not yet |\n| 1.2 | no row |\n| 1.2.10 | 3 | c | met | x |\n";
    let rows = rows(text);
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    assert_eq!(ids, ["1.2.3", "1.2.4", "1.2.10"]);
    let wanted = [
        "| 1 | 1 | 1 | 0 | 0 |",
        "| 2 | 1 | 0 | 1 | 0 |",
        "| 1 and 2 | 2 | 1 | 1 | 0 |",
        "| 3, taken on | 1 | 1 | 0 | 0 |",
    ];
    assert_eq!(totals(&rows), wanted);
    assert_eq!(
        shown_by("`a/b.rs#c` and `http.public_url` and `/api`, `GET /x`, `Cargo.lock`"),
        [("a/b.rs", Some("c")), ("Cargo.lock", None)]
    );
}
