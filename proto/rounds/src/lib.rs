//! Sans-IO state machines: the analysis of a plan and the life of a study.
//!
//! Never: clocks, sockets, files, randomness. Time is an argument, effects are data, and the same events give
//! the same state, which is how a coordinator that was killed finds its place again.
//! Spec: docs/ARCHITECTURE.md; ADR-0004 (events, not snapshots).

pub mod analysis;
pub mod life;
pub mod result;

pub use analysis::{Analysis, AnalysisFault, Progress, Size};
pub use life::StudyLife;
pub use result::StudyResult;
