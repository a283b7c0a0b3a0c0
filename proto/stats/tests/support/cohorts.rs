//! The cohorts of `tests/data/pooled/survival` and what R found on them.

use consilium_stats::{Derived, Design, Harmonise, Survival};
use serde_json::Value;

use super::Table;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/pooled/survival/");

/// A cohort dealt to its sites, with the answers recorded for it.
pub(crate) struct Cohort {
    pub(crate) all: Table,
    pub(crate) sites: Vec<Table>,
    pub(crate) design: Design,
    pub(crate) answers: Value,
    /// End of the grid of days.
    pub(crate) end: f64,
}

pub(crate) fn read(name: &str) -> Value {
    let text = std::fs::read_to_string(format!("{FOLDER}{name}")).expect("recorded answers");
    serde_json::from_str(&text).expect("JSON")
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().unwrap_or(f64::NAN)).collect()
}

/// A cohort by name: covariates, then time, event and site.
pub(crate) fn cohort(name: &str) -> Cohort {
    let text = std::fs::read_to_string(format!("{FOLDER}{name}.csv")).expect("a cohort");
    let lines: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|x| x.parse().expect("a number")).collect())
        .collect();
    let width = lines[0].len() - 3;
    let rows: Vec<Vec<f64>> = lines.iter().map(|line| line[..width].to_vec()).collect();
    let mut all = Table::new(rows, lines.iter().map(|line| line[width + 1] > 0.5).collect());
    all.survival =
        lines.iter().map(|line| Survival { days: line[width], event: line[width + 1] > 0.5 }).collect();
    let place: Vec<usize> = lines
        .iter()
        .map(|line| (0..99u8).find(|i| f64::from(*i) >= line[width + 2]).map_or(0, usize::from))
        .collect();
    let sites = all.deal(&place);
    let end = all.survival.iter().fold(0.0, |end: f64, s| end.max(s.days));
    Cohort { design: design(&all.rows), all, sites, answers: read("r.json")[name].clone(), end }
}

/// All columns, standardised over all patients.
fn design(rows: &[Vec<f64>]) -> Design {
    let (n, width) = (rows.len() as f64, rows[0].len());
    let mean: Vec<f64> = (0..width).map(|j| rows.iter().map(|row| row[j]).sum::<f64>() / n).collect();
    let square = |j: usize| rows.iter().map(|row| (row[j] - mean[j]).powi(2)).sum::<f64>();
    let sd = (0..width).map(|j| (square(j) / (n - 1.0)).sqrt()).collect();
    Design {
        columns: (0..width).collect(),
        mean: mean.clone(),
        sd,
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        derived: Derived::default(),
    }
}
