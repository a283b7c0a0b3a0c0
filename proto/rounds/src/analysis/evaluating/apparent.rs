//! A model on the patients it was trained on, beside those that were held out once.
//!
//! Papers with a hold-out print both; the figures of the training part are optimistic, and say so by their name.

use consilium_stats::{Predictor, Scorer};

use crate::analysis::study::Study;

/// The tested model, put to its own training patients; nothing where patients are not held out once.
pub(super) fn cells(study: &Study, tested: &[Option<Predictor>]) -> Option<Vec<Option<Predictor>>> {
    let last = study.held_back()?;
    let model = tested.get(last)?.clone()?;
    Some((0..=last).map(|cell| (cell < last).then(|| model.clone())).collect())
}

/// The same model put to the held-out patients; nothing for a score that is not apparent.
pub(super) fn tested(study: &Study, scorer: &Scorer) -> Option<Scorer> {
    let last = study.held_back()?;
    let apparent = scorer.cells.get(last)?.is_none();
    let model = scorer.cells.first()?.clone()?;
    apparent.then(|| Scorer { cells: study.by_cell([model]), ..scorer.clone() })
}
