//! What the response maps of IBSI 2 are made with: 33 of digital phantoms (phase 1), 18 of the CT phantom (phase 2).
//!
//! Never here: comparison. Specification: IBSI 2 reference manual, arXiv 2006.05470.

use crate::filters::{
    Boundary, Filter, Gabor, LaplacianOfGaussian, Laws, Mean, Over, Part, Pooling, Riesz, RieszBase,
    Simoncelli, Turns, Wavelet,
};
use Boundary::{Mirror, Nearest, Periodic, Zero};
use Over::{Slices, Volume};

/// One response map.
pub(super) struct MapTest {
    pub(super) id: &'static str,
    pub(super) phantom: &'static str,
    pub(super) filter: fn() -> Filter,
}

const fn test(id: &'static str, phantom: &'static str, filter: fn() -> Filter) -> MapTest {
    MapTest { id, phantom, filter }
}

pub(super) static MAPS: [MapTest; 33] = [
    test("1.a.1", "checkerboard", || mean(15, Volume, Zero)),
    test("1.a.2", "checkerboard", || mean(15, Volume, Nearest)),
    test("1.a.3", "checkerboard", || mean(15, Volume, Periodic)),
    test("1.a.4", "checkerboard", || mean(15, Volume, Mirror)),
    test("1.b.1", "impulse", || mean(15, Slices, Zero)),
    test("2.a", "impulse", || Filter::LaplacianOfGaussian(log(3.0, Volume, Zero))),
    test("2.b", "checkerboard", || Filter::LaplacianOfGaussian(log(5.0, Volume, Mirror))),
    test("2.c", "checkerboard", || Filter::LaplacianOfGaussian(log(5.0, Slices, Mirror))),
    test("3.a.1", "impulse", || laws("E5L5S5", None, None, Zero)),
    test("3.a.2", "impulse", || laws("E5L5S5", Some(Pooling::Max), None, Zero)),
    test("3.a.3", "impulse", || laws("E5L5S5", Some(Pooling::Max), Some(7), Zero)),
    test("3.b.1", "checkerboard", || laws("E3W5R5", None, None, Mirror)),
    test("3.b.2", "checkerboard", || laws("E3W5R5", Some(Pooling::Max), None, Mirror)),
    test("3.b.3", "checkerboard", || laws("E3W5R5", Some(Pooling::Max), Some(7), Mirror)),
    test("3.c.1", "checkerboard", || laws("L5S5", None, None, Mirror)),
    test("3.c.2", "checkerboard", || laws("L5S5", Some(Pooling::Max), None, Mirror)),
    test("3.c.3", "checkerboard", || laws("L5S5", Some(Pooling::Max), Some(7), Mirror)),
    test("4.a.1", "impulse", || gabor([10.0, 4.0, 0.5], 60.0, None, Slices, Zero)),
    test("4.a.2", "impulse", || gabor([10.0, 4.0, 0.5], 0.0, Some(45.0), Volume, Zero)),
    test("4.b.1", "sphere", || gabor([20.0, 8.0, 2.5], 225.0, None, Slices, Mirror)),
    test("4.b.2", "sphere", || gabor([20.0, 8.0, 2.5], 0.0, Some(22.5), Volume, Mirror)),
    test("5.a.1", "impulse", || wavelet("db2", "lhl", 1, None, Zero)),
    test("5.a.2", "impulse", || wavelet("db2", "lhl", 1, Some(Pooling::Mean), Zero)),
    test("6.a.1", "sphere", || wavelet("coif1", "hhl", 1, None, Periodic)),
    test("6.a.2", "sphere", || wavelet("coif1", "hhl", 1, Some(Pooling::Mean), Periodic)),
    test("7.a.1", "checkerboard", || wavelet("haar", "lll", 2, Some(Pooling::Mean), Mirror)),
    test("7.a.2", "checkerboard", || wavelet("haar", "hhh", 2, Some(Pooling::Mean), Mirror)),
    test("8.a.1", "checkerboard", || simoncelli(1, Volume)),
    test("8.a.2", "checkerboard", || simoncelli(2, Volume)),
    test("8.a.3", "checkerboard", || simoncelli(3, Volume)),
    test("9.a", "impulse", || riesz_log([1, 0, 0])),
    test("9.b.1", "sphere", || riesz_log([0, 2, 0])),
    test("10.b.1", "pattern_1", || {
        let of = RieszBase::Simoncelli(Simoncelli { level: 1, over: Volume });
        Filter::Riesz(Riesz { of, order: [0, 2, 0] })
    }),
];

/// The filter of a test of phase 2; none for the first, which has features of the image itself.
pub(super) fn of_phantom(id: &str) -> Option<Filter> {
    let (number, is_sliced) = (id.split('.').next().unwrap_or(id), id.ends_with('A'));
    let over = if is_sliced { Slices } else { Volume };
    let named = |sliced: &'static str, volume: &'static str| if is_sliced { sliced } else { volume };
    let pooled = Some(Pooling::Mean);
    match number {
        "2" => Some(mean(5, over, Mirror)),
        "3" => Some(Filter::LaplacianOfGaussian(log(1.5, over, Mirror))),
        "4" => Some(laws(named("L5E5", "L5E5E5"), Some(Pooling::Max), Some(7), Mirror)),
        "5" => Some(gabor([5.0, 2.0, 1.5], 0.0, Some(22.5), over, Mirror)),
        "6" => Some(wavelet("db3", named("lh", "llh"), 1, pooled, Mirror)),
        "7" => Some(wavelet("db3", named("hh", "hhh"), 2, pooled, Mirror)),
        "8" => Some(simoncelli(1, over)),
        "9" => Some(simoncelli(2, over)),
        _ => None,
    }
}

fn mean(support: usize, over: Over, boundary: Boundary) -> Filter {
    Filter::Mean(Mean { support, over, boundary })
}

fn log(sigma: f64, over: Over, boundary: Boundary) -> LaplacianOfGaussian {
    LaplacianOfGaussian { sigma, cutoff: 4.0, over, boundary }
}

fn laws(kernels: &str, rotations: Option<Pooling>, energy: Option<usize>, boundary: Boundary) -> Filter {
    Filter::Laws(Laws { kernels: kernels.to_owned(), rotations, energy, boundary })
}

fn gabor(
    [sigma, lambda, gamma]: [f64; 3],
    theta: f64,
    step: Option<f64>,
    over: Over,
    boundary: Boundary,
) -> Filter {
    let rotations = step.map(|step| Turns { step, pooling: Pooling::Mean });
    Filter::Gabor(Gabor { sigma, lambda, gamma, theta, rotations, over, part: Part::Modulus, boundary })
}

fn wavelet(name: &str, bands: &str, level: u32, rotations: Option<Pooling>, boundary: Boundary) -> Filter {
    Filter::Wavelet(Wavelet { wavelet: name.to_owned(), bands: bands.to_owned(), level, rotations, boundary })
}

fn simoncelli(level: u32, over: Over) -> Filter {
    Filter::Simoncelli(Simoncelli { level, over })
}

fn riesz_log(order: [u32; 3]) -> Filter {
    let of = RieszBase::LaplacianOfGaussian(log(3.0, Volume, Zero));
    Filter::Riesz(Riesz { of, order })
}
