//! Chance that repeats itself, and that is the same for a case under two definitions.
//!
//! Every draw belongs to a case, a subject and a number: the days that the mediator lets pass before the first offer of
//! case 17 is answered are the same whatever was drawn before. So two definitions are tried on the same people, and what
//! differs between them is the definition.

/// What a draw is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum About {
    Arrival,
    Fate,
    Ground,
    Choice,
    Delay,
    Mediation,
    Obligations,
    Silence,
    Extension,
    Declaration,
}

/// Where all draws come from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chance {
    seed: u64,
}

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Chance { seed: mixed(seed) }
    }

    /// The dice for one subject of a case; `number` tells its turns apart.
    pub(super) fn dice(self, case: u32, about: About, number: u64) -> Dice {
        let place = u64::from(case) << 8 | about as u64;
        Dice(mixed(
            self.seed ^ mixed(place) ^ mixed(number).rotate_left(17),
        ))
    }
}

/// A stream of numbers: splitmix64 (Steele, Lea and Flood, 2014).
#[derive(Clone, Copy, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.0)
    }

    /// A number from 0 up to, not including, 1.
    pub(super) fn unit(&mut self) -> f64 {
        // 53 bits are what a float holds exactly.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A number from 0 up to, not including, `end`; 0 when there is nothing to choose from.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        (self.unit() * f64::from(end)) as u32
    }

    /// Whether something with this chance happens.
    pub(super) fn happens(&mut self, chance: f64) -> bool {
        self.unit() < chance
    }

    /// One place among weights; none when all of them are nothing.
    pub(super) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> Option<usize> {
        let sum: f64 = weights.clone().sum();
        let mut left = self.unit() * sum;
        let mut last = None;
        for (place, weight) in weights.enumerate().filter(|(_, weight)| *weight > 0.0) {
            last = Some(place);
            if left < weight {
                break;
            }
            left -= weight;
        }
        last
    }
}

/// A word as a number, so that a draw stays where it is when other words come and go (FNV-1a).
pub(super) fn key(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
