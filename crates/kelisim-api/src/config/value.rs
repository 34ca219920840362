//! From a raw text to a value, with words for what is wrong.

use super::{AnchorPlace, key::Kind};
use crate::mail::settings::SmtpSettings;
use kelisim_domain::{
    calendar::Zone,
    code::{RegionCode, WorkflowKey},
    language::Language,
};
use kelisim_persistence::connection::DatabaseUrl;
use lettre::message::Mailbox;
use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};
use url::{Host, Url};

/// A network such as `10.0.0.0/8`; a single address has the whole length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    /// Whether an address lies in the network.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(one)) => same_start(
                u128::from(net.to_bits()),
                u128::from(one.to_bits()),
                32,
                self.prefix,
            ),
            (IpAddr::V6(net), IpAddr::V6(one)) => {
                same_start(net.to_bits(), one.to_bits(), 128, self.prefix)
            }
            _ => false,
        }
    }
}

fn same_start(a: u128, b: u128, width: u32, prefix: u32) -> bool {
    (a ^ b).checked_shr(width - prefix).unwrap_or(0) == 0
}

/// What a kind of setting wants, in words.
pub(super) fn wanted(kind: Kind) -> String {
    match kind {
        Kind::Text => "a text".to_owned(),
        Kind::Path => "the path of a file, as text".to_owned(),
        Kind::Listen => "an address and port such as \"127.0.0.1:8080\"".to_owned(),
        Kind::WebUrl => "an absolute URL such as \"https://kelisim.example.kz\"".to_owned(),
        Kind::DatabaseUrl => "\"sqlite:PATH\" or \"postgres://USER:PASSWORD@HOST/NAME\"".to_owned(),
        Kind::MailUrl => {
            "\"smtps://USER:PASSWORD@HOST\" or \"smtp+starttls://USER:PASSWORD@HOST\"".to_owned()
        }
        Kind::Mailbox => "a mail address such as \"Kelisim <kelisim@example.kz>\"".to_owned(),
        Kind::AnchorPlace => {
            "\"file:PATH\", \"mailto:ADDRESS\" or \"https://HOST/PATH\" (http:// on a loopback address only)"
                .to_owned()
        }
        Kind::Flag => "true or false".to_owned(),
        Kind::Number { least, most } => format!("a whole number from {least} to {most}"),
        Kind::Choice(words) => words.join(" or "),
        Kind::Networks => "a list of addresses or networks such as [\"10.0.0.0/8\"]".to_owned(),
        Kind::Languages => "a list out of [\"kk\", \"ru\", \"en\"]".to_owned(),
        Kind::Zone => "a time zone such as \"Asia/Oral\"".to_owned(),
        Kind::RegionCode => "the code of a region such as \"WKR\"".to_owned(),
        Kind::WorkflowKey => "the key of a workflow such as \"basic\"".to_owned(),
    }
}

/// What is wrong with a value: what it must be, and sometimes more. The value is never repeated, it may be a secret.
pub(super) type Wrong = String;

pub(super) fn listen(text: &str) -> Result<SocketAddr, Wrong> {
    text.parse().map_err(|_| wanted(Kind::Listen))
}

pub(super) fn flag(text: &str) -> Result<bool, Wrong> {
    text.parse().map_err(|_| wanted(Kind::Flag))
}

pub(super) fn number(text: &str, kind: Kind) -> Result<u64, Wrong> {
    let Kind::Number { least, most } = kind else {
        return Err(wanted(kind));
    };
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| wanted(kind))
}

pub(super) fn choice(text: &str, kind: Kind) -> Result<&'static str, Wrong> {
    let Kind::Choice(words) = kind else {
        return Err(wanted(kind));
    };
    words
        .iter()
        .copied()
        .find(|word| *word == text)
        .ok_or_else(|| wanted(kind))
}

pub(super) fn database(text: &str) -> Result<DatabaseUrl, Wrong> {
    text.parse()
        .map_err(|error: kelisim_persistence::error::Error| {
            format!("{} ({error})", wanted(Kind::DatabaseUrl))
        })
}

pub(super) fn web(text: &str) -> Result<Url, Wrong> {
    let wrong = || wanted(Kind::WebUrl);
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain = url.username().is_empty() && url.password().is_none();
    let ends = url.query().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() || !plain || !ends {
        return Err(wrong());
    }
    Ok(url)
}

pub(super) fn mail(text: &str) -> Result<(), Wrong> {
    SmtpSettings::parse(text, None, "localhost")
        .map(|_| ())
        .map_err(|error| format!("{} ({error})", wanted(Kind::MailUrl)))
}

pub(super) fn mailbox(text: &str) -> Result<Mailbox, Wrong> {
    text.parse().map_err(|_| wanted(Kind::Mailbox))
}

pub(super) fn anchor(text: &str) -> Result<AnchorPlace, Wrong> {
    let place = match text.split_once(':') {
        Some(("file", path)) if !path.is_empty() && !path.starts_with("//") => {
            Some(AnchorPlace::File(PathBuf::from(path)))
        }
        Some(("mailto", address)) => address.parse().ok().map(AnchorPlace::Mail),
        Some(("http" | "https", _)) => Url::parse(text)
            .ok()
            .filter(|url| url.scheme() == "https" || is_here(url))
            .filter(|url| url.query().is_none() && url.fragment().is_none())
            .map(AnchorPlace::Web),
        _ => None,
    };
    place.ok_or_else(|| wanted(Kind::AnchorPlace))
}

/// Whether an address is one of this machine: in clear nothing else is spoken to.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(super) fn networks(text: &str) -> Result<Vec<Network>, Wrong> {
    entries(text)
        .map(|entry| network(entry).ok_or_else(|| wanted(Kind::Networks)))
        .collect()
}

impl std::str::FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        network(text).ok_or(())
    }
}

fn network(text: &str) -> Option<Network> {
    let (address, prefix) = match text.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse().ok()?)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.unwrap_or(most);
    (prefix <= most).then_some(Network { address, prefix })
}

pub(super) fn languages(text: &str) -> Result<Vec<Language>, Wrong> {
    let mut languages = Vec::new();
    for entry in entries(text) {
        let language: Language = entry.parse().map_err(|_| wanted(Kind::Languages))?;
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    if languages.is_empty() {
        return Err(wanted(Kind::Languages));
    }
    Ok(languages)
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
}

pub(super) fn zone(text: &str) -> Result<Zone, Wrong> {
    Zone::parse(text).map_err(|_| wanted(Kind::Zone))
}

pub(super) fn region(text: &str) -> Result<RegionCode, Wrong> {
    RegionCode::parse(text).map_err(|_| wanted(Kind::RegionCode))
}

pub(super) fn workflow(text: &str) -> Result<WorkflowKey, Wrong> {
    WorkflowKey::parse(text).map_err(|_| wanted(Kind::WorkflowKey))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_addresses_only() {
        let nets = networks("10.0.0.0/8, 192.168.1.7, ::1").unwrap();
        let trusted = |text: &str| nets.iter().any(|net| net.contains(text.parse().unwrap()));
        for inside in ["10.255.0.1", "192.168.1.7", "::1", "::ffff:10.1.2.3"] {
            assert!(trusted(inside), "{inside}");
        }
        for outside in ["11.0.0.1", "192.168.1.8", "::2"] {
            assert!(!trusted(outside), "{outside}");
        }
        assert!(networks("0.0.0.0/0").unwrap()[0].contains("8.8.8.8".parse().unwrap()));
        assert!(networks("10.0.0.0/33").is_err());
    }

    #[test]
    fn mail_in_clear_goes_to_this_machine_only() {
        for good in [
            "smtp://127.0.0.1:2525",
            "smtp://localhost",
            "smtp://[::1]:25",
            "smtps://u:p@mail.example.kz",
        ] {
            assert!(mail(good).is_ok(), "{good}");
        }
        for bad in [
            "smtp://mail.example.kz",
            "smtp://10.0.0.1",
            "http://x",
            "mail.example.kz",
            "",
        ] {
            assert!(mail(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn r22_an_anchor_goes_to_a_file_a_mailbox_or_a_web_server() {
        for good in [
            "file:/mnt/other/kelisim.anchors",
            "file:anchors",
            "mailto:audit@example.kz",
            "https://u:p@anchors.example.kz/kelisim",
            "http://127.0.0.1:8080/a",
            "http://[::1]/a",
        ] {
            assert!(anchor(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "/mnt/other",
            "file:",
            "file://host/path",
            "mailto:nobody",
            "http://anchors.example.kz/",
            "https://a.example.kz/?b=c",
            "ftp://a",
        ] {
            assert!(anchor(bad).is_err(), "{bad}");
        }
    }
}
