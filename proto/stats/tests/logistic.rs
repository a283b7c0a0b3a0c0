//! Standardisation, Welch's test, ridge and maximum-likelihood logistic regression and calibration, from federated
//! sums, against R, scipy, statsmodels and an arithmetic of 50 digits.
//!
//! The table is `mtcars` of R (Henderson and Velleman, Biometrics 37 (1981) 391): is the gearbox manual, given horse
//! power and weight? Spec: docs/reference/methods.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::design::logistic;
use consilium_stats::distribution::normal_two_sided;
use consilium_stats::glm::{Climb, Inputs, Response, Slope, Stance, penalty, sandwich};
use consilium_stats::linear::Symmetric;
use consilium_stats::{
    AscentState, Calibration, Computation, Conditioning, Derivatives, Derived, Design, FitFailure, Gram,
    Harmonise, MomentTable, Moments, Scale, Scorer, Target,
};
use proptest::prelude::*;
use support::{Table, ask, close, linear};

const HORSE_POWER: [f64; 32] = [
    110., 110., 93., 110., 175., 105., 245., 62., 95., 123., 123., 180., 180., 180., 205., 215., 230., 66.,
    52., 65., 97., 150., 150., 245., 175., 66., 91., 113., 264., 175., 335., 109.,
];
const WEIGHT: [f64; 32] = [
    2.620, 2.875, 2.320, 3.215, 3.440, 3.460, 3.570, 3.190, 3.150, 3.440, 3.440, 4.070, 3.730, 3.780, 5.250,
    5.424, 5.345, 2.200, 1.615, 1.835, 2.465, 3.520, 3.435, 3.840, 3.845, 1.935, 2.140, 1.513, 3.170, 2.770,
    3.570, 2.780,
];
const MANUAL: [u8; 32] =
    [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1];

fn cars() -> Table {
    let rows = HORSE_POWER.iter().zip(WEIGHT).map(|(power, weight)| vec![*power, weight]);
    Table::new(rows.collect(), MANUAL.iter().map(|manual| *manual == 1).collect())
}

fn moments(sites: &[Table], width: usize) -> (Conditioning, MomentTable) {
    let scale = Scale { width };
    let conditioning = scale.finish(&ask(&scale, sites)).unwrap();
    let moments = Moments {
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        slots: 0,
        label: 0,
        classes: 2,
        conditioning: conditioning.clone(),
    };
    let table = moments.finish(&ask(&moments, sites)).unwrap();
    (conditioning, table)
}

/// All columns, standardised over all patients.
fn design(sites: &[Table], width: usize) -> Design {
    let (conditioning, table) = moments(sites, width);
    let mean = |j: usize| conditioning.centre[j] + conditioning.scale[j] * table.all(j).mean();
    let sd = |j: usize| conditioning.scale[j] * table.all(j).variance().sqrt();
    Design {
        columns: (0..width).collect(),
        mean: (0..width).map(mean).collect(),
        sd: (0..width).map(sd).collect(),
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        derived: Derived::default(),
    }
}

fn ridge(design: &Design, lambda: f64) -> Symmetric {
    penalty(Response::Binary(Target::case(0)), &Inputs::columns(design.clone()), lambda, 0.0)
}

/// The whole fit; derivatives at its end, or why there is none.
fn fit(sites: &[Table], design: &Design, lambda: f64) -> Result<(Vec<f64>, Derivatives), FitFailure> {
    let (response, inputs) = (Response::Binary(Target::case(0)), Inputs::columns(design.clone()));
    let mut ascent = Slope::new(response, &inputs, ridge(design, lambda));
    loop {
        let fits = vec![Stance { inputs: 0, beta: ascent.beta().to_vec(), active: None }];
        let climb = Climb { response, inputs: vec![inputs.clone()], fits };
        let derivatives = climb.finish(&ask(&climb, sites)).unwrap();
        ascent.advance(&derivatives[0]);
        match ascent.state() {
            AscentState::Moving => {}
            AscentState::Converged(at) => return Ok((ascent.beta().to_vec(), (**at).clone())),
            AscentState::Failed(failure) => return Err(*failure),
        }
    }
}

fn agrees(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        assert!(close(*f, *e, tolerance), "{name}: {found:?} {expected:?}");
    }
}

// Exact: mean and standard deviation of the decimal numbers above, with 50 digits (mpmath 1.4).
#[test]
fn means_and_deviations_are_those_of_the_table() {
    for sites in [vec![cars()], cars().split(5)] {
        let design = design(&sites, 2);
        agrees("mean", &design.mean, &[146.6875, 3.21725], 1e-15);
        agrees("sd", &design.sd, &[68.562_868_489_320_59, 0.978_457_442_989_696_6], 1e-14);
    }
}

// scipy 1.17.1: stats.ttest_ind(manual, automatic, equal_var=False); numpy.corrcoef.
// R 4 prints t = 5.4939, df = 29.234, p-value = 6.272e-06 for t.test(wt ~ am).
#[test]
fn welch_and_pearson_agree_with_scipy() {
    let sites = cars().split(3);
    let (conditioning, table) = moments(&sites, 2);
    for (column, t, freedom, p) in WELCH {
        let welch = table.welch(column).unwrap();
        agrees("welch", &[welch.t, welch.freedom, welch.p / p], &[t, freedom, 1.0], 1e-12);
    }
    let gram = Gram { held_out: Vec::new(), harmonise: Harmonise::None, columns: vec![0, 1], conditioning };
    let found = gram.finish(&ask(&gram, &sites)).unwrap();
    let r = |a, b| found.correlation(a, b);
    agrees("r", &[r(0, 1), r(1, 0), r(0, 0)], &[PEARSON, PEARSON, 1.0], 1e-13);
}

// Newton with 50 digits (mpmath 1.4), on columns standardised with n - 1. For lambda = 0 statsmodels 0.15.0
// `Logit(...).fit(method="newton")` gives the same to 15 digits; for lambda > 0 scikit-learn 1.9.1
// `LogisticRegression(C=1/lambda, solver="newton-cholesky")` gives the same coefficients to 13. A fit ends when a step
// is below 1e-9, which bounds what is left.
#[test]
fn coefficients_and_errors_agree_with_fifty_digits() {
    for sites in [vec![cars()], cars().split(4)] {
        let design = design(&sites, 2);
        for reference in &FITS {
            let (beta, at) = fit(&sites, &design, reference.lambda).unwrap();
            agrees("beta", &beta, &reference.beta, 2e-9);
            let covariance = sandwich(&at.information, &ridge(&design, reference.lambda)).unwrap();
            let se: Vec<f64> = (0..3).map(|i| covariance[i][i].sqrt()).collect();
            agrees("se", &se, &reference.se, 2e-8);
            agrees("log-likelihood", &[at.log_likelihood], &[reference.log_likelihood], 2e-8);
        }
    }
}

// R 4: glm(am ~ hp + wt, binomial, mtcars) prints hp 0.03626 (0.01773), wt -8.08348 (3.06868), residual deviance
// 10.059; statsmodels 0.15.0 gives the digits below.
#[test]
fn without_a_penalty_the_fit_is_that_of_glm() {
    let sites = cars().split(2);
    let design = design(&sites, 2);
    let (beta, at) = fit(&sites, &design, 0.0).unwrap();
    let covariance = sandwich(&at.information, &ridge(&design, 0.0)).unwrap();
    let raw: Vec<f64> = (0..2).map(|j| beta[j + 1] / design.sd[j]).collect();
    let se: Vec<f64> = (0..2).map(|j| covariance[j + 1][j + 1].sqrt() / design.sd[j]).collect();
    agrees("raw", &raw, &[0.036_255_596_082_216_61, -8.083_475_182_444_651], 1e-8);
    agrees("raw se", &se, &[0.017_734_154_331_947_33, 3.068_675_275_390_681_6], 1e-8);
    agrees("deviance", &[-2.0 * at.log_likelihood], &[10.059_110_472_266_99], 1e-10);
    let p: Vec<f64> = (0..3).map(|i| normal_two_sided(beta[i] / covariance[i][i].sqrt())).collect();
    agrees("p", &p, &[0.095_185_432, 0.040_914_654_21, 0.008_433_816_061], 1e-8);
}

// Newton with 50 digits (mpmath 1.4) on scores logit p = 2 (3 - weight); statsmodels 0.15.0 Logit, and GLM with an
// offset for the second fit, give the same 8 digits they print.
#[test]
fn calibration_agrees_with_fifty_digits() {
    let sites = cars().split(3);
    let design = Design {
        columns: vec![1],
        mean: vec![3.0],
        sd: vec![1.0],
        held_out: vec![0],
        harmonise: Harmonise::None,
        derived: Derived::default(),
    };
    let scorer =
        Scorer { cells: vec![Some(linear(design, vec![0.0, -2.0]))], output: 0, target: Target::case(0) };
    let mut point = [0.0, 1.0, 0.0];
    for _ in 0..12 {
        let question = Calibration { models: vec![scorer.clone()], points: vec![point] };
        let step = question.finish(&ask(&question, &sites)).unwrap().remove(0);
        let factor = step.joint.information.cholesky().unwrap();
        let joint = factor.solve(&step.joint.gradient);
        let offset = step.intercept[0] / step.intercept[1];
        point = [point[0] + joint[0], point[1] + joint[1], point[2] + offset];
        let inverse = factor.inverse();
        if joint[0].abs().max(joint[1].abs()).max(offset.abs()) < 1e-13 {
            let se = [inverse[0][0].sqrt(), inverse[1][1].sqrt(), (1.0 / step.intercept[1]).sqrt()];
            agrees(
                "point",
                &point,
                &[-0.031_540_157_862_282_79, 2.011_984_981_086_6, -0.206_813_085_038_523],
                1e-12,
            );
            agrees(
                "se",
                &se,
                &[0.605_417_656_437_537_2, 0.718_263_876_311_779_2, 0.449_307_104_829_964_4],
                1e-12,
            );
            agrees("log-likelihood", &[step.joint.log_likelihood], &[-9.588_042_403_722_542], 1e-12);
            return;
        }
    }
    panic!("the calibration fit does not converge: {point:?}");
}

#[test]
fn separated_and_collinear_tables_are_told_apart() {
    let rows: Vec<Vec<f64>> = (0..20).map(|i| vec![f64::from(i)]).collect();
    let separated = [Table::new(rows.clone(), (0..20).map(|i| i >= 9).collect())];
    assert_eq!(fit(&separated, &design(&separated, 1), 0.0).unwrap_err(), FitFailure::Separated);
    assert!(fit(&separated, &design(&separated, 1), 0.01).is_ok(), "a penalty holds the coefficient");
    let twice = rows.iter().map(|row| vec![row[0], 3.0 - 2.0 * row[0]]).collect();
    let collinear = [Table::new(twice, (0..20).map(|i| i % 3 == 0).collect())];
    assert_eq!(fit(&collinear, &design(&collinear, 2), 0.0).unwrap_err(), FitFailure::Collinear);
    assert!(fit(&collinear, &design(&collinear, 2), 0.01).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// At the maximum the penalised gradient vanishes: computed here with plain sums over pooled rows.
    #[test]
    fn a_ridge_fit_is_where_the_gradient_vanishes(
        rows in prop::collection::vec((-3.0..3.0f64, 1e5..2e5f64, any::<bool>()), 12..60),
        lambda in 0.05..50.0f64,
        sites in 1usize..5,
    ) {
        let table = Table::new(
            rows.iter().map(|(a, b, _)| vec![*a, *b]).collect(),
            rows.iter().map(|row| row.2).collect(),
        );
        prop_assume!(rows.iter().any(|row| row.2) && rows.iter().any(|row| !row.2));
        let sites = table.split(sites);
        let design = design(&sites, 2);
        let (beta, _) = fit(&sites, &design, lambda).unwrap();
        let mut gradient = [0.0, -lambda * beta[1], -lambda * beta[2]];
        for (a, b, case) in &rows {
            let z = [1.0, (a - design.mean[0]) / design.sd[0], (b - design.mean[1]) / design.sd[1]];
            let eta: f64 = z.iter().zip(&beta).map(|(z, b)| z * b).sum();
            let residual = f64::from(u8::from(*case)) - logistic(eta);
            gradient.iter_mut().zip(z).for_each(|(g, z)| *g += residual * z);
        }
        // the last step is below 1e-9 and the information below a quarter of 60 patients plus lambda
        prop_assert!(gradient.iter().all(|g| g.abs() < 1e-6), "{:?}", gradient);
    }
}

struct Fit {
    lambda: f64,
    beta: [f64; 3],
    se: [f64; 3],
    log_likelihood: f64,
}

const FITS: [Fit; 4] = [
    Fit {
        lambda: 0.0,
        beta: [-1.822_019_063_205_742_7, 2.485_787_666_186_945, -7.909_336_457_485_463],
        se: [1.091_907_668_293_088_3, 1.215_904_491_230_6, 3.002_568_163_324_382],
        log_likelihood: -5.029_555_236_133_494,
    },
    Fit {
        lambda: 0.1,
        beta: [-1.213_543_727_923_019_4, 1.569_801_862_784_055_4, -5.150_437_868_930_406],
        se: [0.682_530_420_211_584_2, 0.667_395_819_539_936_7, 1.294_940_911_318_304],
        log_likelihood: -5.667_164_865_027_693,
    },
    Fit {
        lambda: 1.0,
        beta: [-0.676_958_653_674_430_1, 0.545_679_235_255_446, -2.321_003_239_844_596_7],
        se: [0.455_289_479_501_536_8, 0.375_677_050_494_180_8, 0.476_173_333_561_921_65],
        log_likelihood: -9.484_738_526_864_66,
    },
    Fit {
        lambda: 10.0,
        beta: [-0.422_771_061_087_723_2, -0.053_678_862_569_925_81, -0.628_639_325_503_423_4],
        se: [0.376_733_013_294_832_54, 0.143_281_055_282_048_58, 0.137_483_576_680_275_43],
        log_likelihood: -16.233_656_888_152_13,
    },
];

/// Column, |t|, degrees of freedom, p.
const WELCH: [(usize, f64, f64, f64); 2] = [
    (0, 1.266_188_769_809_345_2, 18.715_409_662_504_527, 0.220_979_581_335_912_7),
    (1, 5.493_904_939_210_092_5, 29.233_515_563_224_717, 6.272_019_910_080_108e-6),
];
const PEARSON: f64 = 0.658_747_887_344_759_1;
