//! Maps against the extraction of what is in the kernel.

use consilium_imaging::Grid;

use super::*;
use crate::filters::{Boundary, Mean, Over};
use crate::{Aggregation, Discretisation, Family, extract};

/// A bent region in a textured image with 9 grey levels.
fn case(dims: [usize; 3]) -> (Volume, RoiMask) {
    let grid = Grid::axis_aligned(dims, [1.0, 1.5, 2.0]);
    let at = |i: usize| [i % dims[0], i / dims[0] % dims[1], i / (dims[0] * dims[1])];
    let voxel = |i: usize| {
        let [x, y, z] = at(i);
        ((x * x + 3 * y + 5 * z * x + (i * 7919) % 5) % 9 + 1) as f64
    };
    let inside = |i: usize| {
        let [x, y, z] = at(i);
        x > 0 && y > 0 && x + y + z > 3 && (x + 2 * y + z) % 7 != 0
    };
    let n = grid.len();
    let image = Volume::new(grid.clone(), (0..n).map(voxel).collect()).unwrap();
    (image, RoiMask::new(grid, (0..n).map(inside).collect()).unwrap())
}

fn settings(families: &[Family]) -> Settings {
    let discretisation = Discretisation::BinWidth(1.0);
    // from the window's lower end, a part of the region has the levels of the whole
    Settings { families: families.to_vec(), discretisation, window: Some([1.0, 10.0]), ..Settings::default() }
}

fn all(image: &Volume, mask: &RoiMask, settings: &Settings, kernel: Kernel) -> Vec<(String, Volume)> {
    let mut found = Vec::new();
    let maps = Maps::new(image, mask, settings, kernel, &[]).unwrap();
    maps.each(|column, map| {
        found.push((column.to_owned(), map));
        Ok::<(), ()>(())
    })
    .unwrap()
    .unwrap();
    found
}

/// The mask within the kernel around a voxel.
fn kernel_mask(mask: &RoiMask, centre: usize, kernel: Kernel) -> RoiMask {
    let [nx, ny, _] = mask.grid().dims;
    let at = |i: usize| [i % nx, i / nx % ny, i / (nx * ny)];
    let reach = |axis: usize| if axis == 2 && kernel.flat { 0 } else { kernel.radius };
    let is_near = |i: usize| (0..3).all(|a| at(i)[a].abs_diff(at(centre)[a]) <= reach(a));
    let inside = (0..mask.inside().len()).map(|i| mask.inside()[i] && is_near(i)).collect();
    RoiMask::new(mask.grid().clone(), inside).unwrap()
}

/// Features that look at the number of levels, which a part of the region may not have: they differ from those of the part
/// extracted alone.
const OF_THE_NUMBER_OF_LEVELS: [&str; 6] = [
    "cm_inv_diff_norm",
    "cm_inv_diff_mom_norm",
    "ih_max_grad",
    "ih_min_grad",
    "ih_max_grad_gl",
    "ih_min_grad_gl",
];

#[test]
fn a_map_holds_the_features_of_each_kernel() {
    let (image, mask) = case([7, 6, 5]);
    let mut settings = settings(&Family::ALL);
    settings.aggregations = vec![Aggregation::Averaged3d, Aggregation::SliceMerged2d];
    for kernel in [
        Kernel::default(),
        Kernel { radius: 2, ..Kernel::default() },
        Kernel { flat: true, ..Kernel::default() },
    ] {
        let maps = all(&image, &mask, &settings, kernel);
        assert_eq!(maps.iter().map(|(column, _)| column.clone()).collect::<Vec<_>>(), settings.tags());
        for centre in (0..mask.inside().len()).filter(|i| mask.inside()[*i]).step_by(5) {
            let features = extract(&image, &kernel_mask(&mask, centre, kernel), &settings).unwrap();
            for (column, map) in &maps {
                if OF_THE_NUMBER_OF_LEVELS.iter().any(|tag| column.starts_with(tag)) {
                    continue;
                }
                let (found, expected) = (map.voxels()[centre], features.get(column).unwrap());
                let is_same = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
                let off = (found - expected).abs() / expected.abs().max(1.0);
                // morphology sums over a box that may be larger than the region's own
                assert!(is_same || off < 1e-12, "{column} at {centre}: {found}, {expected}");
            }
        }
    }
}

#[test]
fn every_column_can_be_had_alone() {
    let (image, mask) = case([6, 5, 4]);
    let settings = settings(&Family::ALL);
    let bits = |map: &Volume| map.voxels().iter().map(|v| v.to_bits()).collect::<Vec<u64>>();
    for (column, map) in all(&image, &mask, &settings, Kernel::default()) {
        let maps =
            Maps::new(&image, &mask, &settings, Kernel::default(), std::slice::from_ref(&column)).unwrap();
        assert_eq!(maps.columns(), std::slice::from_ref(&column));
        maps.each(|_, alone| {
            assert_eq!(bits(&alone), bits(&map), "{column}");
            Ok::<(), ()>(())
        })
        .unwrap()
        .unwrap();
    }
}

#[test]
fn the_bits_are_the_same_on_any_number_of_threads() {
    let (image, mask) = case([9, 8, 7]);
    let settings = settings(&[Family::IntensityStatistics, Family::Glcm, Family::Glszm, Family::Ngldm]);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let maps = pool.install(|| all(&image, &mask, &settings, Kernel::default()));
        maps.iter().flat_map(|(_, map)| map.voxels().iter().map(|v| v.to_bits())).collect::<Vec<u64>>()
    };
    assert_eq!(on(1), on(8));
}

#[test]
fn outside_of_the_region_is_the_initial_value() {
    let (image, mask) = case([6, 5, 4]);
    let settings = settings(&[Family::IntensityStatistics]);
    let kernel = Kernel { initial: -7.0, ..Kernel::default() };
    for (column, map) in all(&image, &mask, &settings, kernel) {
        let outside = map.voxels().iter().zip(mask.inside()).filter(|(_, is_in)| !**is_in);
        assert!(outside.clone().count() > 0);
        assert!(outside.into_iter().all(|(value, _)| value.to_bits() == (-7.0_f64).to_bits()), "{column}");
    }
}

#[test]
fn without_the_mask_the_kernel_sees_the_image() {
    let (image, mask) = case([6, 5, 4]);
    let kernel = Kernel { masked: false, ..Kernel::default() };
    let maps = all(&image, &mask, &settings(&[Family::IntensityStatistics]), kernel);
    let (_, mean) = maps.iter().find(|(column, _)| column == "stat_mean").unwrap();
    let [nx, ny, nz] = [6, 5, 4];
    for centre in (0..120).filter(|i| mask.inside()[*i]) {
        let [x, y, z] = [centre % nx, centre / nx % ny, centre / (nx * ny)];
        let near = |a: usize, n: usize| a.saturating_sub(1)..(a + 2).min(n);
        let mut values = Vec::new();
        for k in near(z, nz) {
            for j in near(y, ny) {
                values.extend(near(x, nx).map(|i| image.voxels()[(k * ny + j) * nx + i]));
            }
        }
        let expected = values.iter().sum::<f64>() / values.len() as f64;
        assert!((mean.voxels()[centre] - expected).abs() < 1e-12);
    }
}

#[test]
fn what_is_refused_says_why() {
    let (image, mask) = case([6, 5, 4]);
    let new = |kernel: Kernel, column: &str| {
        let maps = Maps::new(&image, &mask, &settings(&[Family::Glcm]), kernel, &[column.to_owned()]);
        maps.map(|_| ()).unwrap_err()
    };
    let error = new(Kernel::default(), "stat_mean");
    assert_eq!(error.code(), "CNS-D-0278");
    assert!(error.to_string().contains("no feature \"stat_mean\""), "{error}");
    let error = new(Kernel { radius: 0, ..Kernel::default() }, "cm_contrast_3D_avg");
    assert_eq!(error.code(), "CNS-D-0277");
    let empty = RoiMask::new(mask.grid().clone(), vec![false; 120]).unwrap();
    let error = Maps::new(&image, &empty, &settings(&[Family::Glcm]), Kernel::default(), &[]).map(|_| ());
    assert_eq!(error.unwrap_err().code(), "CNS-D-0201");
}

#[test]
fn filters_and_resampling_come_first() {
    let (image, mask) = case([7, 6, 5]);
    let filter = Filter::Mean(Mean { support: 3, over: Over::Volume, boundary: Boundary::Mirror });
    let families = vec![Family::IntensityStatistics, Family::Glcm];
    let resampling = Some(crate::Resampling::to([Some(1.2), Some(1.2), Some(1.2)]));
    let settings = Settings { filters: vec![filter], resampling, families, ..Settings::default() };
    let kernel = Kernel { radius: 50, ..Kernel::default() };
    let features = extract(&image, &mask, &settings).unwrap();
    let maps = Maps::new(&image, &mask, &settings, kernel, &[]).unwrap();
    assert_eq!(maps.columns(), settings.tags());
    let mut seen = 0;
    maps.each(|column, map| {
        // a kernel that holds the whole region has its features everywhere
        let expected = features.get(column).unwrap();
        for (value, _) in map.voxels().iter().zip(maps.mask().inside()).filter(|(_, is_in)| **is_in) {
            assert!((value - expected).abs() <= 1e-12 * expected.abs(), "{column}: {value}, {expected}");
            seen += 1;
        }
        Ok::<(), ()>(())
    })
    .unwrap()
    .unwrap();
    assert_eq!(seen, maps.mask().count() * settings.tags().len());
    assert_eq!(maps.voxels(), maps.mask().count());
}

#[test]
fn an_error_of_the_sink_ends_the_maps() {
    let (image, mask) = case([6, 5, 4]);
    let settings = settings(&[Family::IntensityStatistics]);
    let maps = Maps::new(&image, &mask, &settings, Kernel::default(), &[]).unwrap();
    let mut seen = 0;
    let ended = maps.each(|_, _| {
        seen += 1;
        if seen == 3 { Err("full") } else { Ok(()) }
    });
    assert_eq!((ended.unwrap(), seen), (Err("full"), 3));
}
