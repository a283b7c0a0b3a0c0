//! SHAP values of one tree, by the patients of its training set that went each way.
//!
//! A column that is not known goes both ways, in the proportion in which the training patients did ("path-dependent"),
//! so no background rows are needed. A leaf contributes `v * prod(one or share)` over the columns on its way; Shapley
//! weights follow from the coefficients of a polynomial, since ways are short. Exact, not sampled.
//! Source: Lundberg et al., Nature Machine Intelligence 2 (2020) 56. Spec: docs/reference/methods/trees.md.

use super::{Bins, Split};
use crate::{QueryFault, check};

/// Splits on the longest way that is explained.
const LONGEST_WAY: usize = 32;

/// A column on the way to a leaf.
#[derive(Debug, Clone, Copy)]
struct Step {
    column: usize,
    /// Whether the patient goes this way at all of the column's splits.
    goes: bool,
    /// Share of training patients that do.
    share: f64,
}

/// Adds the SHAP values of a patient in one tree; `patients` and `values` belong to the leaves.
pub(crate) fn explain(
    bins: &Bins,
    splits: &[Split],
    patients: &[u64],
    values: &[f64],
    patient: &[u32],
    shap: &mut [f64],
) {
    let covers = covers(splits, patients);
    let mut ways: Vec<(i32, Vec<Step>)> = vec![(if splits.is_empty() { -1 } else { 0 }, Vec::new())];
    while let Some((at, steps)) = ways.pop() {
        let Ok(at) = usize::try_from(at) else {
            credit(&steps, values[leaf_of(at)], shap);
            continue;
        };
        let split = &splits[at];
        let goes_left = bins.goes_left(split, patient);
        for (way, taken) in [(split.left, goes_left), (split.right, !goes_left)] {
            let share = cover(way, &covers, patients) / covers[at].max(1.0);
            ways.push((way, with(&steps, split.column as usize, taken, share)));
        }
    }
}

fn leaf_of(way: i32) -> usize {
    usize::try_from(-1 - way).unwrap_or(0)
}

fn cover(way: i32, covers: &[f64], patients: &[u64]) -> f64 {
    match usize::try_from(way) {
        Ok(split) => covers[split],
        Err(_) => patients[leaf_of(way)] as f64,
    }
}

/// Training patients at each split; children come after parents.
fn covers(splits: &[Split], patients: &[u64]) -> Vec<f64> {
    let mut covers = vec![0.0; splits.len()];
    for at in (0..splits.len()).rev() {
        covers[at] = cover(splits[at].left, &covers, patients) + cover(splits[at].right, &covers, patients);
    }
    covers
}

fn with(steps: &[Step], column: usize, goes: bool, share: f64) -> Vec<Step> {
    let mut steps = steps.to_vec();
    match steps.iter_mut().find(|step| step.column == column) {
        Some(step) => {
            step.goes &= goes;
            step.share *= share;
        }
        None => steps.push(Step { column, goes, share }),
    }
    steps
}

/// Adds what one leaf credits to the columns on its way.
fn credit(steps: &[Step], value: f64, shap: &mut [f64]) {
    let one = |step: &Step| f64::from(u8::from(step.goes));
    for (i, step) in steps.iter().enumerate() {
        // coefficient k: sum over coalitions of k of the others, known ones times shares of the unknown
        let mut coalitions = vec![1.0];
        for (_, other) in steps.iter().enumerate().filter(|(j, _)| *j != i) {
            let mut next = vec![0.0; coalitions.len() + 1];
            for (k, sum) in coalitions.iter().enumerate() {
                next[k] += sum * other.share;
                next[k + 1] += sum * one(other);
            }
            coalitions = next;
        }
        let m = steps.len() as f64;
        let mut weight = 1.0 / m;
        let mut sum = 0.0;
        for (k, coalition) in coalitions.iter().enumerate() {
            sum += weight * coalition;
            // k! (m - k - 1)! / m! for the next k
            weight *= (k as f64 + 1.0) / (m - k as f64 - 1.0).max(1.0);
        }
        shap[step.column] += value * (one(step) - step.share) * sum;
    }
}

/// Whether ways are short enough to be explained.
pub(crate) fn check_ways(splits: &[Split]) -> Result<(), QueryFault> {
    let mut depth = vec![1; splits.len()];
    for (at, split) in splits.iter().enumerate() {
        check::size("splits on a way", depth[at], LONGEST_WAY)?;
        for next in [split.left, split.right].iter().filter_map(|way| usize::try_from(*way).ok()) {
            depth[next] = depth[at] + 1;
        }
    }
    Ok(())
}
