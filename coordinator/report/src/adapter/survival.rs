//! Studies of survival: follow-up of the cohort, Cox regressions as files, nomograms and words.

use consilium_model::Predictor;
use consilium_rounds::result::{
    BaselinePoint, CoxLassoResult, CoxResult, EvaluationResult, FollowUpResult, HazardResult, RiskGroup,
    RiskGroupsResult, StudyResult,
};
use consilium_stats::kaplan_meier::CurvePoint;
use consilium_types::plan::Strata;

use crate::chart::{SurvivalCurve, SurvivalPlot};
use crate::content::Table;
use crate::text::{fixed, p_relation, range, significant, whole};

/// Days of a year.
pub(super) const YEAR: f64 = 365.25;

/// `1 year`, `3 years`, `0.5 years`.
pub(super) fn years(days: f64) -> String {
    let years = days / YEAR;
    let text = if (years - libm::round(years)).abs() < 1e-9 { fixed(years, 0) } else { significant(years) };
    if text == "1" { "1 year".to_owned() } else { format!("{text} years") }
}

/// Follow-up of all patients, then each model's groups of predicted risk; empty where the outcome is not survival.
pub(super) fn plots(result: &StudyResult) -> Vec<SurvivalPlot> {
    let Some(follow_up) = &result.follow_up else { return Vec::new() };
    let groups = result.models.iter().filter_map(|model| match &model.evaluation {
        EvaluationResult::Survival(survival) => by_risk(follow_up, &model.name, &survival.groups),
        _ => None,
    });
    std::iter::once(all_patients(follow_up)).chain(groups).collect()
}

/// The times at which the plot says how many are at risk: whole years within follow-up, or quarters of a short one.
fn ticks(end: f64) -> Vec<f64> {
    let years = end / YEAR;
    let step = if years >= 2.0 { libm::ceil(years / 8.0) } else { 0.25 };
    std::iter::successors(Some(0.0), |time| Some(time + step))
        .take_while(|time| *time <= years + 1e-9)
        .collect()
}

/// Patients at risk just before a time in years.
fn at_risk(curve: &[CurvePoint], time: f64) -> u64 {
    curve.iter().find(|point| point.time / YEAR > time - 1e-9).map_or(0, |point| point.at_risk)
}

fn drawn(name: String, curve: &[CurvePoint], at: &[f64], end: f64) -> SurvivalCurve {
    let step = |point: &CurvePoint| {
        let ends = [point.lower.unwrap_or(point.survival), point.upper.unwrap_or(point.survival)];
        [point.time / YEAR, point.survival, ends[0], ends[1]]
    };
    SurvivalCurve {
        name,
        steps: curve.iter().filter(|point| point.events > 0).map(step).collect(),
        censored: curve.iter().filter(|point| point.censored > 0).map(|point| point.time / YEAR).collect(),
        at_risk: at.iter().map(|time| at_risk(curve, *time)).collect(),
        end: curve.last().map_or(end, |point| point.time.min(end)) / YEAR,
    }
}

fn plot(
    name: &str,
    end: f64,
    curves: impl Fn(&[f64]) -> Vec<SurvivalCurve>,
    notes: Vec<String>,
) -> SurvivalPlot {
    let at = ticks(end);
    SurvivalPlot {
        name: name.to_owned(),
        measure: "Share without an event".to_owned(),
        unit: "years".to_owned(),
        curves: curves(&at),
        at,
        notes,
    }
}

fn all_patients(follow_up: &FollowUpResult) -> SurvivalPlot {
    let (patients, events, end) = (whole(follow_up.patients), whole(follow_up.events), follow_up.end);
    let note = format!("{patients} patients, {events} events within {}", years(end));
    let name = "All patients";
    plot(name, end, |at| vec![drawn(name.to_owned(), &follow_up.curve, at, end)], vec![note])
}

/// The lowest risk first, as the best curve.
fn by_risk(follow_up: &FollowUpResult, model: &str, all: &RiskGroupsResult) -> Option<SurvivalPlot> {
    let many = all.groups.len();
    let name = |place: usize, group: &RiskGroup| {
        let rank = match (place, many) {
            (0, _) => "Lowest predicted risk".to_owned(),
            (place, many) if place + 1 == many => "Highest predicted risk".to_owned(),
            (place, many) => format!("Predicted risk {} of {many}", place + 1),
        };
        format!("{rank}: {} patients, {} events", whole(group.n), whole(group.events))
    };
    let curve = |at: &[f64]| {
        let one =
            |(place, group): (usize, &RiskGroup)| drawn(name(place, group), &group.curve, at, follow_up.end);
        all.groups.iter().enumerate().filter(|(_, group)| group.n > 0).map(one).collect()
    };
    let test = all.log_rank.as_ref().map(|test| {
        let (chi, freedom) = (fixed(test.chi_square, 1), test.freedom);
        format!("Log-rank test: χ² {chi} on {freedom} degrees of freedom, p {}", p_relation(test.p))
    });
    (many > 0).then(|| plot(model, follow_up.end, curve, test.into_iter().collect()))
}

/// Kaplan-Meier estimates at the times of the plan.
pub(super) fn tables(result: &StudyResult) -> Vec<Table> {
    result.follow_up.iter().filter(|follow_up| !follow_up.times.is_empty()).map(estimates).collect()
}

fn estimates(follow_up: &FollowUpResult) -> Table {
    let row = |time: &f64| {
        let point = follow_up.curve.iter().take_while(|point| point.time <= *time).last();
        let estimate = point.map_or_else(
            || fixed(1.0, 3),
            |point| match (point.lower, point.upper) {
                (Some(lower), Some(upper)) => {
                    format!("{} ({})", fixed(point.survival, 3), range(lower, upper, 3))
                }
                _ => fixed(point.survival, 3),
            },
        );
        vec![years(*time), estimate, whole(at_risk(&follow_up.curve, time / YEAR))]
    };
    let level = fixed(follow_up.level * 100.0, 0);
    Table {
        title: "Share without an event, all patients.".to_owned(),
        columns: vec!["After".to_owned(), format!("Kaplan-Meier ({level}% CI)"), "At risk then".to_owned()],
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
        (hazard > 0.0).then(|| (format!("Free of the event after {}", years(time * YEAR)), hazard))
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
