//! Who is held out with whom: a keyed hash of the pseudonym, stratified by outcome within the hospital (ADR-0008).
//!
//! Within a class, patients are ranked by HMAC-SHA-256 under the plan's seed and dealt in turn, beginning at a fold
//! that depends on hospital and class, so that small hospitals do not all begin with the first fold.

use consilium_types::{SiteId, StudyPlan};

use super::keyed;
use crate::catalogue::Patient;

/// The fold of each patient.
pub(super) fn deal(plan: &StudyPlan, site: &SiteId, patients: &[Patient], cases: &[bool]) -> Vec<usize> {
    let folds = plan.evaluate.folds as usize;
    let mut cells = vec![0; patients.len()];
    for (class, name) in [(true, "case"), (false, "control")] {
        let mut ranked: Vec<([u8; 32], usize)> = (0..patients.len())
            .filter(|row| cases[*row] == class)
            .map(|row| (keyed::hash(plan.study.seed, &format!("fold/{}", patients[row].reveal())), row))
            .collect();
        ranked.sort_unstable();
        let offset = start(&keyed::hash(plan.study.seed, &format!("offset/{site}/{name}")), folds);
        for (rank, (_, row)) in ranked.into_iter().enumerate() {
            cells[row] = (rank + offset) % folds;
        }
    }
    cells
}

/// The first eight bytes, little-endian, modulo the number of folds.
fn start(hash: &[u8; 32], folds: usize) -> usize {
    usize::try_from(keyed::first_word(hash) % folds as u64).unwrap_or(0)
}
