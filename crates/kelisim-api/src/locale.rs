//! Every word that a person sees, in Kazakh, Russian and English (Fluent files in `locales/`).

use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid};
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
