//! The study plan: one TOML file that says everything a study does, agreed before any data are read.
//!
//! A `StudyPlan` that exists is valid. Its canonical form (JSON, keys sorted, defaults written out) is what is
//! hashed, accepted and sent, so comments and layout do not matter and a default that changes later changes
//! the hash. Never: anything the plan does not say decides a result. Spec: docs/reference/plan.md.

use serde::Serialize;

use crate::Digest;

mod canonical;
mod check;
mod cohort;
mod columns;
mod dp;
mod errors;
mod evaluate;
mod features;
mod flow;
mod inclusion;
mod inputs;
mod model;
mod outcome;
mod parse;
mod robust;
mod select;
mod span;
mod study;

pub use cohort::{Cohort, MinPerSite};
pub use dp::{Dp, DpRelease};
pub use errors::{PlanError, PlanErrors};
pub use evaluate::{Aggregate, Design, Evaluate, Limits, OnLoss, Privacy, Release, Threshold};
pub use features::{Aggregation, Bins, Family, Features, Interpolation, PerImage};
pub use flow::FlowStep;
pub use inclusion::{Clause, Condition, Inclusion, NotAnInclusion, UnfitCell};
pub use inputs::{Clinical, Image, Inputs, Missing, Require, Table, TableColumns};
pub use model::{
    Boost, Forest, Gamma, Learner, Model, ModelFamily, Network, Penalty, Strata, Strength, Svm, Ties, Tried,
};
pub use outcome::{FAILS, HOLDS, Holes, Label, Outcome, OutcomeKind, Predicted};
pub use robust::{Robust, RobustRule};
pub use select::{
    Batch, Harmonise, HarmoniseMethod, IccForm, PathRule, Redundancy, Relevance, RelevanceTest, Select,
    SelectMethod, Shrink, Stability,
};
pub use span::{NotASpan, Span};
pub use study::{NotAWait, Sites, Study, Wait};

/// A registered analysis: immutable, identified by the hash of its canonical form.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StudyPlan {
    /// Who and when.
    pub study: Study,
    /// Which patients.
    pub cohort: Cohort,
    /// What is known of each patient.
    pub inputs: Inputs,
    /// How images become features; needed when an input is an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
    /// How radiomic columns of different sites or scanners are brought together.
    pub harmonise: Harmonise,
    /// Which radiomic features enter a model; without it, all do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub select: Option<Select>,
    /// What is predicted.
    pub outcome: Outcome,
    /// How it is predicted.
    pub model: Model,
    /// What may leave a site.
    pub privacy: Privacy,
    /// How networks are kept from hospitals with wrong numbers; nothing is done without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub robust: Option<Robust>,
    /// How well it is predicted.
    pub evaluate: Evaluate,
}

impl StudyPlan {
    /// Reads a plan as a person writes it. `file` names it in messages.
    pub fn from_toml(text: &str, file: &str) -> Result<Self, PlanErrors> {
        parse::from_toml(text, file)
    }

    /// Reads a plan as it is hashed and sent: the same rules, and the bytes must be the canonical form.
    pub fn from_canonical(bytes: &[u8]) -> Result<Self, PlanErrors> {
        parse::from_canonical(bytes)
    }

    /// JSON with sorted keys, defaults written out, no spaces.
    #[must_use]
    pub fn canonical(&self) -> String {
        canonical::write(self)
    }

    /// What a site accepts: the digest of the canonical form.
    #[must_use]
    pub fn hash(&self) -> Digest {
        Digest::of("consilium/plan/v1", self.canonical().as_bytes())
    }
}
