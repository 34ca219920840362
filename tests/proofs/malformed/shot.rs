//! One thing that is sent to the server, and what may come of it.

use std::fmt::Write;

/// What may come of a shot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// An answer that the document promises for this operation; with `refused`, none of success.
    Operation { number: usize, refused: bool },
    /// The address, or the method there, does not exist.
    NoRoute,
    /// No request at all, or more than one: refused or cut off, and nothing of it is done.
    Wire,
    /// A request for a page that needs no token; any answer but a fault of ours.
    Open,
    /// A page for people, which answers with a page.
    Page,
}

/// Bytes, and what may come of them.
#[derive(Debug, Clone)]
pub(super) struct Shot {
    /// What it tries, for whoever reads a counterexample.
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) expect: Expect,
    /// Whether the answer has no body (HEAD).
    pub(super) to_head: bool,
}

/// A request that is being put together, without any care for what HTTP allows.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
    pub(super) is_chunked: bool,
    /// What was made wrong.
    pub(super) wrongs: Vec<&'static str>,
    /// Whether any of it must be refused.
    pub(super) refused: bool,
}

impl Ask {
    pub(super) fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: vec![("host".to_owned(), b"kelisim.example.kz".to_vec())],
            body: Vec::new(),
            is_chunked: false,
            wrongs: Vec::new(),
            refused: false,
        }
    }

    pub(super) fn header(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Notes what is wrong, and whether it must be refused.
    pub(super) fn wrong(&mut self, what: &'static str, refused: bool) {
        self.wrongs.push(what);
        self.refused |= refused;
    }

    /// The bytes of it.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        let mut length = String::new();
        if self.is_chunked {
            length.push_str("transfer-encoding: chunked\r\n");
        } else if !self.body.is_empty() || !matches!(self.method.as_str(), "GET" | "HEAD") {
            write!(length, "content-length: {}\r\n", self.body.len()).unwrap();
        }
        bytes.extend_from_slice(length.as_bytes());
        bytes.extend_from_slice(b"\r\n");
        if self.is_chunked {
            for piece in self.body.chunks(1_000) {
                bytes.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
                bytes.extend_from_slice(piece);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
        } else {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }

    /// The shot of it.
    pub(super) fn shot(self, expect: Expect) -> Shot {
        Shot {
            name: format!(
                "{} {} ({})",
                self.method,
                cut(&self.target, 120),
                self.wrongs.join(", ")
            ),
            bytes: self.bytes(),
            to_head: self.method == "HEAD",
            expect,
        }
    }
}

/// The beginning of a text.
pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}
