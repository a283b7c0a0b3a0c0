//! Gradient boosting: one booster for each outer training set and one for all patients, side by side.
//!
//! A level of the trees of one round is one question, so a plan pays trees times depth exchanges, and the three of the
//! bins. Spec: docs/reference/methods/trees.md.

use consilium_stats::trees::{BoostLevel, BoostSettings, Climb};
use consilium_stats::{Bins, Predictor};
use consilium_types::plan::{Learner, ModelFamily};

use super::bins::bins;
use super::{Fitted, outer};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{BoostResult, FitResult};

/// Boosts some families side by side.
pub(super) async fn fit(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
) -> Result<Vec<Fitted>, AnalysisFault> {
    together(families.iter().map(|family| of_family(study, prepared, *family))).await
}

async fn of_family(study: &Study, prepared: &Prepared, family: ModelFamily) -> Result<Fitted, AnalysisFault> {
    let label = prepared.label;
    let bins = bins(study, label, outer(prepared, family), study.plan().model.boost.bins).await?;
    let classes = study.classes(label, &[]).len();
    let start = |bins: &Bins| {
        let patients = study.classes(label, &bins.design.held_out);
        Climb::new(bins.clone(), &patients, settings(study))
    };
    let mut climbs: Vec<Climb> = bins.iter().map(start).collect();
    while climbs.iter().any(|climb| !climb.is_done()) {
        let open = climbs.iter().filter(|climb| !climb.is_done()).map(Climb::ask).collect();
        let found = study.ask(BoostLevel { label, classes, sets: open }).await?;
        let open = climbs.iter_mut().filter(|climb| !climb.is_done());
        open.zip(found).for_each(|(climb, found)| climb.advance(found));
    }
    let cells = study.by_cell(climbs[1..].iter().map(|climb| Predictor::Boost(climb.boost().clone())));
    let whole = &climbs[0];
    let fit = FitResult::Boost(BoostResult::new(study.schema(), whole.boost(), &whole.importance()));
    Ok(Fitted { label, family, learner: Learner::Boost, cells, fit })
}

fn settings(study: &Study) -> BoostSettings {
    let plan = &study.plan().model.boost;
    BoostSettings {
        rounds: plan.trees,
        depth: plan.depth,
        shrinkage: plan.rate,
        lambda: plan.lambda,
        min_leaf: u64::from(plan.min_leaf),
    }
}
