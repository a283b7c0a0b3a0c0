//! Area under the ROC curve with DeLong's standard error, by comparing every case with every control.
//!
//! Source: DeLong, DeLong and Clarke-Pearson, Biometrics 44 (1988) 837.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};

use super::NotEstimable;

/// An AUC and its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[expect(clippy::struct_field_names, reason = "the field is called so in the result file")]
pub(crate) struct Auc {
    /// Patients scored.
    pub(crate) n: usize,
    /// Cases among them.
    pub(crate) cases: usize,
    /// Probability that a case scores above a control, ties counting half.
    pub(crate) auc: f64,
    /// DeLong's standard error.
    pub(crate) se: f64,
    /// Lower end of the interval.
    pub(crate) lower: f64,
    /// Upper end of the interval.
    pub(crate) upper: f64,
}

impl Auc {
    /// Compares scores of cases with scores of controls at a confidence level.
    pub(crate) fn of(scores: &[f64], is_case: &[bool], level: f64) -> Result<Self, NotEstimable> {
        let pick = |wanted: bool| -> Vec<f64> {
            scores.iter().zip(is_case).filter(|(_, case)| **case == wanted).map(|(score, _)| *score).collect()
        };
        let (cases, controls) = (pick(true), pick(false));
        if cases.is_empty() || controls.is_empty() {
            return Err(NotEstimable::NothingToRank { cases: cases.len(), controls: controls.len() });
        }
        let above: Vec<f64> = cases.iter().map(|case| share(&controls, |c| beats(*case, c))).collect();
        let below: Vec<f64> = controls.iter().map(|control| share(&cases, |c| beats(c, *control))).collect();
        let auc = above.iter().sum::<f64>() / cases.len() as f64;
        let se = (variance_of_mean(&above, auc) + variance_of_mean(&below, auc)).sqrt();
        let z = Normal::standard().inverse_cdf(f64::midpoint(1.0, level));
        let (lower, upper) = ((auc - z * se).max(0.0), (auc + z * se).min(1.0));
        Ok(Self { n: scores.len(), cases: cases.len(), auc, se, lower, upper })
    }
}

/// 1 when the case scores higher, one half on a tie.
fn beats(case: f64, control: f64) -> f64 {
    match case.partial_cmp(&control) {
        Some(std::cmp::Ordering::Greater) => 1.0,
        Some(std::cmp::Ordering::Equal) => 0.5,
        _ => 0.0,
    }
}

fn share(others: &[f64], win: impl Fn(f64) -> f64) -> f64 {
    others.iter().map(|other| win(*other)).sum::<f64>() / others.len() as f64
}

/// Sample variance over n; zero for a single placement, as pROC has it undefined.
fn variance_of_mean(placements: &[f64], mean: f64) -> f64 {
    let n = placements.len() as f64;
    if placements.len() < 2 {
        return 0.0;
    }
    placements.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / (n - 1.0) / n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_example_done_by_hand() {
        // cases 3, 4, 2; controls 1, 2, 0, 3: wins 3.5, 4, 2.5 of 4 each -> 10 / 12
        let scores = [3.0, 4.0, 2.0, 1.0, 2.0, 0.0, 3.0];
        let is_case = [true, true, true, false, false, false, false];
        let auc = Auc::of(&scores, &is_case, 0.95).unwrap();
        assert!((auc.auc - 10.0 / 12.0).abs() < 1e-15);
        // placements: cases .875, 1, .625 (variance 0.0364583); controls 1, .8333, 1, .5 (variance 0.0555556)
        let expected = (0.036_458_333_333 / 3.0 + 0.055_555_555_556 / 4.0_f64).sqrt();
        assert!((auc.se - expected).abs() < 1e-9, "{} {expected}", auc.se);
        assert!(auc.upper <= 1.0 && auc.lower >= 0.0);
    }

    #[test]
    fn one_class_cannot_be_ranked() {
        let refused = Auc::of(&[0.1, 0.2], &[true, true], 0.95);
        assert_eq!(refused, Err(NotEstimable::NothingToRank { cases: 2, controls: 0 }));
    }
}
