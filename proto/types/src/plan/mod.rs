//! The study plan: one TOML file that says everything a study does, agreed before any data are read.
//!
//! A `StudyPlan` that exists is valid. Its canonical form (JSON, keys sorted, defaults written out) is what is
//! hashed, accepted and sent, so comments and layout do not matter and a default that changes later changes
//! the hash. Never: anything the plan does not say decides a result. Spec: docs/reference/plan.md.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::StudyId;

/// A registered analysis: immutable, identified by the hash of its canonical form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudyPlan {
    /// Who and when.
    pub study: Study,
    /// Which patients.
    #[serde(default)]
    pub cohort: Cohort,
    /// What is known of each patient.
    pub inputs: Inputs,
    /// How images become features; needed when an input is an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
    /// Which radiomic features enter a model; without it, all do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
    /// What is predicted.
    pub outcome: Outcome,
    /// How it is predicted.
    #[serde(default)]
    pub model: Model,
    /// What may leave a site.
    #[serde(default)]
    pub privacy: Privacy,
    /// How well it is predicted.
    #[serde(default)]
    pub evaluate: Evaluate,
}

/// `[study]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Study {
    /// Slug by which commands name the study.
    pub id: StudyId,
    /// One line for people.
    pub title: String,
    /// Counts amendments from 1.
    #[serde(default = "one")]
    pub version: u32,
    /// The only source of randomness.
    pub seed: u64,
    /// How many sites, how many of them must answer a round, how long to wait.
    #[serde(default)]
    pub sites: Sites,
}

/// `study.sites`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sites {
    /// Fewer than this: the study does not start, or aborts. At least 1; a hospital's policy may ask for more.
    pub min: u32,
    /// Share of the starting sites that must stay; in (0, 1].
    pub quorum: f64,
    /// Patience with a silent site: a number and `s`, `m`, `h` or `d`, for example `72h`.
    pub wait: Wait,
}

/// `[cohort]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cohort {
    /// Clauses over columns of the clinical table, joined by `and`; empty means every patient.
    pub include: Inclusion,
    /// A site below these counts must not take part.
    pub min_per_site: MinPerSite,
}

/// `cohort.min_per_site`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MinPerSite {
    /// Patients.
    pub n: u32,
    /// Patients of the rarer class.
    pub per_class: u32,
}

/// `[inputs.*]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Inputs {
    /// Computed tomography.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ct: Option<Image>,
    /// Positron emission tomography.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pet: Option<Image>,
    /// Magnetic resonance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mr: Option<Image>,
    /// Features extracted elsewhere, one row a patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
    /// Columns of the clinical table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clinical: Option<Clinical>,
}

/// `[inputs.ct]`, `[inputs.pet]`, `[inputs.mr]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Image {
    /// Contrast phases, each an image of its own; empty for a single image.
    pub phases: Vec<String>,
}

/// `[inputs.table]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// File within the site folder: `.csv` or `.parquet`, with a column `patient`.
    #[serde(default = "features_csv")]
    pub file: String,
    /// The columns to use, all numeric; `"all"` takes every column but `patient`.
    #[serde(default)]
    pub columns: TableColumns,
}

/// `inputs.table.columns`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TableColumns {
    /// Every column but `patient`, in alphabetical order; sites must agree.
    #[default]
    All,
    /// These, in this order.
    Listed(Vec<String>),
}

/// `[inputs.clinical]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clinical {
    /// Columns read as numbers.
    pub numeric: Vec<String>,
    /// Columns with their levels; the first level is the reference.
    pub categorical: BTreeMap<String, Vec<String>>,
    /// What happens to a patient with an empty cell.
    pub missing: Missing,
}

/// `inputs.clinical.missing`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The patient leaves the cohort, and the flow says so.
    #[default]
    Drop,
    /// The mean of the training folds.
    Impute,
    /// The mean of the training folds, and a column `NAME?missing` that is 1 where the cell was empty.
    Indicator,
}

/// `[features]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Features {
    /// IBSI families to compute.
    pub families: Vec<Family>,
    /// How direction matrices become features.
    pub aggregation: Aggregation,
    /// Discretisation.
    pub bins: Bins,
    /// Re-segmentation range in the image's unit; voxels outside leave the intensity mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<[f64; 2]>,
}

/// A feature family, by its IBSI name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Morphology.
    Morphology,
    /// Intensity statistics.
    IntensityStatistics,
    /// Intensity histogram.
    IntensityHistogram,
    /// Grey level co-occurrence matrix.
    Glcm,
}

/// `features.aggregation`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aggregation {
    /// Features of each of the 13 directions, averaged.
    #[default]
    #[serde(rename = "3d-averaged")]
    Averaged3d,
    /// Features of the sum of the 13 matrices.
    #[serde(rename = "3d-merged")]
    Merged3d,
}

/// `features.bins`
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Bins {
    /// Fixed bin size, in the image's unit, counted from the lower end of `window` (or the ROI minimum).
    Width(f64),
    /// Fixed bin number.
    Count(u32),
}

/// `[select]`: always inside the folds, on radiomic columns only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Select {
    /// Univariate screening.
    pub relevance: Relevance,
    /// Pairwise correlation filter.
    pub redundancy: Redundancy,
    /// Largest number of radiomic features in a model.
    pub max: u32,
}

/// `select.relevance`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Relevance {
    /// The test that ranks.
    pub test: RelevanceTest,
    /// How many features pass on to the redundancy filter.
    pub keep: u32,
}

/// `select.relevance.test`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelevanceTest {
    /// Welch's t, ranked by its p value.
    #[default]
    Welch,
}

/// `select.redundancy`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Redundancy {
    /// A feature goes when its |Pearson r| with a better one reaches this; in (0, 1].
    pub rho: f64,
}

/// `[outcome]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Type of outcome.
    #[serde(default)]
    pub kind: OutcomeKind,
    /// Column of the clinical table.
    pub label: String,
    /// The value that counts as a case; an empty cell leaves the cohort.
    pub positive: String,
    /// The value that counts as a control; without it, every other value does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negative: Option<String>,
}

/// `outcome.kind`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeKind {
    /// Yes or no.
    #[default]
    Binary,
}

/// `[model]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Model {
    /// Column families, each a model of its own under the same folds.
    /// Default: those the inputs allow (`combined` only where both others exist).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<ModelFamily>,
    /// The main learner.
    pub learner: Learner,
    /// Ridge penalty of the logistic regression, on standardised columns, intercept free.
    pub penalty: Penalty,
    /// Learners reported beside the main one, on the last family.
    pub compare: Vec<Learner>,
    /// The network behind `mlp`.
    pub network: Network,
}

/// `model.families`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ModelFamily {
    /// Clinical columns.
    Clinical,
    /// Selected radiomic columns.
    Radiomics,
    /// Both.
    Combined,
}

/// `model.learner`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Learner {
    /// Logistic regression by Newton's method: equals the pooled fit.
    #[default]
    Logistic,
    /// Multilayer perceptron by federated averaging: has no exact form.
    Mlp,
}

/// `model.penalty`
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Penalty {
    /// `"cv"` chooses lambda by inner cross-validation; a number fixes it; 0 is maximum likelihood.
    pub ridge: Ridge,
}

/// `model.penalty.ridge`
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Ridge {
    /// Chosen by cross-validated log-likelihood from a fixed grid.
    #[default]
    #[serde(with = "cv")]
    Cv,
    /// This lambda: the fit maximises `loglik - lambda/2 * |beta|^2`.
    Fixed(f64),
}

/// `model.network`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Network {
    /// Width of each hidden layer.
    pub hidden: Vec<usize>,
    /// Rounds of federated averaging.
    pub rounds: u32,
    /// Passes over the site's patients in a round.
    pub epochs: u32,
    /// Patients in a step.
    pub batch: u32,
    /// Learning rate.
    pub rate: f64,
    /// Weight decay.
    pub decay: f64,
}

/// `[privacy]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// What the coordinator sees of one site.
    pub aggregate: Aggregate,
    /// What may become visible beside pooled sums.
    pub release: Vec<Release>,
}

/// `privacy.aggregate`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// Each site's sums reach the coordinator in clear.
    #[default]
    Clear,
}

/// `privacy.release`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// Results over all sites.
    Pooled,
    /// Sums of a single site; leave-site-out validation needs them.
    SiteSums,
}

/// `[evaluate]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Evaluate {
    /// How patients are held out.
    pub design: Design,
    /// Folds of `kfold`, stratified by outcome within each site.
    pub folds: u32,
    /// First and last threshold of the decision curve; steps of 0.01.
    pub thresholds: [f64; 2],
    /// Confidence level of intervals.
    pub level: f64,
}

/// `evaluate.design`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Design {
    /// Patients are held out, `folds` times.
    #[default]
    Kfold,
    /// Sites are held out, one at a time.
    LeaveSiteOut,
}
