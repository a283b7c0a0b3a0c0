//! DICOM dates and times as seconds.
//!
//! Never: a time zone. All times of one scanner are on one clock. Spec: DICOM PS3.5 section 6.2 (DA, TM, DT).

/// Seconds of a day.
pub(super) const DAY: f64 = 86_400.0;

/// Seconds since 1 January 1 of `YYYYMMDDHHMMSS.FFFFFF`; an offset behind it is passed over.
pub(super) fn instant(text: &str) -> Option<f64> {
    let (date, time) = text.split_at_checked(8)?;
    let time = time.split(['+', '-', '&']).next()?;
    Some(days(date)? * DAY + seconds_of_day(time)?)
}

/// Seconds of `HH[MM[SS[.FFFFFF]]]`.
pub(super) fn seconds_of_day(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || whole.len() > 6 || whole.len() < 2 || whole.len() % 2 == 1
    {
        return None;
    }
    let part = |at: usize| whole.get(at..at + 2).map_or(Some(0), |text| text.parse::<u32>().ok());
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    if hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    let fraction: f64 = format!("0.{fraction}0").parse().ok()?;
    Some(f64::from(3600 * hours + 60 * minutes + seconds) + fraction)
}

/// Days since 1 January 1 of `YYYYMMDD`.
fn days(text: &str) -> Option<f64> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    if year == 0 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // the year from March on, so that the leap day is the last
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    Some(f64::from(365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_follow_each_other_across_months_and_leap_years() {
        let day = |text: &str| days(text).unwrap_or(f64::NAN);
        for (one, next) in [
            ("20231231", "20240101"),
            ("20240228", "20240229"),
            ("20240229", "20240301"),
            ("20230228", "20230301"),
            ("19000228", "19000301"),
            ("20000229", "20000301"),
        ] {
            assert!((day(next) - day(one) - 1.0).abs() < 1e-9, "{one} {next}");
        }
        assert!((day("20250101") - day("20240101") - 366.0).abs() < 1e-9);
    }

    #[test]
    fn times_may_be_short_and_bad_ones_are_none() {
        assert_eq!(seconds_of_day("0102"), Some(3720.0));
        assert_eq!(seconds_of_day("235959.5"), Some(86_399.5));
        assert_eq!(instant("20240101000000.00+0100").map(|s| s % DAY), Some(0.0));
        for bad in ["", "1", "2460", "99", "12:30", "1230xx", "2024010199"] {
            assert_eq!(seconds_of_day(bad), None, "{bad}");
        }
        assert_eq!(instant("2024130100"), None);
        assert_eq!(instant("2024"), None);
    }
}
