//! What the documents tell a reader to type or to open exists.

use crate::tree::{self, File};

fn documents() -> Vec<File> {
    let mut documents = tree::files("");
    documents.retain(|file| file.path.ends_with(".md"));
    documents
}

/// `[text](path)`: every path inside the repository that a document links to.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', '#']).next())
        .filter(|link| !link.is_empty() && !link.contains("://") && !link.starts_with("mailto:"))
}

#[test]
fn every_link_inside_the_repository_leads_somewhere() {
    let mut findings = Vec::new();
    for document in documents() {
        let folder = tree::root().join(&document.path);
        let folder = folder.parent().unwrap();
        for link in links(&document.text) {
            let target = match link.strip_prefix('/') {
                Some(from_root) => tree::root().join(from_root),
                None => folder.join(link),
            };
            if !target.exists() {
                findings.push(format!("{}: {link}", document.path));
            }
        }
    }
    tree::none("a link leads nowhere", &findings);
}

#[test]
fn links_are_read_from_a_text() {
    let text = "see [a](docs/A.md#part) and [b](https://example.org) and [c](#here)";
    assert_eq!(links(text).collect::<Vec<_>>(), ["docs/A.md"]);
}
