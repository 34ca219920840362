//! The files of `config/demo`, inside the binary.

use super::course::Prescriptions;
use kelisim_domain::legal::{KZ_MEDIATION, Profile};
use serde::{Deserialize, de::DeserializeOwned};

const OFFICES: &str = include_str!("../../../../config/demo/offices.csv");
const CATEGORIES: &str = include_str!("../../../../config/demo/categories.csv");
const SOURCES: &str = include_str!("../../../../config/demo/sources.csv");
const PARTNERS: &str = include_str!("../../../../config/demo/partners.csv");
const STORIES: &str = include_str!("../../../../config/demo/stories.toml");

/// How many offices a district has, and its centre.
#[derive(Debug, Deserialize)]
pub(super) struct DistrictRow {
    pub(super) district: String,
    pub(super) offices: usize,
    pub(super) centre: String,
}

/// A code with its share of the year.
#[derive(Debug, Deserialize)]
pub(super) struct ShareRow {
    pub(super) code: String,
    pub(super) share_percent: u32,
}

/// A partner and what its memorandum says.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PartnerRow {
    pub(super) code: String,
    pub(super) kind: String,
    pub(super) name_kk: String,
    pub(super) name_ru: String,
    pub(super) name_en: String,
    pub(super) source: String,
    pub(super) data_level: String,
    pub(super) memorandum: String,
    pub(super) may_name_mediator: String,
}

/// A story in both languages, about one of several things.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Story {
    pub(super) category: String,
    kk: String,
    ru: String,
    things_kk: Vec<String>,
    things_ru: Vec<String>,
    agreed_kk: String,
    agreed_ru: String,
}

impl Story {
    /// How many things it may be about.
    pub(super) fn variants(&self) -> usize {
        self.things_kk.len().min(self.things_ru.len())
    }

    /// What happened, and what was agreed where it was.
    pub(super) fn tell(&self, is_kazakh: bool, variant: usize) -> (String, &str) {
        let (text, things, agreed) = match is_kazakh {
            true => (&self.kk, &self.things_kk, &self.agreed_kk),
            false => (&self.ru, &self.things_ru, &self.agreed_ru),
        };
        let thing = things.get(variant).map_or("", String::as_str);
        (text.replacen("{}", thing, 1), agreed)
    }
}

/// Everything that the demo builds from.
pub(super) struct World {
    pub(super) districts: Vec<DistrictRow>,
    pub(super) categories: Vec<ShareRow>,
    pub(super) sources: Vec<ShareRow>,
    pub(super) partners: Vec<PartnerRow>,
    pub(super) stories: Vec<Story>,
    pub(super) prescribed: Prescriptions,
}

#[derive(Deserialize)]
struct Stories {
    story: Vec<Story>,
}

/// Reads the embedded files; a test reads them too, so a build whose files are broken does not pass.
pub(super) fn world() -> Result<World, crate::region::Unreadable> {
    let stories: Stories = toml::from_str(STORIES)
        .map_err(|error| crate::region::Unreadable::new("stories.toml", error))?;
    let profile = Profile::parse(KZ_MEDIATION).map_err(|faults| {
        let first = faults.first().map(ToString::to_string).unwrap_or_default();
        crate::region::Unreadable::new("kz-mediation.toml", first)
    })?;
    Ok(World {
        districts: rows("offices.csv", OFFICES)?,
        categories: rows("categories.csv", CATEGORIES)?,
        sources: rows("sources.csv", SOURCES)?,
        partners: rows("partners.csv", PARTNERS)?,
        stories: stories.story,
        prescribed: Prescriptions::of(&profile),
    })
}

fn rows<T: DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>, crate::region::Unreadable> {
    crate::region::rows(name, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_hold_the_published_numbers() {
        let world = world().unwrap();
        assert_eq!(world.districts.len(), 13);
        assert_eq!(
            world.districts.iter().map(|row| row.offices).sum::<usize>(),
            145
        );
        assert_eq!(world.partners.len(), 15);
        for shares in [&world.categories, &world.sources] {
            assert_eq!(shares.iter().map(|row| row.share_percent).sum::<u32>(), 100);
        }
    }

    #[test]
    fn there_are_a_dozen_stories_a_category_in_both_languages() {
        let world = world().unwrap();
        for category in &world.categories {
            let stories = world
                .stories
                .iter()
                .filter(|story| story.category == category.code);
            assert_eq!(
                stories.map(Story::variants).sum::<usize>(),
                12,
                "{}",
                category.code
            );
        }
        for story in &world.stories {
            for is_kazakh in [true, false] {
                let (text, agreed) = story.tell(is_kazakh, 2);
                assert!(
                    !text.contains("{}") && text.len() > 40 && !agreed.is_empty(),
                    "{text}"
                );
            }
        }
    }
}
