//! `study templates`, `study new`, `study publish`, `study status`, `study results`, `study report`, `study evidence`.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use consilium_report::OutFile;
use consilium_rounds::StudyResult;
use consilium_rounds::life::Status;
use consilium_store::{Store, StudyRecord};
use consilium_types::{SiteId, StudyId, StudyPlan};

use super::{evidence, say, say_json};
use crate::driver::replay;
use crate::errors::Fault;
use crate::folder::{self, Folder};
use crate::publishing;
use crate::templates::{self, Facts, Template};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List the templates: what each predicts, and what every hospital needs for it.
    Templates {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write a plan from a template, with its comments; publishes nothing.
    New {
        /// Which; `study templates` lists them.
        template: String,
        /// The study's id; by default the template's name.
        #[arg(long)]
        id: Option<StudyId>,
        /// Where to write it; without it, it is printed.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Offer a plan to hospitals. It cannot change afterwards.
    Publish {
        /// The plan, TOML.
        plan: PathBuf,
        /// Hospitals to invite, separated by commas; by default all that are enrolled.
        #[arg(long, value_delimiter = ',')]
        sites: Option<Vec<SiteId>>,
    },
    /// Where studies stand.
    Status {
        /// One study; by default all.
        study: Option<StudyId>,
        /// As JSON, with the digest of every summary.
        #[arg(long)]
        json: bool,
    },
    /// The result file of a finished study.
    Results {
        /// Which.
        study: StudyId,
        /// Where to write it; without it, it is printed.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// The report of a finished study: page, models, calculators.
    Report {
        /// Which.
        study: StudyId,
        /// The folder to write to.
        #[arg(long)]
        out: PathBuf,
    },
    /// What proves the blinded sums of a study: masked vectors and what opened them, for `consilium-audit replay`.
    Evidence {
        /// Which.
        study: StudyId,
        /// The folder to write to, one folder in it a round.
        #[arg(long)]
        out: PathBuf,
    },
}

pub(super) async fn run(folder: &Folder, command: Command) -> Result<(), Fault> {
    let database = folder.database();
    let store = || Store::open(&database);
    match command {
        Command::Templates { json } => templates(json),
        Command::New { template, id, out } => new(&template, id, out.as_deref()),
        Command::Publish { plan, sites } => publish(&store().await?, &plan, sites).await,
        Command::Status { study, json } => status(&store().await?, study.as_ref(), json).await,
        Command::Results { study, out } => results(&store().await?, &study, out.as_deref()).await,
        Command::Report { study, out } => report(&store().await?, &study, &out).await,
        Command::Evidence { study, out } => evidence::export(&store().await?, &study, &out).await,
    }
}

fn templates(json: bool) -> Result<(), Fault> {
    let facts = templates::ALL.iter().map(Template::facts).collect::<Result<Vec<_>, _>>()?;
    if json {
        say_json(&facts);
        return Ok(());
    }
    for Facts { template, title, outcome, images, columns, hospitals } in &facts {
        say(format_args!("{template:<14} {title}"));
        say(format_args!("  predicts     {outcome}"));
        say(format_args!("  images       {} (or a table of their features)", images.join("; ")));
        say(format_args!("  clinical.csv patient, {}", columns.join(", ")));
        say(format_args!("  hospitals    {hospitals} or more"));
    }
    Ok(())
}

fn new(template: &str, id: Option<StudyId>, out: Option<&Path>) -> Result<(), Fault> {
    let template = Template::find(template)?;
    let id = id.unwrap_or(template.plan()?.study.id);
    let text = template.renamed(&id)?;
    let Some(file) = out else {
        say(text.trim_end());
        return Ok(());
    };
    if file.exists() {
        return Err(Fault::FileExists(file.to_owned()));
    }
    folder::write(file, &text)?;
    say(format_args!(
        "{}: the plan of {id}; choose a seed of your own, name your hospitals' columns, then `study publish {0}`",
        file.display()
    ));
    Ok(())
}

async fn publish(store: &Store, file: &Path, sites: Option<Vec<SiteId>>) -> Result<(), Fault> {
    let record = publishing::record(store, &folder::read(file)?, &file.display().to_string(), sites).await?;
    let hash = publishing::publish(store, &record).await?;
    let names = record.invited.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    say(format_args!("published {} to {names}\nplan hash {hash}", record.study));
    Ok(())
}

async fn status(store: &Store, study: Option<&StudyId>, json: bool) -> Result<(), Fault> {
    let mut found = Vec::new();
    for record in store.studies().await? {
        if study.is_none_or(|study| *study == record.study) {
            found.push(replay(store, &record).await?.status());
        }
    }
    match study {
        Some(study) if found.is_empty() => return Err(Fault::NoSuchStudy(study.clone())),
        _ if json => say_json(&found),
        _ if found.is_empty() => say("no study yet; `study publish PLAN.toml` offers one"),
        _ => found.iter().for_each(show),
    }
    Ok(())
}

fn show(status: &Status) {
    let hash = status.plan_hash.short();
    say(format_args!(
        "{}: {} (plan {hash}, {} exchanges done)",
        status.study,
        status.state,
        status.closed.len()
    ));
    if let Some(cause) = &status.cause {
        say(format_args!("  because: {cause}"));
    }
    if let Some(budget) = &status.budget {
        say(format_args!("  {}", budget.in_words()));
        budget.warnings().iter().for_each(|warning| say(format_args!("  attention: {warning}")));
    }
    for (site, answer) in &status.answers {
        say(format_args!("  {site:<24} {}", answer.unwrap_or("has not answered")));
    }
    if let Some(open) = &status.open {
        let names = |sites: &[SiteId]| sites.iter().map(SiteId::as_str).collect::<Vec<_>>().join(", ");
        let (attempt, exchange) = (open.key.attempt, open.key.exchange);
        say(format_args!("  attempt {attempt}, exchange {exchange}: {}", open.asks));
        say(format_args!("  waiting for {}", names(&open.waiting_for)));
        if !open.absent.is_empty() {
            say(format_args!("  going on without {}", names(&open.absent)));
        }
    }
    for lost in &status.lost {
        say(format_args!("  lost {} at attempt {}: {}", lost.site, lost.at.attempt, lost.reason));
    }
}

async fn results(store: &Store, study: &StudyId, out: Option<&Path>) -> Result<(), Fault> {
    let (_, result) = finished(store, study).await?;
    let Some(file) = out else {
        say(result.trim_end());
        return Ok(());
    };
    folder::write(file, &result)?;
    say(format_args!("{}: the result of {study}", file.display()));
    Ok(())
}

/// All files of a finished study's report.
pub(crate) async fn report_files(store: &Store, study: &StudyId) -> Result<Vec<OutFile>, Fault> {
    let (record, result) = finished(store, study).await?;
    let plan = StudyPlan::from_canonical(record.plan.as_bytes())?;
    let result: StudyResult = serde_json::from_str(&result)
        .map_err(|why| Fault::OldResult { study: study.clone(), why: why.to_string() })?;
    Ok(consilium_report::files(&plan, &result))
}

async fn report(store: &Store, study: &StudyId, out: &Path) -> Result<(), Fault> {
    let files = report_files(store, study).await?;
    for file in &files {
        let path = out.join(&file.path);
        folder::make(path.parent().unwrap_or(out))?;
        folder::write_bytes(&path, &file.bytes)?;
    }
    say(format_args!("{}: the report of {study}, {} files", out.join("report.html").display(), files.len()));
    Ok(())
}

/// The record and the result file of a study that has one.
async fn finished(store: &Store, study: &StudyId) -> Result<(StudyRecord, String), Fault> {
    let records = store.studies().await?;
    let record = records.into_iter().find(|record| record.study == *study);
    let record = record.ok_or_else(|| Fault::NoSuchStudy(study.clone()))?;
    if let Some(result) = store.result(study).await? {
        return Ok((record, result));
    }
    let life = replay(store, &record).await?;
    let cause = life.cause().map(|cause| format!(" ({cause})")).unwrap_or_default();
    Err(Fault::NoResult { study: study.clone(), state: format!("{}{cause}", life.state_word()) })
}
