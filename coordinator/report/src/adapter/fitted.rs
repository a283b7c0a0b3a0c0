//! Fitted models as tables, nomograms and files.

use consilium_model::{FORMAT, Input, ModelFile, Predictor};
use consilium_rounds::result::{Coefficient, LogisticResult, ModelResult, StudyResult, Term};
use consilium_types::StudyPlan;

use super::outcome;
use crate::chart::{Nomogram, Outcome, Predictor as Axis};
use crate::content::{CoefficientRow, CoefficientTable, Model};
use crate::text::significant;

pub(super) fn models(plan: &StudyPlan, result: &StudyResult) -> Vec<Model> {
    result.models.iter().map(|model| described(plan, result, model)).collect()
}

fn described(plan: &StudyPlan, result: &StudyResult, model: &ModelResult) -> Model {
    let n = result.cohort.n;
    let mut described = Model {
        name: model.name.clone(),
        description: String::new(),
        coefficients: Vec::new(),
        nomogram: None,
    };
    if let Some(logistic) = model.logistic() {
        let (terms, lambda) = (logistic.terms.len(), significant(logistic.lambda));
        described.description =
            format!("Logistic regression on {terms} columns and {n} patients, ridge penalty {lambda}.");
        described.coefficients = vec![coefficients(plan, logistic)];
        described.nomogram = Some(nomogram(plan, logistic));
    }
    if let Some(network) = model.network() {
        described.description = format!(
            "Multilayer perceptron on {} columns and {n} patients, hidden layers {:?}, {} rounds of federated averaging.",
            network.columns.len(),
            network.hidden,
            network.loss.len()
        );
    }
    described
}

fn coefficients(plan: &StudyPlan, logistic: &LogisticResult) -> CoefficientTable {
    let row = |term: &str, standardised: &Coefficient, raw: &Coefficient, ratio| CoefficientRow {
        term: term.to_owned(),
        standardised: standardised.estimate,
        raw: raw.estimate,
        se: Some(raw.se).filter(|se| se.is_finite()),
        p: Some(raw.p).filter(|p| p.is_finite()),
        ratio,
    };
    let intercept = row("Intercept", &logistic.intercept, &logistic.intercept_raw, false);
    let terms = logistic.terms.iter().map(|term| row(&term.column, &term.standardised, &term.raw, true));
    CoefficientTable {
        scale: format!("log odds of {}", outcome(plan)),
        ratio: "Odds ratio per SD".to_owned(),
        level: plan.evaluate.level,
        rows: std::iter::once(intercept).chain(terms).collect(),
        note: format!(
            "Ridge penalty {} on standardised columns; standard errors are those of the penalised fit and know nothing \
             of selection.",
            significant(logistic.lambda)
        ),
    }
}

/// Columns `NAME=LEVEL` and `NAME?missing` are 0 or 1.
fn indicator(column: &str) -> bool {
    column.contains('=') || column.ends_with("?missing")
}

/// Two standard deviations about the mean: extremes of patients never leave a hospital.
fn shown(term: &Term) -> [f64; 2] {
    if indicator(&term.column) { [0.0, 1.0] } else { [term.mean - 2.0 * term.sd, term.mean + 2.0 * term.sd] }
}

fn nomogram(plan: &StudyPlan, logistic: &LogisticResult) -> Nomogram {
    let levels = |term: &Term| {
        let both = vec![("no".to_owned(), 0.0), ("yes".to_owned(), 1.0)];
        if indicator(&term.column) { both } else { Vec::new() }
    };
    let axis = |term: &Term| Axis {
        name: term.column.clone(),
        coefficient: term.raw.estimate,
        range: shown(term),
        levels: levels(term),
    };
    Nomogram {
        intercept: logistic.intercept_raw.estimate,
        predictors: logistic.terms.iter().map(axis).collect(),
        outcome: Outcome::Risk(outcome(plan)),
    }
}

/// The model as a file; nothing for a network, whose parameters the result itself holds.
pub(super) fn file(plan: &StudyPlan, result: &StudyResult, model: &ModelResult) -> Option<ModelFile> {
    let logistic = model.logistic()?;
    let input = |term: &Term| Input {
        name: term.column.clone(),
        unit: String::new(),
        mean: term.mean,
        sd: term.sd,
        range: shown(term),
        indicator: indicator(&term.column),
    };
    Some(ModelFile {
        format: FORMAT.to_owned(),
        study: result.study.to_string(),
        plan_hash: result.plan_hash.to_string(),
        name: model.name.clone(),
        outcome: outcome(plan),
        inputs: logistic.terms.iter().map(input).collect(),
        predictor: Predictor::Logistic {
            intercept: logistic.intercept.estimate,
            coefficients: logistic.terms.iter().map(|term| term.standardised.estimate).collect(),
        },
    })
}
