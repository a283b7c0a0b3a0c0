//! `doctor`: everything that must work, checked in the order in which it can fail, each with a remedy.

use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use x509_parser::prelude::{FromDer as _, Pem, X509Certificate};

use crate::catalogue::Summary;
use crate::cli::{say, say_json};
use crate::clock;
use crate::errors::Fault;
use crate::extraction::SelfTest;
use crate::folder::{self, Configuration, Folder};
use crate::foresight::Foresight;
use crate::link::Link;
use crate::outbox::{self, Offered, Outbox};
use crate::policy::Policy;

/// Fewer days than this until the certificate ends are worth a warning.
const SOON: i64 = 30;
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
    let asked = coordinator(folder, &configuration).await;
    let mut checks = vec![
        check("private key", key(folder)),
        check("certificate", certificate(folder)),
        check("policy", Policy::read(folder).map(|policy| (Verdict::Ok, policy.in_words()))),
        check("egress ledger", ledger(folder)),
        check("extractor", SelfTest::run().verdict().map(|words| (Verdict::Ok, words))),
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

fn key(folder: &Folder) -> Result<(Verdict, String), Fault> {
    let file = folder.key();
    folder::read(&file)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).map_or(0, |meta| meta.permissions().mode() & 0o777);
        if mode & 0o077 != 0 {
            let detail = format!("others may read it (mode {mode:o}); run: chmod 600 {}", file.display());
            return Ok((Verdict::Failed, detail));
        }
    }
    Ok((Verdict::Ok, "readable by its owner only".to_owned()))
}

fn certificate(folder: &Folder) -> Result<(Verdict, String), Fault> {
    let unreadable = || Fault::Identity("node.pem is no certificate".to_owned());
    let text = folder::read(&folder.certificate())?;
    let (pem, _) = Pem::read(std::io::Cursor::new(text)).map_err(|_| unreadable())?;
    let (_, certificate) = X509Certificate::from_der(&pem.contents).map_err(|_| unreadable())?;
    let days = clock::days_until(certificate.validity().not_after.timestamp());
    let verdict = match days {
        ..0 => Verdict::Failed,
        0..SOON => Verdict::Warning,
        _ => Verdict::Ok,
    };
    Ok((verdict, format!("valid for {days} days; before it ends, ask the operator for a new invitation")))
}

fn ledger(folder: &Folder) -> Result<(Verdict, String), Fault> {
    let file = folder.ledger();
    let lines = outbox::read_ledger(&file)?.len();
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(&file);
    opened.map_err(|source| Fault::Ledger { file, source })?;
    Ok((Verdict::Ok, format!("writable, {lines} messages so far")))
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

async fn coordinator(folder: &Folder, configuration: &Configuration) -> Result<Vec<Offered>, Fault> {
    let address = &configuration.address;
    let mut outbox = Outbox::new(&Link::enrolled(folder, configuration)?, folder.ledger());
    let asked = tokio::time::timeout(PATIENCE, outbox.studies()).await;
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
