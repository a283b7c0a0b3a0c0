//! Linear models: logistic, multinomial and proportional-odds regression, Firth's, lasso paths, support vectors, with
//! site intercepts where a plan asks for them.
//!
//! The site halves ([`Climb`], [`HeldOut`], [`Firth`]) know nothing of penalties; the coordinator's side ([`Slope`],
//! [`FirthAscent`], [`LassoAscent`]) knows nothing of rows. Spec: docs/reference/methods/linear.md.

mod ascent;
mod climb;
mod firth;
mod firth_ascent;
mod inputs;
mod lasso_ascent;
mod response;

pub use ascent::{AscentState, FitFailure, Slope, penalty, sandwich};
pub use climb::{Climb, Derivatives, HeldOut, Stance};
pub use firth::Firth;
pub use firth_ascent::{FirthAscent, FirthStep};
pub use inputs::{Basis, Cosines, Inputs, SiteIntercepts};
pub use lasso_ascent::{LassoAscent, LassoState, Parameters, STEP_TOLERANCE};
pub use response::{Place, Response};
