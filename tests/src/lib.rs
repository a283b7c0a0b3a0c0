//! Test harness: a whole consortium of real processes on loopback, over real mutual TLS.
//!
//! [`Consortium`] drives the programs as their users do, through their command lines; [`Party`] is one running
//! process that can be stopped, killed and started again; [`sites`] makes hospitals' folders that are the same
//! on every machine. Never: a fixed pause, a port chosen in advance, a process left behind.

pub mod aging;
pub mod browser;
pub mod consortium;
pub mod cutter;
pub mod identity_provider;
pub mod impostor;
pub mod in_process;
pub mod party;
pub mod plans;
pub mod rogue;
pub mod sites;
pub mod stranger;
pub mod tap;
pub mod wall_clock;
pub mod witnesses;

pub use browser::Browser;
pub use consortium::{Consortium, POLICY};
pub use cutter::{Cutter, Way};
pub use identity_provider::IdentityProvider;
pub use impostor::Impostor;
pub use party::{Ended, Party, memory_of};
pub use rogue::{Credentials, Rogue};
pub use tap::{Tap, Tapped};
pub use wall_clock::WallClock;
