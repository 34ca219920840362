//! One keep-alive connection of HTTP/1.1, written by hand: the load client shares the cores with
//! what it measures, so it must cost next to nothing.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long one answer may take before the measurement has failed.
const ANSWER_SECONDS: u64 = 30;

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    host: String,
    head: String,
    answer: Vec<u8>,
}

/// A request.
pub(crate) struct Request<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) token: &'a str,
    pub(crate) idempotency_key: Option<&'a str>,
    pub(crate) if_match: Option<i64>,
    pub(crate) body: &'a str,
}

/// An answer; the body may be longer than what a caller looks at.
pub(crate) struct Reply<'a> {
    pub(crate) status: u16,
    pub(crate) head: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl Connection {
    /// Connects; a server that has just started refuses for a moment.
    pub(crate) fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(ANSWER_SECONDS)))?;
        Ok(Self {
            stream,
            host: address.to_string(),
            head: String::with_capacity(2_048),
            answer: Vec::with_capacity(16_384),
        })
    }

    /// Sends a request and reads the whole answer.
    pub(crate) fn send(&mut self, request: &Request<'_>) -> io::Result<Reply<'_>> {
        self.write(request)?;
        self.answer.clear();
        let mut chunk = [0; 16_384];
        let (head_end, whole) = loop {
            let read = self.stream.read(&mut chunk)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let seen = self.answer.len().saturating_sub(3);
            self.answer.extend_from_slice(&chunk[..read]);
            if let Some(at) = find(&self.answer[seen..], b"\r\n\r\n") {
                let end = seen + at + 4;
                break (end, end + content_length(&self.answer[..end])?);
            }
        };
        while self.answer.len() < whole {
            let read = self.stream.read(&mut chunk)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.answer.extend_from_slice(&chunk[..read]);
        }
        let (head, body) = self.answer.split_at(head_end);
        let status = head
            .get(9..12)
            .and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok())
            .ok_or(io::ErrorKind::InvalidData)?;
        Ok(Reply { status, head, body })
    }

    fn write(&mut self, request: &Request<'_>) -> io::Result<()> {
        self.head.clear();
        let head = &mut self.head;
        // Writing into a String cannot fail.
        let _ = write!(
            head,
            "{} /api/v1/{} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n",
            request.method, request.path, self.host, request.token
        );
        if let Some(key) = request.idempotency_key {
            let _ = write!(head, "Idempotency-Key: {key}\r\n");
        }
        if let Some(version) = request.if_match {
            let _ = write!(head, "If-Match: \"{version}\"\r\n");
        }
        if !request.body.is_empty() {
            let _ = write!(
                head,
                "Content-Type: application/json\r\nContent-Length: {}\r\n",
                request.body.len()
            );
        }
        head.push_str("\r\n");
        head.push_str(request.body);
        self.stream.write_all(head.as_bytes())
    }
}

impl Reply<'_> {
    /// The value of a header whose name is given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }
}

fn header<'h>(head: &'h [u8], name: &str) -> Option<&'h str> {
    let lines = head.split(|byte| *byte == b'\n');
    for line in lines {
        if line.len() > name.len()
            && line[name.len()] == b':'
            && line[..name.len()].eq_ignore_ascii_case(name.as_bytes())
        {
            return std::str::from_utf8(&line[name.len() + 1..])
                .ok()
                .map(str::trim);
        }
    }
    None
}

fn content_length(head: &[u8]) -> io::Result<usize> {
    header(head, "content-length")
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| io::Error::other("an answer without a Content-Length"))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
