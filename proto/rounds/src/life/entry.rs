//! The journal: one entry an event, and one for each closed exchange that replaces its contributions.
//!
//! Bytes: one line of JSON, a newline, and the summary's words where there is one; of a step of a secure sum its message
//! and the masked words.

use std::collections::BTreeMap;

use consilium_crypto::SiteMessage;
use consilium_stats::Summary;
use consilium_types::{Consent, Digest, Schema, SiteId};
use serde::{Deserialize, Serialize};

use super::{Event, Key, Timestamp};

/// One line of a study's journal.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// An event, as it was taken.
    Happened {
        /// When.
        at: Timestamp,
        /// What.
        event: Event,
    },
    /// All sites of an exchange have answered; their submissions need not be kept.
    Closed {
        /// When.
        at: Timestamp,
        /// Which exchange.
        key: Key,
        /// The sum over sites.
        sum: Summary,
        /// Digest of each site's summary.
        contributions: BTreeMap<SiteId, Digest>,
    },
}

/// Bytes that are no entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a journal entry cannot be read: {0}")]
pub struct UnreadableEntry(String);

#[derive(Serialize, Deserialize)]
struct Line {
    at: Timestamp,
    what: What,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum What {
    Accepted { site: SiteId, schema: Schema, consent: Consent },
    Refused { site: SiteId },
    Submitted { site: SiteId, key: Key, words: Words },
    Blinded { site: SiteId, key: Key, message: usize },
    Declined { site: SiteId, key: Key, code: String },
    Removed { site: SiteId },
    Called { site: SiteId },
    Missed { key: Key, sites: Vec<SiteId> },
    Tick,
    Closed { key: Key, words: Words, contributions: BTreeMap<SiteId, Digest> },
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Words {
    Statistics,
    Updates,
}

impl Words {
    fn of(summary: &Summary) -> Self {
        match summary {
            Summary::Statistics(_) => Self::Statistics,
            Summary::Updates(_) => Self::Updates,
        }
    }

    fn read(&self, bytes: &[u8]) -> Result<Summary, UnreadableEntry> {
        let summary = match self {
            Self::Statistics => Summary::statistics_from_bytes(bytes),
            Self::Updates => Summary::updates_from_bytes(bytes),
        };
        summary.map_err(|fault| UnreadableEntry(fault.to_string()))
    }
}

impl Entry {
    /// The exchange whose submissions this entry makes superfluous.
    #[must_use]
    pub fn closes(&self) -> Option<Key> {
        match self {
            Self::Closed { key, .. } => Some(*key),
            Self::Happened { .. } => None,
        }
    }

    /// The exchange this entry is a submission of, or says who missed it.
    #[must_use]
    pub fn submits(&self) -> Option<Key> {
        match self {
            Self::Happened {
                event: Event::Submitted { key, .. } | Event::Blinded { key, .. } | Event::Missed { key, .. },
                ..
            } => Some(*key),
            Self::Happened { .. } | Self::Closed { .. } => None,
        }
    }

    /// The site whose masked vector this entry holds, or signs where it was uploaded.
    #[must_use]
    pub fn vector_of(&self) -> Option<&SiteId> {
        match self {
            Self::Happened { event: Event::Blinded { site, message: SiteMessage::Input(_), .. }, .. } => {
                Some(site)
            }
            Self::Happened { .. } | Self::Closed { .. } => None,
        }
    }

    /// The entry as stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (line, rest) = self.line();
        let mut bytes = serde_json::to_vec(&line).expect("ids, schemas and digests always serialise");
        bytes.push(b'\n');
        bytes.extend(rest);
        bytes
    }

    fn line(&self) -> (Line, Vec<u8>) {
        match self {
            Self::Happened { at, event } => {
                let (what, rest) = what_happened(event);
                (Line { at: *at, what }, rest)
            }
            Self::Closed { at, key, sum, contributions } => {
                let what =
                    What::Closed { key: *key, words: Words::of(sum), contributions: contributions.clone() };
                (Line { at: *at, what }, sum.to_bytes())
            }
        }
    }

    /// Reads a stored entry.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableEntry> {
        let end =
            bytes.iter().position(|b| *b == b'\n').ok_or_else(|| UnreadableEntry("no newline".to_owned()))?;
        let (json, words) = (&bytes[..end], &bytes[end + 1..]);
        let line: Line = serde_json::from_slice(json).map_err(|e| UnreadableEntry(e.to_string()))?;
        let at = line.at;
        let event = match line.what {
            What::Closed { key, words: kind, contributions } => {
                return Ok(Self::Closed { at, key, sum: kind.read(words)?, contributions });
            }
            What::Submitted { site, key, words: kind } => {
                Event::Submitted { site, key, summary: kind.read(words)? }
            }
            What::Blinded { site, key, message } => {
                let (message, vector) = words.split_at_checked(message).ok_or_else(|| cut("message"))?;
                let message = SiteMessage::from_bytes(message).map_err(|e| UnreadableEntry(e.to_string()))?;
                Event::Blinded { site, key, message, vector: vector.to_vec() }
            }
            What::Accepted { site, schema, consent } => Event::Accepted { site, schema, consent },
            What::Refused { site } => Event::Refused { site },
            What::Declined { site, key, code } => Event::Declined { site, key, code },
            What::Removed { site } => Event::Removed { site },
            What::Called { site } => Event::Called { site },
            What::Missed { key, sites } => Event::Missed { key, sites },
            What::Tick => Event::Tick,
        };
        Ok(Self::Happened { at, event })
    }
}

fn cut(what: &str) -> UnreadableEntry {
    UnreadableEntry(format!("the {what} is cut off"))
}

fn what_happened(event: &Event) -> (What, Vec<u8>) {
    match event.clone() {
        Event::Accepted { site, schema, consent } => (What::Accepted { site, schema, consent }, Vec::new()),
        Event::Refused { site } => (What::Refused { site }, Vec::new()),
        Event::Submitted { site, key, summary } => {
            (What::Submitted { site, key, words: Words::of(&summary) }, summary.to_bytes())
        }
        Event::Blinded { site, key, message, vector } => {
            let message = message.to_bytes();
            (What::Blinded { site, key, message: message.len() }, [message, vector].concat())
        }
        Event::Declined { site, key, code } => (What::Declined { site, key, code }, Vec::new()),
        Event::Removed { site } => (What::Removed { site }, Vec::new()),
        Event::Called { site } => (What::Called { site }, Vec::new()),
        Event::Missed { key, sites } => (What::Missed { key, sites }, Vec::new()),
        Event::Tick => (What::Tick, Vec::new()),
    }
}
