//! Odds and hazard ratios as a forest plot.

use crate::chart::{Forest, ForestRow};
use crate::content::{CoefficientRow, CoefficientTable};
use crate::text::normal_quantile;

/// More rows than this nobody compares.
const MOST: usize = 40;

/// Ratios per standard deviation with Wald's intervals; nothing where coefficients have no standard errors.
pub(super) fn forest(table: &CoefficientTable) -> Option<Forest> {
    let z = normal_quantile(0.5 + table.level / 2.0);
    let rows: Vec<ForestRow> = table.rows.iter().filter_map(|row| ratio(row, z)).collect();
    let drawn = !table.ratio.is_empty() && !rows.is_empty() && rows.len() <= MOST;
    drawn.then(|| Forest {
        measure: table.ratio.clone(),
        level: table.level,
        heads: ["Term".to_owned(), String::new()],
        rows,
        mean: None,
        prediction: None,
        notes: Vec::new(),
        none: 1.0,
        bounds: [0.0, f64::MAX],
        log: true,
    })
}

fn ratio(row: &CoefficientRow, z: f64) -> Option<ForestRow> {
    let se = row.se.filter(|_| row.ratio)? * (row.standardised / row.raw).abs();
    let end = |shift: f64| libm::exp(row.standardised + shift * se);
    let estimate = [end(0.0), end(-z), end(z)];
    let usable = estimate.iter().all(|v| v.is_finite() && *v > 0.0);
    usable.then(|| ForestRow {
        name: row.term.clone(),
        size: String::new(),
        estimate: Some(estimate),
        weight: 0.1,
    })
}
