//! What a model is worth under several dealings of the folds.
//!
//! Spec: docs/reference/methods/evaluation.md.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AucResult, EvaluationResult, FitResult, ModelResult, Spread};

/// A model under all dealings of a repeated cross-validation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Repeats {
    /// Mean AUC over dealings (of several classes, of the mean over classes). Its standard error takes the covariances of
    /// all dealings from the placements of the same patients.
    pub auc: AucResult,
    /// Standard deviation of the AUC over dealings, n - 1 below: how much the dealing matters, not a standard error.
    pub auc_sd: f64,
    /// Mean and standard deviation over dealings of every other number that all dealings have.
    pub measures: BTreeMap<String, Spread>,
    /// One entry a dealing; the first is the one the rest of the result is about.
    pub dealings: Vec<Dealing>,
}

/// A model under one dealing of the folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dealing {
    /// AUC over all out-of-fold scores; of several classes, their mean.
    pub auc: AucResult,
    /// Other numbers, by name.
    pub measures: BTreeMap<String, f64>,
    /// The penalty of the model on all patients, where one is chosen by the folds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub penalty: Option<f64>,
    /// The penalty in each outer fold.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub fold_penalties: Vec<f64>,
}

/// The difference of two mean AUCs, second minus first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RepeatedDifference {
    /// Mean over dealings.
    pub difference: f64,
    /// Standard deviation over dealings, n - 1 below.
    pub sd: f64,
    /// Standard error of the mean, with the covariances of both models in all dealings.
    pub se: f64,
    /// Wald interval at the plan's level.
    pub interval: [f64; 2],
    /// Two-sided; absent when the models rank all patients alike.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub p: Option<f64>,
}

impl Repeats {
    pub(crate) fn new(auc: AucResult, dealings: Vec<Dealing>) -> Self {
        let aucs: Vec<f64> = dealings.iter().map(|dealing| dealing.auc.auc).collect();
        let spread = |name: &String| {
            let values: Option<Vec<f64>> =
                dealings.iter().map(|dealing| dealing.measures.get(name).copied()).collect();
            Some((name.clone(), Spread::of(&values?)))
        };
        let measures = dealings.first().into_iter().flat_map(|first| first.measures.keys());
        let measures = measures.filter_map(spread).collect();
        Self { auc, auc_sd: Spread::of(&aucs).sd, measures, dealings }
    }
}

impl RepeatedDifference {
    pub(crate) fn new(of_dealing: &[f64], se: f64, half: f64, p: impl Fn(f64) -> Option<f64>) -> Self {
        let Spread { mean, sd } = Spread::of(of_dealing);
        Self { difference: mean, sd, se, interval: [mean - half, mean + half], p: p(mean) }
    }
}

impl Dealing {
    /// Nothing of a study of survival.
    pub(crate) fn of(model: &ModelResult) -> Option<Self> {
        let (auc, measures) = (model.evaluation.auc()?, measures(&model.evaluation));
        let known = |(name, value): (&str, Option<f64>)| Some((name.to_owned(), value?));
        let measures = measures.into_iter().filter_map(known).collect();
        let (penalty, fold_penalties) = match &model.fit {
            FitResult::Logistic(fit) if fit.path.len() > 1 => (Some(fit.lambda), fit.fold_lambdas.clone()),
            FitResult::Linear(fit) if fit.path.len() > 1 => (Some(fit.lambda), fit.fold_lambdas.clone()),
            FitResult::Lasso(fit) if fit.path.len() > 1 => (Some(fit.share), fit.fold_shares.clone()),
            _ => (None, Vec::new()),
        };
        Some(Self { auc, measures, penalty, fold_penalties })
    }
}

fn measures(evaluation: &EvaluationResult) -> Vec<(&'static str, Option<f64>)> {
    match evaluation {
        EvaluationResult::Binary(of) => {
            vec![
                ("brier", Some(of.brier)),
                ("log_loss", Some(of.log_loss)),
                ("calibration_intercept", of.calibration.map(|fit| fit.intercept)),
                ("calibration_slope", of.calibration.map(|fit| fit.slope)),
                ("sensitivity", of.threshold.sensitivity.value),
                ("specificity", of.threshold.specificity.value),
                ("accuracy", of.threshold.accuracy.value),
                ("balanced_accuracy", of.threshold.balanced_accuracy.value),
                ("ppv", of.threshold.ppv.value),
                ("npv", of.threshold.npv.value),
                ("f1", of.threshold.f1.value),
            ]
        }
        EvaluationResult::Classes(of) => {
            vec![
                ("brier", Some(of.brier)),
                ("log_loss", Some(of.log_loss)),
                ("accuracy", of.accuracy.value),
                ("balanced_accuracy", of.balanced_accuracy.value),
                ("kappa", of.kappa.value),
            ]
        }
        EvaluationResult::Survival(_) => Vec::new(),
    }
}
