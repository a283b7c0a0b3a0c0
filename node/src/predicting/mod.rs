//! What a fitted model says of new patients of this hospital: read, predicted and written here, and nowhere else.
//!
//! Never: a message, an outcome (a new patient has none yet). Spec: docs/guides/predict.md.

mod columns;
mod fault;
mod table;

use std::path::Path;

use consilium_model::{Input, ModelFile, Prediction, predict};
use consilium_types::StudyPlan;
use consilium_types::plan::HarmoniseMethod;

pub use fault::PredictFault;
pub(crate) use table::write;

use crate::catalogue::{ClinicalTable, Patient};
use crate::errors::Fault;
use crate::extraction::{Cache, Progress, Reader};
use columns::Columns;

/// A value this many standard deviations from the mean of the training patients is remarked on.
const FAR: f64 = 3.0;

/// Where new patients are read from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NewPatients<'a> {
    /// The data folder.
    pub(crate) data: &'a Path,
    /// The study's plan, where it is known; features of images need it.
    pub(crate) plan: Option<&'a StudyPlan>,
    /// Where extracted features are remembered.
    pub(crate) cache: &'a Cache,
    /// Which process reads images.
    pub(crate) reader: Reader,
}

/// One patient's line.
pub(crate) struct Predicted {
    pub(crate) patient: Patient,
    /// Nothing where the patient has no features at all.
    pub(crate) prediction: Option<Prediction>,
    /// Inputs without a value.
    pub(crate) missing: Vec<String>,
    /// Inputs far from the training patients, with the distance in standard deviations.
    pub(crate) far: Vec<(String, f64)>,
    /// Why there is no prediction.
    pub(crate) note: String,
}

impl std::fmt::Debug for Predicted {
    /// Shows nothing of the patient.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Predicted")
    }
}

/// Predicts for every row of clinical.csv.
pub(crate) fn of(
    model: &ModelFile,
    from: NewPatients<'_>,
    progress: &dyn Progress,
) -> Result<Vec<Predicted>, Fault> {
    if let Some(plan) = from.plan.filter(|plan| plan.hash().to_string() != model.plan_hash) {
        let (study, plan, model) = (model.study.clone(), plan.hash().to_string(), model.plan_hash.clone());
        return Err(PredictFault::OtherPlan { study, plan, model }.into());
    }
    let clinical = ClinicalTable::read(&from.data.join("clinical.csv"))?;
    let names: Vec<&str> = model.inputs.iter().map(|input| input.name.as_str()).collect();
    let columns = Columns::open(&names, &clinical, from)?;
    let patients: Vec<&Patient> = (0..clinical.len()).map(|row| clinical.patient(row)).collect();
    let images = columns.images(&patients, progress);
    let one = |row: usize| {
        let (values, note) = columns.values(&clinical, row, &images)?;
        line(model, patients[row].clone(), &values, note)
    };
    (0..clinical.len()).map(one).collect()
}

fn line(
    model: &ModelFile,
    patient: Patient,
    values: &[f64],
    note: Option<String>,
) -> Result<Predicted, Fault> {
    let known: Vec<Option<f64>> = values.iter().map(|value| Some(*value).filter(|v| !v.is_nan())).collect();
    let inputs = || model.inputs.iter().zip(values);
    let missing = inputs().filter(|(_, value)| value.is_nan()).map(|(input, _)| input.name.clone()).collect();
    let far = inputs().filter_map(|(input, value)| Some((input.name.clone(), distance(input, *value)?)));
    let prediction =
        if note.is_none() { Some(predict(model, &known).map_err(PredictFault::from)?) } else { None };
    Ok(Predicted { patient, prediction, missing, far: far.collect(), note: note.unwrap_or_default() })
}

/// Standard deviations from the mean, where they are many; a category is never far.
fn distance(input: &Input, value: f64) -> Option<f64> {
    let distance = (value - input.mean) / input.sd;
    (!input.indicator && distance.abs() > FAR).then_some(distance)
}

/// What a reader must know of values from this hospital, which the model may never have seen.
pub(crate) fn harmonised(plan: Option<&StudyPlan>) -> String {
    let method = plan.map(|plan| plan.harmonise.method);
    match method {
        None => "whether the study harmonised its hospitals is in its plan, which was not given; values are used as \
                 they are"
            .to_owned(),
        Some(HarmoniseMethod::None) => {
            "the study did not harmonise its hospitals; values are used as they are".to_owned()
        }
        Some(method) => {
            let word = if method == HarmoniseMethod::Combat { "combat" } else { "site-z" };
            format!(
                "the study harmonised radiomic columns ({word}) and the model file holds no hospital's effects: values \
                 are used as they are, and probabilities are off where this hospital's scanners differ"
            )
        }
    }
}

#[cfg(test)]
mod tests;
