//! The rules themselves, on vectors of integers, every hospital counting once.
//!
//! Median: Yin et al. 2018. Trimmed mean: the same, `liars` values left out at each end. Krum and Multi-Krum: Blanchard
//! et al. 2017, with the `n - liars - 2` nearest others for a score, and as many models averaged. Squared distances are exact, equal scores
//! are told apart by the vectors themselves. Means are rounded to the nearest integer, halves to the even one.

use consilium_types::plan::RobustRule;

/// Too few hospitals to outvote those that may lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "rule `{rule}`: {found} hospitals trained, {fewest} are needed against {liars} liars; lower `robust.liars`"
)]
pub struct TooFew {
    /// Which rule.
    pub rule: &'static str,
    /// Hospitals that trained.
    pub found: usize,
    /// Fewest.
    pub fewest: usize,
    /// Hospitals that may lie.
    pub liars: u32,
}

impl TooFew {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "CNS-S-0310"
    }
}

/// What a rule makes of the hospitals' vectors, which are equally long.
pub fn apply(rule: RobustRule, liars: u32, vectors: &[Vec<i64>]) -> Result<Vec<i64>, TooFew> {
    let (found, fewest) = (vectors.len(), rule.fewest(liars) as usize);
    if found < fewest {
        return Err(TooFew { rule: rule.word(), found, fewest, liars });
    }
    let liars = liars as usize;
    Ok(match rule {
        RobustRule::Median => each(vectors, |values| mean(middle(values))),
        RobustRule::TrimmedMean => each(vectors, |values| mean(&values[liars..values.len() - liars])),
        RobustRule::NormBound => each(vectors, mean),
        RobustRule::Krum => nearest(vectors, liars)[0].clone(),
        RobustRule::MultiKrum => {
            let best: Vec<Vec<i64>> =
                nearest(vectors, liars).into_iter().take(found - liars - 2).cloned().collect();
            each(&best, mean)
        }
    })
}

/// One number from the sorted values of each place.
fn each(vectors: &[Vec<i64>], of: impl Fn(&[i64]) -> i64) -> Vec<i64> {
    let mut values = Vec::with_capacity(vectors.len());
    let mut place = |i: usize| {
        values.clear();
        values.extend(vectors.iter().map(|vector| vector[i]));
        values.sort_unstable();
        of(&values)
    };
    (0..vectors.first().map_or(0, Vec::len)).map(&mut place).collect()
}

/// The middle one of sorted values, or the middle two.
fn middle(sorted: &[i64]) -> &[i64] {
    let half = (sorted.len() - 1) / 2;
    &sorted[half..sorted.len() - half]
}

/// Rounded to the nearest, halves to the even one; of at least one value.
fn mean(values: &[i64]) -> i64 {
    let (sum, n) = (values.iter().map(|value| i128::from(*value)).sum::<i128>(), values.len() as i128);
    let (down, rest) = (sum.div_euclid(n), sum.rem_euclid(n));
    let up = 2 * rest > n || (2 * rest == n && down % 2 != 0);
    i64::try_from(down + i128::from(up)).expect("a mean lies between its values")
}

/// The vectors by their distance to the `n - liars - 2` nearest others, nearest first.
fn nearest(vectors: &[Vec<i64>], liars: usize) -> Vec<&Vec<i64>> {
    let others = vectors.len() - liars - 2;
    let score = |(i, vector): (usize, &Vec<i64>)| {
        let others_than = vectors.iter().enumerate().filter(|(j, _)| *j != i);
        let mut distances: Vec<u128> = others_than.map(|(_, other)| squared(vector, other)).collect();
        distances.sort_unstable();
        distances.into_iter().take(others).fold(0, u128::saturating_add)
    };
    let mut scored: Vec<(u128, &Vec<i64>)> = vectors.iter().enumerate().map(score).zip(vectors).collect();
    scored.sort_unstable();
    scored.into_iter().map(|(_, vector)| vector).collect()
}

/// Exact, unless it passes 2^128, which saturates.
fn squared(a: &[i64], b: &[i64]) -> u128 {
    let square = |(x, y): (&i64, &i64)| u128::from(x.abs_diff(*y)).pow(2);
    a.iter().zip(b).map(square).fold(0, u128::saturating_add)
}
