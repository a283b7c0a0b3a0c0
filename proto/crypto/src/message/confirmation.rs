//! Step 3: that a site saw this set of survivors, with these vectors, and no other.

use consilium_types::Digest;

use super::{Member, Of, unsigned, wire};
use crate::context::Context;
use crate::fault::CryptoFault;
use crate::identity::{Signature, SiteKey};

const DOMAIN: &str = "consilium/secagg-confirmation/v1";

/// A site's word on who survived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Who confirms.
    pub site: Member,
    /// Of the survivors, their vectors, and all keys and shares before.
    pub survivors: Digest,
    /// Over all above and the terms.
    pub signature: Signature,
}

wire!(Confirmation { site, survivors, signature });

impl Of for Confirmation {
    fn member(&self) -> Member {
        self.site
    }
}

impl Confirmation {
    pub(crate) fn signed(context: &Context, key: &SiteKey, site: Member, survivors: Digest) -> Self {
        let mut confirmation = Self { site, survivors, signature: Signature::from([0; 64]) };
        confirmation.signature = context.sign(key, DOMAIN, &unsigned(&confirmation));
        confirmation
    }

    pub(crate) fn verify(&self, context: &Context) -> Result<(), CryptoFault> {
        context.verify(self.site, DOMAIN, &unsigned(self), &self.signature)
    }
}
