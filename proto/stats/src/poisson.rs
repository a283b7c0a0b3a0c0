//! Poisson(1) numbers from a patient's keyed bits: how often a bootstrap takes the patient.

/// The quantile of 53 of the bits, at most `most`: inverts the distribution function 1/e (1 + 1 + 1/2 + 1/6 + ...).
#[must_use]
pub(crate) fn quantile(bits: u64, most: u64) -> u64 {
    let uniform = (bits >> 11) as f64 / (1u64 << 53) as f64;
    let (mut times, mut term) = (0, libm::exp(-1.0));
    let mut below = term;
    while uniform >= below && times < most {
        times += 1;
        term /= times as f64;
        below += term;
    }
    times
}
