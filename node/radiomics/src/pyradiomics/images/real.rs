//! The two precisions that PyRadiomics' libraries compute in, and `NumPy`'s order of summation.
//!
//! Never here: a filter.

use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// A floating-point number of 32 or 64 bits.
pub(super) trait Real:
    Copy
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + AddAssign
    + Into<f64>
{
    /// The decimal digits the type holds for sure, as a relative difference; `NumPy`'s `finfo.resolution`.
    const RESOLUTION: f64;

    /// The nearest number of the type.
    fn of(value: f64) -> Self;
}

impl Real for f64 {
    const RESOLUTION: f64 = 1e-15;

    fn of(value: f64) -> Self {
        value
    }
}

impl Real for f32 {
    const RESOLUTION: f64 = 1e-6;

    #[expect(clippy::cast_possible_truncation, reason = "rounding to 32 bits is what is asked for")]
    fn of(value: f64) -> Self {
        value as Self
    }
}

/// The mean, summed as `NumPy` 1.26 sums a contiguous row: eight sums side by side, rows above 128 in halves.
pub(super) fn mean<T: Real>(values: &[T]) -> T {
    pairwise(values) / T::of(values.len() as f64)
}

fn pairwise<T: Real>(values: &[T]) -> T {
    if values.len() > 128 {
        let half = values.len() / 2;
        let (a, b) = values.split_at(half - half % 8);
        return pairwise(a) + pairwise(b);
    }
    let (eights, rest) = values.as_chunks::<8>();
    let head = eights.split_first().map_or(T::default(), |(first, others)| {
        let mut sums = *first;
        for chunk in others {
            for (sum, x) in sums.iter_mut().zip(chunk) {
                *sum += *x;
            }
        }
        let [a, b, c, d, e, f, g, h] = sums;
        ((a + b) + (c + d)) + ((e + f) + (g + h))
    });
    rest.iter().fold(head, |sum, x| sum + *x)
}
