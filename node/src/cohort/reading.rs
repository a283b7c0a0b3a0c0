//! One reading of a data folder for one plan: tables and extractor together, then the flow, step by step.

use std::path::Path;

use consilium_radiomics::EXTRACTOR;
use consilium_types::plan::TableColumns;
use consilium_types::{Column, ColumnKind, Schema, StudyPlan};

use super::clinical::Covariates;
use super::{Cohort, Unfit, batches, flow, outcome};
use crate::catalogue::{ClinicalTable, DataFault, FeatureTable, Patient};
use crate::extraction::{Cache, Extracted, Extractor, Progress, Reader, Readings};

/// What a plan needs of a data folder, opened and checked; no image is read yet.
pub(super) struct Reading<'a> {
    plan: &'a StudyPlan,
    clinical: ClinicalTable,
    covariates: Covariates,
    extractor: Option<Extractor<'a>>,
    table: Option<FeatureTable>,
    /// The table's columns by a second reader.
    second: Option<FeatureTable>,
}

/// Radiomic values of some patients, nothing for one who has none that can be used, and why.
struct Radiomic {
    values: Vec<Option<Readings>>,
    excluded: Vec<String>,
}

impl<'a> Reading<'a> {
    pub(super) fn open(
        plan: &'a StudyPlan,
        data: &Path,
        (cache, reader): (&'a Cache, Reader),
    ) -> Result<Self, DataFault> {
        let clinical = ClinicalTable::read(&data.join("clinical.csv"))?;
        flow::check_columns(plan, &clinical)?;
        let table = plan.inputs.table.as_ref();
        let first = table.map(|table| FeatureTable::read(data, &table.file, &table.columns)).transpose()?;
        let second =
            table.and_then(|table| table.reread.as_ref()).zip(first.as_ref()).map(|(file, first)| {
                FeatureTable::read(data, file, &TableColumns::Listed(first.columns().to_vec()))
            });
        Ok(Self {
            plan,
            covariates: Covariates::of(plan, &clinical)?,
            clinical,
            extractor: Extractor::new(plan, data, cache, reader)?,
            table: first,
            second: second.transpose()?,
        })
    }

    pub(super) fn schema(&self) -> Schema {
        let extracted = self.extractor.as_ref().map(Extractor::columns).unwrap_or_default();
        let given = self.table.as_ref().map(|table| table.columns().to_vec()).unwrap_or_default();
        let radiomic = extracted.into_iter().chain(given);
        let radiomic = radiomic.map(|name| Column { name, kind: ColumnKind::Radiomic });
        let clinical = self.covariates.names().into_iter();
        let clinical = clinical.map(|name| Column { name, kind: ColumnKind::Clinical });
        Schema {
            columns: radiomic.chain(clinical).collect(),
            extractor: self.extractor.as_ref().map(|_| EXTRACTOR.to_owned()).unwrap_or_default(),
        }
    }

    /// Extracts or remembers features, and applies the plan's inclusion flow.
    pub(super) fn cohort(&self, unfit: Unfit, progress: &dyn Progress) -> Result<Cohort, DataFault> {
        self.select(|patients| self.radiomic(patients, unfit, progress))
    }

    /// The same as if every image were there and usable; its features are NaN.
    pub(super) fn foresee(&self) -> Result<Cohort, DataFault> {
        let columns = self.extractor.as_ref().map_or(0, |extractor| extractor.columns().len());
        let nothing = Readings { first: vec![f64::NAN; columns], second: vec![f64::NAN; columns] };
        self.select(|patients| {
            let values = vec![Some(nothing.clone()); patients.len()];
            Ok(self.with_table(patients, Radiomic { values, excluded: Vec::new() }))
        })
    }

    fn select(
        &self,
        read: impl FnOnce(&[&Patient]) -> Result<Radiomic, DataFault>,
    ) -> Result<Cohort, DataFault> {
        let mut cohort = Cohort::empty(self.schema());
        let candidates = flow::candidates(self.plan, &self.clinical, &mut cohort.flow)?;
        let patients: Vec<&Patient> = candidates.iter().map(|(row, _)| self.clinical.patient(*row)).collect();
        let radiomic = read(&patients)?;
        cohort.excluded = radiomic.excluded;
        if self.plan.inputs.has_radiomics() {
            cohort.flow.push(radiomic.values.iter().flatten().count() as u64);
        }
        let mut rows = Vec::new();
        for ((row, outcome), radiomic) in candidates.iter().zip(radiomic.values) {
            let Some(Readings { first: mut values, second }) = radiomic else { continue };
            let Some(covariates) = self.covariates.values(&self.clinical, *row)? else { continue };
            values.extend(covariates);
            cohort.patients.push(self.clinical.patient(*row).clone());
            cohort.outcomes.push(outcome.clone());
            cohort.values.push(values);
            cohort.second.push(second);
            rows.push(*row);
        }
        cohort.batches = batches::of(self.plan, &self.clinical, &rows)?;
        if self.plan.outcome.permute {
            outcome::permute(self.plan.study.seed, &cohort.patients, &mut cohort.outcomes);
        }
        // the last step, where the plan drops patients with empty covariates
        if cohort.flow.len() < self.plan.flow().len() {
            cohort.flow.push(cohort.patients.len() as u64);
        }
        Ok(cohort)
    }

    fn radiomic(
        &self,
        patients: &[&Patient],
        unfit: Unfit,
        progress: &dyn Progress,
    ) -> Result<Radiomic, DataFault> {
        let radiomic = match &self.extractor {
            Some(extractor) => judge(extractor.extract(patients, progress), unfit)?,
            None => {
                Radiomic { values: vec![Some(Readings::default()); patients.len()], excluded: Vec::new() }
            }
        };
        Ok(self.with_table(patients, radiomic))
    }

    /// Appends the table's values; a patient it does not list has none at all.
    fn with_table(&self, patients: &[&Patient], mut radiomic: Radiomic) -> Radiomic {
        let Some(table) = &self.table else { return radiomic };
        for (values, patient) in radiomic.values.iter_mut().zip(patients) {
            let again = self.second.as_ref().and_then(|second| second.values(patient));
            *values = values.take().zip(table.values(patient)).map(|(mut readings, given)| {
                readings.first.extend(given);
                let nothing = || vec![f64::NAN; given.len()];
                readings.second.extend(again.map_or_else(nothing, <[f64]>::to_vec));
                readings
            });
        }
        radiomic
    }
}

/// Stops at unusable files, or leaves their patients out, as the policy says.
fn judge(extracted: Vec<Extracted>, unfit: Unfit) -> Result<Radiomic, DataFault> {
    let patients = extracted.len();
    let mut faults = Vec::new();
    let mut values = Vec::with_capacity(patients);
    for one in extracted {
        values.push(match one {
            Extracted::Values(values) => Some(values),
            Extracted::Missing => None,
            Extracted::Unfit(fault) => {
                faults.push(fault);
                None
            }
        });
    }
    if unfit == Unfit::Refuse && !faults.is_empty() {
        return Err(DataFault::Unfit { faults, patients });
    }
    let excluded = faults.iter().map(|fault| format!("{fault} [{}]", fault.code())).collect();
    Ok(Radiomic { values, excluded })
}
