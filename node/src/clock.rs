//! The one place that reads the clock.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

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

/// Whether an RFC 3339 time has passed; false when the text is none.
pub(crate) fn has_passed(text: &str) -> bool {
    OffsetDateTime::parse(text, &Rfc3339).is_ok_and(|time| time < OffsetDateTime::now_utc())
}
