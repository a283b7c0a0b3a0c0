//! Maps of a family, by kernel radius and grey levels: `cargo bench -p consilium-radiomics --bench maps`. Items are voxels.
//!
//! `RAYON_NUM_THREADS=1` measures one thread; `tests/data/maps/time.py` runs `PyRadiomics` on the same image.

#![allow(clippy::unwrap_used, reason = "a benchmark")]

use consilium_imaging::{Grid, RoiMask, Volume};
use consilium_radiomics::maps::{Kernel, Maps};
use consilium_radiomics::{Discretisation, Family, Settings};

fn main() {
    divan::main();
}

const DIMS: [usize; 3] = [32, 32, 20];

/// A ball of 8,528 voxels with 32 grey levels.
fn case() -> (Volume, RoiMask) {
    let [nx, ny, _] = DIMS;
    let grid = Grid::axis_aligned(DIMS, [1.0, 1.0, 2.0]);
    let at = |i: usize| [i % nx, i / nx % ny, i / (nx * ny)];
    let voxel = |i: usize| {
        let [x, y, z] = at(i);
        ((x * x / 8 + 3 * y + z * x / 2 + (i * 7919) % 17) % 800) as f64
    };
    let inside = |i: usize| {
        let off = |axis: usize| (2 * at(i)[axis] + 1).abs_diff(DIMS[axis]).pow(2) as f64;
        off(0) / 900.0 + off(1) / 900.0 + off(2) / 324.0 <= 1.0
    };
    let n = grid.len();
    let image = Volume::new(grid.clone(), (0..n).map(voxel).collect()).unwrap();
    (image, RoiMask::new(grid, (0..n).map(inside).collect()).unwrap())
}

#[divan::bench(
    args = [Family::IntensityStatistics, Family::Glcm, Family::Glrlm, Family::Glszm, Family::Ngtdm, Family::Ngldm],
    consts = [1, 2],
    sample_count = 3,
    sample_size = 1
)]
fn family<const RADIUS: usize>(bencher: divan::Bencher<'_, '_>, family: Family) {
    let (image, mask) = case();
    let settings = Settings {
        families: vec![family],
        discretisation: Discretisation::BinCount(32),
        ..Settings::default()
    };
    let kernel = Kernel { radius: RADIUS, ..Kernel::default() };
    bencher.counter(divan::counter::ItemsCount::new(mask.count())).bench_local(|| {
        let maps = Maps::new(&image, &mask, &settings, kernel, &[]).unwrap();
        maps.each(|_, map| {
            divan::black_box(map);
            Ok::<(), ()>(())
        })
    });
}
