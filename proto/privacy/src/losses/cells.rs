//! The loss of one step on a grid.
//!
//! Each cell between two grid points is replaced by atoms at both ends that carry the same probability under both
//! neighbours: the curve of delta over e^epsilon becomes its chord ("connecting the dots", Doroshenko, Ghazi, Kamath,
//! Kumar and Manurangsi 2022, arXiv:2207.04380). The curve is convex, so the chord is a bound, and it is second order
//! in the width of a cell. What lies beyond the grid is moved up.

use crate::Event;
use crate::tails::between;

/// Standard deviations beyond which nothing is resolved: a probability of 6e-23.
const REACH: f64 = 9.8;
/// Most cells of one step.
pub(super) const MOST_CELLS: f64 = (1u32 << 19) as f64;

/// Which neighbour is the likelier one in the ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The data hold one patient more than the neighbour: the mixture over the plain noise.
    OneLess,
    /// One less: the plain noise over the mixture.
    OneMore,
}

/// Probabilities of losses `(first + i) * width`, and of losses beyond all bounds.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub(super) first: i64,
    pub(super) mass: Vec<f64>,
    pub(super) beyond: f64,
}

/// Least and largest log-ratio of the mixture over the plain noise that matters.
pub(super) fn span(event: &Event) -> (f64, f64) {
    let reach = REACH * event.noise();
    (log_ratio(event, -reach), log_ratio(event, 1.0 + reach))
}

/// Log-ratio of the mixture over the plain noise at `x`: increasing.
fn log_ratio(event: &Event, x: f64) -> f64 {
    let (q, exponent) = (event.rate(), (2.0 * x - 1.0) / (2.0 * event.noise() * event.noise()));
    if q >= 1.0 {
        exponent
    } else if exponent > 30.0 {
        exponent + libm::log(q) + libm::log1p((1.0 - q) / q * libm::exp(-exponent))
    } else {
        libm::log1p(q * libm::expm1(exponent))
    }
}

/// Where the log-ratio is `ratio`.
fn place(event: &Event, ratio: f64) -> f64 {
    let (q, variance) = (event.rate(), event.noise() * event.noise());
    let share = 1.0 + libm::expm1(ratio) / q;
    if q >= 1.0 {
        ratio * variance + 0.5
    } else if share > 0.0 {
        variance * libm::log(share) + 0.5
    } else {
        f64::NEG_INFINITY
    }
}

/// Probability of a stretch under the mixture and under the plain noise.
fn probabilities(event: &Event, from: f64, to: f64) -> (f64, f64) {
    let (q, sigma) = (event.rate(), event.noise());
    let plain = between(from / sigma, to / sigma);
    (q * between((from - 1.0) / sigma, (to - 1.0) / sigma) + (1.0 - q) * plain, plain)
}

/// A number of points; no window has more than 2^21.
pub(super) fn signed(points: usize) -> i64 {
    i64::try_from(points).unwrap_or(i64::MAX)
}

impl Grid {
    /// The losses of one step of `event`, in cells of `width`.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most MOST_CELLS cells, checked by the choice of width"
    )]
    pub(super) fn of(event: &Event, side: Side, width: f64) -> Self {
        let (least, most) = span(event);
        let (low, high) = ((least / width).floor() as i64, (most / width).ceil() as i64);
        let edge = |point: i64| place(event, point as f64 * width);
        let below = probabilities(event, f64::NEG_INFINITY, edge(low));
        let over = probabilities(event, edge(high), f64::INFINITY);
        let mut cells = Vec::with_capacity(usize::try_from(high - low).unwrap_or_default());
        let mut from = edge(low);
        for point in low..high {
            let to = edge(point + 1);
            cells.push(probabilities(event, from, to));
            from = to;
        }
        match side {
            Side::OneLess => Self::connect(low, cells.into_iter(), below.0, over.0, width),
            Side::OneMore => {
                let mirrored = cells.into_iter().rev().map(|(mixture, plain)| (plain, mixture));
                Self::connect(-high, mirrored, over.1, below.1, width)
            }
        }
    }

    /// Cells in order of their loss, each with its probability under the likelier and the other neighbour.
    fn connect(
        first: i64,
        cells: impl ExactSizeIterator<Item = (f64, f64)>,
        below: f64,
        beyond: f64,
        width: f64,
    ) -> Self {
        let mut mass = vec![0.0; cells.len() + 1];
        mass[0] = below;
        for (i, (likelier, other)) in cells.enumerate() {
            let at_lower_end = libm::exp((first + signed(i)) as f64 * width);
            let upper = ((likelier - other * at_lower_end) / -libm::expm1(-width)).clamp(0.0, likelier);
            mass[i] += likelier - upper;
            mass[i + 1] += upper;
        }
        Self { first, mass, beyond }
    }

    /// The point after the last.
    pub(super) fn end(&self) -> i64 {
        self.first + signed(self.mass.len())
    }

    /// Logarithm of the mean of `e^(tilt * loss)`.
    pub(super) fn log_moment(&self, tilt: f64, width: f64) -> f64 {
        let points = (self.first..).map(|point| point as f64 * width);
        let ends = [self.first as f64 * width, self.end() as f64 * width];
        let largest = ends.map(|end| tilt * end).into_iter().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = points.zip(&self.mass).map(|(loss, p)| p * libm::exp(tilt * loss - largest)).sum();
        largest + libm::log(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_is_lost_on_the_grid(q in 0.001f64..1.0, sigma in 0.3f64..20.0, less: bool) {
            let event = Event::new(q, sigma, 1).unwrap();
            let side = if less { Side::OneLess } else { Side::OneMore };
            let grid = Grid::of(&event, side, 1e-3);
            let total: f64 = grid.mass.iter().sum::<f64>() + grid.beyond;
            prop_assert!((total - 1.0).abs() < 1e-12, "{}", total);
            prop_assert!(grid.mass.iter().all(|p| *p >= 0.0));
            // under the other neighbour: e^-loss integrates to at most 1, and to nearly 1
            let other: f64 = grid.mass.iter().zip(grid.first..).map(|(p, i)| p * (-(i as f64) * 1e-3).exp()).sum();
            prop_assert!((other - 1.0).abs() < 1e-9, "{}", other);
        }

        #[test]
        fn a_place_has_its_ratio(q in 0.001f64..1.0, sigma in 0.3f64..20.0, x in -3.0f64..5.0) {
            let event = Event::new(q, sigma, 1).unwrap();
            let x = x * sigma;
            let ratio = log_ratio(&event, x);
            prop_assert!((log_ratio(&event, place(&event, ratio)) - ratio).abs() < 1e-9 * (1.0 + ratio.abs()));
        }
    }
}
