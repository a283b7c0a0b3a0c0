//! The least of a quadratic with lasso and ridge penalties, by coordinate descent, on the coordinator's side.
//!
//! A proximal Newton step of any likelihood is this problem: gradient and information come from the sites, penalties
//! are added here, so they change nothing in what leaves. Convention of glmnet (Friedman, Hastie, Tibshirani, J Stat
//! Softw 33 (2010) 1) with the log-likelihood as a sum: a patient's share `lambda` of theirs is `n * lambda` here.
//! Never: random order of coordinates, or a stop that depends on time. Spec: docs/reference/methods/linear.md.

use crate::linear::Symmetric;

/// Coordinates are cycled until none moves further than this, measured in units of its curvature.
const TOLERANCE: f64 = 1e-13;
/// Cycles before the problem is given up.
const MOST_CYCLES: usize = 20_000;

/// Penalties of one coefficient: `lasso * |b| + ridge / 2 * b^2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shrinkage {
    /// On the magnitude.
    pub lasso: f64,
    /// On half the square.
    pub ridge: f64,
}

impl Shrinkage {
    /// No penalty, as for an intercept.
    pub const FREE: Self = Self { lasso: 0.0, ridge: 0.0 };

    /// The elastic net `lambda * (alpha |b| + (1 - alpha) / 2 b^2)`.
    #[must_use]
    pub fn elastic(lambda: f64, alpha: f64) -> Self {
        Self { lasso: lambda * alpha, ridge: lambda * (1.0 - alpha) }
    }

    /// The penalty of a coefficient.
    #[must_use]
    pub fn of(self, b: f64) -> f64 {
        self.lasso * b.abs() + 0.5 * self.ridge * b * b
    }
}

/// A log-likelihood near a point: `g'd - d'Hd / 2` with `d = b - at`.
#[derive(Debug, Clone, Copy)]
pub struct Quadratic<'a> {
    /// The point.
    pub at: &'a [f64],
    /// Gradient of the log-likelihood there.
    pub gradient: &'a [f64],
    /// Minus its second derivatives there.
    pub information: &'a Symmetric,
}

/// The coefficients that maximise a quadratic less its penalties; nothing when the cycles do not settle.
///
/// One entry of `shrinkage` a coefficient. A coefficient whose curvature and ridge are both zero stays where it is.
#[must_use]
pub fn maximise(model: &Quadratic<'_>, shrinkage: &[Shrinkage]) -> Option<Vec<f64>> {
    let mut descent = Descent::new(model, shrinkage);
    let everything: Vec<usize> = (0..shrinkage.len()).collect();
    for _ in 0..MOST_CYCLES {
        // all coordinates once, then those that are not zero until they settle, then all again
        let moved = descent.cycle(&everything);
        if !moved.is_finite() {
            return None;
        }
        if moved <= TOLERANCE {
            return Some(descent.b);
        }
        let support = descent.support();
        descent.polish(&support);
        for _ in 0..100 {
            if descent.cycle(&support) <= TOLERANCE {
                break;
            }
        }
    }
    None
}

/// Coefficients on their way.
struct Descent<'a> {
    information: &'a Symmetric,
    shrinkage: &'a [Shrinkage],
    b: Vec<f64>,
    /// Gradient of the quadratic at `b`.
    slope: Vec<f64>,
}

impl<'a> Descent<'a> {
    fn new(model: &Quadratic<'a>, shrinkage: &'a [Shrinkage]) -> Self {
        let (b, slope) = (model.at.to_vec(), model.gradient.to_vec());
        Self { information: model.information, shrinkage, b, slope }
    }

    /// Moves each coordinate to its best place; the largest move.
    fn cycle(&mut self, coordinates: &[usize]) -> f64 {
        coordinates.iter().fold(0.0, |largest: f64, j| {
            let moved = self.relax(*j);
            // a NaN must not be lost in a maximum
            if moved.is_nan() || moved > largest { moved } else { largest }
        })
    }

    fn relax(&mut self, j: usize) -> f64 {
        let (curvature, Shrinkage { lasso, ridge }) = (self.information.at(j, j), self.shrinkage[j]);
        let bend = curvature + ridge;
        if bend <= 0.0 {
            return 0.0;
        }
        let goal = soft(self.slope[j] + curvature * self.b[j], lasso) / bend;
        let step = goal - self.b[j];
        if step != 0.0 {
            self.shift(j, step);
        }
        step.abs() * bend.sqrt() / (1.0 + goal.abs())
    }

    fn shift(&mut self, j: usize, step: f64) {
        self.b[j] += step;
        for i in 0..self.b.len() {
            self.slope[i] -= self.information.at(i, j) * step;
        }
    }

    fn support(&self) -> Vec<usize> {
        (0..self.b.len()).filter(|j| self.b[*j] != 0.0 || self.shrinkage[*j].lasso == 0.0).collect()
    }

    /// Goes at once to the best place with the present signs, where all signs stay what they are.
    fn polish(&mut self, support: &[usize]) {
        let pairs =
            support.iter().enumerate().flat_map(|(at, i)| support[at..].iter().map(move |j| (*i, *j)));
        let entry = |(i, j): (usize, usize)| {
            self.information.at(i, j) + if i == j { self.shrinkage[i].ridge } else { 0.0 }
        };
        let matrix = Symmetric::from_triangle(support.len(), pairs.map(entry).collect());
        let Some(factor) = matrix.cholesky() else { return };
        let rest = |j: &usize| {
            let Shrinkage { lasso, ridge } = self.shrinkage[*j];
            self.slope[*j] - ridge * self.b[*j] - if lasso > 0.0 { lasso * self.b[*j].signum() } else { 0.0 }
        };
        let step = factor.solve(&support.iter().map(rest).collect::<Vec<_>>());
        let keeps = |(j, s): (&usize, &f64)| {
            self.shrinkage[*j].lasso == 0.0 || (self.b[*j] + s).signum() == self.b[*j].signum()
        };
        if step.iter().all(|s| s.is_finite()) && support.iter().zip(&step).all(keeps) {
            support.iter().zip(&step).for_each(|(j, s)| self.shift(*j, *s));
        }
    }
}

/// Towards zero by `by`, and no further.
fn soft(x: f64, by: f64) -> f64 {
    if x > by {
        x - by
    } else if x < -by {
        x + by
    } else {
        0.0
    }
}

/// How far coefficients are from the optimum of a penalised log-likelihood with this gradient: the largest
/// violation of the Karush-Kuhn-Tucker conditions, by coefficient.
#[must_use]
pub fn violation(gradient: f64, b: f64, shrinkage: Shrinkage) -> f64 {
    let slope = gradient - shrinkage.ridge * b;
    if b == 0.0 {
        (slope.abs() - shrinkage.lasso).max(0.0)
    } else {
        (slope - shrinkage.lasso * b.signum()).abs()
    }
}

/// The least lambda that leaves every penalised coefficient at zero, given the gradient at zero.
#[must_use]
pub fn largest_lambda(gradient: &[f64], alpha: f64) -> f64 {
    gradient.iter().fold(0.0, |most: f64, g| most.max(g.abs())) / alpha
}

/// `n` penalties from `largest` down to `ratio * largest`, equally spaced on the log scale, as glmnet's.
#[must_use]
pub fn grid(largest: f64, ratio: f64, n: usize) -> Vec<f64> {
    let step = |i: usize| libm::exp(libm::log(ratio) * i as f64 / (n.max(2) - 1) as f64);
    (0..n).map(|i| largest * step(i)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn problem(entries: &[f64], order: usize) -> Symmetric {
        // M M' + 0.1 I is positive definite
        let m = |i: usize, j: usize| entries[order * i + j];
        let full = |i: usize, j: usize| {
            (0..order).map(|k| m(i, k) * m(j, k)).sum::<f64>() + if i == j { 0.1 } else { 0.0 }
        };
        let upper =
            (0..order).flat_map(|i| (i..order).map(move |j| (i, j))).map(|(i, j)| full(i, j)).collect();
        Symmetric::from_triangle(order, upper)
    }

    proptest! {
        /// The conditions of an optimum hold, computed from the problem and not from the descent.
        #[test]
        fn the_end_is_an_optimum(
            entries in prop::collection::vec(-2.0..2.0f64, 36),
            gradient in prop::collection::vec(-9.0..9.0f64, 6),
            at in prop::collection::vec(prop_oneof![Just(0.0), -2.0..2.0f64], 6),
            lambda in 0.0..8.0f64,
            alpha in prop_oneof![Just(1.0), 0.1..1.0f64],
        ) {
            let information = problem(&entries, 6);
            let mut shrinkage = vec![Shrinkage::elastic(lambda, alpha); 6];
            shrinkage[0] = Shrinkage::FREE;
            let model = Quadratic { at: &at, gradient: &gradient, information: &information };
            let b = maximise(&model, &shrinkage).expect("positive definite");
            for i in 0..6 {
                let bend: f64 = (0..6).map(|j| information.at(i, j) * (b[j] - at[j])).sum();
                prop_assert!(violation(gradient[i] - bend, b[i], shrinkage[i]) < 1e-8, "{:?}", b);
            }
        }

        #[test]
        fn from_the_largest_lambda_on_nothing_enters(
            entries in prop::collection::vec(-2.0..2.0f64, 36),
            gradient in prop::collection::vec(-9.0..9.0f64, 6),
            alpha in 0.1..1.0f64,
        ) {
            let information = problem(&entries, 6);
            let (at, lambda) = (vec![0.0; 6], largest_lambda(&gradient, alpha));
            let model = Quadratic { at: &at, gradient: &gradient, information: &information };
            let entering = |lambda: f64| maximise(&model, &[Shrinkage::elastic(lambda, alpha); 6]).expect("bounded");
            prop_assert!(entering(lambda * (1.0 + 1e-12)).iter().all(|b| *b == 0.0));
            prop_assert!(entering(lambda * 0.999).iter().any(|b| *b != 0.0));
        }
    }

    #[test]
    fn uncorrelated_columns_are_soft_thresholded() {
        let information = Symmetric::from_triangle(2, vec![2.0, 0.0, 4.0]);
        let model = Quadratic { at: &[0.0, 0.0], gradient: &[3.0, -5.0], information: &information };
        let b = maximise(&model, &[Shrinkage { lasso: 1.0, ridge: 2.0 }; 2]).expect("bounded");
        assert_eq!(b, vec![0.5, -4.0 / 6.0]);
    }

    #[test]
    fn a_grid_is_that_of_glmnet() {
        let found = grid(2.0, 0.01, 3);
        for (f, e) in found.iter().zip([2.0, 0.2, 0.02]) {
            assert!((f - e).abs() < 1e-15, "{found:?}");
        }
    }
}
