//! Every key, every default, the canonical form and its hash.

mod generated;
mod page;
mod refusals;

use crate::plan::{Bins, Learner, ModelFamily, PlanErrors, Ridge, StudyPlan, TableColumns};

/// A plan that says as little as it may.
const SHORT: &str = r#"
[study]
id = "short-01"
title = "As short as can be"
seed = 7
[inputs.clinical]
numeric = ["age"]
[outcome]
label = "relapse"
positive = "yes"
"#;

/// A plan that says all it can.
const LONG: &str = r#"
[study]
id = "long-01"
title = "All keys"
version = 3
seed = 20261123
sites = { min = 4, quorum = 0.75, wait = "90m" }

[cohort]
include = "age_months < 216 and (histology in ['NB', 'GNBn'] or stage == 'MS')"
min_per_site = { n = 12, per_class = 3 }

[inputs.ct]
phases = ["arterial", "venous"]
[inputs.table]
file = "more/features.parquet"
columns = ["f1", "f2"]
[inputs.clinical]
numeric = ["age_months"]
categorical = { sex = ["F", "M"], stage = ["L1", "L2", "M", "MS"] }
missing = "indicator"

[features]
spacing = [1, 1, 2.5]
interpolation = "cubic"
outliers = 3
families = ["glcm", "morphology"]
aggregation = "3d-merged"
bins = { width = 25 }
window = [-200, 400]

[select]
relevance = { test = "welch", keep = 50 }
redundancy = { rho = 0.9 }
max = 6

[outcome]
kind = "binary"
label = "mycn"
positive = "amplified"
negative = "normal"

[model]
families = ["clinical", "combined"]
learner = "logistic"
penalty = { ridge = 2.5 }
compare = ["mlp"]
network = { hidden = [8, 4], rounds = 5, epochs = 1, batch = 8, rate = 0.02, decay = 0 }

[privacy]
aggregate = "clear"
release = ["pooled", "site_sums"]

[evaluate]
design = "leave-site-out"
folds = 4
thresholds = [0.1, 0.4]
level = 0.9
"#;

fn read(text: &str) -> StudyPlan {
    StudyPlan::from_toml(text, "plan.toml").unwrap_or_else(|errors| panic!("{errors}\n{text}"))
}

fn refused(text: &str) -> PlanErrors {
    StudyPlan::from_toml(text, "plan.toml").expect_err(text)
}

#[test]
fn defaults_are_written_out() {
    let plan = read(SHORT);
    assert_eq!(plan.study.sites.min, 3);
    assert_eq!(plan.model.families, [ModelFamily::Clinical]);
    assert_eq!(plan.model.penalty.ridge, Ridge::Cv);
    assert!(plan.features.is_none());
    insta::assert_snapshot!("canonical_of_the_shortest_plan", plan.canonical());
}

#[test]
fn an_image_brings_default_features() {
    let plan = read(&SHORT.replace("[inputs.clinical]", "[inputs.pet]\n[inputs.clinical]"));
    let features = plan.features.expect("an image needs features");
    assert_eq!(features.bins, Bins::Count(32));
    assert_eq!(features.families.len(), 4);
    assert_eq!(plan.model.families.len(), 3);
}

#[test]
fn every_key_is_read() {
    let plan = read(LONG);
    assert_eq!(plan.study.sites.wait.duration().as_secs(), 5_400);
    assert_eq!(plan.cohort.include.clauses().len(), 2);
    let table = plan.inputs.table.as_ref().expect("a table");
    assert_eq!(table.columns, TableColumns::Listed(vec!["f1".into(), "f2".into()]));
    assert_eq!(plan.model.compare, [Learner::Mlp]);
    assert_eq!(plan.model.penalty.ridge, Ridge::Fixed(2.5));
    insta::assert_snapshot!("canonical_of_all_keys", plan.canonical());
    insta::assert_snapshot!("hash_of_all_keys", plan.hash());
}

#[test]
fn layout_order_and_comments_do_not_change_the_hash() {
    let other = r#"
        outcome = { positive = "yes", label = "relapse" } # the same
        inputs.clinical.numeric = [
            "age",
        ]
        [study]
        seed = 0x7
        sites.wait = "3d"
        sites.quorum = 0.8
        title = 'As short as can be'
        id = "short-01"
        [evaluate]
        folds = 5
        [cohort]
        include = ""
    "#;
    assert_eq!(read(other).hash(), read(SHORT).hash());
    assert_ne!(read(&SHORT.replace("seed = 7", "seed = 8")).hash(), read(SHORT).hash());
    let spaced = LONG.replace("age_months < 216 and", "age_months<216   and");
    assert_eq!(read(&spaced).hash(), read(LONG).hash());
}

#[test]
fn the_canonical_form_is_read_back_and_nothing_else() {
    for text in [SHORT, LONG] {
        let plan = read(text);
        let canonical = plan.canonical();
        assert_eq!(StudyPlan::from_canonical(canonical.as_bytes()), Ok(plan));
        for other in [format!("{canonical} "), canonical.replacen("\"version\":", "\"version\": ", 1)] {
            let errors = StudyPlan::from_canonical(other.as_bytes()).expect_err("spaces are not canonical");
            assert_eq!(errors.code(), "CNS-P-0103");
        }
    }
    for bytes in [&b"\xff"[..], b"", b"[]", b"null", b"{\"study\":null}"] {
        let errors = StudyPlan::from_canonical(bytes).expect_err("no plan");
        assert_eq!(errors.code(), "CNS-P-0103");
    }
    let absurd = read(SHORT).canonical().replace("\"folds\":5", "\"folds\":500");
    let errors = StudyPlan::from_canonical(absurd.as_bytes()).expect_err("out of range");
    assert_eq!((errors.code(), errors.errors()[0].key()), ("CNS-P-0207", "evaluate.folds"));
}

#[test]
fn the_outcome_may_decide_who_belongs() {
    let text = LONG.replace("stage == 'MS'", "mycn != 'unknown'");
    assert_eq!(read(&text).cohort.include.columns(), ["age_months", "histology", "mycn"]);
}
