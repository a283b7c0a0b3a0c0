//! Fitted models as files that predict what the study's own model predicts.

use std::collections::BTreeMap;

use consilium_model::{FORMAT, Input, Link, ModelFile, Node, Predictor, Tree};
use consilium_rounds::result::{
    BoostResult, FitResult, ForestResult, LassoResult, LinearResult, LogisticResult, ModelResult,
    StudyResult, SvmResult, Term, TreeColumn, TreeNode, TreeResult,
};
use consilium_types::StudyPlan;

use super::labels::{classes, target};
use super::survival;

/// The model as a file: clinical numbers with a mean above 0 are offered from 0 on. Nothing for a network, for discrete hazards, or a machine of cosine features, whose parameters the result holds.
pub(super) fn file(plan: &StudyPlan, result: &StudyResult, model: &ModelResult) -> Option<ModelFile> {
    let classes = classes(plan, &model.label);
    let (mut inputs, predictor) = match &model.fit {
        FitResult::Logistic(fit) => logistic(fit),
        FitResult::Linear(fit) => linear(fit, classes)?,
        FitResult::Lasso(fit) => lasso(fit, classes)?,
        FitResult::Svm(fit) => margin(fit)?,
        FitResult::Forest(fit) => forest(fit, classes),
        FitResult::Boost(fit) => boost(fit, classes),
        FitResult::Cox(fit) => {
            (inputs(&fit.terms), survival::predictor(result, standardised(&fit.terms), &fit.baseline))
        }
        FitResult::CoxLasso(fit) => {
            let inputs = fit.terms.iter().map(|term| input(&term.column, term.mean, term.sd)).collect();
            let coefficients = fit.terms.iter().map(|term| term.standardised).collect();
            (inputs, survival::predictor(result, coefficients, &fit.baseline))
        }
        FitResult::Network(_) | FitResult::Hazard(_) => return None,
    };
    if let Some(clinical) = &plan.inputs.clinical {
        let measured =
            inputs.iter_mut().filter(|input| clinical.numeric.contains(&input.name) && input.mean > 0.0);
        measured.for_each(|input| input.range[0] = input.range[0].max(0.0));
    }
    Some(ModelFile {
        format: FORMAT.to_owned(),
        study: result.study.to_string(),
        plan_hash: result.plan_hash.to_string(),
        name: model.name.clone(),
        outcome: target(plan, &model.label),
        inputs,
        predictor,
    })
}

/// Columns `NAME=LEVEL` and `NAME?missing` are 0 or 1.
fn indicator(column: &str) -> bool {
    column.contains('=') || column.ends_with("?missing")
}

/// Offered values: two standard deviations about the mean, as extremes of patients never leave a hospital.
fn input(name: &str, mean: f64, sd: f64) -> Input {
    let indicator = indicator(name);
    let range = if indicator { [0.0, 1.0] } else { [mean - 2.0 * sd, mean + 2.0 * sd] };
    Input { name: name.to_owned(), unit: String::new(), mean, sd, range, indicator }
}

fn inputs(terms: &[Term]) -> Vec<Input> {
    terms.iter().map(|term| input(&term.column, term.mean, term.sd)).collect()
}

fn standardised(terms: &[Term]) -> Vec<f64> {
    terms.iter().map(|term| term.standardised.estimate).collect()
}

fn logistic(fit: &LogisticResult) -> (Vec<Input>, Predictor) {
    let (intercept, coefficients) = (fit.intercept.estimate, standardised(&fit.terms));
    (inputs(&fit.terms), Predictor::Logistic { intercept, coefficients })
}

/// With intercepts by site, the mean intercept: a new hospital has none of its own.
fn linear(fit: &LinearResult, classes: Vec<String>) -> Option<(Vec<Input>, Predictor)> {
    let first = fit.predictors.first()?;
    let inputs = inputs(&first.terms);
    let intercepts = || fit.predictors.iter().map(|p| p.intercept.map(|b| b.estimate)).collect();
    let predictor = if !fit.thresholds.is_empty() {
        let thresholds = fit.thresholds.iter().map(|threshold| threshold.estimate).collect();
        Predictor::Ordinal { levels: classes, thresholds, coefficients: standardised(&first.terms) }
    } else if fit.predictors.len() == 1 {
        let intercept = first.intercept?.estimate;
        Predictor::Logistic { intercept, coefficients: standardised(&first.terms) }
    } else {
        let intercepts: Option<Vec<f64>> = intercepts();
        let coefficients = fit.predictors.iter().map(|p| standardised(&p.terms)).collect();
        Predictor::Multinomial { classes, intercepts: intercepts?, coefficients }
    };
    Some((inputs, predictor))
}

/// Of several classes, scores less those of the first: the probabilities are the same.
fn lasso(fit: &LassoResult, classes: Vec<String>) -> Option<(Vec<Input>, Predictor)> {
    let mut columns: BTreeMap<&str, Input> = BTreeMap::new();
    for term in fit.predictors.iter().flat_map(|predictor| &predictor.terms) {
        columns.entry(&term.column).or_insert_with(|| input(&term.column, term.mean, term.sd));
    }
    let of = |class: usize, column: &str| {
        let terms = &fit.predictors[class].terms;
        terms.iter().find(|term| term.column == column).map_or(0.0, |term| term.standardised)
    };
    let row = |class: usize| columns.keys().map(|column| of(class, column)).collect::<Vec<f64>>();
    let first = fit.predictors.first()?;
    let predictor = if fit.predictors.len() == 1 {
        Predictor::Logistic { intercept: first.intercept, coefficients: row(0) }
    } else {
        let reference = row(0);
        let less = |row: Vec<f64>| row.iter().zip(&reference).map(|(b, first)| b - first).collect();
        Predictor::Multinomial {
            classes,
            intercepts: fit.predictors[1..].iter().map(|p| p.intercept - first.intercept).collect(),
            coefficients: (1..fit.predictors.len()).map(|class| less(row(class))).collect(),
        }
    };
    Some((columns.into_values().collect(), predictor))
}

/// The probability that a linear machine's margin stands for: `a + b margin` is the logarithm of the odds.
fn margin(fit: &SvmResult) -> Option<(Vec<Input>, Predictor)> {
    if fit.kernel.is_some() {
        return None;
    }
    let [a, b] = fit.probability;
    let inputs = fit.terms.iter().map(|term| input(&term.column, term.mean, term.sd)).collect();
    let coefficients = fit.terms.iter().map(|term| b * term.standardised).collect();
    Some((inputs, Predictor::Logistic { intercept: a + b * fit.intercept, coefficients }))
}

fn tree_inputs(columns: &[TreeColumn]) -> Vec<Input> {
    columns.iter().map(|column| input(&column.column, column.mean, column.sd)).collect()
}

fn forest(fit: &ForestResult, classes: Vec<String>) -> (Vec<Input>, Predictor) {
    let trees = fit.trees.iter().map(|tree| tree_of(tree, <[f64]>::to_vec)).collect();
    let predictor = Predictor::Trees { classes, link: Link::Mean, base: vec![0.0; fit.classes], trees };
    (tree_inputs(&fit.columns), predictor)
}

fn boost(fit: &BoostResult, classes: Vec<String>) -> (Vec<Input>, Predictor) {
    let outputs = fit.start.len();
    let link = if outputs == 1 { Link::Logistic } else { Link::Softmax };
    let tree = |(output, tree): (usize, &TreeResult)| {
        tree_of(tree, |value| {
            let mut leaf = vec![0.0; outputs];
            leaf[output] = value.first().copied().unwrap_or(0.0);
            leaf
        })
    };
    let trees = fit.rounds.iter().flat_map(|round| round.iter().enumerate().map(tree)).collect();
    (tree_inputs(&fit.columns), Predictor::Trees { classes, link, base: fit.start.clone(), trees })
}

/// The study's trees send values below the edge left, the file's those up to the threshold: the next lower number.
fn tree_of(tree: &TreeResult, leaf: impl Fn(&[f64]) -> Vec<f64>) -> Tree {
    let node = |node: &TreeNode| match node {
        TreeNode::Split { column, below, missing_left, left, right } => Node::Split {
            column: *column as usize,
            threshold: below.map_or(f64::MAX, f64::next_down),
            left: *left,
            right: *right,
            missing_left: *missing_left,
        },
        TreeNode::Leaf { value, .. } => Node::Leaf(leaf(value)),
    };
    Tree { nodes: tree.nodes.iter().map(node).collect() }
}
