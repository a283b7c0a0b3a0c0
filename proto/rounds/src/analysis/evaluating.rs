//! Evaluation of all models on their out-of-fold scores: ROC by refinement, calibration, accuracy.

use consilium_stats::calibration::CalibrationStep;
use consilium_stats::distribution::normal_quantile;
use consilium_stats::{
    Accuracy, AccuracySums, Area, Calibration, Computation, Derivatives, Interval, Query, Roc, Scorer,
    Summary, Tally,
};
use consilium_types::plan::{Learner, ModelFamily};

use super::fitting::Fitted;
use super::preparing::Prepared;
use super::training::Trained;
use super::{AnalysisFault, Progress, Stage, Study, ask, finish};
use crate::result::{
    AucResult, CalibrationResult, Evaluation, LogisticResult, ModelResult, NetBenefit, NetworkResult,
};

/// Newton steps of a calibration fit before it is given up.
const MOST_CALIBRATION_STEPS: u32 = 30;

/// Models and what is known of their scores.
#[derive(Debug, Clone)]
pub(super) struct Evaluating {
    prepared: Prepared,
    models: Vec<Candidate>,
    step: u32,
}

#[derive(Debug, Clone)]
struct Candidate {
    family: ModelFamily,
    scorer: Scorer,
    logistic: Option<LogisticResult>,
    network: Option<NetworkResult>,
    /// Pure tallies, and those a further question splits.
    settled: Vec<Tally>,
    mixed: Vec<Interval>,
    calibration: CalibrationFit,
}

/// Intercept and slope, and intercept alone, on their way.
#[derive(Debug, Clone, Default)]
struct CalibrationFit {
    /// Intercept, slope, intercept at slope 1.
    point: [f64; 3],
    done: bool,
    result: Option<CalibrationResult>,
}

/// Starts with the ROC of every model.
pub(super) fn begin(
    study: Study,
    prepared: Prepared,
    fitted: Vec<Fitted>,
    trained: Vec<Trained>,
) -> Result<Progress, AnalysisFault> {
    let [controls, cases] = study.patients(&[]);
    if controls == 0 || cases == 0 {
        return Err(AnalysisFault::NothingToRank);
    }
    let logistic = fitted.into_iter().map(|f| Candidate::new(f.family, f.scorer, Some(f.logistic), None));
    let networks = trained.into_iter().map(|t| Candidate::new(t.family, t.scorer, None, Some(t.network)));
    let models = match study.plan.model.learner {
        Learner::Logistic => logistic.chain(networks).collect(),
        Learner::Mlp => networks.chain(logistic).collect(),
    };
    let evaluating = Evaluating { prepared, models, step: 0 };
    let query = evaluating.roc();
    Ok(ask(study, Stage::Evaluating(Box::new(evaluating)), query))
}

impl Candidate {
    fn new(
        family: ModelFamily,
        scorer: Scorer,
        logistic: Option<LogisticResult>,
        network: Option<NetworkResult>,
    ) -> Self {
        let calibration = CalibrationFit { point: [0.0, 1.0, 0.0], ..CalibrationFit::default() };
        let mixed = vec![Interval::whole()];
        Self { family, scorer, logistic, network, settled: Vec::new(), mixed, calibration }
    }

    fn settle(&mut self, tallies: &[Tally]) {
        let (mixed, settled): (Vec<&Tally>, Vec<&Tally>) = tallies.iter().partition(|tally| tally.is_mixed());
        self.mixed = mixed.iter().map(|tally| tally.interval).collect();
        self.settled.extend(settled);
    }

    fn name(&self) -> String {
        let learner = if self.network.is_some() { "mlp" } else { "logistic" };
        let family = match self.family {
            ModelFamily::Clinical => "clinical",
            ModelFamily::Radiomics => "radiomics",
            ModelFamily::Combined => "combined",
        };
        format!("{family}/{learner}")
    }
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

impl Evaluating {
    fn roc(&self) -> Query {
        Query::Roc(Roc {
            models: self.scorers(),
            split: self.models.iter().map(|m| m.mixed.clone()).collect(),
        })
    }

    fn calibration(&self) -> Query {
        let points = self.models.iter().map(|m| m.calibration.point).collect();
        Query::Calibration(Calibration { models: self.scorers(), points })
    }

    fn accuracy(&self, study: &Study) -> Query {
        Query::Accuracy(Accuracy {
            models: self.scorers(),
            thresholds: thresholds(study.plan.evaluate.thresholds),
        })
    }

    fn scorers(&self) -> Vec<Scorer> {
        self.models.iter().map(|model| model.scorer.clone()).collect()
    }

    pub(super) fn absorb(
        mut self: Box<Self>,
        study: Study,
        query: &Query,
        sum: &Summary,
    ) -> Result<Progress, AnalysisFault> {
        let next = match query {
            Query::Roc(roc) => {
                self.models.iter_mut().zip(roc.finish(sum)?).for_each(|(model, t)| model.settle(&t));
                let mixed = self.models.iter().any(|model| !model.mixed.is_empty());
                if mixed { self.roc() } else { self.calibration() }
            }
            Query::Calibration(calibration) => {
                if self.calibrate(&calibration.finish(sum)?) {
                    self.accuracy(&study)
                } else {
                    self.calibration()
                }
            }
            Query::Accuracy(accuracy) => {
                let sums = accuracy.finish(sum)?;
                let models = self.results(&study, &accuracy.thresholds, &sums)?;
                return Ok(finish(&study, &self.prepared, models));
            }
            _ => return Err(AnalysisFault::OutOfTurn),
        };
        Ok(ask(study, Stage::Evaluating(self), next))
    }

    /// Moves every calibration fit; whether all are done.
    fn calibrate(&mut self, steps: &[CalibrationStep]) -> bool {
        self.step += 1;
        let last = self.step >= MOST_CALIBRATION_STEPS;
        for (model, step) in self.models.iter_mut().zip(steps) {
            model.calibration.advance(step, last);
        }
        self.models.iter().all(|model| model.calibration.done)
    }

    fn results(
        &self,
        study: &Study,
        thresholds: &[f64],
        sums: &[AccuracySums],
    ) -> Result<Vec<ModelResult>, AnalysisFault> {
        let result = |(model, sums): (&Candidate, &AccuracySums)| {
            let area = Area::of(&model.settled).ok_or(AnalysisFault::NothingToRank)?;
            Ok(ModelResult {
                name: model.name(),
                family: model.family,
                logistic: model.logistic.clone(),
                network: model.network.clone(),
                evaluation: evaluation(study, area, model.calibration.result, thresholds, sums),
            })
        };
        self.models.iter().zip(sums).map(result).collect()
    }
}

fn evaluation(
    study: &Study,
    area: Area,
    calibration: Option<CalibrationResult>,
    thresholds: &[f64],
    sums: &AccuracySums,
) -> Evaluation {
    let [controls, cases] = study.patients(&[]);
    let n = (controls + cases) as f64;
    let z = normal_quantile(f64::midpoint(1.0, study.plan.evaluate.level));
    Evaluation {
        auc: AucResult {
            auc: area.auc,
            se: area.se,
            lower: (area.auc - z * area.se).max(0.0),
            upper: (area.auc + z * area.se).min(1.0),
            level: study.plan.evaluate.level,
        },
        roc: area.curve,
        calibration,
        brier: sums.squared_error / n,
        log_loss: sums.log_loss / n,
        tenths: sums.tenths.clone(),
        net_benefit: net_benefit(thresholds, &sums.positives, n, cases as f64),
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
