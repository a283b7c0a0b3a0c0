//! Exact federated statistics.
//!
//! Every computation is one module with its three halves side by side: `site` turns rows into a
//! [`Summary`], summaries are added as integers, `finish` turns the sum into a finding. Only a `Summary` can
//! cross, so what leaves a hospital is read in one place per computation.
//! Never: I/O, clocks, patient identifiers, randomness that is not drawn from the plan's seed.
//! Spec: docs/reference/methods.md; ADR-0002 (three halves), ADR-0003 (fixed point).

pub mod rows;
pub mod summary;

pub use rows::{NetworkFault, Networks, Rows, Trained, TrainingJob};
pub use summary::{Accumulator, Summary, SummaryFault};
