//! A log as files: any byte that is turned, in any file, is found; so is a history that was rewritten.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use consilium_auditor::{Log, Rule, Verdict, read_checkpoint, read_policy};
use consilium_ledger::{Entry, Note, Policy, SignerKey};
use consilium_types::SiteId;
use proptest::prelude::*;
use support::{enrolled, entries, signer, sites, story, write};

fn read(folder: &Path) -> Result<Log, consilium_auditor::Broken> {
    Log::read(folder, &read_policy(&folder.join("policy.txt"))?)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Enough entries for a full tile and a second level: the story, then hospitals that enrol.
fn long() -> Vec<Entry> {
    let enrol = |i: u32| enrolled(&format!("h{i}"));
    entries([story(), (0..300).map(enrol).collect()].concat())
}

#[test]
fn an_honest_log_is_verified() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &long());
    let verdict = Verdict::of(&read(folder.path()).unwrap());
    assert_eq!((verdict.findings.len(), verdict.entries, verdict.sites), (0, 325, 303));
    let study = &verdict.studies[0];
    assert_eq!((study.rounds, study.aborted, study.over), (3, 1, true));
    let arguments = ["consilium-audit".into(), "verify".into(), folder.path().into()];
    assert_eq!(format!("{:?}", consilium_auditor::run(arguments)), format!("{:?}", ExitCode::SUCCESS));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_byte_that_is_turned_is_found(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &long());
        let policy = read_policy(&folder.path().join("policy.txt")).unwrap();
        let files: Vec<_> = files(folder.path()).into_iter().filter(|file| !file.ends_with("policy.txt")).collect();
        prop_assert_eq!(files.len(), 6);
        let file = which.get(&files);
        let mut bytes = std::fs::read(file).unwrap();
        let place = at.index(bytes.len());
        bytes[place] ^= 1u8 << bit;
        std::fs::write(file, bytes).unwrap();
        let found = Log::read(folder.path(), &policy);
        prop_assert!(found.is_err(), "{} byte {}", file.display(), place);
    }
}

/// The same key signs another history of the same beginning: only who kept an older checkpoint can know.
#[test]
fn a_rewritten_history_is_found_by_who_kept_a_checkpoint() {
    let before = tempfile::tempdir().unwrap();
    write(before.path(), &long()[..40]);
    let policy = read_policy(&before.path().join("policy.txt")).unwrap();
    let kept = read_checkpoint(&before.path().join("checkpoint"), &policy).unwrap();
    let after = tempfile::tempdir().unwrap();
    write(after.path(), &long());
    assert!(read(after.path()).unwrap().continues(&kept).is_ok());
    let mut other = long();
    other[35].t += 1;
    write(after.path(), &other);
    let fault = read(after.path()).unwrap().continues(&kept).unwrap_err();
    assert_eq!(fault.code(), "CNS-A-0110");
    write(after.path(), &long()[..20]);
    assert_eq!(read(after.path()).unwrap().continues(&kept).unwrap_err().code(), "CNS-A-0110");
}

/// Three witnesses, of whom two must agree.
#[test]
fn a_round_that_was_answered_before_a_quorum_cosigned_it_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let entries = entries(story());
    write(folder.path(), &entries);
    let log = signer().verifier();
    let sites = sites(&["a", "b", "c"]);
    let witness = |site: &SiteId| SignerKey::witness(&log, site, &[site.as_str().as_bytes()[0]; 32]).unwrap();
    let witnesses = sites.iter().map(|site| (format!("w-{site}"), witness(site).verifier())).collect();
    let policy = Policy::new(log.clone(), witnesses, 2);
    let read = || Log::read(folder.path(), &policy);
    let found = Verdict::of(&read().unwrap()).findings;
    assert_eq!(found.iter().map(|finding| finding.rule).collect::<Vec<_>>(), [Rule::Witness; 4]);
    let cosigned = |entries: &[Entry], by: &[SiteId]| {
        let other = tempfile::tempdir().unwrap();
        write(other.path(), entries);
        let mut note: Note =
            std::fs::read_to_string(other.path().join("checkpoint")).unwrap().parse().unwrap();
        note.signatures.extend(by.iter().map(|site| witness(site).sign(&note.text, 7)));
        std::fs::write(folder.path().join("checkpoint.witnessed"), note.to_string()).unwrap();
    };
    cosigned(&entries, &sites[..2]);
    assert_eq!(Verdict::of(&read().unwrap()).findings, []);
    // the opening of the second round of the first attempt is entry 13
    for (size, unseen) in [(13, 3), (14, 2)] {
        cosigned(&entries[..size], &sites[1..]);
        let verdict = Verdict::of(&read().unwrap());
        assert_eq!((verdict.witnessed, verdict.findings.len()), (size as u64, unseen), "{verdict:?}");
    }
    cosigned(&entries, &sites[..1]);
    assert_eq!(read().unwrap_err().code(), "CNS-A-0104");
    let mut other = entries.clone();
    other[9].t += 1;
    cosigned(&other, &sites);
    assert_eq!(read().unwrap_err().code(), "CNS-A-0111");
}

#[test]
fn what_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &long());
    std::fs::remove_file(folder.path().join("tile/entries/000")).unwrap();
    let fault = read(folder.path()).unwrap_err();
    assert_eq!(fault.code(), "CNS-A-0101");
    assert!(fault.to_string().contains("tile/entries/000"), "{fault}");
}
