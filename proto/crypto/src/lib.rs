//! Secure sums: the coordinator learns the sum of the sites' vectors and nothing about one of them.
//!
//! Double masking after Bonawitz et al. 2017, with signed keys and a round in which the sites agree on who took part.
//! Both halves are here: [`Site`] answers five requests, [`Aggregator`] makes them, and [`replay()`] lets anyone
//! recompute the sum from what was kept. Everything is a pure function of the study's secret, the [`Context`] and the
//! peers' messages, so that a killed process computes the same bytes again.
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
pub use chunk::{CHUNK_BYTES, Checked, encode_chunk};
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
