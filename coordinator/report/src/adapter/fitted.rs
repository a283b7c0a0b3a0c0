//! Fitted models in words and as tables of coefficients.

use consilium_rounds::result::{
    Coefficient, FitResult, LassoPredictor, LassoResult, LassoTerm, LinearPredictor, LinearResult,
    LogisticResult, ModelResult, NetworkResult, StudyResult, SvmResult, Term,
};
use consilium_types::StudyPlan;
use consilium_types::plan::Learner;

use super::drawn::nomogram;
use super::file::file;
use super::labels::{classes, target};
use super::{ratios, survival};
use crate::content::{CoefficientRow, CoefficientTable, Model};
use crate::text::{significant, whole};

pub(super) fn models(plan: &StudyPlan, result: &StudyResult) -> Vec<Model> {
    result.models.iter().map(|model| described(plan, result, model)).collect()
}

/// What guarded a network against hospitals with wrong numbers, and what that undid.
fn guarded(plan: &StudyPlan, fit: &NetworkResult) -> String {
    let Some(robust) = plan.robust else { return String::new() };
    let rule = robust.rule.map(|rule| format!(" In place of averages stands the rule \"{}\".", rule.word()));
    let mut rounds: Vec<u32> = fit.taken_back.iter().map(|back| back.round).collect();
    rounds.dedup();
    let back = match rounds.len() {
        0 => " No round was taken back.".to_owned(),
        n => format!(" {n} rounds were taken back, for some network or all: {}.", list(&rounds)),
    };
    rule.unwrap_or_default() + &back
}

fn described(plan: &StudyPlan, result: &StudyResult, model: &ModelResult) -> Model {
    let known = result.cohort.labels.iter().find(|label| label.label == model.label);
    let n = known.map_or(result.cohort.n, |label| label.classes.iter().map(|class| class.n).sum());
    let place = Place { plan, model, n };
    let (description, coefficients) = match &model.fit {
        FitResult::Logistic(fit) => (place.logistic(fit), vec![place.ridge(fit)]),
        FitResult::Linear(fit) => (place.linear(fit), place.linear_tables(fit)),
        FitResult::Lasso(fit) => (place.lasso(fit), place.lasso_tables(fit)),
        FitResult::Svm(fit) => (place.svm(fit), place.svm_tables(fit)),
        FitResult::Network(fit) => (
            format!(
                "Multilayer perceptron on {} and {} patients: hidden layers of {}, {} rounds of federated averaging. It \
                 has no coefficients that a person could read, and its fit is not exact.{}",
                columns(fit.columns.len()),
                whole(n),
                list(&fit.hidden),
                fit.loss.len(),
                guarded(plan, fit)
            ),
            Vec::new(),
        ),
        FitResult::Forest(fit) => (
            format!(
                "Random forest of {} trees on {} and {} patients.",
                fit.trees.len(),
                columns(fit.columns.len()),
                whole(n)
            ),
            Vec::new(),
        ),
        FitResult::Boost(fit) => (
            format!(
                "Gradient boosting of {} rounds on {} and {} patients.",
                fit.rounds.len(),
                columns(fit.columns.len()),
                whole(n)
            ),
            Vec::new(),
        ),
        FitResult::Cox(fit) => {
            (survival::described(fit), vec![place.hazards(fit.terms.iter().map(term).collect(), fit.lambda)])
        }
        FitResult::CoxLasso(fit) => {
            let rows =
                fit.terms.iter().map(|term| bare(&term.column, term.standardised, term.raw, true)).collect();
            (survival::lasso_described(fit), vec![place.hazards(rows, fit.lambda)])
        }
        FitResult::Hazard(fit) => {
            let rows = fit.terms.iter().map(term).collect();
            let mut table = place.hazards(rows, fit.lambda);
            "Odds ratio of the hazard per SD".clone_into(&mut table.ratio);
            (survival::hazard_described(fit, n), vec![table])
        }
    };
    let drawn = file(plan, result, model).and_then(|file| nomogram(&file));
    let ratios = coefficients.iter().filter_map(ratios::forest).collect();
    Model { name: model.name.clone(), description, coefficients, ratios, nomogram: drawn }
}

/// `1 column`, `8 columns`.
fn columns(n: usize) -> String {
    if n == 1 { "1 column".to_owned() } else { format!("{n} columns") }
}

fn list(numbers: &[impl ToString]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A model and what its tables need to know.
struct Place<'a> {
    plan: &'a StudyPlan,
    model: &'a ModelResult,
    n: u64,
}

impl Place<'_> {
    fn logistic(&self, fit: &LogisticResult) -> String {
        let (terms, n, lambda) = (columns(fit.terms.len()), whole(self.n), significant(fit.lambda));
        format!("Logistic regression on {terms} and {n} patients, ridge penalty {lambda}.")
    }

    fn linear(&self, fit: &LinearResult) -> String {
        let kind = match self.model.learner {
            Learner::Firth => "Logistic regression with Firth's correction",
            Learner::Ordinal => "Proportional odds regression",
            _ if fit.predictors.len() > 1 => "Multinomial logistic regression",
            _ => "Logistic regression",
        };
        let terms = columns(fit.predictors.first().map_or(0, |predictor| predictor.terms.len()));
        let penalty = if self.model.learner == Learner::Firth {
            String::new()
        } else {
            format!(", ridge penalty {}", significant(fit.lambda))
        };
        let sites = if fit.predictors.iter().any(|predictor| !predictor.sites.is_empty()) {
            " Each hospital has an intercept of its own; the file holds their mean."
        } else {
            ""
        };
        format!("{kind} on {terms} and {} patients{penalty}.{sites}", whole(self.n))
    }

    fn lasso(&self, fit: &LassoResult) -> String {
        let name = if fit.alpha < 1.0 { "Elastic net" } else { "Lasso" };
        let kept = fit.predictors.iter().map(|predictor| predictor.terms.len()).max().unwrap_or(0);
        format!(
            "{name} on {} patients, penalty {} a patient (share of the absolute penalty {}): {} with a coefficient other \
             than zero.",
            whole(self.n),
            significant(fit.share),
            significant(fit.alpha),
            columns(kept)
        )
    }

    fn svm(&self, fit: &SvmResult) -> String {
        let kernel = fit.kernel.as_ref().map_or_else(
            || "Linear support vector machine".to_owned(),
            |kernel| {
                format!(
                    "Support vector machine on {} cosine features of a Gaussian kernel",
                    kernel.coefficients.len()
                )
            },
        );
        format!(
            "{kernel}, {} and {} patients, cost {}. Its margin becomes a probability by a logistic function fitted to \
             training patients.",
            columns(fit.terms.len()),
            whole(self.n),
            significant(fit.cost)
        )
    }

    fn table(&self, scale: String, rows: Vec<CoefficientRow>, note: String) -> CoefficientTable {
        let ratio = "Odds ratio per SD".to_owned();
        CoefficientTable { scale, ratio, level: self.plan.evaluate.level, rows, note }
    }

    fn ridge(&self, fit: &LogisticResult) -> CoefficientTable {
        let intercept = row("Intercept", &fit.intercept, &fit.intercept_raw, false);
        let rows = std::iter::once(intercept).chain(fit.terms.iter().map(term)).collect();
        self.table(
            format!("log odds of {}", target(self.plan, &self.model.label)),
            rows,
            penalised(fit.lambda),
        )
    }

    fn hazards(&self, rows: Vec<CoefficientRow>, lambda: f64) -> CoefficientTable {
        let scale = format!("log hazard of {}", target(self.plan, &self.model.label));
        let ratio = "Hazard ratio per SD".to_owned();
        CoefficientTable { scale, ratio, level: self.plan.evaluate.level, rows, note: penalised(lambda) }
    }

    fn linear_tables(&self, fit: &LinearResult) -> Vec<CoefficientTable> {
        let classes = classes(self.plan, &self.model.label);
        let name = |class: usize| classes.get(class).map_or("", String::as_str);
        let one = |predictor: &LinearPredictor| {
            let scale = if !fit.thresholds.is_empty() {
                format!("log odds of a higher level of {}", self.model.label)
            } else if classes.len() > 2 {
                format!("log odds of {} against {}", name(predictor.class), name(0))
            } else {
                format!("log odds of {}", target(self.plan, &self.model.label))
            };
            self.table(scale, linear_rows(fit, predictor, &classes), note(self.model.learner, fit.lambda))
        };
        fit.predictors.iter().map(one).collect()
    }

    fn lasso_tables(&self, fit: &LassoResult) -> Vec<CoefficientTable> {
        let classes = classes(self.plan, &self.model.label);
        let one = |predictor: &LassoPredictor| {
            let scale = if fit.predictors.len() > 1 {
                format!("score of {}", classes.get(predictor.class).map_or("", String::as_str))
            } else {
                format!("log odds of {}", target(self.plan, &self.model.label))
            };
            let note = "Coefficients are shrunk by the penalty and have no standard errors; columns that are not listed \
                        have a coefficient of zero.";
            self.table(scale, bare_rows(predictor.intercept, &predictor.terms, true), note.to_owned())
        };
        fit.predictors.iter().map(one).collect()
    }

    fn svm_tables(&self, fit: &SvmResult) -> Vec<CoefficientTable> {
        if fit.kernel.is_some() {
            return Vec::new();
        }
        let note = "Coefficients of the margin; they have no standard errors.".to_owned();
        let rows = bare_rows(fit.intercept, &fit.terms, false);
        let level = self.plan.evaluate.level;
        vec![CoefficientTable { scale: "margin".to_owned(), ratio: String::new(), level, rows, note }]
    }
}

fn row(name: &str, standardised: &Coefficient, raw: &Coefficient, ratio: bool) -> CoefficientRow {
    CoefficientRow {
        term: name.to_owned(),
        standardised: standardised.estimate,
        raw: raw.estimate,
        se: Some(raw.se).filter(|se| se.is_finite()),
        p: Some(raw.p).filter(|p| p.is_finite()),
        ratio,
    }
}

fn term(term: &Term) -> CoefficientRow {
    row(&term.column, &term.standardised, &term.raw, true)
}

/// A number without an error.
fn bare(name: &str, standardised: f64, raw: f64, ratio: bool) -> CoefficientRow {
    CoefficientRow { term: name.to_owned(), standardised, raw, se: None, p: None, ratio }
}

/// Intercept or thresholds in the columns' own units, deviations of hospitals, terms.
fn linear_rows(fit: &LinearResult, predictor: &LinearPredictor, classes: &[String]) -> Vec<CoefficientRow> {
    let centre = predictor.terms.iter().fold(0.0, |sum, term| sum + term.raw.estimate * term.mean);
    let mut rows = Vec::new();
    for (threshold, class) in fit.thresholds.iter().zip(classes) {
        rows.push(bare(
            &format!("Threshold above {class}"),
            threshold.estimate,
            threshold.estimate + centre,
            false,
        ));
    }
    if let Some(intercept) = &predictor.intercept {
        rows.push(bare("Intercept", intercept.estimate, intercept.estimate - centre, false));
    }
    let site = |site: &consilium_rounds::result::SiteDeviation| {
        row(&format!("Hospital {}", site.site), &site.deviation, &site.deviation, false)
    };
    rows.extend(predictor.sites.iter().map(site));
    rows.extend(predictor.terms.iter().map(term));
    rows
}

fn bare_rows(intercept: f64, terms: &[LassoTerm], ratio: bool) -> Vec<CoefficientRow> {
    let centre = terms.iter().fold(0.0, |sum, term| sum + term.raw * term.mean);
    let first = bare("Intercept", intercept, intercept - centre, false);
    let terms = terms.iter().map(|term| bare(&term.column, term.standardised, term.raw, ratio));
    std::iter::once(first).chain(terms).collect()
}

fn note(learner: Learner, lambda: f64) -> String {
    if learner == Learner::Firth {
        "Firth's correction; standard errors know nothing of selection.".to_owned()
    } else {
        penalised(lambda)
    }
}

fn penalised(lambda: f64) -> String {
    if lambda > 0.0 {
        format!(
            "Ridge penalty {} on standardised columns; standard errors are those of the penalised fit and know nothing \
             of selection.",
            significant(lambda)
        )
    } else {
        "No penalty; standard errors know nothing of selection.".to_owned()
    }
}
