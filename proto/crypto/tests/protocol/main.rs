//! Both halves together: sums are exact, lies are refused by their own code, a crash changes nothing, bytes have one
//! form, and what the coordinator holds of one site looks like chance.

mod crash;
mod hidden;
mod lying_coordinator;
mod lying_site;
mod once;
mod replay;
mod sums;
mod support;
mod wire;
