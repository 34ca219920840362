//! Cases are led by what their workflows allow, and every confidential field gets a word of its own.

use std::{cell::RefCell, collections::BTreeSet};

use serde_json::{Map, Value, json};

use super::Canaries;
use crate::{
    house::{House, Server, filed_on},
    http::Reply,
    proofs::dice::Dice,
};

/// Sides of a case, and actions that are tried on it.
const SIDES: [&str; 6] = ["A", "B", "C", "D", "E", "F"];
const ACTIONS_MOST: usize = 24;
/// Who refers cases: what the first gave as its number it gets back, and the second does not (D24).
const PARTNERS: [&str; 2] = ["EDU", super::register::CLOSER];
/// Grounds that a coordinator may put in the place of another.
const GROUNDS: [&str; 6] = [
    "withdrawn",
    "proposal_rejected",
    "not_suitable",
    "one_refused",
    "both_refused",
    "mediation_impossible",
];
/// What the content shows that is no text of anybody: codes, ids and days.
const PLAIN: [&str; 8] = [
    "id",
    "side",
    "kind",
    "language",
    "signed_on",
    "at",
    "by",
    "version",
];

/// Somebody leads cases.
pub(super) struct Walk<'a> {
    pub(super) house: &'a House,
    pub(super) server: &'a Server,
    pub(super) workflow: &'a str,
    dice: Dice,
    pub(super) canaries: &'a Canaries,
    /// Fields whose answers are codes and days: nothing of anybody's own words.
    coded: RefCell<BTreeSet<String>>,
    /// Actions that were taken.
    pub(super) actions: usize,
    /// Confidential fields that a reader sees without a word of ours.
    pub(super) blind: Vec<String>,
    /// Ids of whatever was made.
    pub(super) ids: BTreeSet<String>,
    /// Of these, the cases that are closed.
    pub(super) closed: Vec<String>,
    /// A word of the name of a side of each case, as a reader saw it last.
    pub(super) names: Vec<String>,
    /// What was corrected: contents, and grounds.
    pub(super) corrections: usize,
    pub(super) grounds: usize,
    /// Fields whose words a reader found as the reasons of a history.
    pub(super) reasons: BTreeSet<String>,
    /// Words that a reader of the content has read back.
    pub(super) read: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    /// Nothing is led yet.
    pub(super) fn new(
        house: &'a House,
        server: &'a Server,
        (workflow, seed): (&'a str, u64),
        canaries: &'a Canaries,
    ) -> Self {
        Self {
            house,
            server,
            workflow,
            dice: Dice::new(seed),
            canaries,
            coded: RefCell::default(),
            actions: 0,
            blind: Vec::new(),
            closed: Vec::new(),
            names: Vec::new(),
            corrections: 0,
            grounds: 0,
            reasons: BTreeSet::new(),
            ids: house.mediators.iter().cloned().collect(),
            read: BTreeSet::new(),
        }
    }

    /// Reports of a danger to a child, and what the head reads of them.
    pub(super) fn report(&mut self, number: usize) {
        let body = json!({
            "facts": self.story("danger.facts"), "body": self.canaries.word("danger.body"),
            "informed_on": self.canaries.day("danger.informed_on"), "receiver": "head@example.kz",
        });
        let author = self
            .house
            .by(&format!("mediator{}", number % 2), self.server);
        let made = author.post("danger-reports", &body).expect(201);
        let id = made["id"].as_str().unwrap().to_owned();
        let head = self.house.by("head", self.server);
        let read = head.get(&format!("danger-reports/{id}")).expect(200);
        self.reads(&read);
        self.ids.insert(id);
    }

    /// What is kept of the sides of a case is given to them.
    fn give_out(&mut self, case: &Value) {
        let head = self.house.by("head", self.server);
        let mut named = Vec::new();
        for party in case["confidential"]["parties"]
            .as_array()
            .into_iter()
            .flatten()
        {
            named.push(json!({"case": case["id"], "party": party["id"]}));
            let day = self.canaries.day("consent.given_on");
            let consent = json!({"party": party["id"], "to": "personal_data", "form": "written", "given_on": day});
            let path = format!("cases/{}/consents", case["id"].as_str().unwrap());
            let given = head.post(&path, &consent).expect(201);
            self.reads(&given);
            let id = given["id"].as_str().unwrap().to_owned();
            let back = head.request("POST", &format!("{path}/{id}/withdraw"));
            let today = json!({"withdrawn_on": filed_on(case)});
            let version = given["version"].as_i64().unwrap();
            self.note(&back.if_match(version).json(&today).send());
            self.ids.insert(id);
        }
        let given = head
            .post("party-exports", &json!({"parties": named}))
            .expect(200);
        self.reads(&given);
    }

    /// Files a case and takes actions on it until it is closed, or until nothing is left to try.
    pub(super) fn lead(&mut self, number: usize) {
        let head = self.house.by("head", self.server);
        let reply = head
            .request("POST", "cases")
            .key(&format!("lead-{}-{number}", self.workflow))
            .json(&self.filing(number))
            .send();
        let mut case = reply.expect(201);
        let id = case["id"].as_str().unwrap().to_owned();
        self.ids.insert(id.clone());
        self.reads(&case);
        if number.is_multiple_of(3) {
            case = self.correct(&case);
        }
        let mut tried: BTreeSet<String> = BTreeSet::new();
        for _ in 0..ACTIONS_MOST {
            match self.act(&case, &mut tried) {
                Some(after) => case = after,
                None => break,
            }
        }
        if number.is_multiple_of(3) {
            self.hand_up(&case);
        }
        if case["stage"] == "closed" {
            self.correct_ground(&id);
            self.closed.push(id.clone());
        }
        self.read_history(&id);
        let shown = head.get(&format!("cases/{id}")).expect(200);
        self.reads(&shown);
        self.blind_spots(&shown);
        let name = shown["confidential"]["parties"][0]["name"].as_str();
        let word = name.and_then(|name| name.split(' ').next());
        self.names.extend(word.map(str::to_owned));
        if number.is_multiple_of(4) {
            self.give_out(&shown);
            self.report(number);
        }
        for notice in head.get("notices?limit=2").expect(200)["items"]
            .as_array()
            .into_iter()
            .flatten()
        {
            self.ids
                .insert(notice["id"].as_str().unwrap_or_default().to_owned());
        }
    }

    fn filing(&self, number: usize) -> Value {
        let parties: Vec<Value> = SIDES[..2 + number % 5]
            .iter()
            .map(|side| self.party(side))
            .collect();
        json!({
            "office": "ORL-01", "category": "family", "language": "kk", "summary": self.story("summary"),
            "amount": self.canaries.digits("amount", "9", 10).parse::<i64>().unwrap(),
            "parties": parties,
            "referral": {"source": "education", "partner": PARTNERS[number % 2], "reference": self.canaries.word("reference")},
        })
    }

    /// Another story, other sides and another amount in the place of what was filed.
    fn correct(&mut self, case: &Value) -> Value {
        let path = format!("cases/{}", case["id"].as_str().unwrap());
        let parties: Vec<Value> = SIDES[..2].iter().map(|side| self.party(side)).collect();
        let change = json!({
            "summary": self.story("correction.summary"), "parties": parties,
            "amount": self.canaries.digits("correction.amount", "9", 10).parse::<i64>().unwrap(),
        });
        let head = self.house.by("head", self.server);
        let reply = head.patch(&path, case["version"].as_i64().unwrap(), &change);
        self.note(&reply);
        self.corrections += 1;
        reply.json()
    }

    /// The coordinator sets another ground of a closed case, where the rules leave one.
    fn correct_ground(&mut self, id: &str) {
        let coordinator = self.house.by("coordinator", self.server);
        let path = format!("cases/{id}");
        let before = coordinator.get(&path);
        for ground in GROUNDS {
            let mut change = json!({"ground": ground, "reason": self.story("ground.reason")});
            if ground == "not_suitable" {
                change["exclusion_code"] = json!(self.canaries.word("ground.exclusion_code"));
            }
            let reply = coordinator.patch(&path, before.version(), &change);
            if reply.status == 200 {
                self.grounds += 1;
                return;
            }
        }
    }

    /// The head reads why somebody went over a limit or corrected a ground.
    fn read_history(&mut self, id: &str) {
        let head = self.house.by("head", self.server);
        let told = head
            .get(&format!("cases/{id}/events?limit=100"))
            .expect(200);
        self.reads(&told);
        for event in told["items"].as_array().into_iter().flatten() {
            let reason = event["reason"].to_string();
            let found = self.canaries.found_in(reason.as_bytes());
            self.reasons
                .extend(found.into_iter().map(|(_, field)| field));
            self.blind_in("events.reason", &event["reason"]);
        }
    }

    fn party(&self, side: &str) -> Value {
        json!({
            "side": side, "kind": "person", "language": "kk",
            "name": format!("{} Demo", self.canaries.word("party.name")),
            "phone": format!("+{}", self.canaries.digits("party.phone", "7701", 7)),
            "email": format!("{}@party.example.kz", self.canaries.word("party.email")),
            "settlement": self.canaries.word("party.settlement"),
        })
    }

    fn story(&self, field: &str) -> String {
        format!(
            "Two neighbours and {} in the garden.",
            self.canaries.word(field)
        )
    }

    /// Takes one of the actions that are open, as whoever may; gives the case after it.
    fn act(&mut self, case: &Value, tried: &mut BTreeSet<String>) -> Option<Value> {
        let id = case["id"].as_str().unwrap();
        let mut open = Vec::new();
        for who in ["head", "mediator0", "mediator1", "coordinator"] {
            let client = self.house.by(who, self.server);
            let answer = client.get(&format!(
                "cases/{id}/explain?mediator={}",
                self.house.mediators[0]
            ));
            let actions: Value = serde_json::from_str(&answer.text).unwrap_or_default();
            for action in actions["actions"].as_array().into_iter().flatten() {
                if action["allowed"] == true {
                    open.push((who, action.clone()));
                }
            }
        }
        while !open.is_empty() {
            let (who, action) = open.swap_remove(self.dice.below(open.len()));
            let name = action["action"].as_str().unwrap();
            let step = format!("{name} at {}", case["step"]);
            if !tried.insert(step) {
                continue;
            }
            let body = self.answers(&action, &filed_on(case));
            let request = self
                .house
                .by(who, self.server)
                .request("POST", &format!("cases/{id}/transitions"));
            let version = case["version"].as_i64().unwrap();
            let key = format!("{id}-{version}-{name}");
            let reply = request.if_match(version).key(&key).json(&body).send();
            if reply.status == 201 {
                self.actions += 1;
                let after = reply.json()["case"].clone();
                self.reads(&after);
                return Some(after);
            }
        }
        None
    }

    /// A form as its description asks for it; a text that is confidential is a word of ours.
    fn answers(&self, action: &Value, today: &str) -> Value {
        let name = action["action"].as_str().unwrap();
        let mut body = Map::new();
        body.insert("action".to_owned(), json!(name));
        for field in action["form"].as_array().into_iter().flatten() {
            let path = field["name"].as_str().unwrap();
            let Some(value) = self.answer(field, today) else {
                continue;
            };
            if !matches!(field["type"].as_str(), Some("text" | "document")) {
                self.coded.borrow_mut().insert(path.to_owned());
            }
            match path.split_once('.') {
                None => _ = body.insert(path.to_owned(), value),
                Some((group, inner)) => {
                    let group = body.entry(group).or_insert_with(|| json!({}));
                    group[inner] = value;
                }
            }
        }
        Value::Object(body)
    }

    fn answer(&self, field: &Value, today: &str) -> Option<Value> {
        let choices = field["choices"].as_array().cloned().unwrap_or_default();
        let is_needed = field["required"] == true || field["confidential"] == true;
        let kind = field["type"].as_str().unwrap();
        let place = format!("form.{}", field["name"].as_str().unwrap());
        Some(match kind {
            "text" if field["confidential"] == true => json!(self.story(&place)),
            "document" if field["confidential"] == true => json!(self.canaries.word(&place)),
            "text" | "document" => json!("As the rules ask"),
            "date" => json!(today),
            "yes_no" => json!(true),
            // Of two, so that cases go from one to the other (D11).
            "mediator" => json!(self.dice.one_of(&self.house.mediators[..2])),
            "exclusions" => {
                let questions = field["questions"].as_array().into_iter().flatten();
                let answers =
                    questions.map(|one| (one["code"].as_str().unwrap().to_owned(), json!(false)));
                Value::Object(answers.collect())
            }
            "elements" => Value::Array(choices),
            "declaration" => json!(if self.dice.is(50) {
                "none"
            } else {
                "disclosed"
            }),
            "ground" | "choice" if is_needed && !choices.is_empty() => {
                self.dice.one_of(&choices).clone()
            }
            _ => return None,
        })
    }

    fn hand_up(&mut self, case: &Value) {
        let id = case["id"].as_str().unwrap();
        let head = self.house.by("head", self.server);
        let act = |path: &str, version: i64, body: &Value| {
            let request = head.request("POST", &format!("cases/{id}/{path}"));
            request
                .if_match(version)
                .key(&format!("{id}-{path}"))
                .json(body)
                .send()
        };
        let reason = json!({"reason": self.story("hand_up.reason")});
        let given = act("hand-up", case["version"].as_i64().unwrap(), &reason);
        self.note(&given);
        let given = given.json();
        self.blind_spots(&given);
        // Taken back, so that the coordinator is an outsider again.
        let back = act("take-back", given["version"].as_i64().unwrap(), &json!({}));
        assert_eq!(back.status, 200, "{}", back.text);
    }

    /// Requests that are refused, with a word wherever one can stand: what was wrong is for the sender alone.
    pub(super) fn mistakes(&mut self) {
        let head = self.house.by("head", self.server);
        let word = |field: &str| self.canaries.word(field);
        let path = |rest: &str| format!("/api/v1/{rest}");
        head.get(&path(&format!("cases/{}", word("mistake.path"))));
        head.get(&path(&format!("cases?q={}", word("mistake.query"))));
        head.get(&path(&format!("cases?{}=1", word("mistake.parameter"))));
        head.get(&format!("/{}", word("mistake.address")));
        head.post("cases/search", &json!({"name": word("mistake.search")}));
        head.post(
            "cases/search",
            &json!({"name": {"x": word("mistake.search_type")}}),
        );
        head.post("cases", &json!({word("mistake.field"): 1}));
        let broken = head
            .request("POST", "cases")
            .header("content-type", "application/json");
        broken
            .body(format!("{{\"summary\": \"{}", word("mistake.json")))
            .send();
        let media = head
            .request("POST", "cases")
            .header("content-type", "text/plain");
        media.body(word("mistake.media")).send();
        let keyed = head
            .request("POST", "cases")
            .key(&word("mistake.key"))
            .json(&json!({}));
        keyed.send();
        head.request("PATCH", "cases/x")
            .header("if-match", &word("mistake.condition"))
            .json(&json!({}))
            .send();
        head.with_token(&word("mistake.token")).get("me");
        let mut filing = self.filing(0);
        filing["parties"][0]["phone"] = json!(word("mistake.phone"));
        filing["category"] = json!(word("mistake.category"));
        filing["parties"][0]["name"] = json!(format!("{}\u{0}", word("mistake.name")));
        head.post("cases", &filing);
        self.mistaken_reason();
        self.mistakes_on_pages();
    }

    /// Why something is erased is a code: a sentence of somebody stays nowhere.
    fn mistaken_reason(&self) {
        let Some(case) = self.closed.first() else {
            return;
        };
        let coordinator = self.house.by("coordinator", self.server);
        let looked = coordinator
            .post("erasures", &json!({"case": case}))
            .expect(201);
        let path = format!("erasures/{}/confirm", looked["id"].as_str().unwrap());
        for (reason, letter) in [
            (self.story("mistake.erasure_reason"), "7".to_owned()),
            (
                "mistake".to_owned(),
                self.canaries.word("mistake.erasure_letter"),
            ),
        ] {
            let body = json!({"reason": reason, "letter": letter});
            let asked = coordinator.request("POST", &path).if_match(1);
            asked.json(&body).send().expect(422);
        }
    }

    /// The same on pages: what is typed into a form, above all by who does not come in.
    fn mistakes_on_pages(&self) {
        let word = |field: &str| self.canaries.word(field);
        let client = self.server.client();
        client.get(&format!("/audit?action={}", word("mistake.filter")));
        client.get(&format!("/people?email={}", word("mistake.person")));
        client.get(&format!("/link/{}", word("mistake.link")));
        let door = client.get("/sign-in");
        let token = door.text.split_once("name=\"token\" value=\"");
        let token = token.and_then(|(_, rest)| rest.split('"').next());
        let cookie = door
            .header("set-cookie")
            .and_then(|all| all.split(';').next());
        let typed = [
            ("token", token.unwrap_or_default().to_owned()),
            ("email", format!("{}@example.kz", word("mistake.email"))),
            (
                "password",
                format!("{} {}", word("mistake.password"), word("mistake.password")),
            ),
        ];
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(typed);
        let sent = client
            .request("POST", "/sign-in")
            .header("cookie", cookie.unwrap_or_default())
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(form.finish())
            .send();
        assert_eq!(
            sent.status, 422,
            "a form that was refused for its words: {sent:?}"
        );
    }

    /// A filing that may meet an error, and every third one a panic.
    pub(super) fn stumble(&self, number: usize) -> Reply {
        let mut filing = self.filing(number);
        if number.is_multiple_of(3) {
            filing["summary"] = json!(format!("{}\u{0}", self.canaries.word("stumble.summary")));
        }
        let head = self.house.by("head", self.server);
        let request = head.request("POST", "cases");
        request
            .key(&format!("stumble-{number}"))
            .json(&filing)
            .send()
    }

    /// Notes the words in an answer to somebody who reads the content.
    fn reads(&mut self, case: &Value) {
        for (word, _) in self.canaries.found_in(case.to_string().as_bytes()) {
            self.read.insert(word);
        }
    }

    #[track_caller]
    pub(super) fn note(&mut self, reply: &Reply) {
        assert!((200..300).contains(&reply.status), "{}", reply.text);
        self.reads(&reply.json());
    }

    /// What a reader sees of the content and no word of ours stands in.
    fn blind_spots(&mut self, case: &Value) {
        for part in ["confidential", "handed_up"] {
            self.blind_in(part, &case[part]);
        }
        self.blind_in("referral.reference", &case["referral"]["reference"]);
    }

    fn is_coded(&self, path: &str) -> bool {
        let Some(answer) = path.strip_prefix("confidential.answers.") else {
            return false;
        };
        let coded = self.coded.borrow();
        let is_of = |field: &String| {
            answer
                .strip_prefix(field.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        coded.iter().any(is_of)
    }

    fn blind_in(&mut self, path: &str, value: &Value) {
        let name = path.rsplit('.').next().unwrap_or(path);
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    self.blind_in(&format!("{path}.{name}"), value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.blind_in(path, item)),
            Value::Null | Value::Bool(_) => {}
            _ if PLAIN.contains(&name) || self.is_coded(path) => {}
            value => {
                let text = value.to_string();
                if self.canaries.found_in(text.as_bytes()).is_empty() {
                    self.blind.push(format!("{path} = {text}"));
                }
            }
        }
    }
}
