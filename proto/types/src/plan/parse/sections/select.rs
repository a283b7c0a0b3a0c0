//! `[harmonise]` and `[select]`.

use super::MAX_COLUMNS;
use crate::plan::parse::Section;
use crate::plan::{
    Batch, Harmonise, OutcomeKind, Redundancy, Relevance, RelevanceTest, Select, SelectMethod, Stability,
};

/// Share of the absolute penalty of `elastic-net` when the plan gives none.
const ALPHA: f64 = 0.5;

pub(super) fn harmonise(section: Section<'_>) -> Harmonise {
    let batch = |name: String| if name == "site" { Batch::Site } else { Batch::Column(name) };
    let harmonise = Harmonise {
        method: section.word("method").unwrap_or_default(),
        batch: section.text("batch").map(batch).unwrap_or_default(),
        keep: section.texts("keep", 0..=MAX_COLUMNS).unwrap_or_default(),
        shrink: section.word("shrink").unwrap_or_default(),
    };
    section.finish();
    harmonise
}

pub(super) fn select(section: Section<'_>, kind: OutcomeKind) -> Select {
    let default = Select::default();
    let relevance = section.section("relevance");
    let redundancy = section.section("redundancy");
    let method = section.word("method").unwrap_or_default();
    let mixed = (method == SelectMethod::ElasticNet).then_some(ALPHA);
    let select = Select {
        stability: section.optional_section("stability").map(stability),
        relevance: Relevance {
            test: relevance.word("test").unwrap_or_else(|| RelevanceTest::for_outcome(kind)),
            keep: relevance.whole("keep", 1..=2_000).unwrap_or(default.relevance.keep),
        },
        redundancy: Redundancy {
            rho: redundancy.number("rho", &(0.01..=1.0)).unwrap_or(default.redundancy.rho),
        },
        method,
        max: section.whole("max", 1..=100).unwrap_or(default.max),
        rule: section.word("rule").unwrap_or_default(),
        alpha: section.number("alpha", &(0.01..=1.0)).or(mixed),
        bootstraps: section.whole("bootstraps", 0..=200).unwrap_or_default(),
    };
    relevance.finish();
    redundancy.finish();
    section.finish();
    select
}

fn stability(section: Section<'_>) -> Stability {
    let default = Stability::default();
    let stability = Stability {
        icc: section.number("icc", &(0.01..=0.999)).unwrap_or(default.icc),
        form: section.word("form").unwrap_or_default(),
    };
    section.finish();
    stability
}
