//! Findings in plain sentences: how many, how well, how sure, and what an interval of that width means.

use consilium_rounds::result::{
    AucResult, ClassesEvaluation, Evaluation, SurvivalEvaluation, ThresholdResult,
};
use consilium_types::plan::Label;

use super::asked::share;
use crate::text::{fixed, normal_quantile, range};

/// An interval of an AUC wider than this cannot tell a good model from a mediocre one.
const WIDE: f64 = 0.15;

/// The main model of a yes-or-no question.
pub(super) fn evaluation(name: &str, model: &str, e: &Evaluation, level: f64) -> Vec<String> {
    let mut said = Vec::new();
    if e.n > 0 {
        said.push(format!("{} patients with a known outcome: {name}.", share(e.cases, e.n)));
    }
    said.push(format!("{model}: {}. {}", auc(&e.auc), width(&e.auc)));
    if let Some(fit) = &e.calibration {
        let z = normal_quantile(0.5 + level / 2.0);
        let ends = |value: f64, se: f64| [value - z * se, value + z * se];
        said.push(format!(
            "Calibration: slope {} ({}), {}; in the large {} ({}), {}.",
            fixed(fit.slope, 2),
            range(ends(fit.slope, fit.slope_se)[0], ends(fit.slope, fit.slope_se)[1], 2),
            slope(ends(fit.slope, fit.slope_se)),
            fixed(fit.in_the_large, 2),
            range(
                ends(fit.in_the_large, fit.in_the_large_se)[0],
                ends(fit.in_the_large, fit.in_the_large_se)[1],
                2
            ),
            large(ends(fit.in_the_large, fit.in_the_large_se)),
        ));
    }
    said.extend(decision(&e.threshold));
    said
}

fn auc(auc: &AucResult) -> String {
    format!(
        "AUC {} ({}% CI {})",
        fixed(auc.auc, 2),
        fixed(auc.level * 100.0, 0),
        range(auc.lower, auc.upper, 2)
    )
}

fn width(auc: &AucResult) -> String {
    meaning(auc.lower, auc.upper)
}

/// What an interval of this width means, of an area or a concordance.
fn meaning(low: f64, high: f64) -> String {
    let width = fixed(high - low, 2);
    if low <= 0.5 {
        "The interval reaches 0.5: this does not show that the model ranks better than chance.".to_owned()
    } else if high - low > WIDE {
        format!("The interval is {width} wide: it cannot tell a good model from a mediocre one.")
    } else {
        format!("The interval is {width} wide: narrow enough to compare with other models.")
    }
}

fn slope([low, high]: [f64; 2]) -> &'static str {
    if high < 1.0 {
        "predictions are too extreme"
    } else if low > 1.0 {
        "predictions are too timid"
    } else {
        "compatible with 1"
    }
}

fn large([low, high]: [f64; 2]) -> &'static str {
    if high < 0.0 {
        "risks are too high on average"
    } else if low > 0.0 {
        "risks are too low on average"
    } else {
        "compatible with 0"
    }
}

fn decision(decided: &ThresholdResult) -> Option<String> {
    let (sensitivity, specificity) = (decided.sensitivity.value?, decided.specificity.value?);
    let interval = |interval: Option<[f64; 2]>| {
        interval.map_or_else(String::new, |[low, high]| format!(" ({})", range(low, high, 2)))
    };
    let rule = if decided.rule == "youden" {
        "Youden's threshold of the training folds"
    } else {
        "the fixed threshold"
    };
    let counts = decided.counts;
    Some(format!(
        "At {rule}: sensitivity {}{}, {} of {} cases found; specificity {}{}, {} of {} controls left alone.",
        fixed(sensitivity, 2),
        interval(decided.sensitivity.interval),
        counts.true_positives,
        counts.true_positives + counts.false_negatives,
        fixed(specificity, 2),
        interval(decided.specificity.interval),
        counts.true_negatives,
        counts.true_negatives + counts.false_positives
    ))
}

/// The main model of several classes.
pub(super) fn classes(label: &Label, model: &str, e: &ClassesEvaluation) -> Vec<String> {
    let right: u64 = e.confusion.iter().enumerate().filter_map(|(i, row)| row.get(i)).sum();
    let level = fixed(e.auc_macro.level * 100.0, 0);
    let accuracy = e.accuracy.interval.map_or_else(String::new, |[low, high]| {
        format!(", {level}% CI of this share {}", range(low, high, 2))
    });
    let most = e.confusion.iter().map(|row| row.iter().sum::<u64>()).max().unwrap_or(0);
    vec![
        format!("{} patients with a known {}.", e.n, label.name),
        format!("{model}: mean over classes, {}. {}", auc(&e.auc_macro), width(&e.auc_macro)),
        format!(
            "Called what they are: {}{accuracy}. Calling everyone the largest class would be right for {}.",
            share(right, e.n),
            share(most, e.n)
        ),
    ]
}

/// The main model of survival.
pub(super) fn survival(model: &str, e: &SurvivalEvaluation) -> Vec<String> {
    let mut said = vec![format!("{} patients, {} with an event.", e.n, e.events)];
    if let Some(found) = &e.concordance {
        let [low, high] = found.interval;
        said.push(format!(
            "{model}: Harrell's concordance {} ({}% CI {}). {}",
            fixed(found.value, 2),
            fixed(e.level * 100.0, 0),
            range(low, high, 2),
            meaning(low, high)
        ));
    }
    if let Some(fit) = &e.slope {
        let half = normal_quantile(0.5 + e.level / 2.0) * fit.se;
        let ends = [fit.slope - half, fit.slope + half];
        said.push(format!(
            "Calibration: slope {} ({}), {}.",
            fixed(fit.slope, 2),
            range(ends[0], ends[1], 2),
            slope(ends)
        ));
    }
    said
}
