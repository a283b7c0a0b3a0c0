//! Ridge logistic regression by Newton's method on a dense matrix.

use nalgebra::{DMatrix, DVector};

use super::NotEstimable;

const STEP_TOLERANCE: f64 = 1e-9;
const MOST_ITERATIONS: usize = 25;

/// A fit on standardised columns, intercept first.
pub(super) struct Fit {
    /// Intercept, then one coefficient a column.
    pub(super) beta: DVector<f64>,
    /// Standard errors, in the same order.
    pub(super) se: DVector<f64>,
}

/// Maximises `loglik - lambda/2 * |beta without intercept|^2`; `z` has a leading column of ones.
pub(super) fn fit(z: &DMatrix<f64>, y: &DVector<f64>, lambda: f64) -> Result<Fit, NotEstimable> {
    let ridge = penalty(z.ncols(), lambda);
    let mut beta = DVector::zeros(z.ncols());
    for _ in 0..MOST_ITERATIONS {
        let (gradient, information) = derivatives(z, y, &beta);
        let gradient = gradient - &ridge * &beta;
        let step = (information + &ridge).cholesky().ok_or(NotEstimable::NotConverged)?.solve(&gradient);
        let step = halve_until_better(z, y, &beta, step, &ridge);
        beta += &step;
        if step.amax() <= STEP_TOLERANCE {
            return Ok(Fit { se: standard_errors(z, y, &beta, &ridge)?, beta });
        }
    }
    Err(NotEstimable::NotConverged)
}

/// Minus log-likelihood of rows under a fit.
pub(super) fn deviance(z: &DMatrix<f64>, y: &DVector<f64>, beta: &DVector<f64>) -> f64 {
    -log_likelihood(z, y, beta)
}

/// Probabilities of being a case.
pub(super) fn predict(z: &DMatrix<f64>, beta: &DVector<f64>) -> Vec<f64> {
    (z * beta).iter().map(|eta| 1.0 / (1.0 + (-eta).exp())).collect()
}

fn penalty(width: usize, lambda: f64) -> DMatrix<f64> {
    DMatrix::from_diagonal(&DVector::from_fn(width, |i, _| if i == 0 { 0.0 } else { lambda }))
}

pub(super) fn derivatives(
    z: &DMatrix<f64>,
    y: &DVector<f64>,
    beta: &DVector<f64>,
) -> (DVector<f64>, DMatrix<f64>) {
    let p = DVector::from_vec(predict(z, beta));
    let weighted = DMatrix::from_fn(z.nrows(), z.ncols(), |i, j| z[(i, j)] * p[i] * (1.0 - p[i]));
    (z.transpose() * (y - &p), z.transpose() * weighted)
}

fn log_likelihood(z: &DMatrix<f64>, y: &DVector<f64>, beta: &DVector<f64>) -> f64 {
    let softplus = |eta: f64| eta.max(0.0) + (-eta.abs()).exp().ln_1p();
    (z * beta).iter().zip(y.iter()).map(|(eta, y)| y * eta - softplus(*eta)).sum()
}

fn halve_until_better(
    z: &DMatrix<f64>,
    y: &DVector<f64>,
    beta: &DVector<f64>,
    mut step: DVector<f64>,
    ridge: &DMatrix<f64>,
) -> DVector<f64> {
    let target = |b: &DVector<f64>| log_likelihood(z, y, b) - 0.5 * b.dot(&(ridge * b));
    let start = target(beta);
    let slack = 1e-12 * (1.0 + start.abs());
    for _ in 0..30 {
        if target(&(beta + &step)) >= start - slack {
            break;
        }
        step *= 0.5;
    }
    step
}

/// Square roots of the diagonal of `(I + P)^-1 I (I + P)^-1`.
fn standard_errors(
    z: &DMatrix<f64>,
    y: &DVector<f64>,
    beta: &DVector<f64>,
    ridge: &DMatrix<f64>,
) -> Result<DVector<f64>, NotEstimable> {
    let (_, information) = derivatives(z, y, beta);
    let inverse = (&information + ridge).cholesky().ok_or(NotEstimable::NotConverged)?.inverse();
    Ok((&inverse * information * &inverse).diagonal().map(f64::sqrt))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Python 3.11, statsmodels 0.15.0: sm.Logit(y, sm.add_constant(x)).fit(tol=1e-14)
    // x = 0..9 / 3, y below
    const BETA: [f64; 2] = [-1.997_417_414_158_14, 1.331_611_609_438_76];
    const SE: [f64; 2] = [1.533_177_765_507_56, 0.894_258_502_292_93];

    #[test]
    fn agrees_with_statsmodels() {
        let x: Vec<f64> = (0..10).map(|i| f64::from(i) / 3.0).collect();
        let y = DVector::from_vec(vec![0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]);
        let z = DMatrix::from_fn(10, 2, |row, column| if column == 0 { 1.0 } else { x[row] });
        let fit = fit(&z, &y, 0.0).unwrap();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-8, "{a} {b}");
        close(fit.beta[0], BETA[0]);
        close(fit.beta[1], BETA[1]);
        close(fit.se[0], SE[0]);
        close(fit.se[1], SE[1]);
    }

    #[test]
    fn separated_classes_are_said_to_be_so() {
        let z = DMatrix::from_fn(6, 2, |row, column| if column == 0 { 1.0 } else { row as f64 });
        let y = DVector::from_vec(vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        assert!(fit(&z, &y, 0.0).is_err());
        assert!(fit(&z, &y, 1.0).is_ok());
    }
}
