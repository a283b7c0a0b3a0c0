//! The accountant by Rényi orders: closed forms, cheap, looser.
//!
//! The divergence of order alpha of the Gaussian mechanism on Poisson lots is `ln A(alpha) / (alpha - 1)`, with the
//! sums of Mironov, Talwar and Zhang (2019, arXiv:1908.10530): section 3.3 for whole orders, equation 11 for others.
//! Composition adds. The step to (epsilon, delta) is Canonne, Kamath and Steinke (2020, arXiv:2004.00010),
//! proposition 12. An order whose sum does not converge is skipped, which only loosens the bound.

use std::f64::consts::SQRT_2;

use crate::Event;
use crate::tails::{ln_erfc, ln_plus};

/// Terms after which a sum that has not converged is given up.
const MOST_TERMS: u32 = 1_000;
/// Logarithm of the share of a term that no longer matters.
const NEGLIGIBLE: f64 = -30.0;

/// The orders: 1.1 to 10.9 by tenths, 11 to 63, 128, 256, 512, 1024; the grid of Opacus.
#[must_use]
pub fn orders() -> Vec<f64> {
    let tenths = (11..110).map(|tenths| f64::from(tenths) / 10.0);
    tenths.chain((11..64).map(f64::from)).chain([128.0, 256.0, 512.0, 1024.0]).collect()
}

/// Epsilon of all events together. Infinite where no order gives a bound.
#[must_use]
pub fn epsilon(events: &[Event], delta: f64) -> f64 {
    let orders = orders();
    let curve = orders.iter().map(|order| (*order, events.iter().map(|event| spent(event, *order)).sum()));
    epsilon_of_curve(curve, delta)
}

/// Epsilon of a curve of (order, divergence): the best of all orders, never below 0.
pub fn epsilon_of_curve(curve: impl Iterator<Item = (f64, f64)>, delta: f64) -> f64 {
    let epsilon = |(order, divergence): (f64, f64)| {
        // a divergence so small bounds the total variation itself (Bretagnolle and Huber)
        if delta * delta + libm::expm1(-divergence) > 0.0 {
            return 0.0;
        }
        if order <= 1.01 {
            return f64::INFINITY;
        }
        divergence + libm::log1p(-1.0 / order) - libm::log(delta * order) / (order - 1.0)
    };
    curve.map(epsilon).fold(f64::INFINITY, f64::min).max(0.0)
}

/// What an event spends at an order above 1.
#[must_use]
pub fn spent(event: &Event, order: f64) -> f64 {
    if event.steps() == 0 { 0.0 } else { f64::from(event.steps()) * divergence(event, order) }
}

/// Divergence of a single step.
fn divergence(event: &Event, order: f64) -> f64 {
    let variance = event.noise() * event.noise();
    if event.rate() >= 1.0 {
        return order / (2.0 * variance);
    }
    let ln_a = if order.fract() == 0.0 { Some(whole(event, order)) } else { fractional(event, order) };
    // A is at least 1, and rounding must not make a gain of it
    ln_a.map_or(f64::INFINITY, |ln_a| ln_a.max(0.0) / (order - 1.0))
}

/// `ln A` of a whole order: a finite binomial sum.
fn whole(event: &Event, order: f64) -> f64 {
    let (q, variance) = (event.rate(), event.noise() * event.noise());
    let (mut sum, mut ln_choose, mut i) = (f64::NEG_INFINITY, 0.0, 0.0);
    while i <= order {
        let lot = i * libm::log(q) + (order - i) * libm::log1p(-q);
        sum = ln_plus(sum, ln_choose + lot + (i * i - i) / (2.0 * variance));
        ln_choose += libm::log((order - i) / (i + 1.0));
        i += 1.0;
    }
    sum
}

/// `ln A` of any order: the integral is cut where both parts of the mixture weigh the same, and each side is a series.
///
/// The series alternates from the order on. As in dp-accounting its magnitudes are added: a bound instead of the value,
/// which the tests hold against the integral.
fn fractional(event: &Event, order: f64) -> Option<f64> {
    let (q, sigma) = (event.rate(), event.noise());
    let (ln_q, ln_rest, variance) = (libm::log(q), libm::log1p(-q), sigma * sigma);
    let cut = variance * (ln_rest - ln_q) + 0.5;
    let tail = |x: f64| libm::log(0.5) + ln_erfc(x / (SQRT_2 * sigma));
    let (mut sum, mut ln_choose) = (f64::NEG_INFINITY, 0.0);
    let mut last = [f64::NEG_INFINITY; 2];
    for i in (0..MOST_TERMS).map(f64::from) {
        let j = order - i;
        let below = ln_choose + i * ln_q + j * ln_rest + (i * i - i) / (2.0 * variance) + tail(i - cut);
        let over = ln_choose + j * ln_q + i * ln_rest + (j * j - j) / (2.0 * variance) + tail(cut - j);
        sum = ln_plus(sum, ln_plus(below, over));
        if below < last[0] && over < last[1] && below.max(over) < sum + NEGLIGIBLE {
            return Some(sum);
        }
        last = [below, over];
        ln_choose += libm::log((j / (i + 1.0)).abs());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_is_the_usual_one() {
        let orders = orders();
        assert_eq!((orders.len(), orders[0], orders[98], orders[155]), (156, 1.1, 10.9, 1024.0));
    }

    #[test]
    fn a_fractional_order_joins_the_whole_ones() {
        let event = Event::new(0.1, 2.0, 1).unwrap();
        let at = |order: f64| divergence(&event, order);
        let near = fractional(&event, 4.0 + 1e-9).unwrap() / 3.0;
        assert!((near / at(4.0) - 1.0).abs() < 1e-7, "{near} {}", at(4.0));
    }

    /// `ln A` by the trapezoidal rule, which converges at once for what dies out on both sides.
    fn integral(event: &Event, order: f64) -> f64 {
        let (q, sigma) = (event.rate(), event.noise());
        let density =
            |x: f64| (-x * x / (2.0 * sigma * sigma)).exp() / (sigma * std::f64::consts::TAU.sqrt());
        let ratio = |x: f64| 1.0 - q + q * ((2.0 * x - 1.0) / (2.0 * sigma * sigma)).exp();
        let step = sigma / 200.0;
        let reach = 200 * 40;
        let at = |i: i32| f64::from(i) * step;
        ((-reach..=reach).map(|i| density(at(i)) * ratio(at(i)).powf(order)).sum::<f64>() * step).ln()
    }

    #[test]
    fn whole_orders_are_the_integral_and_others_are_not_below_it() {
        for (q, sigma) in [(0.28, 2.0), (0.01, 0.8), (0.1, 1.5), (0.6, 6.0)] {
            let event = Event::new(q, sigma, 1).unwrap();
            for order in [2.0, 3.0, 5.0, 8.0] {
                let expected = integral(&event, order);
                assert!((whole(&event, order) / expected - 1.0).abs() < 1e-9, "{q} {sigma} {order}");
            }
            for order in [1.1, 1.5, 2.3, 3.7, 6.9] {
                let bound = fractional(&event, order).unwrap_or(f64::INFINITY);
                assert!(bound >= integral(&event, order) * (1.0 - 1e-9), "{q} {sigma} {order}: {bound}");
            }
        }
    }

    #[test]
    fn sampling_nearly_everyone_costs_nearly_as_much_as_everyone() {
        let (most, all) = (Event::new(0.999_999, 3.0, 1).unwrap(), Event::new(1.0, 3.0, 1).unwrap());
        assert!((divergence(&most, 8.0) / divergence(&all, 8.0) - 1.0).abs() < 1e-4);
    }
}
