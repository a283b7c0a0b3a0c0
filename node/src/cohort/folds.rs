//! Who is held out with whom: a keyed hash of the pseudonym, stratified by outcome within the hospital (ADR-0008).
//!
//! Within a stratum, patients are ranked by HMAC-SHA-256 under the plan's seed and dealt in turn, beginning at a fold
//! that depends on hospital and stratum, so that small hospitals do not all begin with the first fold. Strata are
//! classes, or events; the patterns of several labels are dealt one after the other, as one stratum.

use std::collections::BTreeMap;

use consilium_types::plan::OutcomeKind;
use consilium_types::{SiteId, StudyPlan};

use super::keyed;
use super::outcome::Known;
use crate::catalogue::Patient;

/// A row with the pattern it is dealt by, inside its stratum.
type Member = (Vec<Option<u32>>, usize);

/// One dealing of a plan at a hospital.
struct Deal<'a> {
    plan: &'a StudyPlan,
    site: &'a SiteId,
    patients: &'a [Patient],
    /// 0, or the number of the repeat.
    repeat: u32,
}

/// The cell of each patient in one of the plan's repeats, counted from 0; a hold-out, of patients or of a whole hospital,
/// is the cell after the folds.
pub(super) fn deal(
    plan: &StudyPlan,
    site: &SiteId,
    patients: &[Patient],
    outcomes: &[Known],
    repeat: u32,
) -> Vec<usize> {
    let deal = Deal { plan, site, patients, repeat };
    let folds = plan.evaluate.folds as usize;
    let mut cells = vec![folds; patients.len()];
    if plan.evaluate.holdout_site.as_ref() == Some(site) {
        return cells;
    }
    for (name, mut members) in strata(plan.outcome.kind(), outcomes) {
        if let Some(share) = plan.evaluate.holdout {
            let ranked = deal.ranked("holdout", &members);
            let kept = held_out(ranked.len(), share);
            let rest = &ranked[kept..];
            members.retain(|(_, row)| rest.contains(row));
        }
        let offset = start(
            &keyed::hash(plan.study.seed, &deal.key("offset", &format!("{}/{name}", deal.site))),
            folds,
        );
        for (rank, row) in deal.ranked("fold", &members).into_iter().enumerate() {
            cells[row] = (rank + offset) % folds;
        }
    }
    cells
}

impl Deal<'_> {
    /// Rows by pattern, then by keyed hash.
    fn ranked(&self, purpose: &str, members: &[Member]) -> Vec<usize> {
        let key =
            |row: usize| keyed::hash(self.plan.study.seed, &self.key(purpose, self.patients[row].reveal()));
        let mut ranked: Vec<_> = members.iter().map(|(pattern, row)| (pattern, key(*row), *row)).collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, _, row)| row).collect()
    }

    fn key(&self, purpose: &str, of: &str) -> String {
        match self.repeat {
            0 => format!("{purpose}/{of}"),
            repeat => format!("repeat/{repeat}/{purpose}/{of}"),
        }
    }
}

fn strata(kind: OutcomeKind, outcomes: &[Known]) -> BTreeMap<String, Vec<Member>> {
    let mut strata: BTreeMap<String, Vec<Member>> = BTreeMap::new();
    for (row, outcome) in outcomes.iter().enumerate() {
        let class = outcome.classes[0];
        let (name, pattern) = match kind {
            OutcomeKind::Binary | OutcomeKind::Survival => {
                (if class == Some(1) { "case" } else { "control" }.to_owned(), Vec::new())
            }
            OutcomeKind::Ordinal | OutcomeKind::Nominal => {
                (format!("class {}", class.unwrap_or_default()), Vec::new())
            }
            OutcomeKind::Multilabel => ("labels".to_owned(), outcome.classes.clone()),
        };
        strata.entry(name).or_default().push((pattern, row));
    }
    strata
}

/// The share of a stratum that is held out, to the nearest patient.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share in (0, 1) of a length")]
fn held_out(patients: usize, share: f64) -> usize {
    ((patients as f64 * share + 0.5).floor() as usize).min(patients)
}

/// The first eight bytes, little-endian, modulo the number of folds.
fn start(hash: &[u8; 32], folds: usize) -> usize {
    usize::try_from(keyed::first_word(hash) % folds as u64).unwrap_or(0)
}
