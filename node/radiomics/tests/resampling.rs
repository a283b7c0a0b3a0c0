//! Resampling against scipy, against the IBSI diagnostics of the CT phantom, and what must hold whatever the image.
//!
//! The phantom's licence (CC BY-NC) keeps it out of the repository: without ../shared/ibsi beside it, its test is skipped.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;

use consilium_imaging::{Grid, RoiMask, Volume, read_image, read_mask};
use consilium_radiomics::processing::{Interpolation, Resampling};

fn numbers<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> Vec<T> {
    text.split(' ').map(|number| number.parse().unwrap()).collect()
}

fn textured(grid: &Grid) -> Volume {
    let voxels = (0..grid.len()).map(|index| ((index * 7_919) % 1_009) as f64 / 4.0).collect();
    Volume::new(grid.clone(), voxels).unwrap()
}

fn ball(grid: &Grid) -> RoiMask {
    let [nx, ny, _] = grid.dims;
    let position = |at: usize| [at % nx, at / nx % ny, at / (nx * ny)];
    let squared = |at: usize| {
        (0..3)
            .map(|axis| ((position(at)[axis] as f64 + 0.5) / grid.dims[axis] as f64 - 0.5).powi(2))
            .sum::<f64>()
    };
    let inside = (0..grid.len()).map(|at| squared(at) <= 0.1_f64).collect();
    RoiMask::new(grid.clone(), inside).unwrap()
}

#[test]
fn every_interpolated_value_is_scipys() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/resampling/scipy.csv");
    let mut compared = 0;
    for record in csv::Reader::from_path(path).unwrap().records() {
        let record = record.unwrap();
        let dims: Vec<usize> = numbers(&record[0]);
        let [spacing, new]: [Vec<f64>; 2] = [1, 2].map(|column| numbers(&record[column]));
        let grid = Grid::axis_aligned(dims.try_into().unwrap(), spacing.try_into().unwrap());
        let image = match &record[3] {
            "0" => Interpolation::Nearest,
            "1" => Interpolation::Linear,
            _ => Interpolation::Cubic,
        };
        let spacing = [0, 1, 2].map(|axis| Some(new[axis]).filter(|mm| *mm > 0.0));
        let found = Resampling { image, ..Resampling::to(spacing) }.volume(&textured(&grid)).unwrap();
        assert_eq!(found.grid().dims.to_vec(), numbers::<usize>(&record[4]));
        for (found, expected) in found.voxels().iter().zip(numbers::<f64>(&record[5])) {
            assert!((found - expected).abs() < 1e-10, "{image:?}: {found}, scipy {expected}");
            compared += 1;
        }
    }
    assert_eq!(compared, 1_662);
}

#[test]
fn the_box_of_a_region_has_the_bits_of_the_whole() {
    let grid = Grid { origin: [3.0, -4.0, 5.0], ..Grid::axis_aligned([23, 17, 9], [0.9, 1.1, 2.5]) };
    let (image, mask) = (textured(&grid), ball(&grid));
    for interpolation in [Interpolation::Nearest, Interpolation::Linear, Interpolation::Cubic] {
        let how = Resampling { image: interpolation, mask: interpolation, ..Resampling::to([Some(1.3); 3]) };
        let (whole, roi) = (how.volume(&image).unwrap(), how.roi(&mask).unwrap());
        let (part, part_roi) = how.region(&image, &mask, 1).unwrap();
        assert_eq!((part_roi.count(), part.grid()), (roi.count(), part_roi.grid()));
        let first: [usize; 3] = std::array::from_fn(|axis| {
            let shift = (part.grid().origin[axis] - whole.grid().origin[axis]) / 1.3;
            (0..23).find(|steps| (shift - *steps as f64).abs() < 1e-9).unwrap()
        });
        let ([nx, ny, nz], [wx, wy, _]) = (part.grid().dims, whole.grid().dims);
        for (k, j) in (0..nz).flat_map(|k| (0..ny).map(move |j| (k, j))) {
            let (from, to) = ((k * ny + j) * nx, ((k + first[2]) * wy + j + first[1]) * wx + first[0]);
            assert_eq!(part.voxels()[from..from + nx], whole.voxels()[to..to + nx]);
            assert_eq!(part_roi.inside()[from..from + nx], roi.inside()[to..to + nx]);
        }
    }
}

#[test]
fn grids_keep_their_centre_and_a_linear_image_its_values() {
    let direction = [[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]];
    let grid =
        Grid { origin: [10.0, 20.0, 30.0], direction, ..Grid::axis_aligned([30, 20, 10], [1.0, 2.0, 3.0]) };
    let centre = |grid: &Grid| -> [f64; 3] {
        std::array::from_fn(|world| {
            let along = |axis: usize| 0.5 * (grid.dims[axis] - 1) as f64 * grid.spacing[axis];
            grid.origin[world] + (0..3).map(|axis| along(axis) * grid.direction[world][axis]).sum::<f64>()
        })
    };
    let how = Resampling::to([Some(1.7), Some(1.0), None]);
    let new = how.grid(&grid).unwrap();
    assert_eq!((new.dims, new.spacing), ([18, 40, 10], [1.7, 1.0, 3.0]));
    assert!(centre(&new).iter().zip(centre(&grid)).all(|(a, b)| (a - b).abs() < 1e-12));
    let ramp: Vec<f64> = (0..grid.len()).map(|at| (at % 30) as f64).collect();
    for image in [Interpolation::Linear, Interpolation::Cubic] {
        let how = Resampling { image, ..how.clone() };
        let found = how.volume(&Volume::new(grid.clone(), ramp.clone()).unwrap()).unwrap();
        // the middle of the row: the edge bends a spline
        let off = |i: usize| found.voxels()[i] - (14.5 + 1.7 * (i as f64 - 8.5));
        assert!((6..12).all(|i| off(i).abs() < 1e-4), "{image:?}");
    }
}

#[test]
fn header_rounding_adds_no_voxel_and_nonsense_is_refused() {
    let dims = |n: usize, old: f64, new: f64| {
        Resampling::to([Some(new); 3]).grid(&Grid::axis_aligned([n; 3], [old; 3])).unwrap().dims[0]
    };
    assert_eq!(dims(60, 1.000_000_01, 1.0), 60);
    assert_eq!(dims(60, 0.999_999_99, 1.0), 60);
    assert_eq!(dims(60, 1.01, 1.0), 61);
    assert_eq!(dims(1, 1.0, 50.0), 1);
    let grid = Grid::axis_aligned([4; 3], [1.0; 3]);
    for (how, code) in [
        (Resampling::to([Some(0.0), None, None]), "CNS-D-0224"),
        (Resampling::to([None, Some(f64::NAN), None]), "CNS-D-0224"),
        (Resampling { threshold: 0.0, ..Resampling::to([None; 3]) }, "CNS-D-0224"),
        (Resampling::to([Some(1e-3); 3]), "CNS-D-0225"),
        (Resampling::to([Some(f64::MIN_POSITIVE); 3]), "CNS-D-0225"),
    ] {
        assert_eq!(how.grid(&grid).unwrap_err().code(), code, "{}", how.canonical());
    }
}

/// Image and ROI of one stage, as the compliance tables describe them.
fn quantity(name: &str, image: &Volume, mask: &RoiMask) -> f64 {
    let [nx, ny, _] = image.grid().dims;
    let axis = |name: &str| ["_x", "_y", "_z"].iter().position(|end| name.ends_with(end)).unwrap();
    let roi: Vec<usize> = (0..mask.inside().len()).filter(|at| mask.inside()[*at]).collect();
    let values: Vec<f64> = match name {
        name if name.starts_with("int_mask") => roi.iter().map(|at| image.voxels()[*at]).collect(),
        _ => image.voxels().to_vec(),
    };
    match name {
        name if name.contains("_bb_dim") => {
            let along = |at: usize| [at % nx, at / nx % ny, at / (nx * ny)][axis(name)];
            let places: Vec<usize> = roi.iter().map(|at| along(*at)).collect();
            (places.iter().max().unwrap() - places.iter().min().unwrap() + 1) as f64
        }
        name if name.starts_with("vox_dim") => image.grid().spacing[axis(name)],
        name if name.contains("_dim_") => image.grid().dims[axis(name)] as f64,
        name if name.ends_with("mean_int") => values.iter().sum::<f64>() / values.len() as f64,
        name if name.ends_with("min_int") => values.iter().copied().fold(f64::INFINITY, f64::min),
        name if name.ends_with("max_int") => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        name if name.ends_with("vox_count") => mask.count() as f64,
        name => panic!("unknown quantity {name}"),
    }
}

#[test]
fn every_diagnostic_of_the_ct_phantom_before_and_after_interpolation() {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ibsi");
    let folder = shared.join("ibsi1/ct_radiomics_phantom");
    if !folder.is_dir() {
        println!("skipped: no ../shared/ibsi beside the repository");
        return;
    }
    let image = read_image(&folder.join("image.nii.gz")).unwrap();
    let mask = read_mask(&folder.join("mask.nii.gz")).unwrap();
    let resampled = ["A", "B", "C", "D", "E"].map(|configuration| {
        let spacing = match configuration {
            "A" => [None; 3],
            "B" => [Some(2.0), Some(2.0), None],
            _ => [Some(2.0); 3],
        };
        let cubic = configuration == "E";
        let how = if cubic { Interpolation::Cubic } else { Interpolation::Linear };
        let how = Resampling { image: how, round: true, ..Resampling::to(spacing) };
        (how.volume(&image).unwrap(), how.roi(&mask).unwrap())
    });
    let (mut compared, mut missed) = (0, Vec::new());
    for record in csv::Reader::from_path(shared.join("ibsi1_diagnostics.csv")).unwrap().records() {
        let record = record.unwrap();
        let (image, mask) = match &record[1] {
            "initial image" | "initial ROI" => (&image, &mask),
            "interpolated image" | "interpolated ROI" => {
                let (image, mask) = &resampled[usize::from(record[0].as_bytes()[7] - b'A')];
                (image, mask)
            }
            _ => continue,
        };
        let found = quantity(&record[2], image, mask);
        let (value, tolerance): (f64, f64) = (record[3].parse().unwrap(), record[4].parse().unwrap());
        // the tables print three digits of means and spacings, and whole numbers in full
        let printed: f64 = if found.fract() == 0.0 { found } else { format!("{found:.2e}").parse().unwrap() };
        compared += 1;
        if (printed - value).abs() > tolerance + 1e-9 * value.abs() {
            missed.push(format!(
                "{}: {found}, the table says {value} +- {tolerance}",
                record.iter().collect::<Vec<_>>().join(" ")
            ));
        }
    }
    assert!(missed.is_empty(), "{} of {compared} missed:\n{}", missed.len(), missed.join("\n"));
    println!("{compared} of {compared} diagnostics");
    assert_eq!(compared, 230);
}
