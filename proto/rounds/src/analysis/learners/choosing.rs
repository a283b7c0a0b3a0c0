//! The choice of a penalty by nested cross-validation with stacked cells.
//!
//! For the final model: the sum over cells i of the loss in cell i of the fit without i. For the outer fold j: the sum
//! over cells i other than j of the loss in cell i of the fit without i and j. A hold-out is the only outer fold, and
//! the final model takes its choice: what is kept for the end chooses nothing. Spec: docs/reference/methods.md.

use consilium_types::plan::PathRule;

use crate::analysis::study::Study;

/// Held-out losses of one family of columns.
pub(in crate::analysis) struct Losses<'a> {
    /// Held-out cells of each training set.
    pub(in crate::analysis) sets: &'a [Vec<usize>],
    /// By training set, penalty (the smallest first) and held-out cell; infinite where a penalty is no candidate.
    pub(in crate::analysis) by_set: Vec<Vec<Vec<f64>>>,
}

/// The loss of each penalty and the one that is taken.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::analysis) struct Choice {
    pub(in crate::analysis) curve: Vec<f64>,
    pub(in crate::analysis) best: usize,
}

impl Losses<'_> {
    /// The choice for training on all cells but `outer`.
    pub(in crate::analysis) fn choose(
        &self,
        study: &Study,
        label: usize,
        outer: Option<usize>,
        rule: PathRule,
    ) -> Choice {
        let penalties = self.by_set.first().map_or(0, Vec::len);
        let outer = outer.or(study.held_back());
        if penalties <= 1 {
            return Choice { curve: vec![0.0; penalties], best: 0 };
        }
        let folds: Vec<(f64, Vec<f64>)> =
            (0..study.cells()).filter_map(|cell| self.fold(study, label, outer, cell)).collect();
        let sum = |lambda: usize| folds.iter().fold(0.0, |sum, (_, losses)| sum + losses[lambda]);
        let curve: Vec<f64> = (0..penalties).map(sum).collect();
        let best = lowest(&curve);
        match rule {
            PathRule::Min => Choice { curve, best },
            PathRule::OneSe => {
                let limit = curve[best] + standard_error(&folds, best);
                let best = curve.iter().rposition(|loss| *loss <= limit).unwrap_or(best);
                Choice { curve, best }
            }
        }
    }

    /// Patients of an inner fold, and each penalty's loss in it.
    fn fold(
        &self,
        study: &Study,
        label: usize,
        outer: Option<usize>,
        cell: usize,
    ) -> Option<(f64, Vec<f64>)> {
        if outer == Some(cell) {
            return None;
        }
        let mut held_out: Vec<usize> = outer.into_iter().chain([cell]).collect();
        held_out.sort_unstable();
        let place = held_out.iter().position(|c| *c == cell)?;
        let set = self.sets.iter().position(|set| *set == held_out)?;
        let count = |held_out: &[usize]| study.classes(label, held_out).iter().sum::<u64>();
        let patients = count(&[]).saturating_sub(count(&[cell]));
        Some((patients as f64, self.by_set[set].iter().map(|cells| cells[place]).collect()))
    }
}

/// Position of the lowest entry; of equal ones the last, which is the largest penalty.
pub(in crate::analysis) fn lowest(curve: &[f64]) -> usize {
    let mut best = 0;
    for (i, loss) in curve.iter().enumerate() {
        if *loss <= curve[best] {
            best = i;
        }
    }
    best
}

/// Standard error of a summed loss, from the folds' mean losses weighted by patients (as `cvsd` of glmnet).
pub(in crate::analysis) fn standard_error(folds: &[(f64, Vec<f64>)], lambda: usize) -> f64 {
    let n = folds.iter().fold(0.0, |sum, (patients, _)| sum + patients);
    let mean = folds.iter().fold(0.0, |sum, (_, losses)| sum + losses[lambda]) / n;
    let spread = folds.iter().filter(|(patients, _)| *patients > 0.0).fold(0.0, |sum, (patients, losses)| {
        let apart = losses[lambda] / patients - mean;
        sum + patients * apart * apart
    });
    n * (spread / n / (folds.len().max(2) - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_losses_the_largest_penalty_is_taken() {
        assert_eq!(lowest(&[3.0, 1.0, 1.0, 2.0]), 2);
        assert_eq!(lowest(&[f64::INFINITY, 1.0]), 1);
    }

    // cvm 0.55 and 0.6 over folds of 10 and 10; glmnet: sqrt(mean((m - cvm)^2) / (2 - 1)) = 0.05, 0.1
    #[test]
    fn the_standard_error_is_that_of_glmnet() {
        let folds = [(10.0, vec![5.0, 5.0]), (10.0, vec![6.0, 7.0])];
        assert!((standard_error(&folds, 0) - 20.0 * 0.05).abs() < 1e-12);
        assert!((standard_error(&folds, 1) - 20.0 * 0.1).abs() < 1e-12);
    }
}
