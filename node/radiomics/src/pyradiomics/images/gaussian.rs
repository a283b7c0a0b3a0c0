//! Deriche's recursive approximation of the Gaussian and of its second derivative, along one line of voxels.
//!
//! Never here: which lines of an image. Specification: ITK 5.4, `RecursiveGaussianImageFilter` (parameters of Farnebäck
//! and Westin 2006, Improving Deriche-style recursive Gaussian filters, table 3) and `RecursiveSeparableImageFilter`;
//! each formula keeps ITK's order of operations, since the result is compared bit by bit.

use libm::{cos, exp, sin};

/// Lines filtered side by side: independent recursions that fill the processor's vectors.
pub(super) const LANES: usize = 8;

/// One sample of each of the lines.
pub(super) type Lanes = [f64; LANES];

const W1: f64 = 0.6681;
const L1: f64 = -1.3932;
const W2: f64 = 2.0787;
const L2: f64 = -1.3732;
/// A1, B1, A2, B2 of the smoothing kernel.
const SMOOTH: [f64; 4] = [1.3530, 1.8151, -0.3531, 0.0902];
/// A1, B1, A2, B2 of the second derivative.
const SECOND: [f64; 4] = [-1.3563, 5.2318, 0.3446, -2.2355];

/// A recursive filter: feed-forward taps of the causal and the anticausal pass, feedback, and what stands in for the
/// feedback before the first sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recursion {
    causal: [f64; 4],
    anticausal: [f64; 4],
    feedback: [f64; 4],
    causal_edge: [f64; 4],
    anticausal_edge: [f64; 4],
}

impl Recursion {
    /// Smoothing; `sigma` in voxels.
    pub(super) fn smoothing(sigma: f64) -> Self {
        let feedback = feedback(sigma);
        let n = feed_forward(sigma, SMOOTH);
        let scale =
            1.0 / (2.0 * sum(n) / (1.0 + feedback[0] + feedback[1] + feedback[2] + feedback[3]) - n[0]);
        Self::symmetric(n.map(|tap| tap * scale), feedback)
    }

    /// The second derivative per voxel, times `scale`; `sigma` in voxels.
    pub(super) fn second_derivative(sigma: f64, scale: f64) -> Self {
        let [d1, d2, d3, d4] = feedback(sigma);
        let sd = 1.0 + d1 + d2 + d3 + d4;
        let dd = d1 + 2.0 * d2 + 3.0 * d3 + 4.0 * d4;
        let ed = d1 + 4.0 * d2 + 9.0 * d3 + 16.0 * d4;
        let (n0, n2) = (feed_forward(sigma, SMOOTH), feed_forward(sigma, SECOND));
        let beta = -(2.0 * sum(n2) - sd * n2[0]) / (2.0 * sum(n0) - sd * n0[0]);
        let n: [f64; 4] = std::array::from_fn(|tap| n2[tap] + beta * n0[tap]);
        let combined = |of: fn([f64; 4]) -> f64| of(n2) + beta * of(n0);
        let sn = combined(sum);
        let dn = combined(|n| n[1] + 2.0 * n[2] + 3.0 * n[3]);
        let en = combined(|n| n[1] + 4.0 * n[2] + 9.0 * n[3]);
        let mut alpha = en * sd * sd - ed * sn * sd - 2.0 * dn * dd * sd + 2.0 * dd * dd * sn;
        alpha /= sd * sd * sd;
        Self::symmetric(n.map(|tap| tap * (scale / alpha)), [d1, d2, d3, d4])
    }

    fn symmetric(n: [f64; 4], d: [f64; 4]) -> Self {
        let m = [n[1] - d[0] * n[0], n[2] - d[1] * n[0], n[3] - d[2] * n[0], -d[3] * n[0]];
        let sd = 1.0 + d[0] + d[1] + d[2] + d[3];
        Self {
            causal: n,
            anticausal: m,
            feedback: d,
            causal_edge: d.map(|d| d * sum(n) / sd),
            anticausal_edge: d.map(|d| d * sum(m) / sd),
        }
    }

    /// Samples after which what came before has no influence left on a 64-bit result; `sigma` in voxels.
    pub(super) fn reach(sigma: f64) -> usize {
        // e^-46 is 1e-20
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "above zero; saturates")]
        let samples = (46.0 * sigma / -L2).ceil() as usize;
        samples.saturating_add(4)
    }

    /// Filters at least four samples into `made`; the line is continued by its first and last. `scratch` is as long.
    pub(super) fn run(&self, data: &[Lanes], made: &mut [Lanes], scratch: &mut [Lanes]) {
        self.run_causal(data, made);
        self.run_anticausal(data, scratch);
        for (sum, value) in made.iter_mut().zip(scratch) {
            for (sum, value) in sum.iter_mut().zip(value) {
                *sum += *value;
            }
        }
    }

    fn run_causal(&self, data: &[Lanes], made: &mut [Lanes]) {
        let edge = data[0];
        for at in 0..4 {
            let read = [0, 1, 2, 3].map(|k| &data[at.max(k) - k]);
            let past = [1, 2, 3, 4].map(|k| if k <= at { &made[at - k] } else { &edge });
            made[at] = step(read, self.causal, past, self.feedback_at(at, self.causal_edge));
        }
        for at in 4..data.len() {
            let [p4, p3, p2, p1] = made[..at].last_chunk().expect("four samples are made");
            let [x3, x2, x1, x0] = data[..=at].last_chunk().expect("four samples are read");
            made[at] = step([x0, x1, x2, x3], self.causal, [p1, p2, p3, p4], self.feedback);
        }
    }

    fn run_anticausal(&self, data: &[Lanes], made: &mut [Lanes]) {
        let last = data.len() - 1;
        let edge = data[last];
        for at in 0..4 {
            let read = [1, 2, 3, 4].map(|k| &data[(last - at + k).min(last)]);
            let past = [1, 2, 3, 4].map(|k| if k <= at { &made[last - at + k] } else { &edge });
            made[last - at] = step(read, self.anticausal, past, self.feedback_at(at, self.anticausal_edge));
        }
        for at in (0..last - 3).rev() {
            let [p1, p2, p3, p4] = made[at + 1..].first_chunk().expect("four samples are made");
            let [x1, x2, x3, x4] = data[at + 1..].first_chunk().expect("four samples are read");
            made[at] = step([x1, x2, x3, x4], self.anticausal, [p1, p2, p3, p4], self.feedback);
        }
    }

    /// The weights of the feedback where `made` samples have been made.
    fn feedback_at(&self, made: usize, edge: [f64; 4]) -> [f64; 4] {
        [0, 1, 2, 3].map(|k| if k < made { self.feedback[k] } else { edge[k] })
    }
}

/// The weighted samples less the weighted feedback.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the lanes become vectors only within the recursion's loop")]
fn step(x: [&Lanes; 4], taps: [f64; 4], past: [&Lanes; 4], feedback: [f64; 4]) -> Lanes {
    let mut made = [0.0; LANES];
    for (lane, made) in made.iter_mut().enumerate() {
        let fed = x[0][lane] * taps[0] + x[1][lane] * taps[1] + x[2][lane] * taps[2] + x[3][lane] * taps[3];
        let back = past[0][lane] * feedback[0]
            + past[1][lane] * feedback[1]
            + past[2][lane] * feedback[2]
            + past[3][lane] * feedback[3];
        *made = fed - back;
    }
    made
}

fn sum(n: [f64; 4]) -> f64 {
    n[0] + n[1] + n[2] + n[3]
}

fn feedback(sigma: f64) -> [f64; 4] {
    let (cos1, cos2) = (cos(W1 / sigma), cos(W2 / sigma));
    let (exp1, exp2) = (exp(L1 / sigma), exp(L2 / sigma));
    [
        -2.0 * (exp2 * cos2 + exp1 * cos1),
        4.0 * cos2 * cos1 * exp1 * exp2 + (exp1 * exp1 + exp2 * exp2),
        -2.0 * cos1 * exp1 * exp2 * exp2 + -2.0 * cos2 * exp2 * exp1 * exp1,
        exp1 * exp1 * exp2 * exp2,
    ]
}

fn feed_forward(sigma: f64, [a1, b1, a2, b2]: [f64; 4]) -> [f64; 4] {
    let (sin1, sin2) = (sin(W1 / sigma), sin(W2 / sigma));
    let (cos1, cos2) = (cos(W1 / sigma), cos(W2 / sigma));
    let (exp1, exp2) = (exp(L1 / sigma), exp(L2 / sigma));
    let mut n2 = (a1 + a2) * cos2 * cos1;
    n2 -= b1 * cos2 * sin1 + b2 * cos1 * sin2;
    n2 *= 2.0 * exp1 * exp2;
    [
        a1 + a2,
        exp2 * (b2 * sin2 - (a2 + 2.0 * a1) * cos2) + exp1 * (b1 * sin1 - (a1 + 2.0 * a2) * cos1),
        n2 + (a2 * exp1 * exp1 + a1 * exp2 * exp2),
        exp2 * exp1 * exp1 * (b2 * sin2 - a2 * cos2) + exp1 * exp2 * exp2 * (b1 * sin1 - a1 * cos1),
    ]
}
