//! Lists of tables that were begun with one bracket, `[steps]`, where two stand, `[[steps]]`.
//!
//! TOML then takes the first for a table and everything after it for its repetition, and a reader would find a fault in
//! nearly every line of a text with one mistake. So the text is read as it was meant, and the mistake is told once.

use std::ops::Range;

/// A text that has lists of tables, as it was written and as it was meant.
pub struct WithLists<'a> {
    pub(super) written: &'a str,
    pub(super) meant: Option<Mended>,
}

impl<'a> WithLists<'a> {
    /// A text, with the names of its lists; a dot stands before one inside another.
    pub fn new(written: &'a str, lists: &[&'static str]) -> Self {
        let meant = Mended::of(written, lists);
        WithLists { written, meant }
    }
}

/// A text with its brackets doubled, and the way back to the places of the one that was written.
pub(super) struct Mended {
    /// The text as it was meant.
    pub(super) text: String,
    /// Where a bracket was put in, as bytes of the text as it was meant, in order.
    pub(super) added: Added,
    /// Each list that was begun with one bracket, with its first header in the text as it was written.
    pub(super) lists: Vec<(&'static str, Range<usize>)>,
}

/// Where something was put into a text, as bytes of what came of it, in order.
#[derive(Default)]
pub(super) struct Added(Vec<usize>);

impl Added {
    /// The bytes of the text that was written, from those of the text as it was meant.
    pub(super) fn written(&self, span: &Range<usize>) -> Range<usize> {
        let back = |byte: usize| byte - self.0.partition_point(|added| *added < byte);
        back(span.start)..back(span.end)
    }
}

impl Mended {
    /// Doubles the brackets of the lists that are named; none where all of them stand.
    fn of(text: &str, lists: &[&'static str]) -> Option<Self> {
        let mut mended = Mended {
            text: String::with_capacity(text.len()),
            added: Added::default(),
            lists: Vec::new(),
        };
        let (mut at, mut quoted) = (0, false);
        for line in text.split_inclusive('\n') {
            let header = header(line).filter(|_| !quoted);
            let list = header.as_ref().and_then(|(name, _)| {
                let known = |list: &&&'static str| spaceless(name) == **list;
                lists.iter().find(known).copied()
            });
            match (header, list) {
                (Some((_, span)), Some(list)) => {
                    mended.double(line, &span);
                    if !mended.lists.iter().any(|(known, _)| *known == list) {
                        let first = at + span.start..at + span.end;
                        mended.lists.push((list, first));
                    }
                }
                _ => mended.text.push_str(line),
            }
            let marks = line.matches("\"\"\"").count() + line.matches("'''").count();
            quoted ^= marks % 2 == 1;
            at += line.len();
        }
        (!mended.lists.is_empty()).then_some(mended)
    }

    fn double(&mut self, line: &str, header: &Range<usize>) {
        let (before, rest) = line.split_at(header.start);
        let (header, after) = rest.split_at(header.len());
        self.text.push_str(before);
        self.added.0.push(self.text.len());
        self.text.push('[');
        self.text.push_str(header);
        self.added.0.push(self.text.len());
        self.text.push(']');
        self.text.push_str(after);
    }
}

/// The name in a header with one bracket, and where the header stands in its line.
fn header(line: &str) -> Option<(&str, Range<usize>)> {
    let start = line.len() - line.trim_start().len();
    let inner = line.get(start..)?.strip_prefix('[')?;
    let (name, after) = inner.split_once(']')?;
    let after = after.trim_start();
    let is_all = after.is_empty() || after.starts_with('#');
    let is_single = !name.contains(['[', '"', '\'', '=', ',', '#']);
    (is_all && is_single).then_some((name, start..start + name.len() + 2))
}

/// Spaces around the dots of a name mean nothing.
fn spaceless(name: &str) -> String {
    name.chars().filter(|one| !one.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTS: &[&str] = &["steps", "actions.form"];

    #[test]
    fn each_list_is_told_once_and_every_place_finds_back() {
        let text = "қ = 1\n  [steps] # first\nid = 3\n[ actions . form ]\n[steps]\nid = 4\n";
        let mended = Mended::of(text, LISTS).expect("three headers");
        let meant = "қ = 1\n  [[steps]] # first\nid = 3\n[[ actions . form ]]\n[[steps]]\nid = 4\n";
        assert_eq!(mended.text, meant);
        let told: Vec<(&str, &str)> = mended
            .lists
            .iter()
            .map(|(list, span)| (*list, &text[span.clone()]))
            .collect();
        assert_eq!(
            told,
            [("steps", "[steps]"), ("actions.form", "[ actions . form ]")]
        );
        let added = mended.added;
        for word in ["қ = 1", "id = 3", "id = 4"] {
            let start = meant.find(word).expect("it stands there");
            let span = added.written(&(start..start + word.len()));
            assert_eq!(&text[span], word);
        }
        let start = meant.find("[[steps]]").expect("it stands there");
        assert_eq!(&text[added.written(&(start..start + 9))], "[steps]");
    }

    #[test]
    fn what_is_no_header_stays_as_it_is() {
        for text in [
            "[[steps]]\n[head]\n[steps.title]\n",
            "from = [\n  [\"steps\"],\n]\n",
            "text = \"\"\"\n[steps]\n\"\"\"\n",
            "a = 1 # [steps]\n",
        ] {
            assert!(Mended::of(text, LISTS).is_none(), "{text}");
        }
    }
}
