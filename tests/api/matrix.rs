//! Who may do what: every route × every role × their own, their office's, another office's, a missing thing.
//!
//! `y` let through, `f` 403: may see it but not do this, `n` 404: may not even know of it.
//! A request that is let through has an empty body and no version, so that it changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use kelisim_tests::http::Client;
use kelisim_tests::network::{AIGUL, BERIK, DANA};
use kelisim_tests::{Backend, OnBackend, TestApp, on_both_databases};
use serde_json::{Value, json};

const ROLES: [&str; 7] = [
    "aigul",
    "head",
    "coordinator",
    "registrar",
    "auditor",
    "administrator",
    "partner",
];

/// The whole of it; the columns are [`ROLES`]. A cell has one letter for each thing that
/// [`Things::paths`] gives for the route.
const MATRIX: &str = "
#                                    mediator  head      coordin.  registrar auditor   admin.    partner
GET   /me                            y         y         y         y         y         y         y
GET   /cases                         y         y         y         n         n         n         n
POST  /cases                         y         y         y         n         n         n         n
GET   /cases/{id}                    ynnn      yynn      yyyn      nnnn      nnnn      nnnn      nnnn
PATCH /cases/{id}                    ynnn      yynn      yyyn      nnnn      nnnn      nnnn      nnnn
POST  /cases/{id}/transitions        ynnn      yynn      yyyn      nnnn      nnnn      nnnn      nnnn
GET   /cases/{id}/events             ynnn      yynn      yyyn      nnnn      nnnn      nnnn      nnnn
GET   /cases/{id}/explain            ynnn      yynn      yyyn      nnnn      nnnn      nnnn      nnnn
GET   /notices                       y         y         y         n         n         y         n
GET   /notices/{id}                  ynnn      yynn      yyyn      nnnn      nnnn      yyyn      nnnn
POST  /notices/{id}/retry            fnnn      yynn      yyyn      nnnn      nnnn      fffn      nnnn
GET   /offices                       y         y         y         y         y         y         n
POST  /offices                       f         f         y         f         f         y         n
GET   /offices/{code}                yn        yn        yn        yn        yn        yn        nn
PATCH /offices/{code}                fn        fn        yn        fn        fn        yn        nn
GET   /mediators                     y         y         y         y         y         y         n
POST  /mediators                     f         f         y         y         f         f         n
GET   /mediators/{id}                yn        yn        yn        yn        yn        yn        nn
PATCH /mediators/{id}                fn        fn        yn        yn        fn        fn        nn
GET   /partners                      y         y         y         y         y         y         n
POST  /partners                      f         f         y         f         f         f         n
GET   /partners/{code}               yn        yn        yn        yn        yn        yn        nn
PATCH /partners/{code}               fn        fn        yn        fn        fn        fn        nn
GET   /partners/{code}/contacts      nn        nn        yn        nn        nn        nn        nn
POST  /partners/{code}/contacts      fn        fn        yn        fn        fn        fn        nn
GET   /partners/{code}/contacts/{id} nn        nn        yn        nn        nn        nn        nn
PATCH /partners/{code}/contacts/{id} nn        nn        yn        nn        nn        nn        nn
GET   /memoranda                     n         n         y         n         n         n         y
POST  /memoranda                     n         n         y         n         n         n         n
GET   /memoranda/{id}                nn        nn        yn        nn        nn        nn        yn
PATCH /memoranda/{id}                nn        nn        yn        nn        nn        nn        fn
POST  /memoranda/{id}/sign           nn        nn        yn        nn        nn        nn        fn
POST  /memoranda/{id}/terminate      nn        nn        yn        nn        nn        nn        fn
GET   /workflows                     y         y         y         y         y         y         n
GET   /workflows/{key}/versions/{n}  yn        yn        yn        yn        yn        yn        nn
GET   /workflows/{key}/versions/{n}/diagram.svg yn yn     yn        yn        yn        yn        nn
GET   /workflows/{key}/versions/{n}/changes yn yn        yn        yn        yn        yn        nn
POST  /workflows/{key}/versions/{n}/retire fn  fn        yn        fn        fn        fn        nn
POST  /workflows/{key}/undo          fn        fn        yn        fn        fn        fn        nn
GET   /passes/{id}                   nn        nn        yn        nn        nn        nn        nn
GET   /passes/{id}/left              nn        nn        yn        nn        nn        nn        nn
GET   /drafts                        n         n         y         n         n         n         n
POST  /drafts                        n         n         y         n         n         n         n
GET   /drafts/{id}                   nn        nn        yn        nn        nn        nn        nn
PATCH /drafts/{id}                   nn        nn        yn        nn        nn        nn        nn
DELETE /drafts/{id}                  nn        nn        yn        nn        nn        nn        nn
GET   /drafts/{id}/check             nn        nn        yn        nn        nn        nn        nn
GET   /drafts/{id}/changes           nn        nn        yn        nn        nn        nn        nn
GET   /drafts/{id}/rehearsal         nn        nn        yn        nn        nn        nn        nn
POST  /drafts/{id}/rehearsal         nn        nn        yn        nn        nn        nn        nn
POST  /drafts/{id}/publish           nn        nn        yn        nn        nn        nn        nn
GET   /accounts                      n         n         n         n         n         y         n
POST  /accounts                      n         n         n         n         n         y         n
GET   /accounts/{id}                 nn        nn        nn        nn        nn        yn        nn
PATCH /accounts/{id}                 nn        nn        nn        nn        nn        yn        nn
POST  /accounts/{id}/grants          nn        nn        nn        nn        nn        yn        nn
PATCH /accounts/{id}/grants/{grant}  nn        nn        nn        nn        nn        yn        nn
DELETE /accounts/{id}/grants/{grant} nn        nn        nn        nn        nn        yn        nn
POST  /accounts/{id}/invite          nn        nn        nn        nn        nn        yn        nn
DELETE /accounts/{id}/second_factor  nn        nn        nn        nn        nn        yn        nn
GET   /laws                          y         y         y         y         y         y         n
POST  /laws/{kind}/versions/{n}/retire fn      fn        yn        fn        fn        fn        nn
GET   /audit                         n         n         n         n         y         n         n
GET   /audit/head                    n         n         n         n         y         n         n
GET   /audit/export                  n         n         n         n         y         n         n
";

const MISSING: &str = "00000000-0000-7000-8000-00000000dead";

/// Method, route and cells of each line.
fn matrix() -> impl Iterator<Item = (&'static str, &'static str, Vec<&'static str>)> {
    let lines = MATRIX
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let mut words = line.split_whitespace();
        let (method, route) = (words.next().unwrap(), words.next().unwrap());
        let cells: Vec<_> = words.collect();
        assert_eq!(cells.len(), ROLES.len(), "{line}");
        (method, route, cells)
    })
}

/// The things that the places of a route stand for, one for each letter of its cells.
struct Things {
    /// Own (of the mediator), same office, other office.
    cases: [String; 3],
    /// The assignment message of each.
    notices: [String; 3],
    /// A draft of a workflow.
    draft: String,
    /// The pass that followed from published days off.
    pass: String,
    /// A stopped account.
    stopped: String,
}

impl Things {
    fn make(t: &TestApp) -> Self {
        let assigned = |office: &str, head: &str, mediator: Value| {
            let mut body = TestApp::filing();
            body["office"] = json!(office);
            let case = t.by(head).post("cases", &body).expect(201);
            let case = t.moved(
                head,
                &case,
                &json!({"action": "assign", "mediator": mediator}),
            );
            case["id"].as_str().unwrap().to_owned()
        };
        let own = assigned("ORL-01", "head", json!(AIGUL));
        let same = assigned("ORL-01", "head", json!(BERIK));
        let other = assigned("AKZ-01", "other_head", json!(DANA));
        let cases = [own, same, other];
        let sent = t.by("coordinator").get("notices").expect(200);
        let notices = cases.clone().map(|case| {
            let mut of_region = sent["items"].as_array().unwrap().iter();
            let notice = of_region.find(|notice| notice["case"] == json!(case));
            notice.unwrap()["id"].as_str().unwrap().to_owned()
        });
        let coordinator = t.by("coordinator");
        let gone = json!({"email": "gone@example.kz", "name": "Gone", "active": false});
        let stopped = t.by("administrator").post("accounts", &gone).expect(201);
        let draft = |kind: &str, text: &str| {
            let body = json!({"kind": kind, "title": "A draft", "text": text});
            let draft = coordinator.post("drafts", &body).expect(201);
            draft["id"].as_str().unwrap().to_owned()
        };
        let days = "version = 1\n[[days]]\non = 2026-12-16\nkind = \"holiday\"\n";
        let path = format!("drafts/{}/publish", draft("holidays", days));
        let publish = coordinator.request("POST", &path).if_match(1);
        let published = publish.json(&json!({"reason": "A holiday"})).send();
        let pass = published.expect(201)["pass"]["id"].clone();
        Self {
            cases,
            notices,
            draft: draft("workflow", "key = 3"),
            pass: pass.as_str().unwrap().to_owned(),
            stopped: stopped["id"].as_str().unwrap().to_owned(),
        }
    }

    /// The paths of a route.
    fn paths(&self, route: &str) -> Vec<String> {
        let id = |number: u128| uuid::Uuid::from_u128(number).to_string();
        let (place, values): (&str, Vec<String>) = if route.starts_with("/cases/{id}") {
            (
                "{id}",
                self.cases
                    .iter()
                    .cloned()
                    .chain([MISSING.to_owned()])
                    .collect(),
            )
        } else if route.starts_with("/notices/{id}") {
            let missing = [MISSING.to_owned()];
            (
                "{id}",
                self.notices.iter().cloned().chain(missing).collect(),
            )
        } else if route.starts_with("/accounts/{id}/grants/{grant}") {
            // The auditor, whom nobody else of the network depends on.
            let grant = |account: String| format!("{account}/grants/{}", id(1070));
            let values = vec![grant(id(107)), grant(MISSING.to_owned())];
            ("{id}/grants/{grant}", values)
        } else if route == "/accounts/{id}/invite" {
            // Whoever does not act gets no letter, so that the row of who may changes nothing.
            ("{id}", vec![self.stopped.clone(), MISSING.into()])
        } else if route.starts_with("/accounts/{id}") {
            ("{id}", vec![id(107), MISSING.into()])
        } else if route.starts_with("/offices/{code}") {
            ("{code}", vec!["ORL-01".into(), "ORL-99".into()])
        } else if route.starts_with("/partners/{code}/contacts/{id}") {
            (
                "{code}/contacts/{id}",
                vec![
                    format!("EDU/contacts/{}", id(61)),
                    format!("EDU/contacts/{MISSING}"),
                ],
            )
        } else if route.starts_with("/partners/{code}") {
            ("{code}", vec!["EDU".into(), "NONE".into()])
        } else if route.starts_with("/mediators/{id}") {
            ("{id}", vec![AIGUL.to_string(), MISSING.into()])
        } else if route.starts_with("/workflows/{key}/versions/{n}") {
            let versions = vec!["basic/versions/1".into(), "basic/versions/99".into()];
            ("{key}/versions/{n}", versions)
        } else if route.starts_with("/workflows/{key}") {
            ("{key}", vec!["basic".into(), "nowhere".into()])
        } else if route.starts_with("/laws/{kind}") {
            let versions = vec!["holidays/versions/1".into(), "holidays/versions/99".into()];
            ("{kind}/versions/{n}", versions)
        } else if route.starts_with("/drafts/{id}") {
            ("{id}", vec![self.draft.clone(), MISSING.into()])
        } else if route.starts_with("/passes/{id}") {
            ("{id}", vec![self.pass.clone(), MISSING.into()])
        } else if route.starts_with("/memoranda/{id}") {
            ("{id}", vec![id(71), MISSING.into()])
        } else {
            return vec![route.to_owned()];
        };
        values
            .iter()
            .map(|value| route.replace(place, value))
            .collect()
    }
}

fn ask(client: &Client, method: &str, path: &str) -> u16 {
    let request = client.request(method, &format!("/api/v1{path}"));
    if method == "GET" {
        request.send().status
    } else {
        request.json(&json!({})).send().status
    }
}

/// Everything that is stored, but for the entries of readings: who may read leaves one.
fn changed(t: &TestApp) -> BTreeMap<String, Vec<String>> {
    let mut contents = t.database.contents();
    let readings = ["read", "list", "export"].map(|what| format!(".{what}"));
    let is_reading = |row: &String| readings.iter().any(|what| row.contains(what));
    if let Some(entries) = contents.get_mut("audit_entry") {
        entries.retain(|row| !is_reading(row));
    }
    contents
}

fn letter(status: u16) -> char {
    match status {
        401 => 'u',
        403 => 'f',
        404 => 'n',
        _ => 'y',
    }
}

on_both_databases! {
    fn r03_every_role_gets_what_the_matrix_says_and_nothing_changes(t: TestApp) {
        let things = Things::make(&t);
        let mut wrong = Vec::new();
        for (method, route, cells) in matrix() {
            let before = changed(&t);
            let paths = things.paths(route);
            for (role, cell) in ROLES.iter().zip(cells) {
                let statuses: Vec<u16> = paths.iter().map(|path| ask(&t.by(role), method, path)).collect();
                let found: String = statuses.iter().map(|status| letter(*status)).collect();
                if found != cell || statuses.iter().any(|status| *status >= 500) {
                    wrong.push(format!("{role} {method} {route}: {cell} wanted, {statuses:?} found"));
                }
            }
            for path in &paths {
                assert_eq!(ask(&t.nobody(), method, path), 401, "nobody {method} {path}");
            }
            assert!(before == changed(&t), "{method} {route} changed the database");
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// `(method, path)` of every operation that the OpenAPI document describes.
fn described(t: &TestApp) -> BTreeSet<(String, String)> {
    let document = t.nobody().get("openapi.json").expect(200);
    let mut found = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let path = path.strip_prefix("/api/v1").unwrap().to_owned();
            found.insert((method.to_uppercase(), path));
        }
    }
    found
}

/// `(method, path)` of every handler that stands in the sources of the interface.
fn written() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/kelisim-api/src/http/api"
    ))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(
                !text.contains(".route("),
                "{}: .route(…) is not described",
                path.display()
            );
            for method in ["get", "post", "patch", "put", "delete"] {
                for rest in text.split(&format!("#[{method}(\"")).skip(1) {
                    let route = rest.split('"').next().unwrap().to_owned();
                    found.insert((method.to_uppercase(), route));
                }
            }
        }
    }
    found
}

#[test]
fn every_route_is_described_and_stands_in_the_matrix() {
    let t = TestApp::on(Backend::Sqlite);
    let described = described(&t);
    let written = written();
    let in_matrix: BTreeSet<_> = matrix()
        .map(|(method, route, _)| (method.to_owned(), route.to_owned()))
        .collect();
    assert_eq!(
        written, described,
        "handlers, and what openapi.json describes"
    );
    assert_eq!(
        described, in_matrix,
        "what openapi.json describes, and the matrix"
    );
}
