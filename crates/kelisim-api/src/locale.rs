//! Every word that a person sees, in Kazakh, Russian and English (Fluent files in `locales/`).

use chrono::{Datelike, NaiveDate};
use fluent_templates::{
    LanguageIdentifier, Loader,
    fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue},
    langid,
};
use icu_calendar::Date;
use icu_datetime::{DateTimeFormatter, fieldsets::YMD};
use icu_locale_core::{Locale, locale};
use kelisim_domain::language::Language;
use std::{borrow::Cow, collections::HashMap};

fluent_templates::static_loader! {
    static LOCALES = {
        locales: "./locales",
        fallback_language: "en",
        // Isolation marks would end up in subjects and in tests.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static KK: LanguageIdentifier = langid!("kk");
static RU: LanguageIdentifier = langid!("ru");
static EN: LanguageIdentifier = langid!("en");

fn identifier(language: Language) -> &'static LanguageIdentifier {
    match language {
        Language::Kk => &KK,
        Language::Ru => &RU,
        Language::En => &EN,
    }
}

/// The arguments of a message, by name.
pub type Arguments = HashMap<Cow<'static, str>, FluentValue<'static>>;

/// Collects arguments: `arguments([("most", 200.into())])`.
pub fn arguments<const N: usize>(pairs: [(&'static str, FluentValue<'static>); N]) -> Arguments {
    pairs
        .into_iter()
        .map(|(name, value)| (Cow::Borrowed(name), value))
        .collect()
}

/// A message without arguments. A key that no language has is shown as itself; a test finds it.
pub fn text(language: Language, key: &str) -> String {
    LOCALES
        .try_lookup(identifier(language), key)
        .unwrap_or_else(|| key.to_owned())
}

/// A message with arguments.
pub fn text_with(language: Language, key: &str, arguments: &Arguments) -> String {
    LOCALES
        .try_lookup_with_args(identifier(language), key, arguments)
        .unwrap_or_else(|| key.to_owned())
}

/// A day as people write it, with the name of its month.
pub fn day(language: Language, day: NaiveDate) -> String {
    let locale: Locale = match language {
        Language::Kk => locale!("kk"),
        Language::Ru => locale!("ru"),
        Language::En => locale!("en-GB"),
    };
    let part = |number: u32| u8::try_from(number).unwrap_or_default();
    let date = Date::try_new_iso(day.year(), part(day.month()), part(day.day()));
    let format = DateTimeFormatter::try_new(locale.into(), YMD::long());
    match (date, format) {
        // The narrow no-break space of the locale data is a box in many an old font.
        (Ok(date), Ok(format)) => format
            .format(&date)
            .to_string()
            .replace('\u{202f}', "\u{a0}"),
        _ => day.to_string(),
    }
}

/// A text that stands in no file but in the definition of a workflow; none when it cannot be read or asks for more than
/// the arguments give, which the checks of a definition do not let happen.
pub fn own_text(language: Language, pattern: &str, arguments: &Arguments) -> Option<String> {
    // Every line of a pattern but the first is indented in a Fluent file.
    let source = format!("own =\n    {}\n", pattern.replace('\n', "\n    "));
    let mut bundle = FluentBundle::new(vec![identifier(language).clone()]);
    bundle.set_use_isolating(false);
    bundle
        .add_resource(FluentResource::try_new(source).ok()?)
        .ok()?;
    let given: FluentArgs<'_> = arguments
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let mut errors = Vec::new();
    let message = bundle.get_message("own")?.value()?;
    let text = bundle.format_pattern(message, Some(&given), &mut errors);
    errors.is_empty().then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_a_workflow_gets_its_variables_and_no_marks() {
        let given = arguments([
            ("number", "ORL-01/2026-0017".into()),
            ("on", "today".into()),
        ]);
        let own = |pattern: &str| own_text(Language::Kk, pattern, &given);
        let lines = "Case { $number }.\n\nIt is { $on }.";
        assert_eq!(
            own(lines).as_deref(),
            Some("Case ORL-01/2026-0017.\n\nIt is today.")
        );
        assert_eq!(own("{ $name } asks"), None);
        assert_eq!(own("{ not fluent"), None);
        assert_eq!(own("{ mail-hello }"), None);
    }
}
