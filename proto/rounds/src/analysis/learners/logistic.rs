//! Logistic regression: all families, training sets and penalties climb together; then lambda is chosen.

use consilium_stats::fit::covariance;
use consilium_stats::{Ascent, AscentState, Derivatives, Design, Deviance, Newton, Point, Predictor, Target};
use consilium_types::plan::{Learner, ModelFamily, PathRule, Strength};

use super::Fitted;
use super::choosing::{Choice, Losses};
use crate::analysis::AnalysisFault;
use crate::analysis::preparing::Prepared;
use crate::analysis::study::Study;
use crate::result::{FitResult, LambdaPoint, LogisticResult};

/// Penalties that cross-validation chooses from: 10^-2 to 10^3 in half decades.
pub(super) const LAMBDA_GRID: [f64; 11] = [
    0.01,
    0.031_622_776_601_683_79,
    0.1,
    0.316_227_766_016_837_94,
    1.0,
    3.162_277_660_168_379_5,
    10.0,
    31.622_776_601_683_793,
    100.0,
    316.227_766_016_837_96,
    1000.0,
];

/// All fits of the study.
struct Fitting<'a> {
    prepared: &'a Prepared,
    families: Vec<&'a (ModelFamily, Vec<Design>)>,
    lambdas: Vec<f64>,
    /// By family, training set and penalty, in that order.
    fits: Vec<Ascent>,
}

/// Climbs all fits of some families.
pub(super) async fn fit(
    study: &Study,
    prepared: &Prepared,
    families: &[ModelFamily],
) -> Result<Vec<Fitted>, AnalysisFault> {
    let mut fitting = Fitting::new(prepared, families, study.plan().model.penalty.ridge);
    let target = Target::case(prepared.label);
    while fitting.is_moving() {
        let (designs, fits) = fitting.next_step();
        let derivatives = study.ask(Newton { target, designs, fits }).await?;
        fitting.advance(&derivatives)?;
    }
    let (designs, fits) = (fitting.designs(), fitting.points(|_| true));
    let deviances = study.ask(Deviance { target, designs, fits }).await?;
    fitting.choose(study, &deviances)
}

impl<'a> Fitting<'a> {
    fn new(prepared: &'a Prepared, families: &[ModelFamily], ridge: Strength) -> Self {
        let lambdas = match ridge {
            Strength::Cv => LAMBDA_GRID.to_vec(),
            Strength::Fixed(lambda) => vec![lambda],
        };
        let families: Vec<_> = prepared.families.iter().filter(|(f, _)| families.contains(f)).collect();
        let start = |design: &Design| {
            let columns = design.columns.len();
            lambdas.iter().map(|lambda| Ascent::new(columns, *lambda)).collect::<Vec<_>>()
        };
        let fits = families.iter().flat_map(|(_, designs)| designs).flat_map(start).collect();
        Self { prepared, families, lambdas, fits }
    }

    fn designs(&self) -> Vec<Design> {
        self.families.iter().flat_map(|(_, designs)| designs.clone()).collect()
    }

    fn is_moving(&self) -> bool {
        self.fits.iter().any(|fit| *fit.state() == AscentState::Moving)
    }

    fn points(&self, wanted: impl Fn(&Ascent) -> bool) -> Vec<Point> {
        let point = |(i, fit): (usize, &Ascent)| {
            wanted(fit).then(|| Point { design: i / self.lambdas.len(), beta: fit.beta().to_vec() })
        };
        self.fits.iter().enumerate().filter_map(point).collect()
    }

    /// The fits still moving; designs no longer used do not travel.
    fn next_step(&self) -> (Vec<Design>, Vec<Point>) {
        used(&self.designs(), self.points(|fit| *fit.state() == AscentState::Moving))
    }

    fn advance(&mut self, derivatives: &[Derivatives]) -> Result<(), AnalysisFault> {
        let mut derivatives = derivatives.iter();
        for i in 0..self.fits.len() {
            if *self.fits[i].state() != AscentState::Moving {
                continue;
            }
            let Some(at) = derivatives.next() else { return Err(AnalysisFault::OutOfTurn) };
            self.fits[i].advance(at);
            if let AscentState::Failed(failure) = self.fits[i].state() {
                let failure = *failure;
                return Err(self.failed(i, failure));
            }
        }
        Ok(())
    }

    fn failed(&self, fit: usize, failure: consilium_stats::FitFailure) -> AnalysisFault {
        let design = fit / self.lambdas.len();
        let sets = self.prepared.sets.len();
        AnalysisFault::Fit {
            family: self.families[design / sets].0,
            held_out: self.prepared.sets[design % sets].clone(),
            lambda: self.fits[fit].lambda(),
            failure,
        }
    }

    fn index(&self, family: usize, set: usize, lambda: usize) -> usize {
        (family * self.prepared.sets.len() + set) * self.lambdas.len() + lambda
    }

    /// Chooses lambda for every family and collects its models.
    fn choose(&self, study: &Study, deviances: &[Vec<f64>]) -> Result<Vec<Fitted>, AnalysisFault> {
        let family = |f: usize| self.fitted(study, deviances, f);
        (0..self.families.len()).map(family).collect()
    }

    fn fitted(&self, study: &Study, deviances: &[Vec<f64>], f: usize) -> Result<Fitted, AnalysisFault> {
        let (family, designs) = &self.families[f];
        let losses = Losses { sets: &self.prepared.sets, by_set: self.losses(deviances, f) };
        let held_out = std::iter::once(None).chain((0..study.cells()).map(Some));
        let choices: Vec<Choice> =
            held_out.map(|cell| losses.choose(study, self.prepared.label, cell, PathRule::Min)).collect();
        let best: Vec<usize> = choices.iter().map(|choice| choice.best).collect();
        let predictor = |cell: usize| {
            let set = 1 + cell;
            let beta = self.fits[self.index(f, set, best[set])].beta().to_vec();
            Some(Predictor::Logistic { design: designs[set].clone(), beta })
        };
        let path = self.lambdas.iter().zip(&choices[0].curve);
        let path = path.map(|(lambda, deviance)| LambdaPoint { lambda: *lambda, deviance: *deviance });
        let logistic = self.coefficients(study, f, best[0])?;
        let fold_lambdas = best[1..].iter().map(|b| self.lambdas[*b]).collect();
        let logistic = LogisticResult { path: path.collect(), fold_lambdas, ..logistic };
        Ok(Fitted {
            label: self.prepared.label,
            family: *family,
            learner: Learner::Logistic,
            cells: (0..study.cells()).map(predictor).collect(),
            fit: FitResult::Logistic(logistic),
        })
    }

    /// Deviances of a family by training set, penalty and held-out cell.
    fn losses(&self, deviances: &[Vec<f64>], f: usize) -> Vec<Vec<Vec<f64>>> {
        let of_set = |set| {
            let first = self.index(f, set, 0);
            deviances[first..first + self.lambdas.len()].to_vec()
        };
        (0..self.prepared.sets.len()).map(of_set).collect()
    }

    fn coefficients(&self, study: &Study, f: usize, lambda: usize) -> Result<LogisticResult, AnalysisFault> {
        let fit = self.index(f, 0, lambda);
        let design = &self.families[f].1[0];
        let AscentState::Converged(at) = self.fits[fit].state() else { return Err(AnalysisFault::OutOfTurn) };
        let lambda = self.lambdas[lambda];
        let covariance =
            covariance(at, lambda).ok_or_else(|| self.failed(fit, consilium_stats::FitFailure::Collinear))?;
        let beta = self.fits[fit].beta();
        Ok(LogisticResult::new(study.schema(), design, lambda, beta, &covariance, at.log_likelihood))
    }
}

/// Drops designs that no point uses and renumbers the rest.
fn used(designs: &[Design], mut points: Vec<Point>) -> (Vec<Design>, Vec<Point>) {
    let mut number = vec![None; designs.len()];
    let mut kept = Vec::new();
    for point in &mut points {
        let new = *number[point.design].get_or_insert_with(|| {
            kept.push(designs[point.design].clone());
            kept.len() - 1
        });
        point.design = new;
    }
    (kept, points)
}
