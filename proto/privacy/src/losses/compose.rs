//! Steps composed: a product of Fourier transforms in a window that holds all but a bounded probability.
//!
//! Losses outside the window would wrap around into it. Their probability is bounded beforehand (Chernoff), and the
//! bound is added to delta, as is a bound on the rounding of the transforms.

use rustfft::FftPlannerScalar;
use rustfft::num_complex::Complex;

use super::cells::{Grid, MOST_CELLS, Side, signed, span};
use crate::Event;

/// Widest cell. Finer ones change the reference results by less than 1e-4 of themselves.
const WIDEST: f64 = 1e-4;
/// Cells across the losses of one step, at least.
const LEAST_CELLS: f64 = 4096.0;
/// Most points of a window.
const MOST_POINTS: i64 = 1 << 21;
/// Probability that may lie outside the window, on each side.
const OUTSIDE: f64 = 1e-14;

/// The loss of all steps together.
#[derive(Debug)]
pub(super) struct Composed {
    first: i64,
    width: f64,
    mass: Vec<f64>,
    beyond: f64,
}

/// Composes all events; none without an event.
pub(super) fn all(events: &[Event], side: Side) -> Option<Composed> {
    let mut width = first_width(events)?;
    loop {
        let grids: Vec<(Grid, u32)> =
            events.iter().map(|event| (Grid::of(event, side, width), event.steps())).collect();
        let (low, high) = window(&grids, width);
        if high - low < MOST_POINTS {
            return Some(in_window(&grids, low, high, width));
        }
        width *= 2.0;
    }
}

/// Fine enough for the narrowest step, coarse enough for the widest.
fn first_width(events: &[Event]) -> Option<f64> {
    let spans = || events.iter().map(span).map(|(least, most)| most - least);
    let narrowest = spans().reduce(f64::min)?;
    let widest = spans().fold(0.0, f64::max);
    Some((narrowest / LEAST_CELLS).min(WIDEST).max(widest / MOST_CELLS))
}

/// Grid points that hold the sum of all losses but for `OUTSIDE` on each side.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a cast that saturates makes the window as wide as it can be"
)]
fn window(grids: &[(Grid, u32)], width: f64) -> (i64, i64) {
    let reachable = |end: fn(&Grid) -> i64| {
        grids
            .iter()
            .map(|(grid, steps)| end(grid).saturating_mul(i64::from(*steps)))
            .fold(0, i64::saturating_add)
    };
    let least = reachable(|grid| grid.first);
    let most = reachable(|grid| grid.end() - 1);
    let tilts = || (-6..=10).map(|power| f64::from(power).exp2());
    let bound = |tilt: f64| {
        let moments = grids.iter().map(|(grid, steps)| f64::from(*steps) * grid.log_moment(tilt, width));
        (moments.sum::<f64>() - libm::log(OUTSIDE)) / tilt / width
    };
    let high = tilts().map(bound).fold(f64::INFINITY, f64::min).ceil() as i64;
    let low = tilts().map(|tilt| bound(-tilt)).fold(f64::NEG_INFINITY, f64::max).floor() as i64;
    (low.max(least), high.min(most).max(low.max(least)))
}

fn in_window(grids: &[(Grid, u32)], low: i64, high: i64, width: f64) -> Composed {
    let points = usize::try_from(high - low + 1).unwrap_or(1).next_power_of_two();
    let mut planner = FftPlannerScalar::new();
    let (forward, backward) = (planner.plan_fft_forward(points), planner.plan_fft_inverse(points));
    let mut product = vec![Complex::new(1.0, 0.0); points];
    for (grid, steps) in grids {
        let mut wave = folded(grid, points);
        forward.process(&mut wave);
        product.iter_mut().zip(&wave).for_each(|(product, value)| *product *= value.powu(*steps));
    }
    backward.process(&mut product);
    let at = |point: i64| product[index(point, points)].re.max(0.0) / points as f64;
    let steps: f64 = grids.iter().map(|(_, steps)| f64::from(*steps)).sum();
    let infinite: f64 = grids.iter().map(|(grid, steps)| grid.beyond * f64::from(*steps)).sum();
    let rounding = 16.0 * f64::EPSILON * (steps + 64.0);
    Composed {
        first: low,
        width,
        mass: (low..=high).map(at).collect(),
        beyond: infinite + 2.0 * OUTSIDE + rounding,
    }
}

/// One step's probabilities on a circle.
fn folded(grid: &Grid, points: usize) -> Vec<Complex<f64>> {
    let mut circle = vec![Complex::new(0.0, 0.0); points];
    (grid.first..).zip(&grid.mass).for_each(|(point, mass)| circle[index(point, points)].re += mass);
    circle
}

fn index(point: i64, points: usize) -> usize {
    usize::try_from(point.rem_euclid(signed(points))).unwrap_or_default()
}

impl Composed {
    /// Delta at an epsilon of at least 0.
    pub(super) fn delta(&self, epsilon: f64) -> f64 {
        let excess = |(point, mass): (i64, &f64)| {
            let over = point as f64 * self.width - epsilon;
            if over > 0.0 { -mass * libm::expm1(-over) } else { 0.0 }
        };
        (self.first..).zip(&self.mass).map(excess).sum::<f64>() + self.beyond
    }

    /// Smallest epsilon of at least 0 that keeps to `delta`.
    pub(super) fn epsilon(&self, delta: f64) -> f64 {
        if self.beyond >= delta {
            return f64::INFINITY;
        }
        let shrink = libm::exp(-self.width);
        // from the largest loss down: probability above a point, and what of it the other neighbour explains there
        let (mut above, mut explained, mut point) =
            (self.beyond, 0.0, self.first + signed(self.mass.len()) - 1);
        for mass in self.mass.iter().rev() {
            if point < 0 || above - explained >= delta {
                break;
            }
            above += mass;
            explained = (explained + mass) * shrink;
            point -= 1;
        }
        if above <= delta {
            return 0.0;
        }
        (point as f64 * self.width + libm::log((above - delta) / explained)).max(0.0)
    }
}
