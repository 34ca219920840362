//! Where the relay is and how it is spoken to, read from one URL.

use std::{net::IpAddr, time::Duration};

use thiserror::Error;
use url::{Host, Url};

/// Everything the SMTP transport needs to know.
///
/// It holds a password and is therefore neither printed nor serialised.
#[derive(Clone)]
pub struct SmtpSettings {
    /// Name or address of the relay; the name that its certificate must carry.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the conversation is protected.
    pub security: Security,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// How we introduce ourselves.
    pub hello_name: String,
    /// One more trusted root certificate, in PEM.
    pub root_certificate: Option<Vec<u8>>,
    /// How long each step may take.
    pub timeouts: Timeouts,
}

/// How a conversation is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// `smtp://`: in clear, to a server on this machine only.
    Clear,
    /// `smtp+starttls://`: TLS begins after the first greeting and is required.
    StartTls,
    /// `smtps://`: TLS from the first byte.
    Tls,
}

/// How long each step may take (RFC 5321, section 4.5.3.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeouts {
    /// Until the name is resolved and the connection stands, each; also for a kept connection to
    /// show that it is alive.
    pub connect: Duration,
    /// Until a greeting or a command is answered.
    pub command: Duration,
    /// Until the content is sent and the reply to the final dot is there.
    pub after_dot: Duration,
    /// How long an unused connection is kept.
    pub idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_secs(5 * 60),
            after_dot: Duration::from_secs(10 * 60),
            idle: Duration::from_secs(60),
        }
    }
}

/// What is wrong with a mail URL. The URL itself is not repeated: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// Not a URL, or one without a host.
    #[error("not a mail URL; expected smtps://user@host or smtp+starttls://user@host")]
    Malformed,
    /// Another scheme.
    #[error("unknown scheme `{0}`; known are smtps, smtp+starttls, and smtp for loopback")]
    Scheme(String),
    /// `smtp://` to another machine.
    #[error("smtp:// sends in clear and is for this machine only; use smtps or smtp+starttls")]
    Clear,
    /// A path, a query or a fragment.
    #[error("a mail URL ends after the port")]
    Surplus,
    /// A password without a user or with bytes that are no text.
    #[error("user and password must be UTF-8, and a password needs a user")]
    Credentials,
}

impl SmtpSettings {
    /// Reads `smtps://`, `smtp+starttls://` or, for loopback, `smtp://`.
    ///
    /// `password` wins over one in the URL, so that the URL can be public and the password a file.
    pub fn parse(
        url: &str,
        password: Option<String>,
        hello_name: &str,
    ) -> Result<Self, SettingsError> {
        let url = Url::parse(url.trim()).map_err(|_| SettingsError::Malformed)?;
        let (security, port) = match url.scheme() {
            "smtp" => (Security::Clear, 25),
            "smtp+starttls" => (Security::StartTls, 587),
            "smtps" => (Security::Tls, 465),
            other => return Err(SettingsError::Scheme(other.to_owned())),
        };
        let host = match url.host() {
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
            _ => return Err(SettingsError::Malformed),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(SettingsError::Surplus);
        }
        if security == Security::Clear && !is_loopback(&host) {
            return Err(SettingsError::Clear);
        }
        Ok(Self {
            host,
            port: url.port().unwrap_or(port),
            security,
            credentials: credentials(&url, password)?,
            hello_name: hello_name.to_owned(),
            root_certificate: None,
            timeouts: Timeouts::default(),
        })
    }
}

fn credentials(
    url: &Url,
    password: Option<String>,
) -> Result<Option<(String, String)>, SettingsError> {
    let user = decoded(url.username())?;
    let password = match (password, url.password()) {
        (Some(password), _) => Some(password),
        (None, Some(encoded)) => Some(decoded(encoded)?),
        (None, None) => None,
    };
    match (user.is_empty(), password) {
        (true, None) => Ok(None),
        (false, Some(password)) => Ok(Some((user, password))),
        _ => Err(SettingsError::Credentials),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Undoes the percent-encoding of user and password.
fn decoded(text: &str) -> Result<String, SettingsError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: &u8| (*byte as char).to_digit(16);
                let (Some(high), Some(low)) = (digit(high), digit(low)) else {
                    return Err(SettingsError::Credentials);
                };
                bytes.push(u8::try_from(high * 16 + low).map_err(|_| SettingsError::Credentials)?);
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| SettingsError::Credentials)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<SmtpSettings, SettingsError> {
        SmtpSettings::parse(url, None, "example.kz")
    }

    fn refused(url: &str) -> SettingsError {
        match parse(url) {
            Ok(_) => panic!("{url} was taken"),
            Err(error) => error,
        }
    }

    #[test]
    fn each_scheme_has_its_port_and_protection() {
        let tls = parse("smtps://relay.example.kz").unwrap();
        assert_eq!((tls.port, tls.security), (465, Security::Tls));
        let starttls = parse("smtp+starttls://relay.example.kz:2587").unwrap();
        assert_eq!(
            (starttls.port, starttls.security),
            (2587, Security::StartTls)
        );
        let clear = parse("smtp://127.0.0.1").unwrap();
        assert_eq!((clear.port, clear.security), (25, Security::Clear));
        assert!(parse("smtp://[::1]:2525").is_ok());
        assert!(parse("smtp://localhost").is_ok());
    }

    #[test]
    fn clear_text_never_leaves_the_machine() {
        assert_eq!(refused("smtp://relay.example.kz"), SettingsError::Clear);
        assert_eq!(refused("smtp://10.0.0.1"), SettingsError::Clear);
        assert_eq!(refused("smtp://localhost.example.kz"), SettingsError::Clear);
    }

    #[test]
    fn what_is_no_mail_url_is_refused() {
        assert_eq!(refused("relay.example.kz"), SettingsError::Malformed);
        assert_eq!(refused("smtps://"), SettingsError::Malformed);
        assert_eq!(
            refused("https://relay.example.kz"),
            SettingsError::Scheme("https".into())
        );
        assert_eq!(
            refused("smtps://relay.example.kz/x"),
            SettingsError::Surplus
        );
        assert_eq!(
            refused("smtps://relay.example.kz?x=1"),
            SettingsError::Surplus
        );
        assert_eq!(
            refused("smtps://user@relay.example.kz"),
            SettingsError::Credentials
        );
        assert_eq!(
            refused("smtps://u:%ff@relay.example.kz"),
            SettingsError::Credentials
        );
    }

    #[test]
    fn a_password_comes_from_the_url_or_from_a_file() {
        let url = "smtps://office%40example.kz:p%3Aw@relay.example.kz";
        let settings = parse(url).unwrap();
        assert_eq!(
            settings.credentials,
            Some(("office@example.kz".into(), "p:w".into()))
        );
        let settings =
            SmtpSettings::parse("smtps://u@relay.example.kz", Some("file".into()), "x").unwrap();
        assert_eq!(settings.credentials, Some(("u".into(), "file".into())));
    }
}
