//! Which of some ranked columns say the same: a filter, and mRMR.
//!
//! Both work on correlations and relevances that are already pooled, so nothing is asked here.
//! Spec: docs/reference/methods/selection.md.

/// Mean |r| below this counts as this, so that a column correlated with nothing has a finite quotient.
const LEAST_REDUNDANCY: f64 = 0.001;

/// How relevance and redundancy are weighed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Weighing {
    /// Relevance over mean |r| (FCQ of Ding and Peng, J Bioinform Comput Biol 3 (2005) 185).
    #[default]
    Quotient,
    /// Relevance less mean |r| (FCD).
    Difference,
}

/// Walks columns from the best and keeps what has |r| below `rho` with all kept ones, at most `most`.
#[must_use]
pub fn uncorrelated(columns: usize, most: usize, rho: f64, r: impl Fn(usize, usize) -> f64) -> Vec<usize> {
    let mut kept: Vec<usize> = Vec::new();
    for place in 0..columns {
        if kept.len() >= most {
            break;
        }
        if kept.iter().all(|other| r(place, *other).abs() < rho) {
            kept.push(place);
        }
    }
    kept
}

/// Minimum redundancy, maximum relevance: the most relevant column first, then whichever weighs most against the
/// mean |r| with those chosen; at most `most`. Equal columns go by position.
#[must_use]
pub fn mrmr(
    relevance: &[f64],
    most: usize,
    weighing: Weighing,
    r: impl Fn(usize, usize) -> f64,
) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut redundancy = vec![0.0; relevance.len()];
    while chosen.len() < most.min(relevance.len()) {
        let weight = |place: usize| match (chosen.len() as f64, weighing) {
            (0.0, _) => relevance[place],
            (n, Weighing::Quotient) => relevance[place] / (redundancy[place] / n).max(LEAST_REDUNDANCY),
            (n, Weighing::Difference) => relevance[place] - redundancy[place] / n,
        };
        let open = (0..relevance.len()).filter(|place| !chosen.contains(place));
        // the first of equals wins: later ones must weigh more
        let best = open.reduce(|best, place| if weight(place) > weight(best) { place } else { best });
        let Some(best) = best else { break };
        chosen.push(best);
        for (place, sum) in redundancy.iter_mut().enumerate() {
            *sum += r(place, best).abs();
        }
    }
    chosen
}
