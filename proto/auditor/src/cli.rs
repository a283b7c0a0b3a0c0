//! The command line of `consilium-audit`. Exit status 0: all holds; 1: something does not; 2: a wrong command line.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use consilium_types::StudyId;

use crate::replay::Replayed;
use crate::report::{Pack, html};
use crate::{Broken, Log, Source, Spending, Verdict, folder, replay, words};

/// Checks a consortium's training log. It reads files and writes nothing but the pack that `report` makes.
#[derive(Debug, Parser)]
#[command(name = "consilium-audit", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Verify signatures, hashes and every rule; say what does not hold.
    Verify {
        /// The folder `log` of a coordinator, a copy of it, or its address: http://…
        log: Source,
        /// Whom to believe; by default `policy.txt` beside the log, whose key you should have from elsewhere.
        #[arg(long)]
        policy: Option<PathBuf>,
        /// A checkpoint that was kept from an earlier look: the log must continue it.
        #[arg(long)]
        since: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the entries in words.
    Show {
        /// The folder `log` of a coordinator, a copy of it, or its address: http://…
        log: Source,
        /// Only those of one study.
        #[arg(long)]
        study: Option<StudyId>,
        /// Whom to believe; by default `policy.txt` beside the log.
        #[arg(long)]
        policy: Option<PathBuf>,
    },
    /// Add blinded rounds once more, from the masked vectors, and compare each sum with the logged one.
    Replay {
        /// The folder `log` of a coordinator, a copy of it, or its address: http://…
        log: Source,
        /// What `consilium-coordinator study evidence` wrote, or one round of it.
        evidence: PathBuf,
        /// One round alone, as ATTEMPT-ROUND; by default all, and none may be missing.
        #[arg(long)]
        round: Option<String>,
        /// Whom to believe; by default `policy.txt` beside the log.
        #[arg(long)]
        policy: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the audit pack: a page and JSON. A log that is not in order gets one too, which says so.
    Report {
        /// The folder `log` of a coordinator, a copy of it, or its address: http://…
        log: Source,
        /// Plans, result files and hospitals' egress ledgers (`consilium-node egress --out FILE.jsonl`).
        files: Vec<PathBuf>,
        /// Where to; audit.html and audit.json are written.
        #[arg(long)]
        out: PathBuf,
        /// Whom to believe; by default `policy.txt` beside the log.
        #[arg(long)]
        policy: Option<PathBuf>,
    },
}

/// Runs a command line, the program's name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(help) => {
            let code = if help.use_stderr() { 2 } else { 0 };
            drop(help.print());
            return ExitCode::from(code);
        }
    };
    let held = match arguments.command {
        Command::Verify { log, policy, since, json } => {
            verify(&log, policy.as_deref(), since.as_deref(), json)
        }
        Command::Show { log, study, policy } => show(&log, study.as_ref(), policy.as_deref()),
        Command::Replay { log, evidence, round, policy, json } => {
            add_again(&log, (&evidence, round.as_deref()), policy.as_deref(), json)
        }
        Command::Report { log, files, out, policy } => report(&log, &files, &out, policy.as_deref()),
    };
    match held {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(broken) => {
            warn(&format!("not verified: {broken} [{}]", broken.code()));
            ExitCode::FAILURE
        }
    }
}

fn read(log: &Source, policy: Option<&Path>, since: Option<&Path>) -> Result<Log, Broken> {
    let policy = match policy {
        Some(file) => folder::read_policy(file)?,
        None => log.text("policy.txt")?.parse()?,
    };
    let found = Log::read_from(log, &policy)?;
    if let Some(since) = since {
        found.continues(&folder::read_checkpoint(since, &policy)?)?;
    }
    Ok(found)
}

fn verify(log: &Source, policy: Option<&Path>, since: Option<&Path>, json: bool) -> Result<bool, Broken> {
    let verdict = Verdict::of(&read(log, policy, since)?);
    if json {
        say(&serde_json::to_string_pretty(&verdict).expect("names and hashes always serialise"));
    } else {
        print(&verdict, policy.is_none());
    }
    Ok(verdict.findings.is_empty())
}

fn print(verdict: &Verdict, own_key: bool) {
    let Verdict { origin, entries, witnessed, root, .. } = verdict;
    say(&format!("{origin}: {entries} entries, root {root}"));
    say(&format!("witnessed by the policy's quorum: {witnessed} entries"));
    if own_key {
        say("the key came with the log: compare policy.txt with the one your hospital was given");
    }
    for line in &verdict.studies {
        let state = if line.over { "ended" } else { "open" };
        say(&format!(
            "{}: {state}; plan {}; {} hospitals, {} rounds, {} attempts ended early",
            line.study,
            line.plan.short(),
            line.hospitals,
            line.rounds,
            line.aborted
        ));
        if let Some(Spending { epsilon, delta, bound, steps }) = &line.privacy {
            say(&format!(
                "  noise: epsilon at most {epsilon:.3} at delta {delta} in {steps} steps; the plan's bound is {bound}"
            ));
        }
    }
    for finding in &verdict.findings {
        say(&format!("entry {}: {}", finding.entry, finding.what));
    }
    match verdict.findings.len() {
        0 => say("verified: every signature, every hash, every rule"),
        some => say(&format!("not in order: {some} findings")),
    }
}

fn show(log: &Source, study: Option<&StudyId>, policy: Option<&Path>) -> Result<bool, Broken> {
    let found = read(log, policy, None)?;
    for entry in &found.entries {
        if study.is_none() || entry.event.study() == study {
            let about = entry.event.study().map_or("", StudyId::as_str);
            say(&format!("{:>6}  {about:<24} {}", entry.seq, words::of(entry)));
        }
    }
    Ok(true)
}

fn add_again(
    log: &Source,
    (evidence, round): (&Path, Option<&str>),
    policy: Option<&Path>,
    json: bool,
) -> Result<bool, Broken> {
    let found = read(log, policy, None)?;
    let folders = match round {
        Some(round) => vec![evidence.join(round)],
        None => replay::rounds(evidence)?,
    };
    let mut proven = Vec::new();
    for folder in &folders {
        match replay::replay(&found, folder) {
            Ok(replayed) => proven.push(replayed),
            Err(unproven) => warn(&format!("{}: {unproven} [{}]", folder.display(), unproven.code())),
        }
    }
    if json {
        say(&serde_json::to_string_pretty(&proven).expect("names and hashes always serialise"));
    } else {
        proven.iter().for_each(print_replayed);
    }
    let all = proven.len() == folders.len();
    if all && round.is_none() && !replay::is_round(evidence) {
        replay::complete(&found, &proven)?;
    }
    Ok(all)
}

fn print_replayed(done: &Replayed) {
    let Replayed { study, attempt, round, sites, words, sum } = done;
    let sum = sum.short();
    say(&format!(
        "{study} {attempt}-{round}: {words} words of {} hospitals add up to {sum}, as logged",
        sites.len()
    ));
}

fn report(log: &Source, files: &[PathBuf], out: &Path, policy: Option<&Path>) -> Result<bool, Broken> {
    let found = read(log, policy, None)?;
    let files = files.iter().map(|file| folder::read_attachment(file)).collect::<Result<Vec<_>, _>>()?;
    let pack = Pack::of(&found, &files)?;
    folder::write_pack(out, &[("audit.html", html(&pack)), ("audit.json", pack.to_json())])?;
    say(&format!("{}: {} findings; audit.html and audit.json", out.display(), pack.findings.len()));
    Ok(pack.findings.is_empty())
}

/// A reader that went away, as `head` does, is no failure.
fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

fn warn(line: &str) {
    drop(writeln!(std::io::stderr(), "{line}"));
}
