//! `predict`: a model's file over new patients; nothing is sent.

use std::path::{Path, PathBuf};

use clap::Args;
use consilium_model::ModelFile;
use consilium_types::StudyPlan;

use super::{Bar, say};
use crate::decisions;
use crate::errors::Fault;
use crate::extraction::{Cache, Reader};
use crate::folder::{self, Folder};
use crate::predicting::{self, NewPatients, PredictFault, Predicted};

#[derive(Debug, Args)]
pub(super) struct Predict {
    /// The model's file, as a study's report gives it.
    model: PathBuf,
    /// A folder as a study reads it: clinical.csv, and a table of features or images. No outcome is needed.
    #[arg(long)]
    data: PathBuf,
    /// Where to write one row a patient; without it, they are printed.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The study's plan, TOML; needed for features of images. A study accepted here has it already.
    #[arg(long)]
    plan: Option<PathBuf>,
    /// Probability from which a patient counts as positive, as the study's result has it.
    #[arg(long, value_parser = probability)]
    threshold: Option<f64>,
}

pub(super) fn predict(folder: &Folder, arguments: &Predict) -> Result<(), Fault> {
    let text = folder::read(&arguments.model)?;
    let model = ModelFile::from_json(&text).map_err(PredictFault::from)?;
    let plan = plan(folder, &model, arguments.plan.as_deref())?;
    let cache = if folder.path().exists() { Cache::in_folder(&folder.cache()) } else { Cache::none() };
    let from =
        NewPatients { data: &arguments.data, plan: plan.as_ref(), cache: &cache, reader: Reader::Confined };
    let predicted = predicting::of(&model, from, &Bar::new(&model.study))?;
    let table = predicting::write(&model, &predicted, arguments.threshold)?;
    let Some(file) = &arguments.out else {
        say(table.trim_end());
        return Ok(());
    };
    folder::write(file, &table)?;
    say(format_args!("{}: {}", file.display(), summary(&model, &predicted)));
    say(predicting::harmonised(plan.as_ref()));
    Ok(())
}

/// The plan that was named, or the one accepted here under the model's hash.
fn plan(folder: &Folder, model: &ModelFile, named: Option<&Path>) -> Result<Option<StudyPlan>, Fault> {
    if let Some(file) = named {
        return Ok(Some(StudyPlan::from_toml(&folder::read(file)?, &file.display().to_string())?));
    }
    let Ok(study) = model.study.parse() else { return Ok(None) };
    let decision = if folder.path().exists() { decisions::load(folder, &study)? } else { None };
    let accepted = decision.filter(|decision| decision.plan_hash.to_string() == model.plan_hash);
    accepted.map(|decision| decision.plan()).transpose()
}

fn summary(model: &ModelFile, predicted: &[Predicted]) -> String {
    let count = |holds: fn(&Predicted) -> bool| predicted.iter().filter(|one| holds(one)).count();
    format!(
        "{} of {} patients predicted by {} of {}; {} with missing values, {} with values far from the study's",
        count(|one| one.prediction.is_some()),
        predicted.len(),
        model.name,
        model.study,
        count(|one| one.prediction.is_some() && !one.missing.is_empty()),
        count(|one| !one.far.is_empty()),
    )
}

fn probability(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number > 0.0 && number < 1.0 { Ok(number) } else { Err("a probability is between 0 and 1".to_owned()) }
}
