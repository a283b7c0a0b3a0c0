//! `consilium-demo run`: any plan over any folders, without the network.
//!
//! The node's code reads the folders and answers, the coordinator's code asks and finishes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use consilium_learn::Perceptrons;
use consilium_node::cohort::Unfit;
use consilium_node::extraction::Cache;
use consilium_rounds::StudyResult;
use consilium_types::{Schema, SiteId, StudyPlan};

use crate::arguments::Run;
use crate::comparison::{Comparison, SiteTable};
use crate::document::Document;
use crate::external::External;
use crate::federation::{self, Site, Told};
use crate::hospital::Hospital;
use crate::progress::{say, spinner};
use crate::{folder, report};

pub(crate) fn run(arguments: &Run) -> Result<()> {
    let plan = read_plan(&arguments.plan)?;
    let out = arguments.out.as_deref().map(folder::fresh).transpose()?;
    let cache = out.as_ref().map_or_else(Cache::none, |out| Cache::in_folder(&out.join("cache")));
    let unfit = if arguments.exclude_unfit { Unfit::Exclude } else { Unfit::Refuse };
    let mut hospitals = Vec::new();
    for data in &arguments.sites {
        hospitals.push(Hospital::read(&plan, site_of(data)?, data, &cache, unfit)?);
    }
    hospitals.sort_by(|a, b| a.site.cmp(&b.site));
    let schema = agree(&plan, &hospitals)?;
    let document = document(&plan, &schema, &hospitals)?;
    let (json, text) = (document.to_json()?, report::text(&plan, &document));
    if let Some(file) = &arguments.json {
        write(file, &json)?;
    }
    if let Some(out) = &out {
        write(&out.join("result.json"), &document.federated.to_json())?;
        write(&out.join("run.json"), &json)?;
        write(&out.join("report.txt"), &text)?;
        pages(&plan, &document.federated, out)?;
    }
    say(text);
    Ok(())
}

pub(crate) fn read_plan(file: &Path) -> Result<StudyPlan> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).with_context(|| format!("reading {name}"))?;
    Ok(StudyPlan::from_toml(&text, &name)?)
}

pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("writing {}", file.display()))
}

/// The report of a result, its models and calculators beside it.
pub(crate) fn pages(plan: &StudyPlan, result: &StudyResult, out: &Path) -> Result<()> {
    for file in consilium_report::files(plan, result) {
        let path = out.join(&file.path);
        let folder = path.parent().unwrap_or(out);
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
        fs::write(&path, file.bytes).with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// A folder's name as a hospital's id: lower case, anything else a hyphen.
fn site_of(folder: &Path) -> Result<SiteId> {
    let path = folder.canonicalize().with_context(|| format!("finding {}", folder.display()))?;
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    plain
        .parse()
        .with_context(|| format!("{}: the folder's name is the hospital's; rename it", folder.display()))
}

/// What a coordinator checks before a study begins: enough hospitals, with equal columns, each with enough patients.
fn agree(plan: &StudyPlan, hospitals: &[Hospital]) -> Result<Schema> {
    for pair in hospitals.windows(2) {
        ensure!(pair[0].site != pair[1].site, "two folders are called {}; rename one", pair[0].site);
    }
    let min = plan.study.sites.min as usize;
    let found = hospitals.len();
    ensure!(
        found >= min,
        "the plan asks for at least {min} hospitals (study.sites.min), {found} folders are given"
    );
    let schema = hospitals[0].cohort.schema();
    for other in hospitals {
        let (first, site) = (&hospitals[0].site, &other.site);
        if other.cohort.schema() != schema {
            let missing =
                [schema.missing_in(other.cohort.schema()), other.cohort.schema().missing_in(schema)];
            bail!("{first} and {site} have different columns: {}", missing.concat().join(", "));
        }
        let (n, fewest) = (other.cohort.len(), other.cohort.fewest(plan));
        let least = &plan.cohort.min_per_site;
        let enough = n >= least.n as usize && fewest >= least.per_class as usize;
        ensure!(
            enough,
            "{site} has {n} patients, {fewest} of the rarest class: fewer than cohort.min_per_site asks for"
        );
    }
    Ok(schema.clone())
}

fn document(plan: &StudyPlan, schema: &Schema, hospitals: &[Hospital]) -> Result<Document> {
    let roster: Vec<SiteId> = hospitals.iter().map(|hospital| hospital.site.clone()).collect();
    let rows = hospitals.iter().map(|hospital| hospital.rows(plan, &roster)).collect::<Result<Vec<_>>>()?;
    let site = |(hospital, rows)| {
        let hospital: &Hospital = hospital;
        Site { id: hospital.site.clone(), rows }
    };
    let sites: Vec<Site<'_>> =
        hospitals.iter().zip(rows.iter().map(|rows| rows as &dyn consilium_stats::Rows)).map(site).collect();
    let waiting = spinner("computing");
    let tell = |told: Told<'_>| match told {
        Told::Question(words) => waiting.set_message(words.to_owned()),
        Told::Budget(budget) => waiting.suspend(|| say(report::budget(budget))),
        Told::Refusal(words) => waiting.suspend(|| say(words)),
    };
    let finished = federation::run(plan, schema, &sites, &Perceptrons, tell)?;
    waiting.finish_and_clear();
    let records: BTreeMap<_, _> =
        hospitals.iter().map(|hospital| hospital.record(finished.left.clone())).collect();
    let (comparison, external) = compare(plan, schema, hospitals, &finished.result, None)?;
    Ok(Document::new(plan, schema, finished.result, comparison, external, records)?)
}

/// The pooled analysis and each hospital alone; and all of them on the patients of one that took no part.
pub(crate) fn compare(
    plan: &StudyPlan,
    schema: &Schema,
    hospitals: &[Hospital],
    federated: &StudyResult,
    outsider: Option<&SiteTable>,
) -> Result<(Comparison, Option<External>)> {
    let waiting = spinner("pooled analysis, for comparison");
    let tables = hospitals
        .iter()
        .map(|hospital| hospital.table(plan, &federated.sites))
        .collect::<Result<Vec<_>>>()?;
    let comparison = Comparison::of(plan, schema, &tables);
    let external = outsider.and_then(|site| External::of(plan, schema, federated, &tables, site));
    waiting.finish_and_clear();
    Ok((comparison, external))
}
