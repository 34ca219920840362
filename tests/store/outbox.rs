//! The outbox on both databases: claims, leases, settlements, and what people see of it.

use chrono::{DateTime, Duration, TimeZone, Utc};
use kelisim_api::clock::{Clock, SystemClock};
use kelisim_domain::{
    id::{NoticeId, RegionId},
    language::Language,
    notice::NoticeKind,
};
use kelisim_persistence::{
    Database, Db, Error, Failpoints,
    store::{
        delivery::{
            Expired, lease_now, outbox_claim, outbox_expire, outbox_extend, outbox_mark_attempting,
            outbox_next_due, outbox_settle,
        },
        notice::{
            NoticeCursor, NoticeFilter, NoticeScope, Retried, attempt_list, notice_count,
            notice_find, notice_list, notice_retry,
        },
        outbox::{
            Audience, Ending, Enqueued, Guarded, Lease, Message, NewMessage, Recipient,
            RecipientKind, Settlement, State, outbox_insert,
        },
        relay::{relay_find, relay_pause, relay_resume},
    },
};
use kelisim_tests::{TestDatabase, on_both_databases};
use uuid::Uuid;

const REGION: RegionId = RegionId(Uuid::from_u128(1));

fn at(seconds: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).unwrap() + Duration::seconds(seconds)
}

fn message(number: u128, audience: Audience) -> NewMessage {
    NewMessage {
        region: REGION,
        id: NoticeId(Uuid::from_u128(number)),
        kind: NoticeKind::Assignment,
        dedupe_key: format!("assignment/{number}"),
        case: None,
        office: None,
        memorandum: None,
        partner: None,
        audience,
        recipient: Recipient {
            kind: RecipientKind::Mediator,
            id: Uuid::from_u128(number),
        },
        language: Language::Kk,
        payload: serde_json::json!({"on": "2026-11-22"}),
        created_at: at(0),
    }
}

fn insert(database: &Database, number: u128, audience: Audience) -> Enqueued {
    let message = message(number, audience);
    write(database, move |db| outbox_insert(db, &message))
}

fn write<T: Send + 'static>(
    database: &Database,
    job: impl FnOnce(&mut Db) -> Result<T, Error> + Send + 'static,
) -> T {
    database.write_blocking(job).unwrap()
}

/// Claims one message with the token `token` at second `now`, for sixty seconds.
fn claim(database: &Database, token: u128, now: i64) -> Option<(Lease, Message)> {
    let tokens = [Uuid::from_u128(token)];
    write(database, move |db| {
        outbox_claim(db, at(now), at(now + 60), &tokens, &Failpoints::NONE)
    })
    .pop()
}

fn mark(database: &Database, lease: Lease, now: i64) -> Guarded {
    write(database, move |db| {
        outbox_mark_attempting(db, &lease, at(now), &Failpoints::NONE)
    })
}

fn settle(database: &Database, lease: Lease, settlement: Settlement, now: i64) -> Guarded {
    write(database, move |db| {
        outbox_settle(db, &lease, &settlement, at(now), &Failpoints::NONE)
    })
}

fn find(database: &Database, id: NoticeId) -> Message {
    let found = write(database, move |db| {
        notice_find(db, REGION, &NoticeScope::Region, id)
    });
    found.unwrap()
}

fn results(database: &Database, id: NoticeId) -> Vec<String> {
    let attempts = write(database, move |db| {
        attempt_list(db, REGION, &NoticeScope::Region, id)
    });
    let numbers: Vec<u32> = attempts.iter().map(|attempt| attempt.number).collect();
    let expected: Vec<u32> = (1..).take(attempts.len()).collect();
    assert_eq!(numbers, expected);
    attempts
        .into_iter()
        .map(|attempt| attempt.result.unwrap_or_else(|| "running".into()))
        .collect()
}

fn ending(reason: &str) -> Ending {
    Ending {
        phase: "rcpt".into(),
        reply_code: Some(450),
        detail: "greylisted".into(),
        reason: reason.into(),
    }
}

on_both_databases! {
    fn r23_a_second_insert_under_one_key_changes_nothing(db: TestDatabase) {
        let database = db.open();
        assert_eq!(insert(&database, 1, Audience::Staff), Enqueued::New);
        let mut again = message(2, Audience::Staff);
        again.dedupe_key = "assignment/1".into();
        let second = write(&database, move |db| {
            let found = outbox_insert(db, &again)?;
            // The transaction goes on: the rest of the change must stand.
            outbox_insert(db, &message(3, Audience::Staff))?;
            Ok(found)
        });
        assert_eq!(second, Enqueued::Existing);
        assert_eq!(db.count("outbox"), 2);
    }

    fn r24_what_is_due_is_claimed_the_longest_due_first(db: TestDatabase) {
        let database = db.open();
        for (number, created) in [(1, 30), (2, 10), (3, 20), (4, 500)] {
            let mut message = message(number, Audience::Staff);
            message.created_at = at(created);
            write(&database, move |db| outbox_insert(db, &message));
        }
        let tokens = [1, 2, 3, 4, 5].map(Uuid::from_u128);
        let claimed = write(&database, move |db| outbox_claim(db, at(60), at(120), &tokens, &Failpoints::NONE));
        let order: Vec<u128> = claimed.iter().map(|(lease, _)| lease.id.0.as_u128()).collect();
        assert_eq!(order, [2, 3, 1]);
        assert_eq!(write(&database, outbox_next_due), Some(at(500)));
    }

    fn r25_a_lease_keeps_others_away_until_it_ends(db: TestDatabase) {
        let database = db.open();
        insert(&database, 1, Audience::Staff);
        let (first, _) = claim(&database, 1, 0).unwrap();
        assert!(claim(&database, 2, 59).is_none());
        write(&database, move |db| outbox_extend(db, &[first], at(100)));
        assert!(claim(&database, 2, 99).is_none());
        let (second, _) = claim(&database, 2, 101).unwrap();
        // The first worker wakes up: it may neither begin nor settle.
        assert_eq!(mark(&database, first, 102), Guarded::Stale);
        let sent = Settlement::Sent(Ending::default());
        assert_eq!(settle(&database, first, sent.clone(), 102), Guarded::Stale);
        assert_eq!(mark(&database, second, 102), Guarded::Done);
        assert_eq!(settle(&database, second, sent.clone(), 103), Guarded::Done);
        assert_eq!(settle(&database, second, sent, 104), Guarded::Stale);
        let message = find(&database, second.id);
        assert_eq!((message.state, message.sent_at), (State::Sent, Some(at(103))));
        assert_eq!(results(&database, second.id), ["sent"]);
    }

    fn r25_leases_are_measured_by_the_clock_of_the_database(db: TestDatabase) {
        let database = db.open();
        let before = SystemClock.now() - Duration::milliseconds(1);
        let now = write(&database, |db| lease_now(db, None));
        assert!(before <= now && now <= SystemClock.now(), "one machine, one clock");
        // It goes on while a transaction lasts.
        let (first, later) = write(&database, |db| {
            let first = lease_now(db, None)?;
            let mut later = first;
            while later == first {
                later = lease_now(db, None)?;
            }
            Ok((first, later))
        });
        assert!(first < later);
        assert_eq!(write(&database, |db| lease_now(db, Some(at(7)))), at(7));
    }

    fn r25_a_lease_that_ran_out_begins_nothing(db: TestDatabase) {
        let database = db.open();
        insert(&database, 1, Audience::Staff);
        let (lease, _) = claim(&database, 1, 0).unwrap();
        assert_eq!(mark(&database, lease, 61), Guarded::Stale);
        assert_eq!(find(&database, lease.id).state, State::Waiting);
    }

    fn a_refusal_before_the_content_is_an_attempt_too(db: TestDatabase) {
        let database = db.open();
        insert(&database, 1, Audience::Staff);
        let (lease, _) = claim(&database, 1, 0).unwrap();
        let again = Settlement::Again(ending("rcpt_450"), at(30));
        assert_eq!(settle(&database, lease, again, 1), Guarded::Done);
        let message = find(&database, lease.id);
        assert_eq!((message.state, message.attempts), (State::Waiting, 1));
        assert_eq!(message.reason.as_deref(), Some("rcpt_450"));
        assert!(claim(&database, 2, 29).is_none());
        let (lease, _) = claim(&database, 2, 30).unwrap();
        assert_eq!(mark(&database, lease, 31), Guarded::Done);
        let failed = Settlement::Failed(ending("after_dot_550"));
        assert_eq!(settle(&database, lease, failed, 32), Guarded::Done);
        assert_eq!(results(&database, lease.id), ["transient", "permanent"]);
        assert!(claim(&database, 3, 9_999).is_none());
    }

    fn a_fault_of_the_relay_costs_no_attempt(db: TestDatabase) {
        let database = db.open();
        insert(&database, 1, Audience::Staff);
        for token in [1, 2] {
            let (lease, _) = claim(&database, token, 0).unwrap();
            if token == 2 {
                assert_eq!(mark(&database, lease, 1), Guarded::Done);
            }
            assert_eq!(settle(&database, lease, Settlement::Released(None), 2), Guarded::Done);
            let message = find(&database, lease.id);
            assert_eq!((message.state, message.attempts), (State::Waiting, 0));
            assert_eq!(results(&database, lease.id), [""; 0]);
        }
    }

    fn g04_a_stopped_attempt_is_uncertain_by_its_audience(db: TestDatabase) {
        let database = db.open();
        insert(&database, 1, Audience::Staff);
        insert(&database, 2, Audience::Partner);
        insert(&database, 3, Audience::Partner);
        let tokens = [1, 2, 3].map(Uuid::from_u128);
        let claimed = write(&database, move |db| outbox_claim(db, at(0), at(60), &tokens, &Failpoints::NONE));
        for (lease, _) in &claimed[..2] {
            assert_eq!(mark(&database, *lease, 1), Guarded::Done);
        }
        assert_eq!(write(&database, |db| outbox_expire(db, at(60), 100, |_| true, &Failpoints::NONE)), Expired::default());
        let expired = write(&database, |db| outbox_expire(db, at(61), 100, |_| true, &Failpoints::NONE));
        assert_eq!(expired, Expired { held: 1, again: 1 });
        let states = [1, 2, 3].map(|id| find(&database, NoticeId(Uuid::from_u128(id))).state);
        // The third had not begun: it is simply claimed again.
        assert_eq!(states, [State::Waiting, State::Uncertain, State::Waiting]);
        assert_eq!(results(&database, NoticeId(Uuid::from_u128(1))), ["uncertain"]);
        assert_eq!(results(&database, NoticeId(Uuid::from_u128(2))), ["uncertain"]);
        // The worker that was believed dead comes back with its answer.
        let late = Settlement::Sent(Ending::default());
        assert_eq!(settle(&database, claimed[1].0, late, 70), Guarded::Stale);
    }

    fn g04_a_message_that_stops_every_worker_is_held_in_the_end(db: TestDatabase) {
        let database = db.open();
        insert(&database, 1, Audience::Staff);
        for (turn, expected) in [(0, Expired { held: 0, again: 1 }), (100, Expired { held: 1, again: 0 })] {
            let token = u128::try_from(turn + 1).unwrap();
            let tokens = [Uuid::from_u128(token)];
            let claimed = write(&database, move |db| outbox_claim(db, at(turn), at(turn + 60), &tokens, &Failpoints::NONE));
            assert_eq!(mark(&database, claimed[0].0, turn + 1), Guarded::Done);
            let expired = write(&database, move |db| outbox_expire(db, at(turn + 61), 100, |attempts| attempts < 2, &Failpoints::NONE));
            assert_eq!(expired, expected);
        }
        assert_eq!(find(&database, NoticeId(Uuid::from_u128(1))).state, State::Uncertain);
    }

    fn only_what_is_stuck_is_sent_again_by_hand(db: TestDatabase) {
        let database = db.open();
        let endings = [
            (State::Failed, Settlement::Failed(ending("rcpt_550"))),
            (State::Uncertain, Settlement::Uncertain(ending("after_dot"))),
            (State::Held, Settlement::Held("unknown_kind".into())),
            (State::Cancelled, Settlement::Cancelled("memorandum_ended".into())),
            (State::Sent, Settlement::Sent(ending(""))),
        ];
        for (number, (state, settlement)) in (1..).zip(endings) {
            insert(&database, number, Audience::Partner);
            let (lease, _) = claim(&database, number, 0).unwrap();
            assert_eq!(settle(&database, lease, settlement, 1), Guarded::Done);
            assert_eq!(find(&database, lease.id).state, state);
            let id = lease.id;
            let retried = write(&database, move |db| notice_retry(db, REGION, &NoticeScope::Region, id, at(10)));
            match state {
                State::Cancelled | State::Sent => assert_eq!(retried, Retried::Refused(state)),
                _ => {
                    assert_eq!(retried, Retried::Done);
                    let message = find(&database, id);
                    assert_eq!((message.state, message.next_at), (State::Waiting, at(10)));
                }
            }
        }
        let missing = database.write_blocking(|db| {
            notice_retry(db, REGION, &NoticeScope::Region, NoticeId(Uuid::from_u128(99)), at(10))
        });
        assert!(matches!(missing, Err(Error::NotFound)));
    }

    fn a_list_goes_from_page_to_page_without_a_gap(db: TestDatabase) {
        let database = db.open();
        for number in 1..=7 {
            let mut message = message(number, Audience::Staff);
            message.created_at = at(i64::try_from(number / 3).unwrap());
            write(&database, move |db| outbox_insert(db, &message));
        }
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = write(&database, move |db| {
                let filter = NoticeFilter::default();
                notice_list(db, REGION, &NoticeScope::Region, &filter, after, 2)
            });
            let Some(last) = page.last() else { break };
            after = Some(NoticeCursor { created_at: last.created_at, id: last.id });
            seen.extend(page.iter().map(|message| message.id.0.as_u128()));
        }
        assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
    }

    fn a_reader_without_office_or_case_sees_nothing(db: TestDatabase) {
        let database = db.open();
        insert(&database, 1, Audience::Staff);
        let nothing = NoticeScope::Parts { offices: vec![], mediators: vec![] };
        let seen = write(&database, move |db| {
            notice_list(db, REGION, &nothing, &NoticeFilter::default(), None, 10)
        });
        assert!(seen.is_empty());
        let other = RegionId(Uuid::from_u128(2));
        let seen = write(&database, move |db| {
            notice_list(db, other, &NoticeScope::Region, &NoticeFilter::default(), None, 10)
        });
        assert!(seen.is_empty());
    }

    fn r27_dead_letters_show_with_count_and_age(db: TestDatabase) {
        let database = db.open();
        for number in 1..=3 {
            let mut message = message(number, Audience::Staff);
            message.created_at = at(i64::try_from(number).unwrap());
            write(&database, move |db| outbox_insert(db, &message));
        }
        for token in [1, 2] {
            let (lease, _) = claim(&database, token, 10).unwrap();
            let failed = Settlement::Failed(ending("rcpt_550"));
            assert_eq!(settle(&database, lease, failed, 11), Guarded::Done);
        }
        let counts = write(&database, |db| notice_count(db, REGION));
        let shown: Vec<_> = counts
            .iter()
            .map(|count| (count.state, count.reason.as_deref(), count.count, count.oldest))
            .collect();
        assert_eq!(shown, [
            (State::Failed, Some("rcpt_550"), 2, at(1)),
            (State::Waiting, None, 1, at(3)),
        ]);
    }

    fn a_relay_raises_one_alarm_until_it_works_again(db: TestDatabase) {
        let database = db.open();
        assert_eq!(write(&database, |db| relay_find(db, "smtp")), None);
        assert!(!write(&database, |db| relay_resume(db, "smtp")));
        for round in 0..2 {
            let now = round * 1_000;
            let pause = |second: i64| {
                write(&database, move |db| {
                    relay_pause(db, "smtp", at(second + 30), "auth_535", at(second))
                })
            };
            assert!(pause(now));
            assert!(!pause(now + 30));
            let relay = write(&database, |db| relay_find(db, "smtp")).unwrap();
            assert_eq!(relay.since, Some(at(now)));
            assert_eq!(relay.paused_until, Some(at(now + 60)));
            assert!(write(&database, |db| relay_resume(db, "smtp")));
        }
    }
}
