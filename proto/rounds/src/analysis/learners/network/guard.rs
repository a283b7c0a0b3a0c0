//! Rounds that are taken back: by votes of the hospitals, or because their average moved further than hospitals may.
//!
//! A new network is trained on while hospitals vote on it, so votes cost no exchange but the last. Voted down, the network before
//! it is back, and what was trained from it meanwhile is dropped with it.
//! Never: a model that a vote was lost on, in a result. Spec: docs/reference/methods/robust.md.

use std::collections::BTreeMap;
use std::ops::Range;

use consilium_stats::{Averaged, Ballot, Motion, NetworkPoint, Target, Votes};

use crate::analysis::study::Study;
use crate::result::{TakenBack, WhyTakenBack};

/// Relative and absolute allowance for what is rounded on the way to an average.
const ROUNDING: f64 = 2e-6;

/// What is known of the networks beside where they stand.
pub(super) struct Guard {
    label: usize,
    clip: Option<f64>,
    vote: Option<f64>,
    /// By network.
    records: Vec<Record>,
}

#[derive(Debug, Clone, Default)]
struct Record {
    /// The network before the one that waits for its votes.
    before: Option<Vec<f32>>,
    /// Whether what is being trained began from a network that was voted down.
    void: bool,
    /// Rounds that were taken back, from 1.
    taken_back: Vec<(u32, WhyTakenBack)>,
}

impl Guard {
    pub(super) fn new(study: &Study, label: usize, networks: usize) -> Self {
        let robust = study.plan().robust.unwrap_or_default();
        // a rule keeps its result within what it believes
        let clip = robust.clip.filter(|_| robust.rule.is_none());
        Self { label, clip, vote: robust.vote, records: vec![Record::default(); networks] }
    }

    /// The vote on all networks that wait for one.
    pub(super) fn ballot(&self, study: &Study, points: &[NetworkPoint]) -> Option<Ballot> {
        let tolerance = self.vote?;
        let motion = |(record, point): (&Record, &NetworkPoint)| {
            let (design, after) = (point.design.clone(), point.parameters.clone());
            Some(Motion { design, before: record.before.clone()?, after })
        };
        let motions: Vec<Motion> = self.records.iter().zip(points).filter_map(motion).collect();
        let plan = study.plan();
        (!motions.is_empty()).then(|| Ballot {
            target: Target::case(self.label),
            hidden: plan.model.network.hidden.clone(),
            motions,
            tolerance,
            least: u64::from(plan.privacy.limits.cell),
        })
    }

    /// Takes back what was voted down: the round before `round`, counted from 0, and what began from it.
    pub(super) fn judge(&mut self, study: &Study, round: u32, votes: &[Votes], points: &mut [NetworkPoint]) {
        let hospitals = study.roster().len();
        let waiting = self.records.iter_mut().zip(points).filter(|(record, _)| record.before.is_some());
        for ((record, point), votes) in waiting.zip(votes) {
            let before = record.before.take();
            if let Some(before) = before.filter(|_| votes.reject(hospitals)) {
                point.parameters = before;
                record.void = true;
                record.taken_back.push((round, WhyTakenBack::Vote));
            }
        }
    }

    /// Takes what became of network `i` in a round, counted from 0.
    pub(super) fn take(&mut self, i: usize, round: u32, network: &mut NetworkPoint, average: Averaged) {
        let record = &mut self.records[i];
        if std::mem::take(&mut record.void) {
            record.taken_back.push((round + 1, WhyTakenBack::Before));
        } else if self.clip.is_some_and(|clip| average.moved > clip * (1.0 + ROUNDING) + ROUNDING) {
            record.taken_back.push((round + 1, WhyTakenBack::Norm));
        } else {
            let before = std::mem::replace(&mut network.parameters, average.parameters);
            record.before = self.vote.map(|_| before);
        }
    }

    /// Rounds of some networks that were taken back, in order.
    pub(super) fn taken_back(&self, networks: Range<usize>) -> Vec<TakenBack> {
        let mut counted: BTreeMap<(u32, WhyTakenBack), u32> = BTreeMap::new();
        for entry in self.records[networks].iter().flat_map(|record| &record.taken_back) {
            *counted.entry(*entry).or_default() += 1;
        }
        let entry = |((round, why), networks)| TakenBack { round, why, networks };
        counted.into_iter().map(entry).collect()
    }
}
