//! The one place that reads the clock, and how far it is from the coordinator's.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Seconds by which two clocks may differ without a word.
const APART: i64 = 5 * 60;

/// Now.
pub(crate) fn utc() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// Now, to the second, UTC, as RFC 3339.
pub(crate) fn now() -> String {
    let now = OffsetDateTime::now_utc();
    let second = now.replace_nanosecond(0).unwrap_or(now);
    second.format(&Rfc3339).unwrap_or_else(|_| second.unix_timestamp().to_string())
}

/// Now, in seconds since 1970.
pub(crate) fn unix() -> i64 {
    OffsetDateTime::now_utc().unix_timestamp()
}

/// How far this machine's clock is ahead of the coordinator's, as last heard; none until something was. Clones share it.
///
/// It decides nothing but when a certificate is renewed, which the coordinator issues and could end at any time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Skew(Arc<AtomicI64>);

impl Skew {
    /// The coordinator's time, in milliseconds since 1970; 0 says nothing.
    pub(crate) fn hear(&self, milliseconds: u64) {
        self.hear_at(unix(), milliseconds);
    }

    fn hear_at(&self, now: i64, milliseconds: u64) {
        let Some(seconds) = i64::try_from(milliseconds / 1_000).ok().filter(|seconds| *seconds > 0) else {
            return;
        };
        let before = self.in_words();
        self.0.store(now.saturating_sub(seconds), Ordering::Relaxed);
        if let Some(words) = self.in_words().filter(|_| before.is_none()) {
            tracing::warn!("{words}");
        }
    }

    /// Now by the coordinator's clock, in seconds since 1970.
    pub(crate) fn unix(&self) -> i64 {
        unix().saturating_sub(self.0.load(Ordering::Relaxed))
    }

    /// What to do about it, if it is much.
    pub(crate) fn in_words(&self) -> Option<String> {
        let ahead = self.0.load(Ordering::Relaxed);
        let which = if ahead > 0 { "ahead of" } else { "behind" };
        (ahead.saturating_abs() > APART).then(|| {
            format!(
                "this machine's clock is {} {which} the coordinator's: correct it, or tell the operator if it is right",
                words(ahead.unsigned_abs())
            )
        })
    }
}

/// `1 day 2 h`, `25 min`.
fn words(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {minutes} min"),
        (1, _) => format!("1 day {hours} h"),
        _ => format!("{days} days {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_are_apart_are_told_of() {
        let (skew, now) = (Skew::default(), 1_800_000_000);
        let heard = |ahead: i64| {
            skew.hear_at(now, u64::try_from((now - ahead) * 1_000 + 999).unwrap());
            assert_eq!(skew.0.load(Ordering::Relaxed), ahead);
            skew.in_words()
        };
        assert_eq!(heard(200), None);
        assert!(heard(26 * 3_600 + 1).unwrap().contains("1 day 2 h ahead of the coordinator's"));
        assert!(heard(-3_000).unwrap().contains("is 50 min behind"));
        assert_eq!(heard(-200), None);
    }

    #[test]
    fn absurd_times_say_nothing_or_a_lot_and_break_nothing() {
        let skew = Skew::default();
        skew.hear(0);
        assert_eq!(skew.in_words(), None);
        skew.hear(u64::MAX);
        assert!(skew.in_words().unwrap().contains("behind") && skew.unix() > unix());
    }
}
