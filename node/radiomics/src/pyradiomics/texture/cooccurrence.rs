//! Which grey levels lie next to which (GLCM), a matrix for each direction or one for all.
//!
//! A level that occurs in the region is a row even where it has no neighbour. Never here: IBSI's matrices, which know
//! neither weights nor an asymmetric form. Specification: PyRadiomics 3.1.0, `calculate_glcm` and radiomics/glcm.py.
//! Its HXY1 and HXY2 are both the sum of the marginal entropies, up to the epsilon it adds in logarithms.

use super::super::Error;
use super::super::eigen;
use super::super::firstorder::EPS;
use super::super::parameters::{Norm, Settings};
use super::lattice::{Lattice, Step};
use crate::texture::expectation;

/// Probabilities of pairs of levels.
pub(crate) struct Cooccurrence {
    /// Row, column, probability, where it is not zero; row by row.
    cells: Vec<(u16, u16, f64)>,
    /// The grey level of a row or column.
    levels: Vec<f64>,
    rows: Vec<f64>,
    columns: Vec<f64>,
    /// Of a difference of 0, 1, ….
    difference: Vec<f64>,
    /// Of a sum of 0, 1, ….
    sum: Vec<f64>,
    means: [f64; 2],
    is_symmetric: bool,
}

/// Visits the matrix of each direction that has pairs; with a norm the one of all, each weighted by its length. One matrix lives
/// at a time.
pub(crate) fn each_cooccurrence(
    lattice: &Lattice<'_>,
    settings: &Settings,
    mut visit: impl FnMut(&Cooccurrence),
) -> Result<(), Error> {
    let steps = lattice.steps(&settings.distances)?;
    let matrix = |counts: &[f64]| Cooccurrence::new(counts, &lattice.levels, settings.symmetric);
    let Some(norm) = settings.norm else {
        let of_step = |step: &Step| matrix(&counts(lattice, *step, settings.symmetric));
        steps.iter().filter_map(of_step).for_each(|matrix| visit(&matrix));
        return Ok(());
    };
    let side = lattice.levels.len();
    let mut weighted = vec![0.0; side * side];
    for step in steps {
        let weight = weight(lattice, step, norm);
        let counts = counts(lattice, step, settings.symmetric);
        weighted.iter_mut().zip(counts).for_each(|(sum, count)| *sum += weight * count);
    }
    matrix(&weighted).iter().for_each(visit);
    Ok(())
}

fn weight(lattice: &Lattice<'_>, step: Step, norm: Norm) -> f64 {
    match norm {
        Norm::None => 1.0,
        norm => libm::exp(-lattice.length(step, norm).powi(2)),
    }
}

/// Counts row by row.
fn counts(lattice: &Lattice<'_>, step: Step, is_symmetric: bool) -> Vec<f64> {
    let side = lattice.levels.len();
    // the last column takes the neighbours outside
    let mut forward = vec![0_u32; side * (side + 1)];
    let stride = lattice.stride(step);
    for index in &lattice.at {
        let neighbour = lattice.rank_at(index.wrapping_add_signed(stride));
        forward[lattice.rank_at(*index) * (side + 1) + neighbour] += 1;
    }
    let count = |i: usize, j: usize| f64::from(forward[i * (side + 1) + j]);
    let cell = |(i, j)| if is_symmetric { count(i, j) + count(j, i) } else { count(i, j) };
    (0..side).flat_map(|i| (0..side).map(move |j| (i, j))).map(cell).collect()
}

impl Cooccurrence {
    /// `None` without any pair.
    fn new(counts: &[f64], levels: &[f64], is_symmetric: bool) -> Option<Self> {
        let total = counts.iter().fold(0.0, |sum, count| sum + count);
        let side = levels.len();
        let highest = levels.last().map_or(0, |level| whole(*level));
        let mut matrix = Self {
            cells: Vec::new(),
            levels: levels.to_vec(),
            rows: vec![0.0; side],
            columns: vec![0.0; side],
            difference: vec![0.0; highest],
            sum: vec![0.0; 2 * highest + 1],
            means: [0.0; 2],
            is_symmetric,
        };
        for (row, counts) in counts.chunks_exact(side).enumerate() {
            for (column, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0.0) {
                matrix.add(row, column, count / total);
            }
        }
        let mean = |marginal: &[f64]| levels.iter().zip(marginal).fold(0.0, |sum, (i, p)| sum + i * p);
        matrix.means = [mean(&matrix.rows), mean(&matrix.columns)];
        (total > 0.0).then_some(matrix)
    }

    #[expect(clippy::cast_possible_truncation, reason = "ranks are 16-bit")]
    fn add(&mut self, row: usize, column: usize, p: f64) {
        let (i, j) = (whole(self.levels[row]), whole(self.levels[column]));
        self.cells.push((row as u16, column as u16, p));
        self.rows[row] += p;
        self.columns[column] += p;
        self.difference[i.abs_diff(j)] += p;
        self.sum[i + j] += p;
    }

    fn over_cells(&self, term: impl Fn(f64, f64) -> f64) -> f64 {
        let level = |rank: u16| self.levels[usize::from(rank)];
        self.cells.iter().fold(0.0, |sum, (i, j, p)| sum + term(level(*i), level(*j)) * p)
    }

    /// The highest grey level of the region.
    fn highest(&self) -> f64 {
        self.difference.len() as f64
    }

    pub(crate) fn autocorrelation(&self) -> f64 {
        self.over_cells(|i, j| i * j)
    }

    fn cluster(&self, order: i32) -> f64 {
        let [x, y] = self.means;
        self.over_cells(|i, j| (i + j - x - y).powi(order))
    }

    pub(crate) fn cluster_prominence(&self) -> f64 {
        self.cluster(4)
    }

    pub(crate) fn cluster_shade(&self) -> f64 {
        self.cluster(3)
    }

    pub(crate) fn cluster_tendency(&self) -> f64 {
        self.cluster(2)
    }

    pub(crate) fn contrast(&self) -> f64 {
        expectation(&self.difference, |k| k * k)
    }

    /// One where rows or columns do not vary.
    pub(crate) fn correlation(&self) -> f64 {
        let [x, y] = self.means;
        let deviations =
            self.over_cells(|i, _| (i - x).powi(2)).sqrt() * self.over_cells(|_, j| (j - y).powi(2)).sqrt();
        if deviations > 0.0 { self.over_cells(|i, j| (i - x) * (j - y)) / (deviations + EPS) } else { 1.0 }
    }

    pub(crate) fn difference_average(&self) -> f64 {
        expectation(&self.difference, |k| k)
    }

    pub(crate) fn difference_entropy(&self) -> f64 {
        entropy(self.difference.iter())
    }

    pub(crate) fn difference_variance(&self) -> f64 {
        let mean = self.difference_average();
        expectation(&self.difference, |k| (k - mean).powi(2))
    }

    pub(crate) fn inverse_difference(&self) -> f64 {
        expectation(&self.difference, |k| 1.0 / (1.0 + k))
    }

    pub(crate) fn inverse_difference_moment(&self) -> f64 {
        expectation(&self.difference, |k| 1.0 / (1.0 + k * k))
    }

    pub(crate) fn inverse_difference_moment_normalised(&self) -> f64 {
        let n = self.highest();
        expectation(&self.difference, |k| 1.0 / (1.0 + k * k / (n * n)))
    }

    pub(crate) fn inverse_difference_normalised(&self) -> f64 {
        expectation(&self.difference, |k| 1.0 / (1.0 + k / self.highest()))
    }

    pub(crate) fn inverse_variance(&self) -> f64 {
        expectation(&self.difference, |k| if k > 0.0 { 1.0 / (k * k) } else { 0.0 })
    }

    fn marginal_entropies(&self) -> [f64; 2] {
        [entropy(self.rows.iter()), entropy(self.columns.iter())]
    }

    pub(crate) fn information_correlation_1(&self) -> f64 {
        let [x, y] = self.marginal_entropies();
        let most = x.max(y);
        if most > 0.0 { (self.joint_entropy() - x - y) / most } else { 0.0 }
    }

    pub(crate) fn information_correlation_2(&self) -> f64 {
        let [x, y] = self.marginal_entropies();
        let excess = x + y - self.joint_entropy();
        (1.0 - libm::exp(-2.0 * excess.max(0.0))).sqrt()
    }

    pub(crate) fn joint_average(&self) -> f64 {
        self.means[0]
    }

    pub(crate) fn joint_energy(&self) -> f64 {
        self.cells.iter().fold(0.0, |sum, (_, _, p)| sum + p * p)
    }

    pub(crate) fn joint_entropy(&self) -> f64 {
        entropy(self.cells.iter().map(|(_, _, p)| p))
    }

    pub(crate) fn maximum_probability(&self) -> f64 {
        self.cells.iter().fold(0.0, |max, (_, _, p)| max.max(*p))
    }

    /// The second largest singular value of the matrix divided by the roots of its marginals; the largest is one. PyRadiomics
    /// takes the root of the second largest eigenvalue of a matrix similar to its square.
    pub(crate) fn maximal_correlation(&self) -> f64 {
        let side = self.levels.len();
        if side < 2 {
            return 1.0;
        }
        let mut scaled = vec![0.0; side * side];
        for (i, j, p) in &self.cells {
            let (i, j) = (usize::from(*i), usize::from(*j));
            scaled[i * side + j] = p / (self.rows[i] * self.columns[j] + EPS).sqrt();
        }
        eigen::second_singular_value(scaled, side, self.is_symmetric)
    }

    pub(crate) fn sum_average(&self) -> f64 {
        expectation(&self.sum, |k| k)
    }

    pub(crate) fn sum_entropy(&self) -> f64 {
        entropy(self.sum.iter())
    }

    pub(crate) fn sum_squares(&self) -> f64 {
        self.over_cells(|i, _| (i - self.means[0]).powi(2))
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a grey level")]
fn whole(level: f64) -> usize {
    level as usize
}

fn entropy<'a>(probabilities: impl Iterator<Item = &'a f64>) -> f64 {
    -probabilities.filter(|p| **p > 0.0).fold(0.0, |sum, p| sum + p * libm::log2(p + EPS))
}
