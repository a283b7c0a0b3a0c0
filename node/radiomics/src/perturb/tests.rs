//! Chains: their names, the sets, and what all perturbations have in common.

use consilium_imaging::Grid;
use proptest::prelude::*;

use super::*;

fn case() -> (Volume, RoiMask) {
    let dims = [22, 18, 10];
    let mut grid = Grid::axis_aligned(dims, [0.9, 1.2, 2.5]);
    grid.origin = [3.0, -20.0, 140.0];
    let off = |i: usize, a: usize| [i % 22, i / 22 % 18, i / 396][a] as f64 - [10.3, 8.6, 4.5][a];
    let radius = |i: usize| (0..3).map(|a| (off(i, a) * [0.9, 1.2, 2.5][a]).powi(2)).sum::<f64>().sqrt();
    let voxels = (0..grid.len()).map(|i| 100.0 - 3.0 * radius(i) + ((i * 7919) % 17) as f64).collect();
    let inside = (0..grid.len()).map(|i| radius(i) < 6.0).collect();
    (Volume::new(grid.clone(), voxels).unwrap(), RoiMask::new(grid, inside).unwrap())
}

fn any_step() -> impl Strategy<Value = Perturbation> {
    let part = || -10_i32..=10;
    prop_oneof![
        part().prop_map(|i| Perturbation::Rotate(f64::from(i) * 1.7)),
        [part(), part(), part()].prop_map(|s| Perturbation::Shift(s.map(|i| f64::from(i) / 10.0))),
        (0..4_u32, prop::option::of(0.0..9.0_f64))
            .prop_map(|(repetition, level)| Perturbation::Noise { repetition, level }),
        part().prop_map(|i| Perturbation::Volume(f64::from(i) / 40.0)),
        part().prop_map(|i| Perturbation::Grow(f64::from(i) / 8.0)),
        (0..4_u32).prop_map(Perturbation::Contour),
    ]
}

fn chain() -> impl Strategy<Value = Chain> {
    let each = [Interpolation::Linear, Interpolation::Cubic, Interpolation::Nearest];
    let steps = prop::collection::vec(any_step(), 0..4);
    (steps, prop::sample::select(each.to_vec()))
        .prop_map(|(steps, interpolation)| Chain { steps, interpolation })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_name_is_read_as_the_chain_it_was_written_for(chain in chain()) {
        prop_assert_eq!(chain.to_string().parse::<Chain>().unwrap(), chain);
    }

    #[test]
    fn no_name_panics(name in "[a-z:+.0-9-]{0,24}") {
        let _ = name.parse::<Chain>();
    }

    #[test]
    fn a_seed_gives_the_same_bits_on_any_number_of_threads(chain in chain(), seed: u64) {
        let (image, mask) = case();
        let on = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| chain.apply(&image, &mask, seed))
        };
        match (on(1), on(8)) {
            (Ok((image, mask)), Ok((other, region))) => {
                let bits = |image: &Volume| image.voxels().iter().map(|v| v.to_bits()).collect::<Vec<u64>>();
                prop_assert_eq!(bits(&image), bits(&other));
                prop_assert!(mask == region);
                prop_assert!(same_grid(image.grid(), mask.grid()).is_ok());
                prop_assert!(mask.count() > 0);
            }
            (Err(one), Err(other)) => prop_assert_eq!(one.to_string(), other.to_string()),
            _ => prop_assert!(false, "one refused"),
        }
    }
}

#[test]
fn a_bad_name_says_what_is_known() {
    let error = "rotate:6+wobble:2".parse::<Chain>().unwrap_err();
    assert_eq!(error.code(), "CNS-D-0270");
    assert!(error.to_string().contains("\"wobble:2\": the word is unknown; known are rotate:"), "{error}");
    for bad in ["rotate:", "rotate:1:2", "noise:-1", "volume:-1", "shift:2:0:0", "rotate:inf", "cubic", ""] {
        assert!(bad.parse::<Chain>().is_err(), "{bad}");
    }
}

#[test]
fn nothing_is_changed_by_no_step_and_by_steps_of_nothing() {
    let (image, mask) = case();
    for name in ["none", "rotate:0+shift:0:0:0", "cubic+rotate:0", "volume:0", "grow:0", "noise:0:0"] {
        let (same, region) = name.parse::<Chain>().unwrap().apply(&image, &mask, 5).unwrap();
        assert!(same == image && region == mask, "{name}");
    }
}

#[test]
fn a_turn_and_a_shift_are_one_interpolation() {
    let (image, mask) = case();
    let apply = |name: &str| name.parse::<Chain>().unwrap().apply(&image, &mask, 5).unwrap();
    let (there_and_back, region) = apply("rotate:9+rotate:-9");
    assert!(there_and_back == image && region == mask);
    assert_eq!(apply("rotate:9+shift:0.5:0:0").0.voxels(), apply("shift:0.5:0:0+rotate:9").0.voxels());
}

#[test]
fn a_turned_region_keeps_its_size() {
    let (image, mask) = case();
    for degrees in [-14.0, 6.0, 45.0, 90.0] {
        let chain = Chain::new(vec![Perturbation::Rotate(degrees)]);
        let (_, region) = chain.apply(&image, &mask, 0).unwrap();
        let ratio = region.count() as f64 / mask.count() as f64;
        assert!((ratio - 1.0).abs() < 0.06, "{degrees}: {ratio}");
    }
}

#[test]
fn a_region_may_vanish_or_have_no_room() {
    let (image, mask) = case();
    let refused = |name: &str| name.parse::<Chain>().unwrap().apply(&image, &mask, 5).unwrap_err();
    assert_eq!(refused("grow:-50").code(), "CNS-D-0274");
    assert!(refused("volume:10+volume:0.5").to_string().contains("volume:0.5: the image has no room"));
    let empty = RoiMask::new(mask.grid().clone(), vec![false; mask.grid().len()]).unwrap();
    let chain: Chain = "noise:0".parse().unwrap();
    assert_eq!(chain.apply(&image, &empty, 5).unwrap_err().code(), "CNS-D-0272");
}

#[test]
fn the_standard_set_is_every_combination_once() {
    let set = standard(&Standard::default());
    let names: std::collections::BTreeSet<String> = set.iter().map(Chain::to_string).collect();
    assert_eq!((set.len(), names.len()), (24, 24));
    assert_eq!(set[0].to_string(), "noise:0+rotate:-14+volume:-0.15+contour:0");
    let shifts = Standard { rotate: vec![], noise: 0, volume: vec![], contour: 0, ..Standard::default() };
    let shifts = standard(&Standard { shift: vec![0.0, 0.5], ..shifts });
    assert_eq!(shifts.len(), 8);
    assert_eq!(shifts[3].to_string(), "shift:0:0.5:0.5");
}
