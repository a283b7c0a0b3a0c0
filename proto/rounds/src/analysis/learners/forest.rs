//! Random forests: one for each outer training set and one for all patients, grown a level at a time, together.
//!
//! Edges of the bins are asked first, as quantiles of each training set; then a level of all trees of all forests is
//! one question. Spec: docs/reference/methods/trees.md.

use consilium_stats::trees::{Forest, ForestLevel, ForestSet, ForestSettings, Growth};
use consilium_stats::{Bins, Design, Predictor};
use consilium_types::plan::{Learner, ModelFamily, Tried};

use super::bins::bins;
use super::{Fitted, outer};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{FitResult, ForestResult};

/// Grows the forests of some families side by side.
pub(super) async fn fit(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
) -> Result<Vec<Fitted>, AnalysisFault> {
    together(families.iter().map(|family| of_family(study, prepared, *family))).await
}

async fn of_family(study: &Study, prepared: &Prepared, family: ModelFamily) -> Result<Fitted, AnalysisFault> {
    let designs: Vec<Design> = outer(prepared, family);
    let (label, settings) = (prepared.label, settings(study));
    let bins = bins(study, label, designs, study.plan().model.forest.bins).await?;
    let grown = grow(study, label, &bins, &settings).await?;
    let classes = study.classes(label, &[]).len();
    let forest = |(bins, trees): (&Bins, &Vec<Growth>)| Forest {
        bins: bins.clone(),
        classes,
        trees: trees.iter().map(Growth::tree).collect(),
    };
    let mut forests = bins.iter().zip(&grown).map(forest);
    let whole = forests.next().ok_or(AnalysisFault::OutOfTurn)?;
    let cells = study.by_cell(forests.map(Predictor::Forest));
    let fit = FitResult::Forest(ForestResult::new(study.schema(), &whole, &importance(&grown[0])));
    Ok(Fitted { label, family, learner: Learner::Forest, cells, fit })
}

/// The forest of the plan.
fn settings(study: &Study) -> ForestSettings {
    let plan = &study.plan().model.forest;
    let candidates = match plan.features {
        Tried::Sqrt => None,
        Tried::Count(count) => Some(count as usize),
    };
    let (trees, depth, min_leaf) = (plan.trees, plan.depth, u64::from(plan.min_leaf));
    ForestSettings { trees, depth, min_leaf, candidates, seed: study.plan().study.seed }
}

/// Grows a forest in each training set, level by level.
async fn grow(
    study: &Study,
    label: usize,
    bins: &[Bins],
    settings: &ForestSettings,
) -> Result<Vec<Vec<Growth>>, AnalysisFault> {
    let classes = study.classes(label, &[]).len();
    let seedlings =
        |bins: &Bins| (0..settings.trees).map(|number| Growth::new(number, bins, settings)).collect();
    let mut grown: Vec<Vec<Growth>> = bins.iter().map(seedlings).collect();
    while grown.iter().flatten().any(Growth::is_open) {
        let set = |(bins, trees): (&Bins, &Vec<Growth>)| {
            let patients = study.classes(label, &bins.design.held_out).iter().sum();
            let open = trees.iter().filter(|tree| tree.is_open()).map(|tree| tree.ask(patients));
            ForestSet { bins: bins.clone(), trees: open.collect() }
        };
        let sets = bins.iter().zip(&grown).map(set).collect();
        let found = study.ask(ForestLevel { label, classes, sets }).await?;
        for ((trees, found), bins) in grown.iter_mut().zip(found).zip(bins) {
            for (tree, found) in trees.iter_mut().filter(|tree| tree.is_open()).zip(found) {
                tree.advance(&found, classes, bins, settings);
            }
        }
    }
    Ok(grown)
}

/// Mean over the trees of the columns' shares in the decrease of impurity, as shares of their sum.
fn importance(trees: &[Growth]) -> Vec<f64> {
    let mut sums: Vec<f64> = Vec::new();
    for tree in trees {
        let shares = tree.importance();
        sums.resize(shares.len(), 0.0);
        sums.iter_mut().zip(shares).for_each(|(sum, share)| *sum += share);
    }
    let all: f64 = sums.iter().sum();
    sums.iter().map(|sum| if all > 0.0 { sum / all } else { 0.0 }).collect()
}
