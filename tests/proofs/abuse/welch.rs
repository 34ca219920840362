//! Whether two lots of times come from one source: Welch's t, as laboratories test for leaks of time (TVLA).

/// Above this, two lots of times are told apart; by chance alone one comparison in a hundred thousand is.
pub(super) const TOLD_APART: f64 = 4.5;

/// The t of two lots. The slowest tenth of each is left out: it tells of the machine.
pub(super) fn t(one: &[f64], other: &[f64]) -> f64 {
    let (one, other) = (Lot::of(one), Lot::of(other));
    let spread = (one.variance / one.count + other.variance / other.count).sqrt();
    if spread == 0.0 {
        return 0.0;
    }
    (one.mean - other.mean) / spread
}

struct Lot {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Lot {
    fn of(times: &[f64]) -> Self {
        let mut kept = times.to_vec();
        kept.sort_by(f64::total_cmp);
        kept.truncate(times.len() - times.len() / 10);
        let count = crate::proofs::report::number(kept.len());
        let mean = kept.iter().sum::<f64>() / count.max(1.0);
        let squares: f64 = kept.iter().map(|time| (time - mean).powi(2)).sum();
        Self {
            count: count.max(1.0),
            mean,
            variance: squares / (count - 1.0).max(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lot(shift: f64) -> Vec<f64> {
        (0..1_000)
            .map(|number| f64::from(number % 100) + shift)
            .collect()
    }

    #[test]
    fn the_same_times_are_not_told_apart_and_others_are() {
        assert!(t(&lot(0.0), &lot(0.0)).abs() < 1.0);
        assert!(t(&lot(0.0), &lot(1.0)).abs() < TOLD_APART);
        assert!(t(&lot(0.0), &lot(10.0)).abs() > TOLD_APART);
    }
}
