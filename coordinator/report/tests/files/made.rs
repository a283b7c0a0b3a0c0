//! Results of every kind of learner, by hand.

use consilium_rounds::StudyResult;
use consilium_types::StudyPlan;
use serde_json::{Value, json};

/// Columns, means, standard deviations of every model here.
pub(crate) const COLUMNS: [(&str, f64, f64); 3] =
    [("age_months", 24.0, 20.0), ("sex=M", 0.6, 0.49), ("ct_a", -3.0, 7.5)];

fn plan(id: &str, outcome: &str, learner: &str) -> StudyPlan {
    let text = format!(
        "[study]\nid = \"{id}\"\ntitle = \"Made <by> hand\"\nseed = 7\nsites = {{ min = 3, quorum = 1, wait = \"5m\" }}\n\
         [inputs.table]\n[inputs.clinical]\nnumeric = [\"age_months\"]\ncategorical = {{ sex = [\"F\", \"M\"] }}\nmissing = \"impute\"\n\
         [outcome]\n{outcome}\n[model]\n{learner}\n[evaluate]\ndesign = \"kfold\"\nfolds = 5\n"
    );
    StudyPlan::from_toml(&text, "plan.toml").expect("a plan")
}

fn coefficient(estimate: f64) -> Value {
    json!({ "estimate": estimate, "se": 0.2, "z": estimate / 0.2, "p": 0.04 })
}

fn terms(b: [f64; 3]) -> Value {
    let term = |((column, mean, sd), b): (&(&str, f64, f64), f64)| json!({ "column": column, "mean": mean, "sd": sd, "standardised": coefficient(b), "raw": coefficient(b / sd) });
    COLUMNS.iter().zip(b).map(term).collect()
}

fn bare(b: [f64; 3]) -> Value {
    let term = |((column, mean, sd), b): (&(&str, f64, f64), f64)| json!({ "column": column, "mean": mean, "sd": sd, "standardised": b, "raw": b / sd });
    COLUMNS.iter().zip(b).filter(|(_, b)| *b != 0.0).map(term).collect()
}

fn auc(value: f64) -> Value {
    json!({ "auc": value, "se": 0.04, "lower": value - 0.08, "upper": value + 0.08, "level": 0.95 })
}

fn binary() -> Value {
    json!({
        "auc": auc(0.8), "roc": [[0.0, 0.0], [0.2, 0.6], [1.0, 1.0]],
        "calibration": null, "brier": 0.12, "log_loss": 0.4, "tenths": [], "n": 200, "cases": 40,
        "net_benefit": [{ "threshold": 0.1, "true_positives": 40, "false_positives": 60, "model": 0.14, "treat_all": 0.11 }],
    })
}

fn classes(n: usize) -> Value {
    let measured = json!({ "value": 0.5, "interval": [0.4, 0.6] });
    let ordinal = json!({
        "kappa_linear": measured, "kappa_quadratic": measured, "ranked_probability": 0.3,
        "ranked_probability_scaled": 0.15, "by_cut": vec![auc(0.7); n - 1], "auc_macro": auc(0.7),
    });
    json!({ "classes": {
        "n": 200, "confusion": vec![vec![7; n]; n], "accuracy": measured, "balanced_accuracy": measured,
        "kappa": measured, "log_loss": 0.9, "brier": 0.6, "by_class": vec![binary(); n],
        "auc_macro": auc(0.71), "auc_weighted": auc(0.72), "ordinal": ordinal,
    } })
}

#[allow(clippy::needless_pass_by_value, reason = "made where it is passed")]
fn study(plan: StudyPlan, learner: &str, fit: Value, evaluation: Value) -> (StudyPlan, StudyResult) {
    let label = plan.outcome.labels()[0].clone();
    let counts: Vec<Value> = label.classes.iter().map(|class| json!({ "class": class, "n": 60 })).collect();
    let result = json!({
        "study": plan.study.id.to_string(), "plan_hash": plan.hash().to_string(), "sites": ["a", "b", "c"], "extractor": "",
        "cohort": {
            "n": 60 * counts.len(), "cases": 60, "labels": [{ "label": label.name, "classes": counts }],
            "flow": [{ "step": "in the clinical table", "patients": 300 }], "folds": [],
        },
        "models": [{
            "name": format!("combined/{learner}"), "label": label.name, "family": "combined", "learner": learner,
            "fit": fit, "evaluation": evaluation,
        }],
        "effort": { "exchanges": 12, "words": 4321 },
    });
    (plan, serde_json::from_value(result).expect("a result"))
}

/// A tree of two questions; the second sends only missing values right.
fn tree(leaves: [Value; 3]) -> Value {
    let [a, b, c] = leaves;
    let leaf = |value: Value| json!({ "patients": 20, "value": value });
    json!({ "nodes": [
        { "column": 2, "below": -3.5, "missing_left": false, "left": 1, "right": 4 },
        { "column": 0, "missing_left": false, "left": 2, "right": 3 },
        leaf(a), leaf(b), leaf(c),
    ] })
}

fn tree_columns() -> Value {
    let column = |(name, mean, sd): &(&str, f64, f64)| json!({ "column": name, "mean": mean, "sd": sd, "edges": [mean], "importance": 1.0 / 3.0 });
    COLUMNS.iter().map(column).collect()
}

const TWO: &str = "label = \"mycn\"\npositive = \"amplified\"";
const THREE: &str = "kind = \"nominal\"\nlabel = \"mki\"\nlevels = [\"low\", \"middle\", \"high\"]";
const ORDERED: &str = "kind = \"ordinal\"\nlabel = \"risk\"\nlevels = [\"low\", \"middle\", \"high\"]";

fn linear(predictors: &Value, thresholds: &Value) -> Value {
    json!({ "linear": {
        "lambda": 1.0, "path": [], "fold_lambdas": [1.0], "log_likelihood": -100.0, "predictors": predictors, "thresholds": thresholds,
    } })
}

fn lasso(predictors: &Value) -> Value {
    json!({ "lasso": { "alpha": 1.0, "lambda": 2.0, "share": 0.01, "path": [], "fold_shares": [], "predictors": predictors } })
}

fn svm(kernel: &Value) -> Value {
    json!({ "svm": {
        "cost": 1.0, "loss": 30.0, "terms": bare([0.3, -0.2, 0.9]), "intercept": 0.25, "kernel": kernel, "probability": [-1.2, 1.7],
    } })
}

/// Name, plan and result of each.
pub(crate) fn studies() -> Vec<(&'static str, StudyPlan, StudyResult)> {
    let yes = || json!({ "binary": binary() });
    let predictor = |class: usize, intercept: f64, b| json!({ "class": class, "intercept": coefficient(intercept), "terms": terms(b) });
    let named = |name: &'static str, (plan, result)| (name, plan, result);
    let logistic = json!({ "logistic": {
        "lambda": 1.0, "path": [], "fold_lambdas": [], "log_likelihood": -9.0, "intercept": coefficient(-1.5),
        "intercept_raw": coefficient(-1.0), "terms": terms([0.5, -0.1, 0.8]),
    } });
    let firth = linear(&json!([predictor(1, -1.1, [0.4, 0.0, -0.6])]), &json!([]));
    let multinomial = linear(
        &json!([predictor(1, 0.2, [0.4, 0.1, -0.6]), predictor(2, -0.3, [0.0, 0.7, 0.2])]),
        &json!([]),
    );
    let ordinal = json!([{ "class": 2, "terms": terms([0.4, 0.1, -0.6]) }]);
    let ordinal = linear(&ordinal, &json!([coefficient(-0.7), coefficient(1.1)]));
    let one = lasso(&json!([{ "class": 1, "intercept": -0.4, "terms": bare([0.0, 0.3, -1.2]) }]));
    let several = lasso(&json!([
        { "class": 0, "intercept": 0.1, "terms": bare([0.5, 0.0, 0.0]) },
        { "class": 1, "intercept": 0.2, "terms": bare([0.0, 0.0, -0.7]) },
        { "class": 2, "intercept": -0.3, "terms": bare([-0.2, 0.0, 0.4]) },
    ]));
    let cosines = json!({ "gamma": 0.3, "seed": 5, "coefficients": vec![0.1; 8] });
    let forest = json!({ "forest": { "columns": tree_columns(), "classes": 3, "trees": [
        tree([json!([0.2, 0.3, 0.5]), json!([1.0, 0.0, 0.0]), json!([0.1, 0.8, 0.1])]),
        tree([json!([0.6, 0.2, 0.2]), json!([0.0, 0.5, 0.5]), json!([0.3, 0.3, 0.4])]),
    ] } });
    let boost = |outputs: usize| {
        let tree = |i: f64| tree([json!([0.2 * i]), json!([-0.4]), json!([0.7 - i])]);
        let round = |r: usize| (0..outputs).map(|k| tree((r + 2 * k + 1) as f64 / 4.0)).collect::<Vec<_>>();
        let start: Vec<f64> = (0..outputs).map(|k| -0.3 - 0.2 * k as f64).collect();
        json!({ "boost": { "columns": tree_columns(), "start": start, "rounds": [round(0), round(1)] } })
    };
    let network = json!({ "network": {
        "columns": ["age_months"], "mean": [24.0], "sd": [20.0], "hidden": [2], "loss": [0.6, 0.5], "parameters": vec![0.1; 7],
    } });
    vec![
        named("logistic", study(plan("made-1", TWO, ""), "logistic", logistic, yes())),
        named("firth", study(plan("made-2", TWO, "learner = \"firth\""), "firth", firth, yes())),
        named("multinomial", study(plan("made-3", THREE, ""), "logistic", multinomial, classes(3))),
        named(
            "ordinal",
            study(plan("made-4", ORDERED, "learner = \"ordinal\""), "ordinal", ordinal, classes(3)),
        ),
        named("lasso", study(plan("made-5", TWO, "penalty = { lasso = \"cv\" }"), "logistic", one, yes())),
        named(
            "lasso of classes",
            study(plan("made-6", THREE, "penalty = { lasso = \"cv\" }"), "logistic", several, classes(3)),
        ),
        named("svm", study(plan("made-7", TWO, "learner = \"svm\""), "svm", svm(&Value::Null), yes())),
        named(
            "svm-rbf",
            study(plan("made-8", TWO, "learner = \"svm-rbf\""), "svm-rbf", svm(&cosines), yes()),
        ),
        named("forest", study(plan("made-9", THREE, "learner = \"forest\""), "forest", forest, classes(3))),
        named("boost", study(plan("made-10", TWO, "learner = \"boost\""), "boost", boost(1), yes())),
        named(
            "boost of classes",
            study(plan("made-11", THREE, "learner = \"boost\""), "boost", boost(3), classes(3)),
        ),
        named("network", study(plan("made-12", TWO, "learner = \"mlp\""), "mlp", network, yes())),
    ]
}
