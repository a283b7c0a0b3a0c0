//! The ledger of comparisons: how far apart, how far apart they may be, and the line of the reference page.

use std::fs;

/// How far a number may be from its answer.
#[derive(Clone, Copy)]
pub(crate) enum Within {
    /// Relative to the answer; answers below a millionth count as a millionth.
    Relative(f64),
    /// In its own unit.
    Absolute(f64),
    /// The same number or word.
    Same,
}

/// Compares numbers of a study with recorded ones: data set, statistic, library.
pub(crate) fn compare(
    set: &str,
    statistic: &str,
    library: &str,
    within: Within,
    found: &[f64],
    wanted: &[f64],
) {
    assert_eq!(found.len(), wanted.len(), "{set}, {statistic}: {found:?} {wanted:?}");
    assert!(!wanted.is_empty(), "{set}, {statistic}: nothing to compare");
    let apart = |(found, wanted): (&f64, &f64)| match within {
        Within::Relative(_) => (found - wanted).abs() / wanted.abs().max(1e-6),
        Within::Absolute(_) | Within::Same => (found - wanted).abs(),
    };
    let worst = found.iter().zip(wanted).map(apart).fold(0.0, f64::max);
    let (limit, words) = match within {
        Within::Relative(limit) => (limit, format!("{limit:.0e} relative")),
        Within::Absolute(limit) => (limit, format!("{limit:.0e}")),
        Within::Same => (0.0, "the same".to_owned()),
    };
    let line = format!("| {set} | {statistic} | {library} | {words} |");
    println!("{line} {worst:.1e} |");
    assert!(worst <= limit, "{line} {worst:e}\nfound  {found:?}\nwanted {wanted:?}");
    on_the_page(&line);
}

/// Compares lists of words.
pub(crate) fn compare_words(set: &str, statistic: &str, library: &str, found: &[String], wanted: &[String]) {
    let line = format!("| {set} | {statistic} | {library} | the same |");
    println!("{line} 0 |");
    assert_eq!(found, wanted, "{line}");
    on_the_page(&line);
}

/// Unless the page is being made.
fn on_the_page(line: &str) {
    if std::env::var_os("CONFORMANCE").is_some_and(|word| word == "print") {
        return;
    }
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/conformance.md");
    let page = fs::read_to_string(page).unwrap();
    assert!(page.contains(line), "docs/reference/conformance.md does not list `{line}`");
}
