//! Noise as integers: the discrete Gaussian, and what a sum of it over hospitals buys.
//!
//! The sampler is Canonne, Kamath and Steinke (2020, arXiv:2004.00010), algorithms 1 to 3, in whole numbers
//! alone: no logarithm, no rounding, hence exactly the distribution that the accounting is about. Never: a float
//! between the generator and the integer.

use rand_core::Rng;

use crate::{Event, Fault, renyi};

/// Largest standard deviation, in quanta: squares of what is drawn stay within 128 bits.
pub const MOST_SCALE: u64 = 1 << 50;

/// One integer, drawn with probability proportional to `exp(-x^2 / (2 scale^2))`.
///
/// `scale` is at least 1 and at most [`MOST_SCALE`]; another one is taken as the nearest of these.
pub fn gaussian(scale: u64, rng: &mut impl Rng) -> i64 {
    let scale = scale.clamp(1, MOST_SCALE);
    loop {
        let drawn = laplace(scale, rng);
        let off = u128::from(drawn.unsigned_abs().abs_diff(scale));
        // accepting with exp(-(|x| - s)^2 / (2 s^2)) turns exp(-|x| / s) into exp(-x^2 / (2 s^2))
        let square = off.checked_mul(off);
        let double = 2 * u128::from(scale) * u128::from(scale);
        if square.is_some_and(|square| exp_of_minus(square, double, rng)) {
            return drawn;
        }
    }
}

/// One integer, drawn with probability proportional to `exp(-|x| / scale)`.
fn laplace(scale: u64, rng: &mut impl Rng) -> i64 {
    loop {
        let rest = below(u128::from(scale), rng);
        if !exp_of_minus(rest, u128::from(scale), rng) {
            continue;
        }
        let whole =
            std::iter::repeat_with(|| exp_of_minus(1, 1, rng)).take_while(|again| *again).count() as u128;
        let magnitude = i64::try_from(rest + whole * u128::from(scale)).unwrap_or(i64::MAX);
        let negative = rng.next_u64() >> 63 == 1;
        if !(negative && magnitude == 0) {
            return if negative { -magnitude } else { magnitude };
        }
    }
}

/// True with probability `exp(-over / under)`.
fn exp_of_minus(over: u128, under: u128, rng: &mut impl Rng) -> bool {
    let whole = over / under;
    (0..whole).all(|_| exp_of_minus_share(1, 1, rng)) && exp_of_minus_share(over % under, under, rng)
}

/// The same for a fraction of at most 1: the parity of the first failure in a row of `fraction / k`.
fn exp_of_minus_share(over: u128, under: u128, rng: &mut impl Rng) -> bool {
    let mut k = 1;
    while below(under * k, rng) < over {
        k += 1;
    }
    k % 2 == 1
}

/// A whole number below `bound`, each equally likely: draws from the incomplete last block are rejected.
fn below(bound: u128, rng: &mut impl Rng) -> u128 {
    let mask = u128::MAX >> (bound - 1).leading_zeros().min(127);
    loop {
        let word = if mask >> 64 == 0 { u128::from(rng.next_u64()) } else { wide(rng) };
        if word & mask < bound {
            return word & mask;
        }
    }
}

fn wide(rng: &mut impl Rng) -> u128 {
    u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64())
}

/// A sum of vectors of integers, each hospital adding noise of its own.
///
/// Assumed, and to be made true by who uses it: of the hospitals at least `honest` add their noise and keep
/// it to themselves; nobody sees less than the sum (a secure sum); a patient changes the sum of the vectors, before
/// noise, by at most `sensitivity` quanta in L2 after rounding; the sum does not wrap around.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoisySum {
    /// Hospitals whose noise is counted on.
    pub honest: u32,
    /// Standard deviation of each hospital's noise, in quanta.
    pub scale: u64,
    /// Length of the vector.
    pub words: usize,
    /// Most that one patient changes, in L2 and quanta.
    pub sensitivity: f64,
}

impl NoisySum {
    /// The standard deviation by which a plain Gaussian gives the same divergences, in sensitivities: an event of the
    /// accountant by orders.
    ///
    /// Kairouz, Liu and Steinke (2021, arXiv:2102.06387), theorem 1, without the part that needs the L1 norm: the sum of n
    /// discrete Gaussians is off the discrete Gaussian by tau, `10 sum_k exp(-2 pi^2 scale^2 k / (k + 1))`.
    #[must_use]
    pub fn noise(&self) -> f64 {
        let (n, scale, words) = (f64::from(self.honest.max(1)), self.scale as f64, self.words as f64);
        let of_gaussian = self.sensitivity / (n.sqrt() * scale);
        let off = self.off();
        let together = (of_gaussian * of_gaussian + off * words / 2.0).sqrt();
        1.0 / together.min(of_gaussian + off * words.sqrt())
    }

    /// How far the sum is from a discrete Gaussian.
    fn off(&self) -> f64 {
        let squared = 2.0 * (std::f64::consts::PI * self.scale as f64).powi(2);
        let terms = (1..self.honest.max(1)).map(f64::from).map(|k| libm::exp(-squared * k / (k + 1.0)));
        10.0 * terms.sum::<f64>()
    }

    /// What `times` such sums spend. The bound is on all orders at once, so [`renyi`] may account for it.
    pub fn event(&self, times: u32) -> Result<Event, Fault> {
        Event::new(1.0, self.noise(), times)
    }

    /// Epsilon of `times` such sums.
    pub fn epsilon(&self, times: u32, delta: f64) -> Result<f64, Fault> {
        Ok(renyi::epsilon(&[self.event(times)?], delta))
    }
}
