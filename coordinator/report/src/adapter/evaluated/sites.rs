//! Hospitals side by side, where the plan lets their sums be told.

use consilium_rounds::result::{
    Evaluation, Heterogeneity, SiteAccuracy, SiteConcordance, SurvivalEvaluation, WithinSites,
};

use super::Confidence;
use crate::chart::{Forest, ForestRow};
use crate::text::{fixed, p_relation};

/// Discrimination and calibration in the large of one model; empty without released sums.
pub(super) fn forests(model: &str, evaluation: &Evaluation, confidence: Confidence) -> Vec<(String, Forest)> {
    let Some(within) = evaluation.within_sites.as_ref().filter(|within| !within.sites.is_empty()) else {
        return Vec::new();
    };
    vec![
        (model.to_owned(), discrimination(within, confidence)),
        (model.to_owned(), in_the_large(within, confidence)),
    ]
}

fn discrimination(within: &WithinSites, confidence: Confidence) -> Forest {
    let between = within.discrimination.map_or(0.0, |all| all.tau2);
    let row = |site: &SiteAccuracy| ranked(named(site), site.auc, site.auc_se, between, confidence);
    forest("AUC", confidence.level, within.sites.iter().map(row), within.discrimination, 0.5, [0.0, 1.0])
}

/// Concordance of a model of survival; nothing without released sums.
pub(super) fn concordance(
    model: &str,
    e: &SurvivalEvaluation,
    confidence: Confidence,
) -> Option<(String, Forest)> {
    let within = e.within_sites.as_ref().filter(|within| !within.sites.is_empty())?;
    let between = within.discrimination.map_or(0.0, |all| all.tau2);
    let row = |site: &SiteConcordance| {
        let name = (site.site.to_string(), format!("{} / {}", site.events, site.n));
        ranked(name, site.concordance, site.se, between, confidence)
    };
    let rows = within.sites.iter().map(row);
    let mut drawn = forest("Concordance", confidence.level, rows, within.discrimination, 0.5, [0.0, 1.0]);
    "Events / patients".clone_into(&mut drawn.heads[1]);
    Some((model.to_owned(), drawn))
}

/// Intervals on the scale of the logit, where the mean is made; Wald's where the estimate is 0 or 1.
fn ranked(name: (String, String), value: f64, se: f64, between: f64, confidence: Confidence) -> Row {
    let inner = value * (1.0 - value);
    let usable = inner > 0.0 && se > 0.0;
    let half = if usable { confidence.z * se / inner } else { confidence.z * se };
    let end = |shift: f64| {
        if usable {
            1.0 / (1.0 + libm::exp(-(libm::log(value / (1.0 - value)) + shift)))
        } else {
            (value + shift).clamp(0.0, 1.0)
        }
    };
    let weight = if usable { 1.0 / (se / inner * (se / inner) + between) } else { 0.0 };
    (name, [value, end(-half), end(half)], weight)
}

fn in_the_large(within: &WithinSites, confidence: Confidence) -> Forest {
    let between = within.in_the_large.map_or(0.0, |all| all.tau2);
    let row = |site: &SiteAccuracy| {
        let (value, se) = (site.in_the_large, site.in_the_large_se);
        let half = confidence.z * se;
        (named(site), [value, value - half, value + half], 1.0 / (se * se + between))
    };
    let bounds = [f64::NEG_INFINITY, f64::INFINITY];
    forest(
        "Calibration in the large",
        confidence.level,
        within.sites.iter().map(row),
        within.in_the_large,
        0.0,
        bounds,
    )
}

fn named(site: &SiteAccuracy) -> (String, String) {
    (site.site.to_string(), format!("{} / {}", site.cases, site.n))
}

type Row = ((String, String), [f64; 3], f64);

fn forest(
    measure: &str,
    level: f64,
    rows: impl Iterator<Item = Row>,
    all: Option<Heterogeneity>,
    none: f64,
    bounds: [f64; 2],
) -> Forest {
    let rows: Vec<Row> = rows.collect();
    let total: f64 = rows.iter().map(|row| row.2).filter(|w| w.is_finite()).fold(0.0, |sum, w| sum + w);
    let row = |((name, size), estimate, weight): Row| ForestRow {
        name,
        size,
        estimate: estimate.iter().all(|v| v.is_finite()).then_some(estimate),
        weight: if weight.is_finite() && total > 0.0 { weight / total } else { 0.0 },
    };
    Forest {
        measure: measure.to_owned(),
        level,
        heads: ["Hospital".to_owned(), "Cases / patients".to_owned()],
        rows: rows.into_iter().map(row).collect(),
        mean: all.map(|all| [all.mean, all.interval[0], all.interval[1]]),
        prediction: all.and_then(|all| all.prediction),
        notes: all.map(|all| heterogeneity(&all)).into_iter().collect(),
        none,
        bounds,
        log: false,
    }
}

fn heterogeneity(all: &Heterogeneity) -> String {
    format!(
        "Random effects of {} hospitals: I² = {}%, τ² = {}, p of Q {}",
        all.sites,
        fixed(all.i2 * 100.0, 0),
        fixed(all.tau2, 3),
        p_relation(all.q_p)
    )
}
