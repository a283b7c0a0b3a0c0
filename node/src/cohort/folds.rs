//! Who is held out with whom: a keyed hash of the pseudonym, stratified by outcome within the hospital (ADR-0008).
//!
//! Within a class, patients are ranked by HMAC-SHA-256 under the plan's seed and dealt in turn, beginning at a fold
//! that depends on hospital and class, so that small hospitals do not all begin with the first fold.

use consilium_types::{SiteId, StudyPlan};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::catalogue::Patient;

/// The fold of each patient.
pub(super) fn deal(plan: &StudyPlan, site: &SiteId, patients: &[Patient], cases: &[bool]) -> Vec<usize> {
    let folds = plan.evaluate.folds as usize;
    let mut cells = vec![0; patients.len()];
    for (class, name) in [(true, "case"), (false, "control")] {
        let mut ranked: Vec<([u8; 32], usize)> = (0..patients.len())
            .filter(|row| cases[*row] == class)
            .map(|row| (keyed_hash(plan, &format!("fold/{}", patients[row].reveal())), row))
            .collect();
        ranked.sort_unstable();
        let offset = start(&keyed_hash(plan, &format!("offset/{site}/{name}")), folds);
        for (rank, (_, row)) in ranked.into_iter().enumerate() {
            cells[row] = (rank + offset) % folds;
        }
    }
    cells
}

fn keyed_hash(plan: &StudyPlan, text: &str) -> [u8; 32] {
    let key = plan.study.seed.to_le_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// The first eight bytes, little-endian, modulo the number of folds.
fn start(hash: &[u8; 32], folds: usize) -> usize {
    let first = hash[..8].iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    usize::try_from(first % folds as u64).unwrap_or(0)
}
