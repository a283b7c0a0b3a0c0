//! Missing values, and how much of each column's variance lies between sites and between scanners.
//!
//! A site sends the square of its own sum over its own number of patients, not the sum: added over sites, this is what
//! the variance between sites needs, and no site's mean can be told from the total.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 2 | sites with patients, batches with patients | counts |
//! | 5 for each column | patients with a value, sum u, sum u^2, and (sum u)^2 / n by site and by batch | pooled mean and variance, variance between sites and batches |

use serde::{Deserialize, Serialize};

use crate::disclosure::Released;
use crate::reader::Reader;
use crate::{
    Accumulator, Computation, Conditioning, Implausible, Networks, QueryFault, Rows, Summary, Unfit,
};

/// Asks for the variance of all columns and its parts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quality {
    /// How values are conditioned.
    pub conditioning: Conditioning,
}

/// What the sites' columns are like.
#[derive(Debug, Clone, PartialEq)]
pub struct QualityTable {
    /// Sites with a patient.
    pub sites: u64,
    /// Scanners (or other batches) with a patient.
    pub batches: u64,
    /// One entry a column.
    pub columns: Vec<ColumnVariance>,
}

/// Parts of a column's variance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColumnVariance {
    /// Patients with a value.
    pub known: u64,
    /// Share of the variance that lies between sites (eta squared), in [0, 1]; nothing without variance.
    pub between_sites: Option<f64>,
    /// Share that lies between batches, sites included.
    pub between_batches: Option<f64>,
}

/// Parameters that `n` patients support with an expected shrinkage of 0.9, by Cox and Snell's R squared.
/// Source: Riley et al., Stat Med 38 (2019) 1276, criterion (i).
#[must_use]
pub fn supported_parameters(n: f64, r_squared: f64) -> f64 {
    const SHRINKAGE: f64 = 0.9;
    n * (SHRINKAGE - 1.0) * libm::log(1.0 - r_squared / SHRINKAGE)
}

/// Number of values and their sum.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    n: u64,
    sum: f64,
}

impl Part {
    fn add(&mut self, value: f64) {
        self.n += 1;
        self.sum += value;
    }

    /// n times the square of the mean.
    fn square(self) -> f64 {
        if self.n > 0 { self.sum * self.sum / self.n as f64 } else { 0.0 }
    }
}

/// Share of the variance between parts.
fn share(n: u64, sum: f64, square: f64, parts: f64) -> Option<f64> {
    let centre = sum * sum / (n.max(1)) as f64;
    let all = square - centre;
    let varies = n > 1 && all > 1e-12 * square.abs();
    varies.then(|| ((parts - centre) / all).clamp(0.0, 1.0))
}

impl Quality {
    fn column(&self, rows: &dyn Rows, column: usize, sums: &mut Accumulator) -> Result<(), Unfit> {
        let word = 2 + 5 * column;
        let mut batches = vec![Part::default(); rows.batches().max(1)];
        // in the order of the values, so that the rounding of a site's own sum does not depend on that of its rows
        let mut known: Vec<(f64, usize)> = (0..rows.len())
            .map(|row| (self.conditioning.apply(rows, row, column), rows.batch(row)))
            .filter(|(u, _)| !u.is_nan())
            .collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut site = Part::default();
        for (u, batch) in known {
            sums.count(word, 1);
            sums.add(word + 1, u)?;
            sums.add(word + 2, u * u)?;
            site.add(u);
            if let Some(batch) = batches.get_mut(batch) {
                batch.add(u);
            }
        }
        sums.add(word + 3, site.square())?;
        for batch in batches {
            sums.add(word + 4, batch.square())?;
        }
        Ok(())
    }
}

impl Computation for Quality {
    type Finding = QualityTable;

    fn length(&self) -> usize {
        self.conditioning.centre.len().saturating_mul(5).saturating_add(2)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.conditioning.check(width)
    }

    fn describe(&self) -> String {
        let width = self.conditioning.centre.len();
        format!("missing values, variance within and between hospitals and scanners of {width} columns")
    }

    fn released(&self) -> Released {
        Released::default()
    }

    fn site(&self, rows: &dyn Rows, _networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let mut used = vec![false; rows.batches().max(1)];
        for row in 0..rows.len() {
            if let Some(used) = used.get_mut(rows.batch(row)) {
                *used = true;
            }
        }
        sums.count(0, u64::from(!rows.is_empty()));
        sums.count(1, used.iter().filter(|used| **used).count() as u64);
        (0..self.conditioning.centre.len()).try_for_each(|column| self.column(rows, column, &mut sums))?;
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<QualityTable, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let (sites, batches) = (words.count()?, words.count()?);
        let mut column = |_: &f64| {
            let (known, sum) = (words.count()?, words.value()?);
            let square = words.non_negative("a sum of squares")?;
            let site = words.non_negative("a square of sums")?;
            let batch = words.non_negative("a square of sums")?;
            Ok(ColumnVariance {
                known,
                between_sites: share(known, sum, square, site),
                between_batches: share(known, sum, square, batch),
            })
        };
        let columns = self.conditioning.centre.iter().map(&mut column).collect::<Result<_, Implausible>>()?;
        Ok(QualityTable { sites, batches, columns })
    }
}
