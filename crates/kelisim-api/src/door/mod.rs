//! What the way in needs: hashing of passwords, the judgement of new ones, second factors, and whose address a request comes from.
//!
//! Absent on purpose: any decision about who gets in. That stands in `app/prove.rs`, and everything here serves it.

pub mod common;
pub mod factor;
pub mod hasher;
pub mod judge;

use crate::config::Network;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hasher::Hasher;
use kelisim_persistence::{Entropy, OsEntropy};
use sha2::{Digest, Sha256};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

/// The way in; one for the process.
pub struct Door {
    /// Hashes passwords, a few at a time.
    pub hasher: Hasher,
    /// Chance that nobody can guess: cookies, links, secrets.
    pub secrets: Arc<dyn Entropy>,
    /// Proxies whose X-Forwarded-For is believed (R36).
    pub trusted_proxies: Vec<Network>,
    /// Whether everything here is invented, which every page says.
    pub is_demo: bool,
}

impl Default for Door {
    fn default() -> Self {
        Door {
            hasher: Hasher::default(),
            secrets: Arc::new(OsEntropy),
            trusted_proxies: Vec::new(),
            is_demo: false,
        }
    }
}

impl Door {
    /// A new secret of 256 bits, as it stands in a cookie or a link, and the digest that is stored of it.
    pub fn secret(&self) -> (String, [u8; 32]) {
        let mut bytes = [0; 32];
        self.secrets.fill(&mut bytes);
        let text = URL_SAFE_NO_PAD.encode(bytes);
        let digest = digest(&text);
        (text, digest)
    }

    /// The address of the client: that of the peer, unless the peer is a proxy of ours; then the last address before our own
    /// proxies in `X-Forwarded-For`, which no client can write (R36).
    pub fn client(&self, peer: Option<IpAddr>, forwarded: &[&str]) -> IpAddr {
        let trusts = |address: IpAddr| {
            self.trusted_proxies
                .iter()
                .any(|network| network.contains(address))
        };
        let mut client = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        let hops = forwarded.iter().flat_map(|line| line.split(','));
        let hops: Vec<&str> = hops.map(str::trim).collect();
        for hop in hops.into_iter().rev() {
            if !trusts(client) {
                break;
            }
            match hop.parse() {
                Ok(address) => client = address,
                Err(_) => break,
            }
        }
        client.to_canonical()
    }
}

/// What is stored of a secret.
pub fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// A subject of a budget: nobody reads from it what was counted.
pub fn subject(kind: &str, what: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(kind.as_bytes());
    hash.update([0]);
    hash.update(what);
    hash.finalize().into()
}

/// What is counted as one address: of IPv6 the network of 64 bits, which a single customer has to himself.
pub fn counted_as(address: IpAddr) -> Vec<u8> {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets()[..8].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn r36_only_a_proxy_of_ours_may_name_the_client() {
        let mut door = Door::default();
        let stranger = Some(ip("203.0.113.9"));
        assert_eq!(door.client(stranger, &["10.0.0.1"]), ip("203.0.113.9"));
        door.trusted_proxies = vec!["192.0.2.0/24".parse().unwrap()];
        assert_eq!(door.client(stranger, &["10.0.0.1"]), ip("203.0.113.9"));
        let proxy = Some(ip("192.0.2.7"));
        assert_eq!(door.client(proxy, &[]), ip("192.0.2.7"));
        assert_eq!(door.client(proxy, &["198.51.100.4"]), ip("198.51.100.4"));
        // What the client itself wrote stands before what our proxies wrote.
        let chain = ["10.0.0.1, 198.51.100.4", "192.0.2.8"];
        assert_eq!(door.client(proxy, &chain), ip("198.51.100.4"));
        assert_eq!(door.client(proxy, &["nonsense"]), ip("192.0.2.7"));
        assert_eq!(
            door.client(proxy, &["::ffff:198.51.100.4"]),
            ip("198.51.100.4")
        );
    }

    #[test]
    fn a_customer_of_ipv6_is_one_address() {
        let one = counted_as(ip("2001:db8:1:2::1"));
        assert_eq!(one, counted_as(ip("2001:db8:1:2:ffff::9")));
        assert_ne!(one, counted_as(ip("2001:db8:1:3::1")));
        assert_ne!(counted_as(ip("192.0.2.1")), counted_as(ip("192.0.2.2")));
    }

    #[test]
    fn r05_a_secret_has_256_random_bits_and_is_stored_as_a_digest() {
        let door = Door::default();
        let ((one, kept), (other, _)) = (door.secret(), door.secret());
        assert_eq!((one.len(), kept), (43, digest(&one)));
        assert_ne!(one, other);
    }
}
