//! Kaplan-Meier, log-rank and Cox regression from federated sums against R, on GBSG2, Rossi's recidivism data and
//! TCGA-BRCA (six regions). Answers and how they were made: tests/data/pooled/survival.
//!
//! Spec: docs/reference/methods/survival.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::calibration::logit;
use consilium_stats::design::logistic;
use consilium_stats::glm::Inputs;
use consilium_stats::kaplan_meier::{kaplan_meier, log_rank};
use consilium_stats::{
    AtRisk, Computation, Covariates, CoxClimb, CoxFailure, CoxModel, CoxPoint, CoxScreen, Derived, Design,
    Harmonise, HazardSteps, LifeTable, LifeTables, OwnBaseline, Predictor, RiskGroups, RiskSets, RiskSlopes,
    Rows, Scorer, SiteStrata, Summary, Survival, Ties, TimeGrid, cox_covariance, cumulative,
};
use proptest::prelude::*;
use serde_json::Value;
use support::cohorts::{Cohort, cohort, numbers};
use support::{IdleNetworks, Table, ask, by_first_column, close};

const COHORTS: [&str; 3] = ["gbsg2", "rossi", "brca"];

fn days(end: f64) -> TimeGrid {
    TimeGrid::whole(1.0, end)
}

fn life(grid: TimeGrid, sites: &[Table]) -> LifeTable {
    let tables = LifeTables { grid, held_out: Vec::new(), groups: None };
    tables.finish(&ask(&tables, sites)).unwrap().remove(0).life
}

fn point(sites: &[Table], design: &Design, grid: TimeGrid, ties: Ties) -> CoxPoint {
    CoxPoint {
        grid,
        moments: life(grid, sites).moments(),
        ties,
        held_out: design.held_out.clone(),
        beta: vec![0.0; design.columns.len()],
        covariates: Covariates::Design(Box::new(design.clone())),
    }
}

/// A fit: coefficients, covariance, log-likelihood, baseline hazard.
type Fit = (Vec<f64>, Vec<Vec<f64>>, f64, Vec<f64>);

fn fit(mut point: CoxPoint, sites: &[Table], lambda: f64) -> Result<Fit, CoxFailure> {
    let p = point.beta.len();
    let mut climb = CoxClimb::new(p, lambda);
    loop {
        point.beta = climb.beta().to_vec();
        let sets = RiskSets { point: point.clone() };
        let sums = sets.finish(&ask(&sets, sites)).unwrap();
        if !climb.accept(sums.as_ref().map(consilium_stats::RiskSums::log_likelihood))? {
            continue;
        }
        let sums = sums.unwrap();
        let slopes = sums.slopes(&point, (0..p).collect());
        let found = slopes.finish(&ask(&slopes, sites)).unwrap();
        let information = sums.information(&found);
        if climb.advance(&found.gradient, &information)? {
            let covariance = cox_covariance(&information, lambda).unwrap();
            return Ok((point.beta, covariance, sums.log_likelihood(), sums.hazard()));
        }
    }
}

fn fit_strata(mut point: CoxPoint, sites: &[Table]) -> Result<Fit, CoxFailure> {
    let mut climb = CoxClimb::new(point.beta.len(), 0.0);
    loop {
        point.beta = climb.beta().to_vec();
        let active = (0..point.beta.len()).collect();
        let strata = SiteStrata { point: point.clone(), active };
        let at = strata.finish(&ask(&strata, sites)).unwrap();
        if !climb.accept(at.as_ref().map(|at| at.log_likelihood))? {
            continue;
        }
        let at = at.unwrap();
        if climb.advance(&at.gradient, &at.information)? {
            return Ok((
                point.beta,
                cox_covariance(&at.information, 0.0).unwrap(),
                at.log_likelihood,
                Vec::new(),
            ));
        }
    }
}

fn relative(found: f64, expected: f64, tolerance: f64) -> bool {
    (found - expected).abs() <= tolerance * expected.abs()
}

/// Coefficients and errors in the units of the columns, within 1e-6 relative.
fn agrees(name: &str, cohort: &Cohort, (beta, covariance, loglik, _): &Fit, expected: &Value) {
    let (coef, se) = (numbers(&expected["coef"]), numbers(&expected["se"]));
    for (j, sd) in cohort.design.sd.iter().enumerate() {
        assert!(relative(beta[j] / sd, coef[j], 1e-6), "{name} {j}: {} {}", beta[j] / sd, coef[j]);
        let found = covariance[j][j].sqrt() / sd;
        assert!(relative(found, se[j], 1e-6), "{name} {j}: se {found} {}", se[j]);
    }
    if let Some(expected) = expected["loglik"].as_f64() {
        assert!(relative(*loglik, expected, 1e-9), "{name}: {loglik} {expected}");
    }
}

#[test]
fn cox_coefficients_are_those_of_r() {
    for name in COHORTS {
        let c = cohort(name);
        for (ties, key) in [(Ties::Breslow, "breslow"), (Ties::Efron, "efron")] {
            let start = point(&c.sites, &c.design, days(c.end), ties);
            agrees(name, &c, &fit(start.clone(), &c.sites, 0.0).unwrap(), &c.answers[key]);
            let strata = fit_strata(start, &c.sites).unwrap();
            agrees(name, &c, &strata, &c.answers[format!("strata_{key}")]);
        }
    }
}

#[test]
fn ridge_is_that_of_r() {
    for name in COHORTS {
        let mut c = cohort(name);
        let lambda = c.answers["ridge"]["theta"].as_f64().unwrap();
        for (ties, key) in [(Ties::Breslow, "breslow"), (Ties::Efron, "efron")] {
            let mut found = fit(point(&c.sites, &c.design, days(c.end), ties), &c.sites, lambda).unwrap();
            // R fitted the standardised columns
            c.design.sd.fill(1.0);
            found.2 = 0.0;
            agrees(name, &c, &found, &c.answers["ridge"][key]);
            c = cohort(name);
        }
    }
}

#[test]
fn the_baseline_hazard_is_that_of_r() {
    for name in COHORTS {
        let c = cohort(name);
        for (ties, key) in [(Ties::Breslow, "breslow"), (Ties::Efron, "efron")] {
            let start = point(&c.sites, &c.design, days(c.end), ties);
            let (_, _, _, steps) = fit(start.clone(), &c.sites, 0.0).unwrap();
            let (times, hazard) = (
                numbers(&c.answers["baseline"][key]["time"]),
                numbers(&c.answers["baseline"][key]["hazard"]),
            );
            for (time, expected) in times.iter().zip(hazard) {
                let moments = start.moments.iter().zip(&steps);
                let found: f64 =
                    moments.filter(|(m, _)| start.grid.end_of(**m) <= *time).map(|(_, h)| h).sum();
                assert!((found - expected).abs() <= 1e-8 * expected, "{name} {time}: {found} {expected}");
            }
        }
    }
}

#[test]
fn kaplan_meier_is_that_of_r() {
    for name in COHORTS {
        let c = cohort(name);
        let points = kaplan_meier(&days(c.end), &life(days(c.end), &c.sites), 0.95);
        let column = |key: &str| numbers(&c.answers["km"][key]);
        assert_eq!(points.iter().map(|p| p.time).collect::<Vec<_>>(), column("time"));
        assert_eq!(points.iter().map(|p| p.at_risk as f64).collect::<Vec<_>>(), column("at_risk"));
        assert_eq!(points.iter().map(|p| p.events as f64).collect::<Vec<_>>(), column("events"));
        for (i, p) in points.iter().enumerate() {
            assert!(close(p.survival, column("survival")[i], 1e-9));
            assert!(close(p.se, column("se")[i], 1e-9));
            assert!(close(p.hazard, column("hazard")[i], 1e-9));
            for (end, key) in [(p.lower, "lower"), (p.upper, "upper")] {
                assert!(end.is_none_or(|end| close(end, column(key)[i], 1e-9)), "{name} {i} {key} {end:?}");
            }
        }
    }
}

#[test]
fn univariate_score_tests_are_those_of_r() {
    for name in COHORTS {
        let c = cohort(name);
        let screen = CoxScreen::new(c.design.clone(), days(c.end), &life(days(c.end), &c.sites));
        let found = screen.finish(&ask(&screen, &c.sites)).unwrap();
        for (test, expected) in found.iter().zip(numbers(&c.answers["score"])) {
            let found = test.unwrap().statistic;
            assert!(relative(found, expected, 1e-8), "{name}: {found} {expected}");
        }
    }
}

/// The probability of an event by a time is one minus survival to the power of the relative risk, with the baseline of
/// all or, at a site with strata, of its own patients.
#[test]
fn a_cox_model_predicts_with_the_baseline_it_is_given_or_its_own() {
    let c = cohort("rossi");
    let (grid, one) = (days(c.end), std::slice::from_ref(&c.all));
    let start = point(one, &c.design, grid, Ties::Efron);
    let (beta, _, _, steps) = fit(start.clone(), one, 0.0).unwrap();
    let ended = vec![0, 14, 40, 53];
    let baseline = cumulative(&start.moments, &steps, &ended);
    let expected: f64 = start.moments.iter().zip(&steps).filter(|(m, _)| **m < 14).map(|(_, h)| h).sum();
    assert!(close(baseline[1], expected, 1e-15) && baseline[0] == 0.0);
    let own = OwnBaseline { grid, ties: Ties::Efron, ended: ended.clone() };
    let model =
        CoxModel { design: c.design.clone(), beta: beta.clone(), baseline: baseline.clone(), own: None };
    let patients: Vec<usize> = (0..c.all.rows.len()).collect();
    let outputs = |model: CoxModel| Predictor::Cox(model).predict(&c.all, &patients, &IdleNetworks).unwrap();
    let shared = outputs(model.clone());
    // one site that holds everybody makes the pooled baseline itself
    let alone = outputs(CoxModel { baseline: vec![9.0; 4], own: Some(own), ..model });
    let opened = c.design.open(&c.all);
    for (row, (shared, alone)) in shared.iter().zip(&alone).enumerate() {
        let eta: f64 = opened.standardise(row).iter().zip(&beta).map(|(z, b)| z * b).sum();
        assert!(close(logit(shared[0]), eta, 1e-9), "{row}");
        for (t, hazard) in baseline.iter().enumerate() {
            let expected = 1.0 - (-hazard).exp().powf(eta.exp());
            assert!(
                close(shared[1 + t], expected, 1e-12) && close(alone[1 + t], expected, 1e-9),
                "{row} {t}"
            );
        }
    }
}

/// Patients of every site as a group of their own, or cut in two at the median of the last column.
fn groups(c: &Cohort, split: bool) -> Vec<LifeTable> {
    if !split {
        return c.sites.iter().map(|site| life(days(c.end), std::slice::from_ref(site))).collect();
    }
    let last = c.all.width() - 1;
    let mut sorted: Vec<f64> = c.all.rows.iter().map(|row| row[last]).collect();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let median = f64::midpoint(sorted[(n - 1) / 2], sorted[n / 2]);
    let place: Vec<usize> = c.all.rows.iter().map(|row| usize::from(row[last] > median)).collect();
    c.all.deal(&place).iter().map(|group| life(days(c.end), std::slice::from_ref(group))).collect()
}

#[test]
fn the_log_rank_test_is_that_of_r() {
    for name in COHORTS {
        let c = cohort(name);
        for (split, key) in [(true, "split"), (false, "site")] {
            let test = log_rank(&groups(&c, split)).unwrap();
            let expected = &c.answers["logrank"][key];
            assert!(relative(test.chi_square, expected["chisq"].as_f64().unwrap(), 1e-9), "{name} {key}");
            for (found, expected) in test.expected.iter().zip(numbers(&expected["expected"])) {
                assert!(relative(*found, expected, 1e-9), "{name} {key}");
            }
        }
    }
}

#[test]
fn numbers_at_risk_are_those_of_the_life_table() {
    let c = cohort("rossi");
    let at_risk = AtRisk { grid: days(c.end) };
    let found = at_risk.finish(&ask(&at_risk, &c.sites)).unwrap();
    assert_eq!(found, life(days(c.end), &c.sites).at_risk);
}

#[test]
fn what_has_no_solution_is_refused_by_name() {
    let follow = |i: u32| Survival { days: f64::from(i % 17 + 1), event: i.is_multiple_of(2) };
    let mut table =
        Table::new((0..60u32).map(|i| vec![f64::from(i % 2), f64::from(i % 7)]).collect(), vec![false; 60]);
    table.survival = (0..60).map(follow).collect();
    let design = |columns: Vec<usize>| {
        let n = columns.len();
        Design {
            columns,
            mean: vec![0.0; n],
            sd: vec![1.0; n],
            held_out: Vec::new(),
            harmonise: Harmonise::None,
            derived: Derived::default(),
        }
    };
    let sites = table.split(3);
    let start = |columns| point(&sites, &design(columns), days(20.0), Ties::Efron);
    // column 0 is 0 for every event and 1 for everyone else
    assert_eq!(fit(start(vec![0]), &sites, 0.0).unwrap_err(), CoxFailure::Monotone);
    assert!(fit(start(vec![0]), &sites, 1.0).is_ok(), "a penalty helps");
    assert_eq!(fit(start(vec![1, 1]), &sites, 0.0).unwrap_err(), CoxFailure::Collinear);
}

fn patients() -> impl Strategy<Value = Table> {
    let patient = (0.0..400.0f64, any::<bool>(), -2.0..2.0f64, -2.0..2.0f64, 0usize..3);
    prop::collection::vec(patient, 12..40).prop_map(|all| {
        let mut table =
            Table::new(all.iter().map(|p| vec![p.2, p.3]).collect(), all.iter().map(|p| p.1).collect());
        table.survival = all.iter().map(|p| Survival { days: p.0, event: p.1 }).collect();
        table.cells = all.iter().map(|p| p.4).collect();
        table
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn neither_the_order_nor_the_split_of_patients_matters(table in patients(), sites in 1usize..5, efron in any::<bool>()) {
        let mut other = table.clone();
        other.rows.reverse();
        other.labels.reverse();
        other.cells.reverse();
        other.survival.reverse();
        let (one, many) = ([table], other.split(sites));
        let design = Design { columns: vec![0, 1], mean: vec![0.1, 0.2], sd: vec![1.5, 0.7], held_out: vec![2], harmonise: Harmonise::None, derived: Derived::default() };
        let grid = TimeGrid { step: 30.0, intervals: 9, end: 300.0 };
        let ties = if efron { Ties::Efron } else { Ties::Breslow };
        let mut at = point(&one, &design, grid, ties);
        at.beta = vec![0.3, -0.8];
        let sets = RiskSets { point: at.clone() };
        prop_assert_eq!(ask(&sets, &one), ask(&sets, &many));
        let sums = sets.finish(&ask(&sets, &one)).unwrap().unwrap();
        let slopes = sums.slopes(&at, vec![1]);
        prop_assert_eq!(ask(&slopes, &one), ask(&slopes, &many));
        let lives = LifeTables { grid, held_out: vec![1], groups: None };
        prop_assert_eq!(ask(&lives, &one), ask(&lives, &many));
        let screen = CoxScreen::new(design.clone(), grid, &life(grid, &one));
        prop_assert_eq!(ask(&screen, &one), ask(&screen, &many));
        let inputs = Inputs::columns(design);
        let hazards = HazardSteps { grid, ends: vec![2, 5, 8], inputs, held_out: vec![2], beta: vec![-1.0, -0.5, 0.2, 0.3, -0.8], derivatives: true };
        prop_assert_eq!(ask(&hazards, &one), ask(&hazards, &many));
        let strata = SiteStrata { point: at, active: vec![1] };
        prop_assert_eq!(ask(&strata, &one), ask(&strata, &[other]), "the order within a site");
    }

    #[test]
    fn groups_by_score_are_all_patients_once(table in patients(), cut in 0.2..0.8f64) {
        let predictor = by_first_column().cells.remove(0);
        let model = Scorer { cells: vec![predictor; 3], ..by_first_column() };
        let groups = Some(RiskGroups { model, cuts: vec![vec![cut], vec![cut, 0.9], vec![]] });
        let grid = TimeGrid { step: 50.0, intervals: 6, end: 300.0 };
        let tables = LifeTables { grid, held_out: Vec::new(), groups };
        prop_assert_eq!(tables.check(2), Ok(()));
        let (one, many) = ([table.clone()], table.split(3));
        prop_assert_eq!(ask(&tables, &one), ask(&tables, &many));
        let found = tables.finish(&ask(&tables, &one)).unwrap();
        let scores: f64 = table.rows.iter().map(|row| logistic(row[0])).sum();
        prop_assert!(close(found.iter().map(|group| group.score).sum(), scores, 1e-9));
        let all = found[1..].iter().fold(found[0].life.clone(), |all, group| all.and(&group.life));
        prop_assert_eq!(all, life(grid, &one));
    }

    /// Refused, or answered in shape, and any sum is read or refused.
    #[test]
    fn absurd_questions_do_no_harm(
        table in patients(),
        (step, intervals, end) in (number(), size(), number()),
        moments in prop::collection::vec(size(), 0..4),
        beta in prop::collection::vec(number(), 0..3),
        columns in prop::collection::vec(size(), 0..3),
        (hazard, active) in (prop::collection::vec(number(), 0..4), prop::collection::vec(size(), 0..3)),
        words in prop::collection::vec(any::<i128>(), 1..9),
        efron in any::<bool>(),
    ) {
        let n = columns.len();
        let design = Design { columns, mean: vec![0.0; n], sd: vec![1.0; n], held_out: Vec::new(), harmonise: Harmonise::None, derived: Derived::default() };
        let grid = TimeGrid { step, intervals, end };
        let ties = if efron { Ties::Efron } else { Ties::Breslow };
        let (ends, counts, numbers) = (moments.clone(), vec![moments.iter().map(|m| *m as u64).max().unwrap_or(0); moments.len()], beta.clone());
        let point = CoxPoint { grid, moments, ties, covariates: Covariates::Design(Box::new(design.clone())), held_out: vec![1], beta };
        let spared = if efron { hazard.clone() } else { Vec::new() };
        let slopes = RiskSlopes { point: point.clone(), hazard, spared, active: active.clone() };
        harmless(&slopes, &table, &words);
        harmless(&RiskSets { point: point.clone() }, &table, &words);
        harmless(&SiteStrata { point, active }, &table, &words);
        harmless(&AtRisk { grid }, &table, &words);
        harmless(&CoxScreen { design: design.clone(), grid, moments: ends.clone(), events: counts.clone(), at_risk: counts }, &table, &words);
        harmless(&HazardSteps { grid, ends, inputs: Inputs::columns(design), held_out: vec![1], beta: numbers, derivatives: efron }, &table, &words);
        harmless(&LifeTables { grid, held_out: Vec::new(), groups: None }, &table, &words);
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![6 => 0.1..40.0f64, 1 => prop::num::f64::ANY, 1 => Just(0.0)]
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0usize..5, 1 => Just(usize::MAX), 1 => Just(39_999)]
}

fn harmless<C: Computation>(question: &C, table: &Table, words: &[i128]) {
    if question.check(2).is_err() {
        return;
    }
    if let Ok(summary) = question.site(table, &IdleNetworks) {
        assert_eq!(summary.len(), question.length());
        drop(question.finish(&summary));
    }
    let words = words.iter().copied().cycle().take(question.length()).collect();
    drop(question.finish(&Summary::Statistics(words)));
}
