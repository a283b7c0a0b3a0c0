//! The calibration slope: a Cox regression of the held-out patients on their linear predictor.

use consilium_stats::{Covariates, CoxClimb, CoxPoint, RiskSets, RiskSums, Scorer, cox_covariance};

use crate::analysis::AnalysisFault;
use crate::analysis::follow_up::FollowUp;
use crate::analysis::study::Study;
use crate::result::SlopeResult;

/// Nothing where the regression has no solution. Source: van Houwelingen, Stat Med 19 (2000) 3401.
pub(super) async fn slope(
    study: &Study,
    follow_up: &FollowUp,
    scorer: &Scorer,
) -> Result<Option<SlopeResult>, AnalysisFault> {
    let mut point = CoxPoint {
        grid: follow_up.timeline.grid,
        moments: follow_up.timeline.moments.clone(),
        ties: study.plan().model.ties,
        covariates: Covariates::Score(scorer.clone()),
        held_out: Vec::new(),
        beta: vec![0.0],
    };
    let mut climb = CoxClimb::new(1, 0.0);
    loop {
        point.beta = climb.beta().to_vec();
        let sums = study.ask(RiskSets { point: point.clone() }).await?;
        match climb.accept(sums.as_ref().map(RiskSums::log_likelihood)) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(_) => return Ok(None),
        }
        let Some(sums) = sums else { return Ok(None) };
        let slopes = study.ask(sums.slopes(&point, vec![0])).await?;
        let information = sums.information(&slopes);
        match climb.advance(&slopes.gradient, &information) {
            Ok(false) => {}
            Ok(true) => {
                let covariance = cox_covariance(&information, 0.0);
                return Ok(covariance
                    .map(|covariance| SlopeResult { slope: point.beta[0], se: covariance[0][0].sqrt() }));
            }
            Err(_) => return Ok(None),
        }
    }
}
