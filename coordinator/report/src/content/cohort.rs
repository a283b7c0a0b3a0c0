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
    /// What cases are called, for example `MYCN amplified` or `events`.
    pub case_word: String,
    /// From all rows to the cohort.
    pub flow: Vec<FlowBox>,
    /// Patients of each fold: all, cases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub folds: Vec<[u64; 2]>,
    /// Patients of each hospital, where the plan allows it to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteCount>,
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
