//! The two kinds of words, as the integers in which a site's summary holds them.
//!
//! Addition wraps: two's complement integers modulo 2^64 and 2^128 are the rings of the masks, so a sum that fits its
//! word comes out exact. Spec: ADR-0003.

use crate::context::Width;

mod sealed {
    pub trait Sealed {}
    impl Sealed for i64 {}
    impl Sealed for i128 {}
}

/// `i128` for statistics, `i64` for updates.
pub trait Word: Copy + PartialEq + std::fmt::Debug + sealed::Sealed {
    /// Which kind of vector it makes.
    const WIDTH: Width;
    /// Bytes of a word.
    const BYTES: usize;
    /// Nothing.
    const ZERO: Self;

    /// From `BYTES` little-endian bytes.
    fn from_le(bytes: &[u8]) -> Self;

    /// Into `BYTES` little-endian bytes.
    fn put_le(self, bytes: &mut [u8]);

    /// The sum, wrapped.
    #[must_use]
    fn plus(self, other: Self) -> Self;

    /// The difference, wrapped.
    #[must_use]
    fn minus(self, other: Self) -> Self;
}

macro_rules! word {
    ($integer:ty, $width:expr) => {
        impl Word for $integer {
            const WIDTH: Width = $width;
            const BYTES: usize = size_of::<Self>();
            const ZERO: Self = 0;

            #[inline]
            fn from_le(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().expect("a word's bytes"))
            }

            #[inline]
            fn put_le(self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_le_bytes());
            }

            #[inline]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
        }
    };
}
word!(i64, Width::Updates);
word!(i128, Width::Statistics);
