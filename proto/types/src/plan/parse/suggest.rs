//! "Did you mean": the nearest of the known words.

/// Closer than this to a known word: perhaps a slip of the pen.
const SIMILAR: f64 = 0.75;

/// "did you mean", or the list of what there is.
pub(super) fn suggest<'k>(found: &str, known: impl Iterator<Item = &'k str> + Clone, what: &str) -> String {
    let near = known
        .clone()
        .map(|name| (strsim::jaro_winkler(found, name), name))
        .filter(|(likeness, _)| *likeness >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None => format!("{what} are {}", known.collect::<Vec<_>>().join(", ")),
    }
}
