//! What extraction refuses, what is not defined, and what must not change a value.

#![allow(clippy::unwrap_used, reason = "a test")]

use consilium_imaging::{Grid, RoiMask, Volume};
use consilium_radiomics::filters::{Boundary, Filter, Mean, Over};
use consilium_radiomics::pyradiomics::{self, Parameters, Pixel};
use consilium_radiomics::{Discretisation, Family, Features, Settings, extract};
use proptest::prelude::*;

fn settings(discretisation: Discretisation) -> Settings {
    Settings { discretisation, ..Settings::default() }
}

fn grid() -> Grid {
    Grid::axis_aligned([6, 5, 4], [1.0, 1.5, 3.0])
}

fn volume(voxel: impl Fn(usize) -> f64) -> Volume {
    Volume::new(grid(), (0..120).map(voxel).collect()).unwrap()
}

fn mask(inside: impl Fn(usize) -> bool) -> RoiMask {
    RoiMask::new(grid(), (0..120).map(inside).collect()).unwrap()
}

fn code(image: &Volume, mask: &RoiMask, settings: &Settings) -> &'static str {
    extract(image, mask, settings).unwrap_err().code()
}

#[test]
fn what_cannot_be_measured_is_refused_with_a_code() {
    let eight = settings(Discretisation::BinCount(8));
    let image = volume(|index| index as f64);
    assert_eq!(code(&image, &mask(|_| false), &eight), "CNS-D-0201");
    let holed = volume(|index| if index == 7 { f64::NAN } else { 1.0 });
    assert_eq!(code(&holed, &mask(|_| true), &eight), "CNS-D-0202");
    assert!(
        extract(&holed, &mask(|index| index != 7), &eight).is_ok(),
        "NaN outside the mask does not matter"
    );
    let elsewhere = Grid { origin: [0.0, 0.0, 9.0], ..grid() };
    let moved = RoiMask::new(elsewhere, vec![true; 120]).unwrap();
    assert_eq!(code(&image, &moved, &eight), "CNS-D-0203");
    let window = Settings { window: Some([500.0, 600.0]), ..eight.clone() };
    assert_eq!(code(&image, &mask(|_| true), &window), "CNS-D-0204");
    assert_eq!(code(&image, &mask(|_| true), &settings(Discretisation::BinWidth(1e-9))), "CNS-D-0205");
    assert_eq!(code(&image, &mask(|_| true), &settings(Discretisation::BinWidth(-1.0))), "CNS-D-0206");
}

fn undefined(features: &Features) -> Vec<&str> {
    features.iter().filter(|(_, value)| value.is_nan()).map(|(tag, _)| tag).collect()
}

#[test]
fn one_voxel_has_a_size_and_an_intensity_and_no_more() {
    let features =
        extract(&volume(|_| 5.0), &mask(|index| index == 61), &settings(Discretisation::BinCount(8)))
            .unwrap();
    assert!((features.get("morph_vol_approx").unwrap() - 4.5).abs() < 1e-12);
    assert!((features.get("stat_mean").unwrap() - 5.0).abs() < 1e-12);
    let (texture, others): (Vec<&str>, Vec<&str>) =
        undefined(&features).into_iter().partition(|tag| tag.starts_with("cm_") || tag.starts_with("ngt_"));
    assert_eq!(texture.len(), 30, "no neighbour, neither pairs nor tones");
    let expected = [
        "morph_pca_maj_axis",
        "morph_pca_min_axis",
        "morph_pca_least_axis",
        "morph_pca_elongation",
        "morph_pca_flatness",
        "morph_vol_dens_aee",
        "morph_area_dens_aee",
        "morph_moran_i",
        "morph_geary_c",
    ];
    assert_eq!(others, expected);
}

#[test]
fn a_slice_has_no_thickness() {
    let slice = mask(|index| index / 30 == 2);
    let features = extract(&volume(|index| index as f64), &slice, &settings(Discretisation::BinCount(4)));
    let features = features.unwrap();
    assert_eq!(undefined(&features), ["morph_vol_dens_aee"], "its ellipsoid has no volume");
    assert!(features.get("morph_pca_flatness").unwrap().abs() < 1e-12);
}

#[test]
fn a_constant_region_is_not_skewed() {
    // the mean of 0.1, added up, is not 0.1: rounding must not pass for variation
    let features =
        extract(&volume(|_| 0.1), &mask(|_| true), &settings(Discretisation::BinWidth(1.0))).unwrap();
    for tag in ["stat_var", "stat_skew", "stat_kurt", "ih_skew", "ih_kurt"] {
        assert_eq!(features.get(tag).unwrap().to_bits(), 0.0_f64.to_bits(), "{tag}");
    }
    for (tag, value) in [("cm_corr_3D_avg", 1.0), ("cm_info_corr1_3D_avg", 0.0)] {
        assert!((features.get(tag).unwrap() - value).abs() < 1e-12, "{tag}, as MIRP and PyRadiomics have it");
    }
    let gradient = ["ih_max_grad", "ih_max_grad_g", "ih_min_grad", "ih_min_grad_g"];
    let others = ["morph_moran_i", "morph_geary_c"];
    let mut expected = [&gradient[..], &others].concat();
    let mut found = undefined(&features);
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn a_box_is_measured_as_a_box() {
    // 4 x 3 x 2 voxels of 1 x 1.5 x 3 mm: its mesh loses corners and edges, its bounding box does not
    let inside =
        |index: usize| (1..5).contains(&(index % 6)) && (1..4).contains(&(index / 6 % 5)) && index / 30 < 2;
    let features =
        extract(&volume(|index| index as f64), &mask(inside), &settings(Discretisation::BinCount(4)))
            .unwrap();
    let get = |tag: &str| features.get(tag).unwrap();
    assert!((get("morph_vol_approx") - 108.0).abs() < 1e-9);
    assert!(get("morph_volume") < 108.0 && get("morph_volume") > 80.0);
    assert!(get("morph_vol_dens_conv_hull") <= 1.0 + 1e-12);
    assert!(get("morph_diam") > (4.0_f64.powi(2) + 3.0_f64.powi(2) + 3.0_f64.powi(2)).sqrt());
}

#[test]
fn a_filter_s_features_are_those_of_its_response_within_the_unfiltered_region() {
    let image = volume(|index| ((index * 37) % 53) as f64);
    let filter = Filter::Mean(Mean { over: Over::Volume, support: 3, boundary: Boundary::Mirror });
    let window = Some([10.0, 40.0]);
    let settings =
        Settings { filters: vec![filter.clone()], window, ..settings(Discretisation::BinCount(8)) };
    let found = extract(&image, &mask(|_| true), &settings).unwrap();
    let response = filter.apply(&image).unwrap();
    let within = mask(|index| (10.0..=40.0).contains(&image.voxels()[index]));
    let alone = Settings {
        filters: vec![],
        window: None,
        discretisation: Discretisation::BinCount(32),
        ..settings.clone()
    };
    let expected = extract(&response, &within, &alone).unwrap();
    assert_eq!(found.iter().map(|(tag, _)| tag.to_owned()).collect::<Vec<_>>(), settings.tags());
    let of_filter: Vec<(&str, f64)> = found.iter().skip(174).collect();
    assert_eq!(of_filter.len(), 174 - 29, "shape is the image's");
    for (column, value) in of_filter {
        let tag = column.strip_prefix(&format!("{}_", filter.name())).unwrap();
        // zones know the distance from the edge of the morphological mask, which the window leaves alone
        if !tag.starts_with("dzm_") {
            assert_eq!(value.to_bits(), expected.get(tag).unwrap().to_bits(), "{tag}");
        }
    }
    let twice = Settings { filters: vec![filter.clone(), filter], ..settings };
    assert_eq!(code(&image, &mask(|_| true), &twice), "CNS-D-0206");
}

fn bits(features: &Features) -> Vec<(String, u64)> {
    features.iter().map(|(tag, value)| (tag.to_owned(), value.to_bits())).collect()
}

#[test]
fn the_number_of_threads_leaves_no_trace() {
    let image = volume(|index| ((index * 37) % 53) as f64 / 7.0);
    let region = mask(|index| index % 5 != 0);
    let mean = |support| Filter::Mean(Mean { over: Over::Volume, support, boundary: Boundary::Mirror });
    let filters = [3, 5, 7, 9, 11].map(mean).to_vec();
    let settings = Settings { filters, ..settings(Discretisation::BinCount(8)) };
    let parameters = Parameters::preset("pyradiomics-1316").unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let ibsi = extract(&image, &region, &settings).unwrap();
            let theirs = pyradiomics::extract(&image, &region, Pixel::Double, &parameters).unwrap();
            assert_eq!(theirs.iter().count(), 1316);
            [bits(&ibsi), bits(&theirs)].concat()
        })
    };
    assert_eq!(on(1), on(8));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_region_panics_and_its_hull_encloses_it(
        inside in proptest::collection::vec(any::<bool>(), 120),
        values in proptest::collection::vec(-1e3..1e3_f64, 120),
    ) {
        let image = Volume::new(grid(), values).unwrap();
        let region = RoiMask::new(grid(), inside).unwrap();
        if let Ok(features) = extract(&image, &region, &settings(Discretisation::BinCount(6))) {
            prop_assert!(features.get("morph_vol_dens_conv_hull").unwrap() <= 1.0 + 1e-9);
            prop_assert!(features.get("morph_volume").unwrap() > 0.0);
        }
    }

    #[test]
    fn the_place_of_the_region_in_the_image_does_not_matter(
        inside in proptest::collection::vec(any::<bool>(), 120),
        values in proptest::collection::vec(-1e3..1e3_f64, 120),
        [x, y, z] in [0..4_usize, 0..4_usize, 0..4_usize],
    ) {
        let larger = Grid::axis_aligned([9, 8, 7], grid().spacing);
        let (mut moved_inside, mut moved_values) = (vec![false; larger.len()], vec![0.0; larger.len()]);
        for at in 0..120 {
            let to = ((at / 30 + z) * 8 + at / 6 % 5 + y) * 9 + at % 6 + x;
            (moved_inside[to], moved_values[to]) = (inside[at], values[at]);
        }
        // local peaks reach outside the region, where the larger image has other values
        let families = Family::ALL.into_iter().filter(|family| *family != Family::LocalIntensity).collect();
        let settings = Settings { families, ..settings(Discretisation::BinCount(6)) };
        let here = (Volume::new(grid(), values).unwrap(), RoiMask::new(grid(), inside).unwrap());
        let there = (
            Volume::new(larger.clone(), moved_values).unwrap(),
            RoiMask::new(larger, moved_inside).unwrap(),
        );
        let of = |(image, mask): (Volume, RoiMask)| extract(&image, &mask, &settings).ok().map(|f| bits(&f));
        prop_assert_eq!(of(here), of(there));
    }

    #[test]
    fn a_shift_of_intensities_shifts_the_mean_and_nothing_of_texture(shift in -100.0..100.0_f64) {
        let base = |index: usize| ((index * 37) % 53) as f64;
        let region = mask(|index| index % 7 != 0);
        let settings = settings(Discretisation::BinWidth(8.0));
        let before = extract(&volume(base), &region, &settings).unwrap();
        let after = extract(&volume(|index| base(index) + shift.round()), &region, &settings).unwrap();
        let moved = after.get("stat_mean").unwrap() - before.get("stat_mean").unwrap();
        prop_assert!((moved - shift.round()).abs() < 1e-9);
        for (tag, value) in before.iter().filter(|(tag, _)| tag.starts_with("cm_")) {
            prop_assert_eq!(value.to_bits(), after.get(tag).unwrap().to_bits());
        }
    }
}
