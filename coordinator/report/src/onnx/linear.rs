//! Weighted sums in the main operator set, in 64-bit floats: the operators for linear models in `ai.onnx.ml` keep
//! 32-bit coefficients, and the numbers would then not be ours.

use consilium_model::{Input, Predictor};

use super::graph::{Graph, int};

/// The columns, standardised; a missing value (NaN) stands at the mean.
fn standardised(graph: &mut Graph, inputs: &[Input]) -> String {
    let mean = graph.constant("mean", 1, inputs.iter().map(|input| input.mean).collect());
    let sd = graph.constant("sd", 1, inputs.iter().map(|input| input.sd).collect());
    let missing = graph.apply("IsNaN", &["columns"], "missing");
    let filled = graph.apply("Where", &[&missing, &mean, "columns"], "filled");
    let centred = graph.apply("Sub", &[&filled, &mean], "centred");
    graph.apply("Div", &[&centred, &sd], "standardised")
}

/// `z B + a`, a column of the outcome for each row of `coefficients`.
fn scores(graph: &mut Graph, inputs: &[Input], intercepts: &[f64], coefficients: &[&[f64]]) -> String {
    let z = standardised(graph, inputs);
    let column = |j: usize| coefficients.iter().map(move |row| row[j]);
    let table: Vec<f64> = (0..inputs.len()).flat_map(column).collect();
    let table = graph.constant("coefficients", inputs.len(), table);
    let intercepts = graph.constant("intercepts", 1, intercepts.to_vec());
    let product = graph.apply("MatMul", &[&z, &table], "product");
    graph.apply("Add", &[&product, &intercepts], "scores")
}

/// Adds the operators of a weighted sum and its outputs; says whether it was one.
pub(super) fn add(graph: &mut Graph, inputs: &[Input], predictor: &Predictor) -> bool {
    match predictor {
        Predictor::Logistic { intercept, coefficients } => {
            let score = scores(graph, inputs, &[*intercept], &[coefficients]);
            graph.apply("Sigmoid", &[&score], "risk");
            graph.output("risk", 1, "probability of the outcome");
        }
        Predictor::Margin { intercept, coefficients } => {
            scores(graph, inputs, &[*intercept], &[coefficients]);
            graph.output("scores", 1, "above 0: the outcome is predicted");
        }
        Predictor::Multinomial { classes, intercepts, coefficients } => {
            let none = vec![0.0; inputs.len()];
            let rows: Vec<&[f64]> = std::iter::once(&none).chain(coefficients).map(Vec::as_slice).collect();
            let intercepts: Vec<f64> = std::iter::once(0.0).chain(intercepts.iter().copied()).collect();
            let score = scores(graph, inputs, &intercepts, &rows);
            graph.apply_with("Softmax", &[&score], "probabilities", vec![int("axis", 1)]);
            graph.output("probabilities", classes.len(), &classes.join(", "));
        }
        Predictor::Ordinal { levels, thresholds, coefficients } => {
            ordinal(graph, inputs, levels, thresholds, coefficients);
        }
        Predictor::Cox { coefficients, baseline, horizons, unit } => {
            let score = scores(graph, inputs, &[0.0], &[coefficients]);
            graph.output("scores", 1, "logarithm of the relative hazard");
            if !baseline.is_empty() && !horizons.is_empty() {
                survival(graph, &score, baseline, horizons, unit);
            }
        }
        Predictor::Trees { .. } => return false,
    }
    true
}

/// Cumulative probabilities, then their differences by one more product.
fn ordinal(graph: &mut Graph, inputs: &[Input], levels: &[String], thresholds: &[f64], coefficients: &[f64]) {
    let falling: Vec<f64> = coefficients.iter().map(|b| -b).collect();
    let rows = vec![falling.as_slice(); thresholds.len()];
    let score = scores(graph, inputs, thresholds, &rows);
    let below = graph.apply("Sigmoid", &[&score], "at-most");
    let (cuts, all) = (thresholds.len(), levels.len());
    let entry = |i: usize, k: usize| f64::from(u8::from(k == i)) - f64::from(u8::from(k == i + 1));
    let table = (0..cuts).flat_map(|i| (0..all).map(move |k| entry(i, k))).collect();
    let table = graph.constant("differences", cuts, table);
    let last = (0..all).map(|k| f64::from(u8::from(k + 1 == all))).collect();
    let last = graph.constant("last", 1, last);
    let inner = graph.apply("MatMul", &[&below, &table], "inner");
    graph.apply("Add", &[&inner, &last], "probabilities");
    graph.output("probabilities", all, &levels.join(", "));
}

/// `exp(-H(t) exp(score))`, a column a horizon.
fn survival(graph: &mut Graph, score: &str, baseline: &[[f64; 2]], horizons: &[f64], unit: &str) {
    let hazard =
        |time: &f64| baseline.iter().take_while(|step| step[0] <= *time).last().map_or(0.0, |step| -step[1]);
    let hazards = graph.constant("minus-hazard", 1, horizons.iter().map(hazard).collect());
    let relative = graph.apply("Exp", &[score], "relative");
    let total = graph.apply("MatMul", &[&relative, &hazards], "total");
    graph.apply("Exp", &[&total], "survival");
    let times: Vec<String> = horizons.iter().map(f64::to_string).collect();
    graph.output("survival", horizons.len(), &format!("free of the event after {} {unit}", times.join(", ")));
}
