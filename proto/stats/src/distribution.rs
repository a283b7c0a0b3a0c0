//! Tails of the normal and of Student's t distribution, from pure-Rust special functions: the same bits on every
//! machine.

/// Two-sided p value of a standard normal statistic.
#[must_use]
pub fn normal_two_sided(z: f64) -> f64 {
    libm::erfc(z.abs() / std::f64::consts::SQRT_2)
}

/// Quantile of the standard normal distribution, for p in (0, 1).
///
/// Bisection to start, then Newton on the tail: exact to rounding for the levels of an interval.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    let upper_tail = |z: f64| 0.5 * libm::erfc(z / std::f64::consts::SQRT_2);
    let target = 1.0 - p;
    let (mut low, mut high) = (-40.0, 40.0);
    while high - low > 1e-6 {
        let middle = 0.5 * (low + high);
        if upper_tail(middle) > target { low = middle } else { high = middle }
    }
    let mut z = 0.5 * (low + high);
    for _ in 0..3 {
        let density = libm::exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
        z += (upper_tail(z) - target) / density;
    }
    z
}

/// Quantile of Student's t for p in (0.5, 1), by bisection of its tail.
#[must_use]
pub fn student_t_quantile(p: f64, freedom: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1e6);
    while high - low > 1e-14 * high && f64::midpoint(low, high) > low {
        let middle = f64::midpoint(low, high);
        if 0.5 * student_t_two_sided(middle, freedom) > 1.0 - p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// Two-sided p value of Student's t with real degrees of freedom.
#[must_use]
pub fn student_t_two_sided(t: f64, freedom: f64) -> f64 {
    incomplete_beta(0.5 * freedom, 0.5, freedom / (freedom + t * t))
}

/// Upper tail of the chi-square distribution: the regularised incomplete gamma function Q(k / 2, x / 2).
/// Source: DLMF 8.11.4 (series) and 8.9.2 (continued fraction), <https://dlmf.nist.gov/8>.
#[must_use]
pub fn chi_square_tail(x: f64, freedom: f64) -> f64 {
    let (a, x) = (0.5 * freedom, 0.5 * x);
    if x <= 0.0 {
        return 1.0;
    }
    let front = libm::exp(a * libm::log(x) - x - libm::lgamma(a));
    if x < a + 1.0 { 1.0 - front * gamma_series(a, x) } else { front * gamma_fraction(a, x) }
}

fn gamma_series(a: f64, x: f64) -> f64 {
    let (mut term, mut sum) = (1.0 / a, 1.0 / a);
    for n in 1..1_000 {
        term *= x / (a + f64::from(n));
        sum += term;
        if term <= sum * 1e-17 {
            break;
        }
    }
    sum
}

fn gamma_fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1e300, 1.0 / b);
    let mut fraction = d;
    for n in 1..1_000 {
        let n = f64::from(n);
        let numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

/// Upper tail of the F distribution with `above` and `below` degrees of freedom.
#[must_use]
pub fn f_tail(f: f64, above: f64, below: f64) -> f64 {
    incomplete_beta(0.5 * below, 0.5 * above, below / (below + above * f))
}

/// Regularised incomplete beta function `I_x(a, b)`, by Lentz's continued fraction.
/// Source: DLMF 8.17.22, <https://dlmf.nist.gov/8.17>.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = libm::exp(
        libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x),
    );
    if x < (a + 1.0) / (a + b + 2.0) {
        front * continued_fraction(a, b, x) / a
    } else {
        1.0 - front * continued_fraction(b, a, 1.0 - x) / b
    }
}

fn continued_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        fraction *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let factor = d * c;
        fraction *= factor;
        if (factor - 1.0).abs() < 1e-16 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, reference: f64) {
        assert!((value / reference - 1.0).abs() < 1e-12, "{value} {reference}");
    }

    // scipy 1.17.1: 2 * stats.t.sf(t, df), 2 * stats.norm.sf(z), stats.norm.ppf(p)
    #[test]
    fn tails_agree_with_scipy() {
        for (t, freedom, p) in STUDENT {
            close(student_t_two_sided(t, freedom), p);
        }
        // stats.chi2.sf(x, df)
        close(chi_square_tail(3.841_458_820_694_124, 1.0), 0.05);
        close(chi_square_tail(0.7, 4.0), 0.951_328_921_120_263_1);
        close(chi_square_tail(35.5, 7.0), 9.006_370_610_894_673e-6);
        close(student_t_quantile(0.975, 4.0), 2.776_445_105_197_798_7);
        close(student_t_quantile(0.95, 1.0), 6.313_751_514_675_043);
        // stats.f.sf(f, above, below)
        close(f_tail(3.2, 2.0, 117.0), 0.044_354_334_751_311_9);
        close(f_tail(0.4, 5.0, 31.5), 0.845_075_645_892_534_4);
        close(f_tail(61.0, 3.0, 236.0), 3.123_108_273_598_952_3e-29);
        close(normal_two_sided(1.959_963_984_540_054), 0.05);
        close(normal_quantile(0.975), 1.959_963_984_540_054);
        close(normal_quantile(0.95), 1.644_853_626_951_472_2);
    }

    const STUDENT: [(f64, f64, f64); 5] = [
        (0.5, 3.7, 0.645_335_633_319_931_8),
        (2.1, 17.25, 0.050_732_822_942_925_26),
        (4.8, 240.5, 2.788_552_046_115_067_5e-06),
        (9.3, 38.2, 2.343_537_814_971_377_4e-11),
        (0.001, 5.5, 0.999_237_387_119_349_4),
    ];
}
