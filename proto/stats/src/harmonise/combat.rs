//! ComBat: location and scale of each batch, shrunk towards the mean over features by empirical Bayes.
//!
//! What all sites share is the [`Reference`]: mean, pooled standard deviation and covariate slopes of a column, from
//! sums over sites. What a batch estimates for itself (its shift and scale in every column, and their priors over
//! columns) stays at the site. Source: Johnson, Li and Rabinovic, Biostatistics 8 (2007) 118; neuroCombat (Fortin,
//! NeuroImage 167 (2018) 104) for the estimators.

use serde::{Deserialize, Serialize};

use super::{
    Affine, MOST_BATCHES, Residuals, ResidualsFound, Shrink, check_columns, describing, spread,
    spread_of_patients,
};
use crate::{QueryFault, Rows, check};

/// Empirical Bayes steps end when no estimate moves by more than this share of itself.
const TOLERANCE: f64 = 1e-4;
/// Steps before the estimates are taken as they are.
const MOST_STEPS: usize = 1_000;

/// A prior as narrow as this leaves nothing to the data.
const MOST_SHAPE: f64 = 1e12;

/// ComBat for some columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Combat {
    /// Harmonised columns, ascending positions in the schema.
    pub columns: Vec<usize>,
    /// Covariates whose effect is kept.
    pub keep: Vec<usize>,
    /// What each covariate is measured from; a missing covariate counts as this.
    pub centre: Vec<f64>,
    /// Shrinkage.
    pub shrink: Shrink,
    /// One reference a column.
    pub references: Vec<Reference>,
    /// Priors of every batch: [`MOST_BATCHES`] for each site of the roster. When empty, a site computes the
    /// priors of its batches from `columns`, which must then be all columns.
    pub priors: Vec<Prior>,
}

/// What all sites share about a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Mean over patients, covariates at their centre.
    pub mean: f64,
    /// Pooled standard deviation within batches, n below.
    pub sd: f64,
    /// Change of the column by unit of each covariate.
    pub slopes: Vec<f64>,
}

/// What a batch's estimates have in common over columns.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// Mean of the shifts.
    pub shift: f64,
    /// Their variance.
    pub shift_variance: f64,
    /// Shape of the inverse gamma of the scales.
    pub shape: f64,
    /// Its rate.
    pub rate: f64,
}

/// Location and scale of a batch in one column, in pooled standard deviations.
#[derive(Debug, Clone, Copy)]
struct Estimate {
    n: f64,
    shift: f64,
    /// Variance, n - 1 below; 1 where it cannot be estimated.
    scale: f64,
    squares: f64,
}

impl Combat {
    /// From what covariates leave of all columns. A column that does not vary within batches is not harmonised.
    #[must_use]
    pub fn new(question: &Residuals, found: &ResidualsFound, shrink: Shrink) -> Self {
        let (of, conditioning) = (&question.of, &question.of.conditioning);
        let centre = of.keep.iter().map(|covariate| conditioning.centre[*covariate]).collect();
        let reference = |((column, slopes), [n, sum, squares]): ((&usize, &Vec<f64>), &[f64; 3])| {
            let scale = conditioning.scale[*column];
            let slope = |(slope, covariate): (&f64, &usize)| slope * scale / conditioning.scale[*covariate];
            (*n > 0.0 && *squares > 0.0).then(|| {
                let mean = conditioning.centre[*column] + scale * sum / n;
                let slopes = slopes.iter().zip(&of.keep).map(slope).collect();
                (*column, Reference { mean, sd: scale * (squares / n).sqrt(), slopes })
            })
        };
        let all = of.columns.iter().zip(&question.slopes).zip(found);
        let (columns, references) = all.filter_map(reference).unzip();
        Self { columns, keep: of.keep.clone(), centre, shrink, references, priors: Vec::new() }
    }

    pub(super) fn only(&self, wanted: &[usize]) -> Self {
        let kept = |(column, _): &(&usize, &Reference)| wanted.contains(column);
        let both = self.columns.iter().zip(&self.references).filter(kept);
        let (columns, references) = both.map(|(column, reference)| (*column, reference.clone())).unzip();
        Self { columns, references, ..self.clone() }
    }

    /// What the kept covariates explain of a column's value, around the column's mean.
    pub(super) fn explained(&self, rows: &dyn Rows, row: usize, place: usize) -> f64 {
        let reference = &self.references[place];
        let covariates = self.keep.iter().zip(&self.centre).zip(&reference.slopes);
        covariates.fold(reference.mean, |sum, ((column, centre), slope)| {
            let x = rows.value(row, *column);
            if x.is_nan() { sum } else { sum + slope * (x - centre) }
        })
    }

    /// One map for each batch and column, on `x - explained`.
    pub(super) fn maps(&self, rows: &dyn Rows, held_out: &[usize]) -> Vec<Vec<Affine>> {
        (0..rows.batches().min(MOST_BATCHES)).map(|batch| self.of_batch(rows, held_out, batch)).collect()
    }

    fn of_batch(&self, rows: &dyn Rows, held_out: &[usize], batch: usize) -> Vec<Affine> {
        let estimates = self.estimates(rows, held_out, batch);
        let given = self.priors.get(rows.site() * MOST_BATCHES + batch).copied();
        let prior = given.unwrap_or_else(|| Prior::of(&estimates));
        let map = |(estimate, reference): (&Estimate, &Reference)| {
            let (shift, scale) = self.shrunk(*estimate, prior);
            let factor = 1.0 / scale.sqrt();
            Affine { shift: -shift * factor * reference.sd, factor }
        };
        estimates.iter().zip(&self.references).map(map).collect()
    }

    /// The priors of the site's batches, from all columns.
    pub(crate) fn priors_of(&self, rows: &dyn Rows, held_out: &[usize]) -> Vec<Prior> {
        let of_batch = |batch| Prior::of(&self.estimates(rows, held_out, batch));
        (0..rows.batches().min(MOST_BATCHES)).map(of_batch).collect()
    }

    fn estimates(&self, rows: &dyn Rows, held_out: &[usize], batch: usize) -> Vec<Estimate> {
        let patients = describing(rows, held_out, batch);
        (0..self.columns.len()).map(|place| self.estimate(rows, &patients, place)).collect()
    }

    fn estimate(&self, rows: &dyn Rows, patients: &[usize], place: usize) -> Estimate {
        let (column, sd) = (self.columns[place], self.references[place].sd);
        let standard = |row: &usize| (rows.value(*row, column) - self.explained(rows, *row, place)) / sd;
        let (n, shift, squares) = spread_of_patients(patients.iter().map(standard).collect());
        let scale = if n > 1.0 && squares > 0.0 { squares / (n - 1.0) } else { 1.0 };
        Estimate { n, shift, scale, squares }
    }

    fn shrunk(&self, estimate: Estimate, prior: Prior) -> (f64, f64) {
        if estimate.n < 1.0 {
            return (0.0, 1.0);
        }
        match self.shrink {
            Shrink::None => (estimate.shift, estimate.scale),
            // sva and neuroCombat weigh the batch as one patient here
            Shrink::MeanOnly => (prior.location(Estimate { n: 1.0, ..estimate }, 1.0), 1.0),
            Shrink::Parametric => prior.solve(estimate),
        }
    }

    pub(super) fn check(&self, width: usize) -> Result<(), QueryFault> {
        check_columns(&self.columns, width)?;
        check::size("covariates", self.keep.len(), 50)?;
        self.keep.iter().try_for_each(|column| check::index("covariate", *column, width))?;
        check::length("covariate means", self.centre.len(), self.keep.len())?;
        check::finite("covariate means", &self.centre)?;
        check::length("references", self.references.len(), self.columns.len())?;
        check::size("priors", self.priors.len(), 1_000 * MOST_BATCHES)?;
        self.priors.iter().try_for_each(Prior::check)?;
        self.references.iter().try_for_each(|reference| reference.check(self.keep.len()))
    }
}

impl Reference {
    fn check(&self, covariates: usize) -> Result<(), QueryFault> {
        check::finite("means of columns", &[self.mean])?;
        check::positive("standard deviations", &[self.sd])?;
        check::length("slopes", self.slopes.len(), covariates)?;
        check::finite("slopes", &self.slopes)
    }
}

impl Prior {
    fn of(estimates: &[Estimate]) -> Self {
        let (shifts, shift, squares) = spread(estimates.iter().map(|e| e.shift));
        let (_, scale, scale_squares) = spread(estimates.iter().map(|e| e.scale));
        let freedom = (shifts - 1.0).max(1.0);
        let variance = scale_squares / freedom;
        if variance <= 0.0 {
            return Self { shift, shift_variance: squares / freedom, ..Self::default() };
        }
        Self {
            shift,
            shift_variance: squares / freedom,
            shape: ((2.0 * variance + scale * scale) / variance).min(MOST_SHAPE),
            rate: ((scale * variance + scale * scale * scale) / variance).min(MOST_SHAPE),
        }
    }

    /// Posterior mean of the shift, given the scale.
    fn location(self, estimate: Estimate, scale: f64) -> f64 {
        let weight = estimate.n * self.shift_variance;
        let total = weight + scale;
        if total > 0.0 { (weight * estimate.shift + scale * self.shift) / total } else { estimate.shift }
    }

    /// Posterior means of shift and scale, by turns until they stay.
    fn solve(self, estimate: Estimate) -> (f64, f64) {
        if self.shape <= 0.0 {
            return (self.location(estimate, estimate.scale), estimate.scale);
        }
        let (mut shift, mut scale) = (estimate.shift, estimate.scale);
        for _ in 0..MOST_STEPS {
            let new_shift = self.location(estimate, scale);
            let off = estimate.shift - new_shift;
            let squares = estimate.squares + estimate.n * off * off;
            let new_scale = (0.5 * squares + self.rate) / (estimate.n / 2.0 + self.shape - 1.0);
            let moved = ((new_shift - shift) / shift).abs().max(((new_scale - scale) / scale).abs());
            (shift, scale) = (new_shift, new_scale);
            if moved.is_nan() || moved <= TOLERANCE {
                break;
            }
        }
        (shift, scale)
    }

    fn check(&self) -> Result<(), QueryFault> {
        let numbers = [self.shift, self.shift_variance, self.shape, self.rate];
        check::finite("priors", &numbers)?;
        if numbers[1..].iter().all(|x| *x >= 0.0) { Ok(()) } else { Err(QueryFault::Number("priors")) }
    }
}
