//! Accounts, grants and tokens.

use chrono::TimeDelta;
use kelisim_domain::id::{GrantId, OfficeId, TokenId};
use kelisim_domain::policy::{Grant, Role, Standing};
use kelisim_persistence::store::account::{
    account_find, account_find_by_email, account_insert, account_list_with, account_set_active,
    grant_end, grant_insert, grant_list,
};
use kelisim_persistence::store::office::{office_by_id, office_for_filing};
use kelisim_persistence::store::reference::CodesNamed;
use kelisim_persistence::store::token::{
    NewToken, token_authenticate, token_insert, token_revoke_all,
};
use kelisim_persistence::{Db, Error};
use kelisim_tests::{TestDatabase, on_both_databases};

use crate::common::{self, REGION, account, account_of, day, id, now, office_of};

fn grant(number: u128, standing: Standing) -> Grant {
    Grant {
        id: GrantId(id(number)),
        standing,
        from: day("2026-01-01"),
        to: None,
    }
}

fn token_of(db: &mut Db, number: u128, digest: [u8; 32]) -> Result<(), Error> {
    let token = NewToken {
        region: REGION,
        id: TokenId(id(500 + number)),
        account: kelisim_domain::id::AccountId(id(number)),
        digest,
        expires_at: now() + TimeDelta::days(90),
        exports: true,
    };
    token_insert(db, &token, now())
}

/// As a filing at the office sees it.
fn has_head(db: &mut Db, office: OfficeId, on: chrono::NaiveDate) -> Result<bool, Error> {
    let code = office_by_id(db, REGION, office)?.entry.code;
    Ok(
        office_for_filing(db, REGION, &code, on, CodesNamed::default())?
            .0
            .has_head,
    )
}

on_both_databases! {
    fn an_account_comes_back_by_id_and_by_address(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let new = account(9, "aigul@example.kz");
            account_insert(db, &new, now())?;
            assert_eq!(account_find(db, REGION, new.id)?, new);
            assert_eq!(account_find_by_email(db, &new.email)?, new);
            let other = account(9, "other@example.kz");
            assert!(matches!(account_find_by_email(db, &other.email), Err(Error::NotFound)));
            Ok::<_, Error>(())
        }).unwrap();
        let taken = db.open().write_blocking(|db| {
            account_insert(db, &account(10, "aigul@example.kz"), now())
        });
        assert!(matches!(&taken, Err(Error::Conflict { what }) if what == "account.email"), "{taken:?}");
    }

    fn a_token_stands_for_its_account_with_the_grants_of_today(db: TestDatabase) {
        let database = db.open();
        let office = database.write_blocking(|db| {
            common::region(db)?;
            let office = office_of(db, 3)?;
            let owner = account_of(db, 9)?;
            account_of(db, 10)?;
            grant_insert(db, REGION, owner, &grant(101, Standing::OfficeHead { office }), now())?;
            grant_insert(db, REGION, owner, &grant(102, Standing::Registrar), now())?;
            let past = Grant { to: Some(day("2026-11-21")), ..grant(103, Standing::Coordinator) };
            grant_insert(db, REGION, owner, &past, now())?;
            let last_day = Grant { to: Some(day("2026-11-22")), ..grant(104, Standing::Auditor) };
            grant_insert(db, REGION, owner, &last_day, now())?;
            let future = Grant { from: day("2026-11-23"), ..grant(105, Standing::Coordinator) };
            grant_insert(db, REGION, owner, &future, now())?;
            token_of(db, 9, [1; 32])?;
            token_of(db, 10, [2; 32])?;
            assert_eq!(grant_list(db, REGION, owner)?.len(), 5);
            Ok::<_, Error>(office)
        }).unwrap();
        let actor = database
            .read_blocking(|db| token_authenticate(db, &[1; 32], now()))
            .unwrap()
            .unwrap();
        assert_eq!((actor.account.0, actor.region), (id(9), REGION));
        let held: Vec<Standing> = actor.grants.iter().map(|grant| grant.standing).collect();
        assert_eq!(held, [Standing::OfficeHead { office }, Standing::Registrar, Standing::Auditor]);
        // In Oral (UTC+5) the next day begins at seven in the evening UTC.
        let evening = now() + TimeDelta::hours(14);
        let actor = database
            .read_blocking(move |db| token_authenticate(db, &[1; 32], evening))
            .unwrap()
            .unwrap();
        assert!(actor.has(Role::Coordinator) && !actor.has(Role::Auditor));
        let without = database
            .read_blocking(|db| token_authenticate(db, &[2; 32], now()))
            .unwrap()
            .unwrap();
        assert!(without.grants.is_empty());
    }

    fn a_token_that_is_unknown_expired_revoked_or_of_a_stopped_account_is_nobody(db: TestDatabase) {
        let database = db.open();
        database.write_blocking(|db| {
            common::region(db)?;
            for number in [9, 10] {
                account_of(db, number)?;
                token_of(db, number, [u8::try_from(number).unwrap(); 32])?;
            }
            Ok::<_, Error>(())
        }).unwrap();
        let who = |digest: u8, at| {
            database.read_blocking(move |db| token_authenticate(db, &[digest; 32], at)).unwrap()
        };
        let end = now() + TimeDelta::days(90);
        assert!(who(9, now()).is_some() && who(9, end - TimeDelta::seconds(1)).is_some());
        assert!(who(9, end).is_none(), "expired");
        assert!(who(8, now()).is_none(), "unknown");
        database.write_blocking(|db| {
            let owner = account(9, "x@example.kz").id;
            assert_eq!(token_revoke_all(db, REGION, owner, now())?, 1);
            let stopped = account(10, "x@example.kz").id;
            account_set_active(db, REGION, stopped, false, now())
        }).unwrap();
        assert!(who(9, now()).is_none(), "revoked");
        assert!(who(10, now()).is_none(), "stopped");
    }

    fn the_head_of_an_office_follows_from_the_grants(db: TestDatabase) {
        db.open().write_blocking(|db| {
            common::region(db)?;
            let (office, other) = (office_of(db, 3)?, office_of(db, 4)?);
            let head = Standing::OfficeHead { office };
            let today = day("2026-11-22");
            assert!(!has_head(db, office, today)?);
            let owner = account_of(db, 9)?;
            grant_insert(db, REGION, owner, &grant(101, head), now())?;
            assert!(has_head(db, office, today)?);
            assert!(!has_head(db, other, today)?);
            assert!(!has_head(db, office, day("2025-12-31"))?);
            let heads = account_list_with(db, REGION, head, today)?;
            assert_eq!(heads.iter().map(|account| account.id).collect::<Vec<_>>(), [owner]);
            let elsewhere = Standing::OfficeHead { office: other };
            assert_eq!(account_list_with(db, REGION, elsewhere, today)?, []);
            grant_end(db, REGION, GrantId(id(101)), day("2026-11-21"))?;
            assert!(!has_head(db, office, today)?);
            assert!(matches!(
                grant_end(db, REGION, GrantId(id(404)), today),
                Err(Error::NotFound)
            ));
            Ok::<_, Error>(())
        }).unwrap();
    }

    fn a_grant_without_its_scope_is_refused_by_the_database(db: TestDatabase) {
        let database = db.open();
        database.write_blocking(|db| {
            common::region(db)?;
            account_of(db, 9)?;
            grant_insert(db, REGION, account(9, "x@example.kz").id, &grant(1, Standing::Auditor), now())
        }).unwrap();
        let refused = database.write_blocking(|db| {
            use diesel::connection::SimpleConnection;
            Ok::<_, Error>(db.batch_execute("UPDATE account_grant SET role = 'office_head'")?)
        });
        assert!(matches!(refused, Err(Error::Broken { .. })), "{refused:?}");
    }
}
