//! Gaussian noise of the level that the image has already.
//!
//! Specification: Chang, Yu and Vetterli, "Adaptive wavelet thresholding for image denoising and compression", IEEE Trans
//! Image Process 9 (2000): the median absolute value of the diagonal wavelet band, by 0.6745. The band is that of the
//! undecimated coif1 wavelet within slices, as Zwanenburg et al. (Sci Rep 9 (2019) 614) use it.

use consilium_imaging::Volume;
use rayon::prelude::*;

use super::random::{Purpose, Random};
use crate::window::Window;

/// The high-pass filter of the coif1 wavelet (Daubechies 1993), to 16 digits as in `PyWavelets` 1.8.
const HIGH_PASS: [f64; 6] = [
    0.072_732_619_512_526_45,
    0.337_897_662_457_481_8,
    -0.852_572_020_211_600_4,
    0.384_864_846_864_857_8,
    0.072_732_619_512_526_45,
    -0.015_655_728_135_791_993,
];
/// The median of the absolute value of a standard normal variable.
const NORMAL_MEDIAN: f64 = 0.6745;

/// Standard deviation of the noise in a box, in the image's unit. Edges and texture raise it: it is an upper estimate.
pub(super) fn level(image: &Volume, window: &Window) -> f64 {
    let [nx, ny, _] = window.dims;
    let voxels = window.cut(image.grid().dims, image.voxels());
    let mut response: Vec<f64> = voxels
        .par_chunks(nx * ny)
        .flat_map_iter(|slice| filtered(&filtered(slice, nx, 1), ny, nx))
        .map(f64::abs)
        .collect();
    let middle = response.len() / 2;
    let (_, median, _) = response.select_nth_unstable_by(middle, f64::total_cmp);
    *median / NORMAL_MEDIAN
}

/// A slice filtered along lines of `n` pixels that are `stride` apart; beyond its ends the slice is mirrored.
fn filtered(slice: &[f64], n: usize, stride: usize) -> Vec<f64> {
    let tap = |index: usize, shift: usize| {
        let (at, start) = (index / stride % n, index - index / stride % n * stride);
        slice[start + mirrored(at.cast_signed() + shift.cast_signed() - 3, n) * stride]
    };
    let response = |index: usize| {
        HIGH_PASS.iter().enumerate().fold(0.0, |sum, (k, weight)| sum + weight * tap(index, k))
    };
    (0..slice.len()).map(response).collect()
}

/// Half-sample symmetric: -1 is 0, n is n - 1.
fn mirrored(at: isize, n: usize) -> usize {
    let period = 2 * n.cast_signed();
    let folded = at.rem_euclid(period).cast_unsigned();
    folded.min(2 * n - 1 - folded)
}

/// The image with noise of a standard deviation. Every slice has a stream of its own.
pub(super) fn added(image: &Volume, level: f64, seed: u64, repetition: u32) -> Volume {
    let [nx, ny, _] = image.grid().dims;
    let mut voxels = image.voxels().to_vec();
    voxels.par_chunks_mut(nx * ny).enumerate().for_each(|(slice, pixels)| {
        let mut random = Random::new(seed, Purpose::Noise, repetition, slice as u64);
        for pair in pixels.chunks_mut(2) {
            pair.iter_mut().zip(random.normal_pair()).for_each(|(pixel, normal)| *pixel += level * normal);
        }
    });
    Volume::new(image.grid().clone(), voxels).expect("as many voxels as before")
}

#[cfg(test)]
mod tests {
    use consilium_imaging::Grid;

    use super::*;

    fn whole(image: &Volume) -> Window {
        Window { start: [0; 3], dims: image.grid().dims }
    }

    fn flat(dims: [usize; 3]) -> Volume {
        let grid = Grid::axis_aligned(dims, [1.0; 3]);
        let voxels = vec![40.0; grid.len()];
        Volume::new(grid, voxels).unwrap()
    }

    #[test]
    fn the_level_that_was_added_is_found() {
        let noisy = added(&flat([64, 48, 8]), 12.5, 3, 0);
        let found = level(&noisy, &whole(&noisy));
        assert!((found / 12.5 - 1.0).abs() < 0.03, "{found}");
        let n = noisy.voxels().len() as f64;
        let mean = noisy.voxels().iter().sum::<f64>() / n;
        let deviation = (noisy.voxels().iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        assert!((mean - 40.0).abs() < 0.3 && (deviation / 12.5 - 1.0).abs() < 0.03, "{mean} {deviation}");
    }

    #[test]
    fn a_flat_image_and_a_ramp_have_none() {
        let flat = flat([16, 16, 2]);
        assert!(level(&flat, &whole(&flat)) < 1e-12);
        let ramp = (0..512).map(|i| f64::from(i % 16)).collect();
        let ramp = Volume::new(flat.grid().clone(), ramp).unwrap();
        assert!(level(&ramp, &whole(&ramp)) < 1e-9);
    }

    #[test]
    fn noise_is_that_of_the_seed_and_the_repetition() {
        let flat = flat([5, 3, 2]);
        assert_eq!(added(&flat, 1.0, 9, 1).voxels(), added(&flat, 1.0, 9, 1).voxels());
        assert_ne!(added(&flat, 1.0, 9, 1).voxels(), added(&flat, 1.0, 9, 2).voxels());
        assert_ne!(added(&flat, 1.0, 9, 1).voxels(), added(&flat, 1.0, 10, 1).voxels());
    }

    #[test]
    fn lines_are_mirrored_at_their_ends() {
        assert_eq!([-3, -2, -1, 0, 4, 5, 6].map(|at| mirrored(at, 5)), [2, 1, 0, 0, 4, 4, 3]);
        assert_eq!(mirrored(7, 1), 0);
    }
}
