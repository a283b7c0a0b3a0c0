//! Plans for the invented hospitals of [`sites`](crate::sites), as small as a whole study can be.

/// Logistic regression with a chosen lambda and a network beside it, on a feature table and clinical columns.
pub const TABLE: &str = r#"
[study]
id    = "table-01"
title = "Relapse from a feature table and clinical columns"
seed  = 11
sites = { min = 2, quorum = 0.5, wait = "60s" }

[inputs.table]

[inputs.clinical]
numeric     = ["age"]
categorical = { sex = ["F", "M"] }
missing     = "impute"

[select]
relevance  = { keep = 4 }
redundancy = { rho = 0.9 }
max        = 2

[outcome]
label    = "relapse"
positive = "yes"
negative = "no"

[model]
families = ["clinical", "combined"]
compare  = ["mlp"]
network  = { hidden = [4], rounds = 6, epochs = 2, batch = 8, rate = 0.1 }

[evaluate]
folds = 3

[privacy]
limits = { cell = 2, per_model = 1 }
"#;

/// Three grades without an order: lasso with a chosen penalty, forest and boosting beside it.
pub const GRADES: &str = r#"
[study]
id    = "grades-01"
title = "Grade from a feature table"
seed  = 13
sites = { min = 2, quorum = 0.5, wait = "60s" }

[inputs.table]

[outcome]
kind   = "nominal"
label  = "grade"
levels = ["low", "middle", "high"]

[model]
penalty = { lasso = "cv" }
compare = ["forest", "boost"]
forest  = { trees = 20, depth = 3 }
boost   = { trees = 3, depth = 2 }

[evaluate]
folds      = 3
importance = true

[privacy]
limits = { cell = 1, per_model = 1 }
"#;

/// The grades in their order.
pub const ORDERED: &str = r#"
[study]
id    = "ordered-01"
title = "Grade, in order, from a feature table"
seed  = 14
sites = { min = 2, quorum = 0.5, wait = "60s" }

[inputs.table]

[harmonise]
method = "combat"
shrink = "none"

[select]
method     = "mrmr"
max        = 3
bootstraps = 8

[outcome]
kind   = "ordinal"
label  = "grade"
levels = ["low", "middle", "high"]

[evaluate]
folds = 3

[privacy]
limits = { cell = 1, per_model = 1 }
"#;

/// Time to death, a baseline for each site.
pub const SURVIVAL: &str = r#"
[study]
id    = "survival-01"
title = "Death from a feature table"
seed  = 16
sites = { min = 2, quorum = 0.5, wait = "60s" }

[inputs.table]

[outcome]
kind    = "survival"
time    = "days"
event   = "died"
grid    = "30d"
horizon = "4y"

[model]
strata = "site"

[evaluate]
folds = 3
times = ["1y", "2y"]

[privacy]
limits = { cell = 1, per_model = 1 }
"#;

/// Two labels at once, one of them not known of every patient, and every learner of a yes-or-no label.
pub const LABELS: &str = r#"
[study]
id    = "labels-01"
title = "Relapse and mutation from a feature table and clinical columns"
seed  = 15
sites = { min = 2, quorum = 0.5, wait = "60s" }

[inputs.table]

[inputs.clinical]
numeric     = ["age"]
categorical = { sex = ["F", "M"] }
missing     = "regress"

[outcome]
kind   = "multilabel"
labels = { relapse = "yes", mutation = "yes" }

[model]
families = ["clinical", "combined"]
compare  = ["firth", "svm", "svm-rbf"]
svm      = { features = 16 }

[evaluate]
folds     = 3
bootstrap = 50

[privacy]
limits = { cell = 1, per_model = 1 }
"#;

/// The same question to images.
pub const IMAGES: &str = r#"
[study]
id    = "images-01"
title = "Relapse from PET"
seed  = 12
sites = { min = 2, quorum = 0.5, wait = "60s" }

[inputs.pet]

[features]
families = ["intensity-statistics", "morphology"]
bins     = { count = 8 }

[select]
relevance = { keep = 6 }
max       = 2

[outcome]
label    = "relapse"
positive = "yes"

[model]
penalty = { ridge = 1.0 }

[evaluate]
folds = 3

[privacy]
limits = { cell = 2, per_model = 1 }
"#;

/// A network so wide that its parameters are too many for one message.
pub const WIDE: &str = r#"
[study]
id    = "wide-01"
title = "Relapse from a feature table, by a wide network"
seed  = 17
sites = { min = 2, quorum = 0.5, wait = "60s" }

[inputs.table]

[outcome]
label    = "relapse"
positive = "yes"
negative = "no"

[model]
penalty = { ridge = 1.0 }
compare = ["mlp"]
network = { hidden = [256, 256], rounds = 2, epochs = 1, batch = 20, rate = 0.01 }

[evaluate]
folds = 3

[privacy]
limits = { cell = 2, per_model = 1 }
"#;

/// A plan with another patience: how long a silent site is waited for, for example `2s`.
#[must_use]
pub fn with_wait(plan: &str, wait: &str) -> String {
    plan.replace("wait = \"60s\"", &format!("wait = \"{wait}\""))
}

/// A plan whose sums are blinded: at least three hospitals take part.
#[must_use]
pub fn blinded(plan: &str) -> String {
    assert!(plan.contains("min = 2"), "the plan asks for two hospitals");
    plan.replace("min = 2", "min = 3")
}

#[cfg(test)]
mod tests {
    use super::*;
    use consilium_types::StudyPlan;

    #[test]
    fn the_plans_are_valid() {
        for plan in [TABLE, IMAGES, GRADES, ORDERED, SURVIVAL, LABELS, WIDE] {
            let patient = StudyPlan::from_toml(plan, "plan.toml").unwrap();
            let hasty = StudyPlan::from_toml(&with_wait(plan, "2s"), "plan.toml").unwrap();
            assert_ne!(patient.hash(), hasty.hash());
        }
    }
}
