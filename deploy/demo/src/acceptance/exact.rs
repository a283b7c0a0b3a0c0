//! Federated equals pooled, and no order of arrival leaves a trace.

use std::collections::BTreeMap;

use consilium_learn::Perceptrons;
use consilium_rounds::result::FitResult;
use consilium_rounds::{Analysis, Progress, StudyResult};
use consilium_stats::kaplan_meier::kaplan_meier;
use consilium_stats::time::TimeGrid;
use consilium_stats::{LifeTables, Query, Rows, Summary, Survival};
use consilium_synth::{Modality, Recipe, Task};
use consilium_types::plan::ModelFamily::Combined;
use consilium_types::{SiteId, StudyPlan};

use super::{COLUMNS, Consortium, changed, model};
use crate::comparison::Comparison;
use crate::document::differences;
use crate::reference::{Followed, Table, cox, firth, lasso};

/// What a coefficient may differ by.
const CLOSE: f64 = 1e-7;

fn consortium(plan: &StudyPlan, seed: u64) -> Consortium {
    Consortium::of(plan, &Recipe::new(seed, Task::Mycn), Modality::Ct, COLUMNS)
}

fn together(consortium: &Consortium, plan: &StudyPlan) -> Table {
    let mut all = Table::default();
    consortium.tables(plan).iter().for_each(|site| all.append(&site.table));
    all
}

#[test]
fn ridge_regression_and_its_evaluation_equal_the_pooled_ones() {
    let plan = changed(&[]);
    for seed in 1..=3 {
        let consortium = consortium(&plan, seed);
        let result = consortium.study(&plan);
        let pooled = Comparison::of(&plan, consortium.schema(), &consortium.tables(&plan)).pooled;
        let differences = differences(&result, &pooled);
        assert_eq!(differences.len(), 3, "{pooled:?}");
        for (family, difference) in differences {
            assert!(difference.same_model, "seed {seed}, {family:?}: {difference:?}");
            assert!(difference.coefficient < CLOSE && difference.standard_error < CLOSE, "{difference:?}");
            assert!(difference.auc < 1e-12 && difference.interval < 1e-9, "{difference:?}");
        }
    }
}

#[test]
fn firth_and_lasso_equal_the_pooled_fits() {
    let firths = changed(&[("learner = \"logistic\"\npenalty = { ridge = \"cv\" }", "learner = \"firth\"")]);
    let lassos = changed(&[("ridge = \"cv\"", "lasso = 4")]);
    let consortium = consortium(&firths, 4);
    let (schema, all) = (consortium.schema(), together(&consortium, &firths));
    let FitResult::Linear(fit) = &model(&consortium.study(&firths), Combined).fit.clone() else { panic!() };
    let predictor = &fit.predictors[0];
    let terms = predictor.terms.iter().map(|term| (term.column.as_str(), term.standardised.estimate));
    let found = terms.chain([("", predictor.intercept.as_ref().unwrap().estimate)]).collect();
    close(&found, &firth(&firths, schema, Combined, &all).unwrap());

    let FitResult::Lasso(fit) = &model(&consortium.study(&lassos), Combined).fit.clone() else { panic!() };
    let predictor = &fit.predictors[0];
    let terms = predictor.terms.iter().map(|term| (term.column.as_str(), term.standardised));
    let found: BTreeMap<&str, f64> = terms.chain([("", predictor.intercept)]).collect();
    let pooled = lasso(&lassos, schema, Combined, &all, 4.0).unwrap();
    close(&found, &pooled);
    let zero = pooled.iter().filter(|(_, coefficient)| *coefficient == 0.0).count();
    assert!(zero > 0 && zero + 3 < pooled.len(), "a penalty that leaves some columns out: {pooled:?}");
}

const SURVIVAL: &str = r#"
[study]
id = "cox"
title = "Cox regression of clinical columns"
seed = 3
[inputs.clinical]
numeric = ["age_months", "log_ldh"]
categorical = { sex = ["F", "M"] }
missing = "impute"
[outcome]
kind = "survival"
time = "pfs_days"
event = "progression_or_death"
[model]
learner = "cox"
ties = "breslow"
penalty = { ridge = 1 }
"#;

#[test]
fn cox_regression_equals_the_pooled_fit() {
    let plan = super::plan(SURVIVAL);
    let consortium = consortium(&plan, 8);
    let rows = consortium.rows(&plan);
    let all = OnePlace::of(&rows);
    let grid = TimeGrid::whole(30.0, 5.0 * 365.25);
    let followed = |row: usize| {
        let place = grid.place(&all, row).unwrap();
        let values = (0..all.width()).map(|column| all.value(row, column)).collect();
        Followed { values, interval: place.interval, event: place.event }
    };
    let patients: Vec<Followed> = (0..all.len()).map(followed).collect();
    assert!(patients.iter().any(|patient| patient.values[1].is_nan()), "LDH is not always measured");
    let pooled = cox(&patients, 1.0).unwrap();
    let result = consortium.study(&plan);
    let FitResult::Cox(fit) = &result.models[0].fit else { panic!("{:?}", result.models[0].fit) };
    assert_eq!(fit.terms.len(), pooled.len());
    for (term, expected) in fit.terms.iter().zip(pooled) {
        let found = term.standardised.estimate;
        assert!((found - expected).abs() < CLOSE, "{}: {found} instead of {expected}", term.column);
    }
}

fn close(found: &BTreeMap<&str, f64>, pooled: &[(String, f64)]) {
    assert!(found.len() > 3 && found.keys().all(|name| pooled.iter().any(|(other, _)| other == name)));
    for (name, expected) in pooled {
        let found = found.get(name.as_str()).copied().unwrap_or(0.0);
        assert!((found - expected).abs() < CLOSE, "{name}: {found} instead of {expected}");
    }
}

/// All patients at one place.
struct OnePlace<'a>(Vec<&'a dyn Rows>, Vec<u64>);

impl<'a> OnePlace<'a> {
    fn of(sites: &'a [impl Rows]) -> Self {
        let sites: Vec<&dyn Rows> = sites.iter().map(|site| site as &dyn Rows).collect();
        let steps = sites[0].flow().len();
        let flow = (0..steps).map(|step| sites.iter().map(|site| site.flow()[step]).sum()).collect();
        Self(sites, flow)
    }

    fn at(&self, mut row: usize) -> (&dyn Rows, usize) {
        for site in &self.0 {
            if row < site.len() {
                return (*site, row);
            }
            row -= site.len();
        }
        panic!("a row beyond the last")
    }
}

impl Rows for OnePlace<'_> {
    fn len(&self) -> usize {
        self.0.iter().map(|site| site.len()).sum()
    }

    fn width(&self) -> usize {
        self.0[0].width()
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        let (site, row) = self.at(row);
        site.value(row, column)
    }

    fn label(&self, row: usize, label: usize) -> Option<u32> {
        let (site, row) = self.at(row);
        site.label(row, label)
    }

    fn survival(&self, row: usize) -> Option<Survival> {
        let (site, row) = self.at(row);
        site.survival(row)
    }

    fn cell(&self, row: usize) -> usize {
        let (site, row) = self.at(row);
        site.cell(row)
    }

    fn flow(&self) -> &[u64] {
        &self.1
    }

    fn reread(&self, row: usize, column: usize) -> f64 {
        let (site, row) = self.at(row);
        site.reread(row, column)
    }

    fn draw(&self, row: usize, purpose: &str) -> u64 {
        let (site, row) = self.at(row);
        site.draw(row, purpose)
    }
}

/// The study when sums are added in an order of arrival that changes from question to question.
fn study(
    plan: &StudyPlan,
    schema: &consilium_types::Schema,
    roster: &[SiteId],
    sites: &[&dyn Rows],
    turn: usize,
) -> StudyResult {
    let (mut analysis, mut query) = Analysis::begin(plan, roster, schema).unwrap();
    for exchange in 0.. {
        let sum = sum(&query, sites, exchange * turn);
        match analysis.absorb(&query, &sum).unwrap() {
            Progress::Ask(next, question) => (analysis, query) = (*next, question),
            Progress::Done(result) => return *result,
        }
    }
    unreachable!()
}

/// The first to arrive is the one at `first`; with an odd number the others come backwards.
fn sum(query: &Query, sites: &[&dyn Rows], first: usize) -> Summary {
    let mut order: Vec<usize> = (0..sites.len()).collect();
    order.rotate_left(first % sites.len());
    if first % 2 == 1 {
        order[1..].reverse();
    }
    let answers = order.into_iter().map(|site| query.answer(sites[site], &Perceptrons).unwrap());
    answers.reduce(|sum, answer| sum.plus(&answer).unwrap()).unwrap()
}

#[test]
fn any_order_of_arrival_gives_the_same_bytes() {
    let plan = changed(&[]);
    let consortium = consortium(&plan, 5);
    let rows = consortium.rows(&plan);
    let sites: Vec<&dyn Rows> = rows.iter().map(|rows| rows as &dyn Rows).collect();
    let study = |turn| study(&plan, consortium.schema(), &consortium.roster, &sites, turn).to_json();
    let first = study(0);
    assert!((1..4).all(|turn| study(turn) == first));
}

#[test]
fn accuracy_and_benefit_are_those_of_all_patients_in_one_place_to_the_bit() {
    // a site's own z-scores are about sites, everything else is not
    let plan = changed(&[("method = \"site-z\"", "method = \"none\""), ("min = 3", "min = 1")]);
    let consortium = consortium(&plan, 6);
    let rows = consortium.rows(&plan);
    let sites: Vec<&dyn Rows> = rows.iter().map(|rows| rows as &dyn Rows).collect();
    let one = OnePlace::of(&rows);
    let federated = study(&plan, consortium.schema(), &consortium.roster, &sites, 1);
    let pooled = study(&plan, consortium.schema(), &consortium.roster[..1], &[&one], 0);
    for (federated, pooled) in federated.models.iter().zip(&pooled.models) {
        let (a, b) = (federated.binary().unwrap(), pooled.binary().unwrap());
        assert_eq!(federated.fit, pooled.fit);
        assert_eq!((&a.auc, &a.roc, &a.net_benefit, &a.tenths), (&b.auc, &b.roc, &b.net_benefit, &b.tenths));
        assert!(a.roc.len() > 20 && a.net_benefit.len() == 46);
    }
}

#[test]
fn survival_curves_are_those_of_all_patients_in_one_place_to_the_bit() {
    let plan = super::plan(include_str!("../../../../docs/studies/pfs-ct.toml"));
    let consortium = Consortium::of(&plan, &Recipe::new(7, Task::Mycn), Modality::CtSingle, COLUMNS);
    let rows = consortium.rows(&plan);
    let sites: Vec<&dyn Rows> = rows.iter().map(|rows| rows as &dyn Rows).collect();
    let tables = LifeTables { grid: TimeGrid::whole(30.0, 5.0 * 365.25), held_out: Vec::new(), groups: None };
    let query = Query::LifeTables(tables.clone());
    let pooled = query.answer(&OnePlace::of(&rows), &Perceptrons).unwrap();
    for first in 0..10 {
        assert_eq!(sum(&query, &sites, first).to_bytes(), pooled.to_bytes());
    }
    let groups = consilium_stats::Computation::finish(&tables, &pooled).unwrap();
    let curve = kaplan_meier(&tables.grid, &groups[0].life, 0.95);
    let last = curve.last().unwrap();
    assert!((0.4..0.8).contains(&last.survival) && curve[0].at_risk == pooled_patients(&rows), "{last:?}");
}

fn pooled_patients(rows: &[impl Rows]) -> u64 {
    rows.iter().map(|rows| rows.len() as u64).sum()
}
