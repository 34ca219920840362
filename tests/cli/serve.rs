//! A server that runs, answers and stops when it is asked to.

use crate::{Said, done, kelisim, migrated};
use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Waits until `healthcheck` says that the server is ready.
fn ready(folder: &std::path::Path, listen: &str) {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let mut command = kelisim(folder, &["healthcheck"]);
        if command
            .env("KELISIM__HTTP__LISTEN", listen)
            .output()
            .unwrap()
            .status
            .success()
        {
            return;
        }
        assert!(Instant::now() < until, "the server does not become ready");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A server starts here, is ready, and stops again.
pub(crate) fn starts(folder: &std::path::Path) {
    let listen = format!("127.0.0.1:{}", free_port());
    let mut command = kelisim(folder, &["serve", "--listen", &listen]);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    ready(folder, &listen);
    assert_eq!(stopped(child).code, 0);
}

fn stopped(mut child: Child) -> Said {
    let kill = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let asked = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(
            asked.elapsed() < Duration::from_secs(30),
            "a stop takes at most 30 seconds"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
    Said::of(child.wait_with_output().unwrap())
}

#[cfg(unix)]
#[test]
fn a_server_answers_and_stops_when_asked() {
    let folder = migrated();
    let link = done(
        folder.path(),
        &["admin", "create", "--email", "a@example.kz", "--name", "A"],
    );
    let token = done(
        folder.path(),
        &["token", "create", "--email", "a@example.kz"],
    );
    let listen = format!("127.0.0.1:{}", free_port());
    let mut command = kelisim(folder.path(), &["serve", "--listen", &listen]);
    command.env("KELISIM__LOG__FORMAT", "json");
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    ready(folder.path(), &listen);
    let url = format!("http://{listen}/api/v1/me?secret=canary");
    let me = ureq::get(&url)
        .header("Authorization", &format!("Bearer {}", token.trim()))
        .call();
    assert_eq!(me.unwrap().status(), 200);
    let secret = link.trim().rsplit('/').next().unwrap();
    let page = ureq::get(format!("http://{listen}/link/{secret}")).call();
    assert_eq!(page.unwrap().status(), 200);
    let said = stopped(child);
    assert_eq!((said.code, said.out.as_str()), (0, ""), "{}", said.err);
    assert!(
        said.err.lines().all(|line| line.starts_with('{')),
        "{}",
        said.err
    );
    for secret in ["canary", token.trim(), secret, "a@example.kz"] {
        assert!(!said.err.contains(secret), "r19: {secret} in the log");
    }
}

#[test]
fn a_port_in_use_is_said_before_anything_else() {
    let folder = migrated();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    for arguments in [
        &["serve", "--listen", &listen][..],
        &["demo", "--listen", &listen, "--data", "d"],
    ] {
        let said = Said::of(kelisim(folder.path(), arguments).output().unwrap());
        assert_eq!(said.code, 1);
        assert!(
            said.err.contains(&format!("cannot listen on {listen}")),
            "{}",
            said.err
        );
    }
    assert!(!folder.path().join("d").exists());
}

#[cfg(unix)]
#[test]
fn the_worker_alone_stops_when_asked() {
    let folder = migrated();
    let child = kelisim(folder.path(), &["work"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(700));
    assert_eq!(stopped(child).code, 0);
}
