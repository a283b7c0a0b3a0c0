//! `hours` of the policy: when a node may answer. Outside them a question waits; it is not refused.
//!
//! Never: the clock, which callers read. Spec: docs/guides/site-it.md.

use std::fmt;

use serde::Deserialize;
use time::{OffsetDateTime, UtcOffset};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MIDNIGHT: u16 = 24 * 60;

/// A window of each week, at a fixed distance from UTC. One that ends before it begins ends on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Hours {
    text: String,
    days: [bool; 7],
    /// Minutes of the day.
    from: u16,
    to: u16,
    zone: UtcOffset,
}

impl Hours {
    /// Whether a node may answer now.
    pub(crate) fn hold(&self, now: OffsetDateTime) -> bool {
        let local = now.to_offset(self.zone);
        let minute = u16::from(local.hour()) * 60 + u16::from(local.minute());
        let today = usize::from(local.weekday().number_days_from_monday());
        let begun = self.days[today] && minute >= self.from;
        if self.from < self.to {
            return begun && minute < self.to;
        }
        begun || (self.days[(today + 6) % 7] && minute < self.to)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Hours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (days, window, zone) = match words[..] {
            [window] => ("mon-sun", window, "+00:00"),
            [days, window] => (days, window, "+00:00"),
            [days, window, zone] => (days, window, zone),
            _ => return Err(unread(&text)),
        };
        let read = || Some((read_days(days)?, read_window(window)?, read_zone(zone)?));
        let (days, (from, to), zone) = read().ok_or_else(|| unread(&text))?;
        Ok(Self { text, days, from, to, zone })
    }
}

fn unread(text: &str) -> String {
    format!(
        "`{text}` are no hours; write them as \"mon-fri 19:00-07:00 +01:00\": days, from and to, distance from UTC"
    )
}

/// `mon-fri,sun`
fn read_days(text: &str) -> Option<[bool; 7]> {
    let place = |name: &str| DAYS.iter().position(|day| *day == name);
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (place(first)?, place(last)?);
        let length = (last + 7 - first) % 7;
        (first..=first + length).for_each(|day| days[day % 7] = true);
    }
    Some(days)
}

/// `19:00-07:00`
fn read_window(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-')?;
    let (from, to) = (read_time(from)?, read_time(to)?);
    (from != to && from < MIDNIGHT).then_some((from, to))
}

fn read_time(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let two = |digits: &str| digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !two(hours) || !two(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours * 60 + minutes;
    (minutes < 60 && minute <= MIDNIGHT).then_some(minute)
}

/// `+01:00`, `-05:30` or `utc`
fn read_zone(text: &str) -> Option<UtcOffset> {
    if text == "utc" {
        return Some(UtcOffset::UTC);
    }
    let (sign, time) =
        text.strip_prefix('+').map(|time| (1, time)).or(text.strip_prefix('-').map(|time| (-1, time)))?;
    let minutes = i32::from(read_time(time).filter(|minutes| *minutes <= 14 * 60)?);
    UtcOffset::from_whole_seconds(sign * minutes * 60).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn hours(text: &str) -> Result<Hours, String> {
        Hours::try_from(text.to_owned())
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let nights = hours("mon-fri 19:00-07:00 +01:00").unwrap();
        // 2026-11-23 is a Monday
        assert!(!nights.hold(datetime!(2026-11-23 05:59 UTC)), "the night of Sunday is not in it");
        assert!(!nights.hold(datetime!(2026-11-23 17:59 UTC)));
        assert!(nights.hold(datetime!(2026-11-23 18:00 UTC)), "19:00 at the hospital");
        assert!(
            nights.hold(datetime!(2026-11-24 05:59 UTC)) && !nights.hold(datetime!(2026-11-24 06:00 UTC))
        );
        assert!(nights.hold(datetime!(2026-11-28 03:00 UTC)), "the night of Friday ends on Saturday");
        assert!(!nights.hold(datetime!(2026-11-28 20:00 UTC)));
    }

    #[test]
    fn days_may_go_round_the_week_and_be_left_out() {
        let weekend = hours("sat-mon,wed 08:00-24:00").unwrap();
        assert!(
            weekend.hold(datetime!(2026-11-29 23:59 UTC)) && weekend.hold(datetime!(2026-11-25 08:00 UTC))
        );
        assert!(
            !weekend.hold(datetime!(2026-11-24 12:00 UTC)) && !weekend.hold(datetime!(2026-11-29 07:59 UTC))
        );
        let daily = hours("09:00-17:00").unwrap();
        assert!(daily.hold(datetime!(2026-11-29 12:00 UTC)) && !daily.hold(datetime!(2026-11-29 17:00 UTC)));
    }

    #[test]
    fn whatever_is_no_window_is_refused_with_the_form_that_is() {
        for wrong in [
            "",
            "9:00-17:00",
            "mon 25:00-26:00",
            "09:00-09:00",
            "mo 09:00-17:00",
            "24:00-01:00",
            "mon 09:00",
            "mon 09:00-17:00 CET",
            "mon 09:60-17:00",
            "mon 09:00-17:00 +15:00",
            "a b c d",
        ] {
            assert!(hours(wrong).unwrap_err().contains("mon-fri 19:00-07:00 +01:00"), "{wrong}");
        }
    }
}
