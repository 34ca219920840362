//! Texts beside each other: what is told on one card, or at one arrow, in columns, so that a picture is not many times
//! higher than it is wide.

use super::{
    measure::{Line, room},
    plan::{Rect, Size},
};

/// The room between two columns.
const BETWEEN: f64 = 16.0;

/// Texts in columns, read from left to right and then from the top down.
pub(super) struct Columns {
    /// Each text, with its place from the upper left corner of all. All of a column are as wide as its widest.
    pub(super) cells: Vec<(Vec<Line>, Rect)>,
    /// The room of all.
    pub(super) size: Size,
}

impl Columns {
    /// Texts in so many columns, with room for a sign before each and between two that stand below each other.
    pub(super) fn of(texts: Vec<Vec<Line>>, columns: usize, sign: f64, below: f64) -> Self {
        let columns = columns.clamp(1, texts.len().max(1));
        let mut widths = vec![0.0_f64; columns];
        let mut heights = vec![0.0_f64; texts.len().div_ceil(columns)];
        for (index, lines) in texts.iter().enumerate() {
            let (width, height) = room(lines);
            let (column, row) = (index % columns, index / columns);
            widths[column] = widths[column].max(width + sign);
            heights[row] = heights[row].max(height);
        }
        let before = |sizes: &[f64], place: usize, room: f64| {
            sizes[..place].iter().sum::<f64>() + place as f64 * room
        };
        let cell = |(index, lines): (usize, Vec<Line>)| {
            let (column, row) = (index % columns, index / columns);
            let rect = Rect {
                x: before(&widths, column, BETWEEN),
                y: before(&heights, row, below),
                width: widths[column],
                height: room(&lines).1,
            };
            (lines, rect)
        };
        let all = |sizes: &[f64], room: f64| {
            before(sizes, sizes.len(), room) - if sizes.is_empty() { 0.0 } else { room }
        };
        Columns {
            size: (all(&widths, BETWEEN), all(&heights, below)),
            cells: texts.into_iter().enumerate().map(cell).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::draw::measure::{Face, wrap};

    #[test]
    fn no_text_meets_another_and_all_of_them_lie_inside() {
        for count in 0..8 {
            for columns in 1..4 {
                let text = |index: usize| wrap(&"word ".repeat(1 + index % 3), Face::Plain, 60.0);
                let found = Columns::of((0..count).map(text).collect(), columns, 22.0, 12.0);
                assert_eq!(found.cells.len(), count);
                for (index, (lines, one)) in found.cells.iter().enumerate() {
                    assert!(room(lines).0 + 22.0 <= one.width);
                    assert!(
                        one.right() <= found.size.0 + 0.01,
                        "{one:?} {:?}",
                        found.size
                    );
                    assert!(
                        one.bottom() <= found.size.1 + 0.01,
                        "{one:?} {:?}",
                        found.size
                    );
                    for (_, other) in &found.cells[..index] {
                        let beside = other.right() + BETWEEN <= one.x + 0.01
                            || one.right() + BETWEEN <= other.x + 0.01;
                        let below = other.bottom() + 12.0 <= one.y + 0.01;
                        assert!(beside || below, "{one:?} {other:?}");
                    }
                }
            }
        }
    }
}
