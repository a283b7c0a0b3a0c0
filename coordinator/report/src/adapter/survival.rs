//! Studies of survival: follow-up of the cohort, Cox regressions as files, nomograms and words.

use consilium_model::Predictor;
use consilium_rounds::result::{
    BaselinePoint, CoxLassoResult, CoxResult, FollowUpResult, HazardResult, StudyResult,
};
use consilium_types::plan::Strata;

use crate::chart::{SurvivalCurve, SurvivalPlot};
use crate::content::Table;
use crate::text::{fixed, p_relation, range, significant, whole};

/// Days of a year.
const YEAR: f64 = 365.25;

/// Follow-up of all patients; empty where the outcome is not survival.
pub(super) fn plots(result: &StudyResult) -> Vec<SurvivalPlot> {
    result.follow_up.iter().map(all_patients).collect()
}

/// The times at which the plot says how many are at risk: whole years within follow-up, or quarters of a short one.
fn ticks(end: f64) -> Vec<f64> {
    let years = end / YEAR;
    let step = if years >= 2.0 { libm::ceil(years / 8.0) } else { 0.25 };
    (0..).map(|i| f64::from(i) * step).take_while(|time| *time <= years + 1e-9).collect()
}

fn all_patients(follow_up: &FollowUpResult) -> SurvivalPlot {
    let at = ticks(follow_up.end);
    let steps = follow_up.curve.iter().filter(|point| point.events > 0).map(|point| {
        let ends = [point.lower.unwrap_or(point.survival), point.upper.unwrap_or(point.survival)];
        [point.time / YEAR, point.survival, ends[0], ends[1]]
    });
    let censored = follow_up.curve.iter().filter(|point| point.censored > 0).map(|point| point.time / YEAR);
    let at_risk = |time: &f64| {
        let later = follow_up.curve.iter().find(|point| point.time / YEAR > time - 1e-9);
        later.map_or(0, |point| point.at_risk)
    };
    SurvivalPlot {
        measure: "Share without an event".to_owned(),
        unit: "years".to_owned(),
        curves: vec![SurvivalCurve {
            name: "All patients".to_owned(),
            steps: steps.collect(),
            censored: censored.collect(),
            at_risk: at.iter().map(at_risk).collect(),
            end: follow_up.end / YEAR,
        }],
        at,
        notes: vec![format!(
            "{} patients, {} events within {} years",
            whole(follow_up.patients),
            whole(follow_up.events),
            fixed(follow_up.end / YEAR, 1)
        )],
    }
}

/// Kaplan-Meier estimates at the times of the plan.
pub(super) fn tables(result: &StudyResult) -> Vec<Table> {
    result.follow_up.iter().filter(|follow_up| !follow_up.times.is_empty()).map(estimates).collect()
}

fn estimates(follow_up: &FollowUpResult) -> Table {
    let row = |time: &f64| {
        let point = follow_up.curve.iter().take_while(|point| point.time <= *time).last();
        let after = follow_up.curve.iter().find(|point| point.time > *time);
        let estimate = point.map_or_else(
            || fixed(1.0, 3),
            |point| match (point.lower, point.upper) {
                (Some(lower), Some(upper)) => {
                    format!("{} ({})", fixed(point.survival, 3), range(lower, upper, 3))
                }
                _ => fixed(point.survival, 3),
            },
        );
        let at_risk = after.map_or(0, |point| point.at_risk);
        vec![format!("{} years", fixed(time / YEAR, 1)), estimate, whole(at_risk)]
    };
    let level = fixed(follow_up.level * 100.0, 0);
    Table {
        title: "Share without an event, all patients.".to_owned(),
        columns: vec![
            "After".to_owned(),
            format!("Kaplan-Meier ({level}% CI)"),
            "At risk afterwards".to_owned(),
        ],
        rows: follow_up.times.iter().map(row).collect(),
        note: format!(
            "Times are rounded up to multiples of {} days; intervals on the scale of log(-log S).",
            significant(follow_up.step)
        ),
    }
}

/// Hazards by years, and the plan's times in years.
pub(super) fn predictor(
    result: &StudyResult,
    coefficients: Vec<f64>,
    baseline: &[BaselinePoint],
) -> Predictor {
    let point = |point: &BaselinePoint| [point.time / YEAR, point.hazard];
    let horizons = result.follow_up.iter().flat_map(|follow_up| &follow_up.times).map(|days| days / YEAR);
    Predictor::Cox {
        coefficients,
        unit: "years".to_owned(),
        baseline: baseline.iter().map(point).collect(),
        horizons: horizons.collect(),
    }
}

/// One axis for each horizon at which someone had an event before.
pub(super) fn axes(baseline: &[[f64; 2]], horizons: &[f64]) -> Vec<(String, f64)> {
    let axis = |time: &f64| {
        let hazard = baseline.iter().take_while(|step| step[0] <= *time).last()?[1];
        (hazard > 0.0).then(|| (format!("Free of the event after {} years", significant(*time)), hazard))
    };
    horizons.iter().filter_map(axis).collect()
}

pub(super) fn described(fit: &CoxResult) -> String {
    let strata = if fit.strata == Strata::Site { ", stratified by hospital" } else { "" };
    let penalty =
        if fit.lambda > 0.0 { format!(", ridge penalty {}", significant(fit.lambda)) } else { String::new() };
    let tests = fit.tests.as_ref().map_or_else(String::new, |tests| {
        let test = tests.likelihood_ratio;
        format!(
            " Likelihood ratio test of all columns: χ² {} on {} degrees of freedom, p {}.",
            fixed(test.chi_square, 1),
            tests.freedom,
            p_relation(test.p)
        )
    });
    format!(
        "Cox regression on {} columns, {} patients and {} events{strata}{penalty}.{tests}",
        fit.terms.len(),
        whole(fit.patients),
        whole(fit.events)
    )
}

pub(super) fn lasso_described(fit: &CoxLassoResult) -> String {
    let name = if fit.alpha < 1.0 { "elastic net" } else { "lasso" };
    let strata = if fit.strata == Strata::Site { ", stratified by hospital" } else { "" };
    format!(
        "Cox regression with {name}, {} patients and {} events{strata}, penalty {}: {} columns with a coefficient other \
         than zero.",
        whole(fit.patients),
        whole(fit.events),
        significant(fit.lambda),
        fit.terms.len()
    )
}

pub(super) fn hazard_described(fit: &HazardResult, n: u64) -> String {
    format!(
        "Discrete-time hazards: logistic regression of the event in each of {} steps of time, {} columns, {} patients, ridge \
         penalty {}.",
        fit.steps.len(),
        fit.terms.len(),
        whole(n),
        significant(fit.lambda)
    )
}
