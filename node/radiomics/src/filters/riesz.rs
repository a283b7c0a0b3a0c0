//! Riesz transforms of the Laplacian of Gaussian and of the Simoncelli wavelet: derivatives of any order that keep
//! the frequencies' strength.
//! Specification: IBSI 2 reference manual. Not here: steering by the structure tensor.

use rustfft::num_complex::Complex64;

use super::boundary::Boundary;
use super::simoncelli::filtered;
use super::{FilterError, LaplacianOfGaussian, Over, Simoncelli, wrong};

/// The highest order: 16! is exact in f64.
const MAX_ORDER: u32 = 16;

/// A Riesz transform of another filter.
#[derive(Debug, Clone, PartialEq)]
pub struct Riesz {
    /// What is transformed.
    pub of: RieszBase,
    /// Order along x, y and z; in slices the last is zero.
    pub order: [u32; 3],
}

/// Filters with a Riesz transform.
#[derive(Debug, Clone, PartialEq)]
pub enum RieszBase {
    /// The Laplacian of Gaussian.
    LaplacianOfGaussian(LaplacianOfGaussian),
    /// The Simoncelli wavelet.
    Simoncelli(Simoncelli),
}

impl Riesz {
    pub(super) fn check(&self, spacing: [f64; 3]) -> Result<(), FilterError> {
        let order = || format!("{:?}", self.order);
        if !(1..=MAX_ORDER).contains(&self.order.iter().copied().fold(0, u32::saturating_add)) {
            return wrong("riesz", "order", order(), "1 to 16 in sum");
        }
        if self.over() == Over::Slices && self.order[2] > 0 {
            return wrong("riesz", "order", order(), "0 along z in slices");
        }
        match &self.of {
            RieszBase::LaplacianOfGaussian(base) => base.check(spacing),
            RieszBase::Simoncelli(base) => base.check(),
        }
    }

    pub(super) fn name(&self) -> String {
        let base = match &self.of {
            RieszBase::LaplacianOfGaussian(base) => base.name(),
            RieszBase::Simoncelli(base) => base.name(),
        };
        format!("riesz_{}_{base}", self.order.map(|order| order.to_string()).join("_"))
    }

    pub(super) fn canonical(&self) -> String {
        let base = match &self.of {
            RieszBase::LaplacianOfGaussian(base) => base.canonical(),
            RieszBase::Simoncelli(base) => base.canonical(),
        };
        format!("riesz;order={};of={base}", self.order.map(|order| order.to_string()).join(","))
    }

    pub(super) fn respond(
        &self,
        values: &[f64],
        dims: [usize; 3],
        spacing: [f64; 3],
    ) -> Result<Vec<f64>, FilterError> {
        match &self.of {
            RieszBase::Simoncelli(base) => {
                Ok(filtered(values, dims, base.over, |nu| self.gain(nu) * base.gain(nu)))
            }
            RieszBase::LaplacianOfGaussian(base) => self.of_log(base, values, dims, spacing),
        }
    }

    /// The image is continued as far as the kernel reaches, and periodic beyond.
    fn of_log(
        &self,
        base: &LaplacianOfGaussian,
        values: &[f64],
        dims: [usize; 3],
        spacing: [f64; 3],
    ) -> Result<Vec<f64>, FilterError> {
        let reach = base.reach(spacing);
        let padded_dims: [usize; 3] = std::array::from_fn(|axis| dims[axis] + 2 * reach[axis]);
        super::held("riesz", padded_dims.iter().map(|n| *n as f64).product())?;
        let padded = padded(values, dims, reach, base.boundary);
        let periodic = LaplacianOfGaussian { boundary: Boundary::Periodic, ..base.clone() };
        let smooth = periodic.respond(&padded, padded_dims, spacing);
        let response = filtered(&smooth, padded_dims, base.over, |nu| self.gain(nu));
        Ok(inner(&response, padded_dims, reach, dims))
    }

    fn over(&self) -> Over {
        match &self.of {
            RieszBase::LaplacianOfGaussian(base) => base.over,
            RieszBase::Simoncelli(base) => base.over,
        }
    }

    fn gain(&self, nu: [f64; 3]) -> Complex64 {
        let squared = nu.iter().map(|nu| nu * nu).sum::<f64>();
        if squared <= 0.0 {
            return Complex64::default();
        }
        let factorial = |order: u32| (1..=order).map(f64::from).product::<f64>();
        let sum: u32 = self.order.iter().sum();
        let scale =
            (factorial(sum) / self.order.iter().map(|order| factorial(*order)).product::<f64>()).sqrt();
        let power = |order: u32| i32::try_from(order).unwrap_or(i32::MAX);
        let product: f64 = nu.iter().zip(self.order).map(|(nu, order)| nu.powi(power(order))).product();
        let strength = scale * product / squared.sqrt().powi(power(sum));
        // the powers of -i
        match sum % 4 {
            0 => Complex64::new(strength, 0.0),
            1 => Complex64::new(0.0, -strength),
            2 => Complex64::new(-strength, 0.0),
            _ => Complex64::new(0.0, strength),
        }
    }
}

fn padded(values: &[f64], dims: [usize; 3], reach: [usize; 3], boundary: Boundary) -> Vec<f64> {
    let [x, y, z]: [Vec<Option<usize>>; 3] =
        std::array::from_fn(|axis| boundary.continued(dims[axis], reach[axis]));
    let mut padded = Vec::with_capacity(x.len() * y.len() * z.len());
    for (k, j) in z.iter().flat_map(|k| y.iter().map(move |j| (*k, *j))) {
        let row = k.zip(j).map(|(k, j)| (k * dims[1] + j) * dims[0]);
        padded.extend(x.iter().map(|i| row.zip(*i).map_or(0.0, |(row, i)| values[row + i])));
    }
    padded
}

/// The part of a padded volume that the image was.
fn inner(values: &[f64], padded: [usize; 3], reach: [usize; 3], dims: [usize; 3]) -> Vec<f64> {
    let mut part = Vec::with_capacity(dims.iter().product());
    for (k, j) in (0..dims[2]).flat_map(|k| (0..dims[1]).map(move |j| (k + reach[2], j + reach[1]))) {
        let start = (k * padded[1] + j) * padded[0] + reach[0];
        part.extend_from_slice(&values[start..start + dims[0]]);
    }
    part
}
