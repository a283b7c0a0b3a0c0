//! A message that is too long for one: in chunks of 256 KiB, named by the digests of all of them.
//!
//! Who receives it knows each chunk when it comes, and goes on where a transfer was cut. A masked vector's signed hashes
//! are such a listing. Never: a chunk that was not listed, a disk, more than one chunk at once.
//! Spec: docs/reference/secure-sums.md, "Chunks"; ADR-0020.

use std::ops::Range;

use crate::Digest;

/// Bytes of every chunk but the last.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// What a message is made of: its length, and the digest of each chunk in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    length: u64,
    chunks: Vec<Digest>,
}

/// Takes the chunks of a listing, each once and in order.
#[derive(Debug, Clone)]
pub struct Assembler {
    listing: Listing,
    held: u32,
}

/// Why a listing or a chunk is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChunkFault {
    /// Digests of another number of chunks than the length makes.
    #[error("a message of {length} bytes is not made of {chunks} chunks")]
    Listing {
        /// Bytes of the message.
        length: u64,
        /// Digests that came.
        chunks: usize,
    },
    /// A chunk before its time: one in between is missing.
    #[error("chunk {found} came where chunk {expected} is due")]
    Order {
        /// The next chunk.
        expected: u32,
        /// The one that came.
        found: u32,
    },
    /// A chunk beyond the end.
    #[error("chunk {0} is beyond the end of the message")]
    End(u32),
    /// A chunk of another length.
    #[error("chunk {index} has {found} bytes, not {expected}")]
    Length {
        /// Which.
        index: u32,
        /// Bytes that it has by its place.
        expected: usize,
        /// Bytes that came.
        found: usize,
    },
    /// A chunk of other content.
    #[error("chunk {0} is not the one that was listed: it was damaged on its way")]
    Content(u32),
}

impl ChunkFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Listing { .. } => "CNS-P-0601",
            Self::Order { .. } => "CNS-P-0602",
            Self::End(_) => "CNS-P-0603",
            Self::Length { .. } => "CNS-P-0604",
            Self::Content(_) => "CNS-P-0605",
        }
    }
}

/// The digest by which a chunk is known.
#[must_use]
pub fn chunk_digest(bytes: &[u8]) -> Digest {
    Digest::of("consilium/secagg-chunk/v1", bytes)
}

/// The digest by which a whole message is known: of its chunks' digests.
#[must_use]
pub fn root(chunks: &[Digest]) -> Digest {
    let bytes: Vec<u8> = chunks.iter().flat_map(|digest| *digest.as_bytes()).collect();
    Digest::of("consilium/secagg-root/v1", &bytes)
}

/// Where a chunk lies in a message of so many bytes; empty beyond the last.
#[must_use]
pub fn place(length: usize, index: u32) -> Range<usize> {
    let first = (index as usize).saturating_mul(CHUNK_BYTES).min(length);
    first..first.saturating_add(CHUNK_BYTES).min(length)
}

impl Listing {
    /// What came: a length, and 32 bytes for each chunk.
    pub fn read(length: u64, digests: &[u8]) -> Result<Self, ChunkFault> {
        let (digests, rest) = digests.as_chunks::<32>();
        let chunks = digests.len();
        if !rest.is_empty()
            || chunks as u64 != length.div_ceil(CHUNK_BYTES as u64)
            || chunks > u32::MAX as usize
        {
            return Err(ChunkFault::Listing { length, chunks });
        }
        Ok(Self { length, chunks: digests.iter().map(|digest| Digest::from(*digest)).collect() })
    }

    /// Of a message that is all there.
    #[must_use]
    pub fn of(message: &[u8]) -> Self {
        Self { length: message.len() as u64, chunks: message.chunks(CHUNK_BYTES).map(chunk_digest).collect() }
    }

    /// Bytes of the message.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Number of chunks.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.chunks.len()).expect("checked when it was read")
    }

    /// The digests as they travel.
    #[must_use]
    pub fn digests(&self) -> Vec<u8> {
        self.chunks.iter().flat_map(|digest| *digest.as_bytes()).collect()
    }

    /// The digest of the whole.
    #[must_use]
    pub fn root(&self) -> Digest {
        root(&self.chunks)
    }

    /// Where a chunk lies in the message; empty beyond the last.
    #[must_use]
    pub fn place(&self, index: u32) -> Range<usize> {
        place(usize::try_from(self.length).unwrap_or(usize::MAX), index)
    }

    /// Refuses what is not the chunk of this place.
    pub fn check(&self, index: u32, content: &[u8]) -> Result<(), ChunkFault> {
        let digest = self.chunks.get(index as usize).ok_or(ChunkFault::End(index))?;
        let (expected, found) = (self.place(index).len(), content.len());
        if found != expected {
            return Err(ChunkFault::Length { index, expected, found });
        }
        if chunk_digest(content) == *digest { Ok(()) } else { Err(ChunkFault::Content(index)) }
    }
}

impl Assembler {
    /// Goes on after the chunks that are held already.
    #[must_use]
    pub fn new(listing: Listing, held: u32) -> Self {
        let held = held.min(listing.count());
        Self { listing, held }
    }

    /// Chunks that are held, from the first on.
    #[must_use]
    pub fn held(&self) -> u32 {
        self.held
    }

    /// Whether all chunks are held.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.held == self.listing.count()
    }

    /// Takes a chunk; whether it is new. One that is held may come again, if it is the same.
    pub fn take(&mut self, index: u32, content: &[u8]) -> Result<bool, ChunkFault> {
        if index > self.held && index < self.listing.count() {
            return Err(ChunkFault::Order { expected: self.held, found: index });
        }
        self.listing.check(index, content)?;
        let is_new = index == self.held;
        self.held += u32::from(is_new);
        Ok(is_new)
    }
}
