//! Quantiles of the F distribution, for confidence intervals.
//!
//! Specification: the regularised incomplete beta function by its continued fraction (NIST DLMF 8.17.22), the quantile by
//! bisection down to the last bit.

/// Where the F distribution with `d1` and `d2` degrees of freedom, not necessarily whole, has the probability `p` below
/// it, 0 < p < 1.
pub(super) fn f_quantile(p: f64, d1: f64, d2: f64) -> f64 {
    let (a, b) = (d1 / 2.0, d2 / 2.0);
    let (mut low, mut high) = (0.0, 1.0);
    loop {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            return d2 * middle / (d1 * (1.0 - middle));
        }
        if beta(middle, a, b) < p { low = middle } else { high = middle }
    }
}

/// The regularised incomplete beta function of x, a and b.
fn beta(x: f64, a: f64, b: f64) -> f64 {
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_by_fraction(1.0 - x, b, a);
    }
    beta_by_fraction(x, a, b)
}

fn beta_by_fraction(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let ln_front =
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    libm::exp(ln_front) / (a * fraction(x, a, b))
}

/// The continued fraction, from the front (Lentz); converges within some tens of steps where `beta` uses it.
fn fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let term = |step: u32| {
        let m = f64::from(step / 2);
        if step.is_multiple_of(2) {
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        } else {
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        }
    };
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let (mut value, mut c, mut d) = (1.0, 1.0, 0.0);
    for step in 1..10_000 {
        let term = term(step);
        d = 1.0 / away(1.0 + term * d);
        c = away(1.0 + term / c);
        value *= c * d;
        if (c * d - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF as _, FisherSnedecor};

    use super::*;

    #[test]
    fn quantiles_are_those_of_published_tables() {
        // NIST/SEMATECH e-Handbook 1.3.6.7.3, upper critical values at 5 % and 1 %
        for (p, d1, d2, table) in
            [(0.95, 1.0, 1.0, 161.448), (0.95, 5.0, 10.0, 3.326), (0.99, 10.0, 20.0, 3.368)]
        {
            let found = f_quantile(p, d1, d2);
            assert!((found / table - 1.0).abs() < 2e-4, "{found} {table}");
        }
    }

    #[test]
    fn quantiles_invert_an_independent_distribution_function() {
        for d1 in [1.0, 2.5, 7.0, 40.0, 500.0] {
            for d2 in [1.0, 3.3, 19.0, 300.0, 20_000.0] {
                for p in [0.025, 0.5, 0.975] {
                    let found = FisherSnedecor::new(d1, d2).unwrap().cdf(f_quantile(p, d1, d2));
                    assert!((found - p).abs() < 1e-9, "{d1} {d2} {p}: {found}");
                }
            }
        }
    }
}
