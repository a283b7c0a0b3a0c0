//! PyRadiomics' derived images, voxel by voxel, against those that PyRadiomics 3.1.0 made.
//!
//! Reference and tolerances: tests/data/pyradiomics/SOURCES.md.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use consilium_imaging::{Grid, RoiMask, Volume, read_image, read_mask};
use consilium_radiomics::Error;
use consilium_radiomics::pyradiomics::images::{ImageType, LbpMethod, Pixel, Window, for_each_derived};
use flate2::read::GzDecoder;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data");
const SHARED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/ibsi/ibsi1/ct_radiomics_phantom");
const INT16: Pixel = Pixel::Integer { min: -32768.0, max: 32767.0 };

/// Name and voxels.
type Images = Vec<(String, Vec<f64>)>;

/// The generator of `make_images.py`.
fn synthetic(dims: [usize; 3], whole: bool) -> Volume {
    let mut state = 12345_u64;
    let grid = Grid::axis_aligned(dims, [0.8, 1.1, 2.5]);
    let voxel = |index: usize| {
        state = (state * 1_103_515_245 + 12345) % (1 << 31);
        let value = ((state >> 16) % 1024) as f64 - 300.0;
        let at = [index % dims[0], index / dims[0] % dims[1], index / (dims[0] * dims[1])];
        let flat = (0..3).all(|axis| at[axis] < dims[axis] / 2);
        let value = if flat { 40.0 } else { value };
        if whole { value } else { value / 7.0 }
    };
    Volume::new(grid.clone(), (0..grid.len()).map(voxel).collect()).unwrap()
}

fn pet() -> Volume {
    read_image(Path::new(&format!("{DATA}/sts/pet/STS_010/PET_image.nii.gz"))).unwrap()
}

fn box_mask(grid: &Grid, start: [usize; 3], dims: [usize; 3]) -> RoiMask {
    let [nx, ny, _] = grid.dims;
    let inside = |index: usize| {
        let at = [index % nx, index / nx % ny, index / (nx * ny)];
        (0..3).all(|axis| (start[axis]..start[axis] + dims[axis]).contains(&at[axis]))
    };
    RoiMask::new(grid.clone(), (0..grid.len()).map(inside).collect()).unwrap()
}

fn case(name: &str) -> (Volume, RoiMask, Pixel) {
    let (image, start, dims, pixel) = match name {
        "whole" => (synthetic([7, 8, 5], true), [0, 0, 0], [7, 8, 5], INT16),
        "double" => (synthetic([11, 10, 13], false), [3, 0, 5], [6, 5, 4], Pixel::Double),
        "pet-centre" => (pet(), [12, 12, 20], [5, 4, 6], Pixel::Single),
        "pet-corner" => (pet(), [29, 27, 55], [5, 4, 4], Pixel::Single),
        _ => panic!("no such case: {name}"),
    };
    let mask = box_mask(image.grid(), start, dims);
    (image, mask, pixel)
}

fn wavelet(wavelet: &str, start_level: usize, level: usize, flat: Option<usize>) -> ImageType {
    ImageType::Wavelet { wavelet: wavelet.into(), start_level, level, flat }
}

fn log(sigmas: &[(f64, &str)]) -> ImageType {
    ImageType::LaplacianOfGaussian { sigmas: sigmas.iter().map(|(mm, name)| (*mm, (*name).into())).collect() }
}

fn lbp2d(method: LbpMethod, axis: usize) -> ImageType {
    ImageType::Lbp2d { radius: 1.0, samples: 8, method, axis }
}

/// The types and settings of `make_images.py`, under its names.
fn types() -> Vec<(&'static str, ImageType)> {
    vec![
        ("", wavelet("coif1", 0, 1, None)),
        ("haar2:", wavelet("haar", 0, 2, None)),
        ("start:", wavelet("bior2.2", 1, 1, None)),
        ("flat:", wavelet("db9", 0, 1, Some(1))),
        ("", log(&[(1.0, "1.0"), (2.5, "2.5"), (4.0, "4.0"), (40.0, "40.0")])),
        ("", ImageType::Square),
        ("", ImageType::SquareRoot),
        ("", ImageType::Logarithm),
        ("", ImageType::Exponential),
        ("", ImageType::Gradient { use_spacing: true }),
        ("voxel:", ImageType::Gradient { use_spacing: false }),
        ("", lbp2d(LbpMethod::Uniform, 0)),
        ("seven:", ImageType::Lbp2d { radius: 1.5, samples: 7, method: LbpMethod::Default, axis: 0 }),
        ("ror:", lbp2d(LbpMethod::Ror, 1)),
        ("nri:", lbp2d(LbpMethod::NriUniform, 2)),
        ("var:", lbp2d(LbpMethod::Var, 0)),
        ("", ImageType::Lbp3d { levels: 2, radius: 1.0, subdivision: 1 }),
        ("fine:", ImageType::Lbp3d { levels: 4, radius: 2.0, subdivision: 2 }),
    ]
}

fn derive(image: &Volume, mask: &RoiMask, pixel: Pixel, types: &[(&str, ImageType)]) -> Images {
    let mut made = Vec::new();
    for (name, image_type) in types {
        for_each_derived::<Error>(
            image,
            mask,
            pixel,
            std::slice::from_ref(image_type),
            &mut |prefix, volume| {
                made.push((format!("{name}{prefix}"), volume.voxels().to_vec()));
                Ok(())
            },
        )
        .unwrap();
    }
    made
}

/// A reference image: name, tolerance, voxels.
type Reference = (String, f64, Vec<f64>);

fn reference() -> BTreeMap<String, Vec<Reference>> {
    let file = GzDecoder::new(File::open(format!("{DATA}/pyradiomics/images/images.csv.gz")).unwrap());
    let mut cases = BTreeMap::<String, Vec<Reference>>::new();
    for row in csv::Reader::from_reader(file).records().map(Result::unwrap) {
        let value = |text: &str| -> f64 {
            if &row[2] == "float32" { f64::from(text.parse::<f32>().unwrap()) } else { text.parse().unwrap() }
        };
        let voxels = row[4].split(' ').map(value).collect();
        cases.entry(row[0].into()).or_default().push((row[1].into(), row[3].parse().unwrap(), voxels));
    }
    cases
}

/// Largest difference, relative to the largest magnitude; infinite where only one is a number.
fn difference(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let scale = expected.iter().filter(|x| x.is_finite()).fold(f64::MIN_POSITIVE, |a, x| a.max(x.abs()));
    let off = |(a, b): (&f64, &f64)| match (a.is_nan(), b.is_nan()) {
        (true, true) => 0.0,
        (false, false) => (a - b).abs() / scale,
        _ => f64::INFINITY,
    };
    found.iter().zip(expected).map(off).fold(0.0, f64::max)
}

#[test]
fn voxels_equal_pyradiomics() {
    for (name, expected) in reference() {
        let (image, mask, pixel) = case(&name);
        let found = derive(&image, &mask, pixel, &types());
        let names: Vec<_> = found.iter().map(|(image, _)| image).collect();
        assert_eq!(names, expected.iter().map(|(image, ..)| image).collect::<Vec<_>>(), "{name}");
        for ((image, found), (_, tolerance, expected)) in found.iter().zip(&expected) {
            let off = difference(found, expected);
            assert!(off <= *tolerance, "{name}, {image}: off by {off:e}");
        }
    }
}

#[test]
fn the_ct_phantom_equals_pyradiomics() {
    let [image, mask] = ["image", "mask"].map(|name| format!("{SHARED}/{name}.nii.gz"));
    if !Path::new(&image).exists() {
        println!("skipped: the CT phantom is not in ../shared");
        return;
    }
    let (image, mask) = (read_image(Path::new(&image)).unwrap(), read_mask(Path::new(&mask)).unwrap());
    let inside = Window::around(&mask).unwrap().crop_mask(&mask);
    let types = [
        ("", wavelet("coif1", 0, 1, None)),
        ("", log(&[(1.0, "1.0"), (3.0, "3.0"), (5.0, "5.0")])),
        ("", ImageType::Gradient { use_spacing: true }),
    ];
    let found = derive(&image, &mask, Pixel::Single, &types);
    let mut reference = csv::Reader::from_path(format!("{DATA}/pyradiomics/images/ct_phantom.csv")).unwrap();
    let rows: Vec<_> = reference.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), found.len());
    for ((name, voxels), row) in found.iter().zip(rows) {
        assert_eq!(name, &row[0]);
        let region = voxels.iter().zip(inside.inside()).filter(|(_, inside)| **inside).map(|(x, _)| *x);
        let region: Vec<f64> = region.collect();
        let n = region.len() as f64;
        let mean = region.iter().sum::<f64>() / n;
        let std = (region.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        let number = |at: usize| row[at].parse::<f64>().unwrap();
        let tolerance = number(3) * number(2);
        assert!((mean - number(1)).abs() <= tolerance, "{name}: mean {mean}");
        assert!((std - number(2)).abs() <= tolerance, "{name}: standard deviation {std}");
        let sample: Vec<f64> = region.iter().step_by(12527).copied().collect();
        let expected: Vec<f64> = row[4].split(' ').map(|x| x.parse().unwrap()).collect();
        assert_eq!(sample, expected, "{name}");
    }
}

#[test]
fn a_laplacian_wider_than_the_image_is_left_out() {
    let (image, mask, pixel) = case("whole");
    let wide = log(&[(10.0, "10")]);
    let skipped = for_each_derived::<Error>(&image, &mask, pixel, &[wide], &mut |_, _| Ok(())).unwrap();
    assert_eq!(skipped[0].prefix, "log-sigma-10-mm-3D");
    assert_eq!(skipped[0].reason, "sigma is wider than the image");
}

#[test]
fn settings_that_mean_nothing_are_refused() {
    let (image, mask, pixel) = case("whole");
    for wrong in [
        wavelet("coif0", 0, 1, None),
        wavelet("coif1", 0, 0, None),
        wavelet("coif1", 0, 1, Some(3)),
        ImageType::Lbp2d { radius: 1.0, samples: 0, method: LbpMethod::Uniform, axis: 0 },
        ImageType::Lbp2d { radius: f64::NAN, samples: 8, method: LbpMethod::Uniform, axis: 0 },
        lbp2d(LbpMethod::Uniform, 3),
        ImageType::Lbp3d { levels: 0, radius: 1.0, subdivision: 1 },
        ImageType::Lbp3d { levels: 2, radius: 0.0, subdivision: 1 },
        ImageType::Lbp3d { levels: 2, radius: 1.0, subdivision: 9 },
    ] {
        let made =
            for_each_derived::<Error>(&image, &mask, pixel, std::slice::from_ref(&wrong), &mut |_, _| Ok(()));
        assert!(made.is_err(), "{wrong:?}");
    }
}

#[test]
fn the_box_keeps_its_place_in_the_patient() {
    let (image, mask, pixel) = case("double");
    for_each_derived::<Error>(&image, &mask, pixel, &[ImageType::Original], &mut |_, volume| {
        let grid = volume.grid();
        assert_eq!((grid.dims, grid.origin), ([6, 5, 4], [3.0 * 0.8, 0.0, 5.0 * 2.5]));
        assert_eq!(volume.voxels()[0].to_bits(), image.voxels()[5 * 110 + 3].to_bits());
        Ok(())
    })
    .unwrap();
}
