//! The mean filter (S60F).
//! Specification: IBSI 2 reference manual, arXiv 2006.05470.

use super::separable::{Kernel, Product, product};
use super::{Boundary, FilterError, Over, wrong};

/// The mean over a box of voxels.
#[derive(Debug, Clone, PartialEq)]
pub struct Mean {
    /// Voxels of the box along each axis, odd.
    pub support: usize,
    /// Over slices or the volume.
    pub over: Over,
    /// Outside of the image.
    pub boundary: Boundary,
}

impl Mean {
    pub(super) fn check(&self) -> Result<(), FilterError> {
        match self.support {
            support if support.is_multiple_of(2) => wrong("mean", "support", support, "odd"),
            support => super::limited("mean", (support / 2) as f64),
        }
    }

    pub(super) fn name(&self) -> String {
        format!("mean_d_{}{}", self.support, self.over.suffix())
    }

    pub(super) fn canonical(&self) -> String {
        format!("mean;support={};over={};boundary={}", self.support, self.over.word(), self.boundary.word())
    }

    pub(super) fn respond(&self, values: &[f64], dims: [usize; 3]) -> Vec<f64> {
        product(values, dims, &uniform(self.support, self.over), self.boundary)
    }
}

/// The mean over `support` voxels along each axis.
pub(super) fn uniform(support: usize, over: Over) -> Product {
    let kernel = Kernel::new(vec![1.0 / support as f64; support]);
    over.axes().map(|is_filtered| if is_filtered { vec![kernel.clone()] } else { vec![] })
}
