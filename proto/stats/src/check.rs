//! Checks of an untrusted question. After them, answering cannot panic or exhaust a site.

use crate::QueryFault;

/// Cells of an analysis.
pub(crate) const MOST_CELLS: usize = 100;
/// Labels of a study.
pub(crate) const MOST_LABELS: usize = 50;
/// Classes of a label.
pub(crate) const MOST_CLASSES: usize = 50;
/// Intervals of a grid of times: a century of days.
pub(crate) const MOST_INTERVALS: usize = 40_000;
/// Words of one summary: 64 MiB of statistics.
pub(crate) const MOST_WORDS: usize = 1 << 22;
/// Logistic fits, networks or scored models in one question.
pub(crate) const MOST_FITS: usize = 20_000;
/// Scalars of one network.
pub(crate) const MOST_PARAMETERS: usize = 1 << 22;

pub(crate) fn index(what: &'static str, index: usize, limit: usize) -> Result<(), QueryFault> {
    if index < limit { Ok(()) } else { Err(QueryFault::Index { what, index, limit }) }
}

pub(crate) fn length(what: &'static str, found: usize, expected: usize) -> Result<(), QueryFault> {
    if found == expected { Ok(()) } else { Err(QueryFault::Length { what, found, expected }) }
}

pub(crate) fn size(what: &'static str, found: usize, limit: usize) -> Result<(), QueryFault> {
    if found <= limit { Ok(()) } else { Err(QueryFault::Size { what, found, limit }) }
}

pub(crate) fn finite(what: &'static str, numbers: &[f64]) -> Result<(), QueryFault> {
    if numbers.iter().all(|x| x.is_finite()) { Ok(()) } else { Err(QueryFault::Number(what)) }
}

pub(crate) fn positive(what: &'static str, numbers: &[f64]) -> Result<(), QueryFault> {
    finite(what, numbers)?;
    if numbers.iter().all(|x| *x > 0.0) { Ok(()) } else { Err(QueryFault::Number(what)) }
}

/// A number of patients, below 2^40.
pub(crate) fn patients(patients: u64) -> Result<(), QueryFault> {
    size("patients", usize::try_from(patients).unwrap_or(usize::MAX), 1 << 40)
}

/// Finite numbers, each larger than the one before, and not too many.
pub(crate) fn ascending(what: &'static str, numbers: &[f64], most: usize) -> Result<(), QueryFault> {
    size(what, numbers.len(), most)?;
    finite(what, numbers)?;
    if numbers.windows(2).all(|pair| pair[0] < pair[1]) { Ok(()) } else { Err(QueryFault::Number(what)) }
}
