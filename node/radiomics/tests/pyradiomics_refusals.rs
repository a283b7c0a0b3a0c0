//! What the PyRadiomics profile refuses, and that no region and no setting makes it panic.

#![allow(clippy::unwrap_used, reason = "a test")]

use consilium_imaging::{Grid, RoiMask, Volume};
use consilium_radiomics::Features;
use consilium_radiomics::pyradiomics::{Case, Error, Parameters, Pixel, extract};
use proptest::prelude::*;

fn grid() -> Grid {
    Grid::axis_aligned([6, 5, 4], [1.0, 1.5, 3.0])
}

fn volume(voxel: impl Fn(usize) -> f64) -> Volume {
    Volume::new(grid(), (0..120).map(voxel).collect()).unwrap()
}

fn mask(inside: impl Fn(usize) -> bool) -> RoiMask {
    RoiMask::new(grid(), (0..120).map(inside).collect()).unwrap()
}

fn run(image: &Volume, mask: &RoiMask, setting: &str) -> Result<Features, Error> {
    let parameters = Parameters::from_yaml(&format!("setting: {{{setting}}}")).unwrap();
    extract(image, mask, Pixel::Double, &parameters)
}

fn code(image: &Volume, mask: &RoiMask, setting: &str) -> &'static str {
    run(image, mask, setting).unwrap_err().code()
}

#[test]
fn what_cannot_be_measured_is_refused_with_a_code() {
    let image = volume(|index| ((index * 37) % 53) as f64);
    let whole = mask(|_| true);
    assert_eq!(code(&image, &mask(|_| false), ""), "CNS-D-0201");
    let holed = volume(|index| if index == 7 { f64::NAN } else { 1.0 });
    assert_eq!(code(&holed, &whole, ""), "CNS-D-0202");
    let moved = RoiMask::new(Grid { origin: [0.0, 0.0, 1e-5], ..grid() }, vec![true; 120]).unwrap();
    assert_eq!(code(&image, &moved, ""), "CNS-D-0240");
    assert!(run(&image, &moved, "geometryTolerance: 0.001").is_ok());
    assert!(run(&image, &moved, "correctMask: true").is_ok());
    assert_eq!(code(&image, &mask(|index| index == 9), "minimumROIDimensions: 1"), "CNS-D-0241");
    assert_eq!(code(&image, &mask(|index| index < 6), ""), "CNS-D-0241");
    assert!(run(&image, &mask(|index| index < 6), "minimumROIDimensions: 1").is_ok());
    assert_eq!(code(&image, &whole, "minimumROISize: 120"), "CNS-D-0242");
    assert!(run(&image, &whole, "minimumROISize: 119").is_ok());
    let far = RoiMask::new(Grid { origin: [4.0, 0.0, 0.0], ..grid() }, vec![true; 120]).unwrap();
    assert_eq!(code(&image, &far, "correctMask: true"), "CNS-D-0243");
    assert_eq!(code(&image, &whole, "resegmentRange: [900]"), "CNS-D-0244");
    assert_eq!(code(&image, &whole, "force2D: true"), "CNS-D-0245");
    assert_eq!(code(&image, &whole, "binWidth: 1e-9"), "CNS-D-0246");
    assert_eq!(code(&image, &whole, "resampledPixelSpacing: [1e-4, 1e-4, 1e-4]"), "CNS-D-0247");
    assert_eq!(code(&volume(|_| 4.0), &whole, "normalize: true"), "CNS-D-0248");
    assert_eq!(code(&image, &whole, "distances: [6]"), "CNS-D-0249");
}

#[test]
fn a_constant_region_has_features() {
    let features = run(&volume(|_| 0.1), &mask(|_| true), "binWidth: 1").unwrap();
    let get = |name: &str| features.get(name).unwrap();
    for (name, expected) in [
        ("original_firstorder_Skewness", 0.0),
        ("original_firstorder_Kurtosis", 0.0),
        ("original_firstorder_Uniformity", 1.0),
        ("original_glcm_Correlation", 1.0),
        ("original_glcm_MCC", 1.0),
        ("original_ngtdm_Coarseness", 1e6),
        ("original_ngtdm_Busyness", 0.0),
    ] {
        assert!((get(name) - expected).abs() < 1e-12, "{name}: {}", get(name));
    }
}

/// Settings that reach every branch of the preparation and of the matrices.
const SETTINGS: [&str; 12] = [
    "binCount: 6",
    "binWidth: 40, distances: [1, 2]",
    "resampledPixelSpacing: [2, 2, 2], binCount: 5",
    "resampledPixelSpacing: [0.7, 0, 3], interpolator: sitkLinear, binCount: 5, padDistance: 1",
    "resampledPixelSpacing: [1, 3, 1], interpolator: sitkNearestNeighbor, binCount: 5, padDistance: 0",
    "normalize: true, removeOutliers: 2, normalizeScale: 50, preCrop: true",
    "resegmentRange: [-1, 1], resegmentMode: sigma, binCount: 9",
    "resegmentRange: [0.1], resegmentMode: relative, resegmentShape: true",
    "weightingNorm: euclidean, symmetricalGLCM: false, binCount: 4",
    "weightingNorm: infinity, gldm_a: 2, binCount: 7",
    "binCount: 65535",
    "minimumROIDimensions: 1, binWidth: 100, voxelArrayShift: 7",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_region_and_no_setting_panics(
        inside in proptest::collection::vec(any::<bool>(), 120),
        values in proptest::collection::vec(-1e3..1e3_f64, 120),
        chosen in 0..SETTINGS.len(),
        kind in 0..3_usize,
    ) {
        let pixel = [Pixel::Integer { min: -1024.0, max: 1023.0 }, Pixel::Single, Pixel::Double][kind];
        let image = Volume::new(grid(), values).unwrap();
        let region = RoiMask::new(grid(), inside).unwrap();
        let text = format!(
            "setting: {{{}}}\nfeatureClass: {{shape: , firstorder: , glcm: , gldm: , glrlm: , glszm: , ngtdm: }}",
            SETTINGS[chosen]
        );
        let parameters = Parameters::from_yaml(&text).unwrap();
        if let Ok(case) = Case::new(&image, &region, pixel, &parameters) {
            prop_assert!(case.diagnostics().is_ok());
            if let Ok(features) = case.features() {
                prop_assert_eq!(features.iter().count(), 107);
                prop_assert!(features.get("original_shape_VoxelVolume").unwrap() > 0.0);
            }
        }
    }

    #[test]
    fn no_text_panics(text in "(setting|imageType|[a-zA-Z]{1,9}):( \\{\\}|\\n  [a-zA-Z2]{1,12}: ?[-0-9a-z\\[\\]., ]{0,9}\\n?){0,3}") {
        if let Err(error) = Parameters::from_yaml(&text) {
            prop_assert!(error.line >= 1 && error.line <= text.lines().count() + 1);
        }
    }
}
