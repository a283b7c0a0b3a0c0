//! Proximal Newton steps of a lasso or elastic-net fit, on the coordinator's side.
//!
//! A step needs the whole gradient and the information of a *working set* of columns; coordinate descent finds the best
//! point of the quadratic on it. Columns outside that break the optimality conditions join, the strongest first, and
//! columns whose coefficients are zero leave. A fit ends where all conditions hold.
//! Spec: docs/reference/methods/linear.md.

use super::ascent::RUNAWAY;
use super::{Response, Stance};
use crate::lasso::{Quadratic, Shrinkage, maximise};
use crate::{Derivatives, FitFailure};

/// The last step is taken, and what is left of it is of the order of its square.
pub const STEP_TOLERANCE: f64 = 1e-6;
/// Relative excess of a gradient over its penalty that calls a column in.
const EXCESS: f64 = 1e-7;
/// Columns that join the working set in one step.
const MOST_JOINING: usize = 20;
/// Steps and halvings before a fit is given up.
const MOST_STEPS: usize = 60;

/// Which coefficients are penalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameters {
    /// Of one linear predictor.
    Single,
    /// Of every class, the reference too, as glmnet's `multinomial`.
    EveryClass(usize),
}

/// A fit on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct LassoAscent {
    parameters: Parameters,
    shrinkage: Shrinkage,
    /// By class of [`Parameters`]: intercept, then one coefficient a column.
    b: Vec<Vec<f64>>,
    working: Vec<usize>,
    accepted: Option<(Vec<Vec<f64>>, f64)>,
    steps: usize,
    tolerance: f64,
    state: LassoState,
}

/// How far a fit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LassoState {
    /// Derivatives at [`LassoAscent::stance`] are needed.
    Moving,
    /// Done.
    Converged,
    /// Given up.
    Failed(FitFailure),
}

/// A coefficient of the working set: its class and its column; no column for an intercept.
type Coordinate = (usize, Option<usize>);

impl Parameters {
    /// Those of a response that has a lasso.
    #[must_use]
    pub fn of(response: Response) -> Self {
        match response {
            Response::Nominal { classes, .. } => Self::EveryClass(classes),
            _ => Self::Single,
        }
    }

    /// Classes with coefficients, of which the first is 1 with a single predictor, 0 otherwise.
    fn classes(self) -> std::ops::Range<usize> {
        match self {
            Self::Single => 1..2,
            Self::EveryClass(classes) => 0..classes,
        }
    }
}

impl LassoAscent {
    /// Starts without columns, at the intercepts of the classes' frequencies.
    ///
    /// `counts` are patients of the training set by class, `lambda` is a patient's share, `alpha` that of the lasso.
    #[must_use]
    pub fn new(response: Response, columns: usize, counts: &[u64], lambda: f64, alpha: f64) -> Self {
        let parameters = Parameters::of(response);
        let n: u64 = counts.iter().sum();
        let odds = |class: usize| libm::log(counts[class] as f64 / counts[0] as f64);
        let zero = |class: usize| std::iter::once(odds(class)).chain(vec![0.0; columns]).collect();
        Self {
            parameters,
            shrinkage: Shrinkage::elastic(n as f64 * lambda, alpha),
            b: parameters.classes().map(zero).collect(),
            working: Vec::new(),
            accepted: None,
            steps: 0,
            tolerance: STEP_TOLERANCE,
            state: LassoState::Moving,
        }
    }

    /// Ends with a last step up to this size instead of [`STEP_TOLERANCE`].
    #[must_use]
    pub fn within(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// How far the fit has come.
    #[must_use]
    pub fn state(&self) -> LassoState {
        self.state
    }

    /// By class of the penalised parameters: intercept, then one coefficient a column.
    #[must_use]
    pub fn coefficients(&self) -> &[Vec<f64>] {
        &self.b
    }

    /// Columns with a coefficient that is not zero.
    #[must_use]
    pub fn support(&self) -> Vec<usize> {
        let columns = self.b[0].len() - 1;
        (0..columns).filter(|j| self.b.iter().any(|b| b[j + 1] != 0.0)).collect()
    }

    /// Puts columns into the working set.
    pub fn work_on(&mut self, columns: &[usize]) {
        self.working.extend(columns);
        self.working.sort_unstable();
        self.working.dedup();
    }

    /// Where derivatives are asked: coefficients against the reference class, information of the working set.
    #[must_use]
    pub fn stance(&self, inputs: usize) -> Stance {
        let columns = self.b[0].len();
        let blocks = self.reference().len();
        let of_block = |m: usize| {
            let working = self.working.iter().map(move |j| m * columns + j + 1);
            std::iter::once(m * columns).chain(working)
        };
        let active = (0..blocks).flat_map(of_block).collect();
        Stance { inputs, beta: self.reference().concat(), active: Some(active) }
    }

    /// Coefficients of each class but the reference, less those of the reference.
    fn reference(&self) -> Vec<Vec<f64>> {
        match self.parameters {
            Parameters::Single => self.b.clone(),
            Parameters::EveryClass(_) => {
                let less = |b: &Vec<f64>| b.iter().zip(&self.b[0]).map(|(b, first)| b - first).collect();
                self.b[1..].iter().map(less).collect()
            }
        }
    }

    /// Columns by how far their gradient exceeds the lasso, the furthest first.
    #[must_use]
    pub fn excess(&self, at: &Derivatives) -> Vec<usize> {
        let columns = self.b[0].len() - 1;
        let strongest = |j: usize| {
            let of_class = |class| self.gradient(at, (class, Some(j))).abs();
            self.parameters.classes().map(of_class).fold(0.0, f64::max)
        };
        let limit = self.shrinkage.lasso * (1.0 + EXCESS);
        let mut found: Vec<(f64, usize)> = (0..columns)
            .filter(|j| !self.working.contains(j))
            .map(|j| (strongest(j), j))
            .filter(|(g, _)| *g > limit)
            .collect();
        found.sort_by(|(g, i), (h, j)| h.total_cmp(g).then(i.cmp(j)));
        found.into_iter().map(|(_, j)| j).collect()
    }

    /// Takes the derivatives at [`LassoAscent::stance`] and moves.
    pub fn advance(&mut self, at: &Derivatives) {
        self.steps += 1;
        let value = at.log_likelihood - self.penalty();
        if let Some((point, best)) = &self.accepted
            && value < best - 1e-12 * (1.0 + best.abs())
        {
            for (b, p) in self.b.iter_mut().flatten().zip(point.iter().flatten()) {
                *b = 0.5 * (*b + p);
            }
            return self.give_up_when_stalled();
        }
        self.accepted = Some((self.b.clone(), value));
        let joining: Vec<usize> = self.excess(at).into_iter().take(MOST_JOINING).collect();
        let Some(moved) = self.descend(at) else {
            self.state = LassoState::Failed(FitFailure::Stalled);
            return;
        };
        if joining.is_empty() && moved <= self.tolerance {
            self.state = LassoState::Converged;
            return;
        }
        self.working = self.support();
        self.work_on(&joining);
        self.give_up_when_stalled();
    }

    fn penalty(&self) -> f64 {
        self.b.iter().flat_map(|b| &b[1..]).fold(0.0, |sum, b| sum + self.shrinkage.of(*b))
    }

    /// Moves to the best point of the quadratic on the working set; the longest move of a coefficient.
    fn descend(&mut self, at: &Derivatives) -> Option<f64> {
        let coordinates = self.coordinates();
        let first = self.parameters.classes().start;
        let place = |(class, column): &Coordinate| (class - first, column.map_or(0, |j| j + 1));
        let now: Vec<f64> = coordinates.iter().map(place).map(|(class, at)| self.b[class][at]).collect();
        let gradient: Vec<f64> = coordinates.iter().map(|c| self.gradient(at, *c)).collect();
        let upper = coordinates.iter().enumerate();
        let upper = upper.flat_map(|(i, a)| coordinates[i..].iter().map(move |b| (*a, *b)));
        let upper: Vec<f64> = upper.map(|(a, b)| self.information(at, a, b)).collect();
        let information = crate::linear::Symmetric::from_triangle(coordinates.len(), upper);
        let shrinkage = |(_, column): &Coordinate| column.map_or(Shrinkage::FREE, |_| self.shrinkage);
        let shrinkage: Vec<Shrinkage> = coordinates.iter().map(shrinkage).collect();
        let model = Quadratic { at: &now, gradient: &gradient, information: &information };
        let next = maximise(&model, &shrinkage)?;
        let mut longest: f64 = 0.0;
        for ((class, at), b) in coordinates.iter().map(place).zip(next) {
            longest = longest.max((b - self.b[class][at]).abs());
            self.b[class][at] = b;
        }
        Some(longest)
    }

    /// The working set, intercepts first in each class; that of class 0 stays where it is.
    fn coordinates(&self) -> Vec<Coordinate> {
        let of_class = |class: usize| {
            let intercept = (class > 0).then_some((class, None));
            intercept.into_iter().chain(self.working.iter().map(move |j| (class, Some(*j))))
        };
        self.parameters.classes().flat_map(of_class).collect()
    }

    /// A slope of class 0 is minus the sum of those of the others.
    fn gradient(&self, at: &Derivatives, (class, column): Coordinate) -> f64 {
        let width = self.b[0].len();
        let of_class = |class: usize| at.gradient[(class - 1) * width + column.map_or(0, |j| j + 1)];
        if class > 0 {
            return of_class(class);
        }
        -(1..self.parameters.classes().end).fold(0.0, |sum, class| sum + of_class(class))
    }

    fn information(&self, at: &Derivatives, a: Coordinate, b: Coordinate) -> f64 {
        let others = 1..self.parameters.classes().end;
        if a.0 == 0 {
            return -others.fold(0.0, |sum, class| sum + self.information(at, (class, a.1), b));
        }
        if b.0 == 0 {
            return -others.fold(0.0, |sum, class| sum + self.information(at, a, (class, b.1)));
        }
        let place = |(class, column): Coordinate| {
            let within = column.and_then(|j| self.working.binary_search(&j).ok()).map_or(0, |w| w + 1);
            (class - 1) * (self.working.len() + 1) + within
        };
        at.information.at(place(a), place(b))
    }

    fn give_up_when_stalled(&mut self) {
        let runaway = self.b.iter().flatten().any(|b| !b.is_finite() || b.abs() > RUNAWAY);
        if runaway {
            self.state = LassoState::Failed(FitFailure::Separated);
        } else if self.steps >= MOST_STEPS {
            self.state = LassoState::Failed(FitFailure::Stalled);
        }
    }
}
