//! Every code, with its key and remedy.

use toml::Table;

use super::super::later;
use super::{CAPPED, GUARDED, LONG, MULTILABEL, ORDINAL, PRIVATE, SHORT, SURVIVAL, refused};
use crate::plan::{PlanError, StudyPlan};

/// `(code, key, line)` of each finding.
fn findings(text: &str) -> Vec<(&'static str, String, Option<usize>)> {
    let errors = refused(text);
    errors.errors().iter().map(|e| (e.code(), e.key().to_owned(), e.line())).collect()
}

/// Text to replace in `LONG`, its replacement, and the one finding: code, key, a part of the message or remedy.
const REFUSALS: [(&str, &str, &str, &str, &str); 66] = [
    ("id = \"long-01\"", "id = ", "CNS-P-0101", "", "TOML"),
    ("seed = 20261123", "seed = 1\nseed = 2", "CNS-P-0101", "", "duplicate"),
    ("seed = 20261123", "seed = 9223372036854775808", "CNS-P-0101", "", "TOML"),
    ("version = 3", "versoin = 3", "CNS-P-0201", "study.versoin", "did you mean `version`?"),
    ("[evaluate]", "[evaluation]", "CNS-P-0201", "evaluation", "did you mean `evaluate`?"),
    ("version = 3", "zzz = 3", "CNS-P-0201", "study.zzz", "the keys of [study] are id, title"),
    ("rho = 0.9", "rho = 0.9, r = 1", "CNS-P-0201", "select.redundancy.r", "did you mean `rho`?"),
    ("per_class = 3", "per_klass = 3", "CNS-P-0201", "cohort.min_per_site.per_klass", "per_class"),
    ("max = 6", "max = 6\nfinal = { method = \"lasso\" }", "CNS-P-0202", "select.final", "this version has"),
    ("title = \"All keys\"", "", "CNS-P-0203", "study.title", "add `title` to [study]"),
    ("label = \"mycn\"", "", "CNS-P-0203", "outcome.label", "add `label`"),
    ("positive = \"amplified\"", "", "CNS-P-0203", "outcome.positive", "add `positive`"),
    ("seed = 20261123", "", "CNS-P-0203", "study.seed", "add `seed`"),
    ("seed = 20261123", "seed = \"1\"", "CNS-P-0204", "study.seed", "expected a whole number, found string"),
    ("seed = 20261123", "seed = 1.0", "CNS-P-0204", "study.seed", "found float"),
    ("title = \"All keys\"", "title = 3", "CNS-P-0204", "study.title", "expected text"),
    ("bins = { width = 25 }", "bins = 25", "CNS-P-0204", "features.bins", "expected a table"),
    ("quorum = 0.75", "quorum = \"most\"", "CNS-P-0204", "study.sites.quorum", "expected a number"),
    ("[\"glcm\", \"morphology\"]", "\"glcm\"", "CNS-P-0204", "features.families", "expected a list"),
    ("[\"glcm\", \"morphology\"]", "[1]", "CNS-P-0204", "features.families[0]", "expected a word"),
    ("aggregation = \"3d-merged\"", "aggregation = 3", "CNS-P-0204", "features.aggregation", "a word"),
    ("columns = [\"f1\", \"f2\"]", "columns = \"some\"", "CNS-P-0204", "inputs.table.columns", "\"all\""),
    (
        "columns = [\"f1\", \"f2\"]",
        "columns = [1]",
        "CNS-P-0204",
        "inputs.table.columns[0]",
        "text in quotes",
    ),
    ("sex = [\"F\", \"M\"]", "sex = 2", "CNS-P-0204", "inputs.clinical.categorical.sex", "a list of texts"),
    ("ridge = 2.5", "ridge = \"loo\"", "CNS-P-0204", "model.penalty.ridge", "\"cv\" or a number"),
    ("include = \"", "include = 3 #", "CNS-P-0204", "cohort.include", "an expression"),
    (
        "\"indicator\"",
        "\"ignore\"",
        "CNS-P-0205",
        "inputs.clinical.missing",
        "drop, impute, indicator, regress",
    ),
    (
        "learner = \"logistic\"",
        "learner = \"logstic\"",
        "CNS-P-0205",
        "model.learner",
        "did you mean `logistic`?",
    ),
    ("\"secure-sum\"", "\"blinded\"", "CNS-P-0205", "privacy.aggregate", "secure-sum, clear"),
    ("on_loss = \"restart\"", "on_loss = \"wait\"", "CNS-P-0205", "privacy.on_loss", "end, restart"),
    ("compare = [\"mlp\"]", "compare = [\"phasenet\"]", "CNS-P-0206", "model.compare[0]", "logistic, firth"),
    ("[\"glcm\", \"morphology\"]", "[\"glcn\"]", "CNS-P-0205", "features.families[0]", "glcm"),
    ("spacing = [1, 1, 2.5]", "spacing = [1, 1]", "CNS-P-0209", "features.spacing", "3"),
    ("spacing = [1, 1, 2.5]", "spacing = [1, 1, 0]", "CNS-P-0207", "features.spacing[2]", "0.1"),
    ("outliers = 3", "outliers = -3", "CNS-P-0207", "features.outliers", "0.5 to 10"),
    ("seed = 20261123", "seed = -1", "CNS-P-0207", "study.seed", "0 to 9223372036854775807"),
    ("quorum = 0.75", "quorum = 1.1", "CNS-P-0207", "study.sites.quorum", "from 0.01 to 1"),
    ("quorum = 0.75", "quorum = nan", "CNS-P-0207", "study.sites.quorum", "out of range"),
    ("min = 4", "min = 0", "CNS-P-0207", "study.sites.min", "1 to 1000"),
    ("\"90m\"", "\"400d\"", "CNS-P-0207", "study.sites.wait", "1s to 365d"),
    ("width = 25", "width = 0", "CNS-P-0207", "features.bins.width", "out of range"),
    ("window = [-200, 400]", "window = [400, -200]", "CNS-P-0207", "features.window", "smaller number first"),
    ("thresholds = [0.1, 0.4]", "thresholds = [0.1, 1.0]", "CNS-P-0207", "evaluate.thresholds[1]", "0.99"),
    ("level = 0.9", "level = 95", "CNS-P-0207", "evaluate.level", "0.999"),
    ("folds = 4", "folds = 1", "CNS-P-0207", "evaluate.folds", "2 to 20"),
    ("hidden = [8, 4]", "hidden = [8, 100000]", "CNS-P-0207", "model.network.hidden[1]", "1 to 256"),
    ("id = \"long-01\"", "id = \"Long 01\"", "CNS-P-0208", "study.id", "lower-case"),
    ("\"90m\"", "\"90\"", "CNS-P-0208", "study.sites.wait", "72h"),
    ("title = \"All keys\"", "title = \" \"", "CNS-P-0208", "study.title", "empty"),
    ("title = \"All keys\"", "title = \"a\\nb\"", "CNS-P-0208", "study.title", "line break"),
    ("label = \"mycn\"", "label = \" mycn\"", "CNS-P-0208", "outcome.label", "starts or ends"),
    ("\"arterial\"", "\"../arterial\"", "CNS-P-0208", "inputs.ct.phases[0]", "part of the image's file name"),
    (
        "more/features.parquet",
        "../features.parquet",
        "CNS-P-0208",
        "inputs.table.file",
        "within the site folder",
    ),
    ("more/features.parquet", "features.xlsx", "CNS-P-0208", "inputs.table.file", ".csv or .parquet"),
    ("[\"F\", \"M\"]", "[\"F\"]", "CNS-P-0209", "inputs.clinical.categorical.sex", "list 2 to 50"),
    ("[\"F\", \"M\"]", "[\"F\", \"F\"]", "CNS-P-0209", "inputs.clinical.categorical.sex[1]", "listed twice"),
    ("[\"glcm\", \"morphology\"]", "[]", "CNS-P-0209", "features.families", "no family"),
    ("width = 25", "width = 25, count = 32", "CNS-P-0209", "features.bins.count", "exclude each other"),
    ("release = [\"pooled\", ", "release = [", "CNS-P-0209", "privacy.release", "not listed"),
    ("hidden = [8, 4]", "hidden = []", "CNS-P-0209", "model.network.hidden", "0 entries"),
    ("window = [-200, 400]", "window = [400]", "CNS-P-0209", "features.window", "[first, last]"),
    ("age_months < 216", "age_months < ", "CNS-P-0301", "cohort.include", "at character"),
    (
        "numeric = [\"age_months\"]",
        "numeric = [\"mycn\"]",
        "CNS-P-0402",
        "inputs.clinical.numeric[0]",
        "outcome",
    ),
    ("numeric = [\"age_months\"]", "numeric = [\"f2\"]", "CNS-P-0402", "inputs.clinical.numeric[0]", "twice"),
    (
        "numeric = [\"age_months\"]",
        "numeric = [\"sex=M\"]",
        "CNS-P-0402",
        "inputs.clinical.categorical.sex",
        "`sex=M`",
    ),
    (
        "columns = [\"f1\", \"f2\"]",
        "columns = [\"patient\"]",
        "CNS-P-0402",
        "inputs.table.columns[0]",
        "patients",
    ),
];

/// What the cross-validated choice of lambda needs to be asked for.
const CV: (&str, &str) = ("ridge = 2.5", "ridge = \"cv\"");
const KFOLD_20: (&str, &str) = ("\"leave-site-out\"\nfolds = 4", "\"kfold\"\nfolds = 20");

/// An edit of `LONG`: text and its replacement.
type Edit = (&'static str, &'static str);

/// The same, for keys that do not fit together, which may take several edits.
const MISFITS: [(&[Edit], &str, &str, &str); 13] = [
    (
        &[("[inputs.ct]\nphases = [\"arterial\", \"venous\"]\nrequire = \"any\"\nreread = true", "")],
        "CNS-P-0403",
        "features",
        "no input is an image",
    ),
    (&[("[\"clinical\", \"combined\"]", "[]")], "CNS-P-0404", "model.families", "list one"),
    (&[(", \"site_sums\"]", "]")], "CNS-P-0406", "evaluate.design", "site_sums"),
    (
        &[CV, ("\"leave-site-out\"\nfolds = 4", "\"kfold\"\nfolds = 2")],
        "CNS-P-0407",
        "evaluate.folds",
        "3 or more folds",
    ),
    (
        &[CV, ("min = 4", "min = 2"), ("\"secure-sum\"", "\"clear\"")],
        "CNS-P-0407",
        "study.sites.min",
        "3 or more sites",
    ),
    (
        &[("min = 4", "min = 2"), ("\"leave-site-out\"", "\"kfold\"")],
        "CNS-P-0424",
        "privacy.aggregate",
        "study.sites.min to 3",
    ),
    (&[("[\"mlp\"]", "[\"logistic\"]")], "CNS-P-0408", "model.compare[0]", "main learner"),
    (&[("\"normal\"", "\"amplified\"")], "CNS-P-0409", "outcome.negative", "control"),
    (&[("max = 6", "max = 60")], "CNS-P-0410", "select.max", "more than relevance.keep = 50"),
    (&[("[inputs.ct]", "[inputs.pet]\n[inputs.ct]")], "CNS-P-0411", "features.window", "(ct, pet)"),
    (
        &[("window = [-200, 400]\n", ""), ("[inputs.ct]", "[inputs.mr]\n[inputs.ct]")],
        "CNS-P-0411",
        "features.bins.width",
        "(ct, mr)",
    ),
    (
        &[CV, KFOLD_20, ("keep = 50", "keep = 500"), ("max = 6", "max = 100")],
        "CNS-P-0412",
        "model",
        "fewer columns",
    ),
    (
        &[KFOLD_20, ("hidden = [8, 4]", "hidden = [256, 256, 256, 256]")],
        "CNS-P-0412",
        "model.network.hidden",
        "narrower",
    ),
];

/// The same, of the other plans.
const OTHERS: [(&str, &[Edit], &str, &str, &str); 69] = [
    (PRIVATE, &[("noise = 12, ", "")], "CNS-P-0203", "privacy.dp.noise", "add `noise`"),
    (PRIVATE, &[("delta = 1e-3", "delta = 0")], "CNS-P-0207", "privacy.dp.delta", "0.000000001 to 0.1"),
    (PRIVATE, &[("clip = 0.5", "clip = inf")], "CNS-P-0207", "privacy.dp.clip", "0.001 to 100"),
    (PRIVATE, &[("clip = 0.5", "sampling = 0")], "CNS-P-0207", "privacy.dp.sampling", "0.001 to 1"),
    (PRIVATE, &[("clip = 0.5", "clips = 0.5")], "CNS-P-0201", "privacy.dp.clips", "did you mean `clip`?"),
    (PRIVATE, &[("clip = 0.5", "release = \"sum\"")], "CNS-P-0205", "privacy.dp.release", "model, gradient"),
    (PRIVATE, &[("\"mlp\"", "\"firth\"")], "CNS-P-0415", "privacy.dp", "\"mlp\""),
    (PRIVATE, &[("epsilon = 3", "epsilon = 2.5")], "CNS-P-0423", "privacy.dp.epsilon", "100 noisy steps"),
    (PRIVATE, &[("rounds = 20", "rounds = 40")], "CNS-P-0423", "privacy.dp.epsilon", "200 noisy steps"),
    (PRIVATE, &[("clip = 0.5", "honest = 2")], "CNS-P-0422", "privacy.dp.honest", "release = \"gradient\""),
    (
        PRIVATE,
        &[
            ("[privacy]", "[privacy]\naggregate = \"clear\""),
            ("clip = 0.5", "honest = 2, release = \"gradient\""),
        ],
        "CNS-P-0422",
        "privacy.dp.honest",
        "in a clear sum",
    ),
    (
        PRIVATE,
        &[("clip = 0.5", "honest = 4, release = \"gradient\"")],
        "CNS-P-0422",
        "privacy.dp.honest",
        "at most study.sites.min",
    ),
    (
        PRIVATE,
        &[("epochs = 1", "epochs = 2"), ("clip = 0.5", "release = \"gradient\"")],
        "CNS-P-0422",
        "model.network.epochs",
        "epochs = 1",
    ),
    (SURVIVAL, &[("\"60d\"", "\"60\"")], "CNS-P-0208", "outcome.grid", "30d or 5y"),
    (SURVIVAL, &[("\"3y\"\n", "\"300y\"\n")], "CNS-P-0207", "outcome.horizon", "1d to 100y"),
    (SURVIVAL, &[("\"180d\"", "\"1w\"")], "CNS-P-0208", "evaluate.times[0]", "length of follow-up"),
    (SURVIVAL, &[("time = \"days\"", "")], "CNS-P-0203", "outcome.time", "add `time`"),
    (SURVIVAL, &[("ct = { width = 25 }", "width = 25")], "CNS-P-0209", "features.bins.us", "to all of them"),
    (
        SURVIVAL,
        &[("{ ct = [-200, 400] }", "{ mr = [0, 1] }")],
        "CNS-P-0415",
        "features.window.mr",
        "[inputs.mr]",
    ),
    (
        SURVIVAL,
        &[("us = { count = 16 }", "mr = { count = 16 }")],
        "CNS-P-0415",
        "features.bins.mr",
        "[inputs.mr]",
    ),
    (
        SURVIVAL,
        &[("lasso = \"cv\"", "lasso = true")],
        "CNS-P-0204",
        "model.penalty.lasso",
        "\"cv\" or a number",
    ),
    (SURVIVAL, &[("== 'yes' or died", "== 'yes' or")], "CNS-P-0301", "outcome.composite.bad", "at character"),
    (
        SURVIVAL,
        &[("numeric = [\"age\"]", "numeric = [\"days\"]")],
        "CNS-P-0402",
        "inputs.clinical.numeric[0]",
        "outcome",
    ),
    (
        SURVIVAL,
        &[("numeric = [\"age\"]", "numeric = [\"died\"]")],
        "CNS-P-0402",
        "inputs.clinical.numeric[0]",
        "outcome",
    ),
    (
        SURVIVAL,
        &[("strata", "compare = [\"mlp\"]\nstrata")],
        "CNS-P-0413",
        "model.compare[0]",
        "cox or hazard",
    ),
    (SURVIVAL, &[("alpha = 0.5", "ridge = 1")], "CNS-P-0414", "model.penalty.ridge", "beside `lasso`"),
    (SURVIVAL, &[("lasso = \"cv\", ", "")], "CNS-P-0414", "model.penalty.alpha", "add `lasso`"),
    (SURVIVAL, &[("\"60d\"", "\"4y\"")], "CNS-P-0421", "outcome.horizon", "coarser grid"),
    (SURVIVAL, &[("time = \"days\"", "time = \"bad\"")], "CNS-P-0421", "outcome.event", "column of the time"),
    (
        SURVIVAL,
        &[("\"1y\", \"3y\"]", "\"1y\", \"4y\"]")],
        "CNS-P-0421",
        "evaluate.times[2]",
        "up to outcome.horizon",
    ),
    (
        SURVIVAL,
        &[("\"180d\", \"1y\"", "\"1y\", \"180d\"")],
        "CNS-P-0421",
        "evaluate.times[1]",
        "out of order",
    ),
    (
        SURVIVAL,
        &[("event = \"bad\"", "event = \"status\"")],
        "CNS-P-0420",
        "outcome.composite.bad",
        "nothing predicts it",
    ),
    (SURVIVAL, &[("died ==", "bad ==")], "CNS-P-0420", "outcome.composite.bad", "derived itself"),
    (
        SURVIVAL,
        &[("[model]", "[select]\nrelevance.test = \"welch\"\n[model]")],
        "CNS-P-0419",
        "select.relevance.test",
        "leave the key out",
    ),
    (
        SURVIVAL,
        &[("[model]", "[select]\nstability = {}\n[model]")],
        "CNS-P-0416",
        "select.stability",
        "add `reread`",
    ),
    (SURVIVAL, &[("repeats", "threshold = 0.5\nrepeats")], "CNS-P-0415", "evaluate.threshold", "yes-or-no"),
    (
        MULTILABEL,
        &[("mycn = \"amplified\", alk = \"mutated\", ", "")],
        "CNS-P-0209",
        "outcome.labels",
        "2 to 12",
    ),
    (MULTILABEL, &[("\"mutated\"", "1")], "CNS-P-0204", "outcome.labels.alk", "text in quotes"),
    (
        MULTILABEL,
        &[("missing = \"drop\"", "missing = \"impute\"")],
        "CNS-P-0205",
        "outcome.missing",
        "mask, drop",
    ),
    (
        MULTILABEL,
        &[("missing =", "levels = [\"a\"]\nmissing =")],
        "CNS-P-0415",
        "outcome.levels",
        "\"nominal\"",
    ),
    (MULTILABEL, &[("\"firth\"", "\"hazard\"")], "CNS-P-0413", "model.compare[2]", "this kind of outcome"),
    (MULTILABEL, &[("[model]", "[model]\nties = \"breslow\"")], "CNS-P-0415", "model.ties", "\"cox\""),
    (
        MULTILABEL,
        &[("[model]", "[model]\npenalty.lasso = 1")],
        "CNS-P-0414",
        "model.penalty.lasso",
        "logistic or cox",
    ),
    (MULTILABEL, &[("\"holdout\"", "\"kfold\"")], "CNS-P-0415", "evaluate.holdout", "design"),
    (MULTILABEL, &[("0.25", "1.0")], "CNS-P-0207", "evaluate.holdout", "0.05 to 0.95"),
    (
        MULTILABEL,
        &[("[evaluate]", "[evaluate]\ntimes = [\"1y\"]")],
        "CNS-P-0415",
        "evaluate.times",
        "survival",
    ),
    (
        MULTILABEL,
        &[("[outcome]", "[harmonise]\nmethod = \"site-z\"\n[outcome]")],
        "CNS-P-0417",
        "harmonise",
        "no radiomic column",
    ),
    (ORDINAL, &[("\"low\", ", "")], "CNS-P-0209", "outcome.levels", "list 3 to 12"),
    (ORDINAL, &[("[select]", "[select]\nmethod = \"lasso\"")], "CNS-P-0419", "select.method", "nominal"),
    (ORDINAL, &[("[select]", "[select]\nalpha = 0.5")], "CNS-P-0415", "select.alpha", "elastic-net"),
    (
        ORDINAL,
        &[("[select]", "[harmonise]\nmethod = \"combat\"\nbatch = \"mki\"")],
        "CNS-P-0418",
        "harmonise.batch",
        "is the outcome",
    ),
    (GUARDED, &[("rule = \"multi-krum\"", "rule = \"bulyan\"")], "CNS-P-0205", "robust.rule", "norm-bound"),
    (GUARDED, &[("clip = 2", "clip = 0")], "CNS-P-0207", "robust.clip", "0.001 to 1000"),
    (GUARDED, &[("clip = 2", "clips = 2")], "CNS-P-0201", "robust.clips", "did you mean `clip`?"),
    (GUARDED, &[("vote = 0.1", "weight_cap = 0")], "CNS-P-0207", "robust.weight_cap", "1 to 32768"),
    (GUARDED, &[("vote = 0.1", "weight_cap = 9")], "CNS-P-0415", "robust.weight_cap", "counts once"),
    (GUARDED, &[("\"mlp\"", "\"firth\"")], "CNS-P-0415", "robust", "\"mlp\""),
    (GUARDED, &[("\"clear\"", "\"secure-sum\"")], "CNS-P-0425", "robust.rule", "a blinded sum hides"),
    (GUARDED, &[("min = 5", "min = 4")], "CNS-P-0425", "robust.liars", "among 5 hospitals"),
    (GUARDED, &[("clip = 2", "liars = 2")], "CNS-P-0425", "robust.liars", "among 7 hospitals"),
    (
        GUARDED,
        &[(
            "[robust]",
            "release = [\"pooled\", \"site_sums\"]\n[evaluate]\ndesign = \"leave-site-out\"\n[robust]",
        )],
        "CNS-P-0425",
        "robust.liars",
        "4 are certain to train",
    ),
    (GUARDED, &[("multi-krum", "norm-bound"), ("clip = 2", "")], "CNS-P-0425", "robust.rule", "add `clip`"),
    (
        GUARDED,
        &[("multi-krum", "norm-bound"), ("vote = 0.1", "liars = 1")],
        "CNS-P-0415",
        "robust.liars",
        "a rule",
    ),
    (CAPPED, &[("clip = 2", "")], "CNS-P-0425", "robust.vote", "add `clip`"),
    (CAPPED, &[("clip = 2", "liars = 1")], "CNS-P-0415", "robust.liars", "a rule"),
    (CAPPED, &[("clip = 2\nweight_cap = 40\nvote = 0.1", "")], "CNS-P-0415", "robust", "`clip`"),
    (PRIVATE, &[("[privacy]", "[robust]\nvote = 0\n[privacy]")], "CNS-P-0425", "robust.vote", "no noise"),
    (
        PRIVATE,
        &[("[privacy]", "[robust]\nweight_cap = 9\n[privacy]")],
        "CNS-P-0415",
        "robust.weight_cap",
        "counts once",
    ),
    (
        PRIVATE,
        &[("[privacy]", "[robust]\nclip = 1\n[privacy]"), ("clip = 0.5", "release = \"gradient\"")],
        "CNS-P-0425",
        "robust.clip",
        "release = \"model\"",
    ),
];

fn edited(text: &str, edits: &[Edit]) -> String {
    edits.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

/// What is wrong with how a plan is refused: it should have one finding, with this code, key and text.
fn problem(text: &str, code: &str, key: &str, part: &str) -> Option<String> {
    let Err(errors) = StudyPlan::from_toml(text, "plan.toml") else {
        return Some(format!("{code} {key}: not refused"));
    };
    let right = |error: &PlanError| {
        (error.code(), error.key()) == (code, key) && error.line().is_some() && !error.remedy().is_empty()
    };
    let one = errors.errors().len() == 1 && right(&errors.errors()[0]) && errors.to_string().contains(part);
    (!one).then(|| format!("wanted {code} {key} with `{part}`, found:\n{errors}"))
}

fn assert_refused(text: &str, code: &str, key: &str, part: &str) {
    assert_eq!(problem(text, code, key, part), None);
}

#[test]
fn each_wrong_value_is_refused_with_its_code() {
    let refused = |(from, to, code, key, part)| problem(&edited(LONG, &[(from, to)]), code, key, part);
    let problems: Vec<String> = REFUSALS.into_iter().filter_map(refused).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn keys_that_do_not_fit_together_are_refused() {
    let long = MISFITS.into_iter().map(|(edits, code, key, part)| (LONG, edits, code, key, part));
    let refused = |(text, edits, code, key, part)| problem(&edited(text, edits), code, key, part);
    let problems: Vec<String> = long.chain(OTHERS).filter_map(refused).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let none = SHORT.replace("numeric = [\"age\"]", "");
    assert_refused(&none, "CNS-P-0401", "inputs", "nothing is known");
    let select = format!("{SHORT}\n[select]\nmax = 3");
    assert_refused(&select, "CNS-P-0405", "select", "no radiomic column");
    let family = format!("{SHORT}\n[model]\nfamilies = [\"combined\"]");
    assert_refused(&family, "CNS-P-0404", "model.families[0]", "not both");
}

#[test]
fn a_plan_beyond_reason_is_not_read() {
    let text = format!("{SHORT}#{}", "x".repeat(300_000));
    assert_eq!(refused(&text).code(), "CNS-P-0102");
}

#[test]
fn all_findings_come_at_once_each_with_its_line() {
    let text = "[study]\nid = \"A\"\nseed = 1.5\n[inputs.clinical]\nnumeric = [\"age\"]\nmising = \"drop\"\n\
                [outcome]\nlable = \"relapse\"\npositive = \"yes\"\n[evaluate]\ninner = 1\n";
    let expected = [
        ("CNS-P-0203", "study.title", 1),
        ("CNS-P-0208", "study.id", 2),
        ("CNS-P-0204", "study.seed", 3),
        ("CNS-P-0201", "inputs.clinical.mising", 6),
        ("CNS-P-0203", "outcome.label", 7),
        ("CNS-P-0201", "outcome.lable", 8),
        ("CNS-P-0202", "evaluate.inner", 11),
    ];
    let expected = expected.map(|(code, key, line)| (code, key.to_owned(), Some(line)));
    assert_eq!(findings(text), expected);
    assert!(
        refused(text)
            .to_string()
            .contains("plan.toml:8: outcome.lable: unknown key; did you mean `label`? [CNS-P-0201]")
    );
}

#[test]
fn every_key_of_a_later_version_is_refused_as_such() {
    for (path, _) in later::KEYS {
        let mut table: Table = LONG.parse().expect("TOML");
        let (parents, key) = path.rsplit_once('.').unwrap_or(("", path));
        let mut place = &mut table;
        for parent in parents.split('.').filter(|parent| !parent.is_empty()) {
            let entry = place.entry(parent).or_insert_with(|| Table::new().into());
            place = entry.as_table_mut().expect("a section");
        }
        place.insert(key.to_owned(), 1.into());
        let errors = refused(&toml::to_string(&table).expect("TOML"));
        let found = errors.errors().iter().find(|error| error.key() == path);
        assert_eq!(found.map(PlanError::code), Some("CNS-P-0202"), "{path}: {errors}");
    }
}
