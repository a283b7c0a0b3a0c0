//! From a data folder to the table a study computes on: who belongs to it, what is known of each, in which fold.
//!
//! Rows are patients without names; the table leaves only as sums (`consilium-stats`). Spec: docs/reference/methods.md.

mod clinical;
mod flow;
mod folds;
mod rows;

use std::path::Path;

use consilium_radiomics::EXTRACTOR;
use consilium_types::plan::Design;
use consilium_types::{Column, ColumnKind, Digest, Schema, SiteId, StudyPlan};

pub use rows::CohortRows;

use crate::catalogue::{ClinicalTable, DataFault, FeatureTable, Patient};
use crate::extraction::{Cache, Extractor, Progress};
use clinical::Covariates;

/// What happens to a patient whose files cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unfit {
    /// Nothing is computed until the files are corrected.
    #[default]
    Refuse,
    /// The patient leaves the cohort, and the flow says so.
    Exclude,
}

/// Where a cohort is read from, and how.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The hospital's id, which enters the keyed hash that deals folds.
    pub site: &'a SiteId,
    /// The data folder.
    pub data: &'a Path,
    /// Where extracted features are remembered.
    pub cache: &'a Cache,
    /// What happens to patients with unusable files.
    pub unfit: Unfit,
}

/// The patients of one study at one hospital.
pub struct Cohort {
    schema: Schema,
    patients: Vec<Patient>,
    cases: Vec<bool>,
    values: Vec<Vec<f64>>,
    flow: Vec<u64>,
    /// Files that could not be used, where the policy excludes them: messages for the hospital's own screen.
    excluded: Vec<String>,
}

impl std::fmt::Debug for Cohort {
    /// Shows the size only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cohort({} x {})", self.patients.len(), self.schema.columns.len())
    }
}

/// The columns a hospital offers to a plan. Reads tables, opens no image.
pub fn schema(plan: &StudyPlan, data: &Path) -> Result<Schema, DataFault> {
    let clinical = ClinicalTable::read(&data.join("clinical.csv"))?;
    flow::check_columns(plan, &clinical)?;
    let covariates = Covariates::of(plan, &clinical)?;
    let none = Cache::none();
    let extractor = Extractor::new(plan, data, &none)?;
    let table = feature_table(plan, data)?;
    Ok(schema_of(extractor.as_ref(), table.as_ref(), &covariates))
}

fn feature_table(plan: &StudyPlan, data: &Path) -> Result<Option<FeatureTable>, DataFault> {
    plan.inputs.table.as_ref().map(|table| FeatureTable::read(data, &table.file, &table.columns)).transpose()
}

fn schema_of(
    extractor: Option<&Extractor<'_>>,
    table: Option<&FeatureTable>,
    covariates: &Covariates,
) -> Schema {
    let extracted = extractor.map(Extractor::columns).unwrap_or_default();
    let given = table.map(|table| table.columns().to_vec()).unwrap_or_default();
    let radiomic = extracted.into_iter().chain(given);
    let radiomic = radiomic.map(|name| Column { name, kind: ColumnKind::Radiomic });
    let clinical = covariates.names().into_iter().map(|name| Column { name, kind: ColumnKind::Clinical });
    Schema {
        columns: radiomic.chain(clinical).collect(),
        extractor: extractor.map(|_| EXTRACTOR.to_owned()).unwrap_or_default(),
    }
}

impl Cohort {
    /// Reads tables, extracts or remembers features, and applies the plan's inclusion flow.
    pub fn read(plan: &StudyPlan, source: Source<'_>, progress: &dyn Progress) -> Result<Self, DataFault> {
        let clinical = ClinicalTable::read(&source.data.join("clinical.csv"))?;
        flow::check_columns(plan, &clinical)?;
        let covariates = Covariates::of(plan, &clinical)?;
        let extractor = Extractor::new(plan, source.data, source.cache)?;
        let table = feature_table(plan, source.data)?;
        let mut cohort = Self {
            schema: schema_of(extractor.as_ref(), table.as_ref(), &covariates),
            patients: Vec::new(),
            cases: Vec::new(),
            values: Vec::new(),
            flow: Vec::new(),
            excluded: Vec::new(),
        };
        let candidates = flow::candidates(plan, &clinical, &mut cohort.flow)?;
        let rows: Vec<usize> = candidates.iter().map(|(row, _)| *row).collect();
        let radiomic = cohort.radiomic(
            plan,
            &clinical,
            &rows,
            extractor.as_ref(),
            table.as_ref(),
            source.unfit,
            progress,
        )?;
        for ((row, is_case), radiomic) in candidates.into_iter().zip(radiomic) {
            let Some(mut values) = radiomic else { continue };
            let Some(covariates) = covariates.values(&clinical, row)? else { continue };
            values.extend(covariates);
            cohort.patients.push(clinical.patient(row).clone());
            cohort.cases.push(is_case);
            cohort.values.push(values);
        }
        cohort.finish_flow(plan);
        Ok(cohort)
    }

    /// Radiomic values of some rows of the clinical table; nothing for a patient who has none that can be used.
    #[expect(clippy::too_many_arguments, reason = "the parts of one reading, each used once")]
    fn radiomic(
        &mut self,
        plan: &StudyPlan,
        clinical: &ClinicalTable,
        rows: &[usize],
        extractor: Option<&Extractor<'_>>,
        table: Option<&FeatureTable>,
        unfit: Unfit,
        progress: &dyn Progress,
    ) -> Result<Vec<Option<Vec<f64>>>, DataFault> {
        let patients: Vec<&Patient> = rows.iter().map(|row| clinical.patient(*row)).collect();
        let mut values = match extractor {
            Some(extractor) => self.judge(extractor.extract(&patients, progress), unfit)?,
            None => vec![Some(Vec::new()); rows.len()],
        };
        if let Some(table) = table {
            for (value, patient) in values.iter_mut().zip(&patients) {
                let given = table.values(patient);
                *value = value.take().zip(given).map(|(value, given)| [value.as_slice(), given].concat());
            }
        }
        if plan.inputs.has_radiomics() {
            self.flow.push(values.iter().flatten().count() as u64);
        }
        Ok(values)
    }

    fn judge(
        &mut self,
        extracted: Vec<crate::extraction::Extracted>,
        unfit: Unfit,
    ) -> Result<Vec<Option<Vec<f64>>>, DataFault> {
        use crate::extraction::Extracted;
        let patients = extracted.len();
        let mut faults = Vec::new();
        let mut value = |extracted| match extracted {
            Extracted::Values(values) => Some(values),
            Extracted::Missing => None,
            Extracted::Unfit(fault) => {
                faults.push(fault);
                None
            }
        };
        let values = extracted.into_iter().map(&mut value).collect();
        if unfit == Unfit::Refuse && !faults.is_empty() {
            return Err(DataFault::Unfit { faults, patients });
        }
        self.excluded = faults.iter().map(|fault| format!("{fault} [{}]", fault.code())).collect();
        Ok(values)
    }

    /// The last step, where the plan drops patients with empty covariates.
    fn finish_flow(&mut self, plan: &StudyPlan) {
        if self.flow.len() < plan.flow().len() {
            self.flow.push(self.patients.len() as u64);
        }
    }

    /// The columns.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Number of patients.
    #[must_use]
    pub fn len(&self) -> usize {
        self.patients.len()
    }

    /// Whether no patient belongs to the study.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.patients.is_empty()
    }

    /// Number of cases.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.cases.iter().filter(|case| **case).count()
    }

    /// Patients left after each step of the plan's flow.
    #[must_use]
    pub fn flow(&self) -> &[u64] {
        &self.flow
    }

    /// What could not be used, for the hospital's own screen.
    #[must_use]
    pub fn excluded(&self) -> &[String] {
        &self.excluded
    }

    /// A digest of all values, to notice data that change while a study runs. It never leaves the hospital.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut bytes = Vec::new();
        for ((patient, case), values) in self.patients.iter().zip(&self.cases).zip(&self.values) {
            bytes.extend(Digest::of("consilium/patient/v1", patient.reveal().as_bytes()).as_bytes());
            bytes.push(u8::from(*case));
            bytes.extend(values.iter().flat_map(|value| value.to_bits().to_le_bytes()));
        }
        self.flow.iter().for_each(|count| bytes.extend(count.to_le_bytes()));
        Digest::of("consilium/cohort/v1", &bytes)
    }

    /// The table with its folds, for an analysis of the sites in `roster`; nothing when `site` is not among them.
    #[must_use]
    pub fn rows(&self, plan: &StudyPlan, site: &SiteId, roster: &[SiteId]) -> Option<CohortRows<'_>> {
        let cells = match plan.evaluate.design {
            Design::Kfold => folds::deal(plan, site, &self.patients, &self.cases),
            Design::LeaveSiteOut => {
                let mut sorted: Vec<&SiteId> = roster.iter().collect();
                sorted.sort();
                vec![sorted.iter().position(|other| *other == site)?; self.patients.len()]
            }
        };
        roster.contains(site).then(|| CohortRows::new(self, cells))
    }
}

#[cfg(test)]
mod tests;
