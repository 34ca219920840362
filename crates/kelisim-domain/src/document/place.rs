//! Places in a text, as lines and characters.

/// A place in a text, as people count: from 1. A column counts characters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl Position {
    pub(super) const START: Position = Position { line: 1, column: 1 };
}

/// Counts lines and characters on through a text, so that the places of all faults together cost one reading of it.
pub(super) struct Reader {
    byte: usize,
    at: Position,
}

impl Default for Reader {
    fn default() -> Self {
        Reader {
            byte: 0,
            at: Position::START,
        }
    }
}

impl Reader {
    /// The place of a byte that lies behind the last one that was asked for.
    pub(super) fn read_to(&mut self, text: &str, byte: usize) -> Position {
        let mut end = byte.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        for character in text.get(self.byte..end).unwrap_or_default().chars() {
            if character == '\n' {
                self.at.line += 1;
                self.at.column = 1;
            } else {
                self.at.column += 1;
            }
        }
        self.byte = self.byte.max(end);
        self.at
    }
}
