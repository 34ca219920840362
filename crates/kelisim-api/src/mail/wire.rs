//! The socket under a conversation with a mail server.
//!
//! lettre never sets TCP_NODELAY and so pays some forty milliseconds a message; here the socket is
//! opened by us. The wire also hands the server's lines on one at a time: what a server (or
//! somebody between) sent together with its "ready to start TLS" is left for the TLS handshake,
//! which it breaks, and is never taken for a reply inside the protected conversation.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_util::io::{AsyncRead as FuturesRead, AsyncWrite as FuturesWrite};
#[expect(
    deprecated,
    reason = "the only way to give implicit TLS a socket of ours under the same settings as STARTTLS"
)]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncTokioStream, TlsParameters};
use tokio::{
    io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader, ReadBuf},
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// A TCP connection that remembers whether we have said anything yet.
pub(super) struct Wire {
    stream: BufReader<TcpStream>,
    spoken: Arc<AtomicBool>,
}

impl Wire {
    /// Opens a connection to the first address that answers within `limit`.
    ///
    /// With `loopback_only`, a name that leads anywhere else is refused.
    pub(super) async fn connect(
        host: &str,
        port: u16,
        limit: Duration,
        loopback_only: bool,
    ) -> io::Result<Self> {
        let found = timeout(limit, lookup_host((host, port)))
            .await
            .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "the name was not resolved"))??;
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name leads to no address");
        for address in found {
            if loopback_only && !address.ip().is_loopback() {
                last = io::Error::other("a connection in clear leaves this machine");
                continue;
            }
            match timeout(limit, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true)?;
                    return Ok(Self {
                        stream: BufReader::new(stream),
                        spoken: Arc::default(),
                    });
                }
                Ok(Err(error)) => last = error,
                Err(_) => last = io::Error::new(io::ErrorKind::TimedOut, "no answer"),
            }
        }
        Err(last)
    }

    /// Turns true with the first byte that we send: tells a missing banner from a missing EHLO reply.
    pub(super) fn spoken(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.spoken)
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.get_ref().peer_addr()
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let available = ready!(Pin::new(&mut self.stream).poll_fill_buf(cx))?;
        let line = match available.iter().position(|byte| *byte == b'\n') {
            Some(end) => &available[..=end],
            None => available,
        };
        let taken = line.len().min(out.remaining());
        out.put_slice(&line[..taken]);
        Pin::new(&mut self.stream).consume(taken);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.spoken.store(true, Ordering::Relaxed);
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A wire that was protected before the first line of SMTP (`smtps`).
#[derive(Debug)]
pub(super) struct Protected {
    #[expect(deprecated, reason = "see the import")]
    stream: AsyncNetworkStream,
    spoken: Arc<AtomicBool>,
}

impl Protected {
    /// Shakes hands over `wire`; nothing of SMTP is said before.
    pub(super) async fn over(
        wire: Wire,
        tls: TlsParameters,
    ) -> Result<Self, lettre::transport::smtp::Error> {
        #[expect(deprecated, reason = "see the import")]
        let mut stream = AsyncNetworkStream::use_existing_tokio1(Box::new(wire));
        stream.upgrade_tls(tls).await?;
        Ok(Self {
            stream,
            spoken: Arc::default(),
        })
    }

    /// As [`Wire::spoken`], of the protected conversation.
    pub(super) fn spoken(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.spoken)
    }
}

impl AsyncTokioStream for Protected {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Protected {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let free = out.initialize_unfilled();
        let count = ready!(Pin::new(&mut self.stream).poll_read(cx, free))?;
        out.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Protected {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.spoken.store(true, Ordering::Relaxed);
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
