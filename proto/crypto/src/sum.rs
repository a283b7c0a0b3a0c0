//! The running sum of masked vectors, and how its masks come off.
//!
//! Memory: one vector and a chunk, whatever the number of sites. Never: a vector of one site.
//! Spec: docs/reference/secure-sums.md, "Opening".

use std::collections::BTreeMap;

use crate::chunk::Checked;
use crate::context::{Context, Member};
use crate::fault::CryptoFault;
use crate::mask::{apply, combine};
use crate::opening::Opening;
use crate::word::Word;

/// Masked vectors, added up chunk by chunk.
#[derive(Debug, Clone)]
pub struct Sum<W> {
    context: Context,
    words: Vec<W>,
    /// The next chunk of each site.
    next: BTreeMap<Member, u32>,
}

impl<W: Word> Sum<W> {
    /// Zeros.
    pub fn new(context: &Context) -> Result<Self, CryptoFault> {
        let words = usize::try_from(context.terms().words).map_err(|_| CryptoFault::WordCount(u64::MAX))?;
        context.fits::<W>(words)?;
        Ok(Self { context: context.clone(), words: vec![W::ZERO; words], next: BTreeMap::new() })
    }

    /// Adds a chunk. Those of one site come in order, sites in any.
    pub fn add(&mut self, chunk: &Checked<'_>) -> Result<(), CryptoFault> {
        let next = self.next.entry(chunk.site).or_insert(0);
        if *next != chunk.index {
            return Err(CryptoFault::OtherVectors);
        }
        *next += 1;
        combine(&mut self.words[self.context.chunk_words(chunk.index)], chunk.bytes, W::plus);
        Ok(())
    }

    /// Takes the masks off: the sum of the survivors' vectors.
    pub fn open(mut self, opening: &Opening) -> Result<Vec<W>, CryptoFault> {
        let chunks = self.context.chunks();
        let whole = opening.inputs.iter().map(|input| (input.site, chunks));
        if !whole.eq(self.next.iter().map(|(site, next)| (*site, *next))) {
            return Err(CryptoFault::OtherVectors);
        }
        apply(&opening.masks(&self.context)?, 0, &mut self.words);
        Ok(self.words)
    }
}
