//! What the cohort and its columns are like, and how large a model they support.
//!
//! Two exchanges that travel beside those of the preparation, so that the report costs none of its own.
//! Spec: docs/reference/methods/quality.md.

use consilium_stats::{ColumnVariance, Quality, Scale};

use super::AnalysisFault;
use super::size::Size;
use super::study::Study;
use crate::result::{Budget, ColumnQuality, OutcomeCount, QualityResult};

/// Asks for missing values and the variance between sites.
pub(super) async fn assess(study: &Study) -> Result<QualityResult, AnalysisFault> {
    let conditioning = study.ask(Scale { width: study.schema().columns.len() }).await?;
    let found = study.ask(Quality { conditioning }).await?;
    let patients: u64 = study.counts.cells.iter().sum();
    let named = study.schema().columns.iter().zip(&found.columns);
    let labels = 0..study.counts.labels.len();
    Ok(QualityResult {
        sites: found.sites,
        batches: found.batches,
        outcomes: labels.map(|label| OutcomeCount::new(study.classes(label, &[]))).collect(),
        columns: named.map(|(column, at)| quality(column.name.clone(), at, patients)).collect(),
        budget: budget(study),
    })
}

fn quality(column: String, at: &ColumnVariance, patients: u64) -> ColumnQuality {
    let missing = patients.saturating_sub(at.known);
    ColumnQuality {
        column,
        missing,
        missing_share: missing as f64 / patients.max(1) as f64,
        constant: at.between_sites.is_none(),
        between_sites: at.between_sites,
        between_batches: at.between_batches,
    }
}

/// Size of model that the first label supports, and that the plan asks for; the counts are enough.
pub(super) fn budget(study: &Study) -> Budget {
    let asked = Size::of(study.plan(), study.schema(), study.roster().len()).columns;
    Budget::of(&study.classes(0, &[]), asked as u64)
}
