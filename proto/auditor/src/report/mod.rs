//! The audit pack: what a verified log says, as JSON and as one page, for whoever must answer for a study.
//!
//! `pack` gathers, `files` reads what is laid beside the log, `clauses` answers regulations, `page` writes HTML. Entries are
//! read in their JSON form, so an event that a later version adds is counted and shown. The same log gives the same bytes.
//! Never: a clock, a script, anything from elsewhere. Spec: docs/guides/auditor.md.

mod clauses;
mod files;
mod pack;
mod page;

pub use clauses::Answer;
pub use files::{Attachment, Kind, Ledger, Unrecognised};
pub use pack::{Abort, Approval, Pack, Participant, Program, Row, StudyPack};

/// The page of a pack.
#[must_use]
pub fn html(pack: &Pack) -> String {
    page::write(pack)
}
