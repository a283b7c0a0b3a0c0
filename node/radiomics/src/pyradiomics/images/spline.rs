//! Cubic B-spline interpolation of a volume, zero outside it.
//!
//! Never here: resampling to a grid. Specification: `SciPy` 1.12, `ndimage.map_coordinates` of order 3 in mode
//! `constant` (coefficients as for a mirrored volume), with its order of operations.

/// Coefficients of the spline through a volume's voxels, x fastest.
pub(super) struct Spline {
    dims: [usize; 3],
    coefficients: Vec<f64>,
}

/// The root of the cubic spline's filter, sqrt(3) - 2.
const POLE: f64 = -0.267_949_192_431_122_7;

impl Spline {
    pub(super) fn through(dims: [usize; 3], voxels: &[f64]) -> Self {
        let mut coefficients = voxels.to_vec();
        let strides = [1, dims[0], dims[0] * dims[1]];
        let mut line = Vec::new();
        for axis in [2, 1, 0].into_iter().filter(|axis| dims[*axis] > 1) {
            let (n, stride) = (dims[axis], strides[axis]);
            for start in (0..coefficients.len()).filter(|at| at / stride % n == 0) {
                line.clear();
                line.extend((0..n).map(|at| coefficients[start + at * stride]));
                prefilter(&mut line);
                for (at, value) in line.iter().enumerate() {
                    coefficients[start + at * stride] = *value;
                }
            }
        }
        Self { dims, coefficients }
    }

    /// The value at a position along z, y and x, in voxels.
    pub(super) fn at(&self, position: [f64; 3]) -> f64 {
        let [nx, ny, nz] = self.dims;
        let outside = |x: f64, n: usize| x < 0.0 || x > (n - 1) as f64;
        if outside(position[0], nz) || outside(position[1], ny) || outside(position[2], nx) {
            return 0.0;
        }
        let ([zs, ys, xs], [wz, wy, wx]) =
            ([taps(position[0], nz), taps(position[1], ny), taps(position[2], nx)], position.map(weights));
        let mut sum = 0.0;
        for (z, wz) in zs.into_iter().zip(wz) {
            for (y, wy) in ys.into_iter().zip(wy) {
                let row = (z * ny + y) * nx;
                for (x, wx) in xs.into_iter().zip(wx) {
                    sum += self.coefficients[row + x] * wz * wy * wx;
                }
            }
        }
        sum
    }
}

fn prefilter(line: &mut [f64]) {
    let n = line.len();
    let gain = (1.0 - POLE) * (1.0 - 1.0 / POLE);
    for value in &mut *line {
        *value *= gain;
    }
    let mirrored = libm::pow(POLE, (n - 1) as f64);
    let mut power = POLE;
    line[0] += mirrored * line[n - 1];
    for at in 1..n - 1 {
        line[0] += power * (line[at] + mirrored * line[n - 1 - at]);
        power *= POLE;
    }
    line[0] /= 1.0 - mirrored * mirrored;
    for at in 1..n {
        line[at] += POLE * line[at - 1];
    }
    line[n - 1] = (POLE * line[n - 2] + line[n - 1]) * POLE / (POLE * POLE - 1.0);
    for at in (0..n - 1).rev() {
        line[at] = POLE * (line[at + 1] - line[at]);
    }
}

/// The four coefficients around a position, mirrored at the edges.
fn taps(position: f64, n: usize) -> [usize; 4] {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to n - 1")]
    let at = position as usize;
    let last = n - 1;
    // one below the first is the second; beyond the last comes the one before it
    let mirrored = |at: usize| if at > last { (2 * last).saturating_sub(at) } else { at };
    [at.abs_diff(1), at, at + 1, at + 2].map(mirrored)
}

fn weights(position: f64) -> [f64; 4] {
    let y = position - position.floor();
    let z = 1.0 - y;
    let inner = |t: f64| (t * t * (t - 2.0) * 3.0 + 4.0) / 6.0;
    let [w0, w1, w2] = [z * z * z / 6.0, inner(y), inner(z)];
    [w0, w1, w2, 1.0 - w0 - w1 - w2]
}
