//! Accounts and tokens from the command line.

use diesel::{QueryDsl, RunQueryDsl};
use kelisim_persistence::schema::account;
use kelisim_persistence::{Database, Error, Options};

use crate::{done, migrated, run};

fn admin(folder: &std::path::Path, email: &str) -> crate::Said {
    run(
        folder,
        &["admin", "create", "--email", email, "--name", "Әсел"],
    )
}

#[test]
fn the_first_administrator_gets_a_link_alone_on_stdout() {
    let folder = migrated();
    let said = admin(folder.path(), "a@example.kz");
    assert_eq!(said.code, 0, "{}", said.err);
    let link = said.out.trim_end();
    let secret = link.strip_prefix("http://127.0.0.1:8080/link/").unwrap();
    assert_eq!((said.out.lines().count(), secret.len()), (1, 43), "{link}");
    assert!(said.err.contains("once, for 60 minutes"), "{}", said.err);
    let again = admin(folder.path(), "a@example.kz");
    assert_eq!(again.code, 0, "whoever lost it gets another: {}", again.err);
    assert_ne!(again.out, said.out);
    let other = admin(folder.path(), "b@example.kz");
    assert_eq!((other.code, other.out.as_str()), (1, ""));
    assert!(
        other.err.contains("an administrator already"),
        "{}",
        other.err
    );
}

#[test]
fn two_commands_do_not_make_two_first_administrators() {
    let folder = migrated();
    let made: Vec<_> = ["a@example.kz", "b@example.kz"]
        .map(|email| {
            let path = folder.path().to_owned();
            std::thread::spawn(move || admin(&path, email).code)
        })
        .into_iter()
        .map(|one| one.join().unwrap())
        .collect();
    assert_eq!(
        made.iter().filter(|code| **code == 0).count(),
        1,
        "{made:?}"
    );
}

#[test]
fn r09_there_is_no_account_that_nobody_made() {
    let folder = migrated();
    let said = run(
        folder.path(),
        &["token", "create", "--email", "admin@localhost.localdomain"],
    );
    assert_eq!(said.code, 1);
    let url = format!("sqlite:{}", folder.path().join("kelisim.db").display());
    let database = Database::open(&url.parse().unwrap(), &Options::default()).unwrap();
    let count =
        database.read_blocking(|db| Ok::<_, Error>(account::table.count().get_result::<i64>(db)?));
    assert_eq!(count.unwrap(), 0);
}

#[test]
fn an_account_is_made_once_and_gets_as_many_tokens_as_asked() {
    let folder = migrated();
    let create = [
        "account",
        "create",
        "--email",
        "c@example.kz",
        "--name",
        "Болат",
        "--role",
        "coordinator",
    ];
    let id = done(folder.path(), &create);
    assert_eq!(id.trim().len(), 36, "{id}");
    let again = run(folder.path(), &create);
    assert_eq!(
        (again.code, again.err.as_str()),
        (1, "kelisim: c@example.kz has an account already\n")
    );
    let token = || {
        done(
            folder.path(),
            &[
                "token",
                "create",
                "--email",
                "c@example.kz",
                "--expires-days",
                "1",
            ],
        )
    };
    assert_ne!(token(), token());
}

#[test]
fn each_role_takes_its_own_scope_and_no_other() {
    let folder = migrated();
    for (scope, code, message) in [
        (
            &["--role", "chief"][..],
            2,
            "--role chief is none of mediator, office_head",
        ),
        (
            &["--role", "office_head"],
            2,
            "the role office_head needs --office",
        ),
        (
            &["--role", "coordinator", "--office", "ORL-01"],
            2,
            "the role coordinator takes no --office",
        ),
        (
            &["--role", "mediator", "--office", "ORL-01"],
            2,
            "the role mediator needs --mediator",
        ),
        (
            &["--role", "office_head", "--office", "ORL-01"],
            1,
            "--office ORL-01: there is no such office",
        ),
        (
            &["--role", "partner", "--partner", "EDU"],
            1,
            "--partner EDU: there is no such partner",
        ),
    ] {
        let said = run(
            folder.path(),
            &[
                &[
                    "account",
                    "create",
                    "--email",
                    "x@example.kz",
                    "--name",
                    "X",
                ],
                scope,
            ]
            .concat(),
        );
        assert_eq!(said.code, code, "{scope:?}: {}", said.err);
        assert!(
            said.err.contains(message) && said.out.is_empty(),
            "{scope:?}: {}",
            said.err
        );
    }
}

#[test]
fn a_token_needs_an_account() {
    let folder = migrated();
    let said = run(
        folder.path(),
        &["token", "create", "--email", "nobody@example.kz"],
    );
    assert_eq!((said.code, said.out.as_str()), (1, ""));
    assert_eq!(
        said.err,
        "kelisim: nobody@example.kz has no active account\n"
    );
}

#[test]
fn r35_a_name_with_control_characters_is_refused() {
    let folder = migrated();
    let said = run(
        folder.path(),
        &[
            "admin",
            "create",
            "--email",
            "a@example.kz",
            "--name",
            "a\nb",
        ],
    );
    assert_eq!((said.code, said.out.as_str()), (2, ""));
}
