//! Moves the things of each row to where their arrows are short and straight, without changing their order.
//!
//! The crate that chose the order spreads things widely. Here every thing wants to stand below and above what it is
//! connected with; row after row gets the places that are nearest to these wishes and still leave room between each two.

use super::rank::{Item, Row, Thing};

/// The least room between two boxes of a row, in pixels.
const BETWEEN_BOXES: f64 = 20.0;
/// The least room beside an arrow that passes, in pixels.
const BESIDE_ARROW: f64 = 13.0;
/// How often all rows are gone through, down and up again.
const SWEEPS: usize = 60;
/// How strongly a long arrow wants to be straight, against the wish of a box to stand below another.
const STRAIGHT: f64 = 3.0;
/// The most by which the things of one line may differ, in pixels.
const SAME: f64 = 0.01;

/// Where an arrow is on its way down: a row, and the place among its things.
pub(super) type Stop = (usize, usize);

/// The part of an arrow's way on which it only passes; it is to be one straight line.
struct Run {
    stops: Vec<Stop>,
    ends: [Stop; 2],
}

/// Settles all rows; `paths` are the ways of the arrows, from the upper box to the lower one.
pub(super) fn settle(rows: &mut [Row], paths: &[Vec<Stop>]) {
    let links = links(rows, paths);
    let mut runs = runs(rows, paths);
    for row in &mut *rows {
        let wishes: Vec<f64> = row.items.iter().map(|item| item.x).collect();
        let weights = vec![1.0; wishes.len()];
        keep_apart(&mut row.items, &wishes, &weights);
    }
    for sweep in 0..SWEEPS {
        let lines = lines(rows, &runs);
        for place in 0..rows.len() {
            let index = if sweep % 2 == 0 {
                place
            } else {
                rows.len() - 1 - place
            };
            settle_row(rows, index, &links[index], &lines[index]);
        }
    }
    runs.sort_by_key(|run| std::cmp::Reverse(run.stops.len()));
    for _ in 0..6 {
        for run in &runs {
            straighten(rows, run);
        }
    }
}

/// For each thing, what it is connected with.
fn links(rows: &[Row], paths: &[Vec<Stop>]) -> Vec<Vec<Vec<Stop>>> {
    let none = |row: &Row| vec![Vec::new(); row.items.len()];
    let mut links: Vec<Vec<Vec<Stop>>> = rows.iter().map(none).collect();
    for pair in paths.iter().flat_map(|path| path.windows(2)) {
        let (one, other) = (pair[0], pair[1]);
        links[one.0][one.1].push(other);
        links[other.0][other.1].push(one);
    }
    links
}

fn runs(rows: &[Row], paths: &[Vec<Stop>]) -> Vec<Run> {
    let passes = |stop: &Stop| matches!(rows[stop.0].items[stop.1].thing, Thing::Passing(_));
    let mut runs = Vec::new();
    for path in paths {
        let mut from = 0;
        for (index, stop) in path.iter().enumerate() {
            if passes(stop) {
                continue;
            }
            if index > from + 1 {
                runs.push(Run {
                    stops: path[from + 1..index].to_vec(),
                    ends: [path[from], *stop],
                });
            }
            from = index;
        }
    }
    runs
}

/// Where each thing that belongs to a line wants to be: in the middle of the line, which lies between its two ends.
fn lines(rows: &[Row], runs: &[Run]) -> Vec<Vec<Option<f64>>> {
    let none = |row: &Row| vec![None; row.items.len()];
    let mut lines: Vec<Vec<Option<f64>>> = rows.iter().map(none).collect();
    for run in runs {
        let line = line(rows, run);
        for (row, place) in &run.stops {
            lines[*row][*place] = Some(line);
        }
    }
    lines
}

fn line(rows: &[Row], run: &Run) -> f64 {
    let x = |stop: &Stop| rows[stop.0].items[stop.1].x;
    let mean = run.stops.iter().map(x).sum::<f64>() / run.stops.len() as f64;
    let (one, other) = (x(&run.ends[0]), x(&run.ends[1]));
    mean.clamp(one.min(other), one.max(other))
}

fn settle_row(rows: &mut [Row], index: usize, links: &[Vec<Stop>], lines: &[Option<f64>]) {
    let mut wishes = Vec::new();
    let mut weights = Vec::new();
    for ((item, links), line) in rows[index].items.iter().zip(links).zip(lines) {
        let count = links.len() as f64;
        let pull = links.iter().map(|(row, place)| rows[*row].items[*place].x);
        let (wish, weight) = match line {
            Some(line) => (*line, STRAIGHT),
            None if links.is_empty() => (item.x, 0.1),
            None => (pull.sum::<f64>() / count, count),
        };
        wishes.push(wish);
        weights.push(weight);
    }
    keep_apart(&mut rows[index].items, &wishes, &weights);
}

/// Makes a run one straight line where its neighbours leave room for that, and as straight as they allow where not.
fn straighten(rows: &mut [Row], run: &Run) {
    let line = line(rows, run);
    let (mut least, mut most) = (f64::NEG_INFINITY, f64::INFINITY);
    let mut from = 0;
    let mut parts = Vec::new();
    for (index, stop) in run.stops.iter().enumerate() {
        let (low, high) = free(&rows[stop.0].items, stop.1);
        if low.max(least) > high.min(most) + SAME {
            parts.push((from, index, least, most));
            (from, least, most) = (index, low, high);
        } else {
            least = least.max(low);
            most = most.min(high);
        }
    }
    parts.push((from, run.stops.len(), least, most));
    for (from, to, least, most) in parts {
        for (row, place) in &run.stops[from..to] {
            rows[*row].items[*place].x = line.max(least).min(most);
        }
    }
}

/// Between which places a thing can move while its neighbours stay.
fn free(items: &[Item], place: usize) -> (f64, f64) {
    let left = place.checked_sub(1).map(|left| &items[left]);
    let least = left.map_or(f64::NEG_INFINITY, |left| {
        left.x + apart(left, &items[place])
    });
    let right = items.get(place + 1);
    let most = right.map_or(f64::INFINITY, |right| right.x - apart(&items[place], right));
    (least, most)
}

/// The room that two neighbours need from middle to middle.
fn apart(left: &Item, right: &Item) -> f64 {
    let both_boxes = left.size.0 > 0.0 && right.size.0 > 0.0;
    let room = if both_boxes {
        BETWEEN_BOXES
    } else {
        BESIDE_ARROW
    };
    f64::midpoint(left.size.0, right.size.0) + room
}

/// Things that stand as close as they may, and move together.
struct Block {
    first: usize,
    weight: f64,
    /// Where the whole would like its first thing to be.
    wish: f64,
}

/// Gives each thing the place nearest to its wish (by weighted squares) that leaves room between neighbours: neighbours
/// whose wishes are too close become a block, which stands at the mean of its wishes.
fn keep_apart(items: &mut [Item], wishes: &[f64], weights: &[f64]) {
    // The place of each thing when all stand as close as they may.
    let mut close = vec![0.0; items.len()];
    for index in 1..items.len() {
        close[index] = close[index - 1] + apart(&items[index - 1], &items[index]);
    }
    let mut blocks: Vec<Block> = Vec::new();
    for index in 0..items.len() {
        let mut block = Block {
            first: index,
            weight: weights[index],
            wish: wishes[index] - close[index],
        };
        while let Some(left) = blocks.pop_if(|left| left.wish > block.wish) {
            let weight = left.weight + block.weight;
            block = Block {
                first: left.first,
                weight,
                wish: (left.wish * left.weight + block.wish * block.weight) / weight,
            };
        }
        blocks.push(block);
    }
    let mut last = items.len();
    for block in blocks.iter().rev() {
        for index in block.first..last {
            items[index].x = block.wish + close[index];
        }
        last = block.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_keep_their_room_and_their_order() {
        let item = |width: f64| Item {
            thing: Thing::Node(0),
            x: 0.0,
            size: (width, 10.0),
        };
        let mut items = [item(100.0), item(50.0), item(0.0), item(80.0)];
        keep_apart(&mut items, &[300.0, 10.0, 12.0, 900.0], &[1.0; 4]);
        for pair in items.windows(2) {
            assert!(pair[1].x - pair[0].x >= apart(&pair[0], &pair[1]) - 1e-9);
        }
        assert!(
            (items[3].x - 900.0).abs() < 1e-9,
            "a free thing has its wish"
        );
    }
}
