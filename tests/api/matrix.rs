//! Every route stands in the table of who may what, which the proof T10 walks (tests/proofs/authorisation).

use std::collections::BTreeSet;

use kelisim_tests::proofs::authorisation::rows;
use kelisim_tests::{Backend, OnBackend, TestApp};

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
    let in_matrix: BTreeSet<_> = rows().into_iter().collect();
    assert_eq!(
        written, described,
        "handlers, and what openapi.json describes"
    );
    assert_eq!(
        described, in_matrix,
        "what openapi.json describes, and the table of T10"
    );
}
