//! The pooled analysis, computed on the spot for comparison.
//!
//! Plain f64 over all rows at once, two-pass means, brute-force pairs, linear algebra from nalgebra and
//! distributions from statrs: it follows docs/reference/methods.md but shares no numerical code with
//! `consilium-stats`, so agreement means something. Never: used by a node or a coordinator; outside the demo
//! nobody holds all rows.

mod auc;
mod fold;
mod logistic;
mod nested;
mod screen;
mod table;

pub(crate) use auc::Auc;
pub(crate) use nested::{Analysis, PooledModel, analyse, transfer};
pub(crate) use table::Table;

/// Why a number is not given, in words for the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotEstimable {
    /// A training set without cases or without controls.
    #[error("a training set has {cases} cases and {controls} controls")]
    OneClass {
        /// Cases in it.
        cases: usize,
        /// Controls in it.
        controls: usize,
    },
    /// Nothing to fit on.
    #[error("no column varies in a training set")]
    NoColumn,
    /// Newton's method ran away or stalled.
    #[error("the fit does not converge (separated classes)")]
    NotConverged,
    /// An AUC needs both classes among the scored patients.
    #[error("the scored patients have {cases} cases and {controls} controls")]
    NothingToRank {
        /// Cases scored.
        cases: usize,
        /// Controls scored.
        controls: usize,
    },
    /// Nested folds need three cells with patients.
    #[error("{0} folds hold patients; choosing lambda needs 3")]
    TooFewCells(usize),
}
