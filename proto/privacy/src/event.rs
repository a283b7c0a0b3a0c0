//! `Event`: one mechanism, run some number of times.
//!
//! Never: an event out of the range in which the accountants are tested.

/// Smallest delta that is accounted for: below it, rounding of the transforms would no longer be negligible.
pub const LEAST_DELTA: f64 = 1e-9;
/// Least noise, in clipping norms; less protects nobody.
const LEAST_NOISE: f64 = 0.1;
const MOST_NOISE: f64 = 1e6;
const LEAST_RATE: f64 = 1e-6;
/// More steps than any study takes.
const MOST_STEPS: u32 = 10_000_000;

/// Gaussian noise on a sum over a Poisson lot, some number of times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    rate: f64,
    noise: f64,
    steps: u32,
}

/// Why something cannot be accounted for.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("{what} is {value:e}; expected {least:e} to {most:e}")]
pub struct Fault {
    /// What is out of range.
    pub what: &'static str,
    /// Its value.
    pub value: f64,
    /// Least value allowed.
    pub least: f64,
    /// Largest value allowed.
    pub most: f64,
}

impl Event {
    /// Each patient enters with probability `rate`; the noise's standard deviation is `noise` times the clipping norm.
    pub fn new(rate: f64, noise: f64, steps: u32) -> Result<Self, Fault> {
        within("the sampling rate", rate, LEAST_RATE, 1.0)?;
        within("the noise", noise, LEAST_NOISE, MOST_NOISE)?;
        within("the number of steps", f64::from(steps), 0.0, f64::from(MOST_STEPS))?;
        Ok(Self { rate, noise, steps })
    }

    /// Probability with which a patient enters a lot.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Standard deviation of the noise in clipping norms.
    #[must_use]
    pub fn noise(&self) -> f64 {
        self.noise
    }

    /// How often.
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Takes over the steps of an event of the same kind, unless their number would leave its range.
    pub(crate) fn absorb(&mut self, other: &Self) -> bool {
        let same =
            self.rate.to_bits() == other.rate.to_bits() && self.noise.to_bits() == other.noise.to_bits();
        let steps = self.steps.saturating_add(other.steps);
        if !same || steps > MOST_STEPS {
            return false;
        }
        self.steps = steps;
        true
    }
}

/// Whether the accountants can speak about this delta.
pub fn check_delta(delta: f64) -> Result<(), Fault> {
    within("delta", delta, LEAST_DELTA, 0.5)
}

/// NaN is in no range.
fn within(what: &'static str, value: f64, least: f64, most: f64) -> Result<(), Fault> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(Fault { what, value, least, most }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_range_is_refused() {
        assert!(Event::new(1.0, 1.0, 0).is_ok());
        for (rate, noise) in
            [(0.0, 1.0), (1.1, 1.0), (f64::NAN, 1.0), (0.5, 0.0), (0.5, f64::NAN), (0.5, 1e7)]
        {
            assert!(Event::new(rate, noise, 1).is_err(), "{rate} {noise}");
        }
        assert!(check_delta(1e-5).is_ok() && check_delta(0.0).is_err() && check_delta(f64::NAN).is_err());
    }
}
