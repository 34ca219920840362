//! Each kind of damage, by itself, on a short chain.

use super::*;
use crate::{
    audit::{AuditEntry, canonical},
    id::AuditId,
};
use chrono::DateTime;
use serde_json::json;
use std::convert::Infallible;
use uuid::Uuid;

const REGION: RegionId = RegionId(Uuid::from_u128(1));

fn entry(number: u128) -> AuditEntry {
    AuditEntry {
        id: AuditId(Uuid::from_u128(100 + number)),
        region: REGION,
        at: DateTime::UNIX_EPOCH,
        actor: None,
        action: "office.update".into(),
        object_kind: "office".into(),
        object_id: number.to_string(),
        before: None,
        after: Some(json!({"n": number.to_string()})),
        reason: None,
    }
}

/// Seals over entries, and the head after each.
fn sealed(entries: impl IntoIterator<Item = AuditEntry>) -> Vec<Link> {
    let mut head = Head::EMPTY;
    let link = |entry: AuditEntry| {
        let link = Link::after(&head, &entry);
        head = Head {
            seq: link.seq,
            hash: link.hash,
        };
        link
    };
    entries.into_iter().map(link).collect()
}

fn chain() -> Vec<Link> {
    sealed((1..=9).map(entry))
}

fn anchor(link: &Link) -> Anchor {
    let head = Head {
        seq: link.seq,
        hash: link.hash,
    };
    head.anchor(REGION, "WKR", DateTime::UNIX_EPOCH)
}

fn verdict(links: &[Link], anchors: &[Anchor]) -> Option<(DamageKind, i64)> {
    let mut verifier = Verifier::new(REGION, anchors);
    for (place, link) in links.iter().enumerate() {
        if let Err(misfit) = verifier.take(link) {
            let rest = || Ok::<_, Infallible>(links[place..].iter().copied().map(Ok));
            let Ok(damage) = verifier.judge(&misfit, rest);
            return Some((damage.kind, damage.seq));
        }
        let compared = verifier.compare(|seq| {
            let place = usize::try_from(seq - 1).ok()?;
            links.get(place).map(|link| link.hash)
        });
        if let Err(damage) = compared {
            return Some((damage.kind, damage.seq));
        }
    }
    let damage = verifier.end().err()?;
    Some((damage.kind, damage.seq))
}

#[test]
fn r22_a_chain_that_nobody_touched_is_right() {
    let chain = chain();
    assert_eq!(verdict(&chain, &[]), None);
    let anchors = [anchor(&chain[8]), anchor(&chain[2]), anchor(&chain[2])];
    assert_eq!(verdict(&chain, &anchors), None);
    let of_another = Anchor {
        region: RegionId(Uuid::from_u128(2)),
        seq: 99,
        ..anchor(&chain[0])
    };
    assert_eq!(verdict(&chain, &[of_another]), None);
    let empty = Head::EMPTY.anchor(REGION, "WKR", DateTime::UNIX_EPOCH);
    assert_eq!(verdict(&chain, &[empty]), None);
}

#[test]
fn g9_a_change_is_found() {
    let mut links = chain();
    links[3].leaf = Some(canonical::leaf(&entry(77)));
    assert_eq!(verdict(&links, &[]), Some((DamageKind::Changed, 4)));
    let mut links = chain();
    links[3].hash[0] ^= 1;
    assert_eq!(verdict(&links, &[]), Some((DamageKind::Changed, 4)));
    let mut links = chain();
    links[3].previous[0] ^= 1;
    assert_eq!(verdict(&links, &[]), Some((DamageKind::Changed, 4)));
    let mut links = chain();
    links[3].agrees = false;
    assert_eq!(verdict(&links, &[]), Some((DamageKind::Changed, 4)));
    // The entry and its own seal, but none of those that follow.
    let mut links = chain();
    links[3] = Link::after(
        &Head {
            seq: 3,
            hash: links[2].hash,
        },
        &entry(77),
    );
    assert_eq!(verdict(&links, &[]), Some((DamageKind::Changed, 4)));
}

#[test]
fn g9_a_removal_is_found() {
    for place in [0, 4] {
        let mut links = chain();
        links.remove(place);
        let seq = i64::try_from(place).unwrap() + 1;
        assert_eq!(verdict(&links, &[]), Some((DamageKind::Missing, seq)));
        // With the numbers closed up over the gap.
        for link in &mut links[place..] {
            link.seq -= 1;
        }
        assert_eq!(verdict(&links, &[]), Some((DamageKind::Missing, seq)));
    }
    let mut links = chain();
    links[5].leaf = None;
    assert_eq!(verdict(&links, &[]), Some((DamageKind::Missing, 6)));
}

#[test]
fn g9_another_order_is_found() {
    for (one, other) in [(2, 3), (2, 7)] {
        let mut links = chain();
        let (first, second) = (links[one].seq, links[other].seq);
        links.swap(one, other);
        (links[one].seq, links[other].seq) = (first, second);
        assert_eq!(verdict(&links, &[]), Some((DamageKind::Reordered, 3)));
        // The seals stay, and the entries under them are exchanged.
        let mut links = chain();
        let leaf = links[one].leaf;
        links[one].leaf = links[other].leaf;
        links[other].leaf = leaf;
        assert_eq!(verdict(&links, &[]), Some((DamageKind::Reordered, 3)));
    }
}

#[test]
fn g9_a_cut_behind_an_anchor_is_found_and_one_after_the_last_is_not() {
    let chain = chain();
    let anchors = [anchor(&chain[2]), anchor(&chain[6])];
    assert_eq!(verdict(&chain[..6], &anchors), Some((DamageKind::Cut, 7)));
    assert_eq!(verdict(&[], &anchors), Some((DamageKind::Cut, 1)));
    assert_eq!(verdict(&chain[..7], &anchors), None);
}

#[test]
fn g9_a_log_that_was_sealed_anew_does_not_fit_its_anchor() {
    let chain = chain();
    let anchors = [anchor(&chain[2]), anchor(&chain[6])];
    let changed = (1..=9).map(|number| entry(if number == 5 { 55 } else { number }));
    let anew = sealed(changed);
    assert_eq!(verdict(&anew, &[]), None, "it fits itself");
    assert_eq!(verdict(&anew, &anchors), Some((DamageKind::Rehashed, 4)));
}
