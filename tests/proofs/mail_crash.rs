//! T2: what a killed worker leaves behind is sent, or shown; nothing is lost and nothing is sent twice in silence
//! (G3, G4).

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use mail_parser::MessageParser;

use super::{
    Order, Report,
    check::Findings,
    crash::{figures, keep_evidence, progress, writers},
    report::number,
    storm::Storm,
};
use crate::{
    OnBackend,
    foreign_smtp::ForeignServer,
    house::{House, Server},
};

/// How many messages and kills there must be.
struct Size {
    messages: usize,
    kills: usize,
}

/// What became of one message.
struct Fate {
    audience: String,
    state: String,
    /// Attempts whose outcome nobody knows, as they are recorded.
    uncertain: usize,
}

/// Runs the proof.
///
/// # Panics
/// The program cannot be run at all.
pub fn prove(order: &Order) -> Report {
    let size = match order.is_quick {
        true => Size {
            messages: 1_000,
            kills: 40,
        },
        false => Size {
            messages: 20_000,
            kills: 500,
        },
    };
    let mut report = Report::begin("T2", order);
    let house = House::on(order.backend);
    let sink = ForeignServer::start();
    let mail = [
        ("MAIL__TRANSPORT", "smtp".to_owned()),
        ("MAIL__SMTP_URL", sink.url()),
    ];
    let mut storm = Storm::new(&house, order.seed, order.is_quick, &mail);
    // A change causes about one message, and half of the awaited answers are those of an average life.
    storm.pace = 2 * size.messages / size.kills;
    let mut writers = writers(&house, order, true);
    let mut found = Findings::default();
    let recorded = || usize::try_from(house.database.count("outbox")).unwrap_or(0);
    while storm.kills < size.kills || recorded() < size.messages {
        storm.life(&mut writers);
        if storm.kills.is_multiple_of(25) {
            progress(&storm, &writers, &found);
            println!("  {} messages, {} letters", recorded(), sink.count());
        }
    }
    let server = storm.calm();
    for writer in &mut writers {
        let hands = writer.hands(&house, &server);
        writer.resolve(&hands);
    }
    storm.mail_is_quiet(Duration::from_secs(120));
    found.compare_all(&house, &writers);
    figures(&mut report, &storm, &writers, &found, size.kills);
    mail_figures(&mut report, &house, &sink, &storm, size.messages);
    let hidden = hidden(&house, &server);
    report.none("messages that the list does not show", &hidden);
    server.program.stop();
    keep_evidence(&mut report, &house);
    report.end()
}

fn mail_figures(
    report: &mut Report,
    house: &House,
    sink: &ForeignServer,
    storm: &Storm<'_>,
    messages: usize,
) {
    let fates = fates(house);
    let letters = letters(sink);
    let mut unlike = Vec::new();
    let (mut lost, mut twice, mut unexplained, mut again) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for (id, fate) in &fates {
        let Fate {
            audience,
            state,
            uncertain,
        } = fate;
        let (taken, differ) = letters
            .get(id)
            .map_or((0, false), |one| (one.count, one.differ));
        if differ {
            unlike.push(id.clone());
        }
        let said = format!(
            "message {id} to {audience} is {state}, {uncertain} uncertain, {taken} letters"
        );
        let is_shown = ["held", "failed", "uncertain", "cancelled"].contains(&state.as_str());
        if taken == 0 && !is_shown {
            lost.push(said.clone());
        }
        if taken > 1 && audience == "partner" {
            twice.push(said.clone());
        }
        if taken > 1 + uncertain || (taken > *uncertain && is_shown) {
            unexplained.push(said);
        }
        again += taken.saturating_sub(1);
    }
    let strangers = letters.keys().filter(|id| !fates.contains_key(*id));
    unexplained.extend(strangers.map(|id| format!("letter {id} of no message")));
    let total: usize = fates.values().map(|fate| fate.uncertain).sum();
    report.at_least("messages", number(messages), number(fates.len()));
    report.none("neither delivered nor shown", &lost);
    report.none("hold: letters taken more than once", &twice);
    report.none(
        "resend: copies that are not recorded as uncertain",
        &unexplained,
    );
    report.none("resend: copies that are not the same bytes", &unlike);
    report.at_most(
        "uncertain attempts, at most as many as were in flight at the kills",
        number(storm.in_flight),
        number(total),
    );
    report.noted("letters taken", number(sink.count()));
    report.noted(
        "copies of a letter, each recorded as uncertain",
        number(again),
    );
}

/// Every message with what is recorded of it.
fn fates(house: &House) -> BTreeMap<String, Fate> {
    let rows = house
        .database
        .lines("#id# || ' ' || audience || ' ' || state", "outbox");
    let mut fates: BTreeMap<String, Fate> = rows
        .iter()
        .filter_map(|row| {
            let mut words = row.split(' ').map(str::to_owned);
            let id = words.next()?;
            let fate = Fate {
                audience: words.next()?,
                state: words.next()?,
                uncertain: 0,
            };
            Some((id, fate))
        })
        .collect();
    for id in house
        .database
        .lines("#outbox_id#", "delivery_attempt WHERE result = 'uncertain'")
    {
        if let Some(fate) = fates.get_mut(&id) {
            fate.uncertain += 1;
        }
    }
    fates
}

/// The letters of one message.
struct Letters {
    count: usize,
    bytes: Vec<u8>,
    differ: bool,
}

/// What the mail server took of each message.
fn letters(sink: &ForeignServer) -> BTreeMap<String, Letters> {
    let mut letters: BTreeMap<String, Letters> = BTreeMap::new();
    for (_, bytes) in sink.taken() {
        let letter = MessageParser::default().parse(&bytes).unwrap();
        let (id, _) = letter
            .message_id()
            .and_then(|id| id.split_once('@'))
            .unwrap();
        let of_it = letters.entry(id.replace('-', "")).or_insert(Letters {
            count: 0,
            bytes: bytes.clone(),
            differ: false,
        });
        of_it.count += 1;
        of_it.differ |= of_it.bytes != bytes;
    }
    letters
}

/// Messages that the coordinator would not find in the list, or in another state.
fn hidden(house: &House, server: &Server) -> Vec<String> {
    let coordinator = house.by("coordinator", server);
    let (mut shown, mut next) = (BTreeSet::new(), Some("notices?limit=100".to_owned()));
    while let Some(path) = next {
        let page = coordinator.get(&path).expect(200);
        for item in page["items"].as_array().unwrap() {
            let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
            shown.insert(format!("{} {}", text("id").replace('-', ""), text("state")));
        }
        next = page["next"].as_str().map(str::to_owned);
    }
    let rows = house.database.lines("#id# || ' ' || state", "outbox");
    rows.into_iter()
        .filter(|row| !shown.contains(row))
        .collect()
}
