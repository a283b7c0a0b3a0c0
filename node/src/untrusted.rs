//! Where bytes from elsewhere enter a node, one function each, for the fuzz targets of `tests/fuzz`.
//!
//! Each reads with the very code that the programs use and says whether it was accepted. Never: an effect.

use std::path::Path;

use crate::cli;
use crate::outbox;
use crate::policy::Policy;

/// The coordinator's answer to a poll.
#[must_use]
pub fn next_reply(bytes: &[u8]) -> bool {
    outbox::decode_next(bytes).is_ok()
}

/// The coordinator's list of studies.
#[must_use]
pub fn studies_reply(bytes: &[u8]) -> bool {
    outbox::decode_studies(bytes).is_ok()
}

/// A hospital's rules.
#[must_use]
pub fn policy(text: &str) -> bool {
    Policy::parse(text, Path::new("policy.toml")).is_ok()
}

/// An invitation.
#[must_use]
pub fn invitation(text: &str) -> bool {
    cli::is_invitation(text)
}
