//! Harmonisation: how a site makes its values comparable with the others' before anything is learnt from them.
//!
//! A harmonisation belongs to one training set and travels with every question about it. The site opens it over its
//! rows and gets rows again; whoever asks does not see the difference. A batch (the site, or one of its scanners) is
//! described by its own patients of the training set; a batch that was held out as a whole by all its patients, whose
//! labels are not read. Missing values stay missing.
//! Spec: docs/reference/methods/preparation.md.

mod combat;
mod moments;

use serde::{Deserialize, Serialize};

use crate::lens::Lens;
use crate::{QueryFault, Rows, check};
pub use combat::{Combat, Prior, Reference};
pub use consilium_types::plan::Shrink;
pub use moments::{Covariances, CovariancesFound, Residuals, ResidualsFound};

/// Batches of one site.
pub const MOST_BATCHES: usize = 4;

/// What is done to the radiomic columns of a training set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Harmonise {
    /// Nothing.
    #[default]
    None,
    /// Each batch has mean 0 and standard deviation 1 (n - 1 below) in these columns.
    SiteZ {
        /// Positions in the schema, ascending.
        columns: Vec<usize>,
    },
    /// Location and scale of each batch are drawn to those of all (Johnson, Biostatistics 8 (2007) 118).
    Combat(Combat),
}

impl Harmonise {
    /// Opens the harmonisation of a training set over a site's rows.
    #[must_use]
    pub fn open<'a>(&'a self, rows: &'a dyn Rows, held_out: &[usize]) -> Harmonised<'a> {
        let (columns, maps): (&[usize], _) = match self {
            Self::None => (&[], Vec::new()),
            Self::SiteZ { columns } => (columns, site_z(columns, rows, held_out)),
            Self::Combat(combat) => (&combat.columns, combat.maps(rows, held_out)),
        };
        let combat = if let Self::Combat(combat) = self { Some(combat) } else { None };
        Harmonised { rows, columns, maps, combat }
    }

    /// The same for some of the columns only: what a small question carries.
    #[must_use]
    pub fn only(&self, wanted: &[usize]) -> Self {
        match self {
            Self::None => Self::None,
            Self::SiteZ { columns } => {
                Self::SiteZ { columns: columns.iter().filter(|c| wanted.contains(c)).copied().collect() }
            }
            Self::Combat(combat) => Self::Combat(combat.only(wanted)),
        }
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        match self {
            Self::None => Ok(()),
            Self::SiteZ { columns } => check_columns(columns, width),
            Self::Combat(combat) => combat.check(width),
        }
    }
}

fn check_columns(columns: &[usize], width: usize) -> Result<(), QueryFault> {
    columns.iter().try_for_each(|column| check::index("column", *column, width))?;
    let ascending = columns.windows(2).filter(|pair| pair[0] < pair[1]).count() + 1;
    check::length("ascending columns", ascending.min(columns.len()), columns.len())
}

/// `x -> shift + factor * x`, and for ComBat on what the covariates leave.
#[derive(Debug, Clone, Copy)]
struct Affine {
    shift: f64,
    factor: f64,
}

/// Harmonised rows of a site. Never leaves it.
pub struct Harmonised<'a> {
    rows: &'a dyn Rows,
    columns: &'a [usize],
    /// By batch, then by position in `columns`.
    maps: Vec<Vec<Affine>>,
    combat: Option<&'a Combat>,
}

impl std::fmt::Debug for Harmonised<'_> {
    /// Shows the size only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Harmonised({} x {})", self.rows.len(), self.rows.width())
    }
}

/// The rows that describe a batch: its training patients, or all of them where it was held out.
fn describing(rows: &dyn Rows, held_out: &[usize], batch: usize) -> Vec<usize> {
    let of_batch = |row: &usize| rows.batch(*row) == batch;
    let training = |row: &usize| !held_out.contains(&rows.cell(*row));
    let trained: Vec<usize> = (0..rows.len()).filter(of_batch).filter(training).collect();
    if trained.is_empty() { (0..rows.len()).filter(of_batch).collect() } else { trained }
}

/// [`spread`] of values of a batch, in an order that does not depend on the rows'.
fn spread_of_patients(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    spread(values.into_iter())
}

/// Number, mean and sum of squared deviations of the numbers among some values, in their order.
fn spread(values: impl Iterator<Item = f64> + Clone) -> (f64, f64, f64) {
    let numbers = values.filter(|x| !x.is_nan());
    let (n, sum) = numbers.clone().fold((0.0, 0.0), |(n, sum), x| (n + 1.0, sum + x));
    let mean = if n > 0.0 { sum / n } else { 0.0 };
    (n, mean, numbers.fold(0.0, |squares, x| squares + (x - mean) * (x - mean)))
}

fn site_z(columns: &[usize], rows: &dyn Rows, held_out: &[usize]) -> Vec<Vec<Affine>> {
    let map = |patients: &[usize], column: usize| {
        let values = patients.iter().map(|row| rows.value(*row, column)).collect();
        let (n, mean, squares) = spread_of_patients(values);
        let variance = if n > 1.0 { squares / (n - 1.0) } else { 0.0 };
        // a column that does not vary in the batch is only shifted
        let factor = if variance > mean * mean * f64::EPSILON { 1.0 / variance.sqrt() } else { 1.0 };
        Affine { shift: -mean * factor, factor }
    };
    let of_batch = |batch| {
        let patients = describing(rows, held_out, batch);
        columns.iter().map(|column| map(&patients, *column)).collect()
    };
    (0..rows.batches().min(MOST_BATCHES)).map(of_batch).collect()
}

impl Lens for Harmonised<'_> {
    fn below(&self) -> &dyn Rows {
        self.rows
    }

    fn look(&self, row: usize, column: usize) -> f64 {
        let raw = self.rows.value(row, column);
        let Ok(place) = self.columns.binary_search(&column) else { return raw };
        let Some(map) = self.maps.get(self.rows.batch(row)).and_then(|maps| maps.get(place)) else {
            return raw;
        };
        let explained = self.combat.map_or(0.0, |combat| combat.explained(self.rows, row, place));
        explained + map.shift + map.factor * (raw - explained)
    }
}
