//! Step 4: one share of each site that shared, of the self-mask of who survived and of the mask key of who did not.

use std::fmt;

use consilium_types::Digest;

use super::{Member, Of, Reader, Wire, unsigned, wire};
use crate::context::Context;
use crate::fault::CryptoFault;
use crate::identity::{Signature, SiteKey};

const DOMAIN: &str = "consilium/secagg-unmasking/v1";

/// Which of a site's two secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// b: for a site whose vector is in the sum.
    SelfMask,
    /// s: for a site whose vector is not, although others masked theirs with it.
    MaskKey,
}

/// A share that its holder reveals.
#[derive(Clone, PartialEq, Eq)]
pub struct Revealed {
    /// Whose secret it is a share of.
    pub of: Member,
    /// Of which secret.
    pub kind: Kind,
    /// The share.
    pub share: [u8; 32],
}

/// All shares that one site reveals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmasking {
    /// Who reveals.
    pub site: Member,
    /// Of the survivors it does so for.
    pub survivors: Digest,
    /// One of each site that shared.
    pub shares: Vec<Revealed>,
    /// Over all above and the terms.
    pub signature: Signature,
}

wire!(Revealed { of, kind, share });
wire!(Unmasking { site, survivors; .. shares; signature });

impl fmt::Debug for Revealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Revealed({:?} of {})", self.kind, self.of.get())
    }
}

impl Of for Revealed {
    fn member(&self) -> Member {
        self.of
    }
}

impl Of for Unmasking {
    fn member(&self) -> Member {
        self.site
    }
}

impl Wire for Kind {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(match self {
            Self::SelfMask => 0,
            Self::MaskKey => 1,
        });
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        match u8::get(reader)? {
            0 => Ok(Self::SelfMask),
            1 => Ok(Self::MaskKey),
            _ => Err(CryptoFault::Malformed("unknown kind of share")),
        }
    }
}

impl Unmasking {
    pub(crate) fn signed(
        context: &Context,
        key: &SiteKey,
        (site, survivors): (Member, Digest),
        shares: Vec<Revealed>,
    ) -> Self {
        let mut unmasking = Self { site, survivors, shares, signature: Signature::from([0; 64]) };
        unmasking.signature = context.sign(key, DOMAIN, &unsigned(&unmasking));
        unmasking
    }

    pub(crate) fn verify(&self, context: &Context) -> Result<(), CryptoFault> {
        context.verify(self.site, DOMAIN, &unsigned(self), &self.signature)
    }
}
