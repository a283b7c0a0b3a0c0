//! Invented patients, and the arithmetic of the attacks.

use consilium_stats::Rows;
use consilium_types::{Column, ColumnKind, Digest, Schema, SiteId};

/// A hospital's invented patients, all of them complete.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) values: Vec<Vec<f64>>,
    pub(crate) cases: Vec<bool>,
    cells: Vec<usize>,
    flow: Vec<u64>,
}

impl Table {
    /// Without folds; every second patient is a case.
    pub(crate) fn of(values: Vec<Vec<f64>>) -> Self {
        let patient = |(row, values): (usize, Vec<f64>)| (values, row.is_multiple_of(2));
        Self::folded(values.into_iter().enumerate().map(patient), |_| 0)
    }

    /// Patients, each a case or not, and the cell of each row.
    pub(crate) fn folded(
        patients: impl Iterator<Item = (Vec<f64>, bool)>,
        cell: impl Fn(usize) -> usize,
    ) -> Self {
        let (values, cases): (Vec<_>, Vec<_>) = patients.unzip();
        let number = values.len();
        Self { values, cases, cells: (0..number).map(cell).collect(), flow: vec![number as u64] }
    }

    /// Cases called controls and controls cases.
    pub(crate) fn swapped(&self) -> Self {
        Self { cases: self.cases.iter().map(|case| !case).collect(), ..self.clone() }
    }
}

impl Rows for Table {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn width(&self) -> usize {
        self.values[0].len()
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        self.values[row][column]
    }

    fn label(&self, row: usize, label: usize) -> Option<u32> {
        (label == 0).then(|| u32::from(self.cases[row]))
    }

    fn cell(&self, row: usize) -> usize {
        self.cells[row]
    }

    fn flow(&self) -> &[u64] {
        &self.flow
    }

    fn draw(&self, row: usize, purpose: &str) -> u64 {
        first(purpose, row as u64)
    }
}

/// A number of a domain.
fn first(domain: &str, number: u64) -> u64 {
    let digest = Digest::of(domain, &number.to_le_bytes());
    u64::from_le_bytes(*digest.as_bytes().first_chunk().unwrap())
}

/// Numbers that are the same on every machine: SHA-256 of a counter.
pub(crate) struct Draws {
    seed: String,
    drawn: u64,
}

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed: format!("attack/{seed}"), drawn: 0 }
    }

    fn uniform(&mut self) -> f64 {
        self.drawn += 1;
        (first(&self.seed, self.drawn) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Nearly standard normal: twelve uniform values, centred.
    pub(crate) fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// Names of hospitals.
pub(crate) fn roster(hospitals: usize) -> Vec<SiteId> {
    (0..hospitals).map(|i| format!("site-{i}").parse().unwrap()).collect()
}

/// Columns `c0`, `c1` and so on.
pub(crate) fn schema(columns: usize, kind: ColumnKind) -> Schema {
    let column = |i: usize| Column { name: format!("c{i}"), kind };
    Schema { columns: (0..columns).map(column).collect(), extractor: String::new() }
}

/// Pearson's.
pub(crate) fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (centre_a, centre_b) = (mean(a), mean(b));
    let product = |x: f64, y: f64| (x - centre_a) * (y - centre_b);
    let joint: f64 = a.iter().zip(b).map(|(x, y)| product(*x, *y)).sum();
    let [own_a, own_b] = [(a, centre_a), (b, centre_b)]
        .map(|(values, centre)| values.iter().map(|x| (x - centre).powi(2)).sum::<f64>());
    joint / (own_a * own_b).sqrt()
}

/// The share of pairs in which a member has the larger score; a tie is half of one.
pub(crate) fn area(members: &[f64], others: &[f64]) -> f64 {
    let half = |larger: bool| f64::from(u8::from(larger)) / 2.0;
    let above = members.iter().flat_map(|m| others.iter().map(move |o| half(m > o) + half(m >= o)));
    above.sum::<f64>() / (members.len() * others.len()) as f64
}
