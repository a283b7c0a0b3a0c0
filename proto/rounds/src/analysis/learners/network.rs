//! Federated averaging: one network for each outer training set and one for all patients, trained together.

use consilium_stats::network::{derive_seed, initial};
use consilium_stats::{Averaged, Design, NetworkPoint, Predictor, Target, Training};
use consilium_types::plan::{Learner, ModelFamily};

use super::Fitted;
use crate::analysis::AnalysisFault;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{FitResult, NetworkResult};

/// The networks of some families on their way.
struct Networks<'a> {
    label: usize,
    families: &'a [ModelFamily],
    /// By family: all patients first, then without each cell.
    points: Vec<NetworkPoint>,
    /// Mean loss of the network on all patients, by family and round.
    losses: Vec<Vec<f64>>,
}

/// Trains the networks of some families side by side.
pub(super) async fn train(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
) -> Result<Vec<Fitted>, AnalysisFault> {
    let start = families.iter().flat_map(|family| points(study, prepared, *family)).collect();
    let mut networks =
        Networks { label: prepared.label, families, points: start, losses: vec![Vec::new(); families.len()] };
    for round in 0..study.plan().model.network.rounds {
        let averaged = study.ask(networks.round(study, round)).await?;
        networks.take(study, averaged);
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
    fn round(&self, study: &Study, round: u32) -> Training {
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
        }
    }

    fn take(&mut self, study: &Study, averaged: Vec<Averaged>) {
        let per_family = study.scored().len() + 1;
        for (i, (network, average)) in self.points.iter_mut().zip(averaged).enumerate() {
            network.parameters = average.parameters;
            // with noise no site tells its loss
            if i % per_family == 0 && study.plan().privacy.dp.is_none() {
                self.losses[i / per_family].push(average.loss);
            }
        }
    }

    fn collect(&self, study: &Study) -> Vec<Fitted> {
        let hidden = &study.plan().model.network.hidden;
        let per_family = self.points.chunks(study.scored().len() + 1);
        let of_family = |((family, networks), losses): ((&ModelFamily, &[NetworkPoint]), &Vec<f64>)| {
            let predictor = |point: &NetworkPoint| Predictor::Network {
                design: point.design.clone(),
                hidden: hidden.clone(),
                parameters: point.parameters.clone(),
            };
            let network = NetworkResult::new(study.schema(), hidden, &networks[0], losses.clone());
            Fitted {
                label: self.label,
                family: *family,
                learner: Learner::Mlp,
                cells: study.by_cell(networks[1..].iter().map(predictor)),
                fit: FitResult::Network(network),
            }
        };
        self.families.iter().zip(per_family).zip(&self.losses).map(of_family).collect()
    }
}
