//! Secure sums: the coordinator learns the sum of the sites' vectors and nothing about one of them.
//!
//! Double masking after Bonawitz et al. 2017, with signed keys and a round in which the sites agree on who took part.
//! Both halves are here: [`Site`] answers five requests, [`Aggregator`] makes them, and [`replay()`] lets anyone
//! recompute the sum from what was kept. Everything is a pure function of the study's secret, the [`Context`] and the
//! peers' messages, so that a killed process computes the same bytes again.
//!
//! ```
//! use consilium_crypto::*;
//! use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId};
//!
//! # fn main() -> Result<(), CryptoFault> {
//! let names: [SiteId; 3] = ["a", "b", "c"].map(|name| name.parse().expect("a slug"));
//! let keys = [1, 2, 3].map(|i| SiteKey::from_bytes(&[i; 32]));
//! let context = Context::new(Terms {
//!     plan: Digest::of("plan", b""),
//!     attempt: Attempt(1),
//!     exchange: ExchangeNumber(1),
//!     question: Digest::of("question", b""),
//!     roster: names.iter().cloned().zip(keys.iter().map(SiteKey::public)).collect(),
//!     width: Width::Statistics,
//!     words: 2,
//! })?;
//!
//! let mut vectors = [[1i128, 10], [2, 20], [3, 30]];
//! let mut pins = [0; 3].map(|_| MemoryPins::default());
//! let mut aggregator = Aggregator::new(context.clone());
//! let mut sum = Sum::<i128>::new(&context)?;
//! while aggregator.phase() != Phase::Open {
//!     for (i, name) in names.iter().enumerate() {
//!         let site = Site::new(&context, &keys[i], &StudySecret::from_bytes([7 + i as u8; 32]))?;
//!         let (words, pins) = (&mut vectors[i], &mut pins[i]);
//!         let message = match aggregator.request(name).expect("all take part") {
//!             Request::Keys => SiteMessage::Keys(site.keys(pins)?),
//!             Request::Shares(request) => SiteMessage::Shares(site.shares(&request, pins)?),
//!             Request::Input(request) => SiteMessage::Input(site.input(&request, words, pins)?),
//!             Request::Confirm(request) => SiteMessage::Confirmation(site.confirm(&request, pins)?),
//!             Request::Unmask(request) => SiteMessage::Unmasking(site.unmask(&request, pins)?),
//!         };
//!         if let SiteMessage::Input(input) = &message {
//!             let mut chunk = Vec::new();
//!             encode_chunk(&context, words, 0, &mut chunk);
//!             sum.add(&input.check(&context, 0, &chunk)?)?;
//!         }
//!         aggregator.receive(name, message)?;
//!     }
//!     aggregator.close()?;
//! }
//! assert_eq!(sum.open(aggregator.opening().expect("closed"))?, [6, 60]);
//! # Ok(())
//! # }
//! ```
//!
//! Never: sockets, files, clocks, a source of randomness of its own, a secret in a log.
//! Spec: docs/reference/secure-sums.md; ADR-0016.

mod aggregator;
mod agreed;
mod chunk;
mod codec;
mod context;
mod fault;
mod identity;
mod mask;
mod message;
mod opening;
mod pins;
mod replay;
mod request;
mod seal;
mod secrets;
mod shamir;
mod site;
mod sum;
mod word;

pub use aggregator::{Aggregator, Phase};
pub use chunk::{Checked, encode_chunk};
pub use consilium_types::chunks::CHUNK_BYTES;
pub use context::{Context, MAX_SITES, MAX_WORDS, MIN_SITES, Member, Terms, Width};
pub use fault::CryptoFault;
pub use identity::{Signature, SiteKey, SitePublic};
pub use message::{
    Claim, Confirmation, Fits, Input, Keys, Kind, Point, Revealed, SealedShare, Shares, SharesHead,
    SiteMessage, Unmasking,
};
pub use opening::{Opening, Secret};
pub use pins::{ExchangeKey, MemoryPins, NotPinned, Pinned, Pins};
pub use replay::replay;
pub use request::{ConfirmRequest, InputRequest, Request, ShareRequest, UnmaskRequest};
pub use secrets::StudySecret;
pub use site::Site;
pub use sum::Sum;
pub use word::Word;
