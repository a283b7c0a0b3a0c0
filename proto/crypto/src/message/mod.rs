//! What a site sends, one message a step, each signed over the terms.
//!
//! Plain data with one byte form each: it is stored, travels as opaque bytes, and is replayed by an auditor.
//! Never: a secret that was not meant to be revealed. Spec: docs/reference/secure-sums.md, "Messages".

mod confirmation;
mod input;
mod keys;
mod shares;
mod unmasking;

use crate::codec::{Of, Reader, Wire, put_tagged, read, wire, written};
use crate::context::Member;
use crate::fault::CryptoFault;

pub use confirmation::Confirmation;
pub use input::{Claim, Input};
pub use keys::{Keys, Point};
pub use shares::{Fits, SealedShare, Shares, SharesHead};
pub use unmasking::{Kind, Revealed, Unmasking};

pub(crate) use shares::{SEALED_BYTES, fit};

/// A message of a site, for any step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiteMessage {
    /// Step 0.
    Keys(Keys),
    /// Step 1.
    Shares(Shares),
    /// Step 2; the chunks of the vector follow it.
    Input(Input),
    /// Step 3.
    Confirmation(Confirmation),
    /// Step 4.
    Unmasking(Unmasking),
}

impl SiteMessage {
    /// The canonical form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        written(self)
    }

    /// Reads the canonical form. What it claims is not checked here.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CryptoFault> {
        read(bytes)
    }

    /// In whose name it is.
    #[must_use]
    pub fn member(&self) -> Member {
        match self {
            Self::Keys(keys) => keys.site,
            Self::Shares(shares) => shares.head.site,
            Self::Input(input) => input.site,
            Self::Confirmation(confirmation) => confirmation.site,
            Self::Unmasking(unmasking) => unmasking.site,
        }
    }
}

impl Wire for SiteMessage {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Keys(keys) => put_tagged(0, keys, out),
            Self::Shares(shares) => put_tagged(1, shares, out),
            Self::Input(input) => put_tagged(2, input, out),
            Self::Confirmation(confirmation) => put_tagged(3, confirmation, out),
            Self::Unmasking(unmasking) => put_tagged(4, unmasking, out),
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        match u8::get(reader)? {
            0 => Wire::get(reader).map(Self::Keys),
            1 => Wire::get(reader).map(Self::Shares),
            2 => Wire::get(reader).map(Self::Input),
            3 => Wire::get(reader).map(Self::Confirmation),
            4 => Wire::get(reader).map(Self::Unmasking),
            _ => Err(CryptoFault::Malformed("unknown message")),
        }
    }
}

/// What is signed of a message: all its bytes but the signature at their end.
fn unsigned(message: &impl Wire) -> Vec<u8> {
    let mut bytes = written(message);
    bytes.truncate(bytes.len() - 64);
    bytes
}
