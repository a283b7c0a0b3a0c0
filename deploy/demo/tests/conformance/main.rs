//! Studies as a person runs them (`consilium-demo run PLAN SITE... --json FILE`), against recorded pooled answers.
//!
//! Each comparison prints a line of docs/reference/conformance.md and fails where that page does not list it. Answers, scripts
//! and versions: tests/data/pooled. Never: an answer computed by this program.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test, which says what it found")]

mod brca;
mod classes;
mod failures;
mod harmonised;
mod heart;
mod invariance;
mod ledger;
mod local;
mod place;
mod read;
mod survival;
mod wdbc;
