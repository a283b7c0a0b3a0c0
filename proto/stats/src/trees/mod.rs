//! Decision trees on shared bins: how a patient finds its leaf.
//!
//! A column is cut at the same edges at every site, so a split is a bin number and equal at every site. A missing
//! value has a bin of its own and goes to the side the split says.
//! Never: growing (forest.rs, boost.rs ask; growth.rs, climb.rs decide).
//! Spec: docs/reference/methods/trees.md.

mod boost;
mod climb;
mod forest;
mod growth;
mod shap;

use serde::{Deserialize, Serialize};

use crate::design::{Design, Opened};
use crate::{QueryFault, Rows, check};

pub use boost::{Boost, BoostLeaf, BoostLevel, BoostSet, Gradients};
pub use climb::{BoostSettings, Climb};
pub use forest::{Forest, ForestLevel, ForestSet, OpenNode, OpenTree, bootstrap_weight};
pub use growth::{ForestSettings, Growth};

/// Splits of one tree.
const MOST_SPLITS: usize = 1 << 12;
/// Edges of one column.
const MOST_EDGES: usize = 255;

/// Columns and the edges that cut them into bins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bins {
    /// Columns and their standardisation.
    pub design: Design,
    /// For each column, ascending edges of the standardised value; bin b holds values from edge b - 1 up to edge b.
    pub edges: Vec<Vec<f64>>,
}

/// Bins over the rows of a site.
#[derive(Debug)]
pub struct OpenedBins<'a> {
    edges: &'a [Vec<f64>],
    design: Opened<'a>,
}

/// A split: bins up to `bin` go left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[i32; 4]", into = "[i32; 4]")]
pub struct Split {
    /// Position in the design.
    pub column: u32,
    /// The last bin that goes left.
    pub bin: u32,
    /// Whether a missing value goes left.
    pub missing_left: bool,
    /// Where left leads: a later split, or leaf k as -1 - k.
    pub left: i32,
    /// Where right leads.
    pub right: i32,
}

/// A tree: its first split is the root; without splits, its one leaf is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tree<L> {
    /// As `[column, 2 * bin + missing left, left, right]`, parents before children.
    pub splits: Vec<Split>,
    /// What a patient that ends here is given.
    pub leaves: Vec<L>,
}

#[expect(clippy::cast_sign_loss, reason = "a negative number becomes a column or bin beyond all limits")]
impl From<[i32; 4]> for Split {
    fn from([column, place, left, right]: [i32; 4]) -> Self {
        let place = place as u32;
        Self { column: column as u32, bin: place / 2, missing_left: place % 2 == 1, left, right }
    }
}

#[expect(clippy::cast_possible_wrap, reason = "columns and bins are far below 2^30")]
impl From<Split> for [i32; 4] {
    fn from(split: Split) -> Self {
        let place = 2 * split.bin + u32::from(split.missing_left);
        [split.column as i32, place as i32, split.left, split.right]
    }
}

impl OpenedBins<'_> {
    /// The bin of each column of a patient; the last one where the value is missing.
    #[must_use]
    pub fn of(&self, row: usize) -> Vec<u32> {
        self.design.known(row).iter().zip(self.edges).map(|(value, edges)| bin(*value, edges)).collect()
    }

    /// Standardised values of a patient; NaN where a value is missing.
    #[must_use]
    pub fn known(&self, row: usize) -> Vec<f64> {
        self.design.known(row)
    }
}

/// The bin of a standardised value.
pub(crate) fn bin(value: f64, edges: &[f64]) -> u32 {
    let missing = edges.len() + 1;
    let bin = if value.is_nan() { missing } else { edges.partition_point(|edge| *edge <= value) };
    u32::try_from(bin).unwrap_or(u32::MAX)
}

impl Bins {
    /// Bins of a column, the missing one included.
    #[must_use]
    pub fn of_column(&self, column: usize) -> usize {
        self.edges.get(column).map_or(0, Vec::len).saturating_add(2)
    }

    /// Opens the bins over the rows of a site: once a question.
    #[must_use]
    pub fn open<'a>(&'a self, rows: &'a dyn Rows) -> OpenedBins<'a> {
        OpenedBins { edges: &self.edges, design: self.design.open(rows) }
    }

    /// Whether a patient goes left.
    fn goes_left(&self, split: &Split, bins: &[u32]) -> bool {
        let column = split.column as usize;
        let bin = bins[column];
        if bin as usize > self.edges[column].len() { split.missing_left } else { bin <= split.bin }
    }

    /// The leaf of a patient.
    pub(crate) fn leaf(&self, splits: &[Split], bins: &[u32]) -> usize {
        let mut at = if splits.is_empty() { -1 } else { 0 };
        while let Some(split) = usize::try_from(at).ok().and_then(|at| splits.get(at)) {
            at = if self.goes_left(split, bins) { split.left } else { split.right };
        }
        usize::try_from(-1 - at).unwrap_or(0)
    }

    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.design.check(width)?;
        check::length("lists of edges", self.edges.len(), self.design.columns.len())?;
        self.edges.iter().try_for_each(|edges| check::ascending("edges", edges, MOST_EDGES))
    }

    /// Whether every split and every way leads somewhere, and none back.
    pub(crate) fn check_tree(&self, splits: &[Split], leaves: usize) -> Result<(), QueryFault> {
        check::size("splits of a tree", splits.len(), MOST_SPLITS)?;
        check::length("leaves of a tree", leaves, splits.len() + 1)?;
        for (at, split) in splits.iter().enumerate() {
            check::index("column of a split", split.column as usize, self.edges.len())?;
            let bins = self.edges[split.column as usize].len() + 1;
            check::index("bin of a split", split.bin as usize, bins)?;
            for way in [split.left, split.right] {
                match usize::try_from(way) {
                    Ok(next) if next > at => check::index("split", next, splits.len())?,
                    Ok(back) => {
                        return Err(QueryFault::Index { what: "a way back to split", index: back, limit: 0 });
                    }
                    Err(_) => check::index("leaf", way.unsigned_abs() as usize - 1, leaves)?,
                }
            }
        }
        Ok(())
    }
}
