//! Which radiomic columns enter a model: Welch's t, then the correlation filter.

use consilium_types::plan::Select;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::table::Table;

/// What is selected from.
pub(super) struct Screen<'a> {
    pub(super) table: &'a Table,
    pub(super) training: &'a [usize],
    /// Whether every hospital's columns have mean 0, which then stands for a missing value.
    pub(super) centred: bool,
}

impl Screen<'_> {
    /// Columns kept in the training rows, best first.
    ///
    /// `usable` are the radiomic columns that vary there, in schema order.
    pub(super) fn select(&self, usable: &[usize], select: &Select) -> Vec<usize> {
        let rank = |column: &usize| rank(self.table, self.training, *column);
        let mut ranked: Vec<Ranked> = usable.iter().filter_map(rank).collect();
        ranked.sort_by(|a, b| a.p.total_cmp(&b.p).then(b.t.total_cmp(&a.t)).then(a.column.cmp(&b.column)));
        ranked.truncate(select.relevance.keep as usize);
        let mut kept: Vec<usize> = Vec::new();
        for candidate in ranked.iter().map(|r| r.column) {
            if kept.len() == select.max as usize {
                break;
            }
            let fresh = |k: &usize| self.correlation(candidate, *k).abs() < select.redundancy.rho;
            if kept.iter().all(fresh) {
                kept.push(candidate);
            }
        }
        kept
    }

    /// Pearson's r over the training rows, a missing value counting as the mean of the whole table.
    fn correlation(&self, a: usize, b: usize) -> f64 {
        let filled = |column: usize| -> Vec<f64> {
            let all = self.table.rows.iter().map(|row| row[column]).filter(|x| !x.is_nan());
            let fill = if self.centred { 0.0 } else { mean(&all.collect::<Vec<f64>>()) };
            let value = |row: &usize| Some(self.table.rows[*row][column]).filter(|x| !x.is_nan());
            self.training.iter().map(|row| value(row).unwrap_or(fill)).collect()
        };
        let (x, y) = (filled(a), filled(b));
        let (mx, my) = (mean(&x), mean(&y));
        let product: f64 = x.iter().zip(&y).map(|(p, q)| (p - mx) * (q - my)).sum();
        product / ((x.len() as f64 - 1.0) * (variance(&x) * variance(&y)).sqrt())
    }
}

struct Ranked {
    column: usize,
    t: f64,
    p: f64,
}

/// Welch's test; nothing where a class has fewer than two values or both are constant.
fn rank(table: &Table, training: &[usize], column: usize) -> Option<Ranked> {
    let values = |case: bool| -> Vec<f64> {
        let of_class = training.iter().filter(|row| table.cases[**row] == case);
        of_class.map(|row| table.rows[*row][column]).filter(|x| !x.is_nan()).collect()
    };
    let (a, b) = (values(true), values(false));
    if a.len() < 2 || b.len() < 2 {
        return None;
    }
    let (va, vb) = (variance(&a) / a.len() as f64, variance(&b) / b.len() as f64);
    if va + vb <= 0.0 {
        return None;
    }
    let t = ((mean(&a) - mean(&b)) / (va + vb).sqrt()).abs();
    let freedom =
        (va + vb).powi(2) / (va.powi(2) / (a.len() as f64 - 1.0) + vb.powi(2) / (b.len() as f64 - 1.0));
    let p = 2.0 * StudentsT::new(0.0, 1.0, freedom).ok()?.sf(t);
    Some(Ranked { column, t, p })
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample variance, n - 1 below.
pub(super) fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}
