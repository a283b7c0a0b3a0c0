//! Normalisation against numpy's numbers, and what is refused.

#![allow(clippy::unwrap_used, reason = "a test")]

use consilium_imaging::{Grid, RoiMask, Volume};
use consilium_radiomics::processing::{Landmark, Normalisation, Scale, Within};

/// 0, 7, 14, … modulo 23 on 24 voxels, and a region of the last eight.
fn case() -> (Volume, RoiMask) {
    let grid = Grid::axis_aligned([4, 3, 2], [1.0; 3]);
    let voxels = (0..24_u32).map(|i| f64::from(i * 7 % 23)).collect();
    let inside = (0..24).map(|i| i >= 16).collect();
    (Volume::new(grid.clone(), voxels).unwrap(), RoiMask::new(grid, inside).unwrap())
}

fn first_voxels(scale: Scale, within: Within) -> Vec<f64> {
    let (image, mask) = case();
    let found = Normalisation { scale, within }.apply(&image, Some(&mask)).unwrap();
    assert_eq!(found.grid(), image.grid());
    found.voxels()[..3].to_vec()
}

fn assert_near(found: &[f64], expected: [f64; 3]) {
    assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}, {expected:?}");
}

#[test]
fn scales_are_numpys() {
    // x = (np.arange(24) * 7) % 23; (x - x.mean()) / x.std()
    assert_near(
        &first_voxels(Scale::ZScore, Within::Image),
        [-1.537_688_518_949_273_7, -0.516_614_719_805_091_9, 0.504_459_079_339_089_8],
    );
    // r = x[16:]
    assert_near(
        &first_voxels(Scale::ZScore, Within::Region),
        [-1.410_691_231_717_196_5, -0.423_207_369_515_158_97, 0.564_276_492_686_878_6],
    );
    // f = x[x > x.mean()]; a, b = np.percentile(f, [5, 95]); (x - a) / (b - a)
    let scale = Scale::Percentiles { lower: 5.0, upper: 95.0 };
    assert_near(
        &first_voxels(scale, Within::AboveMean),
        [-1.166_666_666_666_667, -0.459_595_959_595_959_7, 0.247_474_747_474_747_43],
    );
    // np.interp(x, np.percentile(x, [10, 50, 90]), [0, 40, 100]) inside, the outer lines continued outside
    let landmark = |(percentile, intensity)| Landmark { percentile, intensity };
    let scale = Scale::Landmarks([(10.0, 0.0), (50.0, 40.0), (90.0, 100.0)].map(landmark).to_vec());
    assert_near(
        &first_voxels(scale, Within::Image),
        [-5.652_173_913_043_48, 24.782_608_695_652_172, 62.826_086_956_521_74],
    );
}

#[test]
fn a_normalised_image_does_not_know_the_scanner_s_scale() {
    let (image, mask) = case();
    let scanner = image.voxels().iter().map(|value| 40.0 * value + 300.0).collect();
    let scanner = Volume::new(image.grid().clone(), scanner).unwrap();
    for within in [Within::Image, Within::AboveMean, Within::Region] {
        for scale in [Scale::ZScore, Scale::Percentiles { lower: 2.0, upper: 98.0 }] {
            let how = Normalisation { scale, within };
            let [a, b] = [&image, &scanner].map(|image| how.apply(image, Some(&mask)).unwrap());
            let near = a.voxels().iter().zip(b.voxels()).all(|(a, b)| (a - b).abs() < 1e-12);
            assert!(near, "{}", how.canonical());
        }
    }
}

#[test]
fn what_has_no_scale_is_refused_with_a_code() {
    let (image, mask) = case();
    let flat = Volume::new(image.grid().clone(), vec![5.0; 24]).unwrap();
    let hole = Volume::new(image.grid().clone(), vec![f64::NAN; 24]).unwrap();
    let none = RoiMask::new(image.grid().clone(), vec![false; 24]).unwrap();
    let code = |scale: Scale, within, image: &Volume, mask: Option<&RoiMask>| {
        Normalisation { scale, within }.apply(image, mask).unwrap_err().code()
    };
    let landmark = |percentile| Landmark { percentile, intensity: 1.0 };
    let reversed = Scale::Percentiles { lower: 90.0, upper: 10.0 };
    assert_eq!(code(Scale::ZScore, Within::Image, &flat, None), "CNS-D-0227");
    assert_eq!(code(Scale::ZScore, Within::AboveMean, &flat, None), "CNS-D-0227");
    assert_eq!(code(Scale::ZScore, Within::Image, &hole, None), "CNS-D-0202");
    assert_eq!(code(Scale::ZScore, Within::AboveMean, &hole, None), "CNS-D-0202");
    assert_eq!(code(Scale::ZScore, Within::Region, &image, Some(&none)), "CNS-D-0201");
    assert_eq!(code(Scale::ZScore, Within::Region, &image, None), "CNS-D-0226");
    assert_eq!(code(reversed, Within::Image, &image, Some(&mask)), "CNS-D-0226");
    assert_eq!(code(Scale::Landmarks(vec![landmark(5.0)]), Within::Image, &image, None), "CNS-D-0226");
    let equal = Scale::Landmarks(vec![landmark(5.0), landmark(95.0)]);
    assert_eq!(code(equal, Within::Image, &image, None), "CNS-D-0226");
}
