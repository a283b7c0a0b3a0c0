//! Every refusal has one stable code, and `docs/reference/codes.md` says what it means and who acts.

use std::collections::{BTreeMap, BTreeSet};

use crate::{root, shipped, sources};

/// Which letters a folder may use. Longer folders first: the first that fits decides.
const LETTERS: &[(&str, &str)] = &[
    ("proto/types/src", "P"),
    ("proto/stats/src", "S"),
    ("proto/rounds/src", "R"),
    ("proto/crypto/src", "K"),
    ("proto/model/src", "M"),
    ("proto/auditor/src", "A"),
    ("node/imaging/src", "D"),
    ("node/radiomics/src", "D"),
    ("node/learn/src", "D"),
    ("node/src", "ND"),
    ("coordinator/src", "C"),
    ("coordinator/store/src", "C"),
];

#[test]
fn every_code_is_explained_and_every_explained_code_exists() {
    let used: BTreeSet<String> = codes_in_source().into_keys().collect();
    let page = std::fs::read_to_string(root().join("docs/reference/codes.md")).expect("the page of codes");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let explained: Vec<String> = rows.flat_map(|row| codes(&row[..row.len().min(11)])).collect();
    let distinct: BTreeSet<String> = explained.iter().cloned().collect();
    let missing: Vec<_> = used.difference(&distinct).collect();
    let void: Vec<_> = distinct.difference(&used).collect();
    assert!(missing.is_empty(), "docs/reference/codes.md does not explain {missing:?}");
    assert!(void.is_empty(), "docs/reference/codes.md explains what no source uses: {void:?}");
    assert_eq!(explained.len(), distinct.len(), "a code is explained twice");
    println!("{} codes", used.len());
}

#[test]
fn a_code_belongs_to_one_crate_and_carries_its_letter() {
    for (code, folders) in codes_in_source() {
        assert_eq!(folders.len(), 1, "{code} is given by {folders:?}");
        for folder in folders {
            let letters = LETTERS.iter().find(|(f, _)| *f == folder).map(|(_, letters)| *letters);
            let letter = &code["CNS-".len()..][..1];
            assert!(letters.is_some_and(|l| l.contains(letter)), "{code} is given in {folder}");
        }
    }
}

#[test]
fn codes_are_recognised() {
    assert_eq!(codes("a CNS-D-0101, `CNS-N-0413`: CNS-d-0101 CNS-D-101 CNS-"), ["CNS-D-0101", "CNS-N-0413"]);
}

/// Each code behind a quotation mark outside tests, with the crates that give it.
fn codes_in_source() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut found: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (folder, _) in LETTERS {
        for (path, text) in sources(folder) {
            let quoted = shipped(&path, &text).split('"').filter_map(|part| part.get(..10));
            for code in quoted.flat_map(codes) {
                found.entry(code).or_default().insert(folder);
            }
        }
    }
    found
}

/// All `CNS-X-0000` in a text.
fn codes(text: &str) -> Vec<String> {
    let is_code = |code: &&str| {
        let bytes = code.as_bytes();
        bytes[4].is_ascii_uppercase() && bytes[5] == b'-' && bytes[6..].iter().all(u8::is_ascii_digit)
    };
    let starts = text.match_indices("CNS-").filter_map(|(at, _)| text.get(at..at + 10));
    starts.filter(is_code).map(str::to_owned).collect()
}
