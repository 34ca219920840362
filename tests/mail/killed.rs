//! `kelisim work` as a process of its own, killed with no warning, again and again.
//!
//! On SQLite only: the throw-away PostgreSQL does not wait for its disk, and the program rightly
//! refuses such a server. What a kill leaves behind is tried there by `t02_…` without a process.

use std::{
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use chrono::TimeDelta;
use kelisim_api::clock::{Clock, SystemClock};
use kelisim_persistence::{MasterKey, SeededEntropy, store::outbox::Audience};
use kelisim_tests::{
    Backend, OnBackend, binary,
    network::{AIGUL, BERIK},
};

use crate::office::{Office, states};

const LETTERS: usize = 400;

/// `kelisim work` on the test's database, key and mail server.
fn work(office: &Office) -> Command {
    let folder = office.t.database.folder();
    let (key, root) = (folder.join("master.key"), folder.join("root.pem"));
    if !key.exists() {
        // The seed is that of the network's vault, so the key is the same.
        MasterKey::create(&key, &SeededEntropy::new(7)).unwrap();
        std::fs::write(&root, office.sink.root_pem()).unwrap();
    }
    let mut command = Command::new(binary());
    command
        .arg("work")
        .current_dir(folder)
        .env("KELISIM__DATABASE__URL", office.t.database.url_text())
        .env("KELISIM__ENCRYPTION__MASTER_KEY_FILE", key)
        .env("KELISIM__MAIL__TRANSPORT", "smtp")
        .env("KELISIM__MAIL__FROM", "Kelisim <mail@kelisim.example>")
        .env("KELISIM__MAIL__SMTP_URL", office.sink.url())
        .env("KELISIM__MAIL__SMTP_ROOT_CERTIFICATE", root)
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

#[test]
fn t02_a_killed_worker_loses_nothing() {
    let office = Office::on(Backend::Sqlite);
    for number in 0..LETTERS {
        let audience = match number % 2 {
            0 => Audience::Partner,
            _ => Audience::Staff,
        };
        office.enqueue(audience, if number % 3 == 0 { AIGUL } else { BERIK });
    }
    // Due on every machine, whatever its calendar says.
    let due = "UPDATE outbox SET next_at = '2020-01-01T00:00:00.000000Z'";
    office.t.database.execute(due);

    let mut kills = 0;
    for round in 0..12 {
        let before = office.sink.taken().len();
        let mut worker = work(&office).spawn().unwrap();
        // The kill comes in the middle of the work: after a few letters of this life.
        for _ in 0..500 {
            if office.sink.taken().len() >= before + 5 + round * 3 {
                break;
            }
            if let Some(status) = worker.try_wait().unwrap() {
                let said = worker.wait_with_output().unwrap().stderr;
                panic!("{status}: {}", String::from_utf8_lossy(&said));
            }
            sleep(Duration::from_millis(2));
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
        kills += 1;
    }

    // The rest is done by a worker whose clock is past every lease and every pause.
    office
        .t
        .clock
        .set(SystemClock.now() + TimeDelta::minutes(10));
    for _ in 0..5 {
        office.drain();
        office.later(TimeDelta::hours(13));
    }
    let states = states(&office);
    let total: usize = states.values().sum();
    assert_eq!(total, LETTERS);
    assert!(
        states
            .keys()
            .all(|state| ["sent", "uncertain"].contains(state)),
        "{states:?}"
    );
    // At most one for each delivery under way at each kill.
    let uncertain = states.get("uncertain").copied().unwrap_or_default();
    assert!(uncertain <= kills * 8, "{uncertain} after {kills} kills");
    office.balance();
}
