//! What each fuzz target does with bytes from elsewhere; `tests/decoders` does the same on a stable compiler.
//!
//! A decoder may refuse. It may not panic, hang, or take memory that the bytes do not pay for. What it accepts must survive
//! being written and read again. Image readers have targets of their own in node/imaging/fuzz.

mod ledger;
mod sums;
mod wire;

/// What a target does with the bytes. Whether they were accepted.
type Read = fn(&[u8]) -> bool;

/// The targets by name; each has a folder of its own in `corpus`.
pub const TARGETS: &[(&str, Read)] = &[
    ("next-reply", wire::next_reply),
    ("studies-reply", wire::studies_reply),
    ("answer-request", wire::answer_request),
    ("submit-request", wire::submit_request),
    ("upload-request", wire::upload_request),
    ("other-messages", wire::others),
    ("query", wire::query),
    ("summary", wire::summary),
    ("journal", wire::journal),
    ("plan", wire::plan),
    ("model", wire::model),
    ("result", wire::result),
    ("invitation", wire::invitation),
    ("node-policy", wire::node_policy),
    ("checkpoint", ledger::checkpoint),
    ("note", ledger::note),
    ("verifier-key", ledger::verifier_key),
    ("log-policy", ledger::policy),
    ("add-checkpoint", ledger::add_checkpoint),
    ("evidence", ledger::evidence),
    ("tile", ledger::tile),
    ("log-entry", ledger::entry),
    ("sum-context", sums::context),
    ("sum-message", sums::message),
    ("sum-request", sums::request),
    ("sum-opening", sums::opening),
];

/// The target of a name.
pub fn target(name: &str) -> Read {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("{name} is no target")).1
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
