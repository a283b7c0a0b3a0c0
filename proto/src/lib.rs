//! The wire format: gRPC services of Consilium, compiled from proto/consilium/v1.
//!
//! Generated code and nothing else: a message becomes a domain type, and is checked, in the crate that uses it.
//! A test compiles the .proto files again and fails when `src/gen` is stale. Spec: the comments in the .proto
//! files.

/// Encodes and decodes every message.
pub use prost::Message;

/// Version 1 of every message and service.
#[allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    reason = "generated; documented in the .proto files"
)]
#[rustfmt::skip]
pub mod v1 {
    include!("gen/consilium.v1.rs");
}
