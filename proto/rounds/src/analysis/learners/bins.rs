//! Shared bins: the quantiles of every column in every training set, in three exchanges.

use consilium_stats::quantiles::REFINEMENTS;
use consilium_stats::{Bins, Design, QuantileSearch, Quantiles, bits_for};

use crate::analysis::AnalysisFault;
use crate::analysis::study::Study;

/// Bins of so many parts for each design.
pub(super) async fn bins(
    study: &Study,
    label: usize,
    designs: Vec<Design>,
    parts: u32,
) -> Result<Vec<Bins>, AnalysisFault> {
    let patients: u64 = study.counts.cells.iter().sum();
    let patients = patients.max(study.classes(label, &[]).iter().sum());
    let searches = |design: &Design| vec![QuantileSearch::new(parts); design.columns.len()];
    let mut searches: Vec<Vec<QuantileSearch>> = designs.iter().map(searches).collect();
    for _ in 0..=REFINEMENTS {
        let cuts =
            searches.iter().map(|set| set.iter().map(|search| search.cuts().to_vec()).collect()).collect();
        let question = Quantiles { designs: designs.clone(), cuts, bits: bits_for(patients) };
        let found = study.ask(question).await?;
        for (search, below) in searches.iter_mut().flatten().zip(found.iter().flatten()) {
            search.advance(below);
        }
    }
    let edges = searches.iter().map(|set| set.iter().map(QuantileSearch::edges).collect());
    Ok(designs.into_iter().zip(edges).map(|(design, edges)| Bins { design, edges }).collect())
}
