//! Patients, their classes, the quality of columns, and the selection of columns.

use consilium_rounds::result::{FlowCount, QualityResult, Selection as Chosen, StudyResult};
use consilium_types::StudyPlan;
use consilium_types::plan::OutcomeKind;

use super::labels::{case, outcome};
use super::steps::steps;
use crate::chart::FlowBox;
use crate::content::{ClassCount, Cohort, ColumnQuality, Quality, Selected, Selection};
use crate::text::{fixed, percent, whole};

/// A share of the variance between hospitals from here on is said.
const SHIFT: f64 = 0.1;

pub(super) fn cohort(plan: &StudyPlan, result: &StudyResult) -> Cohort {
    let cohort = &result.cohort;
    let stage =
        |step: &FlowCount| FlowBox { step: step.step.clone(), patients: step.patients, notes: Vec::new() };
    let mut flow: Vec<FlowBox> = cohort.flow.iter().map(stage).collect();
    let classes = classes(result);
    if let Some(last) = flow.last_mut() {
        last.notes = notes(plan, &classes);
    }
    let (cases, case_word) = rarest(plan, result, &classes);
    let labels = plan.outcome.labels();
    Cohort {
        n: cohort.n,
        cases,
        known: if plan.outcome.kind() == OutcomeKind::Multilabel {
            classes.first().map_or(0, |c| c.known)
        } else {
            0
        },
        case_word,
        smallest: smallest(plan, result, &classes),
        classes,
        flow,
        folds: cohort.folds.iter().map(|fold| [fold.n, fold.cases]).collect(),
        fold_word: labels.first().map_or_else(String::new, |label| {
            if plan.outcome.survival().is_some() { "events".to_owned() } else { case(label) }
        }),
        sites: Vec::new(),
    }
}

fn classes(result: &StudyResult) -> Vec<ClassCount> {
    let of = |label: &consilium_rounds::result::LabelCount| {
        let known = label.classes.iter().map(|class| class.n).sum();
        let name = label.label.clone();
        let class = move |class: &consilium_rounds::result::ClassCount| ClassCount {
            label: name.clone(),
            class: class.class.clone(),
            n: class.n,
            known,
        };
        label.classes.iter().map(class).collect::<Vec<_>>()
    };
    result.cohort.labels.iter().flat_map(of).collect()
}

/// What the last box of the flow says of the outcome.
fn notes(plan: &StudyPlan, classes: &[ClassCount]) -> Vec<String> {
    match plan.outcome.kind() {
        OutcomeKind::Binary => {
            let count = |place: usize| classes.get(place).map_or(0, |class| class.n);
            vec![format!("{} cases, {} controls", whole(count(1)), whole(count(0)))]
        }
        OutcomeKind::Survival => {
            vec![format!("{} with an event", whole(classes.get(1).map_or(0, |class| class.n)))]
        }
        OutcomeKind::Multilabel => Vec::new(),
        OutcomeKind::Ordinal | OutcomeKind::Nominal => {
            classes.iter().map(|class| format!("{}: {}", class.class, whole(class.n))).collect()
        }
    }
}

fn smallest(plan: &StudyPlan, result: &StudyResult, classes: &[ClassCount]) -> u64 {
    let cohort = &result.cohort;
    match plan.outcome.kind() {
        OutcomeKind::Survival => cohort.cases,
        OutcomeKind::Binary => cohort.cases.min(cohort.n.saturating_sub(cohort.cases)),
        _ => classes.iter().map(|class| class.n).min().unwrap_or(0),
    }
}

/// Cases with their name; of several classes, the smallest.
fn rarest(plan: &StudyPlan, result: &StudyResult, classes: &[ClassCount]) -> (u64, String) {
    match plan.outcome.kind() {
        OutcomeKind::Ordinal | OutcomeKind::Nominal => {
            let smallest = classes.iter().min_by_key(|class| class.n);
            smallest.map_or((0, String::new()), |class| {
                (class.n, format!("{} = {}, the smallest class", class.label, class.class))
            })
        }
        OutcomeKind::Multilabel => {
            let first = plan.outcome.labels().first().map_or_else(String::new, case);
            (result.cohort.cases, first)
        }
        OutcomeKind::Survival => (result.cohort.cases, "patients with an event".to_owned()),
        OutcomeKind::Binary => (result.cohort.cases, outcome(plan)),
    }
}

pub(super) fn quality(result: &StudyResult) -> Option<Quality> {
    let quality = result.quality.as_ref()?;
    let column = |column: &consilium_rounds::result::ColumnQuality| ColumnQuality {
        column: column.column.clone(),
        missing: column.missing,
        missing_share: column.missing_share,
        between_sites: column.between_sites,
        between_batches: column.between_batches,
    };
    Some(Quality {
        sentences: sentences(quality),
        supported: quality.budget.supported.iter().map(|at| [at.r_squared, at.parameters]).collect(),
        columns: quality.columns.iter().map(column).collect(),
    })
}

fn sentences(quality: &QualityResult) -> Vec<String> {
    let budget = &quality.budget;
    let supported = |at: &consilium_rounds::result::Supported| {
        format!("{} at R² = {}", fixed(at.parameters.floor(), 0), at.r_squared)
    };
    let supported: Vec<String> = budget.supported.iter().map(supported).collect();
    let mut said = vec![format!(
        "{} patients, {} in the smallest class. The largest model of the plan has {} parameters; the cohort supports {} \
         (Riley's criterion of an expected shrinkage of at least 0.9, by Cox-Snell R²).",
        whole(budget.n),
        whole(budget.events),
        whole(budget.asked),
        supported.join(", ")
    )];
    if let Some(each) = budget.events_per_parameter {
        said.push(format!("Patients of the smallest class per parameter: {}.", fixed(each, 1)));
    }
    if let Some(half) = budget.auc_half_width {
        said.push(format!(
            "Even a model with a true AUC of 0.85 would have a 95% interval of ± {} here.",
            fixed(half, 2)
        ));
    }
    let empty = quality.columns.iter().filter(|column| column.missing > 0).count();
    said.push(format!("{empty} of {} columns have missing values.", quality.columns.len()));
    let shifted =
        quality.columns.iter().filter(|c| c.between_sites.is_some_and(|share| share >= SHIFT)).count();
    said.push(format!(
        "In {shifted} of {} columns ({}) hospitals account for at least a tenth of the variance, before harmonisation.",
        quality.columns.len(),
        percent(shifted as u64, quality.columns.len() as u64)
    ));
    said
}

pub(super) fn selections(plan: &StudyPlan, result: &StudyResult) -> Vec<Selection> {
    result.selections.iter().map(|chosen| selection(plan, result, chosen)).collect()
}

/// Columns of the final model first, the others by how often they were selected, then by name.
fn selection(plan: &StudyPlan, result: &StudyResult, chosen: &Chosen) -> Selection {
    let times = |column: &String| chosen.frequency.get(column).copied().unwrap_or(0);
    let bootstraps = plan.select.as_ref().map_or(0, |select| select.bootstraps);
    let replicates =
        |column: &String| (bootstraps > 0).then(|| chosen.replicates.get(column).copied().unwrap_or(0));
    let selected = |column: &String, is_final| Selected {
        column: column.clone(),
        times: times(column),
        chosen: is_final,
        agreement: chosen.agreement.get(column).copied(),
        replicates: replicates(column),
    };
    let ever = chosen
        .frequency
        .keys()
        .chain(chosen.replicates.keys().filter(|c| !chosen.frequency.contains_key(*c)));
    let mut others: Vec<&String> = ever.filter(|column| !chosen.columns.contains(column)).collect();
    others.sort_by_key(|column| {
        (std::cmp::Reverse(times(column)), std::cmp::Reverse(replicates(column)), column.as_str())
    });
    let finals = chosen.columns.iter().map(|column| selected(column, true));
    Selection {
        label: if result.selections.len() > 1 { chosen.label.clone() } else { String::new() },
        steps: steps(plan),
        sets: sets(plan, result),
        replicates: (bootstraps > 0).then_some(bootstraps),
        readings: readings(plan, chosen),
        columns: finals.chain(others.into_iter().map(|column| selected(column, false))).collect(),
    }
}

/// Training sets of all dealings of the folds.
fn sets(plan: &StudyPlan, result: &StudyResult) -> u32 {
    let folds = u32::try_from(result.cohort.folds.len()).unwrap_or(u32::MAX);
    folds.saturating_mul(plan.evaluate.repeats.max(1))
}

fn readings(plan: &StudyPlan, chosen: &Chosen) -> Option<[u64; 2]> {
    let wanted = plan.select.as_ref()?.stability.as_ref()?.icc;
    let agree = chosen.agreement.values().filter(|icc| **icc >= wanted).count();
    (!chosen.agreement.is_empty()).then_some([chosen.agreement.len() as u64, agree as u64])
}
