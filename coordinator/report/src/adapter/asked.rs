//! The plan in words, and every key it holds as its canonical form has it.

use consilium_types::StudyPlan;
use consilium_types::plan::{Batch, Design, HarmoniseMethod, Missing, Threshold};
use serde::Serialize;
use serde_json::Value;

use crate::content::Fact;
use crate::text::{fixed, percent};

/// What was asked, in a few lines.
pub(super) fn asked(plan: &StudyPlan) -> Vec<Fact> {
    let learners: Vec<String> = plan.model.learners().map(|learner| word(&learner)).collect();
    let mut facts = vec![
        Fact::new("Models", format!("{} on {} columns", learners.join(", "), word(&plan.model.families))),
        Fact::new("Validation", validation(plan)),
        Fact::new("Threshold", threshold(plan)),
        Fact::new("Intervals", format!("{}%", fixed(plan.evaluate.level * 100.0, 0))),
    ];
    if plan.evaluate.bootstrap > 0 {
        facts.push(Fact::new("Bootstraps", format!("{} Poisson bootstraps", plan.evaluate.bootstrap)));
    }
    if plan.outcome.permute {
        facts.push(Fact::new("Null control", "outcomes were permuted among the patients of each hospital"));
    }
    facts
}

/// How patients are held out, in words.
pub(super) fn validation(plan: &StudyPlan) -> String {
    let evaluate = &plan.evaluate;
    match evaluate.design {
        Design::Kfold if evaluate.repeats > 1 => {
            format!("{} folds within every hospital, dealt {} times", evaluate.folds, evaluate.repeats)
        }
        Design::Kfold => format!("{} folds within every hospital", evaluate.folds),
        Design::LeaveSiteOut => "one hospital held out at a time".to_owned(),
        Design::Holdout => {
            let share = fixed(evaluate.holdout.unwrap_or(0.0) * 100.0, 0);
            format!("{share}% of every hospital's patients held out once")
        }
    }
}

fn threshold(plan: &StudyPlan) -> String {
    match plan.evaluate.threshold {
        Threshold::Youden => {
            "largest sum of sensitivity and specificity on the training folds (Youden)".to_owned()
        }
        Threshold::Fixed(probability) => format!("{probability}, fixed by the plan"),
    }
}

/// How columns were made, compared and completed.
pub(super) fn preparation(plan: &StudyPlan) -> Vec<Fact> {
    let mut facts = facts(plan, |section| section == "features");
    facts.push(Fact::new("Harmonisation", harmonisation(plan)));
    if let Some(clinical) = &plan.inputs.clinical {
        facts.push(Fact::new("Empty clinical cells", filled(clinical.missing)));
    }
    facts.push(Fact::new("Standardisation", "mean and standard deviation of each training set"));
    facts
}

/// What becomes of an empty clinical cell.
pub(super) fn filled(missing: Missing) -> &'static str {
    match missing {
        Missing::Drop => "the patient leaves the cohort",
        Missing::Impute => "the mean of the training set",
        Missing::Indicator => "the mean of the training set, and a column NAME?missing that is 1",
        Missing::Regress => "chained ridge regressions on the other clinical columns of the training set",
    }
}

/// How hospitals or scanners are brought together, in words.
pub(super) fn harmonisation(plan: &StudyPlan) -> String {
    let harmonise = &plan.harmonise;
    let batch = match &harmonise.batch {
        Batch::Site => "hospital".to_owned(),
        Batch::Column(column) => column.clone(),
    };
    match harmonise.method {
        HarmoniseMethod::None => "none".to_owned(),
        HarmoniseMethod::SiteZ => {
            format!("each {batch} to mean 0 and standard deviation 1, within the training set")
        }
        HarmoniseMethod::Combat if harmonise.keep.is_empty() => {
            format!("ComBat by {batch}, within the training set")
        }
        HarmoniseMethod::Combat => {
            format!(
                "ComBat by {batch}, keeping the effects of {}, within the training set",
                harmonise.keep.join(", ")
            )
        }
    }
}

/// The methods section, a paragraph each, for authors to adapt.
pub(super) fn methods(plan: &StudyPlan, sites: usize, software: &str) -> Vec<String> {
    let learners: Vec<String> = plan.model.learners().map(|learner| word(&learner)).collect();
    let level = fixed(plan.evaluate.level * 100.0, 0);
    let selection = if plan.select.is_some() {
        " Radiomic columns were selected anew within each training set by the steps listed under Selection of columns."
    } else {
        ""
    };
    let bootstrap = if plan.evaluate.bootstrap > 0 {
        format!(
            " Percentile intervals come from {} Poisson bootstraps of the held-out scores.",
            plan.evaluate.bootstrap
        )
    } else {
        String::new()
    };
    vec![
        format!(
            "The analysis plan {} was fixed before the run and identified by its SHA-256 hash. {sites} hospitals computed \
             sums over their own patients; no patient-level row was shared. Harmonisation: {}.{selection} Models: {} on {} \
             columns.",
            plan.study.id,
            harmonisation(plan),
            learners.join(", "),
            word(&plan.model.families)
        ),
        format!(
            "Validation: {}; harmonisation, imputation, standardisation, selection and tuning were repeated within every \
             training set. {level}% confidence intervals are DeLong's for areas under the ROC curve, Wilson's for \
             proportions and Wald's otherwise.{bootstrap} p values are two-sided and not corrected for multiple testing. \
             Software: {software}.",
            validation(plan)
        ),
    ]
}

/// Every key of the plan with its value.
pub(super) fn keys(plan: &StudyPlan) -> Vec<Fact> {
    facts(plan, |section| section != "study")
}

/// A value of a plan in its own words.
pub(super) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).map_or_else(|_| String::new(), |value| said(&value))
}

/// A share of patients, for a sentence.
pub(super) fn share(part: u64, all: u64) -> String {
    format!("{part} of {all} ({})", percent(part, all))
}

fn facts(plan: &StudyPlan, wanted: impl Fn(&str) -> bool) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let Ok(Value::Object(sections)) = serde_json::to_value(plan) {
        for (name, section) in sections.iter().filter(|(name, _)| wanted(name)) {
            flatten(name, section, &mut facts);
        }
    }
    facts
}

/// Tables become dotted names; what is empty is left out.
fn flatten(name: &str, value: &Value, facts: &mut Vec<Fact>) {
    match value {
        Value::Null => {}
        Value::Object(entries) => {
            entries.iter().for_each(|(key, value)| flatten(&format!("{name}.{key}"), value, facts));
        }
        value => {
            let said = said(value);
            if !said.is_empty() {
                facts.push(Fact::new(name, said));
            }
        }
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(said).collect::<Vec<_>>().join(", "),
        Value::Null => String::new(),
        value => value.to_string(),
    }
}
