//! Whoever reads no content learns nothing by looking for it: a name that is there and one that is not give one answer.

use serde_json::{Value, json};

use super::{Canaries, OUTSIDERS, Seen};
use crate::{
    house::{House, Server},
    http::{Client, Reply},
};

/// Names that are looked for.
const NAMES_MOST: usize = 3;
/// A mediator to whom no case ever came: they may look for names, and find none.
const WITHOUT_CASES: &str = "mediator3";

/// Looks for names of sides, as who reads them and as who does not.
pub(super) fn counts(
    house: &House,
    server: &Server,
    (canaries, names): (&Canaries, &[String]),
    seen: &mut Seen,
) {
    // As long and of the same letters as the others, and of nobody.
    let nobody = canaries.word("search.nobody");
    let head = house.by("head", server);
    for name in names.iter().rev().take(NAMES_MOST) {
        // Only a name that somebody finds can show that others do not.
        match (
            found(&by_name(&head, name)),
            found(&by_name(&head, &nobody)),
        ) {
            (1, 0) => seen.names_found += 1,
            other => seen.found.push(format!(
                "the head looks for a name, and for nobody: {other:?} cases"
            )),
        }
        for who in OUTSIDERS.iter().chain([&WITHOUT_CASES]) {
            let client = house.by(who, server);
            for (how, look) in [
                ("search by name", by_name as fn(&Client, &str) -> Reply),
                ("q", by_query),
            ] {
                let [there, not] = [name, &nobody].map(|word| told(&look(&client, word), word));
                if there != not {
                    let told =
                        format!("{how} as {who} tells that a name is there: {there:?} and {not:?}");
                    seen.found.push(told);
                }
                seen.searches += 1;
            }
        }
    }
}

fn by_name(client: &Client, word: &str) -> Reply {
    client.post("cases/search", &json!({"name": word}))
}

fn by_query(client: &Client, word: &str) -> Reply {
    client.get(&format!("cases?q={word}"))
}

fn found(reply: &Reply) -> usize {
    let body: Value = serde_json::from_str(&reply.text).unwrap_or_default();
    body["items"].as_array().map_or(0, Vec::len)
}

/// All that an answer tells: how many, in which order, whether more would come; but for the word itself.
fn told(reply: &Reply, word: &str) -> (u16, String, Option<String>) {
    let link = reply.header("link").map(|link| link.replace(word, "…"));
    let mut text = reply.text.replace(word, "…");
    if let Ok(Value::Object(mut problem)) = serde_json::from_str(&reply.text) {
        // Each answer has an id of its own.
        if problem.remove("instance").is_some() {
            text = Value::Object(problem).to_string();
        }
    }
    (reply.status, text, link)
}
