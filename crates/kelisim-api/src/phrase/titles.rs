//! What things of a workflow are called: the title in the reader's language, and the id, by which a text is searched.

use kelisim_domain::{
    code::{ActionName, StepId, TimerName},
    language::{Language, Names},
    workflow::{Action, Definition},
};

/// Two versions between which something changed. What both have is called as in the new one.
#[derive(Clone, Copy)]
pub struct Titles<'a> {
    /// The version before.
    pub old: &'a Definition,
    /// The version after.
    pub new: &'a Definition,
}

/// A step by its title in the first definition that has it, with its id.
pub fn named_step<'a>(
    mut definitions: impl Iterator<Item = &'a Definition>,
    id: &StepId,
    language: Language,
) -> String {
    let step = definitions.find_map(|one| one.step(id));
    called(step.map(|step| &step.title), id.as_str(), language)
}

fn called(title: Option<&Names>, id: &str, language: Language) -> String {
    match title {
        Some(title) => format!("{} ({id})", title.get(language)),
        None => id.to_owned(),
    }
}

impl<'a> Titles<'a> {
    fn versions(self) -> [&'a Definition; 2] {
        [self.new, self.old]
    }

    pub(super) fn step(self, id: &StepId, language: Language) -> String {
        named_step(self.versions().into_iter(), id, language)
    }

    pub(super) fn action(self, name: &ActionName, language: Language) -> String {
        let action = self.actions().find(|action| action.name == *name);
        called(action.map(|action| &action.title), name.as_str(), language)
    }

    pub(super) fn timer(self, name: &TimerName, language: Language) -> String {
        let timer = self.versions().into_iter().find_map(|one| one.timer(name));
        called(timer.map(|timer| &timer.title), name.as_str(), language)
    }

    pub(super) fn field(self, action: &ActionName, name: &str, language: Language) -> String {
        let mut actions = self.actions().filter(|one| one.name == *action);
        let field = actions.find_map(|one| one.field(name));
        called(field.map(|field| &field.title), name, language)
    }

    /// Whatever has this id: the workflow, a step, an action or a timer.
    pub(super) fn anything(self, id: &str, language: Language) -> String {
        let titles = self.versions().into_iter().flat_map(|one| {
            let own = (one.key.as_str(), &one.title);
            let steps = one.steps.iter().map(|step| (step.id.as_str(), &step.title));
            let actions = one.actions.iter();
            let actions = actions.map(|action| (action.name.as_str(), &action.title));
            let timers = one.timers.iter();
            let timers = timers.map(|timer| (timer.name.as_str(), &timer.title));
            std::iter::once(own)
                .chain(steps)
                .chain(actions)
                .chain(timers)
        });
        let mut titles = titles.filter(|(known, _)| *known == id);
        called(titles.next().map(|(_, title)| title), id, language)
    }

    /// A list of words, each a step where steps are listed.
    pub(super) fn words(self, list: &str, is_steps: bool, language: Language) -> String {
        if !is_steps || list.is_empty() {
            return list.to_owned();
        }
        let named = list
            .split(", ")
            .map(|id| self.step(&StepId::from_stored(id.to_owned()), language));
        named.collect::<Vec<_>>().join(", ")
    }

    fn actions(self) -> impl Iterator<Item = &'a Action> {
        self.versions().into_iter().flat_map(|one| &one.actions)
    }
}
