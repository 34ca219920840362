//! `kill -9`, again and again, while cases are filed.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use kelisim_tests::http::Client;
use kelisim_tests::{TestApp, on_both_databases};

use crate::program::Place;

const CLIENTS: usize = 4;
const ROUNDS: usize = 3;
/// Each round is ended by the kill after this many acknowledged cases.
const CASES: usize = 25;
const MAIL_LIMIT: Duration = Duration::from_secs(30);

/// What one client knows of a case: the key that it sent, and the id and number if it was told.
struct Filed {
    key: String,
    told: Option<(String, String)>,
}

/// Files cases until the program is gone; what was on its way then is not known.
fn file_until_it_dies(client: &Client, name: &str, acknowledged: &AtomicUsize) -> Vec<Filed> {
    let mut filed = Vec::new();
    for number in 0.. {
        let key = format!("{name}-{number}");
        let told = file(client, &key);
        let is_over = told.is_none();
        filed.push(Filed { key, told });
        if is_over {
            break;
        }
        acknowledged.fetch_add(1, Ordering::Relaxed);
    }
    filed
}

fn file(client: &Client, key: &str) -> Option<(String, String)> {
    let request = client
        .request("POST", "cases")
        .key(key)
        .json(&TestApp::referred_filing());
    let reply = request.try_send()?;
    let case = reply.expect(201);
    let text = |name: &str| case[name].as_str().unwrap().to_owned();
    Some((text("id"), text("number")))
}

/// One life of the program, from its start to `kill -9`.
fn life(place: &Place, client: &Client, round: usize) -> Vec<Filed> {
    let program = place.serve();
    let acknowledged = AtomicUsize::new(0);
    thread::scope(|scope| {
        let acknowledged = &acknowledged;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let name = format!("r{round}-c{number}");
                scope.spawn(move || file_until_it_dies(client, &name, acknowledged))
            })
            .collect();
        while acknowledged.load(Ordering::Relaxed) < CASES {
            sleep(Duration::from_millis(2));
        }
        program.kill();
        // As if a minute had passed: what the dead process had claimed is free again.
        let expired = "UPDATE outbox SET lease_until = created_at WHERE lease_until IS NOT NULL";
        place.database.execute(expired);
        clients
            .into_iter()
            .flat_map(|client| client.join().unwrap())
            .collect()
    })
}

/// Waits until no letter is on its way; one that was when the program died is held for a person.
fn wait_for_the_mail(place: &Place) {
    let started = Instant::now();
    while place.database.count("outbox WHERE state = 'waiting'") > 0 {
        assert!(started.elapsed() < MAIL_LIMIT, "letters still wait");
        sleep(Duration::from_millis(100));
    }
}

on_both_databases! {
    fn g1_what_was_acknowledged_survives_and_a_repeat_takes_effect_once(place: Place) {
        let client = place.by("head");
        let filed: Vec<Filed> = (0..ROUNDS).flat_map(|round| life(&place, &client, round)).collect();
        let program = place.serve();

        // Whoever was told of a case finds it; whoever was not repeats, and gets one case.
        let mut numbers = BTreeSet::new();
        for filed in &filed {
            let (id, number) = match &filed.told {
                Some(told) => told.clone(),
                None => file(&client, &filed.key).unwrap(),
            };
            let found = client.get(&format!("cases/{id}")).expect(200);
            assert_eq!(found["number"], number.as_str());
            assert_eq!(file(&client, &filed.key), Some((id, number.clone())), "the key stands for it");
            numbers.insert(number.rsplit('-').next().unwrap().parse().unwrap());
        }
        let cases = i64::try_from(filed.len()).unwrap();
        assert_eq!(place.database.count("cases"), cases);
        assert_eq!(place.database.count("case_event"), cases);

        // D22: no number is left out, and none stands twice.
        assert_eq!(numbers, (1..=filed.len()).collect::<BTreeSet<usize>>());

        // G3: each case caused its letter once; what hung in the air is not sent again by itself.
        wait_for_the_mail(&place);
        assert_eq!(place.database.count("outbox"), cases);
        let sent = place.database.count("outbox WHERE state = 'sent'");
        let letters = place.letters();
        let ids: BTreeSet<&str> = letters
            .iter()
            .map(|letter| letter.lines().find(|line| line.to_ascii_lowercase().starts_with("message-id:")).unwrap())
            .collect();
        assert_eq!(ids.len(), letters.len(), "a letter was delivered twice");
        assert!(i64::try_from(letters.len()).unwrap() >= sent, "{} letters, {sent} sent", letters.len());
        let in_the_air = i64::try_from(ROUNDS).unwrap() * 8;
        assert!(sent >= cases - in_the_air, "{sent} of {cases} sent");
        assert!(program.stop(), "the program stops well when it is asked to");
    }
}
