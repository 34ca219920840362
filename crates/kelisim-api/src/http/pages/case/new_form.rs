//! The questions of a new case: one matter on each page (F1), and only what an office has to know at intake (F8).
//!
//! A field is called by its place in the body that the interface takes, so a fault of the body leads to the field that it is
//! about, and to the page on which that field stands. Absent on purpose: a check of its own.

use super::{
    super::page::Say,
    act_form::{Control, FieldShown, Tile, field_id},
    filed::office_name,
    typed::{OF_WORKFLOW, Typed},
};
use crate::app::{AppError, Tx};
use kelisim_domain::{
    case::{CourtStage, may_file},
    code::OfficeCode,
    language::Language,
    office::OfficeEntry,
    region::{Category, District, Source},
};
use kelisim_persistence::store::{
    office::{OfficePage, office_list},
    reference::{category_list, district_list, source_list},
};
use serde_json::{Map, Value, json};

/// More offices than these a region does not have.
const OFFICES: i64 = 1_000;
/// Whoever has more offices to choose from knows their codes.
const TILES_MOST: usize = 12;

/// A page of the questions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Step {
    /// What kind of dispute, at which office.
    Kind,
    /// Who asks, and how they came.
    Asker,
    /// The other side.
    Other,
    /// What happened.
    Story,
    /// Where it belongs, and whether a court has it.
    Place,
    /// All answers once more.
    Check,
}

impl Step {
    /// All, in their order.
    pub(super) const ALL: [Step; 6] = [
        Step::Kind,
        Step::Asker,
        Step::Other,
        Step::Story,
        Step::Place,
        Step::Check,
    ];

    /// The word for it in a form.
    pub(super) fn code(self) -> &'static str {
        match self {
            Step::Kind => "kind",
            Step::Asker => "asker",
            Step::Other => "other",
            Step::Story => "story",
            Step::Place => "place",
            Step::Check => "check",
        }
    }

    /// The step of that code.
    pub(super) fn of(code: &str) -> Option<Step> {
        Step::ALL.into_iter().find(|step| step.code() == code)
    }

    /// Which of them it is, from 1.
    pub(super) fn number(self) -> i64 {
        Step::ALL
            .iter()
            .zip(1..)
            .find_map(|(step, number)| (*step == self).then_some(number))
            .unwrap_or_default()
    }

    /// The one after it; the last one stays.
    pub(super) fn next(self) -> Step {
        let mut later = Step::ALL.into_iter().skip_while(|step| *step <= self);
        later.next().unwrap_or(Step::Check)
    }

    /// The one before it; the first one stays.
    pub(super) fn before(self) -> Step {
        let earlier = Step::ALL.into_iter().take_while(|step| *step < self);
        earlier.last().unwrap_or(Step::Kind)
    }

    /// On which page a fault of the body is mended.
    pub(super) fn of_fault(pointer: &str) -> Step {
        let mut parts = pointer.trim_start_matches('/').split('/');
        match (parts.next().unwrap_or_default(), parts.next()) {
            ("language" | "referral", _) | ("parties", Some("0") | None) => Step::Asker,
            ("parties", _) => Step::Other,
            ("summary" | "amount", _) => Step::Story,
            ("district" | "court_stage", _) => Step::Place,
            _ => Step::Kind,
        }
    }
}

/// What the questions offer to choose from.
pub(super) struct Lists {
    /// Where the reader may file.
    pub(super) offices: Vec<OfficeEntry>,
    categories: Vec<Category>,
    sources: Vec<Source>,
    districts: Vec<District>,
}

impl Lists {
    /// Reads the lists of the region.
    ///
    /// # Errors
    /// As the store.
    pub(super) fn read(tx: &mut Tx<'_>) -> Result<Self, AppError> {
        let (region, today) = (tx.region(), tx.today());
        let definition = tx.app.definitions.default_of(region)?;
        let all = OfficePage {
            limit: OFFICES,
            ..OfficePage::default()
        };
        let mut offices = office_list(tx.db, region, &all)?;
        offices.retain(|office| {
            let last = office.entry.active_to;
            let is_open =
                office.entry.active_from <= today && last.is_none_or(|last| last >= today);
            is_open && may_file(&definition, &tx.actor, office.id).is_some()
        });
        Ok(Lists {
            offices: offices.into_iter().map(|office| office.entry).collect(),
            categories: category_list(tx.db, region)?,
            sources: source_list(tx.db, region)?,
            districts: district_list(tx.db, region)?,
        })
    }

    /// The office of the case, when there is no other.
    pub(super) fn only_office(&self) -> Option<&OfficeCode> {
        match self.offices.as_slice() {
            [only] => Some(&only.code),
            _ => None,
        }
    }
}

/// What the pages are made from.
pub(super) struct Asking<'a> {
    pub(super) say: Say,
    pub(super) typed: &'a Typed,
    pub(super) lists: &'a Lists,
}

impl Asking<'_> {
    /// The fields of a page.
    pub(super) fn fields(&self, step: Step) -> Vec<FieldShown> {
        match step {
            Step::Kind => self.kind(),
            Step::Asker => self.asker(),
            Step::Other => self.other(),
            Step::Story => vec![
                self.field(
                    "summary",
                    ("story", true),
                    Control::Story(self.text("summary")),
                ),
                self.field(
                    "amount",
                    ("amount", false),
                    Control::Amount(self.text("amount")),
                ),
            ],
            Step::Place => self.place(),
            Step::Check => Vec::new(),
        }
    }

    fn kind(&self) -> Vec<FieldShown> {
        let mut fields = Vec::new();
        if self.lists.only_office().is_none() {
            let named = |office: &OfficeEntry| {
                let name = office_name(office, self.say.language());
                (office.code.to_string(), name)
            };
            let offices = self.lists.offices.iter().map(named);
            fields.push(match self.lists.offices.len() > TILES_MOST {
                false => {
                    let tiles = self.tiles("office", offices, "");
                    self.field("office", ("office", true), tiles)
                }
                true => {
                    let code = Control::Code {
                        typed: self.text("office"),
                        known: offices.collect(),
                    };
                    self.field("office", ("office-code", true), code)
                }
            });
        }
        let named = |one: &Category| (one.code.to_string(), self.say.name(&one.names).to_owned());
        let tiles = self.tiles("category", self.lists.categories.iter().map(named), "");
        fields.push(self.field("category", ("category", true), tiles));
        fields
    }

    fn asker(&self) -> Vec<FieldShown> {
        let languages = Language::ALL.map(|one| {
            let word = self.say.t(&format!("language-{one}"));
            (one.code().to_owned(), word)
        });
        let spoken = self.tiles("language", languages, self.say.language().code());
        let named = |one: &Source| (one.code.to_string(), self.say.name(&one.names).to_owned());
        let sources = self.lists.sources.iter().map(named);
        let source = self.tiles("referral.source", sources, "self");
        let mut fields = self.party(0);
        fields.extend([
            self.field("language", ("language", true), spoken),
            self.field("referral.source", ("source", true), source),
            self.line("referral.partner", ("partner", false)),
            self.line("referral.reference", ("reference", false)),
        ]);
        fields
    }

    fn other(&self) -> Vec<FieldShown> {
        self.party(1)
    }

    fn party(&self, number: usize) -> Vec<FieldShown> {
        let name = |part: &str| format!("parties.{number}.{part}");
        let is_first = number == 0;
        let kinds = ["person", "organisation"].map(|code| {
            let word = self.say.t(&format!("page-party-{code}"));
            (code.to_owned(), word)
        });
        let kind = match self.tiles(&name("kind"), kinds, "person") {
            Control::Tiles { tiles, .. } => Control::Tiles {
                tiles,
                is_pair: true,
            },
            other => other,
        };
        let whose = if is_first { "asker" } else { "other" };
        vec![
            self.field(&name("kind"), (&format!("{whose}-kind"), true), kind),
            self.line(&name("name"), (&format!("{whose}-name"), is_first)),
            self.field(
                &name("phone"),
                ("phone", false),
                Control::Phone(self.text(&name("phone"))),
            ),
            self.line(&name("settlement"), ("settlement", false)),
        ]
    }

    fn place(&self) -> Vec<FieldShown> {
        let named = |one: &District| (one.code.to_string(), self.say.name(&one.names).to_owned());
        let office = match self.lists.only_office() {
            Some(code) => code.to_string(),
            None => self.text("office"),
        };
        // An office is called by its district and a number.
        let of_office = office.split('-').next().unwrap_or_default();
        let districts = self.lists.districts.iter().map(named);
        let district = self.tiles("district", districts, of_office);
        let stages = CourtStage::ALL.iter().map(|one| {
            let key = format!("page-court-{}", one.code().replace('_', "-"));
            (one.code().to_owned(), self.say.t(&key))
        });
        let court = self.tiles("court_stage", stages, CourtStage::PreCourt.code());
        vec![
            self.field("district", ("district", true), district),
            self.field("court_stage", ("court", true), court),
        ]
    }

    fn text(&self, name: &str) -> String {
        self.typed.one(name).to_owned()
    }

    fn line(&self, name: &str, told: (&str, bool)) -> FieldShown {
        self.field(name, told, Control::Line(self.text(name)))
    }

    fn field(&self, name: &str, (key, required): (&str, bool), control: Control) -> FieldShown {
        let title = format!("page-new-{key}");
        let hint = format!("{title}-hint");
        let told = self.say.t(&hint);
        FieldShown {
            name: format!("{OF_WORKFLOW}{name}"),
            id: field_id(name),
            title: self.say.t(&title),
            // Not every question needs a hint.
            hint: if told == hint { String::new() } else { told },
            required,
            confidential: false,
            wrong: None,
            stored: None,
            control,
        }
    }

    fn tiles(
        &self,
        name: &str,
        all: impl IntoIterator<Item = (String, String)>,
        otherwise: &str,
    ) -> Control {
        let chosen = match self.typed.one(name) {
            "" => otherwise,
            typed => typed,
        };
        let tile = |(value, word): (String, String)| Tile {
            is_on: value == chosen,
            hint: String::new(),
            value,
            word,
        };
        Control::Tiles {
            tiles: all.into_iter().map(tile).collect(),
            is_pair: false,
        }
    }

    /// The body that the interface takes, from what was typed so far.
    pub(super) fn body(&self) -> Map<String, Value> {
        let mut body = Map::new();
        let mut put = |name: &str, text: &str| {
            if !text.is_empty() {
                body.insert(name.to_owned(), Value::from(text));
            }
        };
        let office = self.lists.only_office().map(ToString::to_string);
        put("office", &office.unwrap_or_else(|| self.text("office")));
        for name in ["category", "language", "summary", "district", "court_stage"] {
            put(name, self.typed.one(name));
        }
        let amount: String = self.typed.one("amount").split_whitespace().collect();
        if !amount.is_empty() {
            let number = amount.parse::<i64>().map(Value::from);
            body.insert("amount".into(), number.unwrap_or(Value::from(amount)));
        }
        let referral = self.part("referral", &["source", "partner", "reference"]);
        body.insert("referral".into(), Value::Object(referral));
        let of_party = ["kind", "name", "phone", "settlement"];
        let mut asker = self.part("parties.0", &of_party);
        asker.insert("side".into(), "A".into());
        if let Some(spoken) = body.get("language") {
            asker.insert("language".into(), spoken.clone());
        }
        let mut parties = vec![Value::Object(asker)];
        // Who the other side is may not be known yet; what it is alone says nothing.
        if !self.part("parties.1", &of_party[1..]).is_empty() {
            let mut other = self.part("parties.1", &of_party);
            other.insert("side".into(), "B".into());
            parties.push(Value::Object(other));
        }
        body.insert("parties".into(), json!(parties));
        body
    }

    fn part(&self, group: &str, names: &[&str]) -> Map<String, Value> {
        let typed = |name: &&str| {
            let text = self.text(&format!("{group}.{name}"));
            (!text.is_empty()).then(|| ((*name).to_owned(), Value::from(text)))
        };
        names.iter().filter_map(typed).collect()
    }
}

/// What was answered, in words; empty for nothing.
pub(super) fn answered(control: &Control) -> String {
    match control {
        Control::Story(text)
        | Control::Line(text)
        | Control::Number(text)
        | Control::Phone(text)
        | Control::Amount(text) => text.clone(),
        Control::Code { typed, known } => {
            let named = known.iter().find(|(code, _)| code == typed);
            named.map_or_else(|| typed.clone(), |(code, name)| format!("{code}, {name}"))
        }
        Control::Tiles { tiles, .. } | Control::Boxes(tiles) => {
            let on = tiles.iter().filter(|tile| tile.is_on);
            on.map(|tile| tile.word.clone())
                .collect::<Vec<_>>()
                .join("\n")
        }
        Control::Day(_) | Control::Questions(_) | Control::Mediators(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_follows_the_other_and_a_fault_leads_to_its_page() {
        assert_eq!(Step::Kind.before(), Step::Kind);
        assert_eq!(Step::Kind.next(), Step::Asker);
        assert_eq!(Step::Check.next(), Step::Check);
        assert_eq!(Step::Check.before(), Step::Place);
        assert_eq!((Step::Kind.number(), Step::Check.number()), (1, 6));
        for step in Step::ALL {
            assert_eq!(Step::of(step.code()), Some(step));
        }
        for (pointer, step) in [
            ("/office", Step::Kind),
            ("/parties/0/name", Step::Asker),
            ("/referral/partner", Step::Asker),
            ("/parties/1/phone", Step::Other),
            ("/summary", Step::Story),
            ("/court_stage", Step::Place),
        ] {
            assert_eq!(Step::of_fault(pointer), step, "{pointer}");
        }
    }
}
