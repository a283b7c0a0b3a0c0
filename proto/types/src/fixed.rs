//! Fixed point: the integers in which everything that leaves a site is written.
//!
//! Integer addition is associative, so a sum does not depend on who answered first, nor on how patients are
//! split over sites. Statistics use 128-bit words with 60 fractional bits; network updates, which are long
//! and bounded, use 64-bit words with 32. Never: floats on the wire. Spec: ADR-0003.

/// Fractional bits of a statistic: a quantum of 8.7e-19.
pub const STATISTIC_BITS: u32 = 60;
/// Largest magnitude one patient may contribute to a statistic: 2^46, about 7e13.
/// A million patients at this limit stay within 127 bits.
pub const STATISTIC_LIMIT: f64 = 70_368_744_177_664.0;
/// Fractional bits of a network update: a quantum of 2.3e-10.
pub const UPDATE_BITS: u32 = 32;
/// Network parameters are clipped to this magnitude before they are weighted.
pub const UPDATE_CLIP: f64 = 16.0;
/// Largest weight (patients) of one site in a network update.
pub const UPDATE_WEIGHT_LIMIT: u32 = 1 << 15;

/// A value that has no fixed-point form.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum NotFixed {
    /// NaN or infinite.
    #[error("the value is {0}, not a finite number")]
    NotFinite(f64),
    /// Beyond the limit of its word.
    #[error("the value {0:e} is beyond the limit of {1:e}; use a larger unit for this column")]
    TooLarge(f64, f64),
}

/// Writes a statistic as an integer multiple of 2^-60, rounded to the nearest, ties to even.
pub fn encode(value: f64) -> Result<i128, NotFixed> {
    if !value.is_finite() {
        return Err(NotFixed::NotFinite(value));
    }
    if value.abs() > STATISTIC_LIMIT {
        return Err(NotFixed::TooLarge(value, STATISTIC_LIMIT));
    }
    // scaling by a power of two is exact; the cast of an integral f64 below 2^108 is exact
    #[expect(clippy::cast_possible_truncation, reason = "bounded by STATISTIC_LIMIT above")]
    Ok((value * scale(STATISTIC_BITS)).round_ties_even() as i128)
}

/// Reads a sum of statistics, rounded once to the nearest f64.
#[must_use]
pub fn decode(word: i128) -> f64 {
    word as f64 / scale(STATISTIC_BITS)
}

/// Writes `weight * clip(value)` as an integer multiple of 2^-32. Also says whether the value was clipped.
pub fn encode_update(value: f64, weight: u32) -> Result<(i64, bool), NotFixed> {
    if !value.is_finite() {
        return Err(NotFixed::NotFinite(value));
    }
    if weight > UPDATE_WEIGHT_LIMIT {
        return Err(NotFixed::TooLarge(f64::from(weight), f64::from(UPDATE_WEIGHT_LIMIT)));
    }
    let clipped = value.clamp(-UPDATE_CLIP, UPDATE_CLIP);
    // |16 * 2^15 * 2^32| = 2^51
    #[expect(clippy::cast_possible_truncation, reason = "bounded by clip and weight limit")]
    let word = (clipped * f64::from(weight) * scale(UPDATE_BITS)).round_ties_even() as i64;
    Ok((word, clipped.to_bits() != value.to_bits()))
}

/// Reads a sum of weighted parameters.
#[must_use]
pub fn decode_update(word: i64) -> f64 {
    word as f64 / scale(UPDATE_BITS)
}

fn scale(bits: u32) -> f64 {
    (1u64 << bits) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_statistic_is_off_by_half_a_quantum_at_most(value in -7e13..7e13f64) {
            let back = decode(encode(value).expect("within the limit"));
            let quantum = 0.5 / scale(STATISTIC_BITS);
            prop_assert!((back - value).abs() <= quantum);
        }

        #[test]
        fn a_sum_does_not_depend_on_the_order(values in prop::collection::vec(-1e9..1e9f64, 1..50)) {
            let words: Vec<i128> = values.iter().map(|v| encode(*v).expect("finite")).collect();
            let forward: i128 = words.iter().sum();
            let backward: i128 = words.iter().rev().sum();
            prop_assert_eq!(forward, backward);
        }

        #[test]
        fn an_update_is_clipped_and_says_so(value in -40.0..40.0f64, weight in 1u32..500) {
            let (word, clipped) = encode_update(value, weight).expect("finite");
            prop_assert_eq!(clipped, value.abs() > UPDATE_CLIP);
            let mean = decode_update(word) / f64::from(weight);
            prop_assert!((mean - value.clamp(-UPDATE_CLIP, UPDATE_CLIP)).abs() < 1.2e-10);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        assert!(encode(f64::NAN).is_err());
        assert!(encode(f64::INFINITY).is_err());
        assert!(encode(7.1e13).is_err());
        assert!(encode(STATISTIC_LIMIT).is_ok());
        assert!(encode_update(f64::NAN, 1).is_err());
        assert!(encode_update(1.0, UPDATE_WEIGHT_LIMIT + 1).is_err());
    }

    #[test]
    fn a_million_patients_at_the_limit_do_not_overflow() {
        let word = encode(STATISTIC_LIMIT).expect("at the limit");
        assert!(word.checked_mul(1 << 20).is_some());
    }
}
