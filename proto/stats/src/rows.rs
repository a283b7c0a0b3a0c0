//! What a site half reads: the design table, seen through a trait, so that the type that holds patients stays
//! in `node/`.
//!
//! Never: a patient's identifier. A row is a number, and only sums over rows leave this crate.

use consilium_types::plan::Dp;

/// The cohort of one site as a numeric table: one row a patient, one column a feature or covariate.
pub trait Rows: Sync {
    /// Number of patients.
    fn len(&self) -> usize;

    /// Whether no patient is in the cohort.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of columns.
    fn width(&self) -> usize;

    /// The value in `row` and `column`; NaN where it is missing.
    fn value(&self, row: usize, column: usize) -> f64;

    /// The class of one of the study's labels, counted from 0; nothing where it is not known.
    ///
    /// A binary label has controls (0) and cases (1). In a study of survival, label 0 says whether the event was seen.
    fn label(&self, row: usize, label: usize) -> Option<u32>;

    /// Follow-up, in a study of survival.
    fn survival(&self, row: usize) -> Option<Survival> {
        let _ = row;
        None
    }

    /// The cell (fold) the patient is held out with, below the number of cells of the analysis.
    fn cell(&self, row: usize) -> usize;

    /// How often the plan deals the folds.
    fn repeats(&self) -> u32 {
        1
    }

    /// The cell of the patient in one of these dealings, counted from 0 and below [`Rows::repeats`].
    fn dealt(&self, row: usize, repeat: u32) -> usize {
        let _ = repeat;
        self.cell(row)
    }

    /// Patients left after each step of the inclusion flow, starting with all in the clinical table.
    fn flow(&self) -> &[u64];

    /// Position of this site in the roster.
    fn site(&self) -> usize {
        0
    }

    /// Which of the site's scanners (or other batches) the patient's images come from, below [`Rows::batches`].
    fn batch(&self, row: usize) -> usize {
        let _ = row;
        0
    }

    /// Number of batches at this site.
    fn batches(&self) -> usize {
        1
    }

    /// The value measured by a second reader; NaN where there is none.
    fn reread(&self, row: usize, column: usize) -> f64 {
        let _ = (row, column);
        f64::NAN
    }

    /// Random bits of one patient for one purpose: a keyed hash of the pseudonym under the plan's seed, so they
    /// depend neither on the row's position nor on the site's other patients.
    fn draw(&self, row: usize, purpose: &str) -> u64;
}

/// How long a patient was followed, and whether the event ended it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survival {
    /// Time from the index date, in days.
    pub days: f64,
    /// Whether the event was seen; otherwise the patient is censored at `days`.
    pub event: bool,
}

/// Trains and applies networks. Implemented in `node/learn`, so that nothing else links a tensor library.
pub trait Networks: Sync {
    /// Trains from `start` on the given patients and returns the parameters in the manifest's order.
    ///
    /// Deterministic: the same arguments give the same bits.
    fn train(&self, job: &TrainingJob<'_>) -> Result<Trained, NetworkFault>;

    /// One step's sum of clipped gradients over all patients, as integers of a network update, with noise added.
    ///
    /// Refused by whoever has no secret to draw noise from.
    fn noisy_gradient(&self, job: &TrainingJob<'_>) -> Result<Vec<i64>, NetworkFault> {
        let _ = job;
        Err(NetworkFault("there is no secret here to draw noise from".to_owned()))
    }

    /// Probability of being a case, one for each row of `inputs`.
    fn predict(
        &self,
        hidden: &[usize],
        parameters: &[f32],
        inputs: &[Vec<f32>],
    ) -> Result<Vec<f64>, NetworkFault>;
}

/// One site's share of a round of federated averaging.
#[derive(Clone, Copy)]
pub struct TrainingJob<'a> {
    /// Width of each hidden layer.
    pub hidden: &'a [usize],
    /// The global model, in the manifest's order.
    pub start: &'a [f32],
    /// Standardised inputs, one row a patient.
    pub inputs: &'a [Vec<f32>],
    /// 1 for a case, 0 for a control.
    pub labels: &'a [f32],
    /// Passes over the patients.
    pub epochs: u32,
    /// Patients in a step.
    pub batch: u32,
    /// Learning rate.
    pub rate: f64,
    /// Weight decay.
    pub decay: f64,
    /// Seed of the order of patients, drawn from the plan's seed, the fit and the round.
    pub seed: u64,
    /// Noise, if the plan asks for it: lots and noise are then drawn from a secret of the site.
    pub dp: Option<Dp>,
}

impl std::fmt::Debug for TrainingJob<'_> {
    /// Shows sizes only: the fields hold patients' values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TrainingJob({} parameters, {} patients)", self.start.len(), self.inputs.len())
    }
}

/// What training gives back.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    /// In the manifest's order.
    pub parameters: Vec<f32>,
    /// Sum over patients of the cross-entropy in the last pass.
    pub loss: f64,
}

/// A network could not be built, trained or applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NetworkFault(pub String);
