//! Whole studies over the network, against the same study in one process, to the byte.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod absent;
#[cfg(target_os = "linux")]
mod at_rest;
mod blinded;
mod canary;
mod chunks;
mod enrolment;
mod identity;
mod kill;
mod noise;
mod pages;
mod predict;
mod questions;
mod sovereignty;
mod study;
mod tls;
mod training_log;
mod witness;

/// The program that plays every party.
const PROGRAM: &str = env!("CARGO_BIN_EXE_consilium-party");
