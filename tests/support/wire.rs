//! Bytes on a socket, for what no client would send.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A connection that sends what it is told.
pub struct Wire {
    stream: TcpStream,
    /// What has arrived and was not looked at yet.
    rest: Vec<u8>,
}

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The status code.
    pub status: u16,
    /// The lines of its head, the first one left out.
    pub head: String,
    /// Its body.
    pub body: Vec<u8>,
}

impl Wire {
    /// Connects; waits at most so long for each piece of an answer.
    pub fn open(address: &str, patience: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            rest: Vec::new(),
        })
    }

    /// Sends bytes.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref())
    }

    /// Says that nothing more will be sent.
    pub fn sent(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    /// The next answer; nothing when the connection ends or is silent for too long. `to_head` says that it has no body.
    pub fn answer(&mut self, to_head: bool) -> Option<Raw> {
        loop {
            let end = self.until(b"\r\n\r\n")?;
            let head = String::from_utf8_lossy(&self.rest[..end]).into_owned();
            self.rest.drain(..end + 4);
            let (first, head) = head.split_once("\r\n").unwrap_or((&head, ""));
            let status = first.split(' ').nth(1)?.parse().ok()?;
            // 100 Continue is no answer yet.
            if status == 100 {
                continue;
            }
            let mut raw = Raw {
                status,
                head: head.to_owned(),
                body: Vec::new(),
            };
            let bodiless = to_head || status == 304 || status == 204;
            let length = raw.header("content-length");
            let length: usize = length.and_then(|text| text.parse().ok()).unwrap_or(0);
            if !bodiless {
                while self.rest.len() < length {
                    self.more()?;
                }
                raw.body = self.rest.drain(..length).collect();
            }
            return Some(raw);
        }
    }

    /// Whether the other end has closed the connection, or does while we wait.
    pub fn is_closed(&mut self) -> bool {
        let mut one = [0];
        match self.stream.read(&mut one) {
            Ok(0) => true,
            Ok(_) => false,
            Err(error) => !matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
            ),
        }
    }

    fn until(&mut self, mark: &[u8]) -> Option<usize> {
        let mut looked = 0;
        loop {
            let found = self.rest[looked..]
                .windows(mark.len())
                .position(|part| part == mark);
            if let Some(at) = found {
                return Some(looked + at);
            }
            looked = self.rest.len().saturating_sub(mark.len());
            self.more()?;
        }
    }

    fn more(&mut self) -> Option<()> {
        let mut piece = [0; 16_384];
        let read = self.stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        self.rest.extend_from_slice(&piece[..read]);
        Some(())
    }
}

impl Raw {
    /// A header, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// The body as JSON, if it is that.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The code of a problem.
    pub fn code(&self) -> Option<String> {
        Some(self.json()?["code"].as_str()?.to_owned())
    }
}
