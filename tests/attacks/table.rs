//! Invented records, and the arithmetic of the attacks.

use consilium_stats::Rows;
use consilium_types::Digest;

/// Complete rows without folds; every second patient is a case.
pub(crate) struct Table {
    pub(crate) values: Vec<Vec<f64>>,
}

impl Table {
    pub(crate) fn of(values: Vec<Vec<f64>>) -> Self {
        Self { values }
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
        (label == 0).then(|| u32::from(row.is_multiple_of(2)))
    }

    fn cell(&self, _: usize) -> usize {
        0
    }

    fn flow(&self) -> &[u64] {
        &[]
    }

    fn draw(&self, row: usize, purpose: &str) -> u64 {
        first(purpose, row as u64)
    }
}

/// A number of a domain.
pub(crate) fn first(domain: &str, number: u64) -> u64 {
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

/// The share of pairs in which a member has the larger score.
pub(crate) fn area(members: &[f64], others: &[f64]) -> f64 {
    let above = members.iter().flat_map(|m| others.iter().map(move |o| f64::from(u8::from(m > o))));
    above.sum::<f64>() / (members.len() * others.len()) as f64
}
