//! Cox regression: risk sets over all sites, in two questions.
//!
//! The first gives the partial likelihood at a point; the second, told the pooled weights of the first, its gradient and
//! information. So the sums that depend on time stay few. Sums at a time are those of all patients still at risk.
//! Spec: docs/reference/methods/survival.md. Sources: Breslow, J R Stat Soc B 34 (1972) 216; Efron, JASA 72 (1977) 557.
//!
//! | words | what | reveals |
//! |---|---|---|
//! | 2 | patients beyond the bound of the linear predictor; sum of the linear predictor over events | |
//! | 2 for each time with events | events, sum of `exp(eta)` at risk | mean risk at the time |
//! | 1 more with Efron's ties | sum of `exp(eta)` over the events | mean risk of those with the event |
//! | p, second question | gradient | |
//! | a (a + 1) / 2 | weighted products of a of the columns | their covariance |
//! | a for each time, 2a with Efron's ties | sum of `z exp(eta)` at risk, and over the events | weighted means at the time |

pub use consilium_types::plan::Ties;
use serde::{Deserialize, Serialize};

use crate::calibration::logit;
use crate::design::Design;
use crate::disclosure::ReleasedFit;
use crate::gram::triangle;
use crate::linear::Symmetric;
use crate::reader::Reader;
use crate::scores::Scorer;
use crate::time::TimeGrid;
use crate::{
    Accumulator, Computation, Implausible, Networks, QueryFault, Released, Rows, Summary, Unfit, check,
};

/// A linear predictor beyond this is not summed: `exp` of it would not fit the words of a sum.
const BOUND: f64 = 25.0;
/// No study has more events.
const MOST_EVENTS: u64 = 1 << 20;

/// What a Cox regression is on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Covariates {
    /// Standardised columns.
    Design(Box<Design>),
    /// One covariate: the logit of an out-of-fold score. The score's target is not read.
    Score(Scorer),
}

/// Where a fit stands, and on whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoxPoint {
    /// The grid of times.
    pub grid: TimeGrid,
    /// Intervals with an event of any patient of the study, rising.
    pub moments: Vec<usize>,
    /// Tied events.
    pub ties: Ties,
    /// The covariates.
    pub covariates: Covariates,
    /// Cells left out of the risk sets; those of the design itself while a fit climbs.
    pub held_out: Vec<usize>,
    /// One coefficient a covariate.
    pub beta: Vec<f64>,
}

/// A patient in risk sets.
struct Member {
    /// How many moments the patient is at risk in; at least 1.
    moments: usize,
    /// Whether the last of them is the patient's event.
    event: bool,
    z: Vec<f64>,
    eta: f64,
}

impl Covariates {
    fn len(&self) -> usize {
        match self {
            Self::Design(design) => design.columns.len(),
            Self::Score(_) => 1,
        }
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        match self {
            Self::Design(design) => design.check(width),
            Self::Score(scorer) => scorer.check(width),
        }
    }

    /// Every patient with covariates.
    fn open(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Vec<(usize, Vec<f64>)>, Unfit> {
        match self {
            Self::Design(design) => {
                let open = design.open(rows);
                Ok((0..rows.len()).map(|row| (row, open.standardise(row))).collect())
            }
            Self::Score(scorer) => {
                let scored = scorer.outputs(rows, networks)?;
                Ok(scored
                    .into_iter()
                    .map(|(row, outputs)| (row, vec![logit(outputs[scorer.output])]))
                    .collect())
            }
        }
    }
}

impl CoxPoint {
    pub(crate) fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.grid.check()?;
        self.grid.check_moments(&self.moments)?;
        self.covariates.check(width)?;
        self.held_out.iter().try_for_each(|cell| check::index("cell", *cell, check::MOST_CELLS))?;
        check::length("coefficients", self.beta.len(), self.covariates.len())?;
        check::finite("coefficients", &self.beta)
    }

    /// A fit on a grid of times.
    pub(crate) fn released(&self) -> Released {
        let fit = ReleasedFit { parameters: self.beta.len(), held_out: self.held_out.clone() };
        Released { fits: vec![fit], by_cell: true, step: Some(self.grid.step), ..Released::default() }
    }

    /// The same with another list of moments.
    pub(crate) fn with_moments(&self, moments: Vec<usize>) -> Self {
        Self { moments, ..self.clone() }
    }

    /// Patients of the risk sets.
    fn members(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Vec<Member>, Unfit> {
        let member = |(row, z): (usize, Vec<f64>)| {
            let placed = self.grid.place(rows, row)?;
            let moments = self.moments.partition_point(|moment| *moment <= placed.interval);
            let last = *self.moments.get(moments.checked_sub(1)?)?;
            let kept = !self.held_out.contains(&rows.cell(row));
            let eta = z.iter().zip(&self.beta).fold(0.0, |eta, (z, b)| eta + z * b);
            kept.then_some(Member { moments, event: placed.event && placed.interval == last, z, eta })
        };
        Ok(self.covariates.open(rows, networks)?.into_iter().filter_map(member).collect())
    }

    /// Intervals in which a patient of these rows has the event, held-out ones excepted.
    pub(crate) fn own_moments(&self, rows: &dyn Rows) -> Vec<usize> {
        let kept = (0..rows.len()).filter(|row| !self.held_out.contains(&rows.cell(*row)));
        let placed = kept.filter_map(|row| self.grid.place(rows, row)).filter(|placed| placed.event);
        let moments: std::collections::BTreeSet<usize> = placed.map(|placed| placed.interval).collect();
        moments.into_iter().collect()
    }
}

/// Asks for the partial likelihood at a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskSets {
    /// The point.
    pub point: CoxPoint,
}

/// Sums over the risk set of each moment.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskSums {
    ties: Ties,
    /// Sum of the linear predictor over events.
    eta: f64,
    /// Events.
    events: Vec<u64>,
    /// Sum of `exp(eta)` at risk.
    at_risk: Vec<f64>,
    /// Sum of `exp(eta)` over the events; as many zeros with Breslow's ties.
    tied: Vec<f64>,
}

impl Computation for RiskSets {
    /// Nothing where a patient's linear predictor is out of bounds: the point is too far away.
    type Finding = Option<RiskSums>;

    fn length(&self) -> usize {
        self.stride().saturating_mul(self.point.moments.len()).saturating_add(2)
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.point.check(width)?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!("sums of relative risk at {} times of events for a Cox regression", self.point.moments.len())
    }

    fn released(&self) -> Released {
        self.point.released()
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let stride = self.stride();
        for member in self.point.members(rows, networks)? {
            let word = 2 + stride * (member.moments - 1);
            if member.eta.abs() > BOUND || !member.eta.is_finite() {
                sums.count(0, 1);
                continue;
            }
            let risk = libm::exp(member.eta);
            sums.add(word + 1, risk)?;
            if member.event {
                sums.add(1, member.eta)?;
                sums.count(word, 1);
                if stride == 3 {
                    sums.add(word + 2, risk)?;
                }
            }
        }
        for moment in (1..self.point.moments.len()).rev() {
            sums.carry(3 + stride * moment, 3 + stride * (moment - 1));
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<Option<RiskSums>, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        let out_of_bounds = words.count()?;
        let mut sums = RiskSums::new(self.point.ties, words.value()?);
        for _ in &self.point.moments {
            sums.events.push(words.count()?);
            sums.at_risk.push(words.non_negative("a sum of relative risk")?);
            let tied = if self.stride() == 3 { words.non_negative("a sum of relative risk")? } else { 0.0 };
            sums.tied.push(tied);
        }
        if out_of_bounds > 0 {
            return Ok(None);
        }
        sums.check()?;
        Ok(Some(sums))
    }
}

impl RiskSets {
    /// Words of one moment.
    fn stride(&self) -> usize {
        match self.point.ties {
            Ties::Efron => 3,
            Ties::Breslow => 2,
        }
    }
}

impl RiskSums {
    fn new(ties: Ties, eta: f64) -> Self {
        Self { ties, eta, events: Vec::new(), at_risk: Vec::new(), tied: Vec::new() }
    }

    fn check(&self) -> Result<(), Implausible> {
        let total = self.events.iter().fold(0u64, |sum, d| sum.saturating_add(*d));
        if total > MOST_EVENTS {
            return Err(Implausible::Count(total as f64));
        }
        for ((d, s), tied) in self.events.iter().zip(&self.at_risk).zip(&self.tied) {
            if *d > 0 && (*s <= 0.0 || tied > s) {
                return Err(Implausible::Value { what: "a sum of relative risk at events", value: *tied });
            }
        }
        Ok(())
    }

    /// Events of the risk sets.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events.iter().sum()
    }

    /// Events at each moment.
    #[must_use]
    pub fn events_at(&self) -> &[u64] {
        &self.events
    }

    /// The terms of a moment: share of tied events already gone, and the sum of risk that is left.
    fn terms(&self, moment: usize) -> impl Iterator<Item = (f64, f64)> + '_ {
        let d = self.events[moment];
        (0..d).map(move |l| {
            let share = l as f64 / d as f64;
            (share, self.at_risk[moment] - share * self.tied[moment])
        })
    }

    /// The logarithm of the partial likelihood.
    #[must_use]
    pub fn log_likelihood(&self) -> f64 {
        let moments = 0..self.events.len();
        moments.flat_map(|moment| self.terms(moment)).fold(self.eta, |sum, (_, s)| sum - libm::log(s))
    }

    /// Steps of the cumulative baseline hazard, one a moment.
    #[must_use]
    pub fn hazard(&self) -> Vec<f64> {
        let step = |moment| self.terms(moment).fold(0.0, |sum, (_, s)| sum + 1.0 / s);
        (0..self.events.len()).map(step).collect()
    }

    /// What events are spared of the hazard of their own moment, with Efron's ties.
    fn spared(&self) -> Vec<f64> {
        let step = |moment| self.terms(moment).fold(0.0, |sum, (share, s)| sum + share / s);
        match self.ties {
            Ties::Efron => (0..self.events.len()).map(step).collect(),
            Ties::Breslow => Vec::new(),
        }
    }

    /// The second question at the same point, with products of some of the covariates, by position.
    #[must_use]
    pub fn slopes(&self, point: &CoxPoint, active: Vec<usize>) -> RiskSlopes {
        RiskSlopes { point: point.clone(), hazard: self.hazard(), spared: self.spared(), active }
    }

    /// The information of the active covariates.
    #[must_use]
    pub fn information(&self, slopes: &SlopeSums) -> Symmetric {
        let a = slopes.active;
        let mut upper = slopes.products.clone();
        for moment in 0..self.events.len() {
            let at = |i: usize, share: f64| {
                let tied = slopes.tied.get(moment * a + i).copied().unwrap_or(0.0);
                slopes.at_risk[moment * a + i] - share * tied
            };
            for (share, s) in self.terms(moment) {
                let mean: Vec<f64> = (0..a).map(|i| at(i, share) / s).collect();
                for i in 0..a {
                    for j in i..a {
                        upper[triangle(i, j, a)] -= mean[i] * mean[j];
                    }
                }
            }
        }
        Symmetric::from_triangle(a, upper)
    }
}

/// Asks for gradient and products, told the pooled baseline hazard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskSlopes {
    /// The point.
    pub point: CoxPoint,
    /// Step of the baseline hazard at each moment.
    pub hazard: Vec<f64>,
    /// What events are spared of it; empty with Breslow's ties.
    pub spared: Vec<f64>,
    /// Covariates whose products are asked.
    pub active: Vec<usize>,
}

/// Gradient, and what the information is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct SlopeSums {
    /// Gradient of the log partial likelihood, one entry a covariate.
    pub gradient: Vec<f64>,
    active: usize,
    products: Vec<f64>,
    at_risk: Vec<f64>,
    tied: Vec<f64>,
}

impl RiskSlopes {
    fn triangle(&self) -> usize {
        self.active.len().saturating_mul(self.active.len() + 1) / 2
    }

    /// First word of the sums at risk.
    fn first(&self) -> usize {
        self.point.beta.len() + self.triangle()
    }

    fn block(&self) -> usize {
        self.point.moments.len().saturating_mul(self.active.len())
    }

    fn contribute(&self, sums: &mut Accumulator, member: &Member, hazard: f64) -> Result<(), Unfit> {
        let risk = libm::exp(member.eta);
        let (moment, a) = (member.moments - 1, self.active.len());
        let spared = if member.event { self.spared.get(moment).copied().unwrap_or(0.0) } else { 0.0 };
        let weight = risk * (hazard - spared);
        let residual = f64::from(u8::from(member.event)) - weight;
        for (j, z) in member.z.iter().enumerate() {
            sums.add(j, residual * z)?;
        }
        let mut entry = self.point.beta.len();
        for (i, column) in self.active.iter().enumerate() {
            let z = member.z[*column];
            sums.add(self.first() + moment * a + i, z * risk)?;
            if member.event && !self.spared.is_empty() {
                sums.add(self.first() + self.block() + moment * a + i, z * risk)?;
            }
            for other in &self.active[i..] {
                sums.add(entry, weight * z * member.z[*other])?;
                entry += 1;
            }
        }
        Ok(())
    }
}

impl Computation for RiskSlopes {
    type Finding = SlopeSums;

    fn length(&self) -> usize {
        let blocks = if self.spared.is_empty() { 1 } else { 2 };
        self.first().saturating_add(self.block().saturating_mul(blocks))
    }

    fn check(&self, width: usize) -> Result<(), QueryFault> {
        self.point.check(width)?;
        let moments = self.point.moments.len();
        check::length("hazards", self.hazard.len(), moments)?;
        let spared = if self.point.ties == Ties::Efron { moments } else { 0 };
        check::length("hazards spared", self.spared.len(), spared)?;
        check::finite("hazards", &self.hazard)?;
        check::finite("hazards", &self.spared)?;
        check::size("active covariates", self.active.len(), self.point.beta.len())?;
        self.active.iter().try_for_each(|i| check::index("covariate", *i, self.point.beta.len()))?;
        check::size("words", self.length(), check::MOST_WORDS)
    }

    fn describe(&self) -> String {
        format!(
            "gradient of a Cox regression on {} covariates, weighted products of {} of them and their means at {} times",
            self.point.beta.len(),
            self.active.len(),
            self.point.moments.len()
        )
    }

    fn released(&self) -> Released {
        self.point.released()
    }

    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        let mut sums = Accumulator::new(self.length());
        let rise = |total: &mut f64, step: &f64| {
            *total += step;
            Some(*total)
        };
        let hazard: Vec<f64> = self.hazard.iter().scan(0.0, rise).collect();
        for member in self.point.members(rows, networks)? {
            if member.eta.abs() <= BOUND {
                self.contribute(&mut sums, &member, hazard[member.moments - 1])?;
            }
        }
        let a = self.active.len();
        for word in (0..self.block().saturating_sub(a)).rev() {
            sums.carry(self.first() + word + a, self.first() + word);
        }
        Ok(sums.finish())
    }

    fn finish(&self, sum: &Summary) -> Result<SlopeSums, Implausible> {
        let mut words = Reader::new(sum, self.length())?;
        Ok(SlopeSums {
            gradient: words.values(self.point.beta.len())?,
            active: self.active.len(),
            products: words.values(self.triangle())?,
            at_risk: words.values(self.block())?,
            tied: if self.spared.is_empty() { Vec::new() } else { words.values(self.block())? },
        })
    }
}
