//! The lead institution's coordinator: publishes plans, adds sums, keeps the record.
//!
//! It sees what was allowed to leave a hospital and nothing else: it links no image reader and no tensor library.
//! Never: a decision about a study (that is `consilium-rounds`), a patient's value. Spec: docs/ARCHITECTURE.md.

pub mod cli;

mod authority;
mod clock;
mod driver;
mod errors;
mod folder;
mod hospitals;
mod identity;
mod invitation;
mod log_server;
mod pages;
mod people;
mod publishing;
mod renewal;
mod roll;
mod serve;
mod service;
mod templates;
mod tls;
mod training_log;
mod uploads;
mod watcher;
