//! `[study]`: who, when, and the patience with sites.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::Serialize;

use crate::StudyId;

/// `[study]`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Study {
    /// Slug by which commands name the study.
    pub id: StudyId,
    /// One line for people.
    pub title: String,
    /// Counts amendments from 1.
    pub version: u32,
    /// The only source of randomness.
    pub seed: u64,
    /// How many sites, how many of them must answer a round, how long to wait.
    pub sites: Sites,
}

/// `study.sites`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Sites {
    /// Fewer than this: the study does not start, or aborts. At least 1; a hospital's policy may ask for more.
    pub min: u32,
    /// Share of the starting sites that must stay; in (0, 1].
    pub quorum: f64,
    /// Patience with a silent site: a number and `s`, `m`, `h` or `d`, for example `72h`.
    pub wait: Wait,
}

impl Sites {
    /// Sites that must stay of so many that began: the plan's quorum of them.
    #[must_use]
    pub fn quorum_of(&self, began: usize) -> usize {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a quorum is in (0, 1]")]
        let quorum = (self.quorum * began as f64).ceil() as usize;
        quorum
    }
}

impl Default for Sites {
    fn default() -> Self {
        Self { min: 3, quorum: 0.8, wait: Wait::from_seconds(72 * 3600) }
    }
}

/// A length of time: a whole number and a unit, `s`, `m`, `h` or `d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct Wait {
    seconds: u64,
}

/// Units, largest first, with their seconds.
const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

impl Wait {
    /// Less than this is no patience.
    pub const SHORTEST: Self = Self::from_seconds(1);
    /// A year.
    pub const LONGEST: Self = Self::from_seconds(365 * 86_400);

    /// So many seconds.
    #[must_use]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    /// As a duration.
    #[must_use]
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// The text is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time: write a whole number and s, m, h or d, for example 72h")]
pub struct NotAWait(String);

impl FromStr for Wait {
    type Err = NotAWait;

    fn from_str(text: &str) -> Result<Self, NotAWait> {
        let refuse = || NotAWait(text.chars().take(60).collect());
        let unit = text.chars().last().ok_or_else(refuse)?;
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(refuse)?;
        let digits = &text[..text.len() - 1];
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse());
        }
        let count: u64 = digits.parse().map_err(|_| refuse())?;
        count.checked_mul(*factor).map(Self::from_seconds).ok_or_else(refuse)
    }
}

impl fmt::Display for Wait {
    /// In the largest unit that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let divides = |(_, factor): &&(char, u64)| self.seconds.is_multiple_of(*factor) && self.seconds > 0;
        let (unit, factor) = UNITS.iter().find(divides).unwrap_or(&UNITS[3]);
        write!(f, "{}{unit}", self.seconds / factor)
    }
}

impl From<Wait> for String {
    fn from(wait: Wait) -> String {
        wait.to_string()
    }
}
