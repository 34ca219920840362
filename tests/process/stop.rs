//! A stop that was asked for finishes what runs and leaves nothing taken.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use kelisim_tests::{http::Client, on_both_databases};

use kelisim_tests::{
    house::{House, Server, referred},
    program::wait_until,
};

/// A request whose body has not come yet.
struct Slow {
    stream: BufReader<TcpStream>,
    body: String,
}

impl Slow {
    /// Sends the head of a request, and waits until the server has begun to read the body.
    fn begin(house: &House, server: &Server) -> Self {
        let body = referred().to_string();
        let mut stream = TcpStream::connect(&server.listen).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .unwrap();
        let head = format!(
            "POST /api/v1/cases HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nExpect: 100-continue\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nIdempotency-Key: slow\r\n\r\n",
            server.listen,
            house.token("head"),
            body.len(),
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        assert!(line.starts_with("HTTP/1.1 100"), "{line}");
        Self { stream, body }
    }

    /// Sends the body and gives the answer.
    fn finish(mut self) -> String {
        self.stream
            .get_mut()
            .write_all(self.body.as_bytes())
            .unwrap();
        let mut answer = String::new();
        // The server closes the connection, because it stops.
        self.stream.read_to_string(&mut answer).unwrap();
        answer.trim_start().to_owned()
    }
}

/// Files cases until the server takes no more; counts those that were answered.
fn file_until_it_stops(client: &Client, name: &str, told: &AtomicUsize) {
    for number in 0.. {
        let request = client
            .request("POST", "cases")
            .key(&format!("{name}-{number}"));
        let Some(reply) = request.json(&referred()).try_send() else {
            return;
        };
        reply.expect(201);
        told.fetch_add(1, Ordering::Relaxed);
    }
}

on_both_databases! {
    fn c38_a_stop_answers_what_runs_and_gives_back_every_lease(house: House) {
        let mut server = house.serve(&[]);
        let told = AtomicUsize::new(0);
        let (log, took) = thread::scope(|scope| {
            for number in 0..4 {
                let (client, told) = (house.by("head", &server), &told);
                scope.spawn(move || file_until_it_stops(&client, &format!("c{number}"), told));
            }
            let slow = Slow::begin(&house, &server);
            wait_until("many answers", Duration::from_secs(20), || told.load(Ordering::Relaxed) > 40);
            server.program.signal("-TERM");
            let asked = Instant::now();
            wait_until("the stop begins", Duration::from_secs(5), || server.program.log().contains("stopping"));
            assert!(!server.program.is_over(), "a request still runs");
            let answer = slow.finish();
            assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
            let status = server.program.ended(Duration::from_secs(10));
            assert_eq!(status.code(), Some(0), "{}", server.program.log());
            (server.program.log(), asked.elapsed())
        });
        let cases = i64::try_from(told.load(Ordering::Relaxed)).unwrap() + 1;
        // A change that was stored, and whose answer was cut off, would be one more.
        assert_eq!(house.database.count("cases"), cases, "{log}");
        assert_eq!(house.database.count("outbox"), cases);
        assert_eq!(house.database.count("outbox WHERE lease_token IS NOT NULL"), 0, "leases are given back");
        assert_eq!(house.messages("sent") + house.messages("waiting"), cases, "nothing hangs in the air");
        println!("{cases} cases, stopped within {took:?}");
    }
}
