//! Each section of the plan: its keys, their types and ranges, and what they are when left out.

use std::collections::BTreeMap;

use toml::Value;

use super::Section;
use super::reader::Word;
use crate::plan::errors::Fault;
use crate::plan::{
    Aggregate, Aggregation, Bins, Clinical, Cohort, Design, Evaluate, Family, Features, Image, Inputs,
    Interpolation, Learner, MinPerSite, Missing, Model, ModelFamily, Network, Outcome, OutcomeKind, Penalty,
    Privacy, Redundancy, Release, Relevance, RelevanceTest, Ridge, Select, Sites, Study, StudyPlan, Table,
    TableColumns, Wait,
};

/// Largest number of columns listed under one key.
const MAX_COLUMNS: usize = 2_000;
/// Largest count of patients or sites a plan may ask for.
const MAX_COUNT: i64 = 1_000_000;

pub(super) fn plan(root: Section<'_>) -> Option<StudyPlan> {
    let study = study(root.section("study"));
    let cohort = cohort(root.section("cohort"));
    let inputs = inputs(root.section("inputs"));
    let features = features(root.optional_section("features"), &inputs);
    let select = root.optional_section("select").map(select);
    let outcome = outcome(root.section("outcome"));
    let model = model(root.section("model"), &inputs);
    let privacy = privacy(root.section("privacy"));
    let evaluate = evaluate(root.section("evaluate"));
    root.finish();
    Some(StudyPlan {
        study: study?,
        cohort,
        inputs,
        features,
        select,
        outcome: outcome?,
        model,
        privacy,
        evaluate,
    })
}

fn study(section: Section<'_>) -> Option<Study> {
    let id = section.need("id", section.parsed("id"));
    let title = section.need("title", section.text("title"));
    let version = section.whole("version", 1..=MAX_COUNT).unwrap_or(1);
    // TOML's integers end at 2^63 - 1
    let seed = section.need("seed", section.whole("seed", 0..=i64::MAX));
    let sites = sites(section.section("sites"));
    section.finish();
    Some(Study { id: id?, title: title?, version, seed: seed?, sites })
}

fn sites(section: Section<'_>) -> Sites {
    let default = Sites::default();
    let sites = Sites {
        min: section.whole("min", 1..=1_000).unwrap_or(default.min),
        quorum: section.number("quorum", &(0.01..=1.0)).unwrap_or(default.quorum),
        wait: wait(&section).unwrap_or(default.wait),
    };
    section.finish();
    sites
}

fn wait(section: &Section<'_>) -> Option<Wait> {
    let wait: Wait = section.parsed("wait")?;
    if (Wait::SHORTEST..=Wait::LONGEST).contains(&wait) {
        return Some(wait);
    }
    let remedy = format!("choose {} to {}", Wait::SHORTEST, Wait::LONGEST);
    section.refuse(Fault::OutOfRange, "wait", format!("{wait} is out of range"), remedy);
    None
}

fn cohort(section: Section<'_>) -> Cohort {
    let smallest = section.section("min_per_site");
    let min_per_site = MinPerSite {
        n: smallest.whole("n", 0..=MAX_COUNT).unwrap_or_default(),
        per_class: smallest.whole("per_class", 0..=MAX_COUNT).unwrap_or_default(),
    };
    smallest.finish();
    let cohort = Cohort { include: inclusion(&section).unwrap_or_default(), min_per_site };
    section.finish();
    cohort
}

fn inclusion(section: &Section<'_>) -> Option<crate::plan::Inclusion> {
    let text = match section.get("include")? {
        Value::String(text) => text,
        other => return section.wrong_type("include", "an expression in quotes", other),
    };
    let refuse = |error: crate::plan::NotAnInclusion| {
        let remedy = "correct the expression; docs/reference/plan.md shows the grammar";
        section.refuse(Fault::BadInclusion, "include", error.to_string(), remedy);
    };
    text.parse().map_err(refuse).ok()
}

fn inputs(section: Section<'_>) -> Inputs {
    let inputs = Inputs {
        ct: section.optional_section("ct").map(image),
        pet: section.optional_section("pet").map(image),
        mr: section.optional_section("mr").map(image),
        table: section.optional_section("table").map(table),
        clinical: section.optional_section("clinical").map(clinical),
    };
    section.finish();
    inputs
}

fn image(section: Section<'_>) -> Image {
    let phases = section.texts("phases", 0..=8).unwrap_or_default();
    let in_a_file_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    for (i, phase) in phases.iter().enumerate() {
        if !phase.chars().all(in_a_file_name) {
            let remedy = "use letters, digits and hyphens: a phase is part of the image's file name";
            section.refuse(Fault::BadText, &format!("phases[{i}]"), format!("`{phase}` is no phase"), remedy);
        }
    }
    section.finish();
    Image { phases }
}

fn table(section: Section<'_>) -> Table {
    let default = Table::default();
    let file = section.text("file").unwrap_or(default.file);
    if !is_file_within(&file) {
        let remedy = "name a .csv or .parquet file within the site folder, for example features.csv";
        section.refuse(Fault::BadText, "file", format!("`{file}` is no such file"), remedy);
    }
    let columns = columns(&section).unwrap_or_default();
    section.finish();
    Table { file, columns }
}

fn columns(section: &Section<'_>) -> Option<TableColumns> {
    match section.get("columns")? {
        Value::String(word) if word == "all" => Some(TableColumns::All),
        Value::Array(_) => section.texts("columns", 1..=MAX_COLUMNS).map(TableColumns::Listed),
        other => section.wrong_type("columns", "\"all\" or a list of columns", other),
    }
}

/// A relative path that stays below the folder it starts from, on any system.
fn is_file_within(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    let lower = path.to_ascii_lowercase();
    let extension = [".csv", ".parquet"].iter().any(|extension| lower.ends_with(extension));
    extension && !path.contains(['\\', ':']) && path.split('/').all(plain)
}

fn clinical(section: Section<'_>) -> Clinical {
    let clinical = Clinical {
        numeric: section.texts("numeric", 0..=MAX_COLUMNS).unwrap_or_default(),
        categorical: categorical(&section.section("categorical")),
        missing: section.word("missing").unwrap_or_default(),
    };
    section.finish();
    clinical
}

fn categorical(section: &Section<'_>) -> BTreeMap<String, Vec<String>> {
    let levels = |column: &str| Some((column.to_owned(), section.free_texts(column, 2..=50)?));
    section.free_keys().into_iter().filter_map(levels).collect()
}

/// Images need features: with an image and no section, the defaults hold and are written out.
fn features(section: Option<Section<'_>>, inputs: &Inputs) -> Option<Features> {
    let default = Features::default();
    let Some(section) = section else {
        return inputs.images().next().map(|_| default);
    };
    let features = Features {
        spacing: section.triple("spacing", &(0.1..=20.0)),
        interpolation: section.word("interpolation").unwrap_or_default(),
        families: section.words("families").unwrap_or(default.families),
        aggregation: section.word("aggregation").unwrap_or_default(),
        bins: bins(section.section("bins")).unwrap_or(default.bins),
        window: section.interval("window", &(-1e6..=1e6)),
        outliers: section.number("outliers", &(0.5..=10.0)),
    };
    if features.families.is_empty() {
        section.refuse(Fault::BadList, "families", "no family is listed", "list one, or leave the key out");
    }
    section.finish();
    Some(features)
}

fn bins(section: Section<'_>) -> Option<Bins> {
    let width = section.number("width", &(1e-6..=1e6)).map(Bins::Width);
    let count = section.whole("count", 2..=1_024).map(Bins::Count);
    if section.has("width") && section.has("count") {
        let remedy = "keep `width` (fixed bin size) or `count` (fixed bin number)";
        section.refuse(Fault::BadList, "count", "`width` and `count` exclude each other", remedy);
    }
    section.finish();
    width.or(count)
}

fn select(section: Section<'_>) -> Select {
    let default = Select::default();
    let relevance = section.section("relevance");
    let redundancy = section.section("redundancy");
    let select = Select {
        relevance: Relevance {
            test: relevance.word("test").unwrap_or_default(),
            keep: relevance.whole("keep", 1..=2_000).unwrap_or(default.relevance.keep),
        },
        redundancy: Redundancy {
            rho: redundancy.number("rho", &(0.01..=1.0)).unwrap_or(default.redundancy.rho),
        },
        max: section.whole("max", 1..=100).unwrap_or(default.max),
    };
    relevance.finish();
    redundancy.finish();
    section.finish();
    select
}

fn outcome(section: Section<'_>) -> Option<Outcome> {
    let kind = section.word("kind").unwrap_or_default();
    let label = section.need("label", section.text("label"));
    let positive = section.need("positive", section.text("positive"));
    let negative = section.text("negative");
    section.finish();
    Some(Outcome { kind, label: label?, positive: positive?, negative })
}

fn model(section: Section<'_>, inputs: &Inputs) -> Model {
    let penalty = section.section("penalty");
    let model = Model {
        families: section.words("families").unwrap_or_else(|| inputs.model_families()),
        learner: section.word("learner").unwrap_or_default(),
        penalty: Penalty { ridge: ridge(&penalty).unwrap_or_default() },
        compare: section.words("compare").unwrap_or_default(),
        network: network(section.section("network")),
    };
    penalty.finish();
    section.finish();
    model
}

fn ridge(section: &Section<'_>) -> Option<Ridge> {
    match section.get("ridge")? {
        Value::String(word) if word == "cv" => Some(Ridge::Cv),
        Value::Integer(_) | Value::Float(_) => section.number("ridge", &(0.0..=1e6)).map(Ridge::Fixed),
        other => section.wrong_type("ridge", "\"cv\" or a number", other),
    }
}

fn network(section: Section<'_>) -> Network {
    let default = Network::default();
    let network = Network {
        hidden: section.wholes("hidden", 1..=4, &(1..=256)).unwrap_or(default.hidden),
        rounds: section.whole("rounds", 1..=500).unwrap_or(default.rounds),
        epochs: section.whole("epochs", 1..=100).unwrap_or(default.epochs),
        batch: section.whole("batch", 1..=4_096).unwrap_or(default.batch),
        rate: section.number("rate", &(1e-6..=1.0)).unwrap_or(default.rate),
        decay: section.number("decay", &(0.0..=1.0)).unwrap_or(default.decay),
    };
    section.finish();
    network
}

fn privacy(section: Section<'_>) -> Privacy {
    let default = Privacy::default();
    let privacy = Privacy {
        aggregate: section.word("aggregate").unwrap_or_default(),
        release: section.words("release").unwrap_or(default.release),
    };
    if !privacy.release.contains(&Release::Pooled) {
        let remedy = "list \"pooled\": without pooled results there is no study";
        section.refuse(Fault::BadList, "release", "\"pooled\" is not listed", remedy);
    }
    section.finish();
    privacy
}

fn evaluate(section: Section<'_>) -> Evaluate {
    let default = Evaluate::default();
    let evaluate = Evaluate {
        design: section.word("design").unwrap_or_default(),
        folds: section.whole("folds", 2..=20).unwrap_or(default.folds),
        thresholds: section.interval("thresholds", &(0.01..=0.99)).unwrap_or(default.thresholds),
        level: section.number("level", &(0.5..=0.999)).unwrap_or(default.level),
    };
    section.finish();
    evaluate
}

// === the words of the plan ===

impl Word for Missing {
    const ALL: &'static [Self] = &[Self::Drop, Self::Impute, Self::Indicator];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Family {
    const ALL: &'static [Self] = &[
        Self::Morphology,
        Self::LocalIntensity,
        Self::IntensityStatistics,
        Self::IntensityHistogram,
        Self::Ivh,
        Self::Glcm,
        Self::Glrlm,
        Self::Glszm,
        Self::Gldzm,
        Self::Ngtdm,
        Self::Ngldm,
    ];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Interpolation {
    const ALL: &'static [Self] = &[Self::Nearest, Self::Linear, Self::Cubic];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Aggregation {
    const ALL: &'static [Self] = &[
        Self::Averaged2d,
        Self::SliceMerged2d,
        Self::DirectionMerged25d,
        Self::Merged25d,
        Self::Averaged3d,
        Self::Merged3d,
    ];
    const LATER: &'static [&'static str] = &[];
}

impl Word for RelevanceTest {
    const ALL: &'static [Self] = &[Self::Welch];
    const LATER: &'static [&'static str] = &["mann-whitney", "anova", "cox"];
}

impl Word for OutcomeKind {
    const ALL: &'static [Self] = &[Self::Binary];
    const LATER: &'static [&'static str] = &["ordinal", "nominal", "multilabel", "survival"];
}

impl Word for ModelFamily {
    const ALL: &'static [Self] = &[Self::Clinical, Self::Radiomics, Self::Combined];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Learner {
    const ALL: &'static [Self] = &[Self::Logistic, Self::Mlp];
    const LATER: &'static [&'static str] =
        &["firth", "svm", "forest", "boost", "phasenet", "cox", "hazard", "ordinal"];
}

impl Word for Aggregate {
    const ALL: &'static [Self] = &[Self::Clear];
    const LATER: &'static [&'static str] = &["secure-sum"];
}

impl Word for Release {
    const ALL: &'static [Self] = &[Self::Pooled, Self::SiteSums];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Design {
    const ALL: &'static [Self] = &[Self::Kfold, Self::LeaveSiteOut];
    const LATER: &'static [&'static str] = &["holdout"];
}
