//! A masked vector in pieces of 256 KiB: how each is written, which words it holds, and that it is the signed one.
//!
//! A piece is checked against the hash in the site's signed message as it arrives, so an upload may go on where it was
//! cut. Never: a whole vector at once. Spec: docs/reference/secure-sums.md, "Chunks".

use std::ops::Range;

use consilium_types::Digest;
use consilium_types::chunks::{CHUNK_BYTES, chunk_digest};

use crate::context::{Context, Member, Width};
use crate::fault::CryptoFault;
use crate::message::Input;
use crate::word::Word;

/// A chunk that is the one its site signed.
#[derive(Debug)]
pub struct Checked<'a> {
    pub(crate) site: Member,
    pub(crate) index: u32,
    pub(crate) bytes: &'a [u8],
}

impl Context {
    /// Chunks of each site's vector.
    #[must_use]
    pub fn chunks(&self) -> u32 {
        let bytes = self.terms().words * self.word_bytes() as u64;
        u32::try_from(bytes.div_ceil(CHUNK_BYTES as u64)).expect("2^30 words are 2^16 chunks at most")
    }

    /// The words that a chunk holds; none beyond the last chunk.
    #[must_use]
    pub fn chunk_words(&self, index: u32) -> Range<usize> {
        let words = usize::try_from(self.terms().words).expect("2^30 words at most");
        let each = CHUNK_BYTES / self.word_bytes();
        let first = (index as usize).saturating_mul(each).min(words);
        first..first.saturating_add(each).min(words)
    }

    fn word_bytes(&self) -> usize {
        match self.terms().width {
            Width::Statistics => i128::BYTES,
            Width::Updates => i64::BYTES,
        }
    }

    /// Refuses a vector that is not of the kind and length of the terms.
    pub(crate) fn fits<W: Word>(&self, words: usize) -> Result<(), CryptoFault> {
        let terms = self.terms();
        let found_words = words as u64;
        if W::WIDTH == terms.width && found_words == terms.words {
            return Ok(());
        }
        Err(CryptoFault::OtherVector { width: terms.width, words: terms.words, found: W::WIDTH, found_words })
    }
}

/// Writes a chunk of a vector into `out`, which is emptied before.
pub fn encode_chunk<W: Word>(context: &Context, words: &[W], index: u32, out: &mut Vec<u8>) {
    let range = context.chunk_words(index);
    out.clear();
    out.resize(range.len() * W::BYTES, 0);
    for (word, bytes) in words[range].iter().zip(out.chunks_exact_mut(W::BYTES)) {
        word.put_le(bytes);
    }
}

impl Input {
    /// Checks a chunk against its hash in this message.
    pub fn check<'a>(
        &self,
        context: &Context,
        index: u32,
        bytes: &'a [u8],
    ) -> Result<Checked<'a>, CryptoFault> {
        let whole = bytes.len() == context.chunk_words(index).len() * context.word_bytes();
        let signed = self.chunks.get(index as usize);
        if whole && signed.is_some_and(|signed| *signed == chunk_digest(bytes)) {
            Ok(Checked { site: self.site, index, bytes })
        } else {
            Err(context.blame(self.site, |site| CryptoFault::ChunkUnfit(site, index)))
        }
    }
}

/// Hashes of all chunks of a vector.
pub(crate) fn digests<W: Word>(context: &Context, words: &[W]) -> Vec<Digest> {
    let mut bytes = Vec::with_capacity(CHUNK_BYTES);
    let digest = |index| {
        encode_chunk(context, words, index, &mut bytes);
        chunk_digest(&bytes)
    };
    (0..context.chunks()).map(digest).collect()
}
