//! From counts between cuts to ranks: which intervals must be divided until patients of two classes lie apart.
//!
//! A grid of 64 intervals from -4 to 4 standard deviations is divided in 8 parts at a time where both classes are met
//! (or a quantile lies). After [`REFINEMENTS`] divisions two values that still share an interval are nearer than 2^-12
//! standard deviations and count as a tie, as do all values beyond 4 standard deviations on one side.
//! Spec: docs/reference/methods/selection.md.

/// Divisions of the grid after the first counts.
pub const REFINEMENTS: u32 = 3;
/// Where the first cuts begin and end, in standard deviations.
const REACH: f64 = 4.0;
/// Intervals between them.
const FIRST: u32 = 64;
/// Parts of an interval.
const PARTS: u32 = 8;

/// The first cuts of a standardised column.
#[must_use]
pub fn first_cuts() -> Vec<f64> {
    let step = 2.0 * REACH / f64::from(FIRST);
    (0..=FIRST).map(|i| f64::from(i) * step - REACH).collect()
}

/// Divides the intervals that hold patients of more than one class; all other cuts stay.
#[must_use]
pub fn divide_mixed(cuts: &[f64], counts: &[Vec<u64>]) -> Vec<f64> {
    divide(cuts, |interval| counts.iter().filter(|class| class[interval] > 0).count() > 1)
}

/// Divides the intervals that hold the quantiles 1/parts, 2/parts, ... of all classes together; all other cuts stay.
#[must_use]
pub fn divide_quantiles(cuts: &[f64], counts: &[Vec<u64>], parts: u64) -> Vec<f64> {
    let in_interval = |i: usize| counts.iter().map(|class| class[i]).sum::<u64>();
    let known: u64 = (0..=cuts.len()).map(in_interval).sum();
    let mut below = 0;
    let crosses = |interval: usize| {
        let before = below;
        below += in_interval(interval);
        (1..parts).any(|part| before * parts < part * known && part * known <= below * parts)
    };
    let crossed: Vec<bool> = (0..=cuts.len()).map(crosses).collect();
    divide(cuts, |interval| crossed[interval])
}

/// An outer interval is not divided.
fn divide(cuts: &[f64], wanted: impl Fn(usize) -> bool) -> Vec<f64> {
    let mut divided = Vec::with_capacity(cuts.len());
    for interval in 0..=cuts.len() {
        let low = interval.checked_sub(1).map(|i| cuts[i]);
        if let (Some(low), Some(high), true) = (low, cuts.get(interval), wanted(interval)) {
            divided.extend((1..PARTS).map(|i| low + (high - low) * f64::from(i) / f64::from(PARTS)));
        }
        divided.extend(cuts.get(interval));
    }
    divided
}

/// Cuts nearest to the quantiles 1/parts, 2/parts, ... of all classes together, each with patients on both sides:
/// the first cut with at least that share below it.
#[must_use]
pub fn quantile_cuts(cuts: &[f64], counts: &[Vec<u64>], parts: u64) -> Vec<f64> {
    let interval = |i: usize| counts.iter().map(|class| class[i]).sum::<u64>();
    let known: u64 = (0..=cuts.len()).map(interval).sum();
    let (mut below, mut chosen, mut part) = (0, Vec::new(), 1);
    for (i, cut) in cuts.iter().enumerate() {
        below += interval(i);
        if below > 0 && below < known && below * parts >= part * known {
            chosen.push(*cut);
            part = below * parts / known + 1;
        }
    }
    chosen
}

/// Counts of finer intervals gathered between some of their cuts.
#[must_use]
pub fn gather(cuts: &[f64], counts: &[Vec<u64>], edges: &[f64]) -> Vec<Vec<u64>> {
    let of_class = |class: &Vec<u64>| {
        let mut gathered = vec![0; edges.len() + 1];
        for (i, count) in class.iter().enumerate() {
            // the interval lies below `cuts[i]`; the last one lies above all
            let place = cuts.get(i).map_or(edges.len(), |cut| edges.partition_point(|edge| edge < cut));
            gathered[place] += count;
        }
        gathered
    };
    counts.iter().map(of_class).collect()
}
