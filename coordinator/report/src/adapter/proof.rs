//! What the run proves: each claim with a line of its own numbers. A claim that cannot be shown is absent.

use consilium_rounds::result::StudyResult;
use consilium_types::StudyPlan;
use consilium_types::plan::{Clause, Design, Learner, ModelFamily};

use super::asked::word;
use super::{SOFTWARE, outcome};
use crate::content::{Claim, Evidence};
use crate::text::{fixed, percent, significant};

pub(super) fn evidence(plan: &StudyPlan, result: &StudyResult) -> Evidence {
    let mut evidence = Evidence::new();
    patients(plan, result, &mut evidence);
    columns(plan, result, &mut evidence);
    modelling(plan, result, &mut evidence);
    evaluation(plan, result, &mut evidence);
    openness(plan, result, &mut evidence);
    evidence
}

fn claim(evidence: &mut Evidence, claim: Claim, holds: bool, line: impl FnOnce() -> String) {
    if holds {
        evidence.insert(claim, line());
    }
}

fn patients(plan: &StudyPlan, result: &StudyResult, evidence: &mut Evidence) {
    let (cohort, clauses) = (&result.cohort, plan.cohort.include.clauses());
    claim(evidence, Claim::Eligibility, !clauses.is_empty(), || {
        let rules: Vec<&str> = clauses.iter().map(Clause::text).collect();
        format!("Inclusion rules, the same at every hospital: {}.", rules.join("; "))
    });
    claim(evidence, Claim::Flow, !cohort.flow.is_empty(), || {
        format!("Flow chart of {} steps.", cohort.flow.len())
    });
    claim(evidence, Claim::MultiCentre, result.sites.len() > 1, || {
        format!("{} hospitals.", result.sites.len())
    });
    evidence.insert(Claim::Outcome, format!("Case: {}.", outcome(plan)));
    let share = percent(cohort.cases, cohort.n);
    evidence.insert(Claim::Balance, format!("{} cases among {} patients ({share}).", cohort.cases, cohort.n));
}

fn columns(plan: &StudyPlan, result: &StudyResult, evidence: &mut Evidence) {
    let images: Vec<&str> = plan.inputs.images().map(|(name, _)| name).collect();
    if let Some(features) = plan.features.as_ref().filter(|_| !images.is_empty()) {
        let resampled = features.spacing.map(|mm| format!("{} mm", word(&mm)));
        let resampled = resampled.unwrap_or_else(|| "own spacing".to_owned());
        let resampling = format!("Voxels: {resampled}, interpolation {}.", word(&features.interpolation));
        evidence.insert(Claim::Images, format!("Images: {}.", images.join(", ")));
        evidence.insert(Claim::Preprocessing, resampling.clone());
        evidence.insert(Claim::Resampling, resampling);
        let bins = images.iter().map(|name| format!("{name} {:?}", features.bins_of(name)));
        let bins = bins.collect::<Vec<_>>().join(", ").to_lowercase();
        evidence.insert(Claim::Discretisation, format!("Bins: {bins}."));
        evidence.insert(Claim::Features, format!("Families: {}.", word(&features.families)));
        evidence.insert(
            Claim::Parameters,
            "Every parameter of extraction is in the plan, section features.".to_owned(),
        );
    }
    claim(evidence, Claim::Extractor, !result.extractor.is_empty(), || format!("{}.", result.extractor));
    if let Some(clinical) = &plan.inputs.clinical {
        let names: Vec<&String> = clinical.numeric.iter().chain(clinical.categorical.keys()).collect();
        evidence.insert(Claim::Covariates, format!("Clinical columns: {}.", word(&names)));
        evidence.insert(Claim::Missing, format!("Empty clinical cells: {}.", word(&clinical.missing)));
    }
}

fn modelling(plan: &StudyPlan, result: &StudyResult, evidence: &mut Evidence) {
    evidence.insert(Claim::Scaling, "Mean and SD of each training set.".to_owned());
    if let Some(select) = &plan.select {
        let (test, keep, rho) = (word(&select.relevance.test), select.relevance.keep, select.redundancy.rho);
        let line = format!(
            "{test} keeps {keep}; |r| below {rho}; at most {}; within every training set.",
            select.max
        );
        evidence.insert(Claim::Selection, line);
        evidence.insert(Claim::Redundancy, format!("|r| below {rho}."));
    }
    evidence.insert(Claim::Algorithm, format!("Learner: {}.", word(&plan.model.learner)));
    evidence.insert(Claim::Tuning, format!("Ridge penalty: {}.", word(&plan.model.penalty.ridge)));
    let fits = result.models.iter().filter_map(|model| Some((model.name.as_str(), model.logistic()?)));
    let fits: Vec<_> = fits.collect();
    let largest = fits.iter().map(|(_, fit)| fit.terms.len()).max();
    if let Some(terms) = largest.filter(|terms| *terms > 0) {
        let rarer = result.cohort.cases.min(result.cohort.n - result.cohort.cases);
        let each = fixed(rarer as f64 / terms as f64, 1);
        let line = format!("At most {terms} terms: {each} patients of the rarer class for each.");
        evidence.insert(Claim::Dimensionality, line);
    }
    claim(evidence, Claim::Interpretation, !fits.is_empty(), || {
        "Coefficients with standard errors; nomogram.".to_owned()
    });
    claim(
        evidence,
        Claim::Simple,
        plan.model.learner == Learner::Logistic || !plan.model.compare.is_empty(),
        || {
            let used: Vec<String> = fits
                .iter()
                .map(|(name, fit)| format!("{name}, lambda {}", significant(fit.lambda)))
                .collect();
            format!("Logistic regression: {}.", used.join("; "))
        },
    );
    claim(evidence, Claim::FeatureStatistics, !result.selections.is_empty(), || {
        "Selection frequency of columns.".to_owned()
    });
}

fn evaluation(plan: &StudyPlan, result: &StudyResult, evidence: &mut Evidence) {
    let held_out = plan.evaluate.design == Design::LeaveSiteOut;
    let design = word(&plan.evaluate.design);
    let line = format!(
        "{design}, {} parts; every step that learns is repeated in every training set.",
        result.cohort.folds.len()
    );
    evidence.insert(Claim::Partition, line.clone());
    evidence.insert(Claim::Internal, line);
    claim(evidence, Claim::HeldOutSites, held_out, || {
        "Each hospital was scored by a model that never saw it.".to_owned()
    });
    let binary = result.models.iter().filter_map(|model| model.binary());
    let evaluations: Vec<_> = binary.collect();
    if evaluations.is_empty() {
        return;
    }
    let level = fixed(plan.evaluate.level * 100.0, 0);
    evidence.insert(Claim::Metrics, "AUC, Brier score, log-loss, net benefit.".to_owned());
    evidence.insert(Claim::Uncertainty, format!("{level}% intervals, DeLong's for the AUC."));
    evidence.insert(Claim::Benefit, "Decision curves.".to_owned());
    claim(evidence, Claim::Calibration, evaluations.iter().any(|e| e.calibration.is_some()), || {
        "Slope, intercept and groups.".to_owned()
    });
    let has = |family: ModelFamily| result.models.iter().any(|model| model.family == family);
    let beside = has(ModelFamily::Clinical) && (has(ModelFamily::Radiomics) || has(ModelFamily::Combined));
    claim(evidence, Claim::NonRadiomic, beside, || {
        "Clinical columns alone, under the same folds.".to_owned()
    });
}

fn openness(plan: &StudyPlan, result: &StudyResult, evidence: &mut Evidence) {
    let hash = result.plan_hash.to_string();
    evidence.insert(
        Claim::Protocol,
        format!("Plan {} fixed before the run, {}.", &hash[..hash.len().min(12)], plan.study.id),
    );
    evidence.insert(Claim::Code, format!("{SOFTWARE}, Apache-2.0."));
    evidence.insert(Claim::Protection, "Only sums left the hospitals; privacy ledger.".to_owned());
    let files = result.models.iter().any(|model| model.logistic().is_some());
    claim(evidence, Claim::ModelFile, files, || "model.json and model.onnx beside this page.".to_owned());
    claim(evidence, Claim::Calculator, files, || "Calculator page beside this page.".to_owned());
}
