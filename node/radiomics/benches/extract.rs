//! One thread, one region of about 100,000 voxels, all families: `cargo bench -p consilium-radiomics`.

#![allow(clippy::unwrap_used, reason = "a benchmark")]

use consilium_imaging::{Grid, RoiMask, Volume};
use consilium_radiomics::{Aggregation, Discretisation, Family, Settings, extract};

fn main() {
    divan::main();
}

/// An ellipsoid of 100,057 voxels with a texture.
fn case() -> (Volume, RoiMask) {
    let dims = [80, 70, 50];
    let grid = Grid::axis_aligned(dims, [1.0, 1.0, 3.0]);
    let position = |index: usize| [index % dims[0], index / dims[0] % dims[1], index / (dims[0] * dims[1])];
    let inside = |index: usize| {
        let terms =
            (0..3).map(|axis| (2.0 * (position(index)[axis] as f64 + 0.5) / dims[axis] as f64 - 1.0).powi(2));
        terms.sum::<f64>() <= 0.77
    };
    let voxel = |index: usize| ((index * 7_919) % 1_009) as f64 / 4.0 + position(index)[0] as f64;
    let n = grid.len();
    let image = Volume::new(grid.clone(), (0..n).map(voxel).collect()).unwrap();
    (image, RoiMask::new(grid, (0..n).map(inside).collect()).unwrap())
}

fn settings(families: &[Family], aggregation: Aggregation) -> Settings {
    let discretisation = Discretisation::BinCount(32);
    Settings { families: families.to_vec(), aggregation, discretisation, window: None }
}

#[divan::bench(args = [Family::Morphology, Family::IntensityStatistics, Family::IntensityHistogram, Family::Glcm])]
fn family(bencher: divan::Bencher<'_, '_>, family: Family) {
    let (image, mask) = case();
    let settings = settings(&[family], Aggregation::Averaged3d);
    bencher.bench_local(|| extract(&image, &mask, &settings).unwrap());
}

#[divan::bench]
fn all(bencher: divan::Bencher<'_, '_>) {
    let (image, mask) = case();
    let all = [Family::Morphology, Family::IntensityStatistics, Family::IntensityHistogram, Family::Glcm];
    let settings = settings(&all, Aggregation::Averaged3d);
    bencher.bench_local(|| extract(&image, &mask, &settings).unwrap());
}
