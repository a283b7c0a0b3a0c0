//! The hospital's node: reads images and records, answers with sums, opens no port.
//!
//! Types that hold patients live here and show nothing in `Debug` or `Serialize`. `outbox` alone sends.
//! Never: a listening socket, a dependency on the coordinator. Spec: docs/ARCHITECTURE.md, docs/what-leaves-the-site.md.

pub mod catalogue;
pub mod cli;
pub mod cohort;
pub mod extraction;
#[doc(hidden)]
pub mod untrusted;

mod answering;
mod blinding;
mod certificate;
mod clock;
mod decisions;
mod doctor;
mod errors;
mod folder;
mod foresight;
mod holding;
mod hours;
mod identity;
mod link;
mod noise;
mod opening;
mod outbox;
mod policy;
mod predicting;
mod problems;
mod renewal;
mod replying;
mod run;
mod spending;
mod witness;

/// What is freed is overwritten: sums in clear, updates and rows do not outlive their use, in no program that holds a node.
#[global_allocator]
static ALLOCATOR: zeroizing_alloc::ZeroAlloc<std::alloc::System> =
    zeroizing_alloc::ZeroAlloc(std::alloc::System);

pub use errors::Fault;
pub use predicting::PredictFault;
