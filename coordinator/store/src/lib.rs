//! The coordinator's durable state: one `SQLite` file.
//!
//! Transactions are named methods. What the domain refuses (a used invitation, a study that exists) is a value; only
//! a failing disk is an error. Never: a decision about a study, a secret in clear, a clock.
//! Spec: ADR-0006; tables in `schema.sql`.

mod acts;
mod certificates;
mod error;
mod evidence;
mod log;
mod open;
mod sites;
mod studies;
mod uploads;

pub use acts::{Act, ActState, Deed, NewAct};
pub use certificates::{Certificate, Issued};
pub use error::StoreError;
pub use evidence::{Evidence, Opened};
pub use log::LogLines;
pub use open::{Changes, Settings, Store};
pub use sites::{Collected, Invited, Redeemed, SiteRecord, SiteState, WaitingRequest};
pub use studies::{JournalLine, StudyRecord};
pub use uploads::{Upload, UploadKey};
