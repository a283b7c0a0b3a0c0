//! Evaluations of models: which subjects a page has, and what is told of each.

mod classes;
mod curves;
mod measures;
mod repeats;
mod sites;
mod survival;
mod thresholds;

use consilium_rounds::result::{Evaluation, EvaluationResult, ModelResult, StudyResult};
use consilium_types::StudyPlan;

use super::labels::{Predicted, case, predicted, short};
use super::said;
use super::survival::years;
use crate::content::{Comparison, Estimate, Subject};
use crate::text::normal_quantile;

/// A model's name on the page, and how it did.
type Judged<'a> = (&'a str, &'a Evaluation);

/// How intervals are made.
#[derive(Clone, Copy)]
struct Confidence {
    level: f64,
    z: f64,
}

impl Confidence {
    fn wald(self, value: f64, se: f64) -> Estimate {
        Estimate { value, interval: Some([value - self.z * se, value + self.z * se]) }
    }
}

fn plain(value: f64) -> Estimate {
    Estimate { value, interval: None }
}

/// One subject a label of two classes; of several classes, one for all together and one for each.
pub(super) fn subjects(plan: &StudyPlan, result: &StudyResult) -> Vec<Subject> {
    let level = plan.evaluate.level;
    let confidence = Confidence { level, z: normal_quantile(0.5 + level / 2.0) };
    let main = |model: &ModelResult| {
        model.learner == plan.model.learner && plan.model.families.last() == Some(&model.family)
    };
    predicted(plan, result).iter().flat_map(|label| of_label(label, &main, confidence)).collect()
}

fn of_label(
    predicted: &Predicted<'_>,
    main: &dyn Fn(&ModelResult) -> bool,
    confidence: Confidence,
) -> Vec<Subject> {
    let models: Vec<Judged<'_>> =
        predicted.models.iter().filter_map(|model| Some((short(model), model.binary()?))).collect();
    let main = predicted.models.iter().position(|model| main(model)).unwrap_or(0);
    let mut subjects = Vec::new();
    if !models.is_empty() {
        subjects.push(subject(case(&predicted.label), main, &models, confidence));
    }
    let followed = predicted.models.iter().filter_map(|model| match &model.evaluation {
        EvaluationResult::Survival(survival) => Some((short(model), survival.as_ref())),
        _ => None,
    });
    let followed: Vec<survival::Judged<'_>> = followed.collect();
    if !followed.is_empty() {
        subjects.extend(survival::subjects(main, &followed, confidence));
    }
    let several = predicted.models.iter().filter_map(|model| match &model.evaluation {
        EvaluationResult::Classes(classes) => Some((short(model), classes.as_ref())),
        _ => None,
    });
    let several: Vec<classes::Judged<'_>> = several.collect();
    if !several.is_empty() {
        subjects.push(classes::overall(&predicted.label, main, &several, confidence));
        for (class, name) in predicted.label.classes.iter().enumerate() {
            let models: Vec<Judged<'_>> =
                several.iter().filter_map(|(model, all)| Some((*model, all.by_class.get(class)?))).collect();
            let name = format!("{} = {name} against the others", predicted.label.name);
            subjects.push(subject(name, main, &models, confidence));
        }
    }
    if let Some(subject) = subjects.first_mut() {
        subject.tables.extend(repeats::table(&predicted.models));
        subject.tables.extend(repeats::apparent(&predicted.models));
    }
    subjects
}

/// One yes-or-no question and all models that answer it.
fn subject(name: String, main: usize, models: &[Judged<'_>], confidence: Confidence) -> Subject {
    let each = || models.iter().map(|(model, evaluation)| (*model, *evaluation));
    Subject {
        level: confidence.level,
        models: each().map(|(model, _)| String::from(model)).collect(),
        main,
        sentences: models
            .get(main)
            .map_or_else(Vec::new, |(model, e)| said::evaluation(&name, model, e, confidence.level)),
        measures: measures::measures(models, confidence),
        over_time: Vec::new(),
        roc: each().map(|(model, e)| curves::roc(model, e)).collect(),
        calibration: each().map(|(model, e)| curves::calibration(model, e, confidence)).collect(),
        decision: each().map(|(model, e)| curves::decision(model, e)).collect(),
        treat_all: each().next().map_or_else(Vec::new, |(_, e)| {
            e.net_benefit.iter().map(|point| [point.threshold, point.treat_all]).collect()
        }),
        forests: each().flat_map(|(model, e)| sites::forests(model, e, confidence)).collect(),
        thresholds: each().filter_map(|(model, e)| thresholds::row(model, e)).collect(),
        confusions: Vec::new(),
        tables: thresholds::bootstrap(models).into_iter().collect(),
        name,
    }
}

/// Two models on the same patients: AUC, and what the larger of nested models changes.
pub(super) fn comparisons(plan: &StudyPlan, result: &StudyResult) -> Vec<Comparison> {
    let z = normal_quantile(0.5 + plan.evaluate.level / 2.0);
    let (measure, test) = match plan.outcome.survival() {
        Some(_) => ("Harrell's concordance", "paired test"),
        None => ("AUC", "DeLong's paired test"),
    };
    let of = |pair: &consilium_rounds::result::Comparison| {
        let row = |measure: &str, value, interval, p| Comparison {
            measure: measure.to_owned(),
            models: [pair.first.clone(), pair.second.clone()],
            difference: Estimate { value, interval },
            p,
        };
        let mut rows = vec![row(&format!("{measure}, {test}"), pair.difference, Some(pair.interval), pair.p)];
        if pair.bootstrap.is_some() {
            rows.push(row(&format!("{measure}, bootstrap interval"), pair.difference, pair.bootstrap, None));
        }
        if let Some(all) = &pair.repeats {
            rows.push(row("AUC, mean over dealings of the folds", all.difference, Some(all.interval), all.p));
        }
        rows.extend(
            pair.times
                .iter()
                .map(|at| row(&format!("AUC at {}", years(at.time)), at.difference, Some(at.interval), at.p)),
        );
        if let Some(change) = &pair.reclassification {
            let named = [
                ("Integrated discrimination improvement", change.idi),
                ("Net reclassification improvement, category-free", change.nri),
                ("Net reclassification improvement, at the thresholds", change.nri_at_threshold),
            ];
            rows.extend(named.into_iter().map(|(name, improvement)| {
                let half = z * improvement.se;
                let interval = [improvement.estimate - half, improvement.estimate + half];
                row(name, improvement.estimate, Some(interval), improvement.p)
            }));
        }
        rows
    };
    result.comparisons.iter().flat_map(of).collect()
}
