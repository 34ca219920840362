//! The load: each client files a case and lets the right people take it, over HTTP and with their tokens, by the
//! shortest way to `settled`, and begins again.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Connection, Request};
use crate::dice::Dice;
use crate::network;
use crate::place::Server;
use crate::process;
use crate::way::Way;

/// How often the memory of the server is looked at, in milliseconds: reading it costs the kernel a
/// walk over its pages.
const SAMPLE_MILLISECONDS: u64 = 500;

/// What the clients saw.
pub(crate) struct Seen {
    /// Lifecycles that were acknowledged to their end.
    pub(crate) lifecycles: u64,
    pub(crate) seconds: f64,
    /// Microseconds of each lifecycle: the sum of its four requests.
    pub(crate) lifecycle_micros: Vec<u32>,
    /// Microseconds of each request.
    pub(crate) request_micros: Vec<u32>,
    /// The most memory of the server that was seen, in bytes.
    pub(crate) peak_pss: u64,
}

/// Runs the clients for some time against a server.
pub(crate) fn run(server: &Server, clients: usize, seconds: f64, dice: &mut Dice) -> Seen {
    let barrier = Barrier::new(clients + 1);
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        let runs: Vec<_> = (0..clients)
            .map(|_| {
                let mut client = Client::open(server, Dice::new(dice.next(), 0));
                let (barrier, is_over) = (&barrier, &is_over);
                scope.spawn(move || {
                    barrier.wait();
                    while !is_over.load(Ordering::Relaxed) {
                        client.lifecycle();
                    }
                    client
                })
            })
            .collect();
        barrier.wait();
        let started = Instant::now();
        let mut peak_pss = 0;
        while started.elapsed().as_secs_f64() < seconds {
            let left = Duration::from_secs_f64(seconds).saturating_sub(started.elapsed());
            thread::sleep(left.min(Duration::from_millis(SAMPLE_MILLISECONDS)));
            peak_pss = peak_pss.max(process::pss_bytes(server.pid()));
        }
        is_over.store(true, Ordering::Relaxed);
        let mut seen = Seen {
            lifecycles: 0,
            seconds: 0.0,
            lifecycle_micros: Vec::new(),
            request_micros: Vec::new(),
            peak_pss,
        };
        for run in runs {
            let client = run.join().unwrap();
            seen.lifecycles += client.lifecycle_micros.len() as u64;
            seen.lifecycle_micros.extend(client.lifecycle_micros);
            seen.request_micros.extend(client.request_micros);
        }
        seen.seconds = started.elapsed().as_secs_f64();
        seen
    })
}

/// One lifecycle, with a look at the database after each step: shows what the steps write.
pub(crate) fn walk(server: &Server, office: usize, mut look: impl FnMut(usize)) {
    let mut client = Client::open(server, Dice::new(1, 1));
    let case = client.file(office, 0);
    look(1);
    for step in 2..=client.way.requests() {
        client.act(office, &case, step);
        look(step);
    }
}

struct Client {
    connection: Connection,
    way: Way,
    dice: Dice,
    lifecycle_micros: Vec<u32>,
    request_micros: Vec<u32>,
}

impl Client {
    fn open(server: &Server, dice: Dice) -> Self {
        Self {
            connection: Connection::open(server.address).unwrap(),
            way: server.way,
            dice,
            lifecycle_micros: Vec::new(),
            request_micros: Vec::new(),
        }
    }

    fn lifecycle(&mut self) {
        let office = self.dice.below(network::OFFICES);
        let partner = self.dice.below(network::PARTNERS);
        let before = self.request_micros.len();
        let case = self.file(office, partner);
        for step in 2..=self.way.requests() {
            self.act(office, &case, step);
        }
        let sum = self.request_micros[before..].iter().sum();
        self.lifecycle_micros.push(sum);
    }

    fn file(&mut self, office: usize, partner: usize) -> String {
        let body = format!(
            r#"{{"office":"{}","category":"neighbours_land","language":"ru","summary":"Корова соседей третий раз прошла через забор и съела капусту в огороде; соседи спорят о том, кто чинит забор и кто платит за урожай.","parties":[{{"side":"A","kind":"person","name":"Иванов Иван (демо)","phone":"8 701 123 45 67","language":"ru","settlement":"Oral"}},{{"side":"B","kind":"person","name":"Петров Пётр (демо)","phone":"8 701 765 43 21"}}],"referral":{{"source":"education","partner":"{}","reference":"214"}}}}"#,
            network::office_code(office),
            network::partner_code(partner),
        );
        let token = network::mediator_token(office);
        let location = self.post("cases", &token, None, &body, 1);
        let id = location.and_then(|place| place.rsplit('/').next().map(str::to_owned));
        id.expect("a filed case has a Location")
    }

    fn act(&mut self, office: usize, case: &str, step: usize) {
        let path = format!("cases/{case}/transitions");
        let (token, body) = self.way.act(office, step);
        let before = i64::try_from(step).unwrap() - 1;
        self.post(&path, &token, Some(before), &body, before + 1);
    }

    /// Posts, and checks status and version of the answer; gives the place of what was made.
    fn post(
        &mut self,
        path: &str,
        token: &str,
        if_match: Option<i64>,
        body: &str,
        version: i64,
    ) -> Option<String> {
        let key = self.dice.key();
        let started = Instant::now();
        let reply = self.connection.send(&Request {
            method: "POST",
            path,
            token,
            idempotency_key: Some(&key),
            if_match,
            body,
        });
        let took = started.elapsed();
        let reply = reply.expect("an answer");
        assert_eq!(
            reply.status,
            201,
            "{path}: {}",
            String::from_utf8_lossy(reply.body)
        );
        let tag = reply
            .header("etag")
            .and_then(|tag| tag.trim_matches('"').parse().ok());
        assert_eq!(tag, Some(version), "the version after {path} {body}");
        let place = reply.header("location").map(str::to_owned);
        self.request_micros
            .push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        place
    }
}
