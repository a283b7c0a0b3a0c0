//! The gRPC services: a message becomes a domain type, is checked, and goes to the driver or the store.
//!
//! Never: a decision about a study. Spec: proto/consilium/v1/*.proto.

mod caller;
mod consortium;
mod enrolment;
mod questions;
mod quotas;

pub(crate) use consortium::ConsortiumService;
pub(crate) use enrolment::EnrolmentService;
