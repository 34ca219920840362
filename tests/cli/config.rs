//! Wrong usage and wrong configuration: exit 2, and words that name the place and the nearest right thing.

use crate::{done, kelisim, run};

#[test]
fn a_wrong_setting_of_a_file_names_file_key_and_nearest_key() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("k.toml"),
        "[http]\nlistn = \"127.0.0.1:1\"\nworkers = 0\n",
    )
    .unwrap();
    for command in [
        &["check-config"][..],
        &["serve"],
        &["migrate"],
        &["config", "show"],
    ] {
        let said = run(folder.path(), &[command, &["--config", "k.toml"]].concat());
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{command:?}");
        assert_eq!(
            said.err,
            "kelisim: k.toml: http.listn is not a setting; the nearest is http.listen\n\
             kelisim: k.toml: http.workers must be a whole number from 1 to 256\n"
        );
    }
    assert!(
        !folder.path().join("kelisim.db").exists(),
        "nothing is made"
    );
}

#[test]
fn a_wrong_setting_of_the_environment_is_refused_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = kelisim(folder.path(), &["check-config"]);
    let output = command
        .env("KELISIM__WORKER__ENABLE", "true")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains(
            "KELISIM__WORKER__ENABLE is not a setting; the nearest is KELISIM__WORKER__ENABLED"
        ),
        "{said}"
    );
}

#[test]
fn wrong_usage_is_told_from_failure() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, code) in [
        (&["frobnicate"][..], 2),
        (&["token", "create"], 2),
        (&["token", "create", "--email", "not an address"], 2),
        (&["demo", "--listen", "0.0.0.0:80"], 2),
        (&["demo", "--date", "2999-01-01"], 2),
        (&["demo", "--cases", "many"], 2),
        (&["serve"], 1),
        (&["healthcheck"], 1),
    ] {
        let mut command = kelisim(folder.path(), arguments);
        // A port that nobody listens on.
        let output = command
            .env("KELISIM__HTTP__LISTEN", "127.0.0.1:9")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_password_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("url"),
        "postgres://kelisim:geheim@localhost/kelisim\n",
    )
    .unwrap();
    let show = |arguments: &[&str]| {
        let mut command = kelisim(folder.path(), arguments);
        command.env("KELISIM__DATABASE__URL_FILE", "url");
        command.env(
            "KELISIM__MAIL__SMTP_URL",
            "smtps://me:geheim@mail.example.kz",
        );
        command.env("KELISIM__ENCRYPTION__MASTER_KEY_FILE", "key");
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let lines = show(&["config", "show"]);
    assert!(
        lines.contains("database.url = \"postgres://kelisim:***@localhost/kelisim\""),
        "{lines}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&show(&["config", "show", "--json"])).unwrap();
    assert_eq!(
        json["mail.smtp_url"]["value"],
        "smtps://me:***@mail.example.kz"
    );
    assert_eq!(json["mail.smtp_url"]["origin"], "environment");
    assert!(!lines.contains("geheim") && !json.to_string().contains("geheim"));
}

#[test]
fn the_default_file_is_one_that_can_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let text = done(folder.path(), &["config", "default"]);
    std::fs::write(folder.path().join("k.toml"), text).unwrap();
    done(folder.path(), &["check-config", "--config", "k.toml"]);
}

#[test]
fn output_off_a_terminal_has_no_colour() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["--help"][..], &["demo", "--help"], &["config", "show"]] {
        let out = done(folder.path(), arguments);
        assert!(!out.contains('\u{1b}') && !out.is_empty(), "{arguments:?}");
    }
}
