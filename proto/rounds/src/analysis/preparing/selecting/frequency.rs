//! How often a column would be chosen if other patients had come: Poisson bootstraps of the final training set.
//!
//! A replicate ranks the screened columns again and frees them of redundancy; stability is not measured again. With
//! components, it counts the columns that they are made of.

use std::collections::BTreeMap;

use consilium_stats::redundancy::uncorrelated;
use consilium_types::plan::{Select, SelectMethod};

use super::source::Source;
use super::{choose, relevance};
use crate::analysis::AnalysisFault;
use crate::analysis::desk::together;

/// Columns with the number of replicates that choose them; empty without replicates or for another training set.
pub(super) async fn count(
    source: &Source<'_>,
    select: &Select,
) -> Result<BTreeMap<usize, u32>, AnalysisFault> {
    let counted = source.set.held_out.is_empty() && source.study.repeat == 0;
    let replicates = if counted { select.bootstraps } else { 0 };
    let chosen = together((0..replicates).map(|number| replicate(source, select, number))).await?;
    let mut frequency = BTreeMap::new();
    for column in chosen.into_iter().flatten() {
        *frequency.entry(column).or_default() += 1;
    }
    Ok(frequency)
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
