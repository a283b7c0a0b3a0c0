//! Local intensity (9ST6): the mean intensity within 1 cm^3 around the brightest voxels.
//!
//! The sphere reaches outside the region, not outside the image. Never here: the region's own statistics.
//! Specification: IBSI reference manual, section 3.2.

use consilium_imaging::Volume;

use crate::roi::Roi;

/// (3 / 4 pi)^(1/3) cm, in mm: the radius of 1 cm^3.
const RADIUS: f64 = 6.203_504_908_994;

/// The two peaks, in the image's unit.
#[derive(Debug)]
pub(crate) struct LocalIntensity {
    pub(crate) local: f64,
    pub(crate) global: f64,
}

/// One line of voxels of the sphere: its offset across, and how far it reaches along x.
struct Chord {
    dy: isize,
    dz: isize,
    reach: usize,
}

impl LocalIntensity {
    pub(crate) fn new(image: &Volume, roi: &Roi) -> Self {
        let field = Field::new(image, roi);
        let brightest = roi.intensities.iter().fold(f64::NEG_INFINITY, |max, x| max.max(*x));
        let (mut local, mut global) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for (index, intensity) in roi.at.iter().zip(&roi.intensities) {
            let mean = field.mean_around(roi.position(*index));
            global = global.max(mean);
            if *intensity >= brightest {
                local = local.max(mean);
            }
        }
        Self { local, global }
    }
}

/// The region's box and what a sphere around its voxels reaches, as running sums along x.
struct Field {
    chords: Vec<Chord>,
    /// Voxels between the field's edge and the box.
    margin: [usize; 3],
    /// Running sums a line has: one more than voxels.
    line: usize,
    lines: usize,
    /// Sum of intensities and number of voxels before a place in its line.
    before: Vec<(f64, u32)>,
}

impl Field {
    fn new(image: &Volume, roi: &Roi) -> Self {
        let margin = roi.spacing.map(|spacing| steps(RADIUS, spacing));
        let [nx, ny, nz]: [usize; 3] = std::array::from_fn(|axis| roi.dims[axis] + 2 * margin[axis]);
        let mut field = Self {
            chords: chords(roi.spacing),
            margin,
            line: nx + 1,
            lines: ny,
            before: Vec::with_capacity((nx + 1) * ny * nz),
        };
        for (z, y) in (0..nz).flat_map(|z| (0..ny).map(move |y| (z, y))) {
            field.push_line(image, roi, nx, y, z);
        }
        field
    }

    fn push_line(&mut self, image: &Volume, roi: &Roi, nx: usize, y: usize, z: usize) {
        let [mx, my, mz] = self.margin;
        let (mut sum, mut count) = (0.0, 0);
        self.before.push((sum, count));
        for x in 0..nx {
            if let Some(value) = voxel(image, roi.start, [(x, mx), (y, my), (z, mz)]) {
                sum += value;
                count += 1;
            }
            self.before.push((sum, count));
        }
    }

    /// Around a voxel of the region's box.
    fn mean_around(&self, [x, y, z]: [usize; 3]) -> f64 {
        let [x, y, z] = [x + self.margin[0], y + self.margin[1], z + self.margin[2]];
        let (mut sum, mut count) = (0.0, 0);
        for Chord { dy, dz, reach } in &self.chords {
            let line = z.wrapping_add_signed(*dz) * self.lines + y.wrapping_add_signed(*dy);
            let (from, to) =
                (self.before[line * self.line + x - reach], self.before[line * self.line + x + reach + 1]);
            sum += to.0 - from.0;
            count += to.1 - from.1;
        }
        sum / f64::from(count)
    }
}

/// The finite intensity at a place of the field, unless it lies outside the image.
fn voxel(image: &Volume, start: [usize; 3], place: [(usize, usize); 3]) -> Option<f64> {
    let dims = image.grid().dims;
    let mut at = [0; 3];
    for axis in 0..3 {
        let (step, margin) = place[axis];
        at[axis] = (start[axis] + step).checked_sub(margin).filter(|index| *index < dims[axis])?;
    }
    let value = image.voxels()[(at[2] * dims[1] + at[1]) * dims[0] + at[0]];
    value.is_finite().then_some(value)
}

fn chords([sx, sy, sz]: [f64; 3]) -> Vec<Chord> {
    let (my, mz) = (steps(RADIUS, sy).cast_signed(), steps(RADIUS, sz).cast_signed());
    let chord = |dy: isize, dz: isize| {
        let left = RADIUS * RADIUS - (dy as f64 * sy).powi(2) - (dz as f64 * sz).powi(2);
        (left >= 0.0).then(|| Chord { dy, dz, reach: steps(left.sqrt(), sx) })
    };
    (-mz..=mz).flat_map(|dz| (-my..=my).filter_map(move |dy| chord(dy, dz))).collect()
}

/// How many voxels around a region the sphere can reach.
pub(crate) fn reach(spacing: [f64; 3]) -> usize {
    spacing.into_iter().map(|spacing| steps(RADIUS, spacing)).max().unwrap_or(0)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lengths are not negative")]
fn steps(length: f64, spacing: f64) -> usize {
    (length / spacing).floor() as usize
}
