//! The layers of the configuration, and what is refused with the nearest valid key.

use super::*;
use kelisim_persistence::KeyFiles;
use std::io::Write;

/// A temporary file that is removed when it goes out of scope.
struct TempFile(PathBuf);

impl TempFile {
    fn new(name: &str, text: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("kelisim-config-{}-{name}", std::process::id()));
        std::fs::File::create(&path)
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        TempFile(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn from_file(name: &str, text: &str) -> Result<Config, String> {
    let file = TempFile::new(name, text);
    let shown = file.0.display().to_string();
    Config::load(Some(&file.0), [], &[]).map_err(|error| error.to_string().replace(&shown, "FILE"))
}

fn from_environment(variables: &[(&str, &str)]) -> Result<Config, String> {
    let variables = variables
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    Config::load(None, variables, &[]).map_err(|error| error.to_string())
}

#[test]
fn the_defaults_are_valid() {
    let config = from_environment(&[("HOME", "/root")]).unwrap();
    assert_eq!(config.http.public_url, "http://127.0.0.1:8080");
    assert_eq!(
        config.master_key,
        KeyFiles::beside(Path::new("./master.key"))
    );
    assert_eq!(config.region.zone.name(), "Asia/Oral");
}

#[test]
fn the_default_file_lists_every_setting() {
    let written = include_str!("../../../../config/default.toml");
    assert_eq!(
        written,
        show::default_file(),
        "write it anew with `kelisim config default`"
    );
    let config = from_file("default", written).unwrap();
    assert_eq!(
        config.http.listen,
        from_environment(&[]).unwrap().http.listen
    );
}

#[test]
fn the_example_for_production_is_valid() {
    let secret = TempFile::new("db-url", "postgres://kelisim:secret@db/kelisim\n");
    let smtp = TempFile::new("smtp-url", "smtps://kelisim:secret@mail.example.kz\n");
    let text = include_str!("../../../../config/production.example.toml")
        .replace(
            "/run/credentials/kelisim.service/database-url",
            &secret.0.display().to_string(),
        )
        .replace(
            "/run/credentials/kelisim.service/smtp-url",
            &smtp.0.display().to_string(),
        );
    let config = from_file("production", &text).unwrap();
    assert!(config.log.json);
    assert!(
        !config.to_lines().contains("secret"),
        "{}",
        config.to_lines()
    );
}

#[test]
fn later_layers_win() {
    let file = TempFile::new(
        "layers",
        "[http]\nlisten = \"127.0.0.1:1\"\nworkers = 3\n[log]\nformat = \"json\"\n",
    );
    let variables = [("KELISIM__HTTP__LISTEN".to_owned(), "127.0.0.1:2".to_owned())];
    let load =
        |flags: &[FlagSetting]| Config::load(Some(&file.0), variables.clone(), flags).unwrap();
    let config = load(&[]);
    assert_eq!(
        (
            config.http.listen.port(),
            config.http.workers,
            config.log.json
        ),
        (2, 3, true)
    );
    let text = "127.0.0.1:3".to_owned();
    let config = load(&[FlagSetting {
        flag: "--listen",
        key: "http.listen",
        text,
    }]);
    assert_eq!(config.http.listen.port(), 3);
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest_one() {
    for (name, text, message) in [
        (
            "key",
            "[http]\nlistn = \"x\"",
            "FILE: http.listn is not a setting; the nearest is http.listen",
        ),
        (
            "section",
            "[htpt]\nlisten = \"x\"",
            "FILE: htpt.listen is not a setting; the nearest is http.listen",
        ),
        (
            "top",
            "listen = \"x\"",
            "FILE: listen stands outside a section; settings look like [http] and then listen = …",
        ),
        (
            "far",
            "[zebra]\nstripes = 9",
            "FILE: zebra.stripes is not a setting; `kelisim config default` lists all",
        ),
        (
            "not-secret",
            "[http]\nlisten_file = \"x\"",
            "FILE: http.listen_file is not a setting; the nearest is http.listen",
        ),
    ] {
        assert_eq!(from_file(name, text).unwrap_err(), message);
    }
    assert_eq!(
        from_environment(&[("KELISIM__HTTP__PUBLIK_URL", "x")]).unwrap_err(),
        "environment: KELISIM__HTTP__PUBLIK_URL is not a setting; the nearest is KELISIM__HTTP__PUBLIC_URL"
    );
}

#[test]
fn a_wrong_type_or_value_names_the_setting_and_what_it_wants() {
    for (name, text, message) in [
        (
            "flag",
            "[worker]\nenabled = \"yes\"",
            "FILE: worker.enabled must be true or false, not a text",
        ),
        (
            "number",
            "[http]\nworkers = \"2\"",
            "FILE: http.workers must be a whole number from 1 to 256, not a text",
        ),
        (
            "range",
            "[http]\nworkers = 0",
            "FILE: http.workers must be a whole number from 1 to 256",
        ),
        (
            "listen",
            "[http]\nlisten = \"8080\"",
            "FILE: http.listen must be an address and port such as \"127.0.0.1:8080\"",
        ),
        (
            "word",
            "[log]\nformat = \"xml\"",
            "FILE: log.format must be text or json",
        ),
        (
            "url",
            "[http]\npublic_url = \"kelisim.kz\"",
            "FILE: http.public_url must be an absolute URL such as \"https://kelisim.example.kz\"",
        ),
        (
            "zone",
            "[region]\ntime_zone = \"Asia/Orel\"",
            "FILE: region.time_zone must be a time zone such as \"Asia/Oral\"",
        ),
        (
            "list",
            "[region]\nlanguages = \"kk\"",
            "FILE: region.languages must be a list out of [\"kk\", \"ru\", \"en\"], not a text",
        ),
        (
            "toml",
            "[http]\n\nlisten = \n",
            "FILE: line 3 is not TOML: ",
        ),
    ] {
        let said = from_file(name, text).unwrap_err();
        assert!(said.starts_with(message), "{said}");
    }
    let said = from_environment(&[("KELISIM__WORKER__ENABLED", "on")]).unwrap_err();
    assert_eq!(
        said,
        "environment: KELISIM__WORKER__ENABLED must be true or false"
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let said = from_file(
        "all",
        "[http]\nlistn = 1\nworkers = 0\n[log]\nformat = \"xml\"",
    )
    .unwrap_err();
    assert_eq!(said.lines().count(), 3, "{said}");
}

#[test]
fn a_missing_file_is_named() {
    let said = Config::load(Some(Path::new("/nowhere/k.toml")), [], &[]).unwrap_err();
    assert_eq!(said.to_string(), "/nowhere/k.toml: there is no such file");
}

#[test]
fn a_public_address_is_needed_beyond_loopback() {
    let said = from_environment(&[("KELISIM__HTTP__LISTEN", "0.0.0.0:80")]).unwrap_err();
    assert!(said.contains("http.public_url is missing"), "{said}");
}

#[test]
fn postgresql_needs_a_named_master_key() {
    let said =
        from_environment(&[("KELISIM__DATABASE__URL", "postgres://u:geheim@h/n")]).unwrap_err();
    assert!(
        said.contains("encryption.master_key_file is missing"),
        "{said}"
    );
    assert!(!said.contains("geheim"));
}

#[test]
fn a_master_key_comes_from_a_file_or_from_systemd() {
    let with = |more: &[(&str, &str)]| {
        let given = [
            (
                "KELISIM__ENCRYPTION__MASTER_KEY_FILE",
                "credential:master-key",
            ),
            (
                "KELISIM__ENCRYPTION__NEXT_MASTER_KEY_FILE",
                "credential:next",
            ),
        ];
        from_environment(&[&given[..], more].concat())
    };
    let config = with(&[("CREDENTIALS_DIRECTORY", "/run/credentials/kelisim")]).unwrap();
    let folder = Path::new("/run/credentials/kelisim");
    assert_eq!(config.master_key.file, folder.join("master-key"));
    assert_eq!(config.master_key.next, folder.join("next"));
    let said = with(&[]).unwrap_err();
    assert!(said.contains("CREDENTIALS_DIRECTORY is not set"), "{said}");
    for wrong in [
        "credential:",
        "credential:../shadow",
        "credential:a/b",
        "credential:..",
    ] {
        let variables = [
            ("KELISIM__ENCRYPTION__MASTER_KEY_FILE", wrong),
            ("CREDENTIALS_DIRECTORY", "/run"),
        ];
        let said = from_environment(&variables).unwrap_err();
        assert!(
            said.contains("must name a credential by"),
            "{wrong}: {said}"
        );
    }
}

#[test]
fn mail_in_clear_is_refused_and_a_relay_needs_a_sender() {
    let said = from_file(
        "clear",
        "[mail]\ntransport = \"smtp\"\nfrom = \"a@b.kz\"\nsmtp_url = \"smtp://u:geheim@b.kz\"",
    )
    .unwrap_err();
    assert!(said.starts_with("FILE: mail.smtp_url must be"), "{said}");
    assert!(
        said.contains("this machine only") && !said.contains("geheim"),
        "{said}"
    );
    let said = from_file(
        "sender",
        "[mail]\ntransport = \"smtp\"\nsmtp_url = \"smtp://127.0.0.1:2525\"",
    )
    .unwrap_err();
    assert!(said.contains("mail.from is missing"), "{said}");
}

#[test]
fn r17_a_secret_may_stand_in_a_file_of_its_own() {
    let secret = TempFile::new("secret", "smtps://kelisim:geheim@mail.example.kz\n");
    let path = secret.0.display().to_string();
    let variables = [
        ("KELISIM__MAIL__SMTP_URL_FILE", path.as_str()),
        ("KELISIM__MAIL__TRANSPORT", "smtp"),
        ("KELISIM__MAIL__FROM", "k@example.kz"),
    ];
    let config = from_environment(&variables).unwrap();
    assert!(
        matches!(&config.mail.route, MailRoute::Smtp { url, .. } if url.ends_with("mail.example.kz"))
    );
    let twice = [variables[0], ("KELISIM__MAIL__SMTP_URL", "smtps://x@y.kz")];
    assert!(
        from_environment(&twice)
            .unwrap_err()
            .contains("is set twice")
    );
    let gone = [("KELISIM__DATABASE__URL_FILE", "/nowhere/url")];
    assert!(
        from_environment(&gone)
            .unwrap_err()
            .contains("names /nowhere/url: there is no such file")
    );
}

#[test]
fn secrets_are_masked_wherever_they_stand() {
    for (url, shown) in [
        ("sqlite:./kelisim.db", "sqlite:./kelisim.db"),
        (
            "postgres://u:se:cr@et@h:5432/n",
            "postgres://u:***@h:5432/n",
        ),
        ("postgres://u:se?cr@h/n", "postgres://u:***@h/n"),
        (
            "postgresql:///n?host=/tmp&password=secret",
            "postgresql:///n?host=/tmp&password=***",
        ),
        (
            "smtps://user@mail.example.kz",
            "smtps://user@mail.example.kz",
        ),
    ] {
        assert_eq!(show::masked(url), shown);
    }
    let variables = [
        ("KELISIM__DATABASE__URL", "postgres://u:geheim@h/n"),
        (
            "KELISIM__ENCRYPTION__MASTER_KEY_FILE",
            "/etc/kelisim/master.key",
        ),
    ];
    let config = from_environment(&variables).unwrap();
    let shown = format!("{}{}{config:?}", config.to_lines(), config.to_json());
    assert!(shown.contains("postgres://u:***@h/n") && shown.contains("/etc/kelisim/master.key"));
    assert!(!shown.contains("geheim"));
}
