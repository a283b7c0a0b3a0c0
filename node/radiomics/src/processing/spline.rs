//! How one axis is interpolated: which old voxels make a new one, with which weights, and the B-spline coefficients that
//! make the cubic spline pass through the voxels.
//! Never here: grids. Specification: M. Unser, "Splines: a perfect fit for signal and image processing", IEEE Signal
//! Processing Magazine 16 (1999); outside of the image its edge voxels continue.

use super::Interpolation;
use super::lines::{LANES, Lanes};

/// Voxels the edge is continued by before the coefficients are computed; the filter has decayed to 1e-7 by then, and
/// what remains is mirrored.
pub(crate) const PAD: usize = 12;

/// The filter's pole, sqrt(3) - 2.
const POLE: f64 = -0.267_949_192_431_122_7;

/// One new voxel: `weights` of the old ones from `first` on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taps {
    first: usize,
    weights: [f64; 4],
}

/// Interpolation along one axis, from a line of old voxels to a line of new ones.
#[derive(Debug)]
pub(super) struct Axis {
    interpolation: Interpolation,
    taps: Vec<Taps>,
    coefficients: Vec<Lanes>,
}

impl Axis {
    /// New voxels at `positions`, which count in old voxels, on lines of `n` old voxels.
    pub(super) fn new(interpolation: Interpolation, n: usize, positions: impl Iterator<Item = f64>) -> Self {
        let taps = positions.map(|position| taps(interpolation, n, position)).collect();
        Self { interpolation, taps, coefficients: vec![] }
    }

    /// The old voxels that are needed, first and last.
    pub(super) fn needs(&self, n: usize) -> [usize; 2] {
        let width = match self.interpolation {
            Interpolation::Nearest => 1,
            Interpolation::Linear => 2,
            // every coefficient depends on the whole line
            Interpolation::Cubic => return [0, n - 1],
        };
        let firsts = || self.taps.iter().map(|tap| tap.first);
        [firsts().min().unwrap_or(0), (firsts().max().unwrap_or(0) + width - 1).min(n - 1)]
    }

    /// Lines that begin at old voxel `offset`.
    pub(super) fn apply(&mut self, offset: usize, from: &[Lanes], to: &mut [Lanes]) {
        match self.interpolation {
            Interpolation::Nearest => {
                self.taps.iter().zip(to).for_each(|(tap, to)| *to = from[tap.first - offset]);
            }
            Interpolation::Linear => {
                let last = from.len() - 1;
                let pair = |first: usize| [from[first], from[(first + 1).min(last)]];
                self.taps.iter().zip(to).for_each(|(tap, to)| *to = weighted(pair(tap.first - offset), tap));
            }
            Interpolation::Cubic => {
                coefficients(from, &mut self.coefficients);
                let four = |first: usize| std::array::from_fn::<_, 4, _>(|i| self.coefficients[first + i]);
                self.taps.iter().zip(to).for_each(|(tap, to)| *to = weighted(four(tap.first), tap));
            }
        }
    }
}

fn weighted<const N: usize>(values: [Lanes; N], tap: &Taps) -> Lanes {
    std::array::from_fn(|lane| (0..N).fold(0.0, |sum, i| sum + tap.weights[i] * values[i][lane]))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the line")]
fn taps(interpolation: Interpolation, n: usize, position: f64) -> Taps {
    let last = (n - 1) as f64;
    match interpolation {
        Interpolation::Nearest => {
            // half way goes up, whatever the rounding of the position
            let first = (position + 0.5 + super::resample::NOISE).floor().clamp(0.0, last) as usize;
            Taps { first, weights: [1.0, 0.0, 0.0, 0.0] }
        }
        Interpolation::Linear => {
            let inside = position.clamp(0.0, last);
            let t = inside.fract();
            Taps { first: inside.floor() as usize, weights: [1.0 - t, t, 0.0, 0.0] }
        }
        Interpolation::Cubic => {
            let padded = (position + PAD as f64).clamp(1.0, last + 2.0 * PAD as f64 - 2.0);
            Taps { first: padded.floor() as usize - 1, weights: cubic(padded.fract()) }
        }
    }
}

/// The cubic B-spline at -1 - t, -t, 1 - t and 2 - t.
pub(crate) fn cubic(t: f64) -> [f64; 4] {
    let u = 1.0 - t;
    let inner = |x: f64| (x * x * (x - 2.0) * 3.0 + 4.0) / 6.0;
    let known = [u * u * u / 6.0, inner(t), inner(u)];
    [known[0], known[1], known[2], 1.0 - known[0] - known[1] - known[2]]
}

/// B-spline coefficients of lines continued by their edge voxels.
pub(crate) fn coefficients(from: &[Lanes], c: &mut Vec<Lanes>) {
    let (n, gain) = (from.len() + 2 * PAD, (1.0 - POLE) * (1.0 - 1.0 / POLE));
    c.clear();
    let edge = |value: &Lanes| std::iter::repeat_n(*value, PAD);
    c.extend(edge(&from[0]).chain(from.iter().copied()).chain(edge(&from[from.len() - 1])));
    c.iter_mut().for_each(|lanes| lanes.iter_mut().for_each(|x| *x *= gain));
    c[0] = causal_start(c);
    for i in 1..n {
        let before = c[i - 1];
        (0..LANES).for_each(|lane| c[i][lane] += POLE * before[lane]);
    }
    c[n - 1].iter_mut().for_each(|x| *x *= POLE / (POLE - 1.0));
    for i in (0..n - 1).rev() {
        let after = c[i + 1];
        (0..LANES).for_each(|lane| c[i][lane] = POLE * (after[lane] - c[i][lane]));
    }
}

/// The causal filter's first value for lines mirrored about their ends (half a voxel out).
fn causal_start(c: &[Lanes]) -> Lanes {
    let n = c.len();
    let around = powered(n);
    std::array::from_fn(|lane| {
        let mut power = POLE;
        let mut sum = c[0][lane] + around * c[n - 1][lane];
        // after 64 terms nothing is left of the pole's power
        for i in 1..n.min(64) {
            sum += power * (c[i][lane] + around * c[n - 1 - i][lane]);
            power *= POLE;
        }
        c[0][lane] + sum * POLE / (1.0 - around * around)
    })
}

fn powered(n: usize) -> f64 {
    POLE.powi(i32::try_from(n).unwrap_or(i32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spline_passes_through_the_voxels() {
        let line: Vec<Lanes> = [3.0, -1.0, 4.0, 1.0, -5.0, 9.0].map(|x| [x; LANES]).to_vec();
        let mut axis = Axis::new(Interpolation::Cubic, 6, (0..6).map(f64::from));
        let mut found = vec![[0.0; LANES]; 6];
        axis.apply(0, &line, &mut found);
        let off = |(a, b): (&Lanes, &Lanes)| (a[0] - b[0]).abs();
        assert!(line.iter().zip(&found).map(off).all(|off| off < 1e-14), "{found:?}");
    }

    #[test]
    fn weights_sum_to_one() {
        for t in [0.0, 0.1, 0.25, 0.5, 0.999] {
            assert!((cubic(t).iter().sum::<f64>() - 1.0).abs() < 1e-15);
        }
        assert!(cubic(0.0)[3].abs() < 1e-16);
    }
}
