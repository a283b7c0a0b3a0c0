//! The training log: a Merkle tree of entries that only grows, checkpoints signed by the coordinator and cosigned by
//! hospitals, and their verification by anyone.
//!
//! Formats are those of the transparency community (C2SP), so that other people's tools read them: `tree` and `proof`
//! (RFC 6962), `tile` (static files), `note` and `checkpoint` (signed text), `witness` and `policy` (who must agree),
//! `evidence` (one entry, proven alone), `entry` (what is
//! logged). Never: a file, a clock or a network; callers bring bytes and the time.

pub mod checkpoint;
pub mod entry;
pub mod evidence;
pub mod hash;
pub mod note;
pub mod policy;
pub mod proof;
pub mod tile;
pub mod tree;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use entry::{Entry, Event};
pub use evidence::Evidence;
pub use note::{Note, SignerKey, VerifierKey};
pub use policy::Policy;
pub use tree::Tree;
