//! A mail server that we did not write: the `mailin` crate decides what every line means and answers
//! it; only the socket around it is ours.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use mailin::{Action, Handler, Response, SessionBuilder, response};

/// Recipient and content, in the order of their arrival.
type Taken = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// The server; its threads end with the process.
pub struct ForeignServer {
    address: SocketAddr,
    taken: Taken,
}

#[derive(Clone, Default)]
struct Mailbox {
    taken: Taken,
    to: String,
    data: Vec<u8>,
}

impl Handler for Mailbox {
    fn data_start(&mut self, _domain: &str, _from: &str, _8bit: bool, to: &[String]) -> Response {
        assert_eq!(to.len(), 1, "one recipient a message");
        self.to = to[0].clone();
        self.data.clear();
        response::OK
    }

    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.data.extend_from_slice(bytes);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let letter = (self.to.clone(), self.data.clone());
        self.taken.lock().unwrap().push(letter);
        response::OK
    }
}

impl ForeignServer {
    /// Listens on a loopback address.
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let mailbox = Mailbox::default();
        let taken = Arc::clone(&mailbox.taken);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mailbox = mailbox.clone();
                thread::spawn(move || converse(stream, mailbox));
            }
        });
        Self { address, taken }
    }

    /// The URL by which Kelisim finds it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// How much was taken.
    pub fn count(&self) -> usize {
        self.taken.lock().unwrap().len()
    }

    /// Recipient and content of everything that was taken, in order.
    pub fn taken(&self) -> Vec<(String, Vec<u8>)> {
        self.taken.lock().unwrap().clone()
    }
}

fn converse(stream: TcpStream, mailbox: Mailbox) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut output = stream.try_clone()?;
    let mut input = BufReader::new(stream);
    let builder = SessionBuilder::new("foreign.example");
    let mut session = builder.build(IpAddr::V4(Ipv4Addr::LOCALHOST), mailbox);
    output.write_all(&session.greeting().buffer()?)?;
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        let answer = session.process(&line);
        if answer.action != Action::NoReply {
            output.write_all(&answer.buffer()?)?;
        }
        if answer.action == Action::Close {
            return Ok(());
        }
        line.clear();
    }
    Ok(())
}
