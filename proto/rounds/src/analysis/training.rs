//! Federated averaging: one network for each outer training set and one for all patients, trained together.

use consilium_stats::network::{derive_seed, initial};
use consilium_stats::{Averaged, Computation, Design, NetworkPoint, Predictor, Query, Scorer, Summary};
use consilium_types::plan::{Learner, ModelFamily};

use super::fitting::Fitted;
use super::preparing::Prepared;
use super::{AnalysisFault, Progress, Stage, Study, ask, evaluating};
use crate::result::NetworkResult;

/// A trained network with its out-of-fold scorer, on the way to evaluation.
#[derive(Debug, Clone)]
pub(super) struct Trained {
    pub(super) family: ModelFamily,
    pub(super) scorer: Scorer,
    pub(super) network: NetworkResult,
}

/// All networks of the study.
#[derive(Debug, Clone)]
pub(super) struct Training {
    prepared: Prepared,
    fitted: Vec<Fitted>,
    families: Vec<ModelFamily>,
    /// By family: all patients first, then without each cell.
    networks: Vec<NetworkPoint>,
    round: u32,
    /// Mean loss of the network on all patients, by family and round.
    losses: Vec<Vec<f64>>,
}

/// Starts the rounds, or goes on to the evaluation when the plan wants no network.
pub(super) fn begin(
    study: Study,
    prepared: Prepared,
    fitted: Vec<Fitted>,
) -> Result<Progress, AnalysisFault> {
    let families = families(&study);
    if families.is_empty() {
        return evaluating::begin(study, prepared, fitted, Vec::new());
    }
    let networks = families.iter().flat_map(|family| points(&study, &prepared, *family)).collect();
    let losses = vec![Vec::new(); families.len()];
    let training = Training { prepared, fitted, families, networks, round: 0, losses };
    let query = training.next_round(&study);
    Ok(ask(study, Stage::Training(Box::new(training)), query))
}

/// The main learner sees every family, a compared one the last.
fn families(study: &Study) -> Vec<ModelFamily> {
    let model = &study.plan.model;
    if model.learner == Learner::Mlp {
        return model.families.clone();
    }
    let last = model.families.last().copied().filter(|_| model.compare.contains(&Learner::Mlp));
    last.into_iter().collect()
}

/// The designs of the networks of a family: nothing or one cell left out.
fn designs(prepared: &Prepared, family: ModelFamily) -> impl Iterator<Item = &Design> {
    let of_family = prepared.families.iter().filter(move |(f, _)| *f == family);
    of_family.flat_map(|(_, designs)| designs).filter(|design| design.held_out.len() <= 1)
}

fn points(study: &Study, prepared: &Prepared, family: ModelFamily) -> Vec<NetworkPoint> {
    let (seed, hidden) = (study.plan.study.seed, &study.plan.model.network.hidden);
    let point = |(i, design): (usize, &Design)| NetworkPoint {
        design: design.clone(),
        parameters: initial(
            design.columns.len(),
            hidden,
            derive_seed(seed, &format!("initial/{family:?}/{i}")),
        ),
    };
    designs(prepared, family).enumerate().map(point).collect()
}

impl Training {
    fn next_round(&self, study: &Study) -> Query {
        let network = &study.plan.model.network;
        Query::Training(consilium_stats::Training {
            networks: self.networks.clone(),
            hidden: network.hidden.clone(),
            epochs: network.epochs,
            batch: network.batch,
            rate: network.rate,
            decay: network.decay,
            seed: derive_seed(study.plan.study.seed, &format!("round/{}", self.round)),
        })
    }

    pub(super) fn absorb(
        mut self: Box<Self>,
        study: Study,
        query: &Query,
        sum: &Summary,
    ) -> Result<Progress, AnalysisFault> {
        let Query::Training(asked) = query else { return Err(AnalysisFault::OutOfTurn) };
        self.take(&study, asked.finish(sum)?);
        if self.round < study.plan.model.network.rounds {
            let query = self.next_round(&study);
            return Ok(ask(study, Stage::Training(self), query));
        }
        let trained = self.collect(&study);
        evaluating::begin(study, self.prepared, self.fitted, trained)
    }

    fn take(&mut self, study: &Study, averaged: Vec<Averaged>) {
        let per_family = study.cells() + 1;
        for (i, (network, average)) in self.networks.iter_mut().zip(averaged).enumerate() {
            network.parameters = average.parameters;
            if i % per_family == 0 {
                self.losses[i / per_family].push(average.loss);
            }
        }
        self.round += 1;
    }

    fn collect(&self, study: &Study) -> Vec<Trained> {
        let hidden = &study.plan.model.network.hidden;
        let per_family = self.networks.chunks(study.cells() + 1);
        let of_family = |((family, networks), losses): ((&ModelFamily, &[NetworkPoint]), &Vec<f64>)| {
            let predictor = |point: &NetworkPoint| Predictor::Network {
                design: point.design.clone(),
                hidden: hidden.clone(),
                parameters: point.parameters.clone(),
            };
            Trained {
                family: *family,
                scorer: Scorer { cells: networks[1..].iter().map(predictor).collect() },
                network: NetworkResult::new(&study.schema, hidden, &networks[0], losses.clone()),
            }
        };
        self.families.iter().zip(per_family).zip(&self.losses).map(of_family).collect()
    }
}
