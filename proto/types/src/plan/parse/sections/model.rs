//! `[model]`.

use toml::Value;

use crate::plan::parse::Section;
use crate::plan::{
    Boost, Forest, Gamma, Inputs, Learner, Model, Network, OutcomeKind, Penalty, Strength, Svm, Tried,
};

pub(super) fn model(section: Section<'_>, inputs: &Inputs, kind: OutcomeKind) -> Model {
    let model = Model {
        families: section.words("families").unwrap_or_else(|| inputs.model_families()),
        learner: section.word("learner").unwrap_or_else(|| Learner::for_outcome(kind)),
        penalty: penalty(section.section("penalty")),
        site_intercept: section.flag("site_intercept").unwrap_or_default(),
        strata: section.word("strata").unwrap_or_default(),
        ties: section.word("ties").unwrap_or_default(),
        compare: section.words("compare").unwrap_or_default(),
        network: network(section.section("network")),
        forest: forest(section.section("forest")),
        boost: boost(section.section("boost")),
        svm: svm(section.section("svm")),
    };
    section.finish();
    model
}

/// With `lasso`, there is no ridge penalty beside the one `alpha` mixes in.
fn penalty(section: Section<'_>) -> Penalty {
    let lasso = strength(&section, "lasso");
    let beside = if lasso.is_some() { Strength::Fixed(0.0) } else { Strength::Cv };
    let penalty = Penalty {
        ridge: strength(&section, "ridge").unwrap_or(beside),
        alpha: section.number("alpha", &(0.01..=1.0)).or(lasso.map(|_| 1.0)),
        lasso,
    };
    section.finish();
    penalty
}

fn strength(section: &Section<'_>, key: &'static str) -> Option<Strength> {
    section.number_or(key, &(0.0..=1e6), ("cv", Strength::Cv), Strength::Fixed)
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

fn forest(section: Section<'_>) -> Forest {
    let default = Forest::default();
    let forest = Forest {
        trees: section.whole("trees", 1..=2_000).unwrap_or(default.trees),
        depth: section.whole("depth", 1..=10).unwrap_or(default.depth),
        min_leaf: section.whole("min_leaf", 1..=1_000).unwrap_or(default.min_leaf),
        features: tried(&section).unwrap_or_default(),
        bins: section.whole("bins", 2..=256).unwrap_or(default.bins),
    };
    section.finish();
    forest
}

fn tried(section: &Section<'_>) -> Option<Tried> {
    match section.get("features")? {
        Value::String(text) if text == "sqrt" => Some(Tried::Sqrt),
        Value::Integer(_) => section.whole("features", 1..=2_000).map(Tried::Count),
        other => section.wrong_type("features", "\"sqrt\" or a whole number", other),
    }
}

fn boost(section: Section<'_>) -> Boost {
    let default = Boost::default();
    let boost = Boost {
        trees: section.whole("trees", 1..=1_000).unwrap_or(default.trees),
        depth: section.whole("depth", 1..=8).unwrap_or(default.depth),
        rate: section.number("rate", &(1e-3..=1.0)).unwrap_or(default.rate),
        min_leaf: section.whole("min_leaf", 1..=1_000).unwrap_or(default.min_leaf),
        lambda: section.number("lambda", &(0.0..=1e3)).unwrap_or(default.lambda),
        bins: section.whole("bins", 2..=256).unwrap_or(default.bins),
    };
    section.finish();
    boost
}

fn svm(section: Section<'_>) -> Svm {
    let default = Svm::default();
    let gamma = section.number_or("gamma", &(1e-6..=1e3), ("auto", Gamma::Auto), Gamma::Fixed);
    let svm = Svm {
        cost: section.number("cost", &(1e-6..=1e6)).unwrap_or(default.cost),
        features: section.whole("features", 16..=2_048).unwrap_or(default.features),
        gamma: gamma.unwrap_or_default(),
    };
    section.finish();
    svm
}
