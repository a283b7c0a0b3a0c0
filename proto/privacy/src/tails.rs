//! Tails of the normal distribution, to full relative precision, and sums of logarithms.

use std::f64::consts::{PI, SQRT_2};

/// Probability that a standard normal variable is above `x`.
pub(crate) fn above(x: f64) -> f64 {
    0.5 * libm::erfc(x / SQRT_2)
}

/// Probability that it lies between `a` and `b`, from the tails on the side where they do not cancel.
pub(crate) fn between(a: f64, b: f64) -> f64 {
    if a > 0.0 { above(a) - above(b) } else { above(-b) - above(-a) }
}

/// Logarithm of the complementary error function, also where the function itself underflows.
pub(crate) fn ln_erfc(x: f64) -> f64 {
    if x < 20.0 {
        return libm::log(libm::erfc(x));
    }
    // asymptotic series (Abramowitz and Stegun 7.1.23); the first omitted term is below 1e-13 from 20 on
    let y = 1.0 / (2.0 * x * x);
    let series = -y * (1.0 - 3.0 * y * (1.0 - 5.0 * y * (1.0 - 7.0 * y)));
    -x * x - libm::log(x * PI.sqrt()) + libm::log1p(series)
}

/// `ln(e^a + e^b)`
pub(crate) fn ln_plus(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if small == f64::NEG_INFINITY { large } else { large + libm::log1p(libm::exp(small - large)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_series_continues_the_function() {
        // ln erfc(20) and (25) from mpmath 1.3, 30 digits
        for (x, expected) in [(20.0, -403.569_343_334_104_2), (25.0, -628.792_039_174_071_7)] {
            assert!((ln_erfc(x) / expected - 1.0).abs() < 1e-12, "{x}: {}", ln_erfc(x));
        }
        let direct = libm::log(libm::erfc(22.0));
        assert!((ln_erfc(22.0) - direct).abs() < 1e-11, "{} {direct}", ln_erfc(22.0));
    }

    #[test]
    fn both_sides_of_a_cell_agree() {
        assert!((between(-1.0, 1.0) - 0.682_689_492_137_085_9).abs() < 1e-15);
        assert_eq!(between(9.0, 10.0).to_bits(), between(-10.0, -9.0).to_bits());
        assert!(between(30.0, 31.0) > 0.0 && between(f64::NEG_INFINITY, f64::INFINITY) >= 1.0);
        assert!((ln_plus(0.0, 0.0) - 2f64.ln()).abs() < 1e-15);
    }
}
