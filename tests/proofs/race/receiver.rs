//! The receiver of a race: it takes letters as fast as they come, counts them by their Message-ID
//! before it answers, and sometimes says no or hangs up.

use std::{
    collections::{HashMap, HashSet},
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use uuid::Uuid;

/// What it does with the first try of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whim {
    /// Takes it.
    Take,
    /// Refuses it for good, once.
    Refuse,
    /// Takes it and hangs up without an answer, once.
    TakeInSilence,
}

/// A mail server on this machine; its threads end with their connections.
pub(super) struct Receiver {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    taken: Mutex<HashMap<Uuid, u32>>,
    tried: Mutex<HashSet<Uuid>>,
    count: AtomicUsize,
    whim: fn(Uuid) -> Whim,
    ended: AtomicBool,
}

impl Receiver {
    pub(super) fn start(whim: fn(Uuid) -> Whim) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            taken: Mutex::default(),
            tried: Mutex::default(),
            count: AtomicUsize::new(0),
            whim,
            ended: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.ended.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&shared);
                // A conversation that breaks off is what a stopped process leaves behind.
                thread::spawn(move || converse(stream, &state).ok());
            }
        });
        Self { address, state }
    }

    pub(super) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Letters taken so far, each as often as it came.
    pub(super) fn count(&self) -> usize {
        self.state.count.load(Ordering::Relaxed)
    }

    /// How often each letter was taken.
    pub(super) fn taken(&self) -> HashMap<Uuid, u32> {
        self.state.taken.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Relaxed);
        TcpStream::connect(self.address).ok();
    }
}

fn converse(stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut output = stream.try_clone()?;
    let mut input = BufReader::new(stream);
    let mut say = |text: &str| output.write_all(text.as_bytes());
    say("220 receiver.example ESMTP\r\n")?;
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        line.clear();
        match verb.as_slice() {
            b"EHLO" => say("250-receiver.example\r\n250 ENHANCEDSTATUSCODES\r\n")?,
            b"DATA" => {
                say("354 go on\r\n")?;
                match state.take(content(&mut input)?) {
                    Whim::Take => say("250 2.0.0 taken\r\n")?,
                    Whim::Refuse => say("554 5.7.1 not this one\r\n")?,
                    Whim::TakeInSilence => return Ok(()),
                }
            }
            b"QUIT" => return say("221 2.0.0 bye\r\n"),
            _ => say("250 2.0.0 ok\r\n")?,
        }
    }
    Ok(())
}

/// Reads a letter to its final dot and gives the id in its Message-ID.
fn content(input: &mut impl BufRead) -> io::Result<Uuid> {
    let (mut line, mut found) = (Vec::new(), None);
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return found.ok_or_else(|| io::Error::other("a letter without a Message-ID"));
        }
        let text = String::from_utf8_lossy(&line);
        if let Some(value) = text.strip_prefix("Message-ID: <")
            && let Some((id, _)) = value.split_once('@')
        {
            found = id.parse().ok();
        }
    }
}

impl State {
    fn take(&self, id: Uuid) -> Whim {
        let first = self.tried.lock().unwrap().insert(id);
        let whim = if first { (self.whim)(id) } else { Whim::Take };
        if whim != Whim::Refuse {
            *self.taken.lock().unwrap().entry(id).or_default() += 1;
            self.count.fetch_add(1, Ordering::Relaxed);
        }
        whim
    }
}
