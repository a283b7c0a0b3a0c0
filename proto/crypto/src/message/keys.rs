//! Step 0: a site's public keys for one exchange.

use std::fmt;

use x25519_dalek::{PublicKey, StaticSecret};

use super::{Member, Of, Reader, Wire, unsigned, wire};
use crate::context::Context;
use crate::fault::CryptoFault;
use crate::identity::{Signature, SiteKey};

const DOMAIN: &str = "consilium/secagg-keys/v1";

/// An X25519 public key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point([u8; 32]);

impl Point {
    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether every secret shared with this point is zero: a clamped scalar is a multiple of the small orders.
    pub(crate) fn is_low_order(&self) -> bool {
        let any = StaticSecret::from([1; 32]);
        !any.diffie_hellman(&PublicKey::from(self.0)).was_contributory()
    }
}

impl From<[u8; 32]> for Point {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Point({:02x}{:02x}{:02x}..)", self.0[0], self.0[1], self.0[2])
    }
}

impl Wire for Point {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        Wire::get(reader).map(Self)
    }
}

/// A site's two public keys, fresh for the exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// Whose.
    pub site: Member,
    /// Under which shares are sealed to the site.
    pub seal: Point,
    /// From which its masks come.
    pub mask: Point,
    /// Over all above and the terms.
    pub signature: Signature,
}

wire!(Keys { site, seal, mask, signature });

impl Of for Keys {
    fn member(&self) -> Member {
        self.site
    }
}

impl Keys {
    pub(crate) fn signed(context: &Context, key: &SiteKey, site: Member, [seal, mask]: [Point; 2]) -> Self {
        let mut keys = Self { site, seal, mask, signature: Signature::from([0; 64]) };
        keys.signature = context.sign(key, DOMAIN, &unsigned(&keys));
        keys
    }

    pub(crate) fn verify(&self, context: &Context) -> Result<(), CryptoFault> {
        context.verify(self.site, DOMAIN, &unsigned(self), &self.signature)
    }
}
