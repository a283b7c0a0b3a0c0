//! Several classes told apart: all together.

use consilium_rounds::result::{ClassesEvaluation, OrdinalEvaluation};
use consilium_types::plan::Label;

use super::measures::{area, row};
use super::thresholds::estimate;
use super::{Confidence, plain};
use crate::adapter::said;
use crate::content::{Confusion, Measure, Subject};

/// A model's name on the page, and how it did.
pub(super) type Judged<'a> = (&'a str, &'a ClassesEvaluation);

/// All classes together; each against the others follows as a subject of its own.
pub(super) fn overall(label: &Label, main: usize, models: &[Judged<'_>], confidence: Confidence) -> Subject {
    let name = format!("{}: {}", label.name, label.classes.join(", "));
    let confusion = |(model, evaluation): &Judged<'_>| Confusion {
        model: (*model).to_owned(),
        classes: label.classes.clone(),
        counts: evaluation.confusion.clone(),
    };
    let mut measures = nominal(models);
    measures.extend(ordinal(models, &label.classes));
    measures.retain(|row| row.values.iter().any(Option::is_some));
    Subject {
        main,
        sentences: models.get(main).map_or_else(Vec::new, |(model, e)| said::classes(label, model, e)),
        level: confidence.level,
        models: models.iter().map(|(model, _)| String::from(*model)).collect(),
        measures,
        over_time: Vec::new(),
        roc: Vec::new(),
        calibration: Vec::new(),
        decision: Vec::new(),
        treat_all: Vec::new(),
        forests: Vec::new(),
        thresholds: Vec::new(),
        confusions: models.iter().map(confusion).collect(),
        tables: Vec::new(),
        name,
    }
}

fn nominal(models: &[Judged<'_>]) -> Vec<Measure> {
    vec![
        row("AUC, mean over classes", "each class against the others", models, |e| Some(area(&e.auc_macro))),
        row("AUC, weighted mean", "weighted by the classes' shares", models, |e| Some(area(&e.auc_weighted))),
        row("Accuracy", "share of patients called what they are", models, |e| estimate(e.accuracy)),
        row("Balanced accuracy", "mean over classes of the share called what they are", models, |e| {
            estimate(e.balanced_accuracy)
        }),
        row("Cohen's kappa", "agreement beyond chance; 0 is chance, 1 is perfect", models, |e| {
            estimate(e.kappa)
        }),
        row("Brier score", "squared error summed over classes, lower is better", models, |e| {
            Some(plain(e.brier))
        }),
        row("Log-loss", "mean minus log-likelihood, lower is better", models, |e| Some(plain(e.log_loss))),
    ]
}

fn ordinal(models: &[Judged<'_>], classes: &[String]) -> Vec<Measure> {
    let of = |pick: fn(&OrdinalEvaluation) -> crate::content::Estimate| {
        move |e: &ClassesEvaluation| e.ordinal.as_ref().map(pick)
    };
    let mut rows = vec![
        row("Kappa, linear weights", "disagreement weighted by distance", models, |e| {
            e.ordinal.as_ref().and_then(|o| estimate(o.kappa_linear))
        }),
        row("Kappa, quadratic weights", "disagreement weighted by squared distance", models, |e| {
            e.ordinal.as_ref().and_then(|o| estimate(o.kappa_quadratic))
        }),
        row(
            "Ranked probability score",
            "error of cumulated probabilities, lower is better",
            models,
            of(|o| plain(o.ranked_probability)),
        ),
        row(
            "Ranked probability score, scaled",
            "over the number of cuts",
            models,
            of(|o| plain(o.ranked_probability_scaled)),
        ),
        row("AUC, mean over cuts", "this level or a higher one", models, of(|o| area(&o.auc_macro))),
    ];
    rows.extend(classes.iter().skip(1).enumerate().map(|(cut, class)| {
        row(&format!("AUC of {class} or higher"), "", models, |e| {
            Some(area(e.ordinal.as_ref()?.by_cut.get(cut)?))
        })
    }));
    rows
}
