//! Both databases take the same steps.

use crate::tree;

#[test]
fn both_databases_have_the_same_migrations() {
    let sqlite = tree::folders("migrations/sqlite");
    assert!(!sqlite.is_empty());
    assert_eq!(sqlite, tree::folders("migrations/postgresql"));
}

#[test]
fn migrations_go_forward_only() {
    for database in ["sqlite", "postgresql"] {
        for name in tree::folders(&format!("migrations/{database}")) {
            let folder = tree::root().join("migrations").join(database).join(&name);
            assert!(
                folder.join("up.sql").is_file(),
                "{database}/{name} has no up.sql"
            );
            assert!(
                !folder.join("down.sql").exists(),
                "{database}/{name} goes back"
            );
        }
    }
}
