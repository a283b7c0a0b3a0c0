//! What a file may name.

use std::path::Path;

use crate::{shipped, sources};

/// Words by which code reaches the network, with the crates behind them.
const NETWORK: &[&str] =
    &["tonic", "hyper", "hyper_util", "rustls", "consilium_proto", "TcpStream", "TcpListener", "UdpSocket"];

/// The modules of the node that hold the link: one keeps the connection, one decides what goes through it.
const LINK: &[&str] = &["node/src/link", "node/src/outbox"];

/// Words of clocks, files, processes and chance. Pure crates receive what they need as arguments.
const IMPURE: &[&str] = &[
    "Instant",
    "SystemTime",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::thread",
    "HashMap",
    "HashSet",
];

#[test]
fn in_the_node_only_link_and_outbox_name_the_network() {
    let mut through_the_link = 0;
    for (path, text) in sources("node") {
        let is_link = LINK.iter().any(|module| path.with_extension("").starts_with(module));
        for (line, word) in words_in_code(shipped(&path, &text), NETWORK) {
            assert!(is_link, "{}:{line} names `{word}`: only {LINK:?} may", path.display());
            through_the_link += 1;
        }
    }
    assert!(through_the_link > 0, "neither link nor outbox names the network: have they moved?");
}

#[test]
fn pure_crates_name_no_clock_no_file_and_no_unordered_map() {
    for folder in [
        "proto/types/src",
        "proto/stats/src",
        "proto/rounds/src",
        "proto/privacy/src",
        "proto/crypto/src",
        "proto/model/src",
        "coordinator/report/src",
    ] {
        for (path, text) in sources(folder) {
            let mut found = words_in_code(shipped(&path, &text), IMPURE);
            assert_eq!(found.next(), None, "{} is not pure", path.display());
        }
    }
}

#[test]
fn every_file_says_what_it_is() {
    let folders = ["proto", "node", "coordinator", "deploy", "tests"];
    let written = |path: &Path| !path.starts_with("proto/src/gen");
    let files: Vec<_> = folders.into_iter().flat_map(sources).filter(|(path, _)| written(path)).collect();
    let silent: Vec<_> =
        files.iter().filter(|(_, text)| !text.starts_with("//!")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "no `//!` header: {silent:?}");
    println!("{} files", files.len());
}

#[test]
fn words_are_found_in_code_and_not_in_comments() {
    let text = "use tonic::Code; // hyper\n/// tonic\nlet tonics = 1;\n//! rustls\n";
    assert_eq!(words_in_code(text, NETWORK).collect::<Vec<_>>(), [(1, "tonic")]);
    assert!(Path::new("node/src/link.rs").with_extension("").starts_with(LINK[0]));
    assert!(!Path::new("node/src/linker/a.rs").with_extension("").starts_with(LINK[0]));
}

/// Line number and word of each of `words` in the code of a file. Line comments do not count.
fn words_in_code<'a>(text: &'a str, words: &'a [&'a str]) -> impl Iterator<Item = (usize, &'a str)> {
    text.lines().enumerate().flat_map(move |(number, line)| {
        let code = line.split("//").next().unwrap_or_default();
        words.iter().filter(move |word| names(code, word)).map(move |word| (number + 1, *word))
    })
}

/// Whether `code` holds `word` with no letter, digit or underscore on either side.
fn names(code: &str, word: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(in_word) && !code[at + word.len()..].starts_with(in_word))
}
