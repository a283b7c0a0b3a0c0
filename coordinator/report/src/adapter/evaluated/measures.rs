//! Numbers about a yes-or-no question, a row each.

use consilium_rounds::result::{AucResult, CalibrationResult, Evaluation};

use super::{Confidence, Judged, plain};
use crate::content::{Estimate, Measure};

/// A row of one number for every model.
pub(super) fn row<T>(
    name: &str,
    note: &str,
    models: &[(&str, &T)],
    value: impl Fn(&T) -> Option<Estimate>,
) -> Measure {
    Measure {
        name: name.to_owned(),
        decimals: 3,
        values: models.iter().map(|(_, evaluation)| value(evaluation)).collect(),
        note: note.to_owned(),
        p: false,
    }
}

pub(super) fn area(auc: &AucResult) -> Estimate {
    Estimate { value: auc.auc, interval: Some([auc.lower, auc.upper]) }
}

/// Rows that no model has a number for are left out.
pub(super) fn measures(models: &[Judged<'_>], confidence: Confidence) -> Vec<Measure> {
    let mut rows = discrimination(models);
    rows.extend(calibration(models, confidence));
    rows.extend(errors(models));
    rows.retain(|row| row.values.iter().any(Option::is_some));
    rows
}

fn discrimination(models: &[Judged<'_>]) -> Vec<Measure> {
    vec![
        row("AUC", "probability that a case scores above a control", models, |e| Some(area(&e.auc))),
        row("AUC, bootstrap interval", "percentiles over Poisson bootstraps", models, |e| {
            let interval = e.bootstrap.as_ref()?.auc?;
            Some(Estimate { value: e.auc.auc, interval: Some(interval) })
        }),
        row("AUC within hospitals", "only pairs of the same hospital", models, |e| {
            let within = e.within_sites.as_ref()?;
            Some(Estimate { value: within.auc, interval: Some(within.interval) })
        }),
    ]
}

fn calibration(models: &[Judged<'_>], confidence: Confidence) -> Vec<Measure> {
    let fit = |pick: fn(&CalibrationResult) -> [f64; 2]| {
        move |e: &Evaluation| {
            let [value, se] = pick(e.calibration.as_ref()?);
            Some(confidence.wald(value, se))
        }
    };
    let mut test = row("Hosmer–Lemeshow p", "small values speak against calibration", models, |e| {
        e.deciles.hosmer_lemeshow.map(|test| plain(test.p))
    });
    test.p = true;
    vec![
        row(
            "Calibration slope",
            "1 is perfect, below 1 predictions are too extreme",
            models,
            fit(|c| [c.slope, c.slope_se]),
        ),
        row(
            "Calibration in the large",
            "0 is perfect, below 0 risks are too high",
            models,
            fit(|c| [c.in_the_large, c.in_the_large_se]),
        ),
        row(
            "Calibration error",
            "mean distance of predicted and observed risk over tenths of patients",
            models,
            |e| (!e.deciles.groups.is_empty()).then(|| plain(e.deciles.calibration_error)),
        ),
        row(
            "Hosmer–Lemeshow χ²",
            "over tenths of patients, as many degrees of freedom as groups",
            models,
            |e| e.deciles.hosmer_lemeshow.map(|test| plain(test.statistic)),
        ),
        test,
    ]
}

fn errors(models: &[Judged<'_>]) -> Vec<Measure> {
    vec![
        row("Brier score", "mean squared error of the probability, lower is better", models, |e| {
            Some(Estimate { value: e.brier, interval: e.bootstrap.as_ref().and_then(|b| b.brier) })
        }),
        row("Scaled Brier score", "1 is perfect, 0 no better than the prevalence", models, |e| {
            (e.n > 0).then(|| plain(e.scaled_brier))
        }),
        row("Log-loss", "mean minus log-likelihood, lower is better", models, |e| Some(plain(e.log_loss))),
    ]
}
