//! What a linear model is fitted to: the log-likelihood of one patient as a function of linear predictors.
//!
//! Coefficients lie flat. Each belongs to one *slot* (a linear predictor, or the shared slope of an ordinal model) and
//! multiplies one input, or 1 for an intercept. Spec: docs/reference/methods/linear.md.

use serde::{Deserialize, Serialize};

use crate::design::{logistic, loss};
use crate::{QueryFault, Rows, Target, check};

/// The outcome and its likelihood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Response {
    /// Logistic regression: intercept, then a coefficient an input.
    Binary(Target),
    /// Logistic regression on softened classes, as Platt's: a case counts as `high`, a control as `low`.
    Soft {
        /// Which patients are cases.
        target: Target,
        /// Of a control.
        low: f64,
        /// Of a case.
        high: f64,
    },
    /// Minus the squared hinge loss, `-max(0, 1 - s eta)^2` with s = 1 for a case and -1 for a control.
    Hinge(Target),
    /// Multinomial logistic regression, class 0 the reference: for each other class an intercept and its coefficients.
    Nominal {
        /// Which of the study's labels.
        label: usize,
        /// Its classes.
        classes: usize,
    },
    /// Proportional odds, `logit P(y <= k) = theta_k - x'b` as `polr` of R: all theta, then one coefficient an input.
    Ordinal {
        /// Which of the study's labels.
        label: usize,
        /// Its classes, in order.
        classes: usize,
    },
}

/// Value and derivatives of one patient's log-likelihood by slot.
pub(crate) struct Local {
    pub(crate) value: f64,
    pub(crate) slope: Vec<f64>,
    /// Minus second derivatives, by rows.
    pub(crate) bend: Vec<Vec<f64>>,
}

/// Which slot a coefficient belongs to and what it multiplies: an input, or 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The linear predictor; for the slopes of an ordinal model, the one past the thresholds.
    pub slot: usize,
    /// Position of the input; nothing for an intercept or threshold.
    pub input: Option<usize>,
}

impl Response {
    /// Number of classes.
    #[must_use]
    pub fn classes(self) -> usize {
        match self {
            Self::Binary(_) | Self::Soft { .. } | Self::Hinge(_) => 2,
            Self::Nominal { classes, .. } | Self::Ordinal { classes, .. } => classes,
        }
    }

    /// Number of coefficients with this many inputs.
    #[must_use]
    pub fn coefficients(self, inputs: usize) -> usize {
        match self {
            Self::Ordinal { classes, .. } => classes.saturating_sub(1).saturating_add(inputs),
            _ => self.classes().saturating_sub(1).saturating_mul(inputs.saturating_add(1)),
        }
    }

    /// Every coefficient's place, in their order.
    #[must_use]
    pub fn places(self, inputs: usize) -> Vec<Place> {
        let cuts = self.classes() - 1;
        let place = |slot, input| Place { slot, input };
        if let Self::Ordinal { .. } = self {
            let slopes = (0..inputs).map(|input| place(cuts, Some(input)));
            return (0..cuts).map(|slot| place(slot, None)).chain(slopes).collect();
        }
        let of_slot =
            |slot| std::iter::once(place(slot, None)).chain((0..inputs).map(move |i| place(slot, Some(i))));
        (0..cuts).flat_map(of_slot).collect()
    }

    /// The class of a patient; nothing where it is not known.
    pub(crate) fn class(self, rows: &dyn Rows, row: usize) -> Option<usize> {
        match self {
            Self::Binary(target) | Self::Soft { target, .. } | Self::Hinge(target) => {
                target.of(rows, row).map(usize::from)
            }
            Self::Nominal { label, classes } | Self::Ordinal { label, classes } => {
                let class = rows.label(row, label)?;
                usize::try_from(class).ok().filter(|class| *class < classes)
            }
        }
    }

    pub(crate) fn check(self) -> Result<(), QueryFault> {
        match self {
            Self::Binary(target) | Self::Hinge(target) => target.check(),
            Self::Soft { target, low, high } => {
                target.check()?;
                check::positive("softened classes", &[low, high, 1.0 - low, 1.0 - high])
            }
            Self::Nominal { label, classes } | Self::Ordinal { label, classes } => {
                check::index("label", label, check::MOST_LABELS)?;
                check::size("classes", classes, check::MOST_CLASSES)?;
                check::size("missing classes", 2usize.saturating_sub(classes), 0)
            }
        }
    }

    /// Thresholds of an ordinal model must rise.
    pub(crate) fn check_beta(self, beta: &[f64]) -> Result<(), QueryFault> {
        check::finite("coefficients", beta)?;
        let Self::Ordinal { classes, .. } = self else { return Ok(()) };
        let rising = beta[..classes - 1].windows(2).all(|pair| pair[0] < pair[1]);
        if rising { Ok(()) } else { Err(QueryFault::Number("thresholds that do not rise")) }
    }

    /// The linear predictors of a patient.
    fn predictors(self, beta: &[f64], x: &[f64]) -> Vec<f64> {
        let dot = |b: &[f64], from: f64| b.iter().zip(x).fold(from, |eta, (b, x)| eta + b * x);
        match self {
            Self::Ordinal { classes, .. } => {
                let (theta, b) = beta.split_at(classes - 1);
                let risk = dot(b, 0.0);
                theta.iter().map(|theta| theta - risk).collect()
            }
            _ => beta.chunks(x.len() + 1).map(|b| dot(&b[1..], b[0])).collect(),
        }
    }

    /// Derivatives of one patient's log-likelihood.
    pub(crate) fn local(self, beta: &[f64], x: &[f64], class: usize) -> Local {
        let eta = self.predictors(beta, x);
        match self {
            Self::Binary(_) => soft(eta[0], if class == 1 { 1.0 } else { 0.0 }),
            Self::Soft { low, high, .. } => soft(eta[0], if class == 1 { high } else { low }),
            Self::Hinge(_) => hinge(eta[0], class),
            Self::Nominal { .. } => nominal(&eta, class),
            Self::Ordinal { .. } => ordinal(&eta, class),
        }
    }

    /// The probability of each class; of a binary response, of being a case.
    pub(crate) fn probabilities(self, beta: &[f64], x: &[f64]) -> Vec<f64> {
        let eta = self.predictors(beta, x);
        match self {
            Self::Binary(_) | Self::Soft { .. } | Self::Hinge(_) => vec![logistic(eta[0])],
            Self::Nominal { .. } => softmax(&eta),
            Self::Ordinal { .. } => {
                let at_most = |k: usize| eta.get(k).map_or(1.0, |eta| logistic(*eta));
                let below = |k: usize| if k == 0 { 0.0 } else { at_most(k - 1) };
                (0..=eta.len()).map(|k| (at_most(k) - below(k)).max(0.0)).collect()
            }
        }
    }

    /// Number of outputs of a predictor.
    pub(crate) fn outputs(self) -> usize {
        match self {
            Self::Binary(_) | Self::Soft { .. } | Self::Hinge(_) => 1,
            Self::Nominal { classes, .. } | Self::Ordinal { classes, .. } => classes,
        }
    }
}

fn soft(eta: f64, case: f64) -> Local {
    let p = logistic(eta);
    // a weight of 0 must not meet an infinite loss
    let part = |weight: f64, case: bool| if weight > 0.0 { weight * loss(eta, case) } else { 0.0 };
    let value = -(part(case, true) + part(1.0 - case, false));
    Local { value, slope: vec![case - p], bend: vec![vec![p * (1.0 - p)]] }
}

fn hinge(eta: f64, class: usize) -> Local {
    let sign = if class == 1 { 1.0 } else { -1.0 };
    let short = (1.0 - sign * eta).max(0.0);
    let bend = if short > 0.0 { 2.0 } else { 0.0 };
    Local { value: -short * short, slope: vec![2.0 * sign * short], bend: vec![vec![bend]] }
}

/// Probabilities of all classes from the predictors of all but the reference.
fn softmax(eta: &[f64]) -> Vec<f64> {
    let most = eta.iter().fold(0.0, |most: f64, eta| most.max(*eta));
    let e: Vec<f64> = std::iter::once(&0.0).chain(eta).map(|eta| libm::exp(eta - most)).collect();
    let total: f64 = e.iter().fold(0.0, |sum, e| sum + e);
    e.iter().map(|e| e / total).collect()
}

fn nominal(eta: &[f64], class: usize) -> Local {
    let most = eta.iter().fold(0.0, |most: f64, eta| most.max(*eta));
    let total = std::iter::once(&0.0).chain(eta).fold(0.0, |sum, eta| sum + libm::exp(eta - most));
    let own = if class == 0 { 0.0 } else { eta[class - 1] };
    let p = softmax(eta);
    let is = |condition: bool| if condition { 1.0 } else { 0.0 };
    Local {
        value: (own - most - libm::log(total)).min(0.0),
        slope: (1..p.len()).map(|m| is(m == class) - p[m]).collect(),
        bend: (1..p.len()).map(|m| (1..p.len()).map(|l| p[m] * (is(l == m) - p[l])).collect()).collect(),
    }
}

/// With `u` the predictor above the class and `l` the one below, `P = F(u) F(-l) (1 - exp(l - u))`, which cancels
/// nothing and shows that the log-likelihood is concave.
fn ordinal(eta: &[f64], class: usize) -> Local {
    let slots = eta.len() + 1;
    let mut local = Local { value: 0.0, slope: vec![0.0; slots], bend: vec![vec![0.0; slots]; slots] };
    let (upper, lower) = (eta.get(class).copied(), class.checked_sub(1).map(|k| eta[k]));
    if let Some(u) = upper {
        local.value -= loss(u, true);
        local.slope[class] += logistic(-u);
        local.bend[class][class] += logistic(u) * logistic(-u);
    }
    if let Some(l) = lower {
        local.value -= loss(l, false);
        local.slope[class - 1] -= logistic(l);
        local.bend[class - 1][class - 1] += logistic(l) * logistic(-l);
    }
    if let (Some(u), Some(l)) = (upper, lower) {
        let q = 1.0 / libm::expm1(u - l);
        let s = q * (1.0 + q);
        local.value += libm::log1p(-libm::exp(l - u));
        for (slot, other, sign) in [(class, class - 1, 1.0), (class - 1, class, -1.0)] {
            local.slope[slot] += sign * q;
            local.bend[slot][slot] += s;
            local.bend[slot][other] -= s;
        }
    }
    share_slope(&mut local);
    local
}

/// Fills the last slot: the slope shared by all thresholds, which enters them with a minus.
fn share_slope(local: &mut Local) {
    let last = local.slope.len() - 1;
    local.slope[last] = -local.slope[..last].iter().fold(0.0, |sum, s| sum + s);
    for m in 0..last {
        let across = -local.bend[m][..last].iter().fold(0.0, |sum, b| sum + b);
        local.bend[m][last] = across;
        local.bend[last][m] = across;
    }
    local.bend[last][last] = -(0..last).fold(0.0, |sum, m| sum + local.bend[m][last]);
}
