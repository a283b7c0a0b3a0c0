//! What must hold for filters whatever the image, and what they refuse.

#![allow(clippy::unwrap_used, reason = "a test")]

use consilium_imaging::{Grid, Volume};
use consilium_radiomics::filters::{
    Boundary, Filter, Gabor, LaplacianOfGaussian, Laws, Mean, Over, Part, Pooling, Riesz, RieszBase,
    Simoncelli, Turns, Wavelet,
};
use proptest::prelude::*;

const N: usize = 9;

fn volume(voxels: Vec<f64>) -> Volume {
    Volume::new(Grid::axis_aligned([N; 3], [2.0; 3]), voxels).unwrap()
}

fn voxels() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1_000.0..3_000.0_f64, N * N * N)
}

fn log(over: Over, boundary: Boundary) -> LaplacianOfGaussian {
    LaplacianOfGaussian { sigma: 2.5, cutoff: 4.0, over, boundary }
}

fn laws(rotations: Option<Pooling>, boundary: Boundary) -> Filter {
    Filter::Laws(Laws { kernels: "L5E3W5".into(), rotations, energy: None, boundary })
}

fn gabor(rotations: Option<Turns>, over: Over, boundary: Boundary) -> Gabor {
    let part = Part::Modulus;
    Gabor { sigma: 3.0, lambda: 5.0, gamma: 0.8, theta: 0.0, rotations, over, part, boundary }
}

fn wavelet(rotations: Option<Pooling>, boundary: Boundary) -> Filter {
    let (wavelet, bands) = ("db3".into(), "lhh".into());
    Filter::Wavelet(Wavelet { wavelet, bands, level: 2, rotations, boundary })
}

/// Filters without a modulus or a pool.
fn linear(boundary: Boundary) -> Vec<Filter> {
    let simoncelli = |over| Simoncelli { level: 1, over };
    let real = Gabor { part: Part::Real, ..gabor(None, Over::Slices, boundary) };
    vec![
        Filter::Mean(Mean { support: 5, over: Over::Volume, boundary }),
        Filter::Mean(Mean { support: 3, over: Over::Slices, boundary }),
        Filter::LaplacianOfGaussian(log(Over::Volume, boundary)),
        Filter::LaplacianOfGaussian(log(Over::Slices, boundary)),
        laws(None, boundary),
        Filter::Gabor(real.clone()),
        Filter::Gabor(Gabor { part: Part::Imaginary, theta: 30.0, ..real }),
        wavelet(None, boundary),
        Filter::Simoncelli(simoncelli(Over::Volume)),
        Filter::Simoncelli(simoncelli(Over::Slices)),
        Filter::Riesz(Riesz { of: RieszBase::Simoncelli(simoncelli(Over::Volume)), order: [1, 0, 1] }),
        Filter::Riesz(Riesz {
            of: RieszBase::LaplacianOfGaussian(log(Over::Volume, boundary)),
            order: [0, 1, 0],
        }),
    ]
}

fn respond(filter: &Filter, voxels: &[f64]) -> Vec<f64> {
    filter.apply(&volume(voxels.to_vec())).unwrap().voxels().to_vec()
}

fn assert_near(a: &[f64], b: &[f64], filter: &Filter) {
    let largest = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(largest < 1e-8, "{}: off by {largest}", filter.canonical());
}

/// The image whose voxel at a place is the old one at `from` that place.
fn moved(voxels: &[f64], from: impl Fn([usize; 3]) -> [usize; 3]) -> Vec<f64> {
    let place = |at: usize| [at % N, at / N % N, at / (N * N)];
    let index = |[x, y, z]: [usize; 3]| (z * N + y) * N + x;
    (0..voxels.len()).map(|at| voxels[index(from(place(at)))]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn responses_add_up(a in voxels(), b in voxels(), factor in -3.0..3.0_f64) {
        for filter in linear(Boundary::Mirror).iter().chain(&linear(Boundary::Zero)) {
            let sum: Vec<f64> = a.iter().zip(&b).map(|(a, b)| a + factor * b).collect();
            let [of_a, of_b] = [&a, &b].map(|voxels| respond(filter, voxels));
            let expected: Vec<f64> = of_a.iter().zip(of_b).map(|(a, b)| a + factor * b).collect();
            assert_near(&respond(filter, &sum), &expected, filter);
        }
    }

    #[test]
    fn a_periodic_image_may_be_shifted(voxels in voxels(), shift in prop::array::uniform3(0..N)) {
        let shifted = |[x, y, z]: [usize; 3]| [(x + shift[0]) % N, (y + shift[1]) % N, (z + shift[2]) % N];
        let pooled = [laws(Some(Pooling::Max), Boundary::Periodic), wavelet(Some(Pooling::Mean), Boundary::Periodic)];
        // the Riesz transform of a LoG is periodic in the continued image, not in the image
        let periodic = linear(Boundary::Periodic).into_iter().take(11).chain(pooled);
        for filter in periodic {
            let expected = moved(&respond(&filter, &voxels), shifted);
            assert_near(&respond(&filter, &moved(&voxels, shifted)), &expected, &filter);
        }
    }

    #[test]
    fn pooled_responses_turn_with_the_image(voxels in voxels()) {
        let step = Turns { step: 45.0, pooling: Pooling::Mean };
        let in_volume = [
            laws(Some(Pooling::Max), Boundary::Mirror),
            laws(Some(Pooling::Min), Boundary::Zero),
            wavelet(Some(Pooling::Mean), Boundary::Mirror),
            Filter::LaplacianOfGaussian(log(Over::Volume, Boundary::Nearest)),
            Filter::Gabor(gabor(Some(step), Over::Volume, Boundary::Mirror)),
        ];
        let in_slices = [
            Filter::Laws(Laws { kernels: "L5E5".into(), rotations: Some(Pooling::Max), energy: Some(2), boundary: Boundary::Mirror }),
            Filter::Gabor(gabor(Some(step), Over::Slices, Boundary::Mirror)),
        ];
        let about_z = |[x, y, z]: [usize; 3]| [y, N - 1 - x, z];
        let about_x = |[x, y, z]: [usize; 3]| [x, z, N - 1 - y];
        for filter in in_volume.iter().chain(&in_slices) {
            let expected = moved(&respond(filter, &voxels), about_z);
            assert_near(&respond(filter, &moved(&voxels, about_z)), &expected, filter);
        }
        for filter in &in_volume {
            let expected = moved(&respond(filter, &voxels), about_x);
            assert_near(&respond(filter, &moved(&voxels, about_x)), &expected, filter);
        }
    }
}

#[test]
fn a_constant_image_keeps_its_mean_and_has_nothing_else() {
    let constant = vec![700.0; N * N * N];
    for filter in linear(Boundary::Mirror) {
        let expected = match &filter {
            Filter::Mean(_) => 700.0,
            // what is cut off the LoG and Gabor kernels is not put back
            Filter::LaplacianOfGaussian(_) | Filter::Gabor(_) => continue,
            // zero frequency is half a step off on even axes alone
            _ => 0.0,
        };
        assert_near(&respond(&filter, &constant), &vec![expected; constant.len()], &filter);
    }
    let cut = |cutoff| {
        let filter = Filter::LaplacianOfGaussian(LaplacianOfGaussian {
            cutoff,
            ..log(Over::Volume, Boundary::Mirror)
        });
        respond(&filter, &constant)[0].abs()
    };
    assert!(cut(4.0) < 0.5 && cut(8.0) < 1e-2, "{} {}", cut(4.0), cut(8.0));
}

#[test]
fn a_filter_does_not_look_at_other_slices_unless_it_is_asked_to() {
    let mut voxels = vec![0.0; N * N * N];
    voxels[(4 * N + 4) * N + 4] = 1.0;
    for filter in linear(Boundary::Mirror) {
        let response = respond(&filter, &voxels);
        let beside = response[5 * N * N..6 * N * N].iter().any(|value| value.abs() > 1e-12);
        let is_sliced = filter.canonical().contains("over=slices");
        assert_eq!(beside, !is_sliced, "{}", filter.canonical());
    }
}

#[test]
fn names_and_canonical_texts_tell_filters_apart() {
    let filters: Vec<Filter> = linear(Boundary::Mirror).into_iter().chain(linear(Boundary::Zero)).collect();
    let texts: std::collections::BTreeSet<String> = filters.iter().map(Filter::canonical).collect();
    // Simoncelli and its Riesz transform have no boundary
    assert_eq!(texts.len(), filters.len() - 3);
    let names: std::collections::BTreeSet<String> = filters.iter().map(Filter::name).collect();
    assert_eq!(names.len(), filters.len() / 2);
    assert!(names.contains("log_s_2.5") && names.contains("wavelet_db3_lhh_level_2"), "{names:?}");
    assert!(names.iter().all(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))));
}

#[test]
fn parameters_that_mean_nothing_are_refused_with_a_code() {
    let image = volume(vec![1.0; N * N * N]);
    let boundary = Boundary::Mirror;
    let base = log(Over::Volume, boundary);
    let mean = |support| Filter::Mean(Mean { support, over: Over::Volume, boundary });
    let of_log =
        |sigma, cutoff| Filter::LaplacianOfGaussian(LaplacianOfGaussian { sigma, cutoff, ..base.clone() });
    let laws = |kernels: &str, energy| {
        Filter::Laws(Laws { kernels: kernels.into(), rotations: None, energy, boundary })
    };
    let wavelet = |name: &str, bands: &str, level| {
        Filter::Wavelet(Wavelet {
            wavelet: name.into(),
            bands: bands.into(),
            level,
            rotations: None,
            boundary,
        })
    };
    let riesz = |order| Filter::Riesz(Riesz { of: RieszBase::LaplacianOfGaussian(base.clone()), order });
    let of_riesz_log = |sigma| {
        let base = LaplacianOfGaussian { sigma, ..base.clone() };
        Filter::Riesz(Riesz { of: RieszBase::LaplacianOfGaussian(base), order: [1, 0, 0] })
    };
    let turns = |step| Some(Turns { step, pooling: Pooling::Mean });
    let wave = |change: fn(&mut Gabor)| {
        let mut filter = gabor(turns(45.0), Over::Volume, boundary);
        change(&mut filter);
        Filter::Gabor(filter)
    };
    for (filter, code) in [
        (mean(4), "CNS-D-0220"),
        (mean(0), "CNS-D-0220"),
        (mean(9_999), "CNS-D-0221"),
        (of_log(0.0, 4.0), "CNS-D-0220"),
        (of_log(f64::NAN, 4.0), "CNS-D-0220"),
        (of_log(3.0, -1.0), "CNS-D-0220"),
        (of_log(0.1, 4.0), "CNS-D-0220"),
        (of_log(1e9, 4.0), "CNS-D-0221"),
        (laws("L5", None), "CNS-D-0220"),
        (laws("L5X5", None), "CNS-D-0220"),
        (laws("ÄÖ", None), "CNS-D-0220"),
        (laws("L5E5", Some(usize::MAX)), "CNS-D-0221"),
        (wavelet("db99", "lh", 1), "CNS-D-0222"),
        (wavelet("db2", "lhx", 1), "CNS-D-0220"),
        (wavelet("db2", "lh", 0), "CNS-D-0220"),
        (wavelet("db2", "lh", 9), "CNS-D-0220"),
        (wavelet("coif17", "lh", 8), "CNS-D-0221"),
        (wave(|gabor| gabor.lambda = 0.0), "CNS-D-0220"),
        (wave(|gabor| gabor.gamma = -1.0), "CNS-D-0220"),
        (wave(|gabor| gabor.gamma = 1e-9), "CNS-D-0221"),
        (wave(|gabor| gabor.theta = f64::INFINITY), "CNS-D-0220"),
        (wave(|gabor| gabor.rotations = None), "CNS-D-0220"),
        (wave(|gabor| gabor.rotations = Some(Turns { step: 0.0, pooling: Pooling::Max })), "CNS-D-0220"),
        (wave(|gabor| gabor.rotations = Some(Turns { step: 50.0, pooling: Pooling::Max })), "CNS-D-0220"),
        (
            wave(|gabor| {
                (gabor.sigma, gabor.rotations) = (200.0, Some(Turns { step: 1.0, pooling: Pooling::Max }));
            }),
            "CNS-D-0228",
        ),
        (of_riesz_log(500.0), "CNS-D-0228"),
        (Filter::Simoncelli(Simoncelli { level: 0, over: Over::Volume }), "CNS-D-0220"),
        (riesz([0, 0, 0]), "CNS-D-0220"),
        (riesz([u32::MAX, 1, 0]), "CNS-D-0220"),
    ] {
        let error = filter.apply(&image).unwrap_err();
        assert_eq!(error.code(), code, "{}: {error}", filter.canonical());
    }
    let hole = volume((0..N * N * N).map(|at| if at == 5 { f64::NAN } else { 1.0 }).collect());
    assert_eq!(mean(3).apply(&hole).unwrap_err().code(), "CNS-D-0223");
}
