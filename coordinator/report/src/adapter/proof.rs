//! What the run proves: each claim with a line of its own numbers. A claim that cannot be shown is absent.

use consilium_rounds::result::{Evaluation, EvaluationResult, FitResult, ModelResult, StudyResult};
use consilium_types::StudyPlan;
use consilium_types::plan::{Clause, Design, HarmoniseMethod, ModelFamily, OutcomeKind};

use super::asked::{filled, harmonisation, validation, word};
use super::file::file;
use super::labels::outcome;
use super::{SOFTWARE, cohort};
use crate::calculator;
use crate::content::{Claim, ClassCount, Evidence};
use crate::text::{fixed, percent};

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
    evidence.insert(Claim::Balance, balance(plan, result));
    if let Some(quality) = &result.quality {
        evidence.insert(Claim::SampleSize, format!("{}.", quality.budget.in_words()));
    }
}

/// Patients of each class.
fn balance(plan: &StudyPlan, result: &StudyResult) -> String {
    let cohort = cohort::cohort(plan, result);
    if matches!(plan.outcome.kind(), OutcomeKind::Binary | OutcomeKind::Survival) || cohort.classes.is_empty()
    {
        let (n, cases, share) = (cohort.n, cohort.cases, percent(cohort.cases, cohort.n));
        return format!("{cases} cases among {n} patients ({share}).");
    }
    let class = |class: &ClassCount| {
        format!("{} = {}: {} ({})", class.label, class.class, class.n, percent(class.n, class.known))
    };
    format!("{}.", cohort.classes.iter().map(class).collect::<Vec<_>>().join("; "))
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
        evidence.insert(Claim::Missing, format!("Empty clinical cells: {}.", filled(clinical.missing)));
    }
}

/// Terms of a regression; nothing for other learners.
fn terms(model: &ModelResult) -> Option<usize> {
    match &model.fit {
        FitResult::Logistic(fit) => Some(fit.terms.len()),
        FitResult::Linear(fit) => fit.predictors.iter().map(|predictor| predictor.terms.len()).max(),
        FitResult::Cox(fit) => Some(fit.terms.len()),
        FitResult::CoxLasso(fit) => Some(fit.terms.len()),
        FitResult::Hazard(fit) => Some(fit.terms.len()),
        FitResult::Lasso(fit) => fit.predictors.iter().map(|predictor| predictor.terms.len()).max(),
        _ => None,
    }
}

fn modelling(plan: &StudyPlan, result: &StudyResult, evidence: &mut Evidence) {
    claim(evidence, Claim::Confounders, plan.harmonise.method != HarmoniseMethod::None, || {
        format!("Differences between hospitals or scanners: {}.", harmonisation(plan))
    });
    evidence.insert(Claim::Scaling, "Mean and SD of each training set.".to_owned());
    if let Some(select) = &plan.select {
        let (test, keep, rho) = (word(&select.relevance.test), select.relevance.keep, select.redundancy.rho);
        let line = format!(
            "{test} keeps {keep}; |r| below {rho}; at most {}; within every training set.",
            select.max
        );
        evidence.insert(Claim::Selection, line);
        if let Some(stability) = &select.stability {
            let (icc, form) = (stability.icc, word(&stability.form));
            evidence.insert(
                Claim::Robustness,
                format!("Second readings: {form} of at least {icc}, within every training set."),
            );
        }
        evidence.insert(Claim::Redundancy, format!("|r| below {rho}."));
    }
    evidence.insert(Claim::Algorithm, format!("Learner: {}.", word(&plan.model.learner)));
    evidence.insert(Claim::Tuning, format!("Ridge penalty: {}.", word(&plan.model.penalty.ridge)));
    let fits: Vec<(&ModelResult, usize)> =
        result.models.iter().filter_map(|model| Some((model, terms(model)?))).collect();
    let largest = fits.iter().map(|(_, terms)| *terms).max();
    if let Some(terms) = largest.filter(|terms| *terms > 0) {
        let rarer = cohort::cohort(plan, result).smallest;
        let each = fixed(rarer as f64 / terms as f64, 1);
        let line = format!("At most {terms} terms: {each} patients of the smallest class for each.");
        evidence.insert(Claim::Dimensionality, line);
    }
    claim(evidence, Claim::Interpretation, !fits.is_empty(), || {
        "Coefficients with standard errors; nomogram.".to_owned()
    });
    claim(evidence, Claim::Simple, !fits.is_empty(), || {
        let used: Vec<String> =
            fits.iter().map(|(model, terms)| format!("{} ({terms} terms)", model.name)).collect();
        format!("Regression: {}.", used.join("; "))
    });
    claim(
        evidence,
        Claim::FeatureStatistics,
        result.quality.is_some() || !result.selections.is_empty(),
        || "Missing values and shifts between hospitals of each column; selection frequency.".to_owned(),
    );
}

fn evaluation(plan: &StudyPlan, result: &StudyResult, evidence: &mut Evidence) {
    let held_out = plan.evaluate.design == Design::LeaveSiteOut;
    let line = format!(
        "{}, {} parts; every step that learns is repeated in every training set.",
        validation(plan),
        result.cohort.folds.len()
    );
    evidence.insert(Claim::Partition, line.clone());
    evidence.insert(Claim::Internal, line);
    claim(evidence, Claim::HeldOutSites, held_out, || {
        "Each hospital was scored by a model that never saw it.".to_owned()
    });
    performance(plan, result, evidence);
    let has = |family: ModelFamily| result.models.iter().any(|model| model.family == family);
    let beside = has(ModelFamily::Clinical) && (has(ModelFamily::Radiomics) || has(ModelFamily::Combined));
    claim(evidence, Claim::NonRadiomic, beside, || {
        "Clinical columns alone, under the same folds.".to_owned()
    });
}

/// What was measured of the models, by kind of outcome.
fn performance(plan: &StudyPlan, result: &StudyResult, evidence: &mut Evidence) {
    let all = || result.models.iter().map(|model| &model.evaluation);
    let judged: Vec<&Evaluation> = all().flat_map(each).collect();
    let level = fixed(plan.evaluate.level * 100.0, 0);
    let several = all().any(|evaluation| matches!(evaluation, EvaluationResult::Classes(_)));
    if !judged.is_empty() {
        let more = if several { " Accuracy, kappa, confusion matrix." } else { "" };
        evidence.insert(
            Claim::Metrics,
            format!(
                "AUC, Brier score, log-loss, sensitivity, specificity, predictive values, net benefit.{more}"
            ),
        );
        evidence.insert(
            Claim::Uncertainty,
            format!("{level}% intervals, DeLong's for the AUC, Wilson's for proportions."),
        );
        evidence.insert(Claim::Benefit, "Decision curves.".to_owned());
    }
    survival(result, &level, evidence);
    claim(evidence, Claim::Calibration, judged.iter().any(|e| e.calibration.is_some()), || {
        "Slope, in the large, groups, smooth curve, Hosmer-Lemeshow.".to_owned()
    });
    claim(evidence, Claim::Comparison, !result.comparisons.is_empty(), || {
        format!("{} pairs of models on the same patients, DeLong's paired test.", result.comparisons.len())
    });
    let by_site = |e: &&Evaluation| e.within_sites.as_ref().is_some_and(|within| !within.sites.is_empty());
    claim(evidence, Claim::Heterogeneity, judged.iter().any(by_site), || {
        "Forest plots by hospital with random-effects summaries.".to_owned()
    });
}

/// What was measured of models of survival.
fn survival(result: &StudyResult, level: &str, evidence: &mut Evidence) {
    let followed = |model: &ModelResult| matches!(model.evaluation, EvaluationResult::Survival(_));
    if !result.models.iter().any(followed) {
        return;
    }
    let lines = [
        (Claim::Metrics, "Harrell's and Uno's concordance, AUC and Brier score at times.".to_owned()),
        (Claim::Uncertainty, format!("{level}% intervals by the infinitesimal jackknife.")),
        (Claim::Calibration, "Slope; predicted against observed risk at each time.".to_owned()),
        (Claim::Benefit, "Decision curves at each time.".to_owned()),
        (
            Claim::Survival,
            "Kaplan-Meier curves by predicted risk, numbers at risk, log-rank test.".to_owned(),
        ),
    ];
    evidence.extend(lines);
}

/// The yes-or-no questions of an evaluation.
fn each(evaluation: &EvaluationResult) -> Vec<&Evaluation> {
    match evaluation {
        EvaluationResult::Binary(evaluation) => vec![evaluation],
        EvaluationResult::Classes(classes) => classes.by_class.iter().collect(),
        EvaluationResult::Survival(_) => Vec::new(),
    }
}

fn openness(plan: &StudyPlan, result: &StudyResult, evidence: &mut Evidence) {
    let hash = result.plan_hash.to_string();
    evidence.insert(
        Claim::Protocol,
        format!("Plan {} fixed before the run, {}.", &hash[..hash.len().min(12)], plan.study.id),
    );
    evidence.insert(Claim::Code, format!("{SOFTWARE}, Apache-2.0."));
    evidence.insert(Claim::Protection, "Only sums left the hospitals; privacy ledger.".to_owned());
    let files: Vec<_> = result.models.iter().filter_map(|model| file(plan, result, model)).collect();
    claim(evidence, Claim::ModelFile, !files.is_empty(), || {
        format!("{} model files as JSON and ONNX beside this page.", files.len())
    });
    let calculators = files.iter().filter(|file| calculator(file).is_some()).count();
    claim(evidence, Claim::Calculator, calculators > 0, || {
        format!("{calculators} calculator pages beside this page.")
    });
}
