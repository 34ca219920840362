//! The texts of a definition's own: Fluent patterns, of which only the variables are looked at here (D24).

use crate::document::Flaw;
use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};
use std::collections::BTreeSet;

/// The variables that a pattern uses.
///
/// # Errors
/// What is wrong with it: it cannot be read, or it refers to other messages.
pub(super) fn variables(pattern: &str) -> Result<BTreeSet<String>, Flaw> {
    // Every line of a pattern but the first is indented in a Fluent file.
    let text = format!("text =\n    {}\n", pattern.replace('\n', "\n    "));
    let resource = parser::parse(text.as_str())
        .map_err(|(_, errors)| errors.first().map_or_else(String::new, ToString::to_string))
        .map_err(|error| Flaw::TextUnreadable { error })?;
    // Anything else than one message with a value and nothing beside it could not be sent.
    let [Entry::Message(message)] = &resource.body[..] else {
        return Err(Flaw::ManyTexts);
    };
    let pattern = message
        .value
        .as_ref()
        .filter(|_| message.attributes.is_empty());
    let Some(pattern) = pattern else {
        return Err(Flaw::AttributeInText);
    };
    let mut found = BTreeSet::new();
    walk(pattern, &mut found)?;
    Ok(found)
}

fn walk(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) -> Result<(), Flaw> {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        expressed(expression, found)?;
    }
    Ok(())
}

fn expressed(expression: &Expression<&str>, found: &mut BTreeSet<String>) -> Result<(), Flaw> {
    match expression {
        Expression::Inline(inline) => inlined(inline, found),
        Expression::Select { selector, variants } => {
            inlined(selector, found)?;
            variants.iter().try_for_each(|one| walk(&one.value, found))
        }
    }
}

fn inlined(inline: &InlineExpression<&str>, found: &mut BTreeSet<String>) -> Result<(), Flaw> {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.insert(id.name.to_owned());
            Ok(())
        }
        InlineExpression::Placeable { expression } => expressed(expression, found),
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => Ok(()),
        InlineExpression::FunctionReference { .. }
        | InlineExpression::MessageReference { .. }
        | InlineExpression::TermReference { .. } => Err(Flaw::MoreThanVariables),
    }
}
