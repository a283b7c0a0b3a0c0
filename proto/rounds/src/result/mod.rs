//! The result of a study, at full precision and without time stamps: equal sums give equal bytes.
//!
//! Never: a number about one site; the plan's `release` decides what else may be told. Schema:
//! docs/reference/results.md.

mod calibration;
mod classes;
mod comparison;
mod cox;
mod evaluation;
mod hazard;
mod importance;
mod linear;
mod quality;
mod repeats;
mod resampled;
mod sites;
mod survival;
mod survival_evaluation;
mod threshold;
mod trees;

use std::collections::BTreeMap;

use consilium_stats::distribution::normal_two_sided;
use consilium_stats::{Counts, NetworkPoint, Query};
use consilium_types::plan::{Label, Learner, ModelFamily};
use consilium_types::{Digest, Schema, SiteId, StudyId, StudyPlan};
use serde::{Deserialize, Serialize};

pub use calibration::{CalibrationCurve, CalibrationResult, CurvePoint, Deciles, HosmerLemeshow};
pub use classes::{ClassesEvaluation, OrdinalEvaluation};
pub use comparison::{Comparison, Improvement, ReclassificationResult, TimeDifference};
pub use cox::{BaselinePoint, CoxLassoResult, CoxResult, CoxTests, HazardRatio, JointTest};
pub(crate) use cox::{CoxFacts, CoxLassoFacts};
pub use evaluation::{AucResult, Evaluation, EvaluationResult, NetBenefit};
pub(crate) use hazard::HazardFacts;
pub use hazard::{HazardResult, HazardStep};
pub use importance::{
    ConcordanceImportance, ImportanceResult, PermutationImportance, ShapBand, ShapImportance, Spread,
};
pub(crate) use linear::{LassoFacts, LinearFacts};
pub use linear::{
    LassoPoint, LassoPredictor, LassoResult, LassoTerm, LinearPredictor, LinearResult, PathPredictor,
    SiteDeviation, SvmKernel, SvmResult,
};
pub use quality::{Budget, ColumnQuality, OutcomeCount, QualityResult, Supported};
pub use repeats::{Dealing, RepeatedDifference, Repeats};
pub use resampled::Resampled;
pub use sites::{Heterogeneity, SiteAccuracy, WithinSites};
pub use survival::FollowUpResult;
pub use survival_evaluation::{
    AtTime, BrierResult, ConcordanceWithinSites, RiskGroup, RiskGroupsResult, SiteConcordance, SlopeResult,
    SurvivalEstimate, SurvivalEvaluation, TimeBenefit, TimeCalibration, TimeGroup,
};
pub use threshold::{Measured, ThresholdResult};
pub use trees::{BoostResult, ForestResult, TreeColumn, TreeNode, TreeResult};

/// Everything a study found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StudyResult {
    /// The study.
    pub study: StudyId,
    /// Hash of the plan's canonical form.
    pub plan_hash: Digest,
    /// Sites that took part, in order.
    pub sites: Vec<SiteId>,
    /// Name and version of the feature extractor; empty when no image was read.
    pub extractor: String,
    /// Patients.
    pub cohort: CohortResult,
    /// How long patients were followed; absent where the outcome is not survival.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUpResult>,
    /// Cohort and columns, and the size of model they support.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<QualityResult>,
    /// Radiomic columns chosen, for each label; empty when the plan does not select.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selections: Vec<Selection>,
    /// The main learner on each family first, compared ones after.
    pub models: Vec<ModelResult>,
    /// Pairs of models with one yes-or-no target, on the same patients.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub comparisons: Vec<Comparison>,
    /// What it took.
    pub effort: Effort,
}

/// Patients over all sites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CohortResult {
    /// In the cohort.
    pub n: u64,
    /// Of the first label, patients of its second class: cases, or patients with an event.
    pub cases: u64,
    /// Every label with the patients of its classes.
    pub labels: Vec<LabelCount>,
    /// Patients left after each inclusion step.
    pub flow: Vec<FlowCount>,
    /// Each fold: patients and cases.
    pub folds: Vec<FoldCount>,
}

/// Patients by class of one label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelCount {
    /// The label.
    pub label: String,
    /// Its classes, in order.
    pub classes: Vec<ClassCount>,
}

/// Patients of one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassCount {
    /// The class.
    pub class: String,
    /// Patients.
    pub n: u64,
}

/// One step of the inclusion flow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowCount {
    /// The step in words.
    pub step: String,
    /// Patients left.
    pub patients: u64,
}

/// One fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FoldCount {
    /// Patients.
    pub n: u64,
    /// Cases among them.
    pub cases: u64,
}

/// Which radiomic columns were selected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// The label that is predicted.
    pub label: String,
    /// In the final model, best first.
    pub columns: Vec<String>,
    /// In how many outer training sets, of all dealings of the folds, each column was selected.
    pub frequency: BTreeMap<String, u32>,
    /// Intraclass correlation of the two readings of each column in the final training set; empty when the plan does
    /// not ask for stability.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub agreement: BTreeMap<String, f64>,
    /// How many Poisson bootstraps of the final training set choose each column; empty when the plan asks for none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub replicates: BTreeMap<String, u32>,
}

impl Selection {
    /// The selections of the first dealing of the folds, with the frequencies of all.
    pub(crate) fn over_repeats(dealings: Vec<Vec<Self>>) -> Vec<Self> {
        let mut dealings = dealings.into_iter();
        let mut first = dealings.next().unwrap_or_default();
        for other in dealings {
            for (selection, other) in first.iter_mut().zip(other) {
                for (column, times) in other.frequency {
                    *selection.frequency.entry(column).or_default() += times;
                }
            }
        }
        first
    }
}

/// Name of a column; a component, numbered after the schema, is `PC1`, `PC2` and so on.
pub(crate) fn column_name(schema: &Schema, column: usize) -> String {
    let component = || format!("PC{}", column + 1 - schema.columns.len());
    schema.columns.get(column).map_or_else(component, |column| column.name.clone())
}

/// One model of the study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelResult {
    /// Family and learner, for example `combined/logistic`; before them the label, where there are several.
    pub name: String,
    /// The label it predicts.
    pub label: String,
    /// Its columns.
    pub family: ModelFamily,
    /// How it was fitted.
    pub learner: Learner,
    /// Trained on all patients.
    pub fit: FitResult,
    /// On patients it was not trained on: out-of-fold scores, or those held out once.
    pub evaluation: EvaluationResult,
    /// Apparent: the tested model on its own training patients, where patients are held out once. Optimistic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apparent: Option<EvaluationResult>,
    /// All dealings of the folds, where the plan repeats them; `evaluation` is of the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeats>,
    /// Which columns they rest on; absent when the plan does not ask.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub importance: Vec<ImportanceResult>,
}

/// A model trained on all patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FitResult {
    /// Logistic regression.
    Logistic(LogisticResult),
    /// Firth's, multinomial, ordinal, or with site intercepts.
    Linear(LinearResult),
    /// Lasso or elastic net.
    Lasso(LassoResult),
    /// Support vectors.
    Svm(SvmResult),
    /// A network by federated averaging.
    Network(NetworkResult),
    /// A random forest.
    Forest(ForestResult),
    /// Boosted trees.
    Boost(BoostResult),
    /// Cox regression.
    Cox(CoxResult),
    /// Cox regression with lasso or elastic net.
    CoxLasso(CoxLassoResult),
    /// Discrete-time hazards.
    Hazard(HazardResult),
}

impl ModelResult {
    /// The coefficients, if it is a logistic regression.
    #[must_use]
    pub fn logistic(&self) -> Option<&LogisticResult> {
        match &self.fit {
            FitResult::Logistic(logistic) => Some(logistic),
            _ => None,
        }
    }

    /// The network, if it is one.
    #[must_use]
    pub fn network(&self) -> Option<&NetworkResult> {
        match &self.fit {
            FitResult::Network(network) => Some(network),
            _ => None,
        }
    }

    /// The forest, if it is one.
    #[must_use]
    pub fn forest(&self) -> Option<&ForestResult> {
        match &self.fit {
            FitResult::Forest(forest) => Some(forest),
            _ => None,
        }
    }

    /// The boosted trees, if it is made of them.
    #[must_use]
    pub fn boost(&self) -> Option<&BoostResult> {
        match &self.fit {
            FitResult::Boost(boost) => Some(boost),
            _ => None,
        }
    }

    /// The Cox regression, if it is one.
    #[must_use]
    pub fn cox(&self) -> Option<&CoxResult> {
        match &self.fit {
            FitResult::Cox(cox) => Some(cox),
            _ => None,
        }
    }

    /// The evaluation, if the outcome is yes or no.
    #[must_use]
    pub fn binary(&self) -> Option<&Evaluation> {
        match &self.evaluation {
            EvaluationResult::Binary(evaluation) => Some(evaluation),
            EvaluationResult::Classes(_) | EvaluationResult::Survival(_) => None,
        }
    }
}

/// A ridge logistic regression on all patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogisticResult {
    /// The penalty on standardised columns.
    pub lambda: f64,
    /// Cross-validated deviance by penalty; one point with deviance 0 when the plan fixes lambda.
    pub path: Vec<LambdaPoint>,
    /// The penalty chosen in each outer fold.
    pub fold_lambdas: Vec<f64>,
    /// Log-likelihood, without the penalty.
    pub log_likelihood: f64,
    /// Intercept on standardised columns.
    pub intercept: Coefficient,
    /// Intercept on the columns' own units.
    pub intercept_raw: Coefficient,
    /// One entry a column.
    pub terms: Vec<Term>,
}

/// Minus log-likelihood summed over held-out folds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LambdaPoint {
    /// The penalty.
    pub lambda: f64,
    /// Its held-out deviance.
    pub deviance: f64,
}

/// An estimate with its standard error: the sandwich `(I+P)^-1 I (I+P)^-1`, or `I^-1` without a penalty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub se: f64,
    /// Estimate over standard error.
    pub z: f64,
    /// Two-sided normal p value.
    pub p: f64,
}

/// One column of a logistic regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Name in the schema.
    pub column: String,
    /// Mean over all patients with a value.
    pub mean: f64,
    /// Standard deviation, n - 1 below.
    pub sd: f64,
    /// Per standard deviation.
    pub standardised: Coefficient,
    /// Per unit of the column.
    pub raw: Coefficient,
}

/// A network trained on all patients by federated averaging.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkResult {
    /// Names of the inputs, standardised with the means and standard deviations below.
    pub columns: Vec<String>,
    /// Mean of each input.
    pub mean: Vec<f64>,
    /// Standard deviation of each input.
    pub sd: Vec<f64>,
    /// Width of each hidden layer.
    pub hidden: Vec<usize>,
    /// Mean local loss of each round.
    pub loss: Vec<f64>,
    /// In the manifest's order.
    pub parameters: Vec<f32>,
    /// Rounds that were taken back, of the network on all patients and those of the folds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken_back: Vec<TakenBack>,
}

/// A round that was taken back: the course went on from the model before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// Which, from 1.
    pub round: u32,
    /// Why.
    pub why: WhyTakenBack,
    /// Of how many of the networks that are trained side by side.
    pub networks: u32,
}

/// Why a round was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhyTakenBack {
    /// Most hospitals found the new network worse than the one before.
    Vote,
    /// The average moved further than the plan lets any hospital move.
    Norm,
    /// It began from a network that was voted down meanwhile.
    Before,
}

/// What a study took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// Questions asked.
    pub exchanges: u32,
    /// Integers each site sent.
    pub words: u64,
}

impl Effort {
    pub(crate) fn add(&mut self, query: &Query) {
        self.exchanges += 1;
        self.words += query.length() as u64;
    }
}

/// What a result is put together from.
pub(crate) struct Facts<'a> {
    pub(crate) plan: &'a StudyPlan,
    pub(crate) sites: &'a [SiteId],
    pub(crate) schema: &'a Schema,
    pub(crate) counts: &'a Counts,
    pub(crate) follow_up: Option<FollowUpResult>,
    pub(crate) quality: QualityResult,
    pub(crate) selections: Vec<Selection>,
    pub(crate) models: Vec<ModelResult>,
    pub(crate) comparisons: Vec<Comparison>,
    pub(crate) effort: Effort,
}

impl StudyResult {
    pub(crate) fn new(facts: Facts<'_>) -> Self {
        let Facts {
            plan,
            sites,
            schema,
            counts,
            follow_up,
            quality,
            selections,
            models,
            comparisons,
            effort,
        } = facts;
        Self {
            study: plan.study.id.clone(),
            plan_hash: plan.hash(),
            sites: sites.to_vec(),
            extractor: schema.extractor.clone(),
            cohort: CohortResult::new(plan, counts),
            follow_up,
            quality: Some(quality),
            selections,
            models,
            comparisons,
            effort,
        }
    }

    /// The result file: indented JSON with a final newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("numbers and strings always serialise");
        text + "\n"
    }
}

impl CohortResult {
    fn new(plan: &StudyPlan, counts: &Counts) -> Self {
        let step = |(step, patients): (_, &u64)| {
            let step: consilium_types::plan::FlowStep = step;
            FlowCount { step: step.text(), patients: *patients }
        };
        let class = |(class, n): (&String, u64)| ClassCount { class: class.clone(), n };
        let label = |(place, label): (usize, &Label)| LabelCount {
            label: label.name.clone(),
            classes: label.classes.iter().zip(counts.classes(place, &[])).map(class).collect(),
        };
        let fold = |(n, classes): (&u64, &Vec<u64>)| FoldCount { n: *n, cases: classes[1] };
        Self {
            n: counts.cells.iter().sum(),
            cases: counts.classes(0, &[])[1],
            labels: plan.outcome.labels().iter().enumerate().map(label).collect(),
            flow: plan.flow().into_iter().zip(&counts.flow).map(step).collect(),
            folds: counts.cells.iter().zip(&counts.labels[0]).map(fold).collect(),
        }
    }
}

impl Coefficient {
    fn new(estimate: f64, variance: f64) -> Self {
        let se = variance.max(0.0).sqrt();
        let z = estimate / se;
        Self { estimate, se, z, p: normal_two_sided(z) }
    }
}

impl LogisticResult {
    pub(crate) fn new(facts: LinearFacts<'_>) -> Self {
        Self {
            intercept: facts.coefficient(0),
            intercept_raw: facts.raw_intercept(0, 1),
            terms: facts.terms(1),
            lambda: facts.lambda,
            path: facts.path,
            fold_lambdas: facts.fold_lambdas,
            log_likelihood: facts.log_likelihood,
        }
    }
}

impl NetworkResult {
    pub(crate) fn new(
        schema: &Schema,
        hidden: &[usize],
        point: &NetworkPoint,
        loss: Vec<f64>,
        taken_back: Vec<TakenBack>,
    ) -> Self {
        let design = &point.design;
        Self {
            columns: design.columns.iter().map(|c| column_name(schema, *c)).collect(),
            mean: design.mean.clone(),
            sd: design.sd.clone(),
            hidden: hidden.to_vec(),
            loss,
            parameters: point.parameters.clone(),
            taken_back,
        }
    }
}
