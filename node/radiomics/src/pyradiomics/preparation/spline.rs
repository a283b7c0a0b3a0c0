//! Cubic B-splines through the voxels, mirrored at the outermost centres, in the order of operations of ITK 5.4.
//!
//! The order matters where an image of whole numbers is resampled: its values are cut off, and a constant region must
//! come out as ITK's rounding has it. Never here: the place of voxels in the patient.
//! Specification: ITK's `BSplineDecompositionImageFilter` and `BSplineInterpolateImageFunction`; Unser, IEEE Signal
//! Process Mag 1999;16(6):22.

use consilium_imaging::Volume;

/// The part of the first coefficient's sum that ITK leaves out.
const TOLERANCE: f64 = 1e-10;

/// The spline's coefficients, one a voxel.
pub(super) struct Spline {
    dims: [usize; 3],
    coefficients: Vec<f64>,
}

impl Spline {
    pub(super) fn new(image: &Volume) -> Self {
        let dims = image.grid().dims;
        let mut coefficients = image.voxels().to_vec();
        let strides = [1, dims[0], dims[0] * dims[1]];
        for axis in (0..3).filter(|axis| dims[*axis] > 1) {
            let mut line = vec![0.0; dims[axis]];
            for start in starts(dims, axis) {
                let places = || (0..dims[axis]).map(|i| start + i * strides[axis]);
                line.iter_mut().zip(places()).for_each(|(to, from)| *to = coefficients[from]);
                filter(&mut line);
                line.iter().zip(places()).for_each(|(from, to)| coefficients[to] = *from);
            }
        }
        Self { dims, coefficients }
    }

    /// The value at a continuous index less than a voxel outside.
    pub(super) fn value(&self, index: [f64; 3]) -> f64 {
        let support: [([usize; 4], [f64; 4]); 3] =
            std::array::from_fn(|axis| support(index[axis], self.dims[axis]));
        let [(xs, wx), (ys, wy), (zs, wz)] = support;
        let mut value = 0.0;
        for (k, j) in (0..4).flat_map(|k| (0..4).map(move |j| (k, j))) {
            let row = (zs[k] * self.dims[1] + ys[j]) * self.dims[0];
            for i in 0..4 {
                value += wx[i] * wy[j] * wz[k] * self.coefficients[row + xs[i]];
            }
        }
        value
    }
}

/// First voxels of all lines along an axis.
fn starts([nx, ny, nz]: [usize; 3], axis: usize) -> Vec<usize> {
    let lines = |outer: usize, step: usize, inner: usize, stride: usize| {
        (0..outer).flat_map(move |i| (0..inner).map(move |j| i * step + j * stride)).collect()
    };
    match axis {
        0 => lines(nz, nx * ny, ny, nx),
        1 => lines(nz, nx * ny, nx, 1),
        _ => lines(ny, nx, nx, 1),
    }
}

/// Values of a line to coefficients, in place; at least two.
fn filter(line: &mut [f64]) {
    let pole = 3.0_f64.sqrt() - 2.0;
    let gain = (1.0 - pole) * (1.0 - 1.0 / pole);
    line.iter_mut().for_each(|value| *value *= gain);
    line[0] = first(line, pole);
    for i in 1..line.len() {
        line[i] += pole * line[i - 1];
    }
    let last = line.len() - 1;
    line[last] = (pole / (pole * pole - 1.0)) * (pole * line[last - 1] + line[last]);
    for i in (0..last).rev() {
        line[i] = pole * (line[i + 1] - line[i]);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "18")]
fn first(line: &[f64], pole: f64) -> f64 {
    let horizon = (libm::log(TOLERANCE) / libm::log(pole.abs())).ceil() as usize;
    let mut power = pole;
    if horizon < line.len() {
        let mut sum = line[0];
        for value in &line[1..horizon] {
            sum += power * value;
            power *= pole;
        }
        return sum;
    }
    let last = line.len() - 1;
    let inverse = 1.0 / pole;
    let mut mirrored = libm::pow(pole, last as f64);
    let mut sum = line[0] + mirrored * line[last];
    mirrored = mirrored * (mirrored * inverse);
    for value in &line[1..last] {
        sum += (power + mirrored) * value;
        power *= pole;
        mirrored *= inverse;
    }
    sum / (1.0 - power * power)
}

/// The four voxels around a place and their weights.
fn support(at: f64, n: usize) -> ([usize; 4], [f64; 4]) {
    let below = at.floor();
    let part = at - below;
    let cube = (1.0 / 6.0) * part * part * part;
    let first = (1.0 / 6.0) + 0.5 * part * (part - 1.0) - cube;
    let third = part + first - 2.0 * cube;
    let weights = [first, 1.0 - first - third - cube, third, cube];
    #[expect(clippy::cast_possible_truncation, reason = "a place inside the image")]
    let start = below as isize - 1;
    (std::array::from_fn(|i| mirrored(start + i.cast_signed(), n)), weights)
}

/// The voxel that stands for one outside.
fn mirrored(index: isize, n: usize) -> usize {
    let last = n.cast_signed() - 1;
    if last == 0 {
        return 0;
    }
    let within = index.rem_euclid(2 * last);
    within.min(2 * last - within).unsigned_abs()
}
