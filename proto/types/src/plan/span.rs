//! A length of follow-up: a whole number of days or years.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// A whole number and a unit, `d` or `y`; a year has 365.25 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct Span {
    hours: u64,
}

/// Units, largest first, with their hours.
const UNITS: [(char, u64); 2] = [('y', 8_766), ('d', 24)];

impl Span {
    /// A day.
    pub const SHORTEST: Self = Self::from_days(1);
    /// A century.
    pub const LONGEST: Self = Self::from_years(100);

    /// So many days.
    #[must_use]
    pub const fn from_days(days: u64) -> Self {
        Self { hours: days * 24 }
    }

    /// So many years.
    #[must_use]
    pub const fn from_years(years: u64) -> Self {
        Self { hours: years * 8_766 }
    }

    /// In days.
    #[must_use]
    pub fn days(self) -> f64 {
        self.hours as f64 / 24.0
    }

    /// How many of `part` cover this, the last one perhaps only begun.
    #[must_use]
    pub fn steps(self, part: Self) -> u64 {
        self.hours.div_ceil(part.hours.max(1))
    }
}

/// The text is not a length of follow-up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of follow-up: write a whole number and d or y, for example 30d or 5y")]
pub struct NotASpan(String);

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        let refuse = || NotASpan(text.chars().take(60).collect());
        let unit = UNITS.iter().find(|(name, _)| text.ends_with(*name));
        let (_, factor) = unit.ok_or_else(refuse)?;
        let digits = &text[..text.len() - 1];
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(refuse());
        }
        let count: u64 = digits.parse().map_err(|_| refuse())?;
        count.checked_mul(*factor).map(|hours| Self { hours }).ok_or_else(refuse)
    }
}

impl fmt::Display for Span {
    /// In the largest unit that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let divides = |(_, factor): &&(char, u64)| self.hours.is_multiple_of(*factor) && self.hours > 0;
        let (unit, factor) = UNITS.iter().find(divides).unwrap_or(&UNITS[1]);
        write!(f, "{}{unit}", self.hours / factor)
    }
}

impl From<Span> for String {
    fn from(span: Span) -> String {
        span.to_string()
    }
}
