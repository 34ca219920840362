//! The two shipped workflows, each by its shortest way to a case that was settled.

use std::sync::LazyLock;

use kelisim_domain::calendar::Zone;
use kelisim_tests::mediation::{AGREEMENT, CONTRACT};
use serde::Serialize;

use crate::network;
use crate::place::now;

/// The workflow that new cases follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Way {
    Basic,
    Mediation,
}

const SUMMARY: &str =
    "Забор чинят вместе до первого мая; за капусту хозяин коровы отдаёт два мешка картофеля.";
const NOTHING_EXCLUDES: &str =
    r#"{"third_party":false,"incapable":false,"corruption":false,"grave_crime":false}"#;
static IN_CONTRACT: LazyLock<String> = LazyLock::new(|| format!("{CONTRACT:?}"));
static IN_AGREEMENT: LazyLock<String> = LazyLock::new(|| format!("{AGREEMENT:?}"));

impl Way {
    /// The key of its definition.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Mediation => "mediation",
        }
    }

    /// How many requests a lifecycle has, the filing included: each is one transition.
    pub(crate) fn requests(self) -> usize {
        match self {
            Self::Basic => 4,
            Self::Mediation => 8,
        }
    }

    /// The token of whoever acts, and the body, of a request after the first.
    pub(crate) fn act(self, office: usize, request: usize) -> (String, String) {
        let body = match self {
            Self::Basic => basic(office, request),
            Self::Mediation => mediation(office, request),
        };
        let is_head = match self {
            Self::Basic => request == 2,
            Self::Mediation => request <= 4,
        };
        let token = match is_head {
            true => network::head_token(office),
            false => network::mediator_token(office),
        };
        (token, body)
    }
}

fn basic(office: usize, request: usize) -> String {
    match request {
        2 => asked("assign", office),
        3 => {
            let day = today();
            format!(
                r#"{{"action":"reconcile","agreement":{{"signed_on":"{day}","summary":"{SUMMARY}"}}}}"#
            )
        }
        _ => r#"{"action":"close"}"#.to_owned(),
    }
}

fn mediation(office: usize, request: usize) -> String {
    match request {
        2 => format!(r#"{{"action":"screen","exclusions":{NOTHING_EXCLUDES}}}"#),
        3 => r#"{"action":"make_ready"}"#.to_owned(),
        4 => asked("offer", office),
        5 => r#"{"action":"accept","declaration":{"result":"none"}}"#.to_owned(),
        6 => {
            let (day, elements) = (today(), &*IN_CONTRACT);
            format!(
                r#"{{"action":"record_contract","contract":{{"signed_on":"{day}","all_signed":true,"elements":{elements}}}}}"#
            )
        }
        7 => {
            let (day, elements) = (today(), &*IN_AGREEMENT);
            format!(
                r#"{{"action":"reconcile","agreement":{{"signed_on":"{day}","summary":"{SUMMARY}","elements":{elements}}}}}"#
            )
        }
        _ => r#"{"action":"close","nothing_left":true}"#.to_owned(),
    }
}

/// A mediator is given the case, or asked to take it.
fn asked(action: &str, office: usize) -> String {
    let mediator = network::mediator(office);
    format!(r#"{{"action":"{action}","mediator":"{mediator}"}}"#)
}

fn today() -> String {
    Zone::ORAL.day(now()).to_string()
}
