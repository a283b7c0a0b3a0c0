//! What left the hospitals, and what the run can prove.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The privacy ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Questions asked.
    pub exchanges: u32,
    /// Integers each hospital sent.
    pub words: u64,
    /// Bytes each hospital sent, where measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How sums were added: in the clear, or blinded.
    pub aggregation: String,
    /// What the plan allows to be told.
    pub release: String,
    /// By kind of question, where recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LedgerLine>,
}

/// One kind of question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// What left, in words.
    pub what: String,
    /// How often.
    pub exchanges: u32,
    /// Integers a hospital sent.
    pub words: u64,
}

/// Evidence by claim: a line each, in words, with the numbers of this run.
pub type Evidence = BTreeMap<Claim, String>;

/// What a run can show by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Claim {
    /// Images were measured, under contours.
    Images,
    /// Inclusion rules are written down and were applied alike everywhere.
    Eligibility,
    /// Patients left after each rule.
    Flow,
    /// Several hospitals.
    MultiCentre,
    /// The outcome's definition in the table.
    Outcome,
    /// How images were prepared.
    Preprocessing,
    /// Resampling.
    Resampling,
    /// Discretisation.
    Discretisation,
    /// The extractor and its version.
    Extractor,
    /// All parameters of extraction.
    Parameters,
    /// Feature classes and their number.
    Features,
    /// Unstable columns were removed.
    Robustness,
    /// Columns that repeat each other were removed.
    Redundancy,
    /// Parameters against patients.
    Dimensionality,
    /// Sample size was looked at before the run.
    SampleSize,
    /// Training and test patients are apart at every step.
    Partition,
    /// Differences between hospitals or scanners were dealt with.
    Confounders,
    /// Missing values.
    Missing,
    /// Shares of classes.
    Balance,
    /// Columns were standardised within training sets.
    Scaling,
    /// Selection within training sets.
    Selection,
    /// The learner.
    Algorithm,
    /// Penalties and other settings, and how they were chosen.
    Tuning,
    /// How the final model came to be.
    ModelChoice,
    /// Clinical columns used beside the images.
    Covariates,
    /// Metrics.
    Metrics,
    /// Intervals.
    Uncertainty,
    /// Calibration.
    Calibration,
    /// Net benefit.
    Benefit,
    /// Models compared on the same patients.
    Comparison,
    /// Compared with clinical columns alone.
    NonRadiomic,
    /// A plain statistical model is among those compared.
    Simple,
    /// Cross-validation within the cohort.
    Internal,
    /// Each hospital's patients were scored by a model that never saw the hospital.
    HeldOutSites,
    /// The final model was tested at a hospital that took no part in training.
    External,
    /// Selection frequency and coefficients.
    Interpretation,
    /// Numbers of each column.
    FeatureStatistics,
    /// Performance by hospital.
    Heterogeneity,
    /// The plan and its hash, fixed before the run.
    Protocol,
    /// The program and its version are free software.
    Code,
    /// The model file.
    ModelFile,
    /// The calculator page.
    Calculator,
    /// Only sums left the hospitals.
    Protection,
    /// Curves of survival.
    Survival,
}
