//! Figures out of many values: percentiles, and the spread of a few rounds.

use serde::Serialize;

/// The least, the middle and the most of some rounds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Spread {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Of at least one value.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        Self {
            min: values[0],
            median: f64::midpoint(values[last / 2], values[last.div_ceil(2)]),
            max: values[last],
        }
    }
}

/// The 50th and 99th percentile, in milliseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Latency {
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Latency {
    /// Of microseconds, in any order.
    pub(crate) fn of(micros: &mut [u32]) -> Self {
        micros.sort_unstable();
        let at = |share: usize| {
            let index = (micros.len() * share / 100).min(micros.len().saturating_sub(1));
            f64::from(micros.get(index).copied().unwrap_or(0)) / 1e3
        };
        Self {
            p50: at(50),
            p99: at(99),
        }
    }
}
