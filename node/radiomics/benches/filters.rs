//! One thread, an image of the IBSI CT phantom's size, each filter: `cargo bench -p consilium-radiomics --bench filters`.

#![allow(clippy::unwrap_used, reason = "a benchmark")]

use consilium_imaging::{Grid, RoiMask, Volume};
use consilium_radiomics::filters::{
    Boundary, Filter, Gabor, LaplacianOfGaussian, Laws, Mean, Over, Part, Pooling, Riesz, RieszBase,
    Simoncelli, Turns, Wavelet,
};
use consilium_radiomics::{Interpolation, Resampling};

fn main() {
    divan::main();
}

const BOUNDARY: Boundary = Boundary::Mirror;

fn image() -> Volume {
    let grid = Grid::axis_aligned([204, 201, 60], [0.977, 0.977, 3.0]);
    let voxels = (0..grid.len()).map(|index| ((index * 7_919) % 1_009) as f64).collect();
    Volume::new(grid, voxels).unwrap()
}

fn bench(bencher: divan::Bencher<'_, '_>, filter: &Filter) {
    let image = image();
    bencher.bench_local(|| filter.apply(&image).unwrap());
}

#[divan::bench(args = [5, 15])]
fn mean(bencher: divan::Bencher<'_, '_>, support: usize) {
    bench(bencher, &Filter::Mean(Mean { support, over: Over::Volume, boundary: BOUNDARY }));
}

#[divan::bench(args = [1.0, 2.0, 3.0])]
fn laplacian_of_gaussian(bencher: divan::Bencher<'_, '_>, sigma: f64) {
    let filter = LaplacianOfGaussian { sigma, cutoff: 4.0, over: Over::Volume, boundary: BOUNDARY };
    bench(bencher, &Filter::LaplacianOfGaussian(filter));
}

#[divan::bench(args = [None, Some(Pooling::Max)])]
fn laws(bencher: divan::Bencher<'_, '_>, rotations: Option<Pooling>) {
    let kernels = "L5E5E5".to_owned();
    bench(bencher, &Filter::Laws(Laws { kernels, rotations, energy: Some(7), boundary: BOUNDARY }));
}

#[divan::bench(args = [Over::Slices, Over::Volume], sample_count = 5)]
fn gabor_8_directions(bencher: divan::Bencher<'_, '_>, over: Over) {
    let rotations = Some(Turns { step: 22.5, pooling: Pooling::Mean });
    let (sigma, lambda, gamma, theta, part) = (5.0, 2.0, 1.5, 0.0, Part::Modulus);
    bench(
        bencher,
        &Filter::Gabor(Gabor { sigma, lambda, gamma, theta, rotations, over, part, boundary: BOUNDARY }),
    );
}

#[divan::bench(args = [(1, None), (2, None), (1, Some(Pooling::Mean)), (2, Some(Pooling::Mean))])]
fn wavelet_db3(bencher: divan::Bencher<'_, '_>, (level, rotations): (u32, Option<Pooling>)) {
    let (wavelet, bands) = ("db3".to_owned(), "llh".to_owned());
    bench(bencher, &Filter::Wavelet(Wavelet { wavelet, bands, level, rotations, boundary: BOUNDARY }));
}

#[divan::bench(args = [Over::Slices, Over::Volume])]
fn simoncelli(bencher: divan::Bencher<'_, '_>, over: Over) {
    bench(bencher, &Filter::Simoncelli(Simoncelli { level: 1, over }));
}

#[divan::bench]
fn riesz_of_log(bencher: divan::Bencher<'_, '_>) {
    let base = LaplacianOfGaussian { sigma: 3.0, cutoff: 4.0, over: Over::Volume, boundary: BOUNDARY };
    let of = RieszBase::LaplacianOfGaussian(base);
    bench(bencher, &Filter::Riesz(Riesz { of, order: [1, 0, 0] }));
}

#[divan::bench(args = [Interpolation::Linear, Interpolation::Cubic])]
fn resample_to_2_mm(bencher: divan::Bencher<'_, '_>, interpolation: Interpolation) {
    let image = image();
    let how = Resampling { image: interpolation, ..Resampling::to([Some(2.0); 3]) };
    bencher.bench_local(|| how.volume(&image).unwrap());
}

/// The box of a region of 125,000 voxels in the middle.
#[divan::bench(args = [Interpolation::Linear, Interpolation::Cubic])]
fn resample_region_to_2_mm(bencher: divan::Bencher<'_, '_>, interpolation: Interpolation) {
    let image = image();
    let [nx, ny, _] = image.grid().dims;
    let is_in = |at: usize| {
        let place = [at % nx, at / nx % ny, at / (nx * ny)];
        (0..3).all(|axis| {
            let (n, half) = (image.grid().dims[axis], [40, 40, 10][axis]);
            place[axis].abs_diff(n / 2) < half
        })
    };
    let mask = RoiMask::new(image.grid().clone(), (0..image.voxels().len()).map(is_in).collect()).unwrap();
    let how = Resampling { image: interpolation, ..Resampling::to([Some(2.0); 3]) };
    bencher.bench_local(|| how.region(&image, &mask, 0).unwrap());
}
