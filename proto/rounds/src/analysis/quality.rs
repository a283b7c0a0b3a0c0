//! What the cohort and its columns are like, and how large a model they support.
//!
//! Two exchanges that travel beside those of the preparation, so that the report costs none of its own.
//! Spec: docs/reference/methods/quality.md.

use consilium_stats::{ColumnVariance, Quality, Scale};
use consilium_types::ColumnKind;
use consilium_types::plan::ModelFamily;

use super::AnalysisFault;
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
        budget: Budget::of(&study.classes(0, &[]), asked(study)),
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

/// Columns of the largest model of the plan.
fn asked(study: &Study) -> u64 {
    let of_kind = |kind| study.columns(kind).len();
    let most = study.plan().select.as_ref().map_or(usize::MAX, |select| select.max as usize);
    let (radiomic, clinical) = (of_kind(ColumnKind::Radiomic).min(most), of_kind(ColumnKind::Clinical));
    let columns = |family: &ModelFamily| match family {
        ModelFamily::Clinical => clinical,
        ModelFamily::Radiomics => radiomic,
        ModelFamily::Combined => radiomic + clinical,
    };
    study.plan().model.families.iter().map(columns).max().unwrap_or(0) as u64
}
