//! `cargo demo`: a coordinator and its hospitals as processes of their own, over loopback and real mutual TLS.
//!
//! Every step is a command line an operator or a hospital would type. What they print lies in `logs/`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::slice;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use consilium_node::cohort::Unfit;
use consilium_node::extraction::Cache;
use consilium_rounds::StudyResult;
use consilium_types::{SiteId, StudyPlan};
use serde::Deserialize;

use crate::arguments::Network;
use crate::cohort::Cohort;
use crate::document::Document;
use crate::hospital::Hospital;
use crate::left::Left;
use crate::local::{compare, write};
use crate::processes::{Process, Processes, Role};
use crate::progress::{say, spinner};
use crate::{folder, report};

/// A step that takes longer has failed.
const PATIENCE: Duration = Duration::from_mins(5);

pub(crate) fn run(arguments: &Network) -> Result<()> {
    let begun = Instant::now();
    let demo = Demo { out: folder::fresh(&arguments.out)?, processes: Processes::default() };
    fs::create_dir_all(demo.out.join("logs")).context("making the folder of logs")?;
    let cohort = Cohort::write(arguments, &demo.out.join("hospitals"))?;
    let plan = StudyPlan::from_toml(&cohort.plan, "plan.toml")?;
    write(&demo.out.join("plan.toml"), &cohort.plan)?;
    let server = demo.serve(&cohort)?;
    cohort.sites.iter().try_for_each(|site| demo.enrol(site))?;
    demo.coordinator(&["study", "publish", &demo.path("plan.toml")])?;
    say(format_args!("published {} ({})", plan.study.id, plan.study.title));
    demo.answer(&plan, &cohort)?;
    demo.coordinator(&["study", "results", plan.study.id.as_str(), "--out", &demo.path("result.json")])?;
    demo.coordinator(&["study", "report", plan.study.id.as_str(), "--out", &demo.path("")])?;
    demo.processes.stop();
    drop(server);
    demo.leave(&plan, &demo.document(&plan, &cohort)?)?;
    say(format_args!("{:.0} seconds", begun.elapsed().as_secs_f64()));
    Ok(())
}

/// What lies where, for a person who opens the folder.
const GUIDE: &str = "\
report.html                the report of the study, for reading and printing; report.json has its numbers
models/                    each model as JSON and as ONNX
calculator-*.html          each model as a page that computes
report.txt                 what the demo printed: the study beside the pooled analysis and each hospital alone
plan.toml                  the study every hospital accepted
result.json                what the coordinator computed; it tells nothing about one hospital
run.json                   the same beside the pooled analysis and each hospital alone
coordinator/               the lead institution's folder: certificate authority, one SQLite file
hospitals/NAME/data/       a hospital's tables, or images and clinical table; they never leave it
hospitals/NAME/node/       its node: key, certificate, policy.toml, feature cache
hospitals/NAME/node/egress.jsonl   everything that left it, written before it was sent
logs/                      what each program printed

The programs work on these folders too, from the repository:
  cargo run -p consilium-node -- --dir OUT/hospitals/hospital-a/node egress
  cargo run -p consilium-coordinator -- --dir OUT/coordinator study status
Fields of the JSON files: docs/reference/results.md
";

struct Demo {
    out: PathBuf,
    processes: Processes,
}

#[derive(Deserialize)]
struct LedgerLine {
    what: String,
    bytes: u64,
}

impl Demo {
    fn path(&self, name: &str) -> String {
        self.out.join(name).to_string_lossy().into_owned()
    }

    fn data(&self, site: &SiteId) -> PathBuf {
        self.out.join("hospitals").join(site.as_str()).join("data")
    }

    fn node_folder(&self, site: &SiteId) -> PathBuf {
        self.out.join("hospitals").join(site.as_str()).join("node")
    }

    fn log(&self, name: &str) -> PathBuf {
        self.out.join("logs").join(format!("{name}.txt"))
    }

    fn coordinator(&self, command: &[&str]) -> Result<String> {
        let folder = self.path("coordinator");
        let arguments = [&["--dir", folder.as_str()], command].concat();
        self.processes.call(Role::Coordinator, &arguments, &self.log("operator"))
    }

    fn node(&self, site: &SiteId, command: &[&str]) -> Result<Process> {
        let folder = self.node_folder(site).to_string_lossy().into_owned();
        let arguments = [&["--dir", folder.as_str()], command].concat();
        self.processes.start(Role::Node, &arguments, &self.log(site.as_str()))
    }

    /// Makes the consortium and starts its server.
    fn serve(&self, cohort: &Cohort) -> Result<Process> {
        self.coordinator(&["init", "--name", cohort.consortium, "--address", "127.0.0.1:0"])?;
        let folder = self.path("coordinator");
        let arguments = ["--dir", folder.as_str(), "serve"];
        let mut server = self.processes.start(Role::Coordinator, &arguments, &self.log("coordinator"))?;
        let line = server.line_with("listening on", PATIENCE)?;
        say(format_args!("coordinator {line}"));
        Ok(server)
    }

    /// Invitation, key, comparison of the fingerprint, certificate.
    fn enrol(&self, site: &SiteId) -> Result<()> {
        let invitation = self.path(&format!("hospitals/{site}/{site}.invite"));
        self.coordinator(&["invite", site.as_str(), "--out", &invitation])?;
        let data = self.data(site).to_string_lossy().into_owned();
        let mut enrolling = self.node(site, &["enrol", &invitation, "--data", &data])?;
        let line = enrolling.line_with("fingerprint ", PATIENCE)?;
        let fingerprint = line.trim_start_matches("fingerprint ");
        self.coordinator(&["approve", site.as_str(), "--fingerprint", fingerprint])?;
        enrolling.finish()?;
        self.allow_small_classes(site)?;
        say(format_args!("enrolled {site}, key {}…", &fingerprint[..16.min(fingerprint.len())]));
        Ok(())
    }

    /// The data are public, so a hospital lets a plan agree on classes of few patients, as its person would.
    fn allow_small_classes(&self, site: &SiteId) -> Result<()> {
        let file = self.node_folder(site).join("policy.toml");
        let policy = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
        write(&file, &policy.replace("\ncell = 3\n", "\ncell = 1\n"))
    }

    /// Every hospital accepts, and answers until the study has ended.
    fn answer(&self, plan: &StudyPlan, cohort: &Cohort) -> Result<()> {
        for site in &cohort.sites {
            self.node(site, &["accept", plan.study.id.as_str()])?.finish()?;
            say(format_args!("accepted by {site}"));
        }
        let mut running = Vec::new();
        for site in &cohort.sites {
            running.push(self.node(site, &["run", "--until-idle"])?);
        }
        let waiting = spinner("reading patients");
        let deadline = Instant::now() + cohort.patience;
        let mut exchanges = 0;
        if let Some(first) = running.first_mut() {
            while let Some(line) = first.next_line(deadline)? {
                exchanges += usize::from(line.contains(": answered with "));
                waiting.set_message(line);
            }
        }
        running.into_iter().try_for_each(|process| process.finish().map(|_| ()))?;
        waiting.finish_and_clear();
        say(format_args!("each hospital read its patients and answered {exchanges} questions"));
        Ok(())
    }

    /// The federated result beside the pooled one. Here, and only here, one program reads all folders.
    fn document(&self, plan: &StudyPlan, cohort: &Cohort) -> Result<Document> {
        let text = fs::read_to_string(self.out.join("result.json")).context("reading result.json")?;
        let federated: StudyResult = serde_json::from_str(&text).context("reading result.json")?;
        let mut hospitals = Vec::new();
        let mut records = BTreeMap::new();
        for site in &cohort.sites {
            let hospital = self.hospital(plan, site)?;
            records.extend([hospital.record(self.left(site)?)]);
            hospitals.push(hospital);
        }
        let outsider = cohort.outsider.as_ref().map(|site| self.hospital(plan, site)).transpose()?;
        let outsider =
            outsider.map(|hospital| hospital.table(plan, slice::from_ref(&hospital.site))).transpose()?;
        let schema = hospitals.first().context("no hospital")?.cohort.schema().clone();
        let (comparison, external) = compare(plan, &schema, &hospitals, &federated, outsider.as_ref())?;
        Ok(Document::new(plan, &schema, federated, comparison, external, records)?)
    }

    fn hospital(&self, plan: &StudyPlan, site: &SiteId) -> Result<Hospital> {
        let cache = Cache::in_folder(&self.node_folder(site).join("cache"));
        Hospital::read(plan, site.clone(), &self.data(site), &cache, Unfit::Refuse)
    }

    /// Everything a person may want to read.
    fn leave(&self, plan: &StudyPlan, document: &Document) -> Result<()> {
        write(&self.out.join("run.json"), &document.to_json()?)?;
        let text = report::text(plan, document);
        write(&self.out.join("report.txt"), &text)?;
        write(&self.out.join("README.txt"), GUIDE)?;
        say(format_args!("\n{text}"));
        say(format_args!("Everything lies in {}: start with README.txt.", self.out.display()));
        Ok(())
    }

    /// What the hospital's own ledger says.
    fn left(&self, site: &SiteId) -> Result<Vec<Left>> {
        read_ledger(&self.node_folder(site).join("egress.jsonl"))
    }
}

fn read_ledger(file: &Path) -> Result<Vec<Left>> {
    let text = fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    let mut kinds = Vec::new();
    for line in text.lines() {
        let line: LedgerLine =
            serde_json::from_str(line).with_context(|| format!("in {}", file.display()))?;
        Left::add(&mut kinds, &line.what, line.bytes);
    }
    Ok(kinds)
}
