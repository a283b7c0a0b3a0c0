//! `[outcome]`: its keys depend on its kind.

use std::collections::BTreeMap;

use super::{expression, span};
use crate::plan::errors::Fault;
use crate::plan::parse::Section;
use crate::plan::parse::reader::Word as _;
use crate::plan::{Condition, HOLDS, Outcome, OutcomeKind, Predicted, Span};

/// Most labels of a multilabel outcome, and most derived labels.
const MAX_LABELS: usize = 12;
/// Most classes of a label.
const MAX_LEVELS: usize = 12;
/// Keys of single kinds.
const KEYS: [(&str, &[OutcomeKind]); 10] = {
    use OutcomeKind::{Binary, Multilabel, Nominal, Ordinal, Survival};
    [
        ("label", &[Binary, Ordinal, Nominal]),
        ("positive", &[Binary, Survival]),
        ("negative", &[Binary]),
        ("levels", &[Ordinal, Nominal]),
        ("labels", &[Multilabel]),
        ("missing", &[Multilabel]),
        ("time", &[Survival]),
        ("event", &[Survival]),
        ("grid", &[Survival]),
        ("horizon", &[Survival]),
    ]
};

pub(super) fn outcome(section: Section<'_>) -> Option<Outcome> {
    let kind = section.word("kind").unwrap_or_default();
    let composite = composite(&section);
    let predicted = predicted(&section, kind, &composite);
    for (key, kinds) in KEYS {
        if section.get(key).is_some() && !kinds.contains(&kind) {
            refuse_foreign(&section, key, kind, kinds);
        }
    }
    let permute = section.flag("permute").unwrap_or_default();
    section.finish();
    Some(Outcome { predicted: predicted?, composite, permute })
}

fn refuse_foreign(section: &Section<'_>, key: &str, kind: OutcomeKind, kinds: &[OutcomeKind]) {
    let message = format!("has no effect with kind = \"{}\"", kind.name());
    let kinds: Vec<String> = kinds.iter().map(|kind| format!("kind = \"{}\"", kind.name())).collect();
    section.refuse(Fault::Idle, key, message, format!("remove it, or set {}", kinds.join(" or ")));
}

fn predicted(
    section: &Section<'_>,
    kind: OutcomeKind,
    composite: &BTreeMap<String, Condition>,
) -> Option<Predicted> {
    match kind {
        OutcomeKind::Binary => {
            let label = section.need("label", section.text("label"));
            let derived = label.as_ref().is_some_and(|label| composite.contains_key(label));
            let positive = section.text("positive").or_else(|| derived.then(|| HOLDS.to_owned()));
            let positive = section.need("positive", positive);
            Some(Predicted::Binary { label: label?, positive: positive?, negative: section.text("negative") })
        }
        OutcomeKind::Ordinal => {
            let (label, levels) = levels(section)?;
            Some(Predicted::Ordinal { label, levels })
        }
        OutcomeKind::Nominal => {
            let (label, levels) = levels(section)?;
            Some(Predicted::Nominal { label, levels })
        }
        OutcomeKind::Multilabel => {
            let labels = section.need("labels", section.optional_section("labels"));
            let missing = section.word("missing").unwrap_or_default();
            Some(Predicted::Multilabel { labels: positives(section, &labels?)?, missing })
        }
        OutcomeKind::Survival => survival(section, composite),
    }
}

fn levels(section: &Section<'_>) -> Option<(String, Vec<String>)> {
    let label = section.need("label", section.text("label"));
    let levels = section.need("levels", section.texts("levels", 3..=MAX_LEVELS));
    Some((label?, levels?))
}

/// Columns with the value of a case.
fn positives(outer: &Section<'_>, section: &Section<'_>) -> Option<BTreeMap<String, String>> {
    let positive = |column: &str| Some((column.to_owned(), section.free_text(column)?));
    let columns = section.free_keys();
    let labels: Option<BTreeMap<_, _>> = columns.iter().copied().map(positive).collect();
    if !(2..=MAX_LABELS).contains(&columns.len()) {
        let remedy = format!("name 2 to {MAX_LABELS}; one label is a binary outcome");
        outer.refuse(Fault::BadList, "labels", format!("{} labels", columns.len()), remedy);
    }
    labels
}

fn survival(section: &Section<'_>, composite: &BTreeMap<String, Condition>) -> Option<Predicted> {
    let time = section.need("time", section.text("time"));
    let event = section.need("event", section.text("event"));
    let derived = event.as_ref().is_some_and(|event| composite.contains_key(event));
    let usual = if derived { HOLDS } else { "1" };
    Some(Predicted::Survival {
        positive: section.text("positive").unwrap_or_else(|| usual.to_owned()),
        grid: span(section, "grid").unwrap_or(Span::from_days(30)),
        horizon: span(section, "horizon").unwrap_or(Span::from_years(5)),
        time: time?,
        event: event?,
    })
}

fn composite(section: &Section<'_>) -> BTreeMap<String, Condition> {
    let own = section.section("composite");
    let names = own.free_keys();
    if names.len() > MAX_LABELS {
        let remedy = format!("derive {MAX_LABELS} labels at most");
        section.refuse(Fault::BadList, "composite", format!("{} derived labels", names.len()), remedy);
    }
    let condition = |name: &&str| Some(((*name).to_owned(), expression(&own, name, own.free(name)?)?));
    names.iter().filter_map(condition).collect()
}
