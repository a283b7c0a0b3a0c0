//! One patient's prediction, in f64 and a fixed order of sums.

use serde::{Deserialize, Serialize};

use crate::check::{Fault, check};
use crate::file::{Input, Link, ModelFile, Predictor};
use crate::tree::Tree;

/// What a model says about one patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Prediction {
    /// Probability of the outcome.
    Risk(f64),
    /// Probability of each class.
    Classes(Vec<(String, f64)>),
    /// Logarithm of the relative hazard, and survival at each horizon.
    Survival {
        /// `sum b z`.
        score: f64,
        /// Time and probability of being free of the event; empty without a baseline.
        survival: Vec<[f64; 2]>,
    },
    /// A score that is no probability.
    Score(f64),
}

/// Predicts from values in the order of the inputs; `None` where missing.
pub fn predict(file: &ModelFile, values: &[Option<f64>]) -> Result<Prediction, Fault> {
    check(file)?;
    if values.len() != file.inputs.len() {
        return Err(Fault::Values { expected: file.inputs.len(), found: values.len() });
    }
    let values: Vec<Option<f64>> = values.iter().map(|value| value.filter(|v| v.is_finite())).collect();
    let z: Vec<f64> =
        file.inputs.iter().zip(&values).map(|(input, value)| standardised(input, *value)).collect();
    Ok(match &file.predictor {
        Predictor::Logistic { intercept, coefficients } => {
            Prediction::Risk(logistic(sum(*intercept, coefficients, &z)))
        }
        Predictor::Margin { intercept, coefficients } => Prediction::Score(sum(*intercept, coefficients, &z)),
        Predictor::Multinomial { classes, intercepts, coefficients } => {
            let others = intercepts.iter().zip(coefficients).map(|(a, b)| sum(*a, b, &z));
            let scores: Vec<f64> = std::iter::once(0.0).chain(others).collect();
            named(classes, softmax(&scores))
        }
        Predictor::Ordinal { levels, thresholds, coefficients } => {
            named(levels, ordinal(thresholds, sum(0.0, coefficients, &z)))
        }
        Predictor::Cox { coefficients, baseline, horizons, .. } => {
            let score = sum(0.0, coefficients, &z);
            let at = |time: &f64| [*time, libm::exp(-hazard(baseline, *time) * libm::exp(score))];
            let shown = if baseline.is_empty() { &[] } else { horizons.as_slice() };
            Prediction::Survival { score, survival: shown.iter().map(at).collect() }
        }
        Predictor::Trees { classes, link, base, trees } => leaves(classes, *link, base, trees, &values),
    })
}

/// `z = (x - mean) / sd`; a missing value stands at the mean.
fn standardised(input: &Input, value: Option<f64>) -> f64 {
    value.map_or(0.0, |value| (value - input.mean) / input.sd)
}

fn sum(start: f64, coefficients: &[f64], z: &[f64]) -> f64 {
    coefficients.iter().zip(z).fold(start, |sum, (b, z)| sum + b * z)
}

fn logistic(score: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-score))
}

fn softmax(scores: &[f64]) -> Vec<f64> {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| libm::exp(score - most)).collect();
    let total = powers.iter().fold(0.0, |sum, power| sum + power);
    powers.iter().map(|power| power / total).collect()
}

/// Differences of neighbouring cumulative probabilities.
fn ordinal(thresholds: &[f64], score: f64) -> Vec<f64> {
    let below = thresholds.iter().map(|threshold| logistic(threshold - score)).chain([1.0]);
    let step = |before: &mut f64, below: f64| {
        let share = below - *before;
        *before = below;
        Some(share)
    };
    below.scan(0.0, step).collect()
}

/// The cumulative hazard at a time: the last step not after it.
fn hazard(baseline: &[[f64; 2]], time: f64) -> f64 {
    baseline.iter().take_while(|step| step[0] <= time).last().map_or(0.0, |step| step[1])
}

fn leaves(
    classes: &[String],
    link: Link,
    base: &[f64],
    trees: &[Tree],
    values: &[Option<f64>],
) -> Prediction {
    let mut total = vec![0.0; base.len()];
    for tree in trees {
        total.iter_mut().zip(tree.leaf(values)).for_each(|(total, leaf)| *total += leaf);
    }
    let share = if link == Link::Mean { trees.len() as f64 } else { 1.0 };
    let scores: Vec<f64> = total.iter().zip(base).map(|(total, base)| total / share + base).collect();
    match link {
        Link::Mean => named(classes, scores),
        Link::Softmax => named(classes, softmax(&scores)),
        Link::Logistic => {
            let risk = logistic(scores[0]);
            named(classes, vec![1.0 - risk, risk])
        }
    }
}

/// Of two classes only the second one's probability is of interest.
fn named(classes: &[String], shares: Vec<f64>) -> Prediction {
    match shares.as_slice() {
        [_, risk] => Prediction::Risk(*risk),
        _ => Prediction::Classes(classes.iter().cloned().zip(shares).collect()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::file::FORMAT;
    use crate::tree::Node;

    fn file(predictor: Predictor) -> ModelFile {
        let input = |name: &str, mean, sd| Input {
            name: name.into(),
            unit: String::new(),
            mean,
            sd,
            range: [0.0, 10.0],
            indicator: false,
        };
        ModelFile {
            format: FORMAT.into(),
            study: "s".into(),
            plan_hash: "00".into(),
            name: "combined/x".into(),
            outcome: "y".into(),
            inputs: vec![input("a", 2.0, 4.0), input("b", 1.0, 0.5)],
            predictor,
        }
    }

    #[test]
    fn a_missing_value_stands_at_the_mean() {
        let file = file(Predictor::Logistic { intercept: 0.4, coefficients: vec![1.0, -2.0] });
        let missing = predict(&file, &[Some(6.0), None]).unwrap();
        assert_eq!(missing, predict(&file, &[Some(6.0), Some(1.0)]).unwrap());
        // 1 / (1 + exp(-1.4)), from mpmath
        let Prediction::Risk(risk) = missing else { panic!("a risk") };
        assert!((risk - 0.802_183_888_558_581_7).abs() < 1e-15);
    }

    #[test]
    fn two_classes_of_a_multinomial_model_are_logistic() {
        let logistic = file(Predictor::Logistic { intercept: 0.4, coefficients: vec![1.0, -2.0] });
        let classes = vec!["no".into(), "yes".into()];
        let (intercepts, coefficients) = (vec![0.4], vec![vec![1.0, -2.0]]);
        let multinomial = file(Predictor::Multinomial { classes, intercepts, coefficients });
        let values = [Some(3.0), Some(0.2)];
        let [a, b] = [&logistic, &multinomial].map(|file| match predict(file, &values).unwrap() {
            Prediction::Risk(risk) => risk,
            other => panic!("{other:?}"),
        });
        assert!((a - b).abs() < 1e-15);
    }

    #[test]
    fn survival_uses_the_last_step() {
        let baseline = vec![[1.0, 0.1], [2.0, 0.3]];
        let horizons = vec![0.5, 1.5, 9.0];
        let cox = Predictor::Cox { coefficients: vec![0.0, 0.0], unit: "years".into(), baseline, horizons };
        let Prediction::Survival { survival, .. } = predict(&file(cox), &[None, None]).unwrap() else {
            panic!()
        };
        let expected = [1.0, libm::exp(-0.1), libm::exp(-0.3)];
        assert!(survival.iter().zip(expected).all(|(found, s)| (found[1] - s).abs() < 1e-15));
    }

    #[test]
    fn trees_send_missing_values_where_they_say() {
        let split = |missing_left| Node::Split { column: 0, threshold: 2.0, left: 1, right: 2, missing_left };
        let tree = |missing_left| Tree {
            nodes: vec![split(missing_left), Node::Leaf(vec![0.9, 0.1]), Node::Leaf(vec![0.2, 0.8])],
        };
        let classes = vec!["no".into(), "yes".into()];
        let trees = vec![tree(true), tree(false)];
        let forest = file(Predictor::Trees { classes, link: Link::Mean, base: vec![0.0, 0.0], trees });
        let risk = |value| match predict(&forest, &[value, None]).unwrap() {
            Prediction::Risk(risk) => risk,
            other => panic!("{other:?}"),
        };
        assert!((risk(Some(2.0)) - 0.1).abs() < 1e-15 && (risk(Some(2.1)) - 0.8).abs() < 1e-15);
        assert!((risk(None) - 0.45).abs() < 1e-15);
    }

    #[test]
    fn damaged_files_are_refused() {
        let refused = |predictor| predict(&file(predictor), &[None, None]).unwrap_err().code();
        assert_eq!(refused(Predictor::Logistic { intercept: 0.0, coefficients: vec![1.0] }), "CNS-M-0103");
        let looping = Node::Split { column: 0, threshold: 0.0, left: 0, right: 1, missing_left: true };
        let trees = vec![Tree { nodes: vec![looping, Node::Leaf(vec![1.0, 0.0])] }];
        let classes = vec!["a".into(), "b".into()];
        assert_eq!(
            refused(Predictor::Trees { classes, link: Link::Mean, base: vec![0.0; 2], trees }),
            "CNS-M-0103"
        );
        let fine = file(Predictor::Logistic { intercept: 0.0, coefficients: vec![1.0, 1.0] });
        assert_eq!(predict(&fine, &[None]).unwrap_err().code(), "CNS-M-0201");
        assert_eq!(ModelFile::from_json("{").unwrap_err().code(), "CNS-M-0101");
        let other = fine.to_json().replace("model/v1", "model/v9");
        assert_eq!(ModelFile::from_json(&other).unwrap_err().code(), "CNS-M-0102");
    }

    proptest! {
        #[test]
        fn files_survive_writing_and_probabilities_sum_to_one(
            b in prop::collection::vec(-5.0..5.0f64, 4), t in -3.0..3.0f64, x in -50.0..50.0f64,
        ) {
            let levels: Vec<String> = ["low", "middle", "high"].map(String::from).to_vec();
            let thresholds = vec![t, t + 0.7];
            let ordinal = file(Predictor::Ordinal { levels: levels.clone(), thresholds, coefficients: b[..2].to_vec() });
            let coefficients = vec![b[..2].to_vec(), b[2..].to_vec()];
            let nominal = file(Predictor::Multinomial { classes: levels, intercepts: vec![t, 0.1], coefficients });
            for file in [ordinal, nominal] {
                let again = ModelFile::from_json(&file.to_json()).unwrap();
                prop_assert_eq!(&again, &file);
                let Prediction::Classes(shares) = predict(&again, &[Some(x), None]).unwrap() else { panic!() };
                prop_assert!((shares.iter().map(|(_, p)| p).sum::<f64>() - 1.0).abs() < 1e-12);
                prop_assert!(shares.iter().all(|(_, p)| *p >= 0.0));
            }
        }
    }
}
