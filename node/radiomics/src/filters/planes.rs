//! Convolution of the slices of a volume with complex kernels, by Fourier transforms: once to the frequencies for a slice,
//! once back for each kernel.
//! Never here: which kernel. Specification: the convolution theorem; padding keeps both ends of a slice apart.

use std::sync::Arc;

use rustfft::num_complex::Complex64;
use rustfft::{Fft, FftPlannerScalar};

use super::Boundary;
use super::fourier::transposed;
use crate::morphology::smooth;

/// The transform of a kernel, for the slices it was made for.
pub(super) struct Kernel(Vec<Complex64>);

/// All slices across one axis.
pub(super) struct Planes {
    /// Voxels, and the step between them in memory, along the slice's two axes and across it.
    axes: [[usize; 2]; 3],
    /// Distance of voxels in the slice, mm.
    spacing: [f64; 2],
    /// Voxels from a kernel's centre to its edge.
    reach: [usize; 2],
    /// Length of the transforms.
    size: [usize; 2],
    /// The voxels of the continued lines along both axes.
    sources: [Vec<Option<usize>>; 2],
    forward: [Arc<dyn Fft<f64>>; 2],
    inverse: [Arc<dyn Fft<f64>>; 2],
}

impl Planes {
    /// The slices across axis `normal`, for kernels that reach `extent` mm.
    pub(super) fn new(
        normal: usize,
        dims: [usize; 3],
        spacing: [f64; 3],
        extent: f64,
        boundary: Boundary,
    ) -> Self {
        let stride = [1, dims[0], dims[0] * dims[1]];
        let [u, v] = [[1, 2], [0, 2], [0, 1]][normal];
        let in_plane = [u, v];
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limited by the filter")]
        let reach = in_plane.map(|axis| (extent / spacing[axis]).ceil() as usize);
        let size: [usize; 2] = std::array::from_fn(|i| smooth(dims[in_plane[i]] + 2 * reach[i]));
        // the same arithmetic on every processor, and so the same bits
        let mut planner = FftPlannerScalar::new();
        Self {
            axes: [u, v, normal].map(|axis| [dims[axis], stride[axis]]),
            spacing: in_plane.map(|axis| spacing[axis]),
            reach,
            size,
            sources: std::array::from_fn(|i| boundary.continued(dims[in_plane[i]], reach[i])),
            forward: size.map(|n| planner.plan_fft_forward(n)),
            inverse: size.map(|n| planner.plan_fft_inverse(n)),
        }
    }

    /// Values of one transform.
    pub(super) fn cells(&self) -> f64 {
        self.size[0] as f64 * self.size[1] as f64
    }

    /// A kernel given by its values at places in mm from its centre.
    pub(super) fn kernel(&self, value: impl Fn([f64; 2]) -> Complex64) -> Kernel {
        let ([ru, rv], [pu, pv]) = (self.reach, self.size);
        let mut cells = vec![Complex64::default(); pu * pv];
        let scale = 1.0 / (pu * pv) as f64;
        for (j, i) in (0..=2 * rv).flat_map(|j| (0..=2 * ru).map(move |i| (j, i))) {
            let at = [(i as f64 - ru as f64) * self.spacing[0], (j as f64 - rv as f64) * self.spacing[1]];
            cells[(j + pv - rv) % pv * pu + (i + pu - ru) % pu] = value(at) * scale;
        }
        Kernel(self.spectrum(cells))
    }

    /// Every kernel's response at every voxel, with the voxel's index; slice by slice, kernel by kernel.
    pub(super) fn respond(
        &self,
        values: &[f64],
        kernels: &[Kernel],
        mut visit: impl FnMut(usize, Complex64),
    ) {
        let [[nu, du], [nv, dv], [slices, across]] = self.axes;
        let ([ru, rv], [pu, pv]) = (self.reach, self.size);
        let mut product = vec![Complex64::default(); pu * pv];
        for start in (0..slices).map(|slice| slice * across) {
            let spectrum = self.spectrum(self.continued(values, start));
            for Kernel(kernel) in kernels {
                let pairs = spectrum.iter().zip(kernel);
                product.iter_mut().zip(pairs).for_each(|(to, (a, b))| *to = a * b);
                self.inverse[1].process(&mut product);
                let mut rows = transposed_part(&product, pv, rv, nv);
                self.inverse[0].process(&mut rows);
                for (j, row) in rows.chunks_exact(pu).enumerate() {
                    let first = start + j * dv;
                    (0..nu).for_each(|i| visit(first + i * du, row[ru + i]));
                }
            }
        }
    }

    /// A slice continued beyond its edges, padded with zeros to the transforms' length.
    fn continued(&self, values: &[f64], start: usize) -> Vec<Complex64> {
        let ([[_, du], [_, dv], _], [pu, pv]) = (self.axes, self.size);
        let mut cells = vec![Complex64::default(); pu * pv];
        for (row, j) in cells.chunks_exact_mut(pu).zip(&self.sources[1]) {
            let Some(j) = j else { continue };
            let places = row.iter_mut().zip(&self.sources[0]);
            places.for_each(|(cell, i)| cell.re = i.map_or(0.0, |i| values[start + j * dv + i * du]));
        }
        cells
    }

    /// The transform of rows along the first axis; frequencies along the second run fastest.
    fn spectrum(&self, mut cells: Vec<Complex64>) -> Vec<Complex64> {
        let [pu, pv] = self.size;
        self.forward[0].process(&mut cells);
        let mut spectrum = transposed(&cells, pu, pv);
        self.forward[1].process(&mut spectrum);
        spectrum
    }
}

/// Columns `first` and the `count - 1` after it become rows.
fn transposed_part(cells: &[Complex64], width: usize, first: usize, count: usize) -> Vec<Complex64> {
    let height = cells.len() / width;
    let mut turned = vec![Complex64::default(); height * count];
    for (j, row) in cells.chunks_exact(width).enumerate() {
        let columns = row[first..first + count].iter().enumerate();
        columns.for_each(|(i, cell)| turned[i * height + j] = *cell);
    }
    turned
}
