//! `catalogue`, `extract`: looking at the data folder, without the network.

use std::path::{Path, PathBuf};

use consilium_types::{SiteId, StudyPlan};
use serde_json::json;

use super::{Bar, say, say_json};
use crate::catalogue::Summary;
use crate::cohort::{Cohort, Source, Unfit};
use crate::decisions;
use crate::errors::Fault;
use crate::extraction::{Cache, Reader};
use crate::folder::{self, Folder};
use crate::policy::Policy;

pub(super) fn catalogue(folder: &Folder, data: Option<PathBuf>, json: bool) -> Result<(), Fault> {
    let data = data.map_or_else(|| Ok(folder.configuration()?.data), Ok::<_, Fault>)?;
    let summary = Summary::of(&data)?;
    if json {
        say_json(&summary);
    } else {
        show(&data, &summary);
    }
    Ok(())
}

fn show(data: &Path, summary: &Summary) {
    say(format_args!("{}: {} patients in clinical.csv", data.display(), summary.patients));
    for (column, filled) in &summary.columns {
        say(format_args!("  column {column:<24} {filled:>6} filled"));
    }
    for (input, pairs) in &summary.pairs {
        say(format_args!("  {:<31} {pairs:>6} patients with image and mask", input.to_uppercase()));
    }
    for table in &summary.tables {
        say(format_args!("  {table}"));
    }
    if summary.folders_without_row > 0 {
        say(format_args!("  {} folders of images have no row in clinical.csv", summary.folders_without_row));
    }
    summary.problems.iter().for_each(|problem| say(format_args!("  problem: {problem}")));
}

pub(super) fn extract(folder: &Folder, plan: &str, data: Option<PathBuf>, json: bool) -> Result<(), Fault> {
    let plan = find_plan(folder, plan)?;
    let configuration = folder.configuration().ok();
    let site: SiteId = configuration.as_ref().map_or_else(nobody, |known| known.site.clone());
    let not_enrolled = || Fault::NotEnrolled(folder.path().to_owned());
    let data = data.or_else(|| configuration.map(|known| known.data)).ok_or_else(not_enrolled)?;
    let unfit = if folder.policy().exists() { Policy::read(folder)?.unfit() } else { Unfit::Refuse };
    let cache = Cache::in_folder(&folder.cache());
    let bar = Bar::new(plan.study.id.as_str());
    let cohort = Cohort::read(
        &plan,
        Source { site: &site, data: &data, cache: &cache, reader: Reader::Confined, unfit },
        &bar,
    )?;
    let flow: Vec<(String, u64)> = plan
        .flow()
        .iter()
        .map(consilium_types::plan::FlowStep::text)
        .zip(cohort.flow().iter().copied())
        .collect();
    let columns = cohort.schema().columns.len();
    if json {
        let flow: Vec<_> = flow.iter().map(|(step, n)| json!({ "step": step, "patients": n })).collect();
        let (n, cases) = (cohort.len(), cohort.cases());
        say_json(&json!({ "flow": flow, "patients": n, "cases": cases, "columns": columns,
                          "excluded": cohort.excluded() }));
        return Ok(());
    }
    flow.iter().for_each(|(step, n)| say(format_args!("  {n:>6}  {step}")));
    cohort.excluded().iter().for_each(|excluded| say(format_args!("  left out: {excluded}")));
    say(format_args!("{} patients, {} cases, {columns} columns", cohort.len(), cohort.cases()));
    Ok(())
}

/// A study that was accepted here, or a file.
fn find_plan(folder: &Folder, name: &str) -> Result<StudyPlan, Fault> {
    if let Ok(study) = name.parse()
        && let Some(decision) = decisions::load(folder, &study)?
    {
        return decision.plan();
    }
    Ok(StudyPlan::from_toml(&folder::read(Path::new(name))?, name)?)
}

/// Before enrolment a hospital has no id; only the folds depend on it, and they are not shown.
fn nobody() -> SiteId {
    "nobody".parse().expect("a valid id")
}
