//! A model file predicts what the result's own numbers say.

use consilium_model::{Prediction, predict};
use consilium_report::model_files;
use consilium_rounds::result::{FitResult, LassoTerm, Term, TreeNode, TreeResult};

use crate::made::{self, COLUMNS};

type Values = [Option<f64>; 3];

/// Values about the means, on the edge of the trees, and missing.
const PATIENTS: [Values; 6] = [
    [Some(3.0), Some(0.0), Some(-3.5)],
    [Some(60.0), Some(1.0), Some(-3.500_000_000_000_001)],
    [None, Some(1.0), Some(-10.0)],
    [Some(130.0), None, None],
    [None, None, Some(9.0)],
    [Some(24.0), Some(0.6), Some(-3.0)],
];

fn value(patient: &Values, column: &str) -> Option<f64> {
    COLUMNS.iter().position(|(name, ..)| *name == column).and_then(|place| patient[place])
}

/// `sum raw (x - mean)`; a missing value stands at the mean.
fn score(patient: &Values, terms: &[Term]) -> f64 {
    terms
        .iter()
        .map(|term| value(patient, &term.column).map_or(0.0, |x| term.raw.estimate * (x - term.mean)))
        .sum()
}

fn bare(patient: &Values, terms: &[LassoTerm]) -> f64 {
    terms.iter().map(|term| value(patient, &term.column).map_or(0.0, |x| term.raw * (x - term.mean))).sum()
}

fn logistic(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

fn softmax(scores: &[f64]) -> Vec<f64> {
    let all: f64 = scores.iter().map(|score| score.exp()).sum();
    scores.iter().map(|score| score.exp() / all).collect()
}

/// As methods/trees.md has it: values below the edge go left, missing ones where the split says.
fn leaf<'a>(patient: &Values, tree: &'a TreeResult, columns: &[&str]) -> &'a [f64] {
    let mut at = 0;
    loop {
        match &tree.nodes[at] {
            TreeNode::Leaf { value, .. } => return value,
            TreeNode::Split { column, below, missing_left, left, right } => {
                let goes_left = match value(patient, columns[*column as usize]) {
                    None => *missing_left,
                    Some(x) => below.is_none_or(|edge| x < edge),
                };
                at = if goes_left { *left } else { *right };
            }
        }
    }
}

fn expected(patient: &Values, fit: &FitResult) -> Vec<f64> {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    match fit {
        FitResult::Logistic(fit) => vec![logistic(fit.intercept.estimate + score(patient, &fit.terms))],
        FitResult::Linear(fit) if !fit.thresholds.is_empty() => {
            let s = score(patient, &fit.predictors[0].terms);
            let below: Vec<f64> =
                fit.thresholds.iter().map(|t| logistic(t.estimate - s)).chain([1.0]).collect();
            (0..below.len()).map(|k| below[k] - if k > 0 { below[k - 1] } else { 0.0 }).collect()
        }
        FitResult::Linear(fit) => {
            let each = fit
                .predictors
                .iter()
                .map(|p| p.intercept.map_or(0.0, |b| b.estimate) + score(patient, &p.terms));
            let each: Vec<f64> = each.collect();
            if each.len() == 1 {
                vec![logistic(each[0])]
            } else {
                softmax(&[&[0.0], each.as_slice()].concat())
            }
        }
        FitResult::Lasso(fit) => {
            let each: Vec<f64> =
                fit.predictors.iter().map(|p| p.intercept + bare(patient, &p.terms)).collect();
            if each.len() == 1 { vec![logistic(each[0])] } else { softmax(&each) }
        }
        FitResult::Svm(fit) => {
            vec![logistic(
                fit.probability[0] + fit.probability[1] * (fit.intercept + bare(patient, &fit.terms)),
            )]
        }
        FitResult::Forest(fit) => {
            let mean = |k: usize| {
                fit.trees.iter().map(|t| leaf(patient, t, &names)[k]).sum::<f64>() / fit.trees.len() as f64
            };
            (0..fit.classes).map(mean).collect()
        }
        FitResult::Boost(fit) => {
            let margin = |k: usize| {
                fit.start[k] + fit.rounds.iter().map(|r| leaf(patient, &r[k], &names)[0]).sum::<f64>()
            };
            let margins: Vec<f64> = (0..fit.start.len()).map(margin).collect();
            if margins.len() == 1 { vec![logistic(margins[0])] } else { softmax(&margins) }
        }
        other => panic!("no file of {other:?}"),
    }
}

#[test]
fn files_predict_what_the_results_say() {
    let mut compared = 0;
    for (name, plan, result) in made::studies() {
        for (file, model) in model_files(&plan, &result).iter().zip(&result.models) {
            for patient in &PATIENTS {
                let values: Vec<Option<f64>> =
                    file.inputs.iter().map(|input| value(patient, &input.name)).collect();
                let found = match predict(file, &values).expect("a prediction") {
                    Prediction::Risk(risk) => vec![risk],
                    Prediction::Classes(classes) => classes.into_iter().map(|(_, share)| share).collect(),
                    other => panic!("{name}: {other:?}"),
                };
                let expected = expected(patient, &model.fit);
                assert_eq!(found.len(), expected.len(), "{name}");
                for (a, b) in found.iter().zip(&expected) {
                    assert!((a - b).abs() < 1e-12, "{name} {patient:?}: {a} {b}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 100, "{compared}");
}
