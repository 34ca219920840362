//! When a message is tried again, and when it is enough.

use chrono::Duration;

/// The first pause.
const FIRST_SECONDS: i64 = 30;
/// No pause is longer than this, jitter aside.
const LONGEST_SECONDS: i64 = 12 * 60 * 60;
/// Attempts before a message counts as failed; with the pauses between them, over five days.
pub const ATTEMPTS: u32 = 21;

/// The pause after the `attempts`th attempt; none when the message has failed.
///
/// `jitter` is between 0 and 1 and lengthens the pause by at most a quarter, so that messages that
/// failed together do not come back together.
/// A person's "send again" begins a new series.
pub fn pause(attempts: u32, jitter: f64) -> Option<Duration> {
    let step = attempts % ATTEMPTS;
    if step == 0 {
        return None;
    }
    let doubled = 1_i64
        .checked_shl(step - 1)
        .map(|times| FIRST_SECONDS.saturating_mul(times));
    let seconds = doubled
        .unwrap_or(LONGEST_SECONDS)
        .clamp(FIRST_SECONDS, LONGEST_SECONDS);
    #[expect(clippy::cast_precision_loss, reason = "half a day in seconds is exact")]
    let jitter = Duration::milliseconds((seconds as f64 * 250.0 * jitter.clamp(0.0, 1.0)) as i64);
    Some(Duration::seconds(seconds) + jitter)
}

/// How long a relay that fails since `failing` rests: as long again as it has failed, within bounds.
pub fn relay_pause(failing: Duration) -> Duration {
    failing.clamp(Duration::seconds(FIRST_SECONDS), Duration::minutes(10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_tried_for_more_than_five_days() {
        let total: Duration = (1..ATTEMPTS)
            .filter_map(|attempt| pause(attempt, 0.0))
            .sum();
        assert!(total >= Duration::days(5), "{total}");
        assert!(total <= Duration::days(7), "{total}");
        assert_eq!(pause(ATTEMPTS, 0.5), None);
    }

    #[test]
    fn pauses_grow_and_jitter_only_lengthens() {
        assert_eq!(pause(1, 0.0), Some(Duration::seconds(30)));
        assert_eq!(pause(2, 0.0), Some(Duration::seconds(60)));
        assert_eq!(pause(20, 0.0), Some(Duration::hours(12)));
        assert_eq!(pause(20, 1.0), Some(Duration::hours(15)));
    }

    #[test]
    fn sending_again_by_hand_begins_a_new_series() {
        assert_eq!(pause(ATTEMPTS + 1, 0.0), pause(1, 0.0));
    }

    #[test]
    fn a_relay_rests_longer_the_longer_it_fails() {
        assert_eq!(relay_pause(Duration::zero()), Duration::seconds(30));
        assert_eq!(relay_pause(Duration::minutes(2)), Duration::minutes(2));
        assert_eq!(relay_pause(Duration::days(1)), Duration::minutes(10));
    }
}
