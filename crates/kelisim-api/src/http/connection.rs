//! A client's connection: how slow it may be, and how large the head of a request (R31).
//!
//! actix gives time to the first head of a connection only, lets the body of an unread request trickle for ever, never gives
//! up on a reader who does not read, and panics at a header whose name is longer than 65,535 bytes. So it reads and writes
//! through here. What it answers by itself, without a word, becomes a problem here too (R15).
//!
//! While a request is worked on, nothing more is read: who sends many requests at once waits with all but the first.

use crate::http::server::Times;
use actix_web::rt::{net::TcpStream, time::Sleep};
use std::{
    cell::{Cell, RefCell},
    future::Future,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, Waker, ready},
    time::{Duration, Instant},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The largest head of a request, in bytes.
const HEAD_MOST: usize = 32_768;
/// How much is handed on before actix has to look at it: with the head before, less than what makes it panic.
const TURN_MOST: usize = 16_384;
/// How long the rest of what we refused to read is read and dropped, so that the client gets to read the answer.
const REST_TIME: Duration = Duration::from_secs(5);

/// Why a connection is answered without a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The head did not arrive in time.
    TooSlow,
    /// The head is larger than the limit.
    HeadTooLarge,
    /// What came is not HTTP.
    NotHttp,
}

/// Makes the whole answer to a fault, as it goes over the wire.
pub(crate) type Refuse = Rc<dyn Fn(Fault) -> Vec<u8>>;

#[derive(Clone, Copy)]
enum Phase {
    /// Between two requests, or in the head of one.
    Head { bytes: usize, until: Instant },
    /// The body is on its way; its reader has a limit of its own.
    Body,
    /// The answer is being made.
    Work,
    /// The answer is made, and the request had a body that nobody wanted.
    Rest { until: Instant },
}

/// Where a connection stands, shared with whoever handles its requests.
pub(crate) struct Pace {
    phase: Cell<Phase>,
    times: Times,
    reader: RefCell<Option<Waker>>,
}

impl Pace {
    fn new(times: Times) -> Self {
        Pace {
            phase: Cell::new(Pace::head(times)),
            times,
            reader: RefCell::new(None),
        }
    }

    fn head(times: Times) -> Phase {
        Phase::Head {
            bytes: 0,
            until: Instant::now() + times.head,
        }
    }

    /// How long the body of a request may take.
    pub(crate) fn body_time(&self) -> Duration {
        self.times.body
    }

    /// The head of a request is here.
    pub(crate) fn begin(&self, has_body: bool) {
        self.phase.set(match has_body {
            true => Phase::Body,
            false => Phase::Work,
        });
    }

    /// The body was read to its end.
    pub(crate) fn body_read(&self) {
        self.phase.set(Phase::Work);
    }

    /// The answer is made. True when the request has nothing left on the connection, so that another may follow.
    pub(crate) fn finish(&self) -> bool {
        let is_clean = matches!(self.phase.get(), Phase::Work);
        self.phase.set(match is_clean {
            true => Pace::head(self.times),
            false => Phase::Rest {
                until: Instant::now() + REST_TIME,
            },
        });
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        is_clean
    }
}

/// A connection with its limits.
pub(crate) struct Connection {
    socket: TcpStream,
    pace: Rc<Pace>,
    refuse: Refuse,
    /// The end of a wait for the client to send.
    read_wait: Pin<Box<Sleep>>,
    /// Bytes handed on since actix last had to look.
    turn: usize,
    /// The end of a wait for the client to read, and when the first of these waits began.
    write_wait: Option<(Pin<Box<Sleep>>, Instant)>,
    /// An answer of our own, as far as it is not written yet.
    refusal: Vec<u8>,
    is_over: bool,
}

impl Connection {
    pub(crate) fn new(socket: TcpStream, times: Times, refuse: Refuse) -> Self {
        Connection {
            socket,
            pace: Rc::new(Pace::new(times)),
            refuse,
            read_wait: Box::pin(actix_web::rt::time::sleep(times.head)),
            turn: 0,
            write_wait: None,
            refusal: Vec::new(),
            is_over: false,
        }
    }

    pub(crate) fn pace(&self) -> Rc<Pace> {
        Rc::clone(&self.pace)
    }

    /// Ends the connection: actix sees its end, and the client an answer where there is something to answer.
    fn end(&mut self, fault: Option<Fault>) -> Poll<io::Result<()>> {
        self.is_over = true;
        if let Some(fault) = fault {
            self.refusal = (self.refuse)(fault);
        }
        Poll::Ready(Ok(()))
    }

    /// Lets actix look at what it has; it asks again at once.
    fn pause(&mut self, cx: &Context<'_>) -> Poll<io::Result<()>> {
        self.turn = 0;
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Reads at most so many bytes; `until` is when the client has waited too long.
    fn read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        most: usize,
        until: Option<Instant>,
    ) -> Poll<io::Result<Option<usize>>> {
        let most = most.min(buffer.remaining());
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        match Pin::new(&mut self.socket).poll_read(cx, &mut part) {
            Poll::Ready(Ok(())) => {
                let read = part.filled().len();
                buffer.advance(read);
                self.turn += read;
                Poll::Ready(Ok(Some(read)))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                self.turn = 0;
                if let Some(until) = until {
                    self.read_wait.as_mut().reset(until.into());
                    ready!(self.read_wait.as_mut().poll(cx));
                    return Poll::Ready(Ok(None));
                }
                Poll::Pending
            }
        }
    }

    fn write_refusal(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.refusal.is_empty() {
            let written = ready!(Pin::new(&mut self.socket).poll_write(cx, &self.refusal))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.refusal.drain(..written);
        }
        Poll::Ready(Ok(()))
    }

    /// What actix writes when it could not read a request at all.
    fn bare_answer(&self, bytes: &[u8]) -> Option<Fault> {
        if !matches!(self.pace.phase.get(), Phase::Head { .. }) {
            return None;
        }
        let starts = |line: &str| bytes.starts_with(line.as_bytes());
        if starts("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n") {
            Some(Fault::NotHttp)
        } else if starts("HTTP/1.1 431 ") && bytes.ends_with(b"\r\n\r\n") {
            Some(Fault::HeadTooLarge)
        } else {
            None
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_over || buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        if this.turn >= TURN_MOST {
            return this.pause(cx);
        }
        let phase = this.pace.phase.get();
        let room = TURN_MOST - this.turn;
        let (room, until) = match phase {
            Phase::Work => {
                this.turn = 0;
                this.pace.reader.replace(Some(cx.waker().clone()));
                return Poll::Pending;
            }
            // What was handed on in this turn may end the head.
            Phase::Head { bytes, .. } if bytes >= HEAD_MOST && this.turn > 0 => {
                return this.pause(cx);
            }
            Phase::Head { bytes, .. } if bytes >= HEAD_MOST => {
                return this.end(Some(Fault::HeadTooLarge));
            }
            Phase::Head { bytes, until } => (room.min(HEAD_MOST - bytes), Some(until)),
            Phase::Body => (room, None),
            Phase::Rest { until } => (room, Some(until)),
        };
        // Who always has a byte ready is measured too.
        let read = match until {
            Some(until) if until <= Instant::now() => None,
            _ => ready!(this.read(cx, buffer, room, until))?,
        };
        match (read, phase) {
            (Some(read), Phase::Head { bytes, until }) => {
                let bytes = bytes + read;
                this.pace.phase.set(Phase::Head { bytes, until });
                Poll::Ready(Ok(()))
            }
            (Some(_), _) => Poll::Ready(Ok(())),
            (None, Phase::Head { bytes, .. }) if bytes > 0 => this.end(Some(Fault::TooSlow)),
            (None, _) => this.end(None),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.refusal.is_empty()
            && let Some(fault) = this.bare_answer(bytes)
        {
            this.refusal = (this.refuse)(fault);
        }
        if !this.refusal.is_empty() {
            ready!(this.write_refusal(cx))?;
            return Poll::Ready(Ok(bytes.len()));
        }
        if let Poll::Ready(written) = Pin::new(&mut this.socket).poll_write(cx, bytes) {
            if let (Ok(written), Some((wait, began))) = (&written, &mut this.write_wait) {
                match *written == bytes.len() {
                    true => this.write_wait = None,
                    false => {
                        let last = *began + this.pace.times.answer;
                        let until = last.min(Instant::now() + this.pace.times.stall);
                        wait.as_mut().reset(until.into());
                    }
                }
            }
            return Poll::Ready(written);
        }
        let stall = this.pace.times.stall;
        let (wait, _) = this
            .write_wait
            .get_or_insert_with(|| (Box::pin(actix_web::rt::time::sleep(stall)), Instant::now()));
        ready!(wait.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().socket).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.write_refusal(cx))?;
        ready!(Pin::new(&mut this.socket).poll_shutdown(cx))?;
        if !this.is_over {
            return Poll::Ready(Ok(()));
        }
        // With bytes unread, closing would take the answer from the client again.
        if !matches!(this.pace.phase.get(), Phase::Rest { .. }) {
            let until = Instant::now() + REST_TIME;
            this.pace.phase.set(Phase::Rest { until });
        }
        let Phase::Rest { until } = this.pace.phase.get() else {
            return Poll::Ready(Ok(()));
        };
        let mut waste = [0; 4_096];
        while until > Instant::now() {
            let mut waste = ReadBuf::new(&mut waste);
            match ready!(this.read(cx, &mut waste, TURN_MOST, Some(until))) {
                Ok(Some(read)) if read > 0 => {}
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
