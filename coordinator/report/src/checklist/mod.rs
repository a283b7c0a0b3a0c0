//! Reporting checklists, filled in as far as the run can: METRICS, CLEAR, TRIPOD+AI.
//!
//! Topics are named in our own words; the published wording is the authority. An item is answered only with a line of
//! evidence from the run. Never: a guess. What needs an author stays blank for the author.

mod clear;
mod metrics;
mod tripod;

use serde::{Deserialize, Serialize};

use crate::content::{Claim, Evidence};

pub use metrics::{MetricsScore, metrics_score};

/// Where an item's answer can come from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    /// The run alone answers it.
    Run(&'static [Claim]),
    /// The run shows a part; authors write the rest.
    Part(&'static [Claim]),
    /// Authors alone can.
    Authors,
}

/// One item of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry(pub(crate) &'static str, pub(crate) &'static str, pub(crate) Source);

/// Sections with their items.
pub(crate) type Sections = &'static [(&'static str, &'static [Entry])];

/// How far an item is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// By the run.
    Answered,
    /// In part by the run.
    Partly,
    /// Left to the authors.
    Blank,
    /// The item does not concern this study.
    NotApplicable,
}

impl Status {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Answered => "answered by the run",
            Self::Partly => "partly; authors complete",
            Self::Blank => "for the authors",
            Self::NotApplicable => "not applicable",
        }
    }
}

/// An item with its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Number in the published list.
    pub number: String,
    /// Topic, in our words.
    pub topic: String,
    /// How far it is answered.
    pub status: Status,
    /// Evidence from the run; empty where there is none.
    pub evidence: String,
}

/// A filled list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    /// Its name.
    pub name: String,
    /// Where it is published.
    pub source: String,
    /// Sections: name and items.
    pub sections: Vec<(String, Vec<Answer>)>,
}

impl Checklist {
    /// Items with the status.
    #[must_use]
    pub fn count(&self, status: Status) -> usize {
        self.answers().filter(|answer| answer.status == status).count()
    }

    /// All items, in order.
    pub fn answers(&self) -> impl Iterator<Item = &Answer> {
        self.sections.iter().flat_map(|(_, answers)| answers)
    }
}

/// The three lists.
#[must_use]
pub fn checklists(evidence: &Evidence) -> Vec<Checklist> {
    let clear = "Kocak et al., Insights Imaging 14 (2023) 75, doi:10.1186/s13244-023-01415-8";
    let tripod = "Collins et al., BMJ 385 (2024) e078378, doi:10.1136/bmj-2023-078378";
    vec![
        metrics::filled(evidence),
        filled("CLEAR", clear, clear::SECTIONS, evidence),
        filled("TRIPOD+AI", tripod, tripod::SECTIONS, evidence),
    ]
}

fn filled(name: &str, source: &str, sections: Sections, evidence: &Evidence) -> Checklist {
    let section = |(name, entries): &(&str, &[Entry])| {
        (String::from(*name), entries.iter().map(|entry| answer(entry, evidence)).collect())
    };
    Checklist {
        name: name.to_owned(),
        source: source.to_owned(),
        sections: sections.iter().map(section).collect(),
    }
}

/// All claims of an item must hold; what a missing one would have said is not made up.
fn answer(entry: &Entry, evidence: &Evidence) -> Answer {
    let Entry(number, topic, source) = entry;
    let (claims, complete): (&[Claim], bool) = match source {
        Source::Run(claims) => (claims, true),
        Source::Part(claims) => (claims, false),
        Source::Authors => (&[], false),
    };
    let lines: Vec<&str> =
        claims.iter().filter_map(|claim| evidence.get(claim)).map(String::as_str).collect();
    let status = match (lines.len(), complete) {
        (0, _) => Status::Blank,
        (held, true) if held == claims.len() => Status::Answered,
        _ => Status::Partly,
    };
    Answer { number: (*number).to_owned(), topic: (*topic).to_owned(), status, evidence: lines.join(" ") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_lists_have_the_published_number_of_items() {
        let lists = checklists(&Evidence::new());
        let count = |list: &Checklist| list.answers().count();
        assert_eq!(count(&lists[0]), 30);
        assert_eq!(count(&lists[1]), 58);
        // 27 items, several of them with parts a, b, c
        let items = |answer: &Answer| answer.number.trim_end_matches(char::is_alphabetic).to_owned();
        let tripod: BTreeSet<String> = lists[2].answers().map(items).collect();
        assert_eq!(tripod.len(), 27);
        for list in &lists {
            let numbers: BTreeSet<&str> = list.answers().map(|a| a.number.as_str()).collect();
            assert_eq!(numbers.len(), count(list), "{} repeats a number", list.name);
        }
    }

    #[test]
    fn without_evidence_nothing_is_answered() {
        for list in checklists(&Evidence::new()) {
            assert_eq!(list.count(Status::Answered) + list.count(Status::Partly), 0, "{}", list.name);
        }
    }

    #[test]
    fn an_item_that_needs_two_claims_is_only_partly_answered_by_one() {
        let entry = Entry("1", "x", Source::Run(&[Claim::Flow, Claim::Missing]));
        let one = Evidence::from([(Claim::Flow, "5 steps.".to_owned())]);
        assert_eq!(answer(&entry, &one).status, Status::Partly);
        let mut both = one.clone();
        both.insert(Claim::Missing, "Imputed.".to_owned());
        let filled = answer(&entry, &both);
        assert_eq!((filled.status, filled.evidence.as_str()), (Status::Answered, "5 steps. Imputed."));
    }
}
