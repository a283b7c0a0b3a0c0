//! Importance of columns: shuffled within sites, and divided predictions; both in one exchange.

use std::collections::BTreeSet;

use consilium_stats::attribution::BAND_ENDS;
use consilium_stats::{Accurate, Attributed, Attribution, Permutation, Predictor, Scorer, Target, bits_for};

use super::settings;
use crate::analysis::AnalysisFault;
use crate::analysis::desk::{both, together};
use crate::analysis::study::Study;
use crate::result::{ImportanceResult, PermutationImportance, ShapBand, ShapImportance, Spread};

/// How often a column is shuffled.
pub(super) const REPEATS: u32 = 5;

/// Importance for a yes-or-no outcome, if the plan asks for it.
pub(super) async fn of_cases(study: &Study, scorer: Scorer) -> Result<Vec<ImportanceResult>, AnalysisFault> {
    let asked = settings::importance(study).then_some((1, scorer));
    together(asked.into_iter().map(|(class, scorer)| importance(study, class, scorer))).await
}

/// Importance for each class against all others, if the plan asks for it.
pub(super) async fn of_classes(
    study: &Study,
    label: usize,
    cells: &[Option<Predictor>],
) -> Result<Vec<ImportanceResult>, AnalysisFault> {
    let classes = if settings::importance(study) { study.classes(label, &[]).len() } else { 0 };
    let of_class = |output: usize| {
        let class = u32::try_from(output).unwrap_or(u32::MAX);
        let scorer = Scorer { cells: cells.to_vec(), output, target: Target::Is { label, class } };
        importance(study, class, scorer)
    };
    together((0..classes).map(of_class)).await
}

/// Importance of the columns of any cell's model for its out-of-fold scores.
async fn importance(study: &Study, class: u32, scorer: Scorer) -> Result<ImportanceResult, AnalysisFault> {
    let predictors = || scorer.cells.iter().flatten();
    let columns: BTreeSet<usize> = predictors().flat_map(|p| p.design().columns.clone()).collect();
    let columns: Vec<usize> = columns.into_iter().collect();
    let bits = bits_for(study.counts.cells.iter().sum());
    let explained = predictors().all(Predictor::is_explained);
    let model = scorer.clone();
    let shuffled =
        study.ask(Permutation { model: model.clone(), columns: columns.clone(), repeats: REPEATS, bits });
    let divided = async {
        let of_columns = if explained { columns.clone() } else { Vec::new() };
        study.ask(Attribution { model, columns: of_columns }).await
    };
    let ((whole, shuffled), divided) = both(shuffled, divided).await?;
    let name = |column: &usize| crate::result::column_name(study.schema(), *column);
    Ok(ImportanceResult {
        class,
        concordance: Vec::new(),
        permutation: columns
            .iter()
            .zip(&shuffled)
            .map(|(c, found)| permuted(name(c), &whole, found))
            .collect(),
        shap: columns.iter().zip(&divided).map(|(c, found)| attributed(name(c), found)).collect(),
    })
}

fn permuted(column: String, whole: &Accurate, shuffled: &[Accurate]) -> PermutationImportance {
    let n = whole.patients.max(1) as f64;
    let spread =
        |worse: &dyn Fn(&Accurate) -> f64| Spread::of(&shuffled.iter().map(worse).collect::<Vec<_>>());
    PermutationImportance {
        column,
        brier: spread(&|found| (found.squared_error - whole.squared_error) / n),
        log_loss: spread(&|found| (found.log_loss - whole.log_loss) / n),
        auc: spread(&|found| whole.auc - found.auc),
    }
}

pub(super) fn attributed(column: String, found: &Attributed) -> ShapImportance {
    let n = found.patients.max(1) as f64;
    let missing = found.bands.len().saturating_sub(1);
    let band = |(i, (patients, sum)): (usize, &(u64, f64))| ShapBand {
        from: i.checked_sub(1).filter(|_| i < missing).map(|i| BAND_ENDS[i]),
        to: BAND_ENDS.get(i).copied(),
        missing: i == missing,
        patients: *patients,
        mean: sum / (*patients).max(1) as f64,
    };
    let bands = found.bands.iter().enumerate().filter(|(_, (patients, _))| *patients > 0);
    ShapImportance {
        column,
        patients: found.patients,
        mean_abs: found.magnitude / n,
        mean: (found.positive + found.negative) / n,
        positive: found.positive / n,
        negative: found.negative / n,
        bands: bands.map(band).collect(),
    }
}
