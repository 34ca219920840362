//! Accounts and tokens from the command line.

use crate::{done, migrated, run};

#[test]
fn the_first_administrator_gets_a_token_alone_on_stdout() {
    let folder = migrated();
    let out = done(
        folder.path(),
        &[
            "admin",
            "create",
            "--email",
            "a@example.kz",
            "--name",
            "Әсел",
        ],
    );
    assert!(
        out.starts_with("klsm_") && out.lines().count() == 1 && out.trim_end().len() == 48,
        "{out}"
    );
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
