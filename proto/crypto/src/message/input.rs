//! Step 2: the hashes of a site's masked vector, whose chunks follow.

use consilium_types::Digest;
use consilium_types::chunks::root;

use super::{Member, Of, Reader, Wire, wire, written};
use crate::context::Context;
use crate::fault::CryptoFault;
use crate::identity::{Signature, SiteKey};

const DOMAIN: &str = "consilium/secagg-input/v1";

/// A site's masked vector by its hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Whose.
    pub site: Member,
    /// Of the keys and shares over which it was masked.
    pub transcript: Digest,
    /// Of each chunk, in order.
    pub chunks: Vec<Digest>,
    /// Over site, transcript, the root of the hashes, and the terms.
    pub signature: Signature,
}

/// What other sites are shown of an [`Input`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Whose.
    pub site: Member,
    /// Of the keys and shares over which it was masked.
    pub transcript: Digest,
    /// Of the chunks' hashes.
    pub root: Digest,
    /// The input's.
    pub signature: Signature,
}

wire!(Claim { site, transcript, root, signature });

impl Wire for Input {
    fn put(&self, out: &mut Vec<u8>) {
        self.site.put(out);
        self.transcript.put(out);
        u32::try_from(self.chunks.len()).expect("a vector has 2^16 chunks at most").put(out);
        self.chunks.iter().for_each(|digest| digest.put(out));
        self.signature.put(out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        let (site, transcript) = (Wire::get(reader)?, Wire::get(reader)?);
        let count = u32::get(reader)? as usize;
        let bytes = reader.take(count.saturating_mul(32))?;
        let chunks = bytes.as_chunks::<32>().0.iter().map(|digest| Digest::from(*digest)).collect();
        Ok(Self { site, transcript, chunks, signature: Wire::get(reader)? })
    }
}

impl Of for Input {
    fn member(&self) -> Member {
        self.site
    }
}

impl Of for Claim {
    fn member(&self) -> Member {
        self.site
    }
}

impl Input {
    pub(crate) fn signed(
        context: &Context,
        key: &SiteKey,
        (site, transcript): (Member, Digest),
        chunks: Vec<Digest>,
    ) -> Self {
        let mut input = Self { site, transcript, chunks, signature: Signature::from([0; 64]) };
        input.signature = context.sign(key, DOMAIN, &input.claim().payload());
        input
    }

    /// What other sites are shown.
    #[must_use]
    pub fn claim(&self) -> Claim {
        let Self { site, transcript, signature, .. } = *self;
        Claim { site, transcript, root: self.root(), signature }
    }

    /// Of the chunks' hashes.
    #[must_use]
    pub fn root(&self) -> Digest {
        root(&self.chunks)
    }

    pub(crate) fn verify(&self, context: &Context) -> Result<(), CryptoFault> {
        self.whole(context)?;
        self.claim().verify(context)
    }

    /// Refuses another number of chunks than the terms give.
    pub(crate) fn whole(&self, context: &Context) -> Result<(), CryptoFault> {
        let chunks = u32::try_from(self.chunks.len());
        if chunks == Ok(context.chunks()) {
            Ok(())
        } else {
            Err(CryptoFault::Malformed("another number of chunks"))
        }
    }
}

impl Claim {
    pub(crate) fn verify(&self, context: &Context) -> Result<(), CryptoFault> {
        context.verify(self.site, DOMAIN, &self.payload(), &self.signature)
    }

    fn payload(&self) -> Vec<u8> {
        [written(&self.site), written(&self.transcript), written(&self.root)].concat()
    }
}
