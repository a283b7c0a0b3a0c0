//! The audit pack: the same bytes for the same log, ledgers compared with it, and nothing that could run.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use std::path::Path;

use consilium_auditor::report::{Kind, Ledger, Pack, html};
use consilium_auditor::{Log, read_policy};
use consilium_ledger::Event;
use consilium_types::Digest;
use support::{digest, entries, story, write};

const PLAN: &str = "[study]\nid = \"mycn\"\ntitle = \"<script>alert(1)</script> & 'friends'\"\nseed = 5\n[inputs.table]\n\
                    [outcome]\nlabel = \"relapse\"\npositive = \"yes\"\n";

fn log(events: Vec<Event>) -> (tempfile::TempDir, Log) {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), &entries(events));
    let policy = read_policy(&folder.path().join("policy.txt")).unwrap();
    let log = Log::read(folder.path(), &policy).unwrap();
    (folder, log)
}

fn pack(files: &[(&str, String)]) -> Pack {
    let files: Vec<_> = files.iter().map(|(name, text)| ((*name).to_owned(), text.clone())).collect();
    Pack::of(&log(story()).1, &files).unwrap()
}

/// The egress ledger of a hospital of the story, as its node writes it.
fn ledger(sent: &[(u32, u32, &str)], site: &str) -> String {
    let mut text = String::new();
    let mut before = Digest::of("consilium/egress/v1", b"");
    for (attempt, round, what) in sent {
        let digest = digest(&format!("{attempt} {round} {site}"));
        let line = format!(
            "{{\"at\":\"2026-01-01T00:00:00Z\",\"study\":\"mycn\",\"attempt\":{attempt},\"exchange\":{round},\
             \"what\":\"{what}\",\"bytes\":160,\"digest\":\"{digest}\",\"before\":\"{before}\"}}"
        );
        before = Digest::of("consilium/egress/v1", line.as_bytes());
        text.push_str(&line);
        text.push('\n');
    }
    text
}

fn only_ledger(pack: &Pack) -> &Ledger {
    let Kind::Ledger(ledger) = &pack.attachments[0].kind else { panic!("no ledger") };
    ledger
}

#[test]
fn the_same_log_gives_the_same_bytes() {
    let (one, two) = (pack(&[]), pack(&[]));
    assert_eq!((html(&one), one.to_json()), (html(&two), two.to_json()));
    assert_eq!((one.participants.len(), one.findings.len(), one.entries), (3, 0, 25));
    let study = &one.studies[0];
    assert_eq!((study.approvals.len(), study.updates["a"], study.updates["c"]), (3, 4, 1));
    assert_eq!(study.aborts[0].lost, ["c"]);
    assert!(study.aborts[0].cause.contains("CNS-D-0104"), "{:?}", study.aborts);
    assert_eq!(study.result, Some(digest("result").to_string()));
}

#[test]
fn every_hash_and_hospital_of_the_log_is_on_the_page() {
    let pack = pack(&[]);
    let page = html(&pack);
    for part in [pack.root, digest("plan"), digest("schema"), digest("result"), digest("a")] {
        assert!(page.contains(&part.to_string()), "{part}");
    }
    assert!(page.contains("Verified") && page.contains("CNS-D-0104") && page.contains("21 CFR 11"));
    assert!(page.contains("to be written: legal basis"), "what people must write is left blank");
}

#[test]
fn a_ledger_is_compared_with_the_log_message_by_message() {
    let sent = [
        (1, 1, "counts of 3 classes (10 numbers)"),
        (1, 2, "sums (4 numbers)"),
        (2, 1, "counts of 2 classes (10 numbers)"),
    ];
    let found = pack(&[("east.jsonl", ledger(&sent, "a"))]);
    let of = only_ledger(&found);
    assert_eq!(of.site.as_ref().map(consilium_types::SiteId::as_str), Some("a"));
    assert_eq!((of.matched, of.missing, of.unlogged, of.chained), (3, 1, 0, true));
    let counts = of.kinds["counts of # classes"];
    assert_eq!((counts.messages, counts.numbers, counts.bytes), (2, 20, 320));
    let stranger = pack(&[("x.jsonl", ledger(&[(1, 1, "sums (4 numbers)")], "z"))]);
    assert_eq!((only_ledger(&stranger).site.as_ref(), only_ledger(&stranger).unlogged), (None, 1));
    let text = ledger(&sent, "a");
    let (_, cut) = text.split_once('\n').unwrap();
    assert!(!only_ledger(&pack(&[("cut.jsonl", cut.to_owned())])).chained);
}

#[test]
fn a_plan_and_a_result_are_attached_by_hash_alone() {
    let other = pack(&[("plan.toml", PLAN.to_owned())]);
    assert!(!other.studies[0].plan_attached, "another plan than the proposed one");
    let plan = consilium_types::StudyPlan::from_toml(PLAN, "plan.toml").unwrap();
    let result = "{\"plan_hash\":\"x\",\"effort\":{\"exchanges\":3,\"words\":9}}";
    let mut story = story();
    for event in &mut story {
        match event {
            Event::Proposed { plan: hash, .. } | Event::Approved { plan: hash, .. } => *hash = plan.hash(),
            Event::Finished { result: hash, .. } => {
                *hash = Digest::of("consilium/result/v1", result.as_bytes());
            }
            _ => {}
        }
    }
    let files = [("plan.toml".to_owned(), PLAN.to_owned()), ("result.json".to_owned(), result.to_owned())];
    let pack = Pack::of(&log(story).1, &files).unwrap();
    assert!(pack.studies[0].plan_attached && pack.studies[0].result_attached);
    let fault = Pack::of(&log(self::story()).1, &[("x.txt".to_owned(), "hello".to_owned())]).unwrap_err();
    assert!(fault.to_string().starts_with("x.txt"), "{fault}");
}

#[test]
fn nothing_on_the_page_runs_or_comes_from_elsewhere() {
    let page = html(&pack(&[
        ("plan.toml", PLAN.to_owned()),
        ("<img src=x>.jsonl", ledger(&[(1, 1, "<b>\\\"x")], "a")),
    ]));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#39;friends&#39;"));
    assert!(page.contains("&lt;img src=x&gt;.jsonl") && page.contains("&lt;b&gt;&quot;x"));
    for forbidden in ["<script", "<img", "<b>", "<link", "http:", "https:", "url(", "@import", "javascript:"]
    {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    let tags = page.split('<').filter_map(|part| part.split('>').next());
    assert!(tags.into_iter().all(|tag| !tag.contains(" on")), "no handler in a tag");
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn a_log_that_is_not_in_order_gets_a_pack_that_says_so() {
    let (folder, _) = log(story()[..12].iter().chain(&story()[13..]).cloned().collect());
    let out = folder.path().join("pack");
    let arguments =
        ["consilium-audit".into(), "report".into(), folder.path().into(), "--out".into(), out.clone().into()];
    let code = consilium_auditor::run(arguments);
    assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::FAILURE));
    let read = |name: &str| std::fs::read_to_string(Path::new(&out).join(name)).unwrap();
    assert!(read("audit.html").contains("Not in order") && read("audit.json").contains("\"findings\": [\n"));
}

#[test]
fn entries_are_counted_by_their_kind() {
    let pack = pack(&[]);
    assert_eq!(pack.counts.values().sum::<u64>(), pack.entries);
    let clause = pack.clauses.iter().find(|answer| answer.clause.starts_with("11.10(e)")).unwrap();
    assert_eq!(clause.entries["round.aborted"], 1);
    assert_eq!(pack.span, [1_000, 1_024]);
}
