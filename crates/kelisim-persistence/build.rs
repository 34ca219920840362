//! Rebuilds the crate when only a migration changed: the files are embedded in it.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
    for database in ["sqlite", "postgresql"] {
        let folder = format!("../../migrations/{database}");
        let entries = std::fs::read_dir(&folder).expect("the migrations stand beside the crates");
        for entry in entries.flatten() {
            println!(
                "cargo:rerun-if-changed={}",
                entry.path().join("up.sql").display()
            );
        }
    }
}
