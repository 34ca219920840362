//! The register suspends a mediator while everybody works, and takes them back: their cases are taken from them in the same
//! transaction (D12).

use actix_web::http::{Method, header};
use actix_web::test::TestRequest;
use uuid::Uuid;

use super::asks::Heard;
use super::life::Life;
use super::orders::{News, is_nothing, is_unknown};
use crate::network;

/// The mediators who are suspended now and then.
const OFTEN: [u128; 4] = [21, 22, 23, 24];

/// What the registrar wishes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    mediator: u128,
    /// The version of the entry that the registrar has seen.
    version: i32,
    is_suspended: bool,
}

impl Wish {
    fn status(self, is_suspended: bool) -> &'static str {
        if is_suspended { "suspended" } else { "active" }
    }

    /// The request as it goes to the routes.
    pub(super) fn request(self) -> TestRequest {
        let path = format!("/api/v1/mediators/{}", Uuid::from_u128(self.mediator));
        let status = self.status(self.is_suspended);
        let body = serde_json::json!({"status": status, "status_reason": "A decision."});
        let token = format!("Bearer {}", network::token("registrar"));
        TestRequest::default()
            .method(Method::PATCH)
            .uri(&path)
            .insert_header((header::AUTHORIZATION, token))
            .insert_header((header::IF_MATCH, format!("\"{}\"", self.version)))
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .set_payload(body.to_string())
    }
}

impl Life<'_> {
    /// Somebody is suspended, or comes back, which is what happens more often to whoever is suspended.
    pub(super) fn wish(&self) -> Wish {
        let away = OFTEN.into_iter().filter(|id| self.suspended.contains(id));
        let away: Vec<u128> = away.collect();
        let mediator = match away.is_empty() || self.dice.is(30) {
            true => *self.dice.one_of(&OFTEN),
            false => *self.dice.one_of(&away),
        };
        Wish {
            mediator,
            version: self.entries.get(&mediator).copied().unwrap_or(1),
            is_suspended: !self.suspended.contains(&mediator),
        }
    }

    /// What became of a wish, by the answer and by the entry as it is now.
    pub(super) fn learn(&mut self, wish: Wish, heard: &Heard) -> Option<News> {
        self.tally.steps += 1;
        let id = self.house.listed(&[Uuid::from_u128(wish.mediator)]);
        let entry = self.house.lines(
            "version || ' ' || status",
            &format!("mediator WHERE id = {id}"),
        );
        let is = |version: i32, is_suspended: bool| {
            entry == [format!("{version} {}", wish.status(is_suspended))]
        };
        let is_done = is(wish.version + 1, wish.is_suspended);
        let is_still = is(wish.version, !wish.is_suspended);
        let fits = match heard {
            _ if is_unknown(heard) => is_done || is_still,
            _ if is_nothing(heard) => is_still,
            Heard::Said { status: 200, .. } => is_done,
            // One of the cases changed at the same moment.
            Heard::Said { status: 412, .. } => is_still,
            _ => false,
        };
        if !fits {
            self.contradict(format!(
                "{wish:?} was answered with {heard:?}, and {entry:?} is there"
            ));
        }
        if !is_done {
            return None;
        }
        self.tally.suspensions += 1;
        self.entries.insert(wish.mediator, wish.version + 1);
        Some(News {
            mediator: wish.mediator,
            is_suspended: wish.is_suspended,
        })
    }
}
