//! Masks: the key stream of `ChaCha20` under a seed, read as words, added to a vector or taken from it.
//!
//! The stream can be entered anywhere, so a vector is masked in place, in pieces, by several callers if they like.
//! Never: a second vector. Spec: RFC 8439 section 2.4, nonce zero (a seed is used once); docs/reference/secure-sums.md.

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit as _, StreamCipher as _, StreamCipherSeek as _};
use zeroize::Zeroizing;

use crate::context::Member;
use crate::word::Word;

/// Bytes of key stream that are made at once: they stay in the first-level cache.
const WINDOW: usize = 4096;

/// Whether a mask is added or taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
}

impl Sign {
    /// How `of` uses the mask it shares with `with`: one of the two adds it, the other takes it away.
    pub(crate) fn of(of: Member, with: Member) -> Self {
        if of < with { Self::Plus } else { Self::Minus }
    }

    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::Plus => Self::Minus,
            Self::Minus => Self::Plus,
        }
    }
}

/// A seed and what is done with its stream. Erased when dropped.
pub(crate) struct Mask {
    pub(crate) seed: Zeroizing<[u8; 32]>,
    pub(crate) sign: Sign,
}

/// Applies all masks to `words`, the first of which is the vector's word number `first`.
pub(crate) fn apply<W: Word>(masks: &[Mask], first: usize, words: &mut [W]) {
    let mut streams: Vec<(ChaCha20, Sign)> =
        masks.iter().map(|mask| (stream::<W>(mask, first), mask.sign)).collect();
    let mut window = Zeroizing::new([0; WINDOW]);
    for words in words.chunks_mut(WINDOW / W::BYTES) {
        let bytes = &mut window[..words.len() * W::BYTES];
        for (stream, sign) in &mut streams {
            stream.write_keystream(bytes);
            match sign {
                Sign::Plus => combine(words, bytes, W::plus),
                Sign::Minus => combine(words, bytes, W::minus),
            }
        }
    }
}

/// Each word with the word in its place of `bytes`.
#[inline]
pub(crate) fn combine<W: Word>(words: &mut [W], bytes: &[u8], with: impl Fn(W, W) -> W) {
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(W::BYTES)) {
        *word = with(*word, W::from_le(bytes));
    }
}

fn stream<W: Word>(mask: &Mask, first: usize) -> ChaCha20 {
    let mut stream = ChaCha20::new((&*mask.seed).into(), &[0; 12].into());
    stream.seek(first as u64 * W::BYTES as u64);
    stream
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mask(seed: u8, sign: Sign) -> Mask {
        Mask { seed: Zeroizing::new([seed; 32]), sign }
    }

    /// RFC 8439, appendix A.1, test vector 1: the first block under the zero key and nonce.
    #[test]
    fn the_stream_is_that_of_rfc_8439() {
        let mut words = [0i64; 8];
        apply(&[mask(0, Sign::Plus)], 0, &mut words);
        let block: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        let expected = "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7\
                        da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586";
        let halves = expected.split_at(64);
        let digest = |hex: &str| *hex.parse::<consilium_types::Digest>().expect("64 digits").as_bytes();
        assert_eq!(block, [digest(halves.0), digest(halves.1)].concat());
    }

    proptest! {
        #[test]
        fn pieces_are_masked_as_the_whole(length in 1usize..2000, cut in 0usize..2000, value in any::<i128>()) {
            let masks = [mask(1, Sign::Plus), mask(2, Sign::Minus)];
            let mut whole = vec![value; length];
            apply(&masks, 0, &mut whole);
            let mut pieces = vec![value; length];
            let cut = cut.min(length);
            let (before, after) = pieces.split_at_mut(cut);
            apply(&masks, cut, after);
            apply(&masks, 0, before);
            prop_assert_eq!(whole, pieces);
        }

        #[test]
        fn a_mask_and_its_opposite_cancel(values in prop::collection::vec(any::<i64>(), 1..1500)) {
            let mut words = values.clone();
            apply(&[mask(3, Sign::Plus)], 0, &mut words);
            prop_assert_ne!(&words, &values);
            apply(&[mask(3, Sign::Plus.opposite())], 0, &mut words);
            prop_assert_eq!(words, values);
        }
    }
}
