//! What every party must agree on: identifiers, digests, fixed point, the study plan.
//!
//! Never: clocks, sockets, files, patient values. A value that exists is valid: constructors parse and refuse.
//! Spec: docs/ARCHITECTURE.md; docs/reference/plan.md; ADR-0003 (fixed point).

pub mod acceptance;
pub mod chunks;
pub mod digest;
pub mod fixed;
pub mod identity;
pub mod ids;
pub mod manifest;
pub mod plan;
pub mod schema;

pub use acceptance::{Acceptance, Consent, Signature};
pub use digest::Digest;
pub use identity::{PublicKey, SiteKeys};
pub use ids::{Attempt, ExchangeNumber, SiteId, StudyId};
pub use manifest::Manifest;
pub use plan::StudyPlan;
pub use schema::{Column, ColumnKind, Schema};
