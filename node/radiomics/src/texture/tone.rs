//! Neighbourhood grey tone differences by grey level, and the five features (NGTDM, IPET).
//!
//! Never here: neighbours. Specification: IBSI reference manual, section 3.10.

/// What IBSI gives for the coarseness of a region without any difference.
const COARSENESS_OF_A_FLAT_REGION: f64 = 1e6;

/// Levels that occur, with their probabilities and summed differences.
#[derive(Debug)]
pub(crate) struct ToneTable {
    rows: Vec<Row>,
    /// Voxels with a neighbour.
    voxels: f64,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    level: f64,
    p: f64,
    s: f64,
}

impl ToneTable {
    /// From count and summed difference of level 0, 1, …; nothing when nothing was counted.
    pub(crate) fn new(levels: &[(u32, f64)]) -> Option<Self> {
        let total: u32 = levels.iter().map(|(count, _)| count).sum();
        let voxels = f64::from(total);
        let row = |(level, (n, s)): (usize, &(u32, f64))| Row {
            level: level as f64,
            p: f64::from(*n) / voxels,
            s: *s,
        };
        let rows = levels.iter().enumerate().filter(|(_, (n, _))| *n > 0).map(row).collect();
        (total > 0).then_some(Self { rows, voxels })
    }

    #[cfg(test)]
    pub(crate) fn rows(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        self.rows.iter().map(|row| (row.level, row.p * self.voxels, row.s))
    }

    fn over_rows(&self, term: impl Fn(&Row) -> f64) -> f64 {
        self.rows.iter().fold(0.0, |sum, row| sum + term(row))
    }

    fn over_pairs(&self, term: impl Fn(&Row, &Row) -> f64) -> f64 {
        self.over_rows(|a| self.over_rows(|b| term(a, b)))
    }

    pub(crate) fn coarseness(&self) -> f64 {
        let weighted = self.over_rows(|row| row.p * row.s);
        if weighted > 0.0 { 1.0 / weighted } else { COARSENESS_OF_A_FLAT_REGION }
    }

    /// Zero for a single level.
    pub(crate) fn contrast(&self) -> f64 {
        let levels = self.rows.len() as f64;
        if levels < 2.0 {
            return 0.0;
        }
        let spread =
            self.over_pairs(|a, b| a.p * b.p * (a.level - b.level).powi(2)) / (levels * (levels - 1.0));
        spread * self.over_rows(|row| row.s) / self.voxels
    }

    /// Zero for a single level, and where all levels weigh the same.
    pub(crate) fn busyness(&self) -> f64 {
        let change = self.over_pairs(|a, b| (a.level * a.p - b.level * b.p).abs());
        if change > 0.0 { self.over_rows(|row| row.p * row.s) / change } else { 0.0 }
    }

    pub(crate) fn complexity(&self) -> f64 {
        let term = |a: &Row, b: &Row| (a.level - b.level).abs() * (a.p * a.s + b.p * b.s) / (a.p + b.p);
        self.over_pairs(term) / self.voxels
    }

    /// Zero for a region without any difference.
    pub(crate) fn strength(&self) -> f64 {
        let total = self.over_rows(|row| row.s);
        let pull = self.over_pairs(|a, b| (a.p + b.p) * (a.level - b.level).powi(2));
        if total > 0.0 { pull / total } else { 0.0 }
    }
}
