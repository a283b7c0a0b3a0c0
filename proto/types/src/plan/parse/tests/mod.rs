//! Every key, every default, the canonical form and its hash.

mod generated;
mod page;
mod refusals;

use crate::plan::{
    Batch, Bins, DpRelease, FAILS, HOLDS, HarmoniseMethod, Learner, ModelFamily, OutcomeKind, PerImage,
    PlanErrors, Require, RobustRule, Span, Strength, StudyPlan, TableColumns,
};

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
require = "any"
reread = true
[inputs.table]
file = "more/features.parquet"
columns = ["f1", "f2"]
reread = "more/again.csv"
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

[harmonise]
method = "combat"
batch = "scanner"
keep = ["sex"]
shrink = "mean-only"

[select]
stability = { icc = 0.8, form = "icc31" }
relevance = { test = "mann-whitney", keep = 50 }
redundancy = { rho = 0.9 }
method = "elastic-net"
max = 6
rule = "1se"
alpha = 0.25
bootstraps = 100

[outcome]
kind = "binary"
label = "mycn"
positive = "amplified"
negative = "normal"
permute = true

[model]
families = ["clinical", "combined"]
learner = "logistic"
penalty = { ridge = 2.5 }
site_intercept = true
compare = ["mlp"]
forest = { trees = 50, depth = 4, min_leaf = 3, features = 5, bins = 16 }
boost = { trees = 40, depth = 2, rate = 0.2, min_leaf = 4, lambda = 2, bins = 64 }
svm = { cost = 10, features = 128, gamma = 0.5 }
network = { hidden = [8, 4], rounds = 5, epochs = 1, batch = 8, rate = 0.02, decay = 0 }

[privacy]
aggregate = "secure-sum"
on_loss = "restart"
release = ["pooled", "site_sums"]
limits = { cell = 3, per_model = 0.5 }

[evaluate]
design = "leave-site-out"
folds = 4
threshold = 0.3
bootstrap = 500
importance = true
thresholds = [0.1, 0.4]
level = 0.9
"#;

/// Follow-up, with a setting for each kind of image.
const SURVIVAL: &str = r#"
[study]
id = "survival-01"
title = "Time to progression"
seed = 11
[inputs.ct]
[inputs.us]
[inputs.clinical]
numeric = ["age"]
missing = "regress"
[features]
bins = { ct = { width = 25 }, us = { count = 16 } }
window = { ct = [-200, 400] }
[outcome]
kind = "survival"
time = "days"
event = "bad"
grid = "60d"
horizon = "3y"
composite = { bad = "progressed == 'yes' or died == 'yes'" }
[model]
strata = "site"
ties = "breslow"
penalty = { lasso = "cv", alpha = 0.5 }
[evaluate]
repeats = 3
times = ["180d", "1y", "3y"]
groups = 3
"#;

/// Several labels of the same patients, held out once.
const MULTILABEL: &str = r#"
[study]
id = "labels-01"
title = "Three markers"
seed = 12
[inputs.clinical]
numeric = ["age"]
[outcome]
kind = "multilabel"
labels = { mycn = "amplified", alk = "mutated", sca = "yes" }
missing = "drop"
composite = { sca = "del1p == 'yes' or del11q == 'yes'" }
[model]
learner = "svm-rbf"
compare = ["forest", "boost", "firth"]
[evaluate]
design = "holdout"
holdout = 0.25
"#;

/// Ordered classes.
const ORDINAL: &str = r#"
[study]
id = "ordinal-01"
title = "Mitosis-karyorrhexis index"
seed = 13
[inputs.table]
[select]
[outcome]
kind = "ordinal"
label = "mki"
levels = ["low", "intermediate", "high"]
"#;

/// Networks with noise.
const PRIVATE: &str = r#"
[study]
id = "private-01"
title = "With noise"
seed = 14
[inputs.clinical]
numeric = ["age"]
[outcome]
label = "relapse"
positive = "yes"
[model]
learner = "mlp"
network = { hidden = [4], rounds = 20, epochs = 1 }
[privacy]
dp = { clip = 0.5, noise = 12, delta = 1e-3, epsilon = 3 }
"#;

/// Networks under a rule.
const GUARDED: &str = r#"
[study]
id = "guarded-01"
title = "With a rule"
seed = 15
sites = { min = 5 }
[inputs.clinical]
numeric = ["age"]
[outcome]
label = "relapse"
positive = "yes"
[model]
learner = "mlp"
[privacy]
aggregate = "clear"
[robust]
rule = "multi-krum"
clip = 2
vote = 0.1
"#;

/// Networks in blinded sums, with what hospitals and votes can do.
const CAPPED: &str = r#"
[study]
id = "capped-01"
title = "With votes"
seed = 16
[inputs.clinical]
numeric = ["age"]
[outcome]
label = "relapse"
positive = "yes"
[model]
learner = "mlp"
[robust]
clip = 2
weight_cap = 40
vote = 0.1
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
    assert_eq!(plan.model.penalty.ridge, Strength::Cv);
    assert!(plan.features.is_none());
    insta::assert_snapshot!("canonical_of_the_shortest_plan", plan.canonical());
}

#[test]
fn an_image_brings_default_features() {
    let plan = read(&SHORT.replace("[inputs.clinical]", "[inputs.pet]\n[inputs.clinical]"));
    let features = plan.features.expect("an image needs features");
    assert_eq!(features.bins, PerImage::All(Bins::Count(32)));
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
    assert_eq!(plan.model.penalty.ridge, Strength::Fixed(2.5));
    assert_eq!(plan.inputs.ct.as_ref().map(|ct| (ct.require, ct.reread)), Some((Require::Any, true)));
    assert_eq!(plan.harmonise.batch, Batch::Column("scanner".to_owned()));
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
    for text in [SHORT, LONG, SURVIVAL, MULTILABEL, ORDINAL, PRIVATE, GUARDED, CAPPED] {
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

#[test]
fn survival_is_read_with_its_defaults() {
    let plan = read(SURVIVAL);
    assert_eq!(plan.outcome.kind(), OutcomeKind::Survival);
    let (time, grid, horizon) = plan.outcome.survival().expect("follow-up");
    assert_eq!((time, grid.days(), horizon.days()), ("days", 60.0, 3.0 * 365.25));
    assert_eq!(horizon.steps(grid), 19);
    assert_eq!(plan.outcome.columns(), ["days", "progressed", "died"]);
    assert_eq!(plan.outcome.text(), "days until bad = yes");
    assert_eq!(plan.model.learner, Learner::Cox);
    assert_eq!(plan.model.penalty.ridge, Strength::Fixed(0.0));
    assert_eq!(plan.model.penalty.lasso, Some(Strength::Cv));
    let features = plan.features.as_ref().expect("images");
    assert_eq!((features.bins_of("ct"), features.bins_of("us")), (Bins::Width(25.0), Bins::Count(16)));
    assert_eq!((features.window_of("ct"), features.window_of("us")), (Some([-200.0, 400.0]), None));
    insta::assert_snapshot!("canonical_of_survival", plan.canonical());
    let plain = SURVIVAL.replace("times = [\"180d\", \"1y\", \"3y\"]", "");
    assert_eq!(read(&plain).evaluate.times, [1, 2, 3].map(Span::from_years));
    let usual = plain.replace("event = \"bad\"", "event = \"status\"").replace("composite", "#");
    let status = read(&usual).outcome.labels().remove(0);
    assert_eq!(["1", "0", ""].map(|cell| status.class(cell)), [Some(1), Some(0), None]);
}

#[test]
fn several_labels_are_read_in_one_order() {
    let plan = read(MULTILABEL);
    let labels = plan.outcome.labels();
    assert_eq!(labels.iter().map(|label| label.name.as_str()).collect::<Vec<_>>(), ["alk", "mycn", "sca"]);
    assert_eq!(labels[1].classes, ["other", "amplified"]);
    assert_eq!(["amplified", "normal", ""].map(|cell| labels[1].class(cell)), [Some(1), Some(0), None]);
    let derived = labels[2].derived.as_ref().expect("a derived label");
    let cells = |del1p, del11q| move |name: &str| Some(if name == "del1p" { del1p } else { del11q });
    assert_eq!(derived.evaluate(&cells("yes", "")), Ok(Some(true)));
    assert_eq!(derived.evaluate(&cells("no", "")), Ok(None));
    assert_eq!(derived.evaluate(&cells("no", "no")), Ok(Some(false)));
    assert_eq!((labels[2].class(HOLDS), labels[2].class(FAILS)), (Some(1), Some(0)));
    assert_eq!(plan.outcome.columns(), ["alk", "mycn", "del1p", "del11q"]);
    assert_eq!(plan.evaluate.holdout, Some(0.25));
    insta::assert_snapshot!("canonical_of_several_labels", plan.canonical());
}

#[test]
fn noise_is_read_with_its_defaults() {
    let plan = read(PRIVATE);
    let dp = plan.privacy.dp.expect("noise");
    assert_eq!((dp.release, dp.honest, plan.noisy_steps()), (DpRelease::Model, 1, Some(100)));
    assert_eq!((dp.clip, dp.sampling), (0.5, 1.0));
    insta::assert_snapshot!("canonical_of_noise", plan.canonical());
    assert_eq!(read(SHORT).noisy_steps(), None);
}

#[test]
fn rules_are_read_with_their_defaults() {
    let robust = read(GUARDED).robust.expect("a rule");
    assert_eq!((robust.rule, robust.liars), (Some(RobustRule::MultiKrum), Some(1)));
    assert_eq!((robust.clip, robust.weight_cap, robust.vote), (Some(2.0), None, Some(0.1)));
    insta::assert_snapshot!("canonical_of_a_rule", read(GUARDED).canonical());
    let bounded = read(&GUARDED.replace("multi-krum", "norm-bound")).robust.expect("a rule");
    assert_eq!(bounded.liars, None, "it counts on nobody");
    let capped = read(CAPPED).robust.expect("a cap");
    assert_eq!((capped.rule, capped.liars, capped.weight_cap), (None, None, Some(40)));
    assert!(!read(SHORT).canonical().contains("robust"), "plans of before keep their hash");
}

#[test]
fn ordered_classes_have_their_own_learner_and_test() {
    let plan = read(ORDINAL);
    assert_eq!((plan.model.learner, plan.outcome.classes()), (Learner::Ordinal, 3));
    let label = plan.outcome.labels().remove(0);
    assert_eq!(["low", "high", "other", ""].map(|cell| label.class(cell)), [Some(0), Some(2), None, None]);
    assert_eq!(plan.harmonise.method, HarmoniseMethod::None);
    insta::assert_snapshot!("canonical_of_ordered_classes", plan.canonical());
    let nominal = ORDINAL.replace("\"ordinal\"", "\"nominal\"");
    assert_eq!(read(&nominal).model.learner, Learner::Logistic);
}
