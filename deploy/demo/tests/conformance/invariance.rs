//! Whole studies do not depend on the order of hospitals and patients, on threads, nor, where nothing is about hospitals, on
//! who is where.

use serde_json::Value;

use crate::place::{Place, Table, plan, quoted};

const FEATURES: [&str; 5] = ["trestbps", "chol", "thalach", "oldpeak", "age"];

/// Patients with all values.
fn heart() -> Table {
    let mut table = Table::pooled("conformance/heart.csv");
    let needed: Vec<usize> =
        FEATURES.iter().chain(&["sex", "exang"]).map(|name| table.column(name)).collect();
    table.rows.retain(|row| needed.iter().all(|column| !row[*column].is_empty()));
    table
}

fn place(site: impl Fn(usize) -> String) -> Place {
    let table = heart();
    Place::new(&table, &["sex", "exang", "fbs", "num", "chol"], &FEATURES, site)
}

/// A study in folds of patients, with penalties that folds do not choose.
fn study(outcome: &str, rest: &str) -> String {
    let inputs = format!(
        "[inputs.table]\ncolumns = [{}]\n[inputs.clinical]\nnumeric = [\"sex\", \"exang\"]\n[outcome]\n{outcome}\n",
        quoted(&FEATURES)
    );
    plan(&inputs, rest).replace("design = \"leave-site-out\"", "folds = 3")
}

const BINARY: &str = "label = \"disease\"\ncomposite = { disease = \"num > 0\" }";
const CLASSES: &str = "kind = \"nominal\"\nlabel = \"num\"\nlevels = [\"0\", \"1\", \"2\", \"3\", \"4\"]";

fn studies() -> Vec<String> {
    let ordinal = CLASSES.replace("nominal", "ordinal");
    let labels = "kind = \"multilabel\"\nlabels = { disease = \"yes\", fbs = \"1.0\" }\ncomposite = { disease = \"num > 0\" }";
    let small = "forest = { trees = 20 }\nboost = { trees = 4 }\nsvm = { features = 16 }";
    vec![
        study(
            BINARY,
            &format!(
                "[model]\npenalty = {{ ridge = 1.0 }}\ncompare = [\"firth\", \"svm\", \"svm-rbf\", \"forest\", \"boost\"]\n{small}"
            ),
        ),
        study(BINARY, "[model]\npenalty = { lasso = 9.0 }"),
        study(
            BINARY,
            "[select]\nmethod = \"mrmr\"\nmax = 3\nbootstraps = 5\n\n[model]\npenalty = { ridge = 1.0 }",
        ),
        study(
            BINARY,
            "[select]\nrelevance = { test = \"mann-whitney\" }\nmethod = \"pca\"\nmax = 2\n\n[model]\npenalty = { ridge = 1.0 }",
        ),
        study(
            CLASSES,
            &format!("[model]\npenalty = {{ ridge = 1.0 }}\ncompare = [\"forest\", \"boost\"]\n{small}"),
        ),
        study(CLASSES, "[model]\npenalty = { lasso = 9.0 }"),
        study(&ordinal, "[model]\npenalty = { ridge = 1.0 }"),
        study(labels, "[model]\npenalty = { ridge = 1.0 }"),
    ]
}

/// Studies with more that is computed within a hospital.
fn local_studies() -> Vec<String> {
    let mut plans: Vec<String> = [
        "method = \"combat\"",
        "method = \"combat\"\nshrink = \"mean-only\"\nkeep = [\"sex\"]",
        "method = \"site-z\"",
    ]
    .iter()
    .map(|method| study(BINARY, &format!("[harmonise]\n{method}\n\n[model]\npenalty = {{ ridge = 1.0 }}")))
    .collect();
    let judged = study(BINARY, "[model]\npenalty = { ridge = 1.0 }") + "importance = true\nbootstrap = 60\n";
    plans.push(judged);
    let inputs =
        "[inputs.clinical]\nnumeric = [\"sex\", \"exang\", \"fbs\"]\nmissing = \"regress\"\n[outcome]";
    plans.push(plans[0].replace("[inputs.clinical]\nnumeric = [\"sex\", \"exang\"]\n[outcome]", inputs));
    let days = "kind = \"survival\"\ntime = \"chol\"\nevent = \"num\"\ngrid = \"10d\"\nhorizon = \"400d\"";
    let survival =
        study(days, "[model]\npenalty = { ridge = 1.0 }").replace("\"chol\", ", "") + "times = [\"200d\"]\n";
    plans.push(survival);
    plans
}

/// Names and fits, without what each fold chose: folds are dealt within hospitals.
fn fits(result: &Value) -> Vec<(Value, Value)> {
    let fit = |model: &Value| {
        let mut fit = model["fit"].clone();
        let kind = fit.as_object_mut().unwrap().values_mut().next().unwrap();
        ["fold_shares", "fold_lambdas"]
            .iter()
            .for_each(|key| drop(kind.as_object_mut().unwrap().remove(*key)));
        (model["name"].clone(), fit)
    };
    result["models"].as_array().unwrap().iter().map(fit).collect()
}

/// A document without the demo's own comparison, which adds plain floats in the order of the rows.
fn exact(bytes: &[u8]) -> Value {
    let mut document: Value = serde_json::from_slice(bytes).unwrap();
    for key in ["pooled", "difference"] {
        document[key].take();
    }
    for site in document["sites"].as_object_mut().unwrap().values_mut() {
        site["alone"].take();
    }
    document
}

#[test]
fn who_is_at_which_hospital_leaves_no_trace_in_a_fit() {
    let table = heart();
    let four = place(|row| table.cell(row, "site").to_owned());
    let five = place(|row| format!("site-{}", row * 7 % 5));
    assert_eq!((four.sites.len(), five.sites.len()), (4, 5));
    for plan in studies() {
        let (one, other) = (four.run(&plan), five.run(&plan));
        assert_eq!(fits(&one), fits(&other), "{plan}");
        let columns = |result: &Value| result["selections"].get(0).map(|first| first["columns"].clone());
        assert_eq!(columns(&one), columns(&other));
    }
}

#[test]
fn orders_and_threads_leave_no_trace_in_a_file() {
    let table = heart();
    let site = |row: usize| table.cell(row, "site").to_owned();
    let (plain, reversed) = (place(site), place(site).reversed());
    let rows = place(site).with_rows_reversed();
    for plan in studies().into_iter().chain(local_studies()) {
        let bytes = plain.bytes(&plan, "1");
        assert!(bytes == reversed.bytes(&plan, "5"), "threads or the order of hospitals show\n{plan}");
        assert!(exact(&bytes) == exact(&rows.bytes(&plan, "2")), "the order of patients shows\n{plan}");
    }
}
