//! The right-angle rotations of a filter, and how the responses become one.
//!
//! A rotation permutes and flips the kernels of the axes, never the image: 4 in a slice, 24 in a volume.
//! Never here: convolution. Specification: IBSI 2 reference manual (rotational invariance).

use super::separable::{Chain, Kernel, Product};

/// How the responses of all rotations become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pooling {
    /// The greatest response.
    Max,
    /// The mean response.
    Mean,
    /// The least response.
    Min,
}

/// Axis `i` takes the kernel of axis `source[i]`, turned round where `flip[i]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rotation {
    source: [usize; 3],
    flip: [bool; 3],
}

impl Rotation {
    /// The rotations within slices, or all of a volume.
    pub(crate) fn all(in_slices: bool) -> Vec<Self> {
        let orders = [[0, 1, 2], [1, 2, 0], [2, 0, 1], [0, 2, 1], [2, 1, 0], [1, 0, 2]];
        let flips = (0..8_u8).map(|bits| [0, 1, 2].map(|axis| bits >> axis & 1 == 1));
        let every = flips.flat_map(|flip| orders.map(|source| Self { source, flip }));
        let keeps_slices = |rotation: &Self| rotation.source[2] == 2 && !rotation.flip[2];
        every.filter(Self::is_proper).filter(|rotation| !in_slices || keeps_slices(rotation)).collect()
    }

    /// Whether it is no reflection: the signs of permutation and flips cancel.
    fn is_proper(&self) -> bool {
        let [a, b, c] = self.source;
        let swaps = [a > b, a > c, b > c].into_iter().filter(|swap| *swap).count();
        (swaps + self.flip.iter().filter(|flip| **flip).count()).is_multiple_of(2)
    }

    pub(crate) fn of(&self, product: &Product) -> Product {
        std::array::from_fn(|axis| {
            let chain: Chain = product[self.source[axis]].clone();
            if self.flip[axis] { chain.into_iter().map(Kernel::flipped).collect() } else { chain }
        })
    }
}

impl Pooling {
    /// As settings write it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Max => "max",
            Self::Mean => "mean",
            Self::Min => "min",
        }
    }
}

/// Responses that are being pooled.
#[derive(Debug)]
pub(crate) struct Pool {
    pooling: Pooling,
    values: Vec<f64>,
}

impl Pool {
    /// For responses of `n` voxels.
    pub(crate) fn new(pooling: Pooling, n: usize) -> Self {
        let start = match pooling {
            Pooling::Max => f64::NEG_INFINITY,
            Pooling::Mean => 0.0,
            Pooling::Min => f64::INFINITY,
        };
        Self { pooling, values: vec![start; n] }
    }

    /// The response at one voxel.
    pub(crate) fn add(&mut self, at: usize, value: f64) {
        let pooled = &mut self.values[at];
        *pooled = match self.pooling {
            Pooling::Max => pooled.max(value),
            Pooling::Mean => *pooled + value,
            Pooling::Min => pooled.min(value),
        };
    }

    /// The response at all voxels.
    pub(crate) fn add_all(&mut self, response: &[f64]) {
        let pairs = self.values.iter_mut().zip(response);
        match self.pooling {
            Pooling::Max => pairs.for_each(|(pooled, value)| *pooled = pooled.max(*value)),
            Pooling::Mean => pairs.for_each(|(pooled, value)| *pooled += value),
            Pooling::Min => pairs.for_each(|(pooled, value)| *pooled = pooled.min(*value)),
        }
    }

    /// The pooled response of `count`.
    pub(crate) fn finish(mut self, count: usize) -> Vec<f64> {
        if self.pooling == Pooling::Mean {
            self.values.iter_mut().for_each(|value| *value /= count as f64);
        }
        self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_four_and_twenty_four_rotations() {
        for (in_slices, count) in [(true, 4), (false, 24)] {
            let all = Rotation::all(in_slices);
            assert_eq!(all.len(), count);
            assert!(all.iter().enumerate().all(|(i, rotation)| !all[..i].contains(rotation)));
        }
    }
}
