//! Squared errors of predicted risks at times, by how follow-up ended: what the Brier score with weights against
//! censoring is made of. Source: Graf and others, Stat Med 18 (1999) 2529.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 2 for each time and interval up to it | of patients with the event in the interval: sum of squared errors, sum of their squares | mean predicted risk of those with the event |
//! | 2 for each time | the same of patients followed beyond it | mean predicted risk of those followed |

use serde::{Deserialize, Serialize};

use crate::disclosure::Released;
use crate::reader::Reader;
use crate::scores::Scorer;
use crate::time::TimeGrid;
use crate::{
    Accumulator, Computation, Implausible, LifeTable, Networks, QueryFault, Rows, Summary, Unfit, check,
    kaplan_meier,
};

/// Times at which a model is judged.
const MOST_TIMES: usize = 100;

/// Asks for squared errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeErrors {
    /// The model; neither its output nor its target is read.
    pub model: Scorer,
    /// The grid.
    pub grid: TimeGrid,
    /// Intervals at the end of which risks are predicted, with the output that predicts each.
    pub moments: Vec<[usize; 2]>,
}

/// Squared errors at one time; each sum with that of its squares.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorSums {
    /// Of patients with the event, by interval.
    pub events: Vec<[f64; 2]>,
    /// Of patients followed beyond the time.
    pub followed: [f64; 2],
}

/// A Brier score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Brier {
    /// Mean squared error, patients weighing the inverse probability of being followed as long as they were.
    pub score: f64,
    /// Its standard error, the curve of censoring taken as known.
    pub se: f64,
    /// That of predicting for everyone the Kaplan-Meier estimate.
    pub reference: f64,
}

impl ErrorSums {
    /// The Brier score of patients with this life table at the end of an interval; nothing where the probability of
    /// being followed is 0.
    #[must_use]
    pub fn brier(&self, life: &LifeTable) -> Option<Brier> {
        let last = self.events.len().checked_sub(1)?;
        let uncensored = kaplan_meier::uncensored(life);
        let weight = |i: usize| 1.0 / uncensored[i];
        let n = life.patients() as f64;
        let of = |power: i32, entry: usize| {
            let events = self.events.iter().enumerate().filter(|(i, _)| life.events[*i] > 0);
            let events = events.fold(0.0, |sum, (i, e)| sum + e[entry] * weight(i).powi(power));
            let followed = self.followed[entry];
            events + if followed > 0.0 { followed * weight(last).powi(power) } else { 0.0 }
        };
        let score = of(1, 0) / n;
        let variance = (of(2, 1) / n - score * score).max(0.0) / (n - 1.0).max(1.0);
        let survival = kaplan_meier::survival(life)[last];
        let beyond = (life.at_risk[last] - life.events[last] - life.censored[last]) as f64;
        let missed = (0..=last).filter(|i| life.events[*i] > 0);
        let missed = missed.fold(0.0, |sum, i| sum + life.events[i] as f64 * weight(i));
        let spared = if beyond > 0.0 { beyond * weight(last) } else { 0.0 };
        let reference = (missed * survival * survival + spared * (1.0 - survival) * (1.0 - survival)) / n;
        score.is_finite().then_some(Brier { score, se: variance.sqrt(), reference })
    }
}

/// Mean over a range of times, by trapezoids; nothing for fewer than two times.
#[must_use]
pub fn integrated(times: &[f64], values: &[f64]) -> Option<f64> {
    let span = times.last()? - times.first()?;
    let steps = times.windows(2).zip(values.windows(2));
    let area = steps.fold(0.0, |sum, (t, v)| sum + (t[1] - t[0]) * f64::midpoint(v[0], v[1]));
    (span > 0.0).then(|| area / span)
}

impl Computation for TimeErrors {
    /// For each time.
    type Finding = Vec<ErrorSums>;

    fn length(&self) -> usize {
        let words = |[interval, _]: &[usize; 2]| interval.saturating_add(2).saturating_mul(2);
        self.moments.iter().fold(0usize, |sum, moment| sum.saturating_add(words(moment)))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.model.check(width)?;
        self.grid.check()?;
        check::size("times of evaluation", self.moments.len(), MOST_TIMES)?;
        let intervals = self.moments.iter().map(|[interval, _]| *interval);
        intervals.into_iter().try_for_each(|i| check::index("interval", i, self.grid.intervals))?;
        for predictor in self.model.cells.iter().flatten() {
            let outputs = predictor.outputs();
            self.moments.iter().try_for_each(|[_, output]| check::index("output", *output, outputs))?;
        }
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!("squared errors of predicted risk at {} times by interval of the event", self.moments.len())
    }

    fn released(&self) -> Released {
        Released { by_cell: true, step: Some(self.grid.step), ..Released::default() }
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        for (row, outputs) in self.model.outputs(rows, networks)? {
            let Some(placed) = self.grid.place(rows, row) else { continue };
            let mut start = 0;
            for [interval, output] in &self.moments {
                let risk = outputs[*output];
                let (place, error) = if placed.interval > *interval {
                    (Some(*interval + 1), risk)
                } else {
                    (placed.event.then_some(placed.interval), 1.0 - risk)
                };
                if let Some(place) = place {
                    let squared = error * error;
                    sums.add(start + 2 * place, squared)?;
                    sums.add(start + 2 * place + 1, squared * squared)?;
                }
                start += 2 * (interval + 2);
            }
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Vec<ErrorSums>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let mut pair =
            || Ok([words.non_negative("a squared error")?, words.non_negative("a squared error")?]);
        let mut at = |[interval, _]: &[usize; 2]| {
            let events = (0..=*interval).map(|_| pair()).collect::<Result<_, Implausible>>()?;
            Ok(ErrorSums { events, followed: pair()? })
        };
        self.moments.iter().map(&mut at).collect()
    }
}
