//! What takes the place of a sum where a plan says so: rules that a few hospitals with wrong numbers cannot break.
//!
//! Only whoever sees each hospital's summary can follow them. The result has the shape of a sum, stands in its place in
//! the journal, and is finished as one. Integers and ties by value alone: the order of hospitals leaves no trace.
//! Never: a hospital's word for how much it counts; an error that one hospital can cause. Spec: docs/reference/methods/robust.md.

mod clip;
mod combine;
mod rules;

pub use combine::CombineFault;
pub use rules::{TooFew, apply};

pub(crate) use clip::{clipped, distance};
