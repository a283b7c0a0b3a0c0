//! Each section of the plan: its keys, their types and ranges, and what they are when left out.

use std::ops::RangeInclusive;

use consilium_privacy::LEAST_DELTA;
use toml::Value;

use super::Section;
use crate::plan::errors::Fault;
use crate::plan::{
    Aggregate, Cohort, Design, Dp, Evaluate, Inclusion, Limits, MinPerSite, NotAnInclusion, OnLoss, Outcome,
    Privacy, Release, Robust, RobustRule, Sites, Span, Study, StudyPlan, Threshold, Wait,
};

mod features;
mod inputs;
mod model;
mod outcome;
mod select;
mod words;

/// Largest number of columns listed under one key.
const MAX_COLUMNS: usize = 2_000;
/// Largest weight of a hospital in an average of networks.
const MOST_WEIGHT: i64 = crate::fixed::UPDATE_WEIGHT_LIMIT as i64;
/// Largest count of patients or sites a plan may ask for.
const MAX_COUNT: i64 = 1_000_000;

pub(super) fn plan(root: Section<'_>) -> Option<StudyPlan> {
    let study = study(root.section("study"));
    let cohort = cohort(root.section("cohort"));
    let inputs = inputs::inputs(root.section("inputs"));
    let features = features::features(root.optional_section("features"), &inputs);
    let outcome = outcome::outcome(root.section("outcome"));
    let kind = outcome.as_ref().map(Outcome::kind).unwrap_or_default();
    let harmonise = select::harmonise(root.section("harmonise"));
    let select = root.optional_section("select").map(|section| select::select(section, kind));
    let model = model::model(root.section("model"), &inputs, kind);
    let fewest = study.as_ref().map_or(Aggregate::FEWEST, |study| study.sites.min);
    let privacy = privacy(root.section("privacy"), fewest);
    let robust = root.optional_section("robust").map(robust);
    let evaluate = evaluate(root.section("evaluate"), outcome.as_ref());
    root.finish();
    Some(StudyPlan {
        study: study?,
        cohort,
        inputs,
        features,
        harmonise,
        select,
        outcome: outcome?,
        model,
        privacy,
        robust,
        evaluate,
    })
}

fn study(section: Section<'_>) -> Option<Study> {
    let id = section.need("id", section.parsed("id"));
    let title = section.need("title", section.text("title"));
    let version = section.whole("version", 1..=MAX_COUNT).unwrap_or(1);
    // TOML's integers end at 2^63 - 1
    let seed = section.need("seed", section.whole("seed", 0..=i64::MAX));
    let sites = sites(section.section("sites"));
    section.finish();
    Some(Study { id: id?, title: title?, version, seed: seed?, sites })
}

fn sites(section: Section<'_>) -> Sites {
    let default = Sites::default();
    let sites = Sites {
        min: section.whole("min", 1..=1_000).unwrap_or(default.min),
        quorum: section.number("quorum", &(0.01..=1.0)).unwrap_or(default.quorum),
        wait: wait(&section).unwrap_or(default.wait),
    };
    section.finish();
    sites
}

fn wait(section: &Section<'_>) -> Option<Wait> {
    let wait: Wait = section.parsed("wait")?;
    if (Wait::SHORTEST..=Wait::LONGEST).contains(&wait) {
        return Some(wait);
    }
    let remedy = format!("choose {} to {}", Wait::SHORTEST, Wait::LONGEST);
    section.refuse(Fault::OutOfRange, "wait", format!("{wait} is out of range"), remedy);
    None
}

fn cohort(section: Section<'_>) -> Cohort {
    let smallest = section.section("min_per_site");
    let min_per_site = MinPerSite {
        n: smallest.whole("n", 0..=MAX_COUNT).unwrap_or_default(),
        per_class: smallest.whole("per_class", 0..=MAX_COUNT).unwrap_or_default(),
    };
    smallest.finish();
    let cohort = Cohort { include: inclusion(&section).unwrap_or_default(), min_per_site };
    section.finish();
    cohort
}

fn inclusion(section: &Section<'_>) -> Option<Inclusion> {
    expression(section, "include", section.get("include")?)
}

/// An expression of the inclusion language.
fn expression<T: std::str::FromStr<Err = NotAnInclusion>>(
    section: &Section<'_>,
    key: &str,
    value: &Value,
) -> Option<T> {
    let Value::String(text) = value else {
        return section.wrong_type(key, "an expression in quotes", value);
    };
    let refuse = |error: NotAnInclusion| {
        let remedy = "correct the expression; docs/reference/plan.md shows the grammar";
        section.refuse(Fault::BadInclusion, key, error.to_string(), remedy);
    };
    text.parse().map_err(refuse).ok()
}

/// A length of follow-up.
fn span(section: &Section<'_>, key: &'static str) -> Option<Span> {
    span_of(section, key, &section.text(key)?)
}

fn span_of(section: &Section<'_>, key: &str, text: &str) -> Option<Span> {
    let span: Span = match text.parse() {
        Ok(span) => span,
        Err(error) => {
            section.refuse(Fault::BadText, key, format!("{error}"), "rewrite it");
            return None;
        }
    };
    if (Span::SHORTEST..=Span::LONGEST).contains(&span) {
        return Some(span);
    }
    let remedy = format!("choose {} to {}", Span::SHORTEST, Span::LONGEST);
    section.refuse(Fault::OutOfRange, key, format!("{span} is out of range"), remedy);
    None
}

fn privacy(section: Section<'_>, fewest: u32) -> Privacy {
    let aggregate = section.word("aggregate").unwrap_or_else(|| Aggregate::of_at_least(fewest));
    let privacy = Privacy {
        aggregate,
        on_loss: section.word("on_loss").unwrap_or_else(|| OnLoss::under(aggregate)),
        release: section.words("release").unwrap_or_else(|| vec![Release::Pooled]),
        limits: limits(section.section("limits")),
        dp: section.optional_section("dp").and_then(dp),
    };
    if !privacy.release.contains(&Release::Pooled) {
        let remedy = "list \"pooled\": without pooled results there is no study";
        section.refuse(Fault::BadList, "release", "\"pooled\" is not listed", remedy);
    }
    section.finish();
    privacy
}

fn dp(section: Section<'_>) -> Option<Dp> {
    let noise = section.need("noise", section.number("noise", &(0.1..=1_000.0)));
    let delta = section.need("delta", section.number("delta", &(LEAST_DELTA..=0.1)));
    let epsilon = section.need("epsilon", section.number("epsilon", &(0.01..=100.0)));
    let clip = section.number("clip", &(0.001..=100.0)).unwrap_or(1.0);
    let sampling = section.number("sampling", &(0.001..=1.0)).unwrap_or(1.0);
    let release = section.word("release").unwrap_or_default();
    let honest = section.whole("honest", 1..=1_000).unwrap_or(1);
    section.finish();
    Some(Dp { clip, noise: noise?, sampling, delta: delta?, epsilon: epsilon?, release, honest })
}

fn robust(section: Section<'_>) -> Robust {
    let rule: Option<RobustRule> = section.word("rule");
    let usual = rule.filter(|rule| rule.counts_liars()).map(|_| 1);
    let robust = Robust {
        rule,
        liars: section.whole("liars", 1..=500).or(usual),
        clip: section.number("clip", &(0.001..=1_000.0)),
        weight_cap: section.whole("weight_cap", 1..=MOST_WEIGHT),
        vote: section.number("vote", &(0.0..=10.0)),
    };
    section.finish();
    robust
}

fn limits(section: Section<'_>) -> Limits {
    let default = Limits::default();
    let limits = Limits {
        cell: section.whole("cell", 1..=1_000).unwrap_or(default.cell),
        per_model: section.number("per_model", &(0.01..=10.0)).unwrap_or(default.per_model),
    };
    section.finish();
    limits
}

/// Probabilities a threshold may be.
const PROBABILITY: RangeInclusive<f64> = 0.01..=0.99;

fn evaluate(section: Section<'_>, outcome: Option<&Outcome>) -> Evaluate {
    let default = Evaluate::default();
    let design = section.word("design").unwrap_or_default();
    let share = section.number("holdout", &(0.05..=0.95));
    let holdout_site = section.parsed("holdout_site");
    let shared = design == Design::Holdout && holdout_site.is_none();
    let threshold =
        section.number_or("threshold", &PROBABILITY, ("youden", Threshold::Youden), Threshold::Fixed);
    let evaluate = Evaluate {
        design,
        folds: section.whole("folds", 2..=20).unwrap_or(default.folds),
        repeats: section.whole("repeats", 1..=20).unwrap_or(default.repeats),
        holdout: share.or(shared.then_some(0.3)),
        holdout_site,
        threshold: threshold.unwrap_or_default(),
        thresholds: section.interval("thresholds", &PROBABILITY).unwrap_or(default.thresholds),
        level: section.number("level", &(0.5..=0.999)).unwrap_or(default.level),
        bootstrap: section.whole("bootstrap", 0..=2_000).unwrap_or(default.bootstrap),
        importance: section.flag("importance").unwrap_or(default.importance),
        times: times(&section).unwrap_or_else(|| yearly(outcome)),
        groups: section.whole("groups", 2..=5).unwrap_or(default.groups),
    };
    section.finish();
    evaluate
}

fn times(section: &Section<'_>) -> Option<Vec<Span>> {
    let texts = section.texts("times", 1..=10)?;
    let read = |(i, text): (usize, &String)| span_of(section, &format!("times[{i}]"), text);
    texts.iter().enumerate().map(read).collect()
}

/// One to five years, as far as the horizon goes; a shorter horizon itself.
fn yearly(outcome: Option<&Outcome>) -> Vec<Span> {
    let Some((_, _, horizon)) = outcome.and_then(Outcome::survival) else { return Vec::new() };
    let years: Vec<Span> = (1..=5).map(Span::from_years).filter(|year| *year <= horizon).collect();
    if years.is_empty() { vec![horizon] } else { years }
}
