//! What a model decides at its thresholds, and intervals from bootstraps.

use consilium_rounds::result::{Evaluation, Measured, Resampled};

use super::Judged;
use crate::content::{Estimate, Table, ThresholdRow};
use crate::text::{fixed, range};

pub(super) fn estimate(measured: Measured) -> Option<Estimate> {
    measured.value.map(|value| Estimate { value, interval: measured.interval })
}

/// Nothing for a result without decisions.
pub(super) fn row(model: &str, evaluation: &Evaluation) -> Option<ThresholdRow> {
    let decided = &evaluation.threshold;
    if decided.rule.is_empty() {
        return None;
    }
    let rate = |name: &str, measured| (name.to_owned(), estimate(measured));
    let counts = decided.counts;
    let mut by_fold = decided.by_fold.clone();
    by_fold.sort_by(f64::total_cmp);
    let (first, last) = (by_fold.first().copied(), by_fold.last().copied());
    let one = first.filter(|first| Some(*first) == last);
    let spread = match (first, last) {
        (Some(first), Some(last)) if one.is_none() => format!(", {} by fold", range(first, last, 3)),
        _ => String::new(),
    };
    let rule = match decided.rule.as_str() {
        "youden" => "Youden's",
        "fixed" => "fixed",
        other => other,
    };
    Some(ThresholdRow {
        model: model.to_owned(),
        rule: format!("{rule}{spread}"),
        threshold: one,
        counts: [
            counts.true_positives,
            counts.false_positives,
            counts.true_negatives,
            counts.false_negatives,
        ],
        rates: vec![
            rate("Sensitivity", decided.sensitivity),
            rate("Specificity", decided.specificity),
            rate("Positive predictive value", decided.ppv),
            rate("Negative predictive value", decided.npv),
            rate("Accuracy", decided.accuracy),
            rate("Balanced accuracy", decided.balanced_accuracy),
            rate("F1", decided.f1),
            rate("Cohen's kappa", decided.kappa),
            rate("Matthews' correlation", decided.mcc),
        ],
    })
}

/// One rate's interval among the resampled ones.
type Rate = fn(&Resampled) -> Option<[f64; 2]>;

/// Percentile intervals of the rates, beside Wilson's.
pub(super) fn bootstrap(models: &[Judged<'_>]) -> Option<Table> {
    let replicates = models.iter().find_map(|(_, e)| Some(e.bootstrap.as_ref()?.replicates))?;
    let rows: [(&str, Rate); 5] = [
        ("Sensitivity", |b| b.sensitivity),
        ("Specificity", |b| b.specificity),
        ("Positive predictive value", |b| b.ppv),
        ("Negative predictive value", |b| b.npv),
        ("Accuracy", |b| b.accuracy),
    ];
    let cell = |evaluation: &Evaluation, pick: Rate| {
        let interval = evaluation.bootstrap.as_ref().and_then(pick);
        interval.map_or_else(|| "—".to_owned(), |[low, high]| range(low, high, 2))
    };
    let row = |(name, pick): (&str, Rate)| {
        std::iter::once(name.to_owned()).chain(models.iter().map(|(_, e)| cell(e, pick))).collect()
    };
    Some(Table {
        title: format!("Percentile intervals from {} bootstraps.", fixed(f64::from(replicates), 0)),
        columns: std::iter::once("Rate")
            .chain(models.iter().map(|(name, _)| *name))
            .map(String::from)
            .collect(),
        rows: rows.into_iter().map(row).collect(),
        note: "Scores of the one cross-validation are drawn again; models are not fitted again.".to_owned(),
    })
}
