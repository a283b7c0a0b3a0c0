//! Firth's, the lasso's and Cox's pooled fits, for tests.
//!
//! Each is written down from their objective and iterated until the optimality conditions hold to 1e-12: nothing of how
//! the federation gets there is used.

use consilium_types::Schema;
use consilium_types::plan::{ModelFamily, StudyPlan};
use nalgebra::{DMatrix, DVector};

use super::fold::Fold;
use super::logistic::{derivatives, predict};
use super::screen::{mean, variance};
use super::{NotEstimable, Table};

/// Name and coefficient of every column, the intercept under an empty name.
pub(crate) type Coefficients = Vec<(String, f64)>;

/// Maximises `loglik + log det I / 2` by Fisher scoring on the modified score (Firth, Biometrika 80 (1993) 27).
pub(crate) fn firth(
    plan: &StudyPlan,
    schema: &Schema,
    family: ModelFamily,
    table: &Table,
) -> Result<Coefficients, NotEstimable> {
    let (fold, z, y) = problem(plan, schema, family, table)?;
    let mut beta = DVector::zeros(z.ncols());
    for _ in 0..500 {
        let (_, information) = derivatives(&z, &y, &beta);
        let inverse = information.try_inverse().ok_or(NotEstimable::NotConverged)?;
        let p = DVector::from_vec(predict(&z, &beta));
        let leverage =
            |row: usize| (z.row(row) * &inverse * z.row(row).transpose())[0] * p[row] * (1.0 - p[row]);
        let residual = DVector::from_fn(z.nrows(), |row, _| y[row] - p[row] + leverage(row) * (0.5 - p[row]));
        let score = z.transpose() * residual;
        if score.amax() < 1e-12 {
            return Ok(named(schema, &fold, &beta));
        }
        beta += inverse * score;
    }
    Err(NotEstimable::NotConverged)
}

/// Maximises `loglik - lambda * sum of absolutes`, the intercept free, by accelerated proximal gradients (Beck and
/// Teboulle, SIAM J Imaging Sci 2 (2009) 183).
pub(crate) fn lasso(
    plan: &StudyPlan,
    schema: &Schema,
    family: ModelFamily,
    table: &Table,
    lambda: f64,
) -> Result<Coefficients, NotEstimable> {
    let (fold, z, y) = problem(plan, schema, family, table)?;
    // the curvature is nowhere above a quarter of the largest eigenvalue of Z'Z
    let step = 4.0 / (z.transpose() * &z).symmetric_eigenvalues().max();
    let mut beta: DVector<f64> = DVector::zeros(z.ncols());
    let (mut ahead, mut momentum) = (beta.clone(), 1.0_f64);
    for _ in 0..200_000 {
        let (gradient, _) = derivatives(&z, &y, &ahead);
        let mut next = &ahead + step * gradient;
        next.iter_mut().skip(1).for_each(|b| *b = b.signum() * (b.abs() - step * lambda).max(0.0));
        let moved = (&next - &ahead).amax();
        let faster = f64::midpoint(1.0, (1.0 + 4.0 * momentum * momentum).sqrt());
        // begins anew when the momentum points uphill (O'Donoghue and Candès 2015)
        let uphill = (&ahead - &next).dot(&(&next - &beta)) > 0.0;
        let weight = if uphill { 0.0 } else { (momentum - 1.0) / faster };
        ahead = &next + weight * (&next - &beta);
        momentum = if uphill { 1.0 } else { faster };
        beta = next;
        if moved < 1e-13 {
            return Ok(named(schema, &fold, &beta));
        }
    }
    Err(NotEstimable::NotConverged)
}

/// A patient of a study of survival.
pub(crate) struct Followed {
    /// Covariates, NaN where missing.
    pub(crate) values: Vec<f64>,
    /// The interval in which the follow-up ends.
    pub(crate) interval: usize,
    /// Whether with an event.
    pub(crate) event: bool,
}

/// Maximises Breslow's partial likelihood less `lambda/2 |b|^2` over standardised columns, by Newton's method on every risk set
/// (Cox, J R Stat Soc B 34 (1972) 187; Breslow, Biometrics 30 (1974) 89).
pub(crate) fn cox(patients: &[Followed], lambda: f64) -> Result<Vec<f64>, NotEstimable> {
    let width = patients[0].values.len();
    let scale = |column: usize| {
        let known = patients.iter().map(|patient| patient.values[column]).filter(|x| !x.is_nan());
        let known: Vec<f64> = known.collect();
        (mean(&known), variance(&known).sqrt())
    };
    let scales: Vec<(f64, f64)> = (0..width).map(scale).collect();
    let z = |patient: &Followed| {
        let one = |(x, (centre, sd)): (&f64, &(f64, f64))| if x.is_nan() { 0.0 } else { (x - centre) / sd };
        DVector::from_iterator(width, patient.values.iter().zip(&scales).map(one))
    };
    let rows: Vec<DVector<f64>> = patients.iter().map(z).collect();
    let mut beta = DVector::zeros(width);
    for _ in 0..50 {
        let (mut gradient, mut information) = (-lambda * &beta, lambda * DMatrix::identity(width, width));
        for (who, _) in patients.iter().enumerate().filter(|(_, patient)| patient.event) {
            let at_risk = (0..rows.len()).filter(|other| patients[*other].interval >= patients[who].interval);
            let (mut total, mut sum) = (0.0, DVector::zeros(width));
            let mut squares = DMatrix::zeros(width, width);
            for other in at_risk {
                let weight = rows[other].dot(&beta).exp();
                total += weight;
                sum += weight * &rows[other];
                squares += weight * &rows[other] * rows[other].transpose();
            }
            let centre = sum / total;
            gradient += &rows[who] - &centre;
            information += squares / total - &centre * centre.transpose();
        }
        let step = information.cholesky().ok_or(NotEstimable::NotConverged)?.solve(&gradient);
        beta += &step;
        if step.amax() < 1e-12 {
            return Ok(beta.iter().copied().collect());
        }
    }
    Err(NotEstimable::NotConverged)
}

type Problem<'a> = (Fold<'a>, DMatrix<f64>, DVector<f64>);

fn problem<'a>(
    plan: &'a StudyPlan,
    schema: &'a Schema,
    family: ModelFamily,
    table: &'a Table,
) -> Result<Problem<'a>, NotEstimable> {
    let fold = Fold::new(plan, schema, family, table, &[])?;
    let (z, y) = fold.problem();
    Ok((fold, z, y))
}

fn named(schema: &Schema, fold: &Fold<'_>, beta: &DVector<f64>) -> Coefficients {
    let names = fold.columns.iter().map(|column| schema.columns[*column].name.clone());
    std::iter::once(String::new()).chain(names).zip(beta.iter().copied()).collect()
}
