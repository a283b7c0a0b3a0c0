//! The one place that reads the clock: the wall clock, as long as it agrees with the time that has passed.
//!
//! A clock that is set by more than minutes while the program runs is not followed: hospitals would be lost, and certificates
//! end, at once or never. Waits and lives are differences of these times. Spec: ADR-0024.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rustls::pki_types::UnixTime;
use rustls::time_provider::TimeProvider;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A difference up to which the wall clock is followed, in milliseconds.
const FOLLOWED: u64 = 5 * 60_000;

static STEADY: LazyLock<(Instant, Mutex<Steady>)> =
    LazyLock::new(|| (Instant::now(), Mutex::new(Steady::begun(wall()))));

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
    let (begun, steady) = &*STEADY;
    let mut steady = steady.lock().unwrap_or_else(PoisonError::into_inner);
    let (now, set) = steady.read(wall(), milliseconds(begun.elapsed()));
    if let Some(by) = set {
        let (hours, minutes) = (by / 3_600_000, by.unsigned_abs() / 60_000 % 60);
        tracing::warn!(
            "this machine's clock was set by {hours:+} h {minutes} min; waits and certificates go on by the time that has \
             passed, until the program is started again"
        );
    }
    now
}

/// The same for certificates.
pub(crate) fn utc() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + time::Duration::milliseconds(signed(now()))
}

/// A time for people, to the second, UTC.
pub(crate) fn text(milliseconds: u64) -> String {
    let seconds = i64::try_from(milliseconds / 1_000).unwrap_or(i64::MAX);
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_else(|| milliseconds.to_string())
}

fn wall() -> u64 {
    milliseconds(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default())
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn signed(milliseconds: u64) -> i64 {
    i64::try_from(milliseconds).unwrap_or(i64::MAX)
}

/// By which hospitals' certificates are judged.
#[derive(Debug)]
pub(crate) struct Steadily;

impl TimeProvider for Steadily {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(now())))
    }
}

/// A clock that two others make: one that shows the time, one that counts what passes. All in milliseconds.
#[derive(Debug)]
struct Steady {
    /// What this clock showed when `passed` had passed.
    shown: u64,
    passed: u64,
    /// By how much the wall clock was ahead, as last told.
    told: Option<i64>,
}

impl Steady {
    fn begun(wall: u64) -> Self {
        Self { shown: wall, passed: 0, told: None }
    }

    /// What it shows now, and by how much the wall clock was set, once.
    fn read(&mut self, wall: u64, passed: u64) -> (u64, Option<i64>) {
        let steady = self.shown.saturating_add(passed.saturating_sub(self.passed));
        let off = signed(wall).saturating_sub(signed(steady));
        if off.unsigned_abs() <= FOLLOWED {
            *self = Self { shown: wall, passed, told: None };
            return (wall, None);
        }
        (self.shown, self.passed) = (steady, passed);
        let is_news = self.told.is_none_or(|told| told.abs_diff(off) > FOLLOWED);
        if is_news {
            self.told = Some(off);
        }
        (steady, is_news.then_some(off))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_800_000_000_000;
    const DAY: u64 = 86_400_000;

    #[test]
    fn a_clock_that_drifts_is_followed() {
        let mut clock = Steady::begun(START);
        for hour in 1..=1_000 {
            // a second an hour, which NTP would take out in a step
            let (wall, passed) = (START + hour * 3_601_000, hour * 3_600_000);
            assert_eq!(clock.read(wall, passed), (wall, None));
        }
    }

    #[test]
    fn a_clock_that_is_set_is_told_of_once_and_not_followed_until_it_is_right() {
        let mut clock = Steady::begun(START);
        assert_eq!(clock.read(START + DAY + 10, 10), (START + 10, Some(signed(DAY))));
        assert_eq!(clock.read(START + DAY + 20, 20), (START + 20, None));
        assert_eq!(clock.read(START - DAY, 30), (START + 30, Some(-signed(DAY) - 30)));
        assert_eq!(clock.read(START + 41, 40), (START + 41, None));
        assert_eq!(clock.read(START - DAY, 50), (START + 51, Some(-signed(DAY) - 51)));
    }

    #[test]
    fn no_clock_shows_less_than_before_by_more_than_it_follows() {
        let mut clock = Steady::begun(START);
        let walls = [START + 5, 0, u64::MAX, START + DAY, START - FOLLOWED, START + 40 * DAY, START];
        let mut before = START;
        for (passed, wall) in walls.into_iter().enumerate() {
            let (now, _) = clock.read(wall, passed as u64);
            assert!(now + FOLLOWED >= before && now <= START + 2 * FOLLOWED, "{now}");
            before = now;
        }
    }
}
