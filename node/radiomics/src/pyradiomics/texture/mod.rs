//! Texture matrices as PyRadiomics counts them, and the features of each.
//!
//! They differ from IBSI's where PyRadiomics does: neighbours at several distances, weights, asymmetric pairs, voxels
//! without neighbours, directions that meet no two voxels. What is computed from a table of runs, zones, dependences or
//! tones is IBSI's. Never here: bins, names.
//! Specification: PyRadiomics 3.1.0, radiomics/src/cmatrices.c and the feature classes glcm, gldm, glrlm, glszm, ngtdm.

mod cooccurrence;
mod lattice;
mod neighbours;
mod runs;
mod zones;

pub(crate) use cooccurrence::{Cooccurrence, each_cooccurrence};
pub(crate) use lattice::Lattice;
pub(crate) use neighbours::{dependences, tone_differences};
pub(crate) use runs::runs;
pub(crate) use zones::{zone_sizes, zones};

/// A mean of values, those left out that are not numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Mean {
    sum: f64,
    n: f64,
}

impl Mean {
    /// Of a feature over matrices.
    pub(crate) fn over<T>(matrices: &[T], feature: impl Fn(&T) -> f64) -> f64 {
        let mut mean = Self::default();
        matrices.iter().for_each(|matrix| mean.add(feature(matrix)));
        mean.value()
    }

    pub(crate) fn add(&mut self, value: f64) {
        if !value.is_nan() {
            self.sum += value;
            self.n += 1.0;
        }
    }

    /// Not a number without any.
    pub(crate) fn value(self) -> f64 {
        self.sum / self.n
    }
}
