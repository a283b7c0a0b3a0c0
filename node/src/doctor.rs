//! `doctor`: everything that must work, checked in the order in which it can fail, each with a remedy.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::catalogue::Summary;
use crate::certificate::Certificate;
use crate::cli::{say, say_json};
use crate::clock::Skew;
use crate::errors::Fault;
use crate::extraction::{self, SelfTest};
use crate::folder::{self, Configuration, Folder};
use crate::foresight::Foresight;
use crate::outbox::{self, Offered};
use crate::policy::Policy;
use crate::renewal::Door;
use crate::spending::Spending;

/// Longest wait for the coordinator.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Ok,
    Warning,
    Failed,
}

#[derive(Debug, Serialize)]
struct Check {
    what: &'static str,
    verdict: Verdict,
    detail: String,
}

pub(crate) async fn doctor(folder: &Folder, json: bool) -> Result<(), Fault> {
    let configuration = folder.configuration()?;
    let policy = Policy::read(folder);
    let door = Door::at(folder, &configuration);
    let skew = door.as_ref().map(|door| door.skew().clone()).unwrap_or_default();
    let asked = match door {
        Ok(door) => coordinator(door, &configuration).await,
        Err(fault) => Err(fault),
    };
    let mut checks = vec![
        check("private keys", keys(folder)),
        check("clock", Ok(clock(&skew))),
        check("certificate", certificate(folder, skew.unix())),
        check("policy", Policy::read(folder).map(|policy| (Verdict::Ok, policy.in_words()))),
        check("egress ledger", ledger(folder)),
        check("privacy", spending(folder)),
        check("extractor", SelfTest::run().verdict().map(|words| (Verdict::Ok, words))),
        check("reader", Ok(reader())),
        check("data", data(&configuration.data)),
    ];
    let mut studies = Vec::new();
    if let (Ok(policy), Ok(offered)) = (&policy, &asked) {
        let open = offered.iter().filter(|offered| offered.is_open());
        studies.extend(open.map(|offered| check("study", study(offered, policy, &configuration))));
    }
    let words = |offered: Vec<Offered>| {
        let Configuration { address, site, .. } = &configuration;
        (Verdict::Ok, format!("{address} answers and knows {site}; {} studies", offered.len()))
    };
    checks.push(check("coordinator", asked.map(words)));
    checks.extend(studies);
    if json {
        say_json(&checks);
    } else {
        checks.iter().for_each(|check| say(row(check)));
    }
    match checks.iter().filter(|check| check.verdict == Verdict::Failed).count() {
        0 => Ok(()),
        failed => Err(Fault::Unhealthy(failed)),
    }
}

fn check(what: &'static str, outcome: Result<(Verdict, String), Fault>) -> Check {
    let failed = |fault: Fault| (Verdict::Failed, format!("{fault} [{}]", fault.code()));
    let (verdict, detail) = outcome.unwrap_or_else(failed);
    Check { what, verdict, detail }
}

fn row(check: &Check) -> String {
    let verdict = match check.verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Failed => "FAILED",
    };
    format!("{verdict:<8} {:<14} {}", check.what, check.detail)
}

fn keys(folder: &Folder) -> Result<(Verdict, String), Fault> {
    for file in [folder.certificate(), folder.identity_key(), folder.witness_key()] {
        folder::read(&file)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&file).map_or(0, |meta| meta.permissions().mode() & 0o777);
            if mode & 0o077 != 0 {
                let file = file.display();
                let detail = format!("others may read {file} (mode {mode:o}); run: chmod 600 {file}");
                return Ok((Verdict::Failed, detail));
            }
        }
    }
    Ok((Verdict::Ok, "readable by their owner only".to_owned()))
}

fn clock(skew: &Skew) -> (Verdict, String) {
    let near = || (Verdict::Ok, "within 5 minutes of the coordinator's, as far as it was heard".to_owned());
    skew.in_words().map_or_else(near, |words| (Verdict::Warning, words))
}

/// `now` by the coordinator's clock.
fn certificate(folder: &Folder, now: i64) -> Result<(Verdict, String), Fault> {
    let certificate = Certificate::of(folder)?;
    let hours = (certificate.ends - now).div_euclid(3_600);
    Ok(match (certificate.has_ended(now), certificate.is_due(now)) {
        (true, _) => {
            (Verdict::Failed, "it has ended and could not be renewed; see `coordinator` below".to_owned())
        }
        (_, true) => (Verdict::Warning, format!("valid for {hours} hours; its renewal is due")),
        (_, false) => (Verdict::Ok, format!("valid for {hours} hours; renewed at half of its life")),
    })
}

fn ledger(folder: &Folder) -> Result<(Verdict, String), Fault> {
    let file = folder.ledger();
    let lines = outbox::check_ledger(&file)?.lines;
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(&file);
    opened.map_err(|source| Fault::Ledger { file, source })?;
    Ok((Verdict::Ok, format!("writable, {lines} messages so far")))
}

fn spending(folder: &Folder) -> Result<(Verdict, String), Fault> {
    let budget = Policy::read(folder)?.budget();
    Ok((Verdict::Ok, Spending::open(folder, budget)?.words()))
}

/// What holds the process that reads images.
fn reader() -> (Verdict, String) {
    match extraction::try_bounds() {
        Ok(bounds) if bounds.are_whole() => {
            (Verdict::Ok, format!("a process of its own: {}", bounds.in_words()))
        }
        Ok(bounds) => (Verdict::Warning, format!("a process of its own: {}", bounds.in_words())),
        Err(how) => (Verdict::Failed, format!("no process can be started to read images: {how}")),
    }
}

fn data(folder: &Path) -> Result<(Verdict, String), Fault> {
    let Summary { patients, pairs, tables, problems, .. } = Summary::of(folder)?;
    let pairs: Vec<String> =
        pairs.iter().map(|(input, n)| format!("{n} with {}", input.to_uppercase())).collect();
    let found = pairs.into_iter().chain(tables).collect::<Vec<_>>().join(", ");
    if let Some(first) = problems.first() {
        return Ok((Verdict::Warning, format!("{} problems, the first: {first}", problems.len())));
    }
    Ok((Verdict::Ok, format!("{patients} patients; {found}")))
}

async fn coordinator(mut door: Door, configuration: &Configuration) -> Result<Vec<Offered>, Fault> {
    let address = &configuration.address;
    let asked = tokio::time::timeout(PATIENCE, door.studies()).await;
    let too_long = || Fault::Unreachable { address: address.clone(), why: "no answer".to_owned() };
    asked.map_err(|_| too_long())?
}

/// Whether this hospital's first answer would be refused; worse once the study is accepted.
fn study(
    offered: &Offered,
    policy: &Policy,
    configuration: &Configuration,
) -> Result<(Verdict, String), Fault> {
    let id = &offered.plan.study.id;
    let Foresight { patients, attention, refusal } = Foresight::of(&offered.plan, policy, configuration)?;
    Ok(match (refusal, attention) {
        (Some(fault), _) => {
            let verdict = if offered.is_accepted() { Verdict::Failed } else { Verdict::Warning };
            (verdict, format!("{id}: {patients}; {fault} [{}]", fault.code()))
        }
        (None, Some(attention)) => (Verdict::Ok, format!("{id}: {patients}; {attention}")),
        (None, None) => (Verdict::Ok, format!("{id}: {patients}")),
    })
}
