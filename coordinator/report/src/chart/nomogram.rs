//! Nomograms for models whose score is a weighted sum: points for each predictor, their total, and what the total means.
//!
//! Points are proportional to coefficient times range; the predictor with the widest contribution runs from 0 to 100.
//! Kattan and Marasco, Semin Oncol 37 (2010) 84.

use serde::{Deserialize, Serialize};

use super::canvas::{Anchor, Canvas, Chart};
use super::scale::{Scale, decimals, multiples, step};
use crate::text::{fixed, shortened, width};

/// One term of the sum, in its own units.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Predictor {
    /// Its name.
    pub name: String,
    /// Change of the score per unit.
    pub coefficient: f64,
    /// Lowest and highest value shown.
    pub range: [f64; 2],
    /// Names of values, where it is a category; empty for a measurement.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<(String, f64)>,
}

/// What the score stands for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// The score is the logarithm of the odds of the named outcome.
    Risk(String),
    /// Proportional odds: the name of each axis, and the score at which its probability is one half.
    Levels(Vec<(String, f64)>),
    /// The score is the logarithm of a relative hazard: one axis for each name and cumulative baseline hazard.
    Survival(Vec<(String, f64)>),
}

/// A model as a nomogram.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Nomogram {
    /// Score where all predictors are 0.
    pub intercept: f64,
    /// The terms.
    pub predictors: Vec<Predictor>,
    /// The lowest axes.
    pub outcome: Outcome,
}

const LEFT: f64 = 290.0;
const SPAN: f64 = 510.0;
const ROW: f64 = 50.0;
const TOP: f64 = 36.0;
/// Least room between two numbers on an axis.
const ROOM: f64 = 8.0;
const RISKS: [f64; 15] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99];

/// The drawing; nothing where no predictor contributes.
#[must_use]
pub fn nomogram(id: &str, subject: &str, nomogram: &Nomogram) -> Option<Chart> {
    let sheet = Sheet::new(nomogram)?;
    let outcomes = nomogram.outcome.axes();
    let rows = nomogram.predictors.len() + 2 + outcomes.len();
    let mut canvas = Canvas::new(LEFT + SPAN + 30.0, TOP + ROW * (rows as f64 - 0.35));
    sheet.guides(&mut canvas, nomogram.predictors.len());
    Sheet::axis(&mut canvas, 0, "Points", full(&sheet.points), &numbers(&sheet.points, 10));
    for (row, predictor) in nomogram.predictors.iter().enumerate() {
        let span = predictor.range.map(|value| sheet.points.at(sheet.points_of(predictor, value)));
        Sheet::axis(&mut canvas, row + 1, &predictor.name, span, &sheet.predictor(predictor));
    }
    let row = nomogram.predictors.len() + 1;
    Sheet::axis(&mut canvas, row, "Total points", full(&sheet.total), &numbers(&sheet.total, 10));
    for (i, (name, score)) in outcomes.iter().enumerate() {
        let ticks = RISKS.iter().map(|risk| (sheet.place(score(*risk)), fixed(*risk, 2)));
        let ticks: Vec<(f64, String)> = ticks.filter(|(x, _)| sheet.shows(*x)).collect();
        Sheet::axis(&mut canvas, row + 1 + i, name, ends(&ticks), &ticks);
    }
    Some(canvas.finish(id, &format!("Nomogram: {subject}"), &sheet.words(nomogram)))
}

type ScoreOf<'a> = Box<dyn Fn(f64) -> f64 + 'a>;

impl Outcome {
    /// Each axis: its name, and the score at which it shows a probability.
    fn axes(&self) -> Vec<(String, ScoreOf<'_>)> {
        match self {
            Self::Risk(name) => {
                let score: ScoreOf<'_> = Box::new(|p| libm::log(p / (1.0 - p)));
                vec![(format!("Probability of {name}"), score)]
            }
            Self::Levels(levels) => {
                let axis = |(name, threshold): &(String, f64)| {
                    let threshold = *threshold;
                    let score: ScoreOf<'_> = Box::new(move |p| threshold + libm::log(p / (1.0 - p)));
                    (name.clone(), score)
                };
                levels.iter().map(axis).collect()
            }
            Self::Survival(horizons) => {
                let axis = |(name, hazard): &(String, f64)| {
                    let hazard = *hazard;
                    let score: ScoreOf<'_> = Box::new(move |p| libm::log(-libm::log(p) / hazard));
                    (name.clone(), score)
                };
                horizons.iter().map(axis).collect()
            }
        }
    }
}

/// The scales all axes share.
struct Sheet {
    /// The widest contribution: 100 points.
    widest: f64,
    /// Score at 0 total points.
    origin: f64,
    points: Scale,
    total: Scale,
}

impl Sheet {
    fn new(nomogram: &Nomogram) -> Option<Self> {
        let width = |p: &Predictor| p.coefficient.abs() * (p.range[1] - p.range[0]);
        let widest = nomogram.predictors.iter().map(width).fold(0.0, f64::max);
        let all = nomogram.predictors.iter().map(width).fold(0.0, |sum, w| sum + w);
        let origin = nomogram.predictors.iter().map(lowest).fold(nomogram.intercept, |sum, low| sum + low);
        let usable = widest > 0.0 && all.is_finite() && origin.is_finite();
        usable.then(|| Self {
            widest,
            origin,
            points: Scale::new([0.0, 100.0], [LEFT, LEFT + SPAN]),
            total: Scale::new([0.0, all / widest * 100.0], [LEFT, LEFT + SPAN]),
        })
    }

    /// Points of a contribution.
    fn points_of(&self, predictor: &Predictor, value: f64) -> f64 {
        (predictor.coefficient * value - lowest(predictor)) / self.widest * 100.0
    }

    /// Position of a score on the axis of total points.
    fn place(&self, score: f64) -> f64 {
        self.total.at((score - self.origin) / self.widest * 100.0)
    }

    fn shows(&self, x: f64) -> bool {
        x >= self.total.start() - 0.01 && x <= self.total.end() + 0.01
    }

    /// Ticks of a predictor, by its own values.
    fn predictor(&self, predictor: &Predictor) -> Vec<(f64, String)> {
        let place = |value: f64| self.points.at(self.points_of(predictor, value));
        if !predictor.levels.is_empty() {
            return predictor.levels.iter().map(|(name, value)| (place(*value), name.clone())).collect();
        }
        let [low, high] = predictor.range;
        let length = (place(high) - place(low)).abs();
        let wanted =
            [(60.0, 2), (140.0, 3), (300.0, 5)].iter().find(|(limit, _)| length < *limit).map_or(8, |w| w.1);
        let each = step(high - low, wanted);
        let digits = decimals(each);
        multiples(low, high, each).into_iter().map(|value| (place(value), fixed(value, digits))).collect()
    }

    /// Faint lines down from the points.
    fn guides(&self, canvas: &mut Canvas, predictors: usize) {
        for tick in self.points.ticks(10) {
            let x = self.points.at(tick);
            canvas.line("grid", [x, TOP], [x, TOP + ROW * (predictors as f64 + 0.25)]);
        }
    }

    /// One axis; numbers that would touch the one before are left out, their ticks stay.
    fn axis(canvas: &mut Canvas, row: usize, name: &str, span: [f64; 2], ticks: &[(f64, String)]) {
        let y = TOP + ROW * row as f64;
        canvas.text("label strong", Anchor::Start, [10.0, y + 4.5], &shortened(name, (LEFT - 34.0) / 13.6));
        canvas.line("axis", [span[0], y], [span[1], y]);
        let mut ordered: Vec<&(f64, String)> = ticks.iter().collect();
        ordered.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = f64::NEG_INFINITY;
        for (x, label) in ordered {
            canvas.line("axis", [*x, y], [*x, y + 6.0]);
            let half = width(label) * 11.5 / 2.0;
            if x - half >= free {
                canvas.text("small", Anchor::Middle, [*x, y + 19.0], label);
                free = x + half + ROOM;
            }
        }
    }

    fn words(&self, nomogram: &Nomogram) -> String {
        let term = |p: &Predictor| {
            let points = p.range.map(|value| fixed(self.points_of(p, value), 0));
            format!("{} from {} to {} points", p.name, points[0], points[1])
        };
        let terms: Vec<String> = nomogram.predictors.iter().map(term).collect();
        format!(
            "Add the points of all predictors and read the lowest axes below the total. {}.",
            terms.join("; ")
        )
    }
}

/// The least contribution of a predictor within its range.
fn lowest(predictor: &Predictor) -> f64 {
    let ends = predictor.range.map(|value| predictor.coefficient * value);
    ends[0].min(ends[1])
}

/// From the first to the last tick.
fn ends(ticks: &[(f64, String)]) -> [f64; 2] {
    let fold = |[low, high]: [f64; 2], (x, _): &(f64, String)| [low.min(*x), high.max(*x)];
    let span = ticks.iter().fold([f64::INFINITY, f64::NEG_INFINITY], fold);
    if span[0] <= span[1] { span } else { [LEFT; 2] }
}

/// The whole of a scale.
fn full(scale: &Scale) -> [f64; 2] {
    [scale.start(), scale.end()]
}

fn numbers(scale: &Scale, wanted: u32) -> Vec<(f64, String)> {
    let digits = decimals(step(scale.high() - scale.low(), wanted));
    scale.ticks(wanted).into_iter().map(|value| (scale.at(value), fixed(value, digits))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn predictor(coefficient: f64, low: f64, high: f64) -> Predictor {
        Predictor { name: "x".into(), coefficient, range: [low, high], levels: Vec::new() }
    }

    proptest! {
        /// Reading the drawing gives the model: points summed, placed on the total, equal the score's own place.
        #[test]
        fn the_total_leads_to_the_score(
            terms in prop::collection::vec((-3.0..3.0f64, -5.0..5.0f64, 0.1..9.0f64, 0.0..1.0f64), 1..6),
            intercept in -4.0..4.0f64,
        ) {
            prop_assume!(terms.iter().any(|term| term.0.abs() > 1e-3));
            let predictors: Vec<_> = terms.iter().map(|(b, low, size, _)| predictor(*b, *low, low + size)).collect();
            let outcome = Outcome::Risk("y".into());
            let nomogram = Nomogram { intercept, predictors, outcome };
            let sheet = Sheet::new(&nomogram).unwrap();
            let values: Vec<f64> = terms.iter().map(|(_, low, size, share)| low + size * share).collect();
            let pairs = nomogram.predictors.iter().zip(&values);
            let total: f64 = pairs.clone().map(|(p, v)| sheet.points_of(p, *v)).sum();
            let score: f64 = intercept + pairs.map(|(p, v)| p.coefficient * v).sum::<f64>();
            prop_assert!((sheet.total.at(total) - sheet.place(score)).abs() < 1e-6);
        }
    }

    #[test]
    fn the_widest_predictor_spans_all_points() {
        let outcome = Outcome::Risk("y".into());
        let predictors = vec![predictor(-2.0, 0.0, 3.0), predictor(1.0, 10.0, 12.0)];
        let sheet =
            Sheet::new(&Nomogram { intercept: 0.0, predictors: predictors.clone(), outcome }).unwrap();
        assert!((sheet.points_of(&predictors[0], 0.0) - 100.0).abs() < 1e-12);
        assert!(sheet.points_of(&predictors[0], 3.0).abs() < 1e-12);
        assert!((sheet.points_of(&predictors[1], 12.0) - 100.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn survival_is_read_from_the_baseline_hazard() {
        let outcome = Outcome::Survival(vec![("5-year survival".into(), 0.4)]);
        let axes = outcome.axes();
        let score = (axes[0].1)(0.7);
        assert!((libm::exp(-0.4 * libm::exp(score)) - 0.7).abs() < 1e-12);
    }

    #[test]
    fn a_model_without_a_contribution_has_no_nomogram() {
        let empty = Nomogram {
            intercept: 1.0,
            predictors: vec![predictor(0.0, 0.0, 1.0)],
            outcome: Outcome::Risk("y".into()),
        };
        assert!(nomogram("n", "x", &empty).is_none());
    }
}
