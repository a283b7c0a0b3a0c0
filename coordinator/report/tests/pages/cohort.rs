//! A made-up cohort and plain estimates on it.

/// Uniform numbers from a fixed seed (Knuth's MMIX generator).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Sum of twelve uniform numbers: near enough to normal.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

pub(crate) fn logistic(score: f64) -> f64 {
    1.0 / (1.0 + (-score).exp())
}

/// Scored patients: probability and whether a case.
pub(crate) type Scored = Vec<(f64, bool)>;

pub(crate) fn roc(scored: &Scored) -> Vec<[f64; 2]> {
    let mut order = scored.clone();
    order.sort_by(|a, b| b.0.total_cmp(&a.0));
    let cases = scored.iter().filter(|s| s.1).count() as f64;
    let controls = scored.len() as f64 - cases;
    let mut points = vec![[0.0, 0.0]];
    for (_, case) in order {
        let [x, y] = points[points.len() - 1];
        points.push(if case { [x, y + 1.0 / cases] } else { [x + 1.0 / controls, y] });
    }
    points
}

/// The area, and Hanley's standard error.
pub(crate) fn auc(scored: &Scored) -> (f64, f64) {
    let area: f64 = roc(scored).windows(2).map(|pair| (pair[1][0] - pair[0][0]) * pair[1][1]).sum();
    let cases = scored.iter().filter(|s| s.1).count() as f64;
    let controls = scored.len() as f64 - cases;
    let (q1, q2) = (area / (2.0 - area), 2.0 * area * area / (1.0 + area));
    let square = area * area;
    let variance = area * (1.0 - area) + (cases - 1.0) * (q1 - square) + (controls - 1.0) * (q2 - square);
    (area, (variance / (cases * controls)).sqrt())
}

pub(crate) fn interval(value: f64, se: f64) -> [f64; 2] {
    [(value - 1.96 * se).max(0.0), (value + 1.96 * se).min(1.0)]
}

/// True and false positives at a threshold.
pub(crate) fn positives(scored: &Scored, threshold: f64) -> (u64, u64) {
    let at = |case: bool| scored.iter().filter(|s| s.1 == case && s.0 >= threshold).count() as u64;
    (at(true), at(false))
}

pub(crate) fn net_benefit(scored: &Scored, threshold: f64) -> f64 {
    let (hits, alarms) = positives(scored, threshold);
    let n = scored.len() as f64;
    hits as f64 / n - alarms as f64 / n * threshold / (1.0 - threshold)
}

/// Wilson's interval.
pub(crate) fn wilson(part: f64, n: f64) -> [f64; 2] {
    let (p, z) = (part / n, 1.96f64);
    let centre = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    [(centre - half).max(0.0), (centre + half).min(1.0)]
}
