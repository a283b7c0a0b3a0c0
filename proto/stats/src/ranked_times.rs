//! How well scores order times: Harrell's and Uno's concordance, the area under the curve at a time, with their errors.
//!
//! Everything follows from one pooled table of score class, interval and status, exactly on the grid and the classes.
//! Errors are infinitesimal jackknives: the derivative of a statistic by the weight of each patient, the estimated
//! curve of censoring included. Never: a row. Spec: docs/reference/methods/survival.md. Sources: Harrell and others, Stat Med
//! 15 (1996) 361; Uno and others, Stat Med 30 (2011) 1105; Uno and others, JASA 102 (2007) 527.

use serde::{Deserialize, Serialize};

use crate::LifeTable;
use crate::kaplan_meier::uncensored;

/// Where a patient stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    /// Class of the score, lowest first.
    pub class: usize,
    /// Interval of the grid in which follow-up ends; the number of intervals beyond all of them.
    pub interval: usize,
    /// Whether the event ended it.
    pub event: bool,
}

/// Patients at a spot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeTally {
    /// Where.
    pub spot: Spot,
    /// How many.
    pub n: u64,
}

/// Scores and times of a group of patients.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedTimes {
    tallies: Vec<TimeTally>,
    life: LifeTable,
    /// Probability of not being censored up to and within each interval.
    uncensored: Vec<f64>,
    classes: usize,
}

/// A statistic with what each patient adds to its error.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// The statistic.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// Derivative by the weight of a patient, one entry a tally.
    pub influence: Vec<f64>,
    /// Sum of the weights of the pairs compared.
    pub pairs: f64,
}

/// Sums of weights by class of the score.
struct Classes {
    tree: Vec<f64>,
    total: f64,
}

impl Classes {
    fn new(classes: usize) -> Self {
        Self { tree: vec![0.0; classes + 1], total: 0.0 }
    }

    fn add(&mut self, class: usize, weight: f64) {
        self.total += weight;
        let mut node = class + 1;
        while node < self.tree.len() {
            self.tree[node] += weight;
            node += node & node.wrapping_neg();
        }
    }

    /// Weight of the classes below one.
    fn below(&self, class: usize) -> f64 {
        let (mut node, mut sum) = (class, 0.0);
        while node > 0 {
            sum += self.tree[node];
            node -= node & node.wrapping_neg();
        }
        sum
    }

    /// Weight below a class, and half of its own.
    fn lower(&self, class: usize) -> f64 {
        f64::midpoint(self.below(class), self.below(class + 1))
    }
}

/// Pairs of one tally as the one with the event, and as the one that is followed longer.
#[derive(Clone, Copy, Default)]
struct Pairs {
    weight: f64,
    right: f64,
    compared: f64,
    right_later: f64,
    compared_later: f64,
}

impl RankedTimes {
    /// From the tallies of a grid of so many intervals; spots beyond the grid or with an event there are left out.
    #[must_use]
    pub fn new(intervals: usize, tallies: &[TimeTally]) -> Self {
        let known =
            |t: &TimeTally| t.spot.interval < intervals || (t.spot.interval == intervals && !t.spot.event);
        let mut tallies: Vec<TimeTally> = tallies.iter().copied().filter(known).collect();
        tallies.sort_unstable_by_key(|tally| tally.spot);
        Self::of(intervals, tallies)
    }

    fn of(intervals: usize, tallies: Vec<TimeTally>) -> Self {
        let (mut events, mut censored, mut beyond) = (vec![0; intervals], vec![0; intervals], 0);
        for TimeTally { spot, n } in &tallies {
            match (spot.interval < intervals, spot.event) {
                (false, _) => beyond += n,
                (true, true) => events[spot.interval] += n,
                (true, false) => censored[spot.interval] += n,
            }
        }
        let life = LifeTable::new(events, censored, beyond);
        let classes = tallies.iter().map(|tally| tally.spot.class + 1).max().unwrap_or(0);
        Self { uncensored: uncensored(&life), tallies, life, classes }
    }

    /// The same spots with other numbers of patients, in the order of [`RankedTimes::tallies`].
    #[must_use]
    pub fn with(&self, numbers: &[u64]) -> Self {
        let tallies = self.tallies.iter().zip(numbers).map(|(tally, n)| TimeTally { n: *n, ..*tally });
        Self::of(self.life.events.len(), tallies.collect())
    }

    /// In the order of classes, intervals and status.
    #[must_use]
    pub fn tallies(&self) -> &[TimeTally] {
        &self.tallies
    }

    /// The life table of all patients.
    #[must_use]
    pub fn life(&self) -> &LifeTable {
        &self.life
    }

    /// Probability of not being censored up to and within each interval.
    #[must_use]
    pub fn uncensored(&self) -> &[f64] {
        &self.uncensored
    }

    /// Harrell's concordance: of two patients of whom one is known to have the event first, how often it is the one with
    /// the higher score, ties half. Nothing without such a pair.
    #[must_use]
    pub fn harrell(&self) -> Option<Ranking> {
        self.concordance(0, self.life.events.len())
    }

    /// Uno's concordance of events before an interval: pairs weigh the inverse square of the probability of being
    /// followed to the event. Nothing without a pair, or where that probability is 0.
    #[must_use]
    pub fn uno(&self, before: usize) -> Option<Ranking> {
        self.concordance(2, before)
    }

    fn concordance(&self, power: i32, before: usize) -> Option<Ranking> {
        let pairs = self.pairs(power, before)?;
        let each = || self.tallies.iter().zip(&pairs);
        let weigh =
            |of: &dyn Fn(&Pairs) -> f64| each().fold(0.0, |s, (t, p)| s + t.n as f64 * p.weight * of(p));
        let (right, compared) = (weigh(&|p| p.right), weigh(&|p| p.compared));
        if compared <= 0.0 {
            return None;
        }
        let value = right / compared;
        let as_event = |p: &Pairs| p.weight * (p.right - value * p.compared) / compared;
        let as_later = |p: &Pairs| (p.right_later - value * p.compared_later) / compared;
        let direct = pairs.iter().map(|p| as_event(p) + as_later(p)).collect();
        let by_event: Vec<f64> = each().map(|(t, p)| t.n as f64 * as_event(p)).collect();
        Some(self.ranking(value, compared, direct, &by_event, f64::from(power)))
    }

    /// Tallies by interval; of one interval those with the event come first, as they leave before those censored.
    fn in_time(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.tallies.len()).collect();
        order.sort_by_key(|i| (self.tallies[*i].spot.interval, !self.tallies[*i].spot.event));
        order
    }

    fn pairs(&self, power: i32, before: usize) -> Option<Vec<Pairs>> {
        let mut pairs = vec![Pairs::default(); self.tallies.len()];
        let order = self.in_time();
        let together = |a: &usize, b: &usize| {
            let (a, b) = (self.tallies[*a].spot, self.tallies[*b].spot);
            (a.interval, a.event) == (b.interval, b.event)
        };
        let steps: Vec<&[usize]> = order.chunk_by(together).collect();
        let mut later = Classes::new(self.classes);
        for step in steps.iter().rev() {
            for i in *step {
                let TimeTally { spot, n } = self.tallies[*i];
                if spot.event && spot.interval < before && n > 0 {
                    pairs[*i].weight = self.weight(spot.interval, power)?;
                    (pairs[*i].right, pairs[*i].compared) = (later.lower(spot.class), later.total);
                }
            }
            step.iter().for_each(|i| later.add(self.tallies[*i].spot.class, self.tallies[*i].n as f64));
        }
        let mut earlier = Classes::new(self.classes);
        for step in steps {
            for i in step {
                let class = self.tallies[*i].spot.class;
                pairs[*i].right_later = earlier.total - earlier.lower(class);
                pairs[*i].compared_later = earlier.total;
            }
            for i in step {
                let TimeTally { spot, n } = self.tallies[*i];
                earlier.add(spot.class, n as f64 * pairs[*i].weight);
            }
        }
        Some(pairs)
    }

    /// A power of the inverse probability of not being censored by an interval.
    fn weight(&self, interval: usize, power: i32) -> Option<f64> {
        let weight = self.uncensored[interval].powi(-power);
        weight.is_finite().then_some(weight)
    }

    /// Area under the cumulative/dynamic curve at the end of an interval: those with the event by then, each weighing
    /// the inverse probability of being followed to it, against those followed longer. Nothing without both.
    #[must_use]
    pub fn auc(&self, interval: usize) -> Option<Ranking> {
        let mut controls = Classes::new(self.classes);
        let mut cases = Classes::new(self.classes);
        let mut weights = vec![0.0; self.tallies.len()];
        for (weight, TimeTally { spot, n }) in weights.iter_mut().zip(&self.tallies) {
            if spot.interval > interval {
                controls.add(spot.class, *n as f64);
            } else if spot.event && *n > 0 {
                *weight = self.weight(spot.interval, 1)?;
                cases.add(spot.class, *n as f64 * *weight);
            }
        }
        if controls.total <= 0.0 || cases.total <= 0.0 {
            return None;
        }
        let each = || self.tallies.iter().zip(&weights);
        let placed = |class: usize| controls.lower(class) / controls.total;
        let right = each().fold(0.0, |sum, (t, w)| sum + t.n as f64 * w * placed(t.spot.class));
        let value = right / cases.total;
        let as_case = |t: &TimeTally, w: f64| w * (placed(t.spot.class) - value) / cases.total;
        let as_control = |t: &TimeTally| {
            let above = 1.0 - cases.lower(t.spot.class) / cases.total;
            if t.spot.interval > interval { (above - value) / controls.total } else { 0.0 }
        };
        let direct = each().map(|(t, w)| as_case(t, *w) + as_control(t)).collect();
        let by_event: Vec<f64> = each().map(|(t, w)| t.n as f64 * as_case(t, *w)).collect();
        Some(self.ranking(value, cases.total * controls.total, direct, &by_event, 1.0))
    }

    /// Adds to the direct influence what a patient changes of the curve of censoring, whose inverse power weighs events.
    fn ranking(&self, value: f64, pairs: f64, direct: Vec<f64>, by_event: &[f64], power: f64) -> Ranking {
        let intervals = self.life.events.len();
        // derivative of the statistic by the logarithm of the curve's factor of each interval
        let mut slope = vec![0.0; intervals + 1];
        for (tally, sum) in self.tallies.iter().zip(by_event).filter(|(tally, _)| tally.spot.event) {
            slope[tally.spot.interval] -= power * sum;
        }
        (0..intervals).rev().for_each(|i| slope[i] += slope[i + 1]);
        let stayed = |i: usize| (self.life.at_risk[i] - self.life.events[i]) as f64;
        let mut survived = vec![0.0; intervals + 1];
        for i in 0..intervals {
            let left = stayed(i) - self.life.censored[i] as f64;
            let step = if left > 0.0 { slope[i] * (1.0 / left - 1.0 / stayed(i)) } else { 0.0 };
            survived[i + 1] = survived[i] + step;
        }
        let influence: Vec<f64> = (self.tallies.iter().zip(direct))
            .map(|(TimeTally { spot, .. }, direct)| {
                let i = spot.interval;
                let lost =
                    if spot.event || i == intervals || stayed(i) <= 0.0 { 0.0 } else { slope[i] / stayed(i) };
                direct + survived[i] - lost
            })
            .collect();
        let squares = self.tallies.iter().zip(&influence);
        let variance = squares.fold(0.0, |sum, (tally, d)| sum + tally.n as f64 * (d * d));
        Ranking { value, se: variance.sqrt(), influence, pairs }
    }
}
