//! Patients: how many, from where, and how they came to be those.

use serde::{Deserialize, Serialize};

use crate::chart::FlowBox;

/// The cohort over all hospitals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cohort {
    /// Patients.
    pub n: u64,
    /// Patients with the outcome, or with an event.
    pub cases: u64,
    /// Patients whose outcome is known for that count; all of them where it says 0.
    #[serde(default)]
    pub known: u64,
    /// What cases are called, for example `MYCN amplified` or `events`.
    pub case_word: String,
    /// Patients of the smallest class, or with an event: what a model's size is held against.
    #[serde(default)]
    pub smallest: u64,
    /// Patients of each class of each label.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<ClassCount>,
    /// From all rows to the cohort.
    pub flow: Vec<FlowBox>,
    /// Patients of each fold: all, and those of the class that `fold_word` names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folds: Vec<[u64; 2]>,
    /// What the second number of a fold counts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fold_word: String,
    /// Patients of each hospital, where the plan allows it to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteCount>,
}

impl Cohort {
    /// Patients whose outcome is known.
    #[must_use]
    pub fn known(&self) -> u64 {
        if self.known == 0 { self.n } else { self.known }
    }
}

/// One hospital's patients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteCount {
    /// The hospital.
    pub site: String,
    /// Patients.
    pub n: u64,
    /// Cases among them.
    pub cases: u64,
}

/// Patients of one class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassCount {
    /// The label.
    pub label: String,
    /// The class.
    pub class: String,
    /// Patients.
    pub n: u64,
    /// Patients whose class of this label is known.
    pub known: u64,
}

/// How good the columns are, and how large a model the cohort supports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// The finding in plain sentences.
    pub sentences: Vec<String>,
    /// Cox-Snell R squared, and the parameters that the cohort supports at it.
    pub supported: Vec<[f64; 2]>,
    /// Every column.
    pub columns: Vec<ColumnQuality>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnQuality {
    /// Its name.
    pub column: String,
    /// Patients without a value.
    pub missing: u64,
    /// Their share of the cohort.
    pub missing_share: f64,
    /// Share of the variance between hospitals; absent for a constant column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between_sites: Option<f64>,
    /// Share of the variance between scanners, hospitals included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between_batches: Option<f64>,
}
