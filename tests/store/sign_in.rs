//! Passwords, second factors, sessions, links, devices and budgets, as they are stored.

use chrono::{DateTime, TimeDelta, Utc};
use kelisim_domain::id::{AccountId, DataKeyId, GrantId, LinkId, SessionId, TokenId};
use kelisim_domain::policy::{Grant, Role, Standing};
use kelisim_domain::sign_in::{Counted, LinkKind, SessionStage, TokenScope};
use kelisim_domain::text::EmailAddress;
use kelisim_persistence::store::account::{account_set_active, grant_insert};
use kelisim_persistence::store::account_entry::{
    AccountPage, account_any_locked, account_count_change, account_entry, account_page,
    account_update,
};
use kelisim_persistence::store::credential::{claimant_find, credential_find, credential_set};
use kelisim_persistence::store::device::{device_forget, device_is_known, device_note};
use kelisim_persistence::store::link::{
    Link, link_end_all, link_find, link_insert, link_open, link_sweep, link_use,
};
use kelisim_persistence::store::rate::{rate_give_back, rate_sweep, rate_take};
use kelisim_persistence::store::second_factor::{
    FactorState, SecondFactor, recovery_code_count, recovery_code_replace, recovery_code_use,
    second_factor_begin, second_factor_confirm, second_factor_find, second_factor_remove,
    second_factor_use,
};
use kelisim_persistence::store::session::{
    Session, session_end, session_end_all, session_insert, session_list, session_sweep,
    session_touch, session_visitor,
};
use kelisim_persistence::store::token::{
    NewToken, token_bearer, token_insert_personal, token_list, token_revoke,
};
use kelisim_persistence::{Db, Error, MasterKey, SeededEntropy, Vault};
use kelisim_tests::{TestDatabase, on_both_databases};
use std::sync::Arc;

use crate::common::{self, REGION, account, account_of, day, id, now, office_of};

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo";

fn session(number: u128, owner: AccountId, stage: SessionStage) -> Session {
    Session {
        region: REGION,
        id: SessionId(id(number)),
        account: owner,
        digest: [u8::try_from(number).unwrap(); 32],
        stage,
        device: "Firefox, Linux".to_owned(),
        created_at: now(),
        seen_at: now(),
        expires_at: now() + TimeDelta::hours(12),
    }
}

fn link(number: u128, owner: AccountId) -> Link {
    Link {
        region: REGION,
        id: LinkId(id(number)),
        account: owner,
        kind: LinkKind::Reset,
        created_at: now(),
        expires_at: now() + TimeDelta::minutes(60),
        used_at: None,
    }
}

fn grant(number: u128, standing: Standing) -> Grant {
    Grant {
        id: GrantId(id(number)),
        standing,
        from: day("2026-01-01"),
        to: None,
    }
}

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn visitor_account(db: &mut Db, digest: u8, at: DateTime<Utc>) -> Option<AccountId> {
    let found = session_visitor(db, &[digest; 32], at).unwrap();
    found.map(|visitor| visitor.actor.account)
}

fn key(db: &mut Db, owner: AccountId) -> Result<DataKeyId, Error> {
    let entropy = Arc::new(SeededEntropy::new(7));
    let vault = Vault::found(db, &MasterKey::generate(entropy.as_ref()), entropy, now())?;
    Ok(vault
        .key_create(db, REGION, ("account", owner.0), now())?
        .id())
}

on_both_databases! {
    fn an_address_is_looked_up_with_what_a_try_needs(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let office = office_of(db, 3)?;
            let owner = account_of(db, 9)?;
            grant_insert(db, REGION, owner, &grant(1, Standing::OfficeHead { office }), now())?;
            let past = Grant { to: Some(day("2026-02-01")), ..grant(2, Standing::OfficeHead { office: office_of(db, 4)? }) };
            grant_insert(db, REGION, owner, &past, now())?;
            let long_ago = now() - TimeDelta::days(90);
            let mut find = |email: &str, device: Option<&[u8; 32]>| {
                claimant_find(db, &address(email), device, day("2026-11-22"), long_ago)
            };
            let found = find("a9@example.kz", None)?.unwrap();
            assert_eq!((found.account, found.password, found.device_known), (owner, None, false));
            assert_eq!(found.offices, [office]);
            assert!(find("A9@Example.kz", None)?.is_some(), "a capital letter of a telephone");
            assert!(find("b9@example.kz", None)?.is_none());
            credential_set(db, REGION, owner, HASH, now())?;
            device_note(db, REGION, owner, &[5; 32], now())?;
            let mut find = |device: u8| {
                claimant_find(db, &address("a9@example.kz"), Some(&[device; 32]), day("2026-11-22"), long_ago)
            };
            let found = find(5)?.unwrap();
            assert_eq!((found.password.as_deref(), found.device_known), (Some(HASH), true));
            assert!(!find(6)?.unwrap().device_known);
            credential_set(db, REGION, owner, &format!("{HASH}x"), now())?;
            assert_eq!(credential_find(db, REGION, owner)?, Some(format!("{HASH}x")));
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn a_password_in_clear_is_refused_by_the_database(db: TestDatabase) {
        let refused = db.open().write_blocking(|db| {
            common::region(db)?;
            let owner = account_of(db, 9)?;
            credential_set(db, REGION, owner, "secret", now())
        });
        assert!(matches!(refused, Err(Error::Broken { .. })), "{refused:?}");
    }

    fn a_device_is_known_to_its_account_for_a_time(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let (owner, other) = (account_of(db, 9)?, account_of(db, 10)?);
            for digest in [5, 6] {
                device_note(db, REGION, owner, &[digest; 32], now())?;
            }
            device_note(db, REGION, owner, &[5; 32], now() + TimeDelta::days(1))?;
            let mut known = |who, digest: u8, since| device_is_known(db, REGION, who, &[digest; 32], since);
            assert!(known(owner, 5, now())? && !known(other, 5, now() - TimeDelta::days(1))?);
            assert!(!known(owner, 6, now())?, "not seen since");
            assert!(known(owner, 6, now() - TimeDelta::seconds(1))?);
            device_forget(db, REGION, owner, Some(&[5; 32]))?;
            let before = now() - TimeDelta::days(1);
            assert!(device_is_known(db, REGION, owner, &[5; 32], before)?);
            assert!(!device_is_known(db, REGION, owner, &[6; 32], before)?);
            device_forget(db, REGION, owner, None)?;
            assert!(!device_is_known(db, REGION, owner, &[5; 32], before)?);
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn r10_a_session_lives_until_it_is_idle_old_ended_or_its_account_is_stopped(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let owner = account_of(db, 9)?;
            for number in 1..=4 {
                session_insert(db, &session(number, owner, SessionStage::Full))?;
            }
            assert_eq!(visitor_account(db, 1, now()), Some(owner));
            assert_eq!(visitor_account(db, 9, now()), None, "unknown");
            let later = |minutes| now() + TimeDelta::minutes(minutes);
            assert_eq!(visitor_account(db, 1, later(29)), Some(owner));
            assert_eq!(visitor_account(db, 1, later(30)), None, "idle");
            for half_hours in 1..24 {
                session_touch(db, REGION, SessionId(id(1)), later(half_hours * 29))?;
            }
            assert_eq!(visitor_account(db, 1, later(24 * 29)), Some(owner), "in use");
            session_touch(db, REGION, SessionId(id(1)), later(24 * 29))?;
            assert_eq!(visitor_account(db, 1, later(12 * 60)), None, "twelve hours old");
            session_touch(db, REGION, SessionId(id(2)), later(31))?;
            assert_eq!(visitor_account(db, 2, later(31)), None, "a dead one does not come back");
            assert!(!session_end(db, REGION, account(10, "x@example.kz").id, SessionId(id(2)), now())?, "not theirs");
            assert!(session_end(db, REGION, owner, SessionId(id(2)), now())?);
            assert!(!session_end(db, REGION, owner, SessionId(id(2)), now())?);
            assert_eq!(visitor_account(db, 2, now()), None, "ended");
            assert_eq!(session_list(db, REGION, owner, now())?.len(), 3);
            assert_eq!(session_end_all(db, REGION, owner, Some(SessionId(id(3))), now())?, 2);
            assert_eq!((visitor_account(db, 3, now()), visitor_account(db, 4, now())), (Some(owner), None));
            account_set_active(db, REGION, owner, false, now())?;
            assert_eq!(visitor_account(db, 3, now()), None, "stopped");
            assert_eq!(session_sweep(db, later(12 * 60))?, 0);
            assert_eq!(session_sweep(db, later(12 * 60 + 1))?, 4);
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn r07_a_visitor_has_the_grants_of_today(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let owner = account_of(db, 9)?;
            session_insert(db, &session(1, owner, SessionStage::Full))?;
            let visitor = session_visitor(db, &[1; 32], now())?.unwrap();
            assert!(visitor.actor.grants.is_empty() && !visitor.has_second_factor);
            grant_insert(db, REGION, owner, &grant(1, Standing::Coordinator), now())?;
            let future = Grant { from: day("2026-11-23"), ..grant(2, Standing::Registrar) };
            grant_insert(db, REGION, owner, &future, now())?;
            let visitor = session_visitor(db, &[1; 32], now())?.unwrap();
            assert!(visitor.actor.has(Role::Coordinator) && !visitor.actor.has(Role::Registrar));
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn r11_a_link_works_once_and_for_an_hour(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let owner = account_of(db, 9)?;
            for number in 1..=3 {
                link_insert(db, &link(number, owner), [u8::try_from(number).unwrap(); 32])?;
            }
            let mut open = |digest: u8, minutes| {
                link_open(db, &[digest; 32], now() + TimeDelta::minutes(minutes)).unwrap()
            };
            assert_eq!(open(1, 0), Some(link(1, owner)));
            assert_eq!(open(1, 59), Some(link(1, owner)), "looking does not use it");
            assert_eq!(open(1, 60), None, "over");
            assert_eq!(open(9, 0), None, "unknown");
            assert!(link_use(db, REGION, LinkId(id(1)), now())?);
            assert!(!link_use(db, REGION, LinkId(id(1)), now())?, "twice");
            assert_eq!(link_open(db, &[1; 32], now())?, None);
            assert!(!link_find(db, REGION, LinkId(id(1)))?.works(now()));
            account_set_active(db, REGION, owner, false, now())?;
            assert_eq!(link_open(db, &[2; 32], now())?, None, "stopped");
            account_set_active(db, REGION, owner, true, now())?;
            link_end_all(db, REGION, owner, now())?;
            assert_eq!(link_open(db, &[2; 32], now())?, None);
            assert_eq!(link_sweep(db, now() + TimeDelta::minutes(61))?, 3);
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn a_code_of_an_app_is_taken_once(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let owner = account_of(db, 9)?;
            let new = SecondFactor { data_key: key(db, owner)?, secret: vec![1], last_step: 0 };
            assert!(matches!(second_factor_confirm(db, REGION, owner, 5), Err(Error::NotFound)));
            second_factor_begin(db, REGION, owner, &new, now())?;
            assert!(!second_factor_use(db, REGION, owner, 5)?, "a pending one counts for nothing");
            assert_eq!(second_factor_find(db, REGION, owner, FactorState::Confirmed)?, None);
            second_factor_confirm(db, REGION, owner, 5)?;
            for (step, taken) in [(5, false), (4, false), (6, true), (6, false), (7, true)] {
                assert_eq!(second_factor_use(db, REGION, owner, step)?, taken, "{step}");
            }
            // Another telephone: the old one holds until the new one has shown a code.
            second_factor_begin(db, REGION, owner, &SecondFactor { secret: vec![2], ..new.clone() }, now())?;
            second_factor_begin(db, REGION, owner, &SecondFactor { secret: vec![3], ..new }, now())?;
            let secret = |db: &mut Db, state| Ok::<_, Error>(second_factor_find(db, REGION, owner, state)?.map(|one| one.secret));
            assert_eq!(secret(db, FactorState::Confirmed)?, Some(vec![1]));
            second_factor_confirm(db, REGION, owner, 9)?;
            assert_eq!(secret(db, FactorState::Confirmed)?, Some(vec![3]));
            assert_eq!(secret(db, FactorState::Pending)?, None);
            assert!(second_factor_remove(db, REGION, owner)? && !second_factor_remove(db, REGION, owner)?);
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn a_recovery_code_works_once_and_a_new_set_ends_the_old_one(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let (owner, other) = (account_of(db, 9)?, account_of(db, 10)?);
            recovery_code_replace(db, REGION, owner, &[[1; 32], [2; 32]], now())?;
            assert!(!recovery_code_use(db, REGION, other, &[1; 32], now())?);
            assert!(recovery_code_use(db, REGION, owner, &[1; 32], now())?);
            assert!(!recovery_code_use(db, REGION, owner, &[1; 32], now())?, "twice");
            assert_eq!(recovery_code_count(db, REGION, owner)?, 1);
            recovery_code_replace(db, REGION, owner, &[[3; 32], [1; 32]], now())?;
            assert!(!recovery_code_use(db, REGION, owner, &[2; 32], now())?);
            assert_eq!(recovery_code_count(db, REGION, owner)?, 2);
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn r12_a_budget_is_counted_for_each_subject_and_taken_from_all_or_none(db: TestDatabase) {
        let database = db.open();
        let take = |subjects: Vec<(Counted, [u8; 32])>, minutes| {
            let at = now() + TimeDelta::minutes(minutes);
            database.write_blocking(move |db| rate_take(db, &subjects, at)).unwrap()
        };
        let (account, address) = ((Counted::Account, [1; 32]), (Counted::Address, [2; 32]));
        for _ in 0..5 {
            assert!(take(vec![account, address, account], 0).is_ok());
        }
        let used = take(vec![account, address], 0).unwrap_err();
        assert_eq!(used.until, now() + TimeDelta::minutes(12));
        assert!(take(vec![(Counted::Account, [3; 32])], 0).is_ok(), "somebody else");
        assert!(take(vec![(Counted::Device, [1; 32])], 0).is_ok(), "a device of their own");
        // What was refused took nothing from the other subject: 25 of its 30 are left.
        for _ in 0..25 {
            assert!(take(vec![address], 0).is_ok());
        }
        assert!(take(vec![address], 0).is_err());
        assert!(take(vec![account], 12).is_ok() && take(vec![account], 12).is_err());
        database.write_blocking(move |db| rate_give_back(db, &[account])).unwrap();
        assert!(take(vec![account], 12).is_ok());
        let swept = database.write_blocking(|db| rate_sweep(db, now() + TimeDelta::days(1))).unwrap();
        assert_eq!((swept, db.count("rate")), (4, 0));
    }

    fn r12_two_who_try_at_once_do_not_both_take_the_last_try(db: TestDatabase) {
        let database = db.open();
        let tries: Vec<_> = (0..20).map(|_| {
            let database = database.clone();
            std::thread::spawn(move || {
                let taken = database.write_blocking(|db| rate_take(db, &[(Counted::Account, [1; 32])], now()));
                taken.unwrap().is_ok()
            })
        }).collect();
        let taken = tries.into_iter().filter_map(|one| one.join().unwrap().then_some(())).count();
        assert_eq!(taken, 5);
    }

    fn an_account_is_changed_under_its_version_and_listed_by_address(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            for number in [9, 10, 11] {
                account_of(db, number)?;
            }
            let owner = account(9, "a9@example.kz");
            grant_insert(db, REGION, owner.id, &grant(1, Standing::Auditor), now())?;
            credential_set(db, REGION, owner.id, HASH, now())?;
            let entry = account_entry(db, REGION, owner.id)?;
            assert_eq!((&entry.account, entry.version, entry.grants.len()), (&owner, 1, 1));
            assert!(entry.has_password && !entry.has_second_factor);
            let after = kelisim_persistence::store::account::Account { active: false, ..owner.clone() };
            assert!(account_update(db, &after, 2, now())?);
            assert!(!account_update(db, &after, 2, now())?, "somebody was faster");
            assert!(account_count_change(db, REGION, owner.id, 3, now())?);
            assert_eq!(account_entry(db, REGION, owner.id)?.version, 3);
            assert!(matches!(account_entry(db, REGION, AccountId(id(404))), Err(Error::NotFound)));
            let mut emails = |page: AccountPage| {
                let found = account_page(db, REGION, &AccountPage { limit: 10, ..page }).unwrap();
                found.into_iter().map(|one| one.account.email.to_string()).collect::<Vec<_>>()
            };
            assert_eq!(emails(AccountPage::default()), ["a10@example.kz", "a11@example.kz", "a9@example.kz"]);
            assert_eq!(emails(AccountPage { begins: Some("a1".into()), ..AccountPage::default() }).len(), 2);
            assert_eq!(emails(AccountPage { role: Some(Role::Auditor), ..AccountPage::default() }), ["a9@example.kz"]);
            assert_eq!(emails(AccountPage { after: Some(address("a11@example.kz")), ..AccountPage::default() }), ["a9@example.kz"]);
            assert!(!account_any_locked(db, REGION, Role::Auditor)?, "stopped");
            grant_insert(db, REGION, account(10, "x@example.kz").id, &grant(2, Standing::Administrator), now())?;
            assert!(account_any_locked(db, REGION, Role::Administrator)?);
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn a_personal_token_has_a_scope_and_is_ended_by_its_owner_alone(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let (owner, other) = (account_of(db, 9)?, account_of(db, 10)?);
            let new = NewToken {
                region: REGION,
                id: TokenId(id(1)),
                account: owner,
                digest: [1; 32],
                expires_at: now() + TimeDelta::days(30),
                exports: true,
            };
            token_insert_personal(db, &new, TokenScope::Read, "Report", now())?;
            assert_eq!(token_bearer(db, &[1; 32], None, now())?.unwrap().scope, TokenScope::Read);
            let listed = token_list(db, REGION, owner, now())?;
            assert_eq!((listed[0].label.as_str(), listed[0].scope), ("Report", TokenScope::Read));
            assert!(token_list(db, REGION, owner, now() + TimeDelta::days(30))?.is_empty());
            assert!(!token_revoke(db, REGION, other, TokenId(id(1)), now())?);
            assert!(token_revoke(db, REGION, owner, TokenId(id(1)), now())?);
            assert!(token_bearer(db, &[1; 32], None, now())?.is_none());
            assert!(token_list(db, REGION, owner, now())?.is_empty());
            Ok::<_, Error>(())
        }).unwrap();
    }
}
