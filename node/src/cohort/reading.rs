//! One reading of a data folder for one plan: tables and extractor together, then the flow, step by step.

use std::path::Path;

use consilium_radiomics::EXTRACTOR;
use consilium_types::{Column, ColumnKind, Schema, StudyPlan};

use super::clinical::Covariates;
use super::{Cohort, Unfit, flow};
use crate::catalogue::{ClinicalTable, DataFault, FeatureTable, Patient};
use crate::extraction::{Cache, Extracted, Extractor, Progress};

/// What a plan needs of a data folder, opened and checked; no image is read yet.
pub(super) struct Reading<'a> {
    plan: &'a StudyPlan,
    clinical: ClinicalTable,
    covariates: Covariates,
    extractor: Option<Extractor<'a>>,
    table: Option<FeatureTable>,
}

/// Radiomic values of some patients, nothing for one who has none that can be used, and why.
struct Radiomic {
    values: Vec<Option<Vec<f64>>>,
    excluded: Vec<String>,
}

impl<'a> Reading<'a> {
    pub(super) fn open(plan: &'a StudyPlan, data: &Path, cache: &'a Cache) -> Result<Self, DataFault> {
        let clinical = ClinicalTable::read(&data.join("clinical.csv"))?;
        flow::check_columns(plan, &clinical)?;
        let table = plan.inputs.table.as_ref();
        Ok(Self {
            plan,
            covariates: Covariates::of(plan, &clinical)?,
            clinical,
            extractor: Extractor::new(plan, data, cache)?,
            table: table.map(|table| FeatureTable::read(data, &table.file, &table.columns)).transpose()?,
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
        let mut cohort = Cohort::empty(self.schema());
        let candidates = flow::candidates(self.plan, &self.clinical, &mut cohort.flow)?;
        let patients: Vec<&Patient> = candidates.iter().map(|(row, _)| self.clinical.patient(*row)).collect();
        let radiomic = self.radiomic(&patients, unfit, progress)?;
        cohort.excluded = radiomic.excluded;
        if self.plan.inputs.has_radiomics() {
            cohort.flow.push(radiomic.values.iter().flatten().count() as u64);
        }
        for ((row, is_case), radiomic) in candidates.iter().zip(radiomic.values) {
            let Some(mut values) = radiomic else { continue };
            let Some(covariates) = self.covariates.values(&self.clinical, *row)? else { continue };
            values.extend(covariates);
            cohort.patients.push(self.clinical.patient(*row).clone());
            cohort.cases.push(*is_case);
            cohort.values.push(values);
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
        let mut radiomic = match &self.extractor {
            Some(extractor) => judge(extractor.extract(patients, progress), unfit)?,
            None => Radiomic { values: vec![Some(Vec::new()); patients.len()], excluded: Vec::new() },
        };
        if let Some(table) = &self.table {
            for (values, patient) in radiomic.values.iter_mut().zip(patients) {
                let given = table.values(patient);
                *values = values.take().zip(given).map(|(values, given)| [values.as_slice(), given].concat());
            }
        }
        Ok(radiomic)
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
