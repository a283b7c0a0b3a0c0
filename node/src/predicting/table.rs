//! The file that stays in the hospital: one row a patient, probabilities at full precision.

use consilium_model::{ModelFile, Prediction, Predictor};

use super::{PredictFault, Predicted};
use crate::errors::Fault;

/// How a list of inputs is written into one cell.
const BETWEEN: &str = "; ";

/// The predictions as CSV; a decision where there is a threshold.
pub(crate) fn write(
    model: &ModelFile,
    predicted: &[Predicted],
    threshold: Option<f64>,
) -> Result<String, Fault> {
    let numbers = headings(model);
    if threshold.is_some() && numbers != ["probability"] {
        return Err(PredictFault::NoThreshold.into());
    }
    let mut rows = csv::Writer::from_writer(Vec::new());
    let mut header = vec!["patient".to_owned()];
    header.extend(numbers.iter().cloned());
    header.extend(threshold.map(|_| "decision".to_owned()));
    header.extend(["missing", "out_of_range", "note"].map(str::to_owned));
    let full = "a row of text fits in memory";
    rows.write_record(&header).expect(full);
    for one in predicted {
        rows.write_record(row(one, numbers.len(), threshold)).expect(full);
    }
    Ok(String::from_utf8(rows.into_inner().expect(full)).expect("text comes from text"))
}

fn row(one: &Predicted, numbers: usize, threshold: Option<f64>) -> Vec<String> {
    let values = one.prediction.as_ref().map(values).unwrap_or_default();
    let cell = |i: usize| values.get(i).map(f64::to_string).unwrap_or_default();
    let far = |(name, distance): &(String, f64)| format!("{name} ({distance:+.1} SD)");
    let mut row = vec![one.patient.reveal().to_owned()];
    row.extend((0..numbers).map(cell));
    row.extend(
        threshold.map(|threshold| values.first().map_or_else(String::new, |p| decision(*p, threshold))),
    );
    row.push(one.missing.join(BETWEEN));
    row.push(one.far.iter().map(far).collect::<Vec<_>>().join(BETWEEN));
    row.push(one.note.clone());
    row
}

/// At the threshold counts as above it, as in the study.
fn decision(probability: f64, threshold: f64) -> String {
    if probability >= threshold { "positive" } else { "negative" }.to_owned()
}

fn headings(model: &ModelFile) -> Vec<String> {
    let of_classes = |classes: &[String]| match classes {
        [_, _] => vec!["probability".to_owned()],
        _ => classes.iter().map(|class| format!("probability of {class}")).collect(),
    };
    match &model.predictor {
        Predictor::Logistic { .. } => vec!["probability".to_owned()],
        Predictor::Margin { .. } => vec!["score".to_owned()],
        Predictor::Multinomial { classes, .. } | Predictor::Trees { classes, .. } => of_classes(classes),
        Predictor::Ordinal { levels, .. } => of_classes(levels),
        Predictor::Cox { baseline, horizons, unit, .. } => {
            let shown = if baseline.is_empty() { &[] } else { horizons.as_slice() };
            let survival = shown.iter().map(|time| format!("survival at {time} {unit}"));
            std::iter::once("log relative hazard".to_owned()).chain(survival).collect()
        }
    }
}

fn values(prediction: &Prediction) -> Vec<f64> {
    match prediction {
        Prediction::Risk(value) | Prediction::Score(value) => vec![*value],
        Prediction::Classes(classes) => classes.iter().map(|(_, p)| *p).collect(),
        Prediction::Survival { score, survival } => {
            std::iter::once(*score).chain(survival.iter().map(|at| at[1])).collect()
        }
    }
}
