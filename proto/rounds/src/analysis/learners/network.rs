//! Federated averaging: one network for each outer training set and one for all patients, trained together.
//!
//! A round can be taken back ([`guard`]): the course then goes on from the model before.

mod guard;

use consilium_stats::network::{derive_seed, initial};
use consilium_stats::{Averaged, Design, NetworkPoint, Predictor, Target, Training};
use consilium_types::plan::{Learner, ModelFamily};

use super::Fitted;
use crate::analysis::AnalysisFault;
use crate::analysis::desk::both;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{FitResult, NetworkResult};
use guard::Guard;

/// The networks of some families on their way.
struct Networks<'a> {
    label: usize,
    families: &'a [ModelFamily],
    /// By family: all patients first, then without each cell.
    points: Vec<NetworkPoint>,
    guard: Guard,
    /// Mean loss of the network on all patients, by family and round.
    losses: Vec<Vec<f64>>,
}

/// Trains the networks of some families side by side.
pub(super) async fn train(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
) -> Result<Vec<Fitted>, AnalysisFault> {
    let points: Vec<_> = families.iter().flat_map(|family| points(study, prepared, *family)).collect();
    let guard = Guard::new(study, prepared.label, points.len());
    let losses = vec![Vec::new(); families.len()];
    let mut networks = Networks { label: prepared.label, families, points, guard, losses };
    let rounds = study.plan().model.network.rounds;
    for round in 0..rounds {
        let training = study.ask(networks.training(study, round));
        let averaged = match networks.guard.ballot(study, &networks.points) {
            None => training.await?,
            Some(ballot) => {
                let (averaged, votes) = both(training, study.ask(ballot)).await?;
                networks.guard.judge(study, round, &votes, &mut networks.points);
                averaged
            }
        };
        networks.take(study, round, averaged);
    }
    if let Some(ballot) = networks.guard.ballot(study, &networks.points) {
        let votes = study.ask(ballot).await?;
        networks.guard.judge(study, rounds, &votes, &mut networks.points);
    }
    Ok(networks.collect(study))
}

/// The designs of the networks of a family: nothing or one cell left out.
fn designs(prepared: &Prepared, family: ModelFamily) -> impl Iterator<Item = &Design> {
    let of_family = prepared.families.iter().filter(move |(f, _)| *f == family);
    of_family.flat_map(|(_, designs)| designs).filter(|design| design.held_out.len() <= 1)
}

fn points(study: &Study, prepared: &Prepared, family: ModelFamily) -> Vec<NetworkPoint> {
    let (seed, hidden) = (study.plan().study.seed, &study.plan().model.network.hidden);
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

impl Networks<'_> {
    fn training(&self, study: &Study, round: u32) -> Training {
        let network = &study.plan().model.network;
        Training {
            target: Target::case(self.label),
            networks: self.points.clone(),
            hidden: network.hidden.clone(),
            epochs: network.epochs,
            batch: network.batch,
            rate: network.rate,
            decay: network.decay,
            seed: derive_seed(study.plan().study.seed, &format!("round/{round}")),
            dp: study.plan().privacy.dp,
            robust: study.plan().robust,
        }
    }

    fn take(&mut self, study: &Study, round: u32, averaged: Vec<Averaged>) {
        let per_family = study.scored().len() + 1;
        for (i, (network, average)) in self.points.iter_mut().zip(averaged).enumerate() {
            // with noise no site tells its loss
            if i % per_family == 0 && study.plan().privacy.dp.is_none() {
                self.losses[i / per_family].push(average.loss);
            }
            self.guard.take(i, round, network, average);
        }
    }

    fn collect(&self, study: &Study) -> Vec<Fitted> {
        let hidden = &study.plan().model.network.hidden;
        let per_family = study.scored().len() + 1;
        let of_family = |(i, family): (usize, &ModelFamily)| {
            let place = i * per_family..(i + 1) * per_family;
            let networks = &self.points[place.clone()];
            let predictor = |point: &NetworkPoint| Predictor::Network {
                design: point.design.clone(),
                hidden: hidden.clone(),
                parameters: point.parameters.clone(),
            };
            let taken_back = self.guard.taken_back(place);
            let losses = self.losses[i].clone();
            Fitted {
                label: self.label,
                family: *family,
                learner: Learner::Mlp,
                cells: study.by_cell(networks[1..].iter().map(predictor)),
                fit: FitResult::Network(NetworkResult::new(
                    study.schema(),
                    hidden,
                    &networks[0],
                    losses,
                    taken_back,
                )),
            }
        };
        self.families.iter().enumerate().map(of_family).collect()
    }
}
