//! Differential privacy: what a study's noise costs, and noise as exact integers.
//!
//! Two accountants of the Gaussian mechanism on Poisson lots, neighbours differing by one patient who is there or
//! not: [`renyi`], from closed forms, and [`losses`], tighter, from the distribution of the privacy loss. Both round
//! against the study. [`discrete`] draws the integer noise and says what a sum of it over hospitals buys.
//! Never: a clock, a file, a random number that is not drawn from the caller's generator; a bound that is
//! optimistic where it is approximate. Spec: ADR-0018, docs/reference/methods/privacy.md.

pub mod discrete;
mod event;
mod exact;
pub mod losses;
pub mod renyi;
mod tails;

pub use event::{Event, Fault, LEAST_DELTA, check_delta};
pub use exact::gaussian_delta;

/// The smaller of both accountants' epsilons: each is a valid bound.
#[must_use]
pub fn epsilon(events: &[Event], delta: f64) -> f64 {
    let by_orders = renyi::epsilon(events, delta);
    if by_orders.is_finite() { by_orders.min(losses::epsilon(events, delta)) } else { by_orders }
}
