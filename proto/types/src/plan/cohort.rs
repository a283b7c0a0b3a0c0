//! `[cohort]`: which patients.

use serde::Serialize;

use super::Inclusion;

/// `[cohort]`
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Cohort {
    /// Clauses over columns of the clinical table, joined by `and`; empty means every patient.
    pub include: Inclusion,
    /// A site below these counts must not take part.
    pub min_per_site: MinPerSite,
}

/// `cohort.min_per_site`
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MinPerSite {
    /// Patients.
    pub n: u32,
    /// Patients of the rarer class.
    pub per_class: u32,
}
