//! The worker over real databases and a real socket: nothing is lost, nothing comes twice but what
//! was recorded as uncertain, and nobody waits for somebody else's trouble.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use kelisim_persistence::Failpoints;
use kelisim_persistence::store::{
    delivery::{outbox_claim, outbox_mark_attempting},
    notice::{NoticeScope, notice_retry},
    outbox::{Audience, Guarded, State},
};
use kelisim_tests::{
    network::{AIGUL, BERIK, REGION, start},
    on_both_databases,
    smtp_sink::{Act, Stage},
};
use uuid::Uuid;

use crate::{
    letters,
    office::{Office, states},
};

on_both_databases! {
    fn t03_a_refusal_for_good_is_never_tried_again(office: Office) {
        office.sink.rule(Stage::Rcpt, Some("berik"), None, Act::Reply("550 5.1.1 no such user"));
        let gone = office.enqueue(Audience::Staff, BERIK);
        office.drain();
        for _ in 0..10 {
            office.later(TimeDelta::days(1));
            assert_eq!(office.drain(), 0);
        }
        let message = office.find(gone);
        assert_eq!((message.state, message.attempts), (State::Failed, 1));
        assert_eq!(message.reason.as_deref(), Some("rcpt_550"));
        assert_eq!(office.results(gone), ["permanent"]);
        // A person mends the address and sends it again.
        office.sink.forgive();
        let now = start();
        office.t.write(move |db| notice_retry(db, REGION, &NoticeScope::Region, gone, now));
        office.drain();
        assert_eq!(office.find(gone).state, State::Sent);
        office.balance();
    }

    fn t03_a_refusal_for_now_is_tried_for_five_days_and_then_shown(office: Office) {
        office.sink.rule(Stage::Rcpt, None, None, Act::Reply("451 4.3.0 later"));
        let id = office.enqueue(Audience::Staff, AIGUL);
        let mut hours = 0;
        while office.find(id).state == State::Waiting {
            office.drain();
            office.later(TimeDelta::hours(1));
            hours += 1;
        }
        assert!(hours >= 5 * 24, "given up after {hours} hours");
        let message = office.find(id);
        assert_eq!((message.state, message.attempts), (State::Failed, 21));
    }

    fn t03_a_failing_relay_pauses_with_one_alarm_and_costs_no_attempt(office: Office) {
        office.sink.rule(Stage::Banner, None, None, Act::Reply("554 5.3.2 closed"));
        for _ in 0..20 {
            office.enqueue(Audience::Staff, AIGUL);
        }
        let worker = office.worker();
        for _ in 0..5 {
            letters::wait(worker.drain()).unwrap();
            office.later(TimeDelta::minutes(11));
        }
        assert_eq!(worker.alarms(), 1);
        assert!(office.all().iter().all(|one| one.attempts == 0 && one.state == State::Waiting));
        assert!(office.all().iter().any(|one| one.reason.as_deref() == Some("banner_554")));
        assert_eq!(office.t.database.count("delivery_attempt"), 0);
        assert!(office.sink.connections() <= 16, "{}", office.sink.connections());
        // While it rests, nobody knocks.
        let before = office.sink.connections();
        letters::wait(worker.drain()).unwrap();
        letters::wait(worker.drain()).unwrap();
        assert!(office.sink.connections() <= before + 1);

        office.sink.forgive();
        office.later(TimeDelta::minutes(11));
        letters::wait(worker.drain()).unwrap();
        assert_eq!(states(&office), BTreeMap::from([("sent", 20)]));
        assert_eq!(worker.alarms(), 1);
        office.balance();
    }

    fn a_relay_that_refuses_one_letter_works(office: Office) {
        office.sink.rule(Stage::Auth, None, Some(1), Act::Reply("454 4.7.0 later"));
        office.sink.rule(Stage::Banner, None, Some(1), Act::Reply("554 5.3.2 closed"));
        office.sink.rule(Stage::Rcpt, Some("berik"), None, Act::Reply("550 5.1.1 no such user"));
        office.enqueue(Audience::Staff, BERIK);
        let worker = office.worker();
        letters::wait(worker.drain()).unwrap();
        office.later(TimeDelta::minutes(11));
        letters::wait(worker.drain()).unwrap();
        assert_eq!(states(&office), BTreeMap::from([("failed", 1)]));
        assert_eq!(office.t.database.count("relay WHERE since IS NOT NULL"), 0);
        assert_eq!(worker.alarms(), 1);
    }

    fn a_relay_that_bears_few_conversations_is_not_failing(office: Office) {
        for _ in 0..30 {
            office.enqueue(Audience::Staff, AIGUL);
        }
        office.sink.rule(Stage::Banner, None, Some(3), Act::Reply("421 4.7.0 too many connections"));
        let worker = office.worker();
        letters::wait(worker.drain()).unwrap();
        assert_eq!(worker.alarms(), 0);
        assert_eq!(states(&office), BTreeMap::from([("sent", 30)]));
        office.balance();
    }

    fn t03_poison_at_the_head_delays_nobody(office: Office) {
        office.sink.rule(Stage::Rcpt, Some("berik"), Some(70), Act::Reply("451 4.3.0 later"));
        office.sink.rule(Stage::AfterDot, Some("berik"), None, Act::Silence);
        for _ in 0..100 {
            office.enqueue(Audience::Staff, BERIK);
        }
        let good = office.enqueue(Audience::Staff, AIGUL);
        let worker = office.worker();
        let waited = letters::wait(async {
            let begun = Instant::now();
            let sent = async {
                while office.sink.taken().is_empty() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            tokio::select! {
                () = worker.run(std::future::pending()) => {}
                () = sent => {}
            }
            begun.elapsed()
        });
        assert!(waited < Duration::from_secs(5), "{waited:?}");
        assert_eq!(office.sink.taken()[0].header("Message-ID").unwrap(), format!("<{good}@kelisim.example>"));
    }

    fn a_commit_wakes_the_worker(office: Office) {
        let worker = office.worker();
        let waited = letters::wait(async {
            let wake = Arc::clone(&office.t.app.wake);
            let stop = async {
                tokio::time::sleep(Duration::from_millis(300)).await;
                office.enqueue(Audience::Staff, AIGUL);
                let begun = Instant::now();
                wake.notify_one();
                while office.sink.taken().is_empty() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                begun.elapsed()
            };
            let (told, waited) = tokio::sync::oneshot::channel();
            worker.run(async { told.send(stop.await).unwrap() }).await;
            waited.await.unwrap()
        });
        assert!(waited < Duration::from_secs(2), "{waited:?}");
        assert_eq!(states(&office), BTreeMap::from([("sent", 1)]));
    }

    fn g04_after_a_lost_answer_staff_get_the_same_letter_and_partners_wait_for_a_person(office: Office) {
        office.sink.rule(Stage::AfterDot, None, Some(2), Act::TakeAndDisconnect);
        let staff = office.enqueue(Audience::Staff, AIGUL);
        let partner = office.enqueue(Audience::Partner, BERIK);
        for _ in 0..3 {
            office.drain();
            office.later(TimeDelta::hours(1));
        }
        assert_eq!((office.find(staff).state, office.results(staff)), (State::Sent, vec!["uncertain".into(), "sent".into()]));
        assert_eq!((office.find(partner).state, office.results(partner)), (State::Uncertain, vec!["uncertain".to_owned()]));
        office.balance();
        let now = start();
        office.t.write(move |db| notice_retry(db, REGION, &NoticeScope::Region, partner, now));
        office.drain();
        assert_eq!(office.find(partner).state, State::Sent);
        assert_eq!(office.taken().values().map(Vec::len).collect::<Vec<_>>(), [2, 2]);
        office.balance();
    }

    fn g04_a_worker_that_died_after_attempting_leaves_an_uncertain_message(office: Office) {
        let staff = office.enqueue(Audience::Staff, AIGUL);
        let partner = office.enqueue(Audience::Partner, BERIK);
        let now = start();
        office.t.write(move |db| {
            let tokens = [7, 8].map(Uuid::from_u128);
            for (lease, _) in outbox_claim(db, now, now + TimeDelta::seconds(60), &tokens, &Failpoints::NONE)? {
                assert_eq!(outbox_mark_attempting(db, &lease, now, &Failpoints::NONE)?, Guarded::Done);
            }
            Ok(())
        });
        assert_eq!(office.drain(), 0);
        office.later(TimeDelta::seconds(61));
        office.drain();
        assert_eq!(office.find(staff).state, State::Sent);
        assert_eq!(office.find(partner).state, State::Uncertain);
        assert_eq!(office.find(partner).reason.as_deref(), Some("stopped"));
        assert_eq!(office.taken().len(), 1);
        office.balance();
    }

    fn t02_killed_again_and_again_nothing_is_lost(office: Office) {
        // Every third letter meets a lost answer, a refusal or a break of some kind.
        let acts = [
            (Stage::Rcpt, Act::Reply("450 4.2.0 greylisted")),
            (Stage::Data, Act::Disconnect),
            (Stage::AfterDot, Act::TakeAndDisconnect),
            (Stage::AfterDot, Act::Disconnect),
            (Stage::AfterDot, Act::Reply("451 4.3.0 later")),
            (Stage::Mail, Act::Disconnect),
        ];
        for (stage, act) in acts {
            office.sink.rule(stage, None, Some(6), act);
        }
        for number in 0..90 {
            let audience = if number % 3 == 0 { Audience::Partner } else { Audience::Staff };
            office.enqueue(audience, if number % 2 == 0 { AIGUL } else { BERIK });
        }
        for round in 0..25 {
            let worker = office.worker_with(office.transport(), round);
            letters::wait(async {
                // Dropping the future in the middle is what a kill leaves behind: no clean-up runs.
                let life = Duration::from_millis(3 + round * 7 % 40);
                let _ = tokio::time::timeout(life, worker.run(std::future::pending())).await;
            });
            office.later(TimeDelta::minutes(2));
        }
        for _ in 0..30 {
            office.drain();
            office.later(TimeDelta::hours(13));
        }
        let states = states(&office);
        let shown: usize = states.values().sum();
        assert_eq!(shown, 90);
        assert!(states.keys().all(|state| ["sent", "uncertain"].contains(state)), "{states:?}");
        office.balance();
    }

    fn t04_two_workers_send_each_message_once(office: Office) {
        for number in 0..120 {
            office.enqueue(Audience::Partner, if number % 2 == 0 { AIGUL } else { BERIK });
        }
        let (one, two) = (office.worker(), office.worker_with(office.transport(), 2));
        let (first, second) = letters::wait(async { tokio::join!(one.drain(), two.drain()) });
        assert_eq!(first.unwrap() + second.unwrap(), 120);
        assert_eq!(states(&office), BTreeMap::from([("sent", 120)]));
        assert_eq!(office.sink.taken().len(), 120);
        assert_eq!((one.stale(), two.stale()), (0, 0));
        office.balance();
    }

    fn c38_a_stopping_worker_finishes_what_it_can_and_gives_back_the_rest(office: Office) {
        office.sink.rule(Stage::Mail, None, None, Act::Silence);
        office.enqueue(Audience::Staff, AIGUL);
        let worker = office.worker();
        letters::wait(async { worker.run(tokio::time::sleep(Duration::from_millis(400))).await });
        let message = &office.all()[0];
        assert_eq!((message.state, message.lease_token), (State::Waiting, None));
        assert_eq!(message.attempts, 0);
        office.sink.forgive();
        office.drain();
        assert_eq!(states(&office), BTreeMap::from([("sent", 1)]));
    }
}
