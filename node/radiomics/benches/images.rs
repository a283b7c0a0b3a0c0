//! CPU time and peak memory of PyRadiomics' derived images, on an image and a box as large as the IBSI CT phantom's:
//! `cargo bench -p consilium-radiomics --bench images`.

#![allow(clippy::unwrap_used, reason = "a benchmark")]

use consilium_imaging::{Grid, RoiMask, Volume};
use consilium_radiomics::Error;
use consilium_radiomics::pyradiomics::images::{ImageType, LbpMethod, Pixel, for_each_derived};

#[global_allocator]
static ALLOCATOR: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// 204 x 201 x 60 voxels; an ellipsoid in a box of 100 x 99 x 26.
fn case() -> (Volume, RoiMask) {
    let grid = Grid::axis_aligned([204, 201, 60], [0.977, 0.977, 3.0]);
    let position = |index: usize| [index % 204, index / 204 % 201, index / (204 * 201)];
    let voxel = |index: usize| ((index * 7_919) % 1_009) as f64 - 500.0 + position(index)[0] as f64;
    let inside = |index: usize| {
        let (at, centre, half) = (position(index), [100.5, 100.0, 29.5], [50.0, 49.5, 13.0]);
        (0..3).map(|axis| ((at[axis] as f64 - centre[axis]) / half[axis]).powi(2)).sum::<f64>() <= 1.0
    };
    let n = grid.len();
    let image = Volume::new(grid.clone(), (0..n).map(voxel).collect()).unwrap();
    (image, RoiMask::new(grid, (0..n).map(inside).collect()).unwrap())
}

fn wavelet() -> ImageType {
    ImageType::Wavelet { wavelet: "coif1".into(), start_level: 0, level: 1, flat: None }
}

fn log() -> ImageType {
    let sigmas = [(1.0, "1.0"), (3.0, "3.0"), (5.0, "5.0")].map(|(mm, name)| (mm, name.into()));
    ImageType::LaplacianOfGaussian { sigmas: sigmas.into() }
}

fn run(bencher: divan::Bencher<'_, '_>, types: &[ImageType]) {
    let (image, mask) = case();
    bencher.bench_local(|| {
        for_each_derived::<Error>(&image, &mask, Pixel::Single, types, &mut |_, volume| {
            divan::black_box(volume);
            Ok(())
        })
    });
}

#[divan::bench]
fn eight_wavelets(bencher: divan::Bencher<'_, '_>) {
    run(bencher, &[wavelet()]);
}

#[divan::bench]
fn three_laplacians(bencher: divan::Bencher<'_, '_>) {
    run(bencher, &[log()]);
}

#[divan::bench]
fn pointwise_and_gradient(bencher: divan::Bencher<'_, '_>) {
    let gradient = ImageType::Gradient { use_spacing: true };
    run(
        bencher,
        &[ImageType::Square, ImageType::SquareRoot, ImageType::Logarithm, ImageType::Exponential, gradient],
    );
}

#[divan::bench]
fn lbp_2d(bencher: divan::Bencher<'_, '_>) {
    run(bencher, &[ImageType::Lbp2d { radius: 1.0, samples: 8, method: LbpMethod::Uniform, axis: 0 }]);
}

#[divan::bench(sample_count = 3)]
fn lbp_3d(bencher: divan::Bencher<'_, '_>) {
    run(bencher, &[ImageType::Lbp3d { levels: 2, radius: 1.0, subdivision: 1 }]);
}
