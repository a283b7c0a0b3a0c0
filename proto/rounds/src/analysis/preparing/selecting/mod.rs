//! Which radiomic columns enter the models of a training set.
//!
//! Stable in a second reading, ranked by a test, freed of redundancy, and then chosen by rank, by mRMR or as principal
//! components. Everything is learnt from the training set alone.
//! Spec: docs/reference/methods/selection.md.

mod components;
mod frequency;
mod relevance;
mod source;
mod stability;

use std::collections::BTreeMap;

use consilium_stats::glm::Response;
use consilium_stats::redundancy::{Weighing, mrmr, uncorrelated};
use consilium_stats::{Components, Target};
use consilium_types::ColumnKind;
use consilium_types::plan::{ModelFamily, Select, SelectMethod};

use super::training_set::TrainingSet;
use crate::analysis::AnalysisFault;
use crate::analysis::learners::{CoxPath, LassoPath, SELECTING, cox_select, lasso_select};
use crate::analysis::study::Study;
use source::Source;

/// What the models of a training set take of the radiomic columns.
#[derive(Debug, Clone, Default)]
pub(in crate::analysis) struct Chosen {
    /// Best first; components are numbered after the schema.
    pub(super) columns: Vec<usize>,
    /// With the standard deviation of each.
    pub(super) components: Option<(Components, Vec<f64>)>,
    /// Intraclass correlation of every column that has one, where the plan asks.
    pub(super) agreement: BTreeMap<usize, f64>,
    /// Replicates that choose a column, where the plan asks; of the final training set only.
    pub(super) replicates: BTreeMap<usize, u32>,
}

/// All columns that vary when the plan does not select.
pub(super) async fn select(study: &Study, set: &TrainingSet) -> Result<Chosen, AnalysisFault> {
    let usable = set.usable(study, ColumnKind::Radiomic);
    let Some(select) = &study.plan().select else {
        return Ok(Chosen { columns: usable, ..Chosen::default() });
    };
    if usable.is_empty() {
        return Ok(Chosen::default());
    }
    let (stable, agreement) = stability::stable(study, set, usable, select).await?;
    let source = Source::of(study, set, stable);
    let ranked = ranked(&source, select).await?;
    let screened = Source::of(study, set, ranked.iter().map(|place| source.columns[*place]).collect());
    let replicates = frequency::count(&screened, select).await?;
    let everything: Vec<usize> = (0..screened.columns.len()).collect();
    let mut chosen = choose(&screened, &everything, select).await?;
    chosen.agreement = agreement;
    chosen.replicates.extend(replicates);
    Ok(chosen)
}

/// The best columns by the plan's test, as places in the source.
async fn ranked(source: &Source<'_>, select: &Select) -> Result<Vec<usize>, AnalysisFault> {
    let mut ranked = relevance::rank(source, select.relevance.test).await?;
    ranked.truncate(select.relevance.keep as usize);
    if ranked.is_empty() {
        return Err(AnalysisFault::NothingRelevant { held_out: source.set.held_out.clone() });
    }
    Ok(ranked)
}

/// From places, best first, to the columns of the models.
async fn choose(source: &Source<'_>, order: &[usize], select: &Select) -> Result<Chosen, AnalysisFault> {
    let gram = source.gram(order).await?;
    let most = if select.method == SelectMethod::Rank { select.max as usize } else { order.len() };
    let kept = uncorrelated(order.len(), most, select.redundancy.rho, |i, j| gram.correlation(i, j));
    let column = |i: &usize| source.columns[order[*i]];
    let most = select.max as usize;
    let chosen: Vec<usize> = match select.method {
        SelectMethod::Mrmr => {
            let all = source.relevance().await?;
            let relevance: Vec<f64> = kept.iter().map(|i| all[order[*i]]).collect();
            let r = |i: usize, j: usize| gram.correlation(kept[i], kept[j]);
            mrmr(&relevance, most, Weighing::Quotient, r).into_iter().map(|i| column(&kept[i])).collect()
        }
        SelectMethod::Pca => {
            let columns = kept.iter().map(column).collect();
            return Ok(components::largest(source, columns, |i, j| gram.correlation(kept[i], kept[j]), most));
        }
        SelectMethod::Rank => kept.iter().map(column).collect(),
        SelectMethod::Lasso | SelectMethod::ElasticNet => {
            return along_path(source, kept.iter().map(column).collect(), select).await;
        }
    };
    Ok(Chosen { columns: chosen, ..Chosen::default() })
}

/// The columns that a path of penalties takes, the largest coefficients first, and how often draws of patients take each
/// with the same penalty.
async fn along_path(
    source: &Source<'_>,
    columns: Vec<usize>,
    select: &Select,
) -> Result<Chosen, AnalysisFault> {
    let (set, family) = (source.set, ModelFamily::Radiomics);
    let response = match source.classes() {
        2 => Response::Binary(Target::case(set.label)),
        classes => Response::Nominal { label: set.label, classes },
    };
    let alpha = if select.method == SelectMethod::Lasso { 1.0 } else { select.alpha.unwrap_or(0.5) };
    if source.study.survival().is_some() {
        let design = set.design_of(&columns, family)?;
        let (max, rule) = (select.max as usize, select.rule);
        let path = CoxPath { alpha, max, rule };
        let columns = cox_select(source.study, set.label, family, &design, path).await?;
        return Ok(Chosen { columns, ..Chosen::default() });
    }
    let (max, rule) = (select.max as usize, select.rule);
    let path = LassoPath { response, alpha, fixed: None, max, rule, tolerance: SELECTING };
    let design = set.design_of(&columns, family)?;
    let taken = lasso_select(source.study, set.label, family, &design, &path).await?;
    let kept = Source::of(source.study, set, design.columns.clone());
    let replicates = match taken.share {
        Some(share) => frequency::of_path(&kept, &design, &path, share, select).await?,
        None => BTreeMap::new(),
    };
    Ok(Chosen { columns: taken.columns, replicates, ..Chosen::default() })
}
