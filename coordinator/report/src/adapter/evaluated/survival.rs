//! Models of survival: all times together, and each time by itself.

use consilium_rounds::result::{AtTime, SurvivalEstimate, SurvivalEvaluation, TimeGroup};

use super::measures::row;
use super::{Confidence, plain, sites};
use crate::adapter::said;
use crate::adapter::survival::{YEAR, years};
use crate::chart::{CalibrationCurve, CalibrationGroup, DecisionCurve, TimePlot, TimeSeries};
use crate::content::{Estimate, Measure, Subject};
use crate::text::fixed;

/// A model's name on the page, and how it did.
pub(super) type Judged<'a> = (&'a str, &'a SurvivalEvaluation);

fn estimate(estimate: &SurvivalEstimate) -> Estimate {
    Estimate { value: estimate.value, interval: Some(estimate.interval) }
}

/// One subject for all times, then one a time.
pub(super) fn subjects(main: usize, models: &[Judged<'_>], confidence: Confidence) -> Vec<Subject> {
    let times = models.first().map_or(0, |(_, evaluation)| evaluation.at_times.len());
    let each = (0..times).filter_map(|place| at_time(main, models, place, confidence));
    std::iter::once(overall(main, models, confidence)).chain(each).collect()
}

fn empty(name: String, main: usize, models: &[Judged<'_>], confidence: Confidence) -> Subject {
    Subject {
        name,
        level: confidence.level,
        models: models.iter().map(|(model, _)| String::from(*model)).collect(),
        main,
        sentences: Vec::new(),
        measures: Vec::new(),
        over_time: Vec::new(),
        roc: Vec::new(),
        calibration: Vec::new(),
        decision: Vec::new(),
        treat_all: Vec::new(),
        forests: Vec::new(),
        thresholds: Vec::new(),
        confusions: Vec::new(),
        tables: Vec::new(),
    }
}

fn overall(main: usize, models: &[Judged<'_>], confidence: Confidence) -> Subject {
    let mut subject = empty("All times together".to_owned(), main, models, confidence);
    let shown = models.get(main).or(models.first());
    subject.sentences = shown.map_or_else(Vec::new, |(model, e)| said::survival(model, e));
    subject.measures = concordance(models, confidence);
    subject.measures.retain(|row| row.values.iter().any(Option::is_some));
    subject.over_time = vec![areas(models), errors(models)];
    subject.over_time.retain(|plot| plot.series.iter().any(|series| !series.points.is_empty()));
    subject.forests =
        models.iter().filter_map(|(model, e)| sites::concordance(model, e, confidence)).collect();
    subject
}

fn concordance(models: &[Judged<'_>], confidence: Confidence) -> Vec<Measure> {
    let bootstrap = |e: &SurvivalEvaluation| {
        let found = e.concordance.as_ref()?;
        Some(Estimate { value: found.value, interval: Some(found.bootstrap?) })
    };
    vec![
        row(
            "Harrell's concordance",
            "share of pairs in which who has the event first has the higher risk",
            models,
            |e| e.concordance.as_ref().map(estimate),
        ),
        row(
            "Harrell's concordance, bootstrap interval",
            "percentiles over Poisson bootstraps",
            models,
            bootstrap,
        ),
        row("Uno's concordance", "weighted against censoring, before the last time", models, |e| {
            e.uno.as_ref().map(estimate)
        }),
        row("Concordance within hospitals", "only pairs of the same hospital", models, |e| {
            let within = e.within_sites.as_ref()?;
            Some(Estimate { value: within.concordance, interval: Some(within.interval) })
        }),
        row("Mean AUC over times", "weighed by the events between them", models, |e| e.mean_auc.map(plain)),
        row("Integrated Brier score", "mean from the first to the last time, lower is better", models, |e| {
            e.integrated_brier.map(plain)
        }),
        row("Calibration slope", "1 is perfect, below 1 predictions are too extreme", models, |e| {
            e.slope.map(|fit| confidence.wald(fit.slope, fit.se))
        }),
    ]
}

fn plot(
    models: &[Judged<'_>],
    measure: &str,
    reference: Option<(f64, String)>,
    value: impl Fn(&AtTime) -> Option<[f64; 3]>,
) -> TimePlot {
    let point = |at: &AtTime| value(at).map(|[estimate, low, high]| [at.time / YEAR, estimate, low, high]);
    let series = |(name, e): &Judged<'_>| TimeSeries {
        name: (*name).to_owned(),
        points: e.at_times.iter().filter_map(point).collect(),
    };
    TimePlot {
        measure: measure.to_owned(),
        unit: "years".to_owned(),
        reference,
        series: models.iter().map(series).collect(),
    }
}

fn areas(models: &[Judged<'_>]) -> TimePlot {
    plot(models, "AUC at a time", Some((0.5, "No discrimination".to_owned())), |at| {
        at.auc.as_ref().map(|auc| [auc.value, auc.interval[0], auc.interval[1]])
    })
}

/// The Brier score of the Kaplan-Meier estimate for everyone is a series of its own: it changes over time.
fn errors(models: &[Judged<'_>]) -> TimePlot {
    let bare = |value: f64| [value; 3];
    let mut errors =
        plot(models, "Brier score at a time", None, |at| at.brier.map(|brier| bare(brier.score)));
    let everyone =
        plot(&models[..models.len().min(1)], "", None, |at| at.brier.map(|brier| bare(brier.reference)));
    errors.series.extend(
        everyone
            .series
            .into_iter()
            .map(|series| TimeSeries { name: "Kaplan-Meier estimate for everyone".to_owned(), ..series }),
    );
    errors
}

/// The question of an event by one time.
fn at_time(main: usize, models: &[Judged<'_>], place: usize, confidence: Confidence) -> Option<Subject> {
    let found = models.iter().filter_map(|(model, e)| Some((*model, e.at_times.get(place)?)));
    let found: Vec<(&str, &AtTime)> = found.collect();
    let (_, first) = found.first()?;
    let mut subject = empty(format!("Event by {}", years(first.time)), main, models, confidence);
    let (events, followed) = (first.events, first.followed);
    let all = models.first().map_or(0, |(_, evaluation)| evaluation.n);
    let censored = all.saturating_sub(events + followed);
    subject.sentences = vec![format!(
        "By then {events} patients had an event, {followed} were followed further, and {censored} were censored before."
    )];
    subject.measures = at_measures(&found);
    subject.measures.retain(|row| row.values.iter().any(Option::is_some));
    subject.calibration = found.iter().map(|(model, at)| calibration(model, at)).collect();
    subject.decision = found.iter().map(|(model, at)| decision(model, at)).collect();
    subject.treat_all = first.net_benefit.iter().map(|point| [point.threshold, point.treat_all]).collect();
    if subject.treat_all.is_empty() {
        subject.decision.clear();
    }
    Some(subject)
}

fn at_measures(models: &[(&str, &AtTime)]) -> Vec<Measure> {
    vec![
        row("AUC", "cumulative cases, dynamic controls, weighted against censoring", models, |at| {
            at.auc.as_ref().map(estimate)
        }),
        row("Brier score", "squared error weighted against censoring, lower is better", models, |at| {
            at.brier.map(|brier| plain(brier.score))
        }),
        row(
            "Scaled Brier score",
            "1 is perfect, 0 no better than the Kaplan-Meier estimate for everyone",
            models,
            |at| at.brier.and_then(|brier| brier.scaled).map(plain),
        ),
        row("Observed over predicted", "1 is perfect, below 1 risks are too high", models, |at| {
            at.calibration.ratio.map(plain)
        }),
        row(
            "Calibration error",
            "mean distance of predicted and observed risk over tenths of patients",
            models,
            |at| Some(plain(at.calibration.error)),
        ),
    ]
}

fn calibration(model: &str, at: &AtTime) -> CalibrationCurve {
    let group = |group: &TimeGroup| CalibrationGroup {
        n: group.n,
        predicted: group.predicted,
        observed: group.observed,
        interval: group.interval.unwrap_or([group.observed; 2]),
    };
    let groups: Vec<CalibrationGroup> = at.calibration.groups.iter().map(group).collect();
    let highest = groups.iter().map(|group| group.interval[1].max(group.predicted)).fold(0.0, f64::max);
    let ratio = at.calibration.ratio.map(|ratio| format!("Observed over predicted {}", fixed(ratio, 2)));
    let error = format!("Calibration error {}", fixed(at.calibration.error, 3));
    CalibrationCurve {
        name: model.to_owned(),
        curve: Vec::new(),
        notes: ratio.into_iter().chain([error]).collect(),
        limit: (libm::ceil(highest * 10.0) / 10.0).clamp(0.1, 1.0),
        groups,
    }
}

fn decision(model: &str, at: &AtTime) -> DecisionCurve {
    let points = at.net_benefit.iter().map(|point| [point.threshold, point.model]).collect();
    DecisionCurve { name: model.to_owned(), points }
}
