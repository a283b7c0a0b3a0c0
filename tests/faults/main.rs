//! Bad input of every kind: files at a hospital, a site that lies, a coordinator that lies. Each ends in a message with a
//! code, and nothing is lost.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod acceptance;
#[cfg(target_os = "linux")]
mod clocks;
mod crowds;
mod disclosure;
mod files;
mod liars;
mod release;
mod uploads;

/// The program that plays every party.
const PROGRAM: &str = env!("CARGO_BIN_EXE_consilium-party");
