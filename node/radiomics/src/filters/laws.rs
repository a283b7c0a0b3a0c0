//! Laws kernels (JTXT): their responses, and the texture energy of a response.
//! Specification: IBSI 2 reference manual. The first kernel is along x, the second along y, the third along z.

use super::mean::uniform;
use super::rotation::{Pool, Pooling, Rotation};
use super::separable::{Kernel, Product, each_product, product};
use super::{Boundary, FilterError, Over, wrong};

/// A product of Laws kernels.
#[derive(Debug, Clone, PartialEq)]
pub struct Laws {
    /// Two kernels for slices, three for a volume, such as `L5E5` or `E5L5S5`.
    pub kernels: String,
    /// Rotational invariance: how the responses of all rotations become one.
    pub rotations: Option<Pooling>,
    /// Texture energy: the mean absolute response within this Chebyshev distance, in voxels.
    pub energy: Option<usize>,
    /// Outside of the image.
    pub boundary: Boundary,
}

impl Laws {
    pub(super) fn check(&self) -> Result<(), FilterError> {
        let words = self.words();
        let are_known = words.iter().all(|word| taps(word).is_some());
        if !self.kernels.is_ascii() || !matches!(self.kernels.len(), 4 | 6) || !are_known {
            let expected = "two or three of L3, E3, S3, L5, E5, S5, W5, R5 in a row";
            return wrong("laws", "kernels", &self.kernels, expected);
        }
        super::limited("laws", self.energy.unwrap_or(0) as f64)
    }

    pub(super) fn name(&self) -> String {
        let energy = self.energy.map_or(String::new(), |delta| format!("_energy_delta_{delta}"));
        format!("laws_{}{energy}{}", self.kernels.to_lowercase(), super::invariance(self.rotations))
    }

    pub(super) fn canonical(&self) -> String {
        let rotations = super::pooling_word(self.rotations);
        let energy = self.energy.map_or("none".to_owned(), |delta| delta.to_string());
        let (kernels, boundary) = (self.kernels.to_uppercase(), self.boundary.word());
        format!("laws;kernels={kernels};rotations={rotations};energy={energy};boundary={boundary}")
    }

    pub(super) fn respond(&self, values: &[f64], dims: [usize; 3]) -> Vec<f64> {
        let over = Over::axes_named(self.kernels.len() / 2);
        let mut response = rotated(values, dims, &self.product(), over, self.rotations, self.boundary);
        let Some(delta) = self.energy else { return response };
        response.iter_mut().for_each(|value| *value = value.abs());
        product(&response, dims, &uniform(2 * delta + 1, over), self.boundary)
    }

    fn words(&self) -> Vec<String> {
        let letters: Vec<char> = self.kernels.to_uppercase().chars().collect();
        letters.chunks(2).map(|word| word.iter().collect()).collect()
    }

    fn product(&self) -> Product {
        let words = self.words();
        let kernel = |word: &String| taps(word).map(Kernel::new).into_iter().collect();
        std::array::from_fn(|axis| words.get(axis).map(kernel).unwrap_or_default())
    }
}

/// The response of a product, or the pooled one of all its rotations.
pub(super) fn rotated(
    values: &[f64],
    dims: [usize; 3],
    chains: &Product,
    over: Over,
    rotations: Option<Pooling>,
    boundary: Boundary,
) -> Vec<f64> {
    let Some(pooling) = rotations else { return product(values, dims, chains, boundary) };
    let all = Rotation::all(over == Over::Slices).iter().map(|rotation| rotation.of(chains)).collect();
    let mut pool = Pool::new(pooling, values.len());
    let count = each_product(values, dims, all, boundary, &mut |response| pool.add_all(response));
    pool.finish(count)
}

/// A kernel of unit length.
fn taps(word: &str) -> Option<Vec<f64>> {
    let integers: &[f64] = match word {
        "L3" => &[1.0, 2.0, 1.0],
        "E3" => &[-1.0, 0.0, 1.0],
        "S3" => &[-1.0, 2.0, -1.0],
        "L5" => &[1.0, 4.0, 6.0, 4.0, 1.0],
        "E5" => &[-1.0, -2.0, 0.0, 2.0, 1.0],
        "S5" => &[-1.0, 0.0, 2.0, 0.0, -1.0],
        "W5" => &[-1.0, 2.0, 0.0, -2.0, 1.0],
        "R5" => &[1.0, -4.0, 6.0, -4.0, 1.0],
        _ => return None,
    };
    let length = integers.iter().map(|x| x * x).sum::<f64>().sqrt();
    Some(integers.iter().map(|x| x / length).collect())
}
