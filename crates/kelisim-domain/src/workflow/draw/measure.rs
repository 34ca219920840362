//! How wide a text is, and how it is broken into lines.
//!
//! The program knows no font: whoever looks at the picture has their own. The widths are those of a wide one (DejaVu
//! Sans), rounded up, so that a text takes at most the room that is kept for it.

/// The size and weight of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::workflow) enum Face {
    /// The title of the workflow.
    Heading,
    /// The title of a stage or a step.
    Strong,
    /// The title of an action or a timer.
    Plain,
    /// Who, and how long.
    Small,
}

impl Face {
    /// The height of the letters, in pixels.
    pub(in crate::workflow) fn size(self) -> f64 {
        match self {
            Face::Heading => 19.0,
            Face::Strong => 15.0,
            Face::Plain => 13.5,
            Face::Small => 12.5,
        }
    }

    /// From one line to the next, in pixels.
    pub(in crate::workflow) fn line(self) -> f64 {
        (self.size() * 1.3).ceil()
    }

    /// Bold letters are wider.
    fn stretch(self) -> f64 {
        match self {
            Face::Heading | Face::Strong => 1.14,
            Face::Plain | Face::Small => 1.0,
        }
    }
}

/// A line of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::workflow) struct Line {
    /// The text.
    pub(in crate::workflow) text: String,
    /// How it is written.
    pub(in crate::workflow) face: Face,
}

/// The width of a text, in pixels; rather too much than too little.
pub(in crate::workflow) fn width(text: &str, face: Face) -> f64 {
    text.chars().map(em).sum::<f64>() * face.size() * face.stretch()
}

/// The width of a letter, in the height of the letters.
fn em(letter: char) -> f64 {
    match letter {
        '\'' | ',' | '.' | 'I' | 'J' | 'i' | 'j' | 'l' | 'І' | 'і' | '·' => 0.33,
        ' ' | '!' | '(' | ')' | '-' | '/' | ':' | ';' | '[' | ']' | 'f' | 'r' | 't' | '|' => 0.43,
        '"' | '*' | '_' | 's' | 'z' | 'г' | '–' => 0.54,
        'a'..='l' | 'n'..='v' | 'x' | 'y' | '?' | 'F' | 'L' | 'P' | 'T' => 0.65,
        'а'..='е' | 'з' | 'и'..='л' | 'н'..='у' | 'х'..='ч' => 0.7,
        'ъ' | 'ь' | 'э' | 'я' | 'ё' | 'ә' | 'ғ' | 'ү' | 'ұ' | 'қ' | 'ө' | 'һ' => 0.72,
        '0'..='9' | 'A'..='L' | 'R' | 'S' | 'V' | 'X' | 'Y' | 'Z' => 0.75,
        'w' | 'м' | 'ы' | 'ң' | 'N' | 'O' | 'Q' | 'U' | 'А'..='Е' | 'З'..='Л' => 0.88,
        'Н'..='У' | 'Х' | 'Ц' | 'Ч' | 'Ь' | 'Э' | 'Я' | 'Ә' | 'Ң' | 'Ғ' | 'Ү' | 'Ұ' => {
            0.88
        }
        'Қ' | 'Ө' | 'Һ' | 'ж' | 'ф' => 0.9,
        // The widest letters, and all that the table does not know.
        _ => 1.1,
    }
}

/// Breaks a text into lines that are not wider than `most`; a word that is wider by itself is broken too.
pub(in crate::workflow) fn wrap(text: &str, face: Face, most: f64) -> Vec<Line> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        for piece in pieces(word, face, most) {
            match lines.last_mut() {
                Some(line) if width(&format!("{line} {piece}"), face) <= most => {
                    line.push(' ');
                    line.push_str(&piece);
                }
                _ => lines.push(piece),
            }
        }
    }
    lines.into_iter().map(|text| Line { text, face }).collect()
}

/// A word, in pieces that fit.
fn pieces(word: &str, face: Face, most: f64) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for letter in word.chars() {
        let last = pieces.last().map_or("", String::as_str);
        if !last.is_empty() && width(&format!("{last}{letter}"), face) > most {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(letter);
        }
    }
    pieces
}

/// The room that lines take, as width and height.
pub(in crate::workflow) fn room(lines: &[Line]) -> (f64, f64) {
    let wide = lines.iter().map(|line| width(&line.text, line.face));
    (
        wide.fold(0.0, f64::max),
        lines.iter().map(|line| line.face.line()).sum(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_it_may_be() {
        for text in [
            "Медиацияға келмейтін себебін жазып, істі жабу",
            "Достопримечательностеобозревательный координатор",
            "",
        ] {
            for line in wrap(text, Face::Strong, 120.0) {
                assert!(width(&line.text, line.face) <= 120.0, "{line:?}");
            }
        }
    }

    #[test]
    fn nothing_of_a_text_is_lost() {
        let text = "Один очень длинный заголовок со словом превысокомногорассмотрительствующий";
        let joined: String = wrap(text, Face::Small, 90.0)
            .into_iter()
            .map(|line| line.text)
            .collect();
        assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
    }
}
