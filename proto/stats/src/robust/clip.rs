//! Clipping a model's change by its L2 norm: at the hospital before it leaves, and again where each is seen.

use consilium_types::fixed;

/// The model, drawn back towards where it began until its change is no longer than `bound`.
///
/// What was clipped once is not clipped again: rounding may leave it longer by less than a quantum for each coordinate.
pub(crate) fn clipped(words: Vec<i64>, origin: &[i64], bound: f64) -> Vec<i64> {
    let quanta = (1u64 << fixed::UPDATE_BITS) as f64;
    let (norm, limit) = (length(&words, origin), bound * quanta);
    if norm <= limit + (words.len() as f64).sqrt() {
        return words;
    }
    let factor = limit / norm;
    #[expect(clippy::cast_possible_truncation, reason = "shorter than a difference of words")]
    let drawn = |(word, start): (i64, &i64)| {
        start.saturating_add(((word as f64 - *start as f64) * factor).round_ties_even() as i64)
    };
    words.into_iter().zip(origin).map(drawn).collect()
}

/// How far a model has moved, in its own unit.
pub(crate) fn distance(model: &[f64], origin: &[f32]) -> f64 {
    let square = |(value, start): (&f64, &f32)| (value - f64::from(*start)).powi(2);
    model.iter().zip(origin).map(square).sum::<f64>().sqrt()
}

/// Length of a difference in quanta; exact integers below, rounded once.
fn length(words: &[i64], origin: &[i64]) -> f64 {
    let square = |(word, start): (&i64, &i64)| u128::from(word.abs_diff(*start)).pow(2);
    (words.iter().zip(origin).map(square).fold(0, u128::saturating_add) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_clipped_change_keeps_its_direction_and_is_no_longer_than_the_bound(
            (words, origin) in (1..40usize).prop_flat_map(|n| {
                let word = -(1i64 << 36)..=(1i64 << 36);
                (prop::collection::vec(word.clone(), n), prop::collection::vec(word, n))
            }),
            bound in 0.001..20.0f64,
        ) {
            let quanta = (1u64 << fixed::UPDATE_BITS) as f64;
            let once = clipped(words.clone(), &origin, bound);
            let slack = (words.len() as f64).sqrt();
            prop_assert!(length(&once, &origin) <= bound * quanta + slack);
            prop_assert_eq!(clipped(once.clone(), &origin, bound), once.clone());
            for ((word, start), back) in words.iter().zip(&origin).zip(&once) {
                prop_assert!((*back - start).abs() <= (word - start).abs());
                prop_assert!((back - start) == 0 || (back - start).signum() == (word - start).signum());
            }
            if length(&words, &origin) <= bound * quanta {
                prop_assert_eq!(once, words);
            }
        }
    }

    #[test]
    fn any_integers_are_clipped_without_overflow() {
        let far = clipped(vec![i64::MAX, i64::MIN], &[i64::MIN, i64::MAX], 1.0);
        assert!(far[0] < i64::MIN + (1 << 33) && far[1] > i64::MAX - (1 << 33), "{far:?}");
    }
}
