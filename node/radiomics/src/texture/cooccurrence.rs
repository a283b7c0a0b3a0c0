//! A normalised co-occurrence matrix with its marginal distributions, and the 25 features.
//!
//! Specification: IBSI reference manual, section 3.6. Levels count from 1; logarithms are to base 2.

/// Probabilities of pairs of levels.
#[derive(Debug)]
pub(crate) struct Cooccurrence {
    /// Row, column, probability, where it is not zero; row by row.
    cells: Vec<(f64, f64, f64)>,
    /// Of a level; rows and columns are alike.
    marginal: Vec<f64>,
    /// Of a difference of 0, 1, ….
    difference: Vec<f64>,
    /// Of a sum of 0, 1, ….
    sum: Vec<f64>,
    /// Number of grey levels.
    levels: f64,
    mean: f64,
}

impl Cooccurrence {
    /// From symmetric counts, row by row; nothing when there is no pair.
    pub(crate) fn new(counts: &[u32], side: usize) -> Option<Self> {
        let occupied = counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let level = |index: usize| u16::try_from(index + 1).expect("levels are 16-bit numbers");
        let cell =
            |(index, count): (usize, &u32)| (level(index / side), level(index % side), u64::from(*count));
        Self::of_cells(occupied.map(cell), side)
    }

    /// From the row, column and count of the cells that are not zero, row by row.
    pub(crate) fn of_cells(
        counts: impl Iterator<Item = (u16, u16, u64)> + Clone,
        side: usize,
    ) -> Option<Self> {
        let total: u64 = counts.clone().map(|(_, _, count)| count).sum();
        if total == 0 {
            return None;
        }
        let mut matrix = Self {
            cells: Vec::new(),
            marginal: vec![0.0; side + 1],
            difference: vec![0.0; side],
            sum: vec![0.0; 2 * side + 1],
            levels: side as f64,
            mean: 0.0,
        };
        for (i, j, count) in counts {
            let p = count as f64 / total as f64;
            matrix.cells.push((i.into(), j.into(), p));
            let (i, j) = (usize::from(i), usize::from(j));
            matrix.marginal[i] += p;
            matrix.difference[i.abs_diff(j)] += p;
            matrix.sum[i + j] += p;
        }
        matrix.mean = mean(&matrix.marginal);
        Some(matrix)
    }

    fn over_cells(&self, term: impl Fn(f64, f64) -> f64) -> f64 {
        self.cells.iter().fold(0.0, |sum, (i, j, p)| sum + term(*i, *j) * p)
    }

    pub(crate) fn joint_max(&self) -> f64 {
        self.cells.iter().fold(0.0, |max, (_, _, p)| max.max(*p))
    }

    pub(crate) fn joint_avg(&self) -> f64 {
        self.mean
    }

    pub(crate) fn joint_var(&self) -> f64 {
        self.over_cells(|i, _| (i - self.mean).powi(2))
    }

    pub(crate) fn joint_entr(&self) -> f64 {
        self.cells.iter().fold(0.0, |sum, (_, _, p)| sum - p * libm::log2(*p))
    }

    pub(crate) fn diff_avg(&self) -> f64 {
        mean(&self.difference)
    }

    pub(crate) fn diff_var(&self) -> f64 {
        variance(&self.difference)
    }

    pub(crate) fn diff_entr(&self) -> f64 {
        entropy(&self.difference)
    }

    pub(crate) fn sum_avg(&self) -> f64 {
        mean(&self.sum)
    }

    pub(crate) fn sum_var(&self) -> f64 {
        variance(&self.sum)
    }

    pub(crate) fn sum_entr(&self) -> f64 {
        entropy(&self.sum)
    }

    pub(crate) fn energy(&self) -> f64 {
        self.cells.iter().fold(0.0, |sum, (_, _, p)| sum + p * p)
    }

    pub(crate) fn contrast(&self) -> f64 {
        expectation(&self.difference, |k| k * k)
    }

    pub(crate) fn dissimilarity(&self) -> f64 {
        self.diff_avg()
    }

    pub(crate) fn inv_diff(&self) -> f64 {
        expectation(&self.difference, |k| 1.0 / (1.0 + k))
    }

    pub(crate) fn inv_diff_norm(&self) -> f64 {
        expectation(&self.difference, |k| 1.0 / (1.0 + k / self.levels))
    }

    pub(crate) fn inv_diff_mom(&self) -> f64 {
        expectation(&self.difference, |k| 1.0 / (1.0 + k * k))
    }

    pub(crate) fn inv_diff_mom_norm(&self) -> f64 {
        expectation(&self.difference, |k| 1.0 / (1.0 + (k / self.levels).powi(2)))
    }

    /// Equal levels do not count.
    pub(crate) fn inv_var(&self) -> f64 {
        expectation(&self.difference, |k| if k > 0.0 { 1.0 / (k * k) } else { 0.0 })
    }

    /// One for a single level, as in MIRP and PyRadiomics: one flat direction must not undo the mean over all.
    pub(crate) fn corr(&self) -> f64 {
        let variance = self.joint_var();
        if variance > 0.0 { (self.auto_corr() - self.mean * self.mean) / variance } else { 1.0 }
    }

    pub(crate) fn auto_corr(&self) -> f64 {
        self.over_cells(|i, j| i * j)
    }

    fn cluster(&self, order: i32) -> f64 {
        self.over_cells(|i, j| (i + j - 2.0 * self.mean).powi(order))
    }

    pub(crate) fn clust_tend(&self) -> f64 {
        self.cluster(2)
    }

    pub(crate) fn clust_shade(&self) -> f64 {
        self.cluster(3)
    }

    pub(crate) fn clust_prom(&self) -> f64 {
        self.cluster(4)
    }

    /// Zero for a single level, which holds no information.
    pub(crate) fn info_corr1(&self) -> f64 {
        let of_products =
            self.cells.iter().fold(0.0, |sum, (i, j, p)| sum - p * libm::log2(self.product(*i, *j)));
        let of_level = entropy(&self.marginal);
        if of_level > 0.0 { (self.joint_entr() - of_products) / of_level } else { 0.0 }
    }

    pub(crate) fn info_corr2(&self) -> f64 {
        // the entropy of independent levels is the sum of their entropies
        let excess = 2.0 * entropy(&self.marginal) - self.joint_entr();
        (1.0 - libm::exp(-2.0 * excess.max(0.0))).sqrt()
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "levels are whole numbers")]
    fn product(&self, i: f64, j: f64) -> f64 {
        self.marginal[i as usize] * self.marginal[j as usize]
    }
}

/// Expectation of a function of a value 0, 1, … with these probabilities.
pub(crate) fn expectation(probabilities: &[f64], of: impl Fn(f64) -> f64) -> f64 {
    probabilities.iter().enumerate().fold(0.0, |sum, (value, p)| sum + of(value as f64) * p)
}

fn mean(probabilities: &[f64]) -> f64 {
    expectation(probabilities, |value| value)
}

fn variance(probabilities: &[f64]) -> f64 {
    let mean = mean(probabilities);
    expectation(probabilities, |value| (value - mean).powi(2))
}

fn entropy(probabilities: &[f64]) -> f64 {
    probabilities.iter().filter(|p| **p > 0.0).fold(0.0, |sum, p| sum - p * libm::log2(*p))
}
