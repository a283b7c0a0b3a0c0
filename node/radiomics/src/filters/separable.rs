//! Filters that are a product of one filter along each axis.
//!
//! Several kernels along the same axis are applied one after the other while its lines are at hand, and filters that begin
//! alike share their beginning: the 24 rotations of a wavelet need 24 passes along x, at most 24 along y, and 6 along z.
//! Never here: which filter. Specification: IBSI 2 reference manual; convolution as `scipy.ndimage.convolve1d`
//! has it, a kernel of even length being continued by a zero.

use super::Boundary;
use crate::processing::lines::{LANES, Lanes, along_into};

/// A kernel of odd length about its middle, its taps `step` voxels apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Kernel {
    taps: Vec<f64>,
    step: usize,
}

/// Kernels along one axis, in the order in which they are applied.
pub(crate) type Chain = Vec<Kernel>;

/// The chains along x, y and z; an empty one leaves its axis alone.
pub(crate) type Product = [Chain; 3];

impl Kernel {
    pub(crate) fn new(mut taps: Vec<f64>) -> Self {
        if taps.len().is_multiple_of(2) {
            taps.push(0.0);
        }
        Self { taps, step: 1 }
    }

    /// With holes between the taps, as the level of an undecimated decomposition needs them; level 1 has none.
    pub(crate) fn dilated(mut self, level: u32) -> Self {
        self.step = 1 << (level - 1);
        self
    }

    pub(crate) fn flipped(mut self) -> Self {
        self.taps.reverse();
        self
    }

    fn reach(&self) -> usize {
        self.taps.len() / 2 * self.step
    }

    fn key(&self) -> (usize, Vec<u64>) {
        // a negative zero is the zero that it equals
        (self.step, self.taps.iter().map(|tap| (tap + 0.0).to_bits()).collect())
    }
}

/// A kernel made ready for lines of one length.
struct Pass {
    /// The voxels of the continued line.
    sources: Vec<Option<usize>>,
    /// The taps that are not zero, and where they start on the continued line.
    taps: Vec<(usize, f64)>,
}

impl Pass {
    fn new(kernel: &Kernel, n: usize, boundary: Boundary) -> Self {
        let taps = kernel.taps.iter().rev().enumerate().filter(|(_, tap)| tap.abs() > 0.0);
        Self {
            sources: boundary.continued(n, kernel.reach()),
            taps: taps.map(|(i, tap)| (i * kernel.step, *tap)).collect(),
        }
    }

    /// Eight lines at once.
    fn apply(&self, line: &mut [Lanes], continued: &mut Vec<Lanes>) {
        continued.clear();
        continued.extend(self.sources.iter().map(|at| at.map_or([0.0; LANES], |at| line[at])));
        for (i, value) in line.iter_mut().enumerate() {
            *value = self.sum(|start| continued[i + start]);
        }
    }

    /// Eight neighbours of one line at once, in the same order of sums.
    fn apply_to_row(&self, row: &mut [f64], continued: &mut Vec<f64>) {
        continued.clear();
        continued.extend(self.sources.iter().map(|at| at.map_or(0.0, |at| row[at])));
        // the last eight may reach beyond the row
        continued.resize(continued.len() + LANES, 0.0);
        for (i, values) in row.chunks_mut(LANES).enumerate() {
            let at = |start: usize| i * LANES + start;
            let sum = self.sum(|start| std::array::from_fn(|lane| continued[at(start)..][..LANES][lane]));
            values.copy_from_slice(&sum[..values.len()]);
        }
    }

    fn sum(&self, values: impl Fn(usize) -> Lanes) -> Lanes {
        self.taps.iter().fold([0.0; LANES], |sum, (start, tap)| {
            let values = values(*start);
            std::array::from_fn(|lane| sum[lane] + tap * values[lane])
        })
    }
}

/// Convolves the values with a chain along an axis.
pub(crate) fn convolve_into(
    values: &[f64],
    dims: [usize; 3],
    axis: usize,
    chain: &[Kernel],
    boundary: Boundary,
    result: &mut Vec<f64>,
) {
    let passes: Vec<Pass> = chain.iter().map(|kernel| Pass::new(kernel, dims[axis], boundary)).collect();
    if axis == 0 {
        let mut continued = Vec::new();
        result.resize(values.len(), 0.0);
        for (row, from) in result.chunks_exact_mut(dims[0]).zip(values.chunks_exact(dims[0])) {
            row.copy_from_slice(from);
            passes.iter().for_each(|pass| pass.apply_to_row(row, &mut continued));
        }
        return;
    }
    let mut continued = Vec::new();
    along_into(axis, dims, values, dims[axis], result, |from, to| {
        to.copy_from_slice(from);
        passes.iter().for_each(|pass| pass.apply(to, &mut continued));
    });
}

/// The values convolved with one product of chains.
pub(crate) fn product(values: &[f64], dims: [usize; 3], chains: &Product, boundary: Boundary) -> Vec<f64> {
    let (mut result, mut other) = (Vec::new(), Vec::new());
    for (i, axis) in (0..3).rev().filter(|axis| !chains[*axis].is_empty()).enumerate() {
        let from = if i == 0 { values } else { &result };
        convolve_into(from, dims, axis, &chains[axis], boundary, &mut other);
        std::mem::swap(&mut result, &mut other);
    }
    result
}

/// Every different product in a fixed order, its response given to `visit`; how many there were.
pub(crate) fn each_product(
    values: &[f64],
    dims: [usize; 3],
    mut products: Vec<Product>,
    boundary: Boundary,
    visit: &mut impl FnMut(&[f64]),
) -> usize {
    let key = |product: &Product| [2, 1, 0].map(|axis: usize| chain_key(&product[axis]));
    products.sort_by_cached_key(key);
    products.dedup_by_key(|product| key(product));
    descend(values, dims, &products, boundary, &mut [const { Vec::new() }; 3], visit);
    products.len()
}

fn chain_key(chain: &[Kernel]) -> Vec<(usize, Vec<u64>)> {
    chain.iter().map(Kernel::key).collect()
}

/// Applies the chains along as many axes as there are `layers`, the highest first, once for all products that share them.
fn descend(
    values: &[f64],
    dims: [usize; 3],
    products: &[Product],
    boundary: Boundary,
    layers: &mut [Vec<f64>],
    visit: &mut impl FnMut(&[f64]),
) {
    let Some((layer, layers)) = layers.split_last_mut() else { return visit(values) };
    let axis = layers.len();
    for group in products.chunk_by(|a, b| chain_key(&a[axis]) == chain_key(&b[axis])) {
        if group[0][axis].is_empty() {
            descend(values, dims, group, boundary, layers, visit);
        } else {
            convolve_into(values, dims, axis, &group[0][axis], boundary, layer);
            descend(layer, dims, group, boundary, layers, visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_convolution_turns_the_kernel_round() {
        let impulse = [0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
        let found = |kernel: Kernel| {
            let [mut along_x, mut along_z] = [vec![], vec![]];
            let chain = [kernel];
            convolve_into(&impulse, [7, 1, 1], 0, &chain, Boundary::Zero, &mut along_x);
            convolve_into(&impulse, [1, 1, 7], 2, &chain, Boundary::Zero, &mut along_z);
            assert_eq!(along_x, along_z);
            along_x
        };
        assert_eq!(found(Kernel::new(vec![1.0, 2.0, 3.0])), [0.0, 0.0, 1.0, 2.0, 3.0, 0.0, 0.0]);
        assert_eq!(found(Kernel::new(vec![1.0, 2.0])), [0.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0]);
        assert_eq!(found(Kernel::new(vec![1.0, 2.0]).flipped()), [0.0, 0.0, 0.0, 2.0, 1.0, 0.0, 0.0]);
        assert_eq!(found(Kernel::new(vec![1.0, 2.0, 3.0]).dilated(2)), [0.0, 1.0, 0.0, 2.0, 0.0, 3.0, 0.0]);
    }

    #[test]
    fn shared_beginnings_leave_the_responses_alone() {
        let dims = [5, 4, 3];
        let values: Vec<f64> = (0..60_u32).map(|i| f64::from(i * 37 % 11)).collect();
        let [a, b] = [vec![1.0, -1.0, 2.0], vec![0.5, 3.0]].map(|taps| vec![Kernel::new(taps)]);
        let products = vec![
            [a.clone(), b.clone(), a.clone()],
            [b.clone(), b.clone(), a.clone()],
            [b.clone(), a.clone(), b.clone()],
            [a.clone(), b.clone(), a.clone()],
        ];
        let mut found = Vec::new();
        let count =
            each_product(&values, dims, products.clone(), Boundary::Mirror, &mut |x| found.push(x.to_vec()));
        assert_eq!((count, found.len()), (3, 3));
        let alone: Vec<_> =
            products.iter().map(|one| product(&values, dims, one, Boundary::Mirror)).collect();
        assert!(alone.iter().all(|response| found.contains(response)));
    }
}
