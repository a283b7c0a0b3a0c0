//! Nomograms, from the same file that predicts.

use consilium_model::{Input, ModelFile, Predictor};

use super::survival;
use crate::chart::{Nomogram, Outcome, Predictor as Axis};

/// More axes than this nobody reads.
const MOST: usize = 16;

/// Nothing for trees, for several classes without an order, and for more terms than a page can hold.
pub(super) fn nomogram(file: &ModelFile) -> Option<Nomogram> {
    let (start, coefficients, outcome) = match &file.predictor {
        Predictor::Logistic { intercept, coefficients } => {
            (*intercept, coefficients, Outcome::Risk(file.outcome.clone()))
        }
        Predictor::Ordinal { levels, thresholds, coefficients } => {
            let axis = |(level, threshold): (&String, &f64)| {
                (format!("Probability of {level} or higher"), *threshold)
            };
            let axes = levels.iter().skip(1).zip(thresholds).map(axis).collect();
            (0.0, coefficients, Outcome::Levels(axes))
        }
        Predictor::Cox { coefficients, baseline, horizons, .. } => {
            (0.0, coefficients, Outcome::Survival(survival::axes(baseline, horizons)))
        }
        _ => return None,
    };
    if coefficients.len() > MOST {
        return None;
    }
    let shift = centre(file, coefficients);
    let predictors = file.inputs.iter().zip(coefficients).map(|(input, b)| axis(input, *b)).collect();
    Some(Nomogram { intercept: start - shift, predictors, outcome })
}

/// What the means of all columns add to the score.
fn centre(file: &ModelFile, coefficients: &[f64]) -> f64 {
    let part = |(input, b): (&Input, &f64)| b * input.mean / input.sd;
    file.inputs.iter().zip(coefficients).map(part).fold(0.0, |sum, part| sum + part)
}

fn axis(input: &Input, standardised: f64) -> Axis {
    let both = || vec![("no".to_owned(), 0.0), ("yes".to_owned(), 1.0)];
    Axis {
        name: input.name.clone(),
        coefficient: standardised / input.sd,
        range: input.range,
        levels: if input.indicator { both() } else { Vec::new() },
    }
}
