//! How often a column would be chosen if other patients had come: Poisson bootstraps of the final training set.
//!
//! A replicate ranks the screened columns again and frees them of redundancy; stability is not measured again. With
//! components, it counts the columns that they are made of. Along a path of penalties it fits once more, with the penalty
//! that was chosen and the columns that were left: stability selection (Meinshausen and Bühlmann, J R Stat Soc B 72 (2010)
//! 417) by Poisson bootstrap.

use std::collections::BTreeMap;

use consilium_stats::glm::{Climb, Inputs, LassoAscent, LassoState};
use consilium_stats::redundancy::uncorrelated;
use consilium_stats::{Design, Harmonise};
use consilium_types::plan::{ModelFamily, Select, SelectMethod};

use super::source::Source;
use super::{choose, relevance};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;
use crate::analysis::learners::LassoPath;

/// Columns with the number of replicates that choose them; empty without replicates or for another training set.
pub(super) async fn count(
    source: &Source<'_>,
    select: &Select,
) -> Result<BTreeMap<usize, u32>, AnalysisFault> {
    let replicates = if select.method.is_path() { 0 } else { replicates(source, select) };
    let chosen = together((0..replicates).map(|number| replicate(source, select, number))).await?;
    Ok(frequency(chosen))
}

/// Draws of patients, for the final training set of the plan's folds only.
fn replicates(source: &Source<'_>, select: &Select) -> u32 {
    let counted = source.set.held_out.is_empty() && source.study.repeat == 0;
    if counted { select.bootstraps } else { 0 }
}

fn frequency(chosen: Vec<Vec<usize>>) -> BTreeMap<usize, u32> {
    let mut frequency = BTreeMap::new();
    for column in chosen.into_iter().flatten() {
        *frequency.entry(column).or_default() += 1;
    }
    frequency
}

/// Columns of a design with the number of replicates in which they have a coefficient at one penalty.
pub(super) async fn of_path(
    source: &Source<'_>,
    design: &Design,
    path: &LassoPath,
    share: f64,
    select: &Select,
) -> Result<BTreeMap<usize, u32>, AnalysisFault> {
    let numbered = Design { columns: (0..design.columns.len()).collect(), ..design.clone() };
    let numbered = Design { harmonise: Harmonise::None, ..numbered };
    let fits = (0..replicates(source, select)).map(|number| support(source, &numbered, path, share, number));
    Ok(frequency(together(fits).await?))
}

/// The columns that have a coefficient in one replicate. Columns are standardised as in the training set, and the penalty
/// is that of its number of patients.
async fn support(
    source: &Source<'_>,
    design: &Design,
    path: &LassoPath,
    share: f64,
    number: u32,
) -> Result<Vec<usize>, AnalysisFault> {
    let (response, counts) = (path.response, source.study.classes(source.set.label, &design.held_out));
    let fit = LassoAscent::new(response, design.columns.len(), &counts, share, path.alpha);
    let mut fit = fit.within(path.tolerance);
    loop {
        match fit.state() {
            LassoState::Converged => {
                return Ok(fit.support().into_iter().map(|place| source.columns[place]).collect());
            }
            LassoState::Failed(failure) => {
                let (family, held_out) = (ModelFamily::Radiomics, design.held_out.clone());
                return Err(AnalysisFault::Fit { family, held_out, lambda: share, failure });
            }
            LassoState::Moving => {
                let inputs = vec![Inputs::columns(design.clone())];
                let question = Climb { response, inputs, fits: vec![fit.stance(0)] };
                let at = source.resampled(question, number).await?;
                at.iter().for_each(|at| fit.advance(at));
            }
        }
    }
}

/// The columns that one replicate chooses.
async fn replicate(source: &Source<'_>, select: &Select, number: u32) -> Result<Vec<usize>, AnalysisFault> {
    let drawn = source.drawn(number).await?;
    let ranked = relevance::rank(&drawn, select.relevance.test).await?;
    match select.method {
        _ if ranked.is_empty() => Ok(ranked),
        SelectMethod::Rank => by_rank(&drawn, &ranked, select).await,
        _ => {
            let chosen = choose(&drawn, &ranked, select).await?;
            Ok(chosen.components.map_or(chosen.columns, |(components, _)| components.columns))
        }
    }
}

/// Asks for the products of no more columns than the filter walks over, twice as many each time.
async fn by_rank(drawn: &Source<'_>, ranked: &[usize], select: &Select) -> Result<Vec<usize>, AnalysisFault> {
    let mut walked = (select.max as usize).saturating_mul(2).min(ranked.len());
    loop {
        let gram = drawn.gram(&ranked[..walked]).await?;
        let r = |i: usize, j: usize| gram.correlation(i, j);
        let kept = uncorrelated(walked, select.max as usize, select.redundancy.rho, r);
        if kept.len() >= select.max as usize || walked == ranked.len() {
            return Ok(kept.into_iter().map(|place| drawn.columns[ranked[place]]).collect());
        }
        walked = walked.saturating_mul(2).min(ranked.len());
    }
}
