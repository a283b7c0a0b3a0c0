//! Curves of an evaluation: ROC, calibration, decision.

use consilium_rounds::result::{CalibrationResult, Evaluation};
use consilium_stats::Tenth;
use consilium_stats::inference::wilson;

use super::Confidence;
use crate::chart::{CalibrationCurve, CalibrationGroup, CalibrationPoint, DecisionCurve, RocCurve};
use crate::text::{fixed, p_relation, range};

pub(super) fn roc(name: &str, evaluation: &Evaluation) -> RocCurve {
    let auc = evaluation.auc;
    let interval = [auc.lower, auc.upper];
    RocCurve { name: name.to_owned(), points: evaluation.roc.clone(), auc: auc.auc, interval }
}

pub(super) fn decision(name: &str, evaluation: &Evaluation) -> DecisionCurve {
    let points = evaluation.net_benefit.iter().map(|point| [point.threshold, point.model]).collect();
    DecisionCurve { name: name.to_owned(), points }
}

/// Tenths of the patients where the result has them, else tenths of the score; the smooth curve, else the fitted line.
pub(super) fn calibration(name: &str, evaluation: &Evaluation, confidence: Confidence) -> CalibrationCurve {
    let tenths =
        if evaluation.deciles.groups.is_empty() { &evaluation.tenths } else { &evaluation.deciles.groups };
    let group = |tenth: &Tenth| {
        let n = tenth.n as f64;
        let interval = wilson(tenth.cases, tenth.n, confidence.level)?;
        let (predicted, observed) = (tenth.predicted / n, tenth.cases as f64 / n);
        Some(CalibrationGroup { n: tenth.n, predicted, observed, interval })
    };
    let smooth = evaluation.curve.as_ref().map(|curve| {
        let point = |p: &consilium_rounds::result::CurvePoint| CalibrationPoint {
            predicted: p.predicted,
            observed: p.observed,
            interval: Some([p.lower, p.upper]),
        };
        curve.points.iter().map(point).collect()
    });
    let fitted = || evaluation.calibration.as_ref().map_or_else(Vec::new, recalibrated);
    let groups: Vec<CalibrationGroup> = tenths.iter().filter_map(group).collect();
    let highest = groups.iter().map(|group| group.interval[1].max(group.predicted)).fold(0.0, f64::max);
    CalibrationCurve {
        name: name.to_owned(),
        curve: smooth.unwrap_or_else(fitted),
        notes: notes(evaluation, confidence.z),
        limit: (libm::ceil(highest * 10.0) / 10.0).clamp(0.1, 1.0),
        groups,
    }
}

/// The fitted line `logit(observed) = intercept + slope logit(predicted)`, on the scale of risks.
fn recalibrated(fit: &CalibrationResult) -> Vec<CalibrationPoint> {
    let point = |i: u32| {
        let predicted = f64::from(i) / 100.0;
        let score = fit.intercept + fit.slope * libm::log(predicted / (1.0 - predicted));
        CalibrationPoint { predicted, observed: 1.0 / (1.0 + libm::exp(-score)), interval: None }
    };
    (1..100).map(point).collect()
}

fn notes(evaluation: &Evaluation, z: f64) -> Vec<String> {
    let interval =
        |value: f64, se: f64| format!("{} ({})", fixed(value, 2), range(value - z * se, value + z * se, 2));
    let mut notes = Vec::new();
    if let Some(fit) = &evaluation.calibration {
        notes.push(format!("Slope {}", interval(fit.slope, fit.slope_se)));
        notes.push(format!("In the large {}", interval(fit.in_the_large, fit.in_the_large_se)));
    }
    if !evaluation.deciles.groups.is_empty() {
        notes.push(format!("Calibration error {}", fixed(evaluation.deciles.calibration_error, 3)));
    }
    if let Some(test) = &evaluation.deciles.hosmer_lemeshow {
        notes.push(format!("Hosmer–Lemeshow p {}", p_relation(test.p)));
    }
    notes.push(format!("Brier {}", fixed(evaluation.brier, 3)));
    notes
}
