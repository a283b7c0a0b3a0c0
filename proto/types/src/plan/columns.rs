//! Which columns of the clinical table a plan reads.

use super::{Batch, StudyPlan};

impl StudyPlan {
    /// Columns of clinical.csv that a hospital needs, each once: covariates, outcome, inclusion, batch. Not `patient`.
    #[must_use]
    pub fn clinical_columns(&self) -> Vec<String> {
        let clinical = self.inputs.clinical.iter();
        let covariates =
            clinical.flat_map(|clinical| clinical.numeric.iter().chain(clinical.categorical.keys()));
        let batch = match &self.harmonise.batch {
            Batch::Column(column) => Some(column.clone()),
            Batch::Site => None,
        };
        let included = self.cohort.include.columns().into_iter().map(str::to_owned);
        let all = covariates.cloned().chain(self.outcome.columns()).chain(included).chain(batch);
        let mut columns = Vec::new();
        for column in all {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        columns
    }
}
