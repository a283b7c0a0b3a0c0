//! One round of federated averaging of several networks at once.
//!
//! | words (64 bits, 2^-32) | what | reveals |
//! |---|---|---|
//! | one for each parameter of each network | patients times parameter after local training | the site's update |
//! | 3 for each network | patients trained on, patients times loss, parameters clipped | counts, fit |
//!
//! Under a rule (`robust`) parameters and loss come as they are, beside the number of patients; with `clip`, the change of each
//! network is shortened before; with `weight_cap`, a site counts for no more patients.
//!
//! With noise (`dp`) every site counts once, whatever its patients, and tells neither their number nor their loss: one for each
//! parameter, of a model trained in noisy steps or of a noisy sum of clipped gradients; then 1, 0, 0.

use consilium_types::plan::{Dp, DpRelease, Robust};
use consilium_types::{Digest, Manifest, fixed};
use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::design::Design;
use crate::noisy::NOISY_TAIL;
use crate::robust::{clipped, distance};
use crate::{
    Computation, Implausible, NetworkFault, Networks, QueryFault, Rows, Summary, Target, Trained,
    TrainingJob, Unfit, check,
};

/// Words of a network beside its parameters.
pub(crate) const TAIL: usize = 3;

/// Asks for one round of local training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// Which patients are cases.
    pub target: Target,
    /// Networks to train, each on its own training set.
    pub networks: Vec<NetworkPoint>,
    /// Width of each hidden layer.
    pub hidden: Vec<usize>,
    /// Passes over the patients.
    pub epochs: u32,
    /// Patients in a step.
    pub batch: u32,
    /// Learning rate.
    pub rate: f64,
    /// Weight decay.
    pub decay: f64,
    /// Seed of this round, drawn from the plan's.
    pub seed: u64,
    /// Noise, as the plan has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dp: Option<Dp>,
    /// Guards against wrong numbers, as the plan has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub robust: Option<Robust>,
}

/// Where a network stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkPoint {
    /// Columns, standardisation and training set.
    pub design: Design,
    /// The global model, in the manifest's order.
    pub parameters: Vec<f32>,
}

/// The average of the sites' models, weighted by patients, or what the plan's rule makes of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Averaged {
    /// In the manifest's order.
    pub parameters: Vec<f32>,
    /// Patients trained on.
    pub patients: f64,
    /// Mean loss over them in the last local pass; under a rule, the median of the sites' mean losses.
    pub loss: f64,
    /// L2 norm of the change since the round began.
    pub moved: f64,
}

/// Initial parameters from a seed: uniform in +-1 / sqrt(inputs) by layer, biases zero.
#[must_use]
pub fn initial(inputs: usize, hidden: &[usize], seed: u64) -> Vec<f32> {
    let mut random = chacha20::ChaCha20Rng::seed_from_u64(seed);
    let mut parameters = Vec::new();
    for parameter in Manifest::perceptron(inputs, hidden).parameters {
        let bound = match parameter.shape.as_slice() {
            [rows, _] => 1.0 / (*rows as f64).max(1.0).sqrt(),
            _ => 0.0,
        };
        for _ in 0..parameter.len() {
            let unit = f64::from(random.next_u32()) / f64::from(u32::MAX);
            #[expect(clippy::cast_possible_truncation, reason = "networks compute in f32")]
            parameters.push((bound * (2.0 * unit - 1.0)) as f32);
        }
    }
    parameters
}

/// A model as words that are not weighted.
pub(crate) fn in_words(parameters: &[f32]) -> Vec<i64> {
    let word = |value: &f32| fixed::encode_update(f64::from(*value), 1).map_or(0, |(word, _)| word);
    parameters.iter().map(word).collect()
}

/// A seed for one purpose, drawn from the plan's.
#[must_use]
pub fn derive_seed(plan_seed: u64, purpose: &str) -> u64 {
    let digest = Digest::of(&format!("consilium/seed/{purpose}/v1"), &plan_seed.to_le_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// Standardised inputs of some patients.
pub(crate) fn inputs(design: &Design, rows: &dyn Rows, patients: &[usize]) -> Vec<Vec<f32>> {
    let opened = design.open(rows);
    #[expect(clippy::cast_possible_truncation, reason = "networks compute in f32")]
    let narrow = |row: &usize| opened.standardise(*row).iter().map(|z| *z as f32).collect();
    patients.iter().map(narrow).collect()
}

pub(crate) fn check_network(inputs: usize, hidden: &[usize], parameters: &[f32]) -> Result<(), QueryFault> {
    check::size("hidden layers", hidden.len(), 8)?;
    hidden.iter().try_for_each(|width| check::size("width of a layer", *width, 4_096))?;
    check::size("inputs of a network", inputs, 65_536)?;
    if hidden.contains(&0) {
        return Err(QueryFault::Length { what: "a hidden layer", found: 0, expected: 1 });
    }
    let expected = Manifest::perceptron(inputs, hidden).len();
    check::size("parameters of a network", expected, check::MOST_PARAMETERS)?;
    check::length("parameters", parameters.len(), expected)?;
    if parameters.iter().all(|x| x.is_finite()) { Ok(()) } else { Err(QueryFault::Number("parameters")) }
}

impl Training {
    /// Trains one network here and appends its words.
    fn train(
        &self,
        index: usize,
        rows: &dyn Rows,
        networks: &dyn Networks,
        words: &mut Vec<i64>,
    ) -> Result<(), Unfit> {
        let NetworkPoint { design, parameters } = &self.networks[index];
        let trained_on = |row: usize| {
            let case = self.target.of(rows, row).filter(|_| design.trains_on(rows.cell(row)))?;
            Some((row, f32::from(u8::from(case))))
        };
        let (patients, labels): (Vec<usize>, Vec<f32>) = (0..rows.len()).filter_map(trained_on).unzip();
        let inputs = inputs(design, rows, &patients);
        let job = TrainingJob {
            hidden: &self.hidden,
            start: parameters,
            inputs: &inputs,
            labels: &labels,
            epochs: self.epochs,
            batch: self.batch,
            rate: self.rate,
            decay: self.decay,
            seed: self.seed.wrapping_add(index as u64),
            dp: self.dp,
        };
        if let Some(dp) = self.dp {
            return self.train_with_noise(dp, &job, networks, words);
        }
        if patients.is_empty() {
            words.resize(words.len() + parameters.len() + TAIL, 0);
            return Ok(());
        }
        let trained = networks.train(&job)?;
        same_length(trained.parameters.len(), parameters.len())?;
        self.append(parameters, &trained, patients.len(), words)
    }

    /// The same with noise: also without a patient, since nothing may tell whether there is one.
    fn train_with_noise(
        &self,
        dp: Dp,
        job: &TrainingJob<'_>,
        networks: &dyn Networks,
        words: &mut Vec<i64>,
    ) -> Result<(), Unfit> {
        let noisy: Vec<i64> = match dp.release {
            DpRelease::Gradient => networks.noisy_gradient(job)?,
            DpRelease::Model => {
                let trained = networks.train(job)?.parameters;
                let word = |value: &f32| Ok(fixed::encode_update(f64::from(*value), 1)?.0);
                self.within_bound(trained.iter().map(word).collect::<Result<_, Unfit>>()?, job.start)
            }
        };
        same_length(noisy.len(), job.start.len())?;
        words.extend(noisy);
        for word in NOISY_TAIL {
            words.push(fixed::encode_update(word, 1)?.0);
        }
        Ok(())
    }

    fn append(
        &self,
        start: &[f32],
        trained: &Trained,
        patients: usize,
        words: &mut Vec<i64>,
    ) -> Result<(), Unfit> {
        let patients_word = u32::try_from(patients).unwrap_or(u32::MAX);
        let told = patients_word.min(self.robust.and_then(|robust| robust.weight_cap).unwrap_or(u32::MAX));
        let weight = if self.rule().is_some() { 1 } else { told };
        let mut out_of_range = 0u32;
        let bound = self.robust.and_then(|robust| robust.clip);
        let mut model = Vec::with_capacity(trained.parameters.len());
        for parameter in &trained.parameters {
            let (word, was_clipped) =
                fixed::encode_update(f64::from(*parameter), if bound.is_some() { 1 } else { weight })?;
            out_of_range += u32::from(was_clipped);
            model.push(word);
        }
        let times = if bound.is_some() { i64::from(weight) } else { 1 };
        words.extend(self.within_bound(model, start).into_iter().map(|word| word * times));
        let mean_loss = (trained.loss / patients as f64).min(fixed::UPDATE_CLIP);
        words.push(fixed::encode_update(1.0, told)?.0);
        words.push(fixed::encode_update(mean_loss, weight)?.0);
        words.push(i64::from(out_of_range) << fixed::UPDATE_BITS);
        Ok(())
    }

    /// A model in words that are not weighted, drawn back to the plan's bound.
    fn within_bound(&self, model: Vec<i64>, start: &[f32]) -> Vec<i64> {
        match self.robust.and_then(|robust| robust.clip) {
            Some(bound) => clipped(model, &in_words(start), bound),
            None => model,
        }
    }

    /// Whether the plan's guards are numbers.
    fn check_robust(&self) -> Result<(), QueryFault> {
        let Some(robust) = self.robust else { return Ok(()) };
        check::positive("bound of a network's change", robust.clip.as_slice())?;
        check::finite("tolerance", robust.vote.as_slice())?;
        if robust.weight_cap == Some(0) { Err(QueryFault::Number("weight")) } else { Ok(()) }
    }

    /// What parameters are divided by after so many patients, or sites, were added; under a rule nothing was.
    pub(crate) fn shares(&self, added: f64) -> f64 {
        if self.rule().is_some() { 1.0 } else { added }
    }

    fn average(&self, point: &NetworkPoint, words: &[i64]) -> Result<Averaged, Implausible> {
        let (parameters, tail) = words.split_at(words.len() - TAIL);
        let patients = fixed::decode_update(tail[0]);
        if patients < 1.0 {
            return Err(Implausible::Value { what: "the number of patients trained on", value: patients });
        }
        let shares = self.shares(patients);
        let mean: Vec<f64> = parameters.iter().map(|word| fixed::decode_update(*word) / shares).collect();
        Ok(Averaged::of(point, &mean, patients, fixed::decode_update(tail[1]) / shares))
    }
}

impl Averaged {
    pub(crate) fn of(point: &NetworkPoint, mean: &[f64], patients: f64, loss: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "networks compute in f32")]
        let parameters = mean.iter().map(|value| *value as f32).collect();
        Self { parameters, patients, loss, moved: distance(mean, &point.parameters) }
    }
}

impl Computation for Training {
    type Finding = Vec<Averaged>;

    fn is_update(&self) -> bool {
        true
    }

    fn length(&self) -> usize {
        let words = |point: &NetworkPoint| point.parameters.len().saturating_add(TAIL);
        self.networks.iter().fold(0usize, |sum, point| sum.saturating_add(words(point)))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.target.check()?;
        check::size("networks", self.networks.len(), check::MOST_CELLS + 1)?;
        check::size("epochs", self.epochs as usize, 1_000)?;
        check::size("patients in a step", self.batch as usize, 1 << 20)?;
        check::positive("learning rate", &[self.rate])?;
        check::finite("weight decay", &[self.decay])?;
        for point in &self.networks {
            point.design.check(width)?;
            check_network(point.design.columns.len(), &self.hidden, &point.parameters)?;
        }
        self.check_noise()?;
        self.check_robust()?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        let what = match self.dp.map(|dp| dp.release) {
            None if self.rule().is_some() => {
                "locally trained networks, as they are, for a rule that compares them"
            }
            None => "locally trained networks, times the number of patients",
            Some(DpRelease::Model) => "networks trained locally in noisy steps",
            Some(DpRelease::Gradient) => "networks' gradients, summed over patients, with noise",
        };
        format!("parameters of {} {what}", self.networks.len())
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut words = Vec::with_capacity(self.length());
        for index in 0..self.networks.len() {
            self.train(index, rows, networks, &mut words)?;
        }
        Ok(Summary::Updates(words))
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<Averaged>, Implausible> {
        let Summary::Updates(words) = sum else { return Err(Implausible::Shape) };
        if words.len() != self.length() {
            return Err(Implausible::Shape);
        }
        let mut rest = words.as_slice();
        let averaged = |point: &NetworkPoint| {
            let (mine, others) = rest.split_at(point.parameters.len() + TAIL);
            rest = others;
            self.dp.map_or_else(|| self.average(point, mine), |dp| self.noisy_average(dp, point, mine))
        };
        self.networks.iter().map(averaged).collect()
    }
}

fn same_length(found: usize, expected: usize) -> Result<(), Unfit> {
    let changed = || NetworkFault("training changed the number of parameters".to_owned());
    if found == expected { Ok(()) } else { Err(changed().into()) }
}
