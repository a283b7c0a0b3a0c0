//! Exact federated statistics.
//!
//! Every computation is one module with its three halves side by side: `site` turns rows into a [`Summary`], summaries
//! are added as integers, `finish` turns the sum into a finding. Only a `Summary` can cross, so what leaves a hospital
//! is read in one place per computation: the table at the top of its module.
//! Never: I/O, clocks, patient identifiers, randomness that is not drawn from the plan's seed.
//! Spec: docs/reference/methods.md; ADR-0002 (three halves), ADR-0003 (fixed point).

pub mod accuracy;
pub mod attribution;
pub mod bands;
pub mod bootstrap;
pub mod calibration;
mod check;
pub mod classes;
mod computation;
pub mod count;
pub mod curve;
pub mod decision;
pub mod derived;
pub mod design;
pub mod deviance;
pub mod disclosure;
pub mod distribution;
mod error;
pub mod fit;
pub mod glm;
pub mod gram;
pub mod harmonise;
pub mod inference;
mod lanes;
pub mod lasso;
pub mod linear;
pub mod moments;
pub mod network;
pub mod newton;
pub mod permutation;
pub mod placement;
pub mod quality;
pub mod quantiles;
mod reader;
pub mod reclass;
pub mod roc;
pub mod rows;
pub mod scale;
pub mod scores;
pub mod stack;
pub mod summary;
pub mod target;
pub mod trees;
pub mod within;

pub use accuracy::{Accuracy, AccuracySums, Tenth};
pub use attribution::{Attributed, Attribution};
pub use bands::Bands;
pub use bootstrap::{Bootstrap, Replicate};
pub use calibration::{Calibration, CalibrationStep};
pub use classes::{ClassSums, Classes};
pub use computation::{Computation, Query};
pub use count::{Count, Counts};
pub use curve::{Curve, Knots};
pub use decision::{Cuts, Decided, Decision, TrainingScores};
pub use derived::{Components, Derived, Imputation};
pub use design::{Design, Opened};
pub use deviance::Deviance;
pub use disclosure::{Limits, Released, Undisclosed};
pub use error::{Implausible, QueryFault, Unfit};
pub use fit::{Ascent, AscentState, FitFailure};
pub use gram::{Gram, GramTable};
pub use harmonise::{Covariances, Harmonise, Residuals};
pub use lanes::bits_for;
pub use moments::{MomentTable, Moments, Welch};
pub use network::{Averaged, NetworkPoint, Training};
pub use newton::{Derivatives, Newton, Point};
pub use permutation::{Accurate, Permutation};
pub use placement::{Placement, Ranked};
pub use quality::{ColumnVariance, Quality, QualityTable};
pub use quantiles::{QuantileSearch, Quantiles};
pub use reclass::{Changes, Reclassification};
pub use roc::{Area, Interval, Roc, Tally};
pub use rows::{NetworkFault, Networks, Rows, Survival, Trained, TrainingJob};
pub use scale::{Conditioning, Scale};
pub use scores::{Predictor, Scorer};
pub use stack::Stack;
pub use summary::{Accumulator, Summary, SummaryFault};
pub use target::Target;
pub use trees::{Bins, BoostLevel, ForestLevel, Split, Tree};
pub use within::{AtSite, Within, WithinSums};
