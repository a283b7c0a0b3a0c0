//! A yes-or-no outcome: ROC by refinement, calibration, accuracy, net benefit.

use consilium_stats::calibration::CalibrationStep;
use consilium_stats::distribution::normal_quantile;
use consilium_stats::{Accuracy, AccuracySums, Area, Calibration, Derivatives, Interval, Roc, Scorer, Tally};

use crate::analysis::AnalysisFault;
use crate::analysis::desk::both;
use crate::analysis::study::Study;
use crate::result::{AucResult, CalibrationResult, Evaluation, NetBenefit};

/// Newton steps of a calibration fit before it is given up.
const MOST_CALIBRATION_STEPS: u32 = 30;

/// Intercept and slope, and intercept alone, on their way.
#[derive(Debug, Clone, Default)]
struct CalibrationFit {
    /// Intercept, slope, intercept at slope 1.
    point: [f64; 3],
    done: bool,
    result: Option<CalibrationResult>,
}

/// All that is reported of a score between 0 and 1 for a yes-or-no target.
pub(super) async fn evaluate(
    study: &Study,
    label: usize,
    scorer: &Scorer,
) -> Result<Evaluation, AnalysisFault> {
    let thresholds = thresholds(study.plan().evaluate.thresholds);
    let accuracy = Accuracy { models: vec![scorer.clone()], thresholds: thresholds.clone() };
    let accuracy = async { Ok(study.ask(accuracy).await?.remove(0)) };
    let curves = both(area(study, scorer), calibrate(study, scorer));
    let ((area, calibration), sums) = both(curves, accuracy).await?;
    Ok(evaluation(study, label, area, calibration, &thresholds, &sums))
}

/// The exact area under the curve, by refinement of intervals of the score.
async fn area(study: &Study, scorer: &Scorer) -> Result<Area, AnalysisFault> {
    let (mut settled, mut mixed) = (Vec::new(), vec![Interval::whole()]);
    while !mixed.is_empty() {
        let roc = Roc { models: vec![scorer.clone()], split: vec![mixed] };
        let tallies = study.ask(roc).await?.remove(0);
        let (still, done): (Vec<Tally>, Vec<Tally>) = tallies.into_iter().partition(Tally::is_mixed);
        mixed = still.iter().map(|tally| tally.interval).collect();
        settled.extend(done);
    }
    Area::of(&settled).ok_or(AnalysisFault::NothingToRank)
}

async fn calibrate(study: &Study, scorer: &Scorer) -> Result<Option<CalibrationResult>, AnalysisFault> {
    let mut fit = CalibrationFit { point: [0.0, 1.0, 0.0], ..CalibrationFit::default() };
    for step in 1..=MOST_CALIBRATION_STEPS {
        let calibration = Calibration { models: vec![scorer.clone()], points: vec![fit.point] };
        fit.advance(&study.ask(calibration).await?[0], step == MOST_CALIBRATION_STEPS);
        if fit.done {
            break;
        }
    }
    Ok(fit.result)
}

impl CalibrationFit {
    fn advance(&mut self, step: &CalibrationStep, last: bool) {
        if self.done {
            return;
        }
        let moved = Self::joint_step(&step.joint).filter(|_| step.intercept[1] > 0.0);
        let Some(joint) = moved else {
            self.done = true;
            return;
        };
        let offset = step.intercept[0] / step.intercept[1];
        let size = joint[0].abs().max(joint[1].abs()).max(offset.abs());
        if size <= 1e-9 {
            self.result = Self::result(self.point, step);
            self.done = true;
            return;
        }
        self.point = [self.point[0] + joint[0], self.point[1] + joint[1], self.point[2] + offset];
        self.done = last || self.point.iter().any(|x| !x.is_finite() || x.abs() > 1e3);
    }

    fn joint_step(at: &Derivatives) -> Option<Vec<f64>> {
        Some(at.information.cholesky()?.solve(&at.gradient))
    }

    fn result(point: [f64; 3], step: &CalibrationStep) -> Option<CalibrationResult> {
        let covariance = step.joint.information.cholesky()?.inverse();
        Some(CalibrationResult {
            intercept: point[0],
            intercept_se: covariance[0][0].sqrt(),
            slope: point[1],
            slope_se: covariance[1][1].sqrt(),
            in_the_large: point[2],
            in_the_large_se: (1.0 / step.intercept[1]).sqrt(),
        })
    }
}

fn evaluation(
    study: &Study,
    label: usize,
    area: Area,
    calibration: Option<CalibrationResult>,
    thresholds: &[f64],
    sums: &AccuracySums,
) -> Evaluation {
    let classes = study.classes(label, &[]);
    let (n, cases) = (classes.iter().sum::<u64>() as f64, classes[1] as f64);
    let z = normal_quantile(f64::midpoint(1.0, study.plan().evaluate.level));
    Evaluation {
        auc: AucResult {
            auc: area.auc,
            se: area.se,
            lower: (area.auc - z * area.se).max(0.0),
            upper: (area.auc + z * area.se).min(1.0),
            level: study.plan().evaluate.level,
        },
        roc: area.curve,
        calibration,
        brier: sums.squared_error / n,
        log_loss: sums.log_loss / n,
        tenths: sums.tenths.clone(),
        net_benefit: net_benefit(thresholds, &sums.positives, n, cases),
    }
}

/// Source: Vickers and Elkin, Med Decis Making 26 (2006) 565.
fn net_benefit(thresholds: &[f64], positives: &[[u64; 2]], n: f64, cases: f64) -> Vec<NetBenefit> {
    let at = |(threshold, [false_positives, true_positives]): (&f64, &[u64; 2])| {
        let odds = threshold / (1.0 - threshold);
        NetBenefit {
            threshold: *threshold,
            true_positives: *true_positives,
            false_positives: *false_positives,
            model: *true_positives as f64 / n - *false_positives as f64 / n * odds,
            treat_all: cases / n - (n - cases) / n * odds,
        }
    };
    thresholds.iter().zip(positives).map(at).collect()
}

/// Hundredths from the first to the last threshold, both included.
fn thresholds([first, last]: [f64; 2]) -> Vec<f64> {
    #[expect(clippy::cast_possible_truncation, reason = "a plan's thresholds lie in (0, 1)")]
    let hundredth = |x: f64| (x * 100.0).round() as i32;
    (hundredth(first)..=hundredth(last)).map(|step| f64::from(step) / 100.0).collect()
}
