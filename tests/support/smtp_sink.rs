//! A mail server of our own that misbehaves on command.
//!
//! It keeps a journal of what it took before it answers, and every byte that reached it in clear.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};

/// Where in the conversation a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Before the first line.
    Banner,
    /// At EHLO.
    Ehlo,
    /// At STARTTLS.
    StartTls,
    /// At AUTH.
    Auth,
    /// At MAIL.
    Mail,
    /// At RCPT.
    Rcpt,
    /// At DATA.
    Data,
    /// After the first bytes of the content.
    Body,
    /// After the final dot.
    AfterDot,
}

/// What the server does there.
#[derive(Debug, Clone)]
pub enum Act {
    /// Answers with this line and goes on.
    Reply(&'static str),
    /// Hangs up without a word.
    Disconnect,
    /// Takes the letter into its journal and then hangs up without a word.
    TakeAndDisconnect,
    /// Says nothing, until the client hangs up or the sink ends.
    Silence,
    /// Takes the letter into its journal and then says nothing.
    TakeAndSilence,
}

/// One misbehaviour.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Where.
    pub stage: Stage,
    /// Only when the recipient contains this (from RCPT on).
    pub to: Option<String>,
    /// How often; `None` is always.
    pub times: Option<usize>,
    /// What.
    pub act: Act,
}

/// How the sink protects its conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Not at all.
    Clear,
    /// Offers STARTTLS.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

/// A letter that the sink took.
#[derive(Debug, Clone)]
pub struct Received {
    /// The envelope sender.
    pub from: String,
    /// The envelope recipients.
    pub to: Vec<String>,
    /// The content, dots unstuffed.
    pub data: Vec<u8>,
    /// Which connection it came over, from 0.
    pub connection: usize,
    /// Whether it came protected.
    pub protected: bool,
    /// When it was complete.
    pub at: Instant,
}

impl Received {
    /// The value of a header, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.data);
        let head = text.split("\r\n\r\n").next()?.replace("\r\n ", " ");
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }
}

/// A running sink; it ends when it is dropped.
pub struct SmtpSink {
    address: SocketAddr,
    state: Arc<State>,
    root_pem: String,
}

struct State {
    protection: Protection,
    auth: Option<(String, String)>,
    tls: Arc<ServerConfig>,
    rules: Mutex<Vec<Rule>>,
    taken: Mutex<Vec<Received>>,
    clear: Mutex<Vec<u8>>,
    connections: AtomicUsize,
    ended: AtomicBool,
}

impl SmtpSink {
    /// Starts a sink on a free port of this machine.
    pub fn start(protection: Protection) -> Self {
        Self::start_with(protection, None, "localhost")
    }

    /// Starts a sink that demands a sign-in and shows a certificate for `name`.
    pub fn start_with(protection: Protection, auth: Option<(&str, &str)>, name: &str) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (tls, root_pem) = certificate(name);
        let state = Arc::new(State {
            protection,
            auth: auth.map(|(user, password)| (user.to_owned(), password.to_owned())),
            tls,
            rules: Mutex::default(),
            taken: Mutex::default(),
            clear: Mutex::default(),
            connections: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || accept(&listener, &shared));
        Self {
            address,
            state,
            root_pem,
        }
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL by which Kelisim finds it.
    pub fn url(&self) -> String {
        let scheme = match self.state.protection {
            Protection::Clear => "smtp",
            Protection::StartTls => "smtp+starttls",
            Protection::Tls => "smtps",
        };
        let user = match &self.state.auth {
            Some((user, password)) => format!("{user}:{password}@"),
            None => String::new(),
        };
        format!("{scheme}://{user}localhost:{}", self.address.port())
    }

    /// The certificate to trust, in PEM.
    pub fn root_pem(&self) -> Vec<u8> {
        self.root_pem.clone().into_bytes()
    }

    /// Adds a misbehaviour; the first one that fits is used.
    pub fn rule(&self, stage: Stage, to: Option<&str>, times: Option<usize>, act: Act) {
        lock(&self.state.rules).push(Rule {
            stage,
            to: to.map(str::to_owned),
            times,
            act,
        });
    }

    /// From now on the sink behaves.
    pub fn forgive(&self) {
        lock(&self.state.rules).clear();
    }

    /// Everything that was taken, in order.
    pub fn taken(&self) -> Vec<Received> {
        lock(&self.state.taken).clone()
    }

    /// Every byte that reached the sink in clear.
    pub fn clear_bytes(&self) -> Vec<u8> {
        lock(&self.state.clear).clone()
    }

    /// How many connections were opened.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn certificate(name: &str) -> (Arc<ServerConfig>, String) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring knows the versions")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("the key fits the certificate");
    (Arc::new(config), made.cert.pem())
}

fn accept(listener: &TcpListener, state: &Arc<State>) {
    for stream in listener.incoming() {
        if state.ended.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let number = state.connections.fetch_add(1, Ordering::SeqCst);
        let state = Arc::clone(state);
        thread::spawn(move || {
            // A conversation that breaks off is what these tests are about.
            let _ = Conversation::new(stream, number, state).run();
        });
    }
}

enum Stream {
    Clear(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Stream {
    fn read_some(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Clear(stream) => stream.read(buffer),
            Stream::Tls(stream) => stream.read(buffer),
        }
    }

    fn send(&mut self, text: &str) -> io::Result<()> {
        let line = format!("{text}\r\n");
        match self {
            Stream::Clear(stream) => stream.write_all(line.as_bytes()),
            Stream::Tls(stream) => {
                stream.write_all(line.as_bytes())?;
                stream.flush()
            }
        }
    }
}

struct Conversation {
    stream: Option<Stream>,
    pending: Vec<u8>,
    number: usize,
    state: Arc<State>,
    from: String,
    to: Vec<String>,
}

/// The conversation is over, as the script wants it.
struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Over
    }
}

impl Conversation {
    fn new(stream: TcpStream, number: usize, state: Arc<State>) -> Self {
        // Wakes a silent conversation often enough to notice the end of the sink.
        let _ = stream.set_read_timeout(Some(Duration::from_millis(100)));
        let _ = stream.set_nodelay(true);
        Self {
            stream: Some(Stream::Clear(stream)),
            pending: Vec::new(),
            number,
            state,
            from: String::new(),
            to: Vec::new(),
        }
    }

    fn run(mut self) -> Result<(), Over> {
        if self.state.protection == Protection::Tls {
            self.protect()?;
        }
        if !self.misbehaves(Stage::Banner, &[])? {
            self.say("220 sink.example ESMTP")?;
        }
        loop {
            let line = self.line()?;
            let verb = line
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" | "HELO" => self.ehlo()?,
                "STARTTLS" => {
                    if !self.misbehaves(Stage::StartTls, &[])? {
                        self.say("220 go ahead")?;
                        self.protect()?;
                    }
                }
                "AUTH" => self.auth(&line)?,
                "MAIL" => {
                    self.from = address(&line);
                    self.to.clear();
                    if !self.misbehaves(Stage::Mail, &[])? {
                        self.say("250 2.1.0 sender ok")?;
                    }
                }
                "RCPT" => {
                    self.to.push(address(&line));
                    if !self.misbehaves(Stage::Rcpt, &[])? {
                        self.say("250 2.1.5 recipient ok")?;
                    }
                }
                "DATA" => {
                    if !self.misbehaves(Stage::Data, &[])? {
                        self.say("354 go on")?;
                        self.content()?;
                    }
                }
                "RSET" | "NOOP" => self.say("250 2.0.0 ok")?,
                "QUIT" => {
                    self.say("221 2.0.0 bye")?;
                    return Ok(());
                }
                _ => self.say("502 5.5.2 unknown")?,
            }
        }
    }

    fn ehlo(&mut self) -> Result<(), Over> {
        if self.misbehaves(Stage::Ehlo, &[])? {
            return Ok(());
        }
        let clear = matches!(self.stream, Some(Stream::Clear(_)));
        self.say("250-sink.example")?;
        if self.state.protection == Protection::StartTls && clear {
            self.say("250-STARTTLS")?;
        }
        if self.state.auth.is_some() {
            self.say("250-AUTH PLAIN LOGIN")?;
        }
        self.say("250 ENHANCEDSTATUSCODES")
    }

    fn auth(&mut self, line: &str) -> Result<(), Over> {
        if self.misbehaves(Stage::Auth, &[])? {
            return Ok(());
        }
        let given = line.split(' ').nth(2).unwrap_or_default();
        let good = self.state.auth.as_ref().is_some_and(|(user, password)| {
            base64(format!("\0{user}\0{password}").as_bytes()) == given
        });
        match good {
            true => self.say("235 2.7.0 welcome"),
            false => self.say("535 5.7.8 wrong user or password"),
        }
    }

    fn content(&mut self) -> Result<(), Over> {
        let mut data = Vec::new();
        loop {
            let line = self.line_bytes()?;
            if data.is_empty() {
                self.misbehaves(Stage::Body, &[])?;
            }
            if line == b".\r\n" {
                break;
            }
            let plain = line.strip_prefix(b".").unwrap_or(&line);
            data.extend_from_slice(plain);
        }
        if !self.misbehaves(Stage::AfterDot, &data)? {
            self.take(&data);
            self.say("250 2.0.0 taken")?;
        }
        Ok(())
    }

    /// The journal is written before the answer, as a real server does.
    fn take(&self, data: &[u8]) {
        lock(&self.state.taken).push(Received {
            from: self.from.clone(),
            to: self.to.clone(),
            data: data.to_vec(),
            connection: self.number,
            protected: matches!(self.stream, Some(Stream::Tls(_))),
            at: Instant::now(),
        });
    }

    /// Follows the first rule that fits; `true` means that the script has answered.
    fn misbehaves(&mut self, stage: Stage, data: &[u8]) -> Result<bool, Over> {
        let act = {
            let mut rules = lock(&self.state.rules);
            let fits = |rule: &&mut Rule| {
                rule.stage == stage
                    && rule.times != Some(0)
                    && rule
                        .to
                        .as_ref()
                        .is_none_or(|part| self.to.iter().any(|to| to.contains(part)))
            };
            match rules.iter_mut().find(fits) {
                None => return Ok(false),
                Some(rule) => {
                    rule.times = rule.times.map(|times| times - 1);
                    rule.act.clone()
                }
            }
        };
        match act {
            Act::Reply(line) => {
                self.say(line)?;
                return Ok(true);
            }
            Act::Disconnect => {}
            Act::TakeAndDisconnect => self.take(data),
            Act::Silence => while self.line_bytes().is_ok() {},
            Act::TakeAndSilence => {
                self.take(data);
                while self.line_bytes().is_ok() {}
            }
        }
        Err(Over)
    }

    fn protect(&mut self) -> Result<(), Over> {
        let Some(Stream::Clear(stream)) = self.stream.take() else {
            return Err(Over);
        };
        let connection = ServerConnection::new(Arc::clone(&self.state.tls)).map_err(|_| Over)?;
        let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
        let mut tls = StreamOwned::new(connection, stream);
        while tls.conn.is_handshaking() {
            tls.conn.complete_io(&mut tls.sock)?;
        }
        let _ = tls.sock.set_read_timeout(Some(Duration::from_millis(100)));
        self.stream = Some(Stream::Tls(Box::new(tls)));
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), Over> {
        match &mut self.stream {
            Some(stream) => Ok(stream.send(text)?),
            None => Err(Over),
        }
    }

    fn line(&mut self) -> Result<String, Over> {
        let bytes = self.line_bytes()?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    fn line_bytes(&mut self) -> Result<Vec<u8>, Over> {
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                return Ok(self.pending.drain(..=end).collect());
            }
            let mut buffer = [0; 4096];
            let stream = self.stream.as_mut().ok_or(Over)?;
            let clear = matches!(stream, Stream::Clear(_));
            match stream.read_some(&mut buffer) {
                Ok(0) => return Err(Over),
                Ok(count) => {
                    if clear {
                        lock(&self.state.clear).extend_from_slice(&buffer[..count]);
                    }
                    self.pending.extend_from_slice(&buffer[..count]);
                }
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    if self.state.ended.load(Ordering::SeqCst) {
                        return Err(Over);
                    }
                }
                Err(_) => return Err(Over),
            }
        }
    }
}

fn address(line: &str) -> String {
    line.split(['<', '>']).nth(1).unwrap_or_default().to_owned()
}

/// Enough of base64 to check one line of a sign-in.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for index in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * index)) as usize & 63];
            text.push(match index <= chunk.len() {
                true => char::from(digit),
                false => '=',
            });
        }
    }
    text
}
