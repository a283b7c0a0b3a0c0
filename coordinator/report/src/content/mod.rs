//! What a report says, as plain values: the JSON beside the page.
//!
//! Every part but the study and the cohort may be absent; the page then has no such section. Never: a patient's own
//! value; a sentence the run cannot stand for.

mod cohort;
mod evaluation;
mod model;
mod run;

use serde::{Deserialize, Serialize};

pub use cohort::{ClassCount, Cohort, ColumnQuality, Quality, SiteCount};
pub use evaluation::{Comparison, Confusion, Estimate, Importance, Measure, Subject, ThresholdRow};
pub use model::{CoefficientRow, CoefficientTable, Model, Selected, Selection};
pub use run::{Claim, Evidence, Ledger, LedgerLine};

use crate::chart::SurvivalPlot;

/// Name and version of the JSON's form.
pub const FORMAT: &str = "consilium/report/v1";

/// A study's report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: String,
    /// The plan's title.
    pub title: String,
    /// The study's identifier.
    pub study: String,
    /// Version of the plan.
    pub version: u32,
    /// Hash of the plan's canonical form, in hexadecimal digits.
    pub plan_hash: String,
    /// The plan's seed.
    pub seed: u64,
    /// Hospitals that took part to the end.
    pub sites: Vec<String>,
    /// Name and version of the program that ran the study.
    pub software: String,
    /// Name and version of the feature extractor; empty without images.
    pub extractor: String,
    /// What is predicted, in words.
    pub outcome: String,
    /// What the plan asked for, in words.
    pub asked: Vec<Fact>,
    /// The statistical methods in words, a paragraph each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// Every key of the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<Fact>,
    /// Patients.
    pub cohort: Cohort,
    /// Quality of columns, and the size of model the cohort supports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<Quality>,
    /// How columns were made comparable and complete.
    pub preparation: Vec<Fact>,
    /// Which columns were chosen, for each label.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selections: Vec<Selection>,
    /// The fitted models, the main one first.
    pub models: Vec<Model>,
    /// Evaluation, one entry for each outcome or class told apart from the rest.
    pub subjects: Vec<Subject>,
    /// Models compared on the same patients.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<Comparison>,
    /// What the models lean on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub importance: Vec<Importance>,
    /// Survival curves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub survival: Vec<SurvivalPlot>,
    /// Tables of their own, where a study has more to show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// What a reader may look for and not find, with the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Names of the files beside the page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Fact>,
    /// What the run noticed and a reader must know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What left the hospitals.
    pub ledger: Ledger,
    /// What the run can prove, for the checklists.
    pub evidence: Evidence,
}

/// A name and its value, both in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Fact {
    /// A fact.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A table in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its caption.
    pub title: String,
    /// Names of the columns; the first is left aligned, the others right.
    pub columns: Vec<String>,
    /// Rows, as many cells as columns.
    pub rows: Vec<Vec<String>>,
    /// Explanation below the table; may be empty.
    pub note: String,
}

impl Report {
    /// The JSON beside the page: indented, full precision, a final newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("numbers and strings always serialise");
        text + "\n"
    }
}
