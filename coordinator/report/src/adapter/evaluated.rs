//! Evaluations as numbers and curves.

use consilium_rounds::result::{AucResult, CalibrationResult, Evaluation, StudyResult};
use consilium_types::StudyPlan;

use super::outcome;
use crate::chart::{CalibrationCurve, CalibrationGroup, CalibrationPoint, DecisionCurve, RocCurve};
use crate::content::{Estimate, Measure, Subject};
use crate::text::{fixed, normal_quantile, range};

/// One subject for a yes-or-no outcome; nothing where no model has such an evaluation.
pub(super) fn subjects(plan: &StudyPlan, result: &StudyResult) -> Vec<Subject> {
    let named = result.models.iter().filter_map(|model| Some((model.name.as_str(), model.binary()?)));
    let models: Vec<(&str, &Evaluation)> = named.collect();
    let Some((_, first)) = models.first() else { return Vec::new() };
    let z = normal_quantile(0.5 + plan.evaluate.level / 2.0);
    vec![Subject {
        name: outcome(plan),
        level: plan.evaluate.level,
        models: models.iter().map(|(name, _)| String::from(*name)).collect(),
        measures: measures(&models, z),
        roc: models.iter().map(|(name, evaluation)| roc(name, evaluation)).collect(),
        calibration: models.iter().map(|(name, evaluation)| calibration(name, evaluation, z)).collect(),
        decision: models.iter().map(|(name, evaluation)| decision(name, evaluation)).collect(),
        treat_all: first.net_benefit.iter().map(|point| [point.threshold, point.treat_all]).collect(),
        forests: Vec::new(),
        thresholds: Vec::new(),
    }]
}

fn measures(models: &[(&str, &Evaluation)], z: f64) -> Vec<Measure> {
    let measure = |name: &str, note: &str, value: &dyn Fn(&Evaluation) -> Option<Estimate>| Measure {
        name: name.to_owned(),
        decimals: 3,
        values: models.iter().map(|(_, evaluation)| value(evaluation)).collect(),
        note: note.to_owned(),
    };
    let wald = |value: f64, se: f64| Estimate { value, interval: Some([value - z * se, value + z * se]) };
    let plain = |value: f64| Some(Estimate { value, interval: None });
    let fit =
        |pick: &dyn Fn(&CalibrationResult) -> Estimate, e: &Evaluation| e.calibration.as_ref().map(pick);
    vec![
        measure("AUC", "probability that a case scores above a control", &|e| Some(area(&e.auc))),
        measure("Calibration slope", "1 is perfect, below 1 predictions are too extreme", &|e| {
            fit(&|c| wald(c.slope, c.slope_se), e)
        }),
        measure("Calibration in the large", "0 is perfect, below 0 risks are too high", &|e| {
            fit(&|c| wald(c.in_the_large, c.in_the_large_se), e)
        }),
        measure("Brier score", "mean squared error of the probability, lower is better", &|e| plain(e.brier)),
        measure("Log-loss", "mean minus log-likelihood, lower is better", &|e| plain(e.log_loss)),
    ]
}

fn area(auc: &AucResult) -> Estimate {
    Estimate { value: auc.auc, interval: Some([auc.lower, auc.upper]) }
}

fn roc(name: &str, evaluation: &Evaluation) -> RocCurve {
    let auc = evaluation.auc;
    RocCurve {
        name: name.to_owned(),
        points: evaluation.roc.clone(),
        auc: auc.auc,
        interval: [auc.lower, auc.upper],
    }
}

fn decision(name: &str, evaluation: &Evaluation) -> DecisionCurve {
    let points = evaluation.net_benefit.iter().map(|point| [point.threshold, point.model]).collect();
    DecisionCurve { name: name.to_owned(), points }
}

fn calibration(name: &str, evaluation: &Evaluation, z: f64) -> CalibrationCurve {
    let filled = evaluation.tenths.iter().filter(|tenth| tenth.n > 0);
    let group = |tenth: &consilium_stats::Tenth| {
        let n = tenth.n as f64;
        let (predicted, observed) = (tenth.predicted / n, tenth.cases as f64 / n);
        CalibrationGroup { n: tenth.n, predicted, observed, interval: wilson(observed, n, z) }
    };
    CalibrationCurve {
        name: name.to_owned(),
        groups: filled.map(group).collect(),
        curve: evaluation.calibration.as_ref().map_or_else(Vec::new, recalibrated),
        notes: notes(evaluation, z),
        limit: 1.0,
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
    notes.push(format!("Brier {}", fixed(evaluation.brier, 3)));
    notes
}

/// Wilson's interval of a share (J Am Stat Assoc 22 (1927) 209).
fn wilson(share: f64, n: f64, z: f64) -> [f64; 2] {
    let square = z * z / n;
    let centre = (share + square / 2.0) / (1.0 + square);
    let half = z / (1.0 + square) * libm::sqrt(share * (1.0 - share) / n + square / (4.0 * n));
    [(centre - half).max(0.0), (centre + half).min(1.0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_is_the_known_interval() {
        // statsmodels 0.14, proportion_confint(3, 20, method="wilson")
        let [low, high] = wilson(0.15, 20.0, normal_quantile(0.975));
        assert!((low - 0.052_368_65).abs() < 1e-7 && (high - 0.360_418_86).abs() < 1e-7, "{low} {high}");
    }
}
