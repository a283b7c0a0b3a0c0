//! Masked vectors that came in chunks before the message that signs them: where they are, and who may hand one in.
//!
//! They are read chunk by chunk when the sum is opened, so that a study holds one vector whatever the number of sites.
//! Never: a disk (the driver's). Spec: ADR-0020.

use consilium_types::{Digest, SiteId};

use super::{Key, Refusal, State, StudyLife};

/// The words that a site may still hand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// Of all words together.
    pub bytes: u64,
    /// Whether they are updates of networks, of 64 bits, and not statistics, of 128.
    pub updates: bool,
}

/// A chunk that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing;

/// Where the driver keeps what was uploaded for the open question.
pub trait Uploaded {
    /// Whether all chunks are there of what a site uploaded under this digest.
    fn is_whole(&self, key: Key, site: &SiteId, root: Digest) -> bool;

    /// Appends one chunk to an empty buffer.
    fn chunk(&self, key: Key, site: &SiteId, index: u32, into: &mut Vec<u8>) -> Result<(), Missing>;
}

/// Nothing was uploaded.
pub(super) struct Nowhere;

/// What was uploaded was there when the event was taken, and is not read again: a journal holds the sum.
pub(super) struct Before;

impl Uploaded for Nowhere {
    fn is_whole(&self, _: Key, _: &SiteId, _: Digest) -> bool {
        false
    }

    fn chunk(&self, _: Key, _: &SiteId, _: u32, _: &mut Vec<u8>) -> Result<(), Missing> {
        Err(Missing)
    }
}

impl Uploaded for Before {
    fn is_whole(&self, _: Key, _: &SiteId, _: Digest) -> bool {
        true
    }

    fn chunk(&self, _: Key, _: &SiteId, _: u32, _: &mut Vec<u8>) -> Result<(), Missing> {
        Err(Missing)
    }
}

impl StudyLife {
    /// What a site may still hand in for the open question: nothing where it has answered, or where the question is a past
    /// one.
    pub fn owed(&self, site: &SiteId, key: Key) -> Result<Option<Owed>, Refusal> {
        match &self.state {
            State::Running(running) if self.is_open(site, key)? => running.owed(site),
            _ => self.is_open(site, key).map(|_| None),
        }
    }
}
