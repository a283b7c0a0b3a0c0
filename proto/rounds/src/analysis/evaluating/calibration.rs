//! Calibration fits: intercept and slope, intercept alone, and the smooth curve.

use consilium_stats::calibration::CalibrationStep;
use consilium_stats::design::logistic;
use consilium_stats::distribution::normal_quantile;
use consilium_stats::roc::cuts;
use consilium_stats::{Calibration, Curve, Derivatives, Interval, Knots, Scorer, Tally};

use super::ranking::GROUPS;
use crate::analysis::AnalysisFault;
use crate::analysis::study::Study;
use crate::result::{CalibrationCurve, CalibrationResult, CurvePoint};

/// Newton steps of a calibration fit before it is given up.
const MOST_STEPS: u32 = 30;
/// Intervals between the points of a curve.
const CURVE_STEPS: u32 = 50;
/// A step this small ends a fit.
const TOLERANCE: f64 = 1e-9;
/// A coefficient beyond this has run away.
const RUNAWAY: f64 = 1e3;

/// Intercept and slope, and intercept alone, on their way.
#[derive(Debug, Clone, Default)]
struct CalibrationFit {
    /// Intercept, slope, intercept at slope 1.
    point: [f64; 3],
    done: bool,
    result: Option<CalibrationResult>,
}

/// Intercept and slope of the scores, by Newton's method.
pub(super) async fn line(study: &Study, scorer: &Scorer) -> Result<Option<CalibrationResult>, AnalysisFault> {
    let mut fit = CalibrationFit { point: [0.0, 1.0, 0.0], ..CalibrationFit::default() };
    for step in 1..=MOST_STEPS {
        let calibration = Calibration { models: vec![scorer.clone()], points: vec![fit.point] };
        fit.advance(&study.ask(calibration).await?[0], step == MOST_STEPS);
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
        let moved = newton_step(&step.joint).filter(|_| step.intercept[1] > 0.0);
        let Some(joint) = moved else {
            self.done = true;
            return;
        };
        let offset = step.intercept[0] / step.intercept[1];
        let size = joint[0].abs().max(joint[1].abs()).max(offset.abs());
        if size <= TOLERANCE {
            self.result = Self::result(self.point, step);
            self.done = true;
            return;
        }
        self.point = [self.point[0] + joint[0], self.point[1] + joint[1], self.point[2] + offset];
        self.done = last || self.point.iter().any(|x| !x.is_finite() || x.abs() > RUNAWAY);
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

/// The smooth curve, with knots where a tenth, half and nine tenths of the patients lie below, to 1/4096.
pub(super) async fn curve(
    study: &Study,
    scorer: &Scorer,
    coarse: &[Tally],
) -> Result<Option<CalibrationCurve>, AnalysisFault> {
    let Some(knots) = knots(coarse) else { return Ok(None) };
    let mut point = [0.0, 1.0, 0.0];
    for _ in 0..MOST_STEPS {
        let curve = Curve { models: vec![scorer.clone()], knots: vec![knots], points: vec![point] };
        let at = study.ask(curve).await?.remove(0);
        let Some(step) = newton_step(&at) else { return Ok(None) };
        if step.iter().all(|s| s.abs() <= TOLERANCE) {
            return Ok(described(study, coarse, knots, point, &at));
        }
        point.iter_mut().zip(&step).for_each(|(b, s)| *b += s);
        if point.iter().any(|b| !b.is_finite() || b.abs() > RUNAWAY) {
            return Ok(None);
        }
    }
    Ok(None)
}

fn newton_step(at: &Derivatives) -> Option<Vec<f64>> {
    Some(at.information.cholesky()?.solve(&at.gradient))
}

fn knots(coarse: &[Tally]) -> Option<Knots> {
    let cuts = cuts(coarse, GROUPS);
    let probability = |cut: u64| cut as f64 / Interval::whole().end() as f64;
    Knots::new([*cuts.first()?, *cuts.get(4)?, *cuts.get(8)?].map(probability))
}

/// The curve from the first to the last interval that holds a patient.
fn described(
    study: &Study,
    coarse: &[Tally],
    knots: Knots,
    point: [f64; 3],
    at: &Derivatives,
) -> Option<CalibrationCurve> {
    let covariance = at.information.cholesky()?.inverse();
    let z = normal_quantile(f64::midpoint(1.0, study.plan().evaluate.level));
    let whole = Interval::whole().end() as f64;
    let first = coarse.first()?.interval.low.max(1) as f64 / whole;
    let last = coarse.last()?.interval.end() as f64 / whole;
    let at = |step: u32| {
        let predicted = first + (last - first) * f64::from(step) / f64::from(CURVE_STEPS);
        let basis = knots.basis(predicted);
        let eta = basis.iter().zip(&point).fold(0.0, |eta, (x, b)| eta + x * b);
        let pairs = (0..3).flat_map(|i| (0..3).map(move |j| (i, j)));
        let variance = pairs.fold(0.0, |sum, (i, j)| sum + basis[i] * covariance[i][j] * basis[j]);
        let half = z * variance.max(0.0).sqrt();
        let ends = [eta - half, eta + half].map(logistic);
        CurvePoint { predicted, observed: logistic(eta), lower: ends[0], upper: ends[1] }
    };
    let points = (0..=CURVE_STEPS).map(at).collect();
    Some(CalibrationCurve { knots: knots.0, coefficients: point, covariance, points })
}
