//! Small counts side by side in one word, so that a histogram of a few patients costs a few bytes.
//!
//! The question says how many bits a count has; a site refuses when its own count does not fit, and a sum whose
//! count left its lane is refused when it is read. Adding words adds lanes, so a packed summary is a summary.
//! Never: a value of a patient; a lane holds a count. Spec: docs/reference/methods/trees.md.

use crate::{Implausible, QueryFault, Unfit, check};

/// Bits of a word that lanes may use; the rest stays free, so that no sum of lanes reaches the sign.
const PAYLOAD: u32 = 120;
/// Widest lane.
const MOST_BITS: u32 = 40;

/// Counts of a fixed number of bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lanes {
    bits: u32,
}

/// Bits that hold every count up to `most`.
#[must_use]
pub fn bits_for(most: u64) -> u32 {
    (u64::BITS - most.leading_zeros()).clamp(1, MOST_BITS)
}

pub(crate) fn check_bits(bits: u32) -> Result<(), QueryFault> {
    check::size("bits of a count", bits as usize, MOST_BITS as usize)?;
    if bits == 0 { Err(QueryFault::Number("bits of a count")) } else { Ok(()) }
}

impl Lanes {
    /// Lanes of so many bits; an absurd number is read as the nearest possible one, since lengths are derived
    /// before a question is checked.
    pub(crate) fn new(bits: u32) -> Self {
        Self { bits: bits.clamp(1, MOST_BITS) }
    }

    fn in_a_word(self) -> usize {
        (PAYLOAD / self.bits) as usize
    }

    /// Words that hold so many counts.
    pub(crate) fn words(self, lanes: usize) -> usize {
        lanes.div_ceil(self.in_a_word())
    }

    /// Appends counts as words.
    pub(crate) fn pack(self, counts: &[u64], words: &mut Vec<i128>) -> Result<(), Unfit> {
        if let Some(count) = counts.iter().find(|count| **count >> self.bits != 0) {
            return Err(Unfit::Lane { count: *count, bits: self.bits });
        }
        for lanes in counts.chunks(self.in_a_word()) {
            words.push(lanes.iter().rev().fold(0, |word, count| word << self.bits | i128::from(*count)));
        }
        Ok(())
    }

    /// Reads the next `lanes` counts off some words.
    pub(crate) fn unpack<'a>(
        self,
        words: &mut impl Iterator<Item = &'a i128>,
        lanes: usize,
    ) -> Result<Vec<u64>, Implausible> {
        let mut counts = Vec::with_capacity(lanes);
        while counts.len() < lanes {
            let mut word = *words.next().ok_or(Implausible::Shape)?;
            for _ in 0..self.in_a_word().min(lanes - counts.len()) {
                let lane = word & ((1 << self.bits) - 1);
                counts.push(u64::try_from(lane).map_err(|_| Implausible::Shape)?);
                word >>= self.bits;
            }
            if word != 0 {
                return Err(Implausible::Count(word as f64));
            }
        }
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_survive_packing_and_adding(
            bits in 1u32..41,
            pairs in prop::collection::vec((any::<u64>(), any::<u64>()), 0..80),
        ) {
            let lanes = Lanes::new(bits);
            let below = |x: u64| x & ((1 << (bits - 1)) - 1);
            let (a, b): (Vec<u64>, Vec<u64>) = pairs.iter().map(|(a, b)| (below(*a), below(*b))).unzip();
            let mut words = [Vec::new(), Vec::new()];
            lanes.pack(&a, &mut words[0]).unwrap();
            lanes.pack(&b, &mut words[1]).unwrap();
            prop_assert_eq!(words[0].len(), lanes.words(a.len()));
            let sum: Vec<i128> = words[0].iter().zip(&words[1]).map(|(x, y)| x + y).collect();
            let read = lanes.unpack(&mut sum.iter(), a.len()).unwrap();
            prop_assert_eq!(read, a.iter().zip(&b).map(|(x, y)| x + y).collect::<Vec<_>>());
        }

        #[test]
        fn any_word_is_read_or_refused(bits in any::<u32>(), words in prop::collection::vec(any::<i128>(), 0..4), n in 0usize..90) {
            drop(Lanes::new(bits).unpack(&mut words.iter(), n));
        }
    }

    #[test]
    fn a_count_that_does_not_fit_is_refused() {
        assert_eq!(Lanes::new(3).pack(&[7, 8], &mut Vec::new()).unwrap_err().code(), "CNS-S-0450");
        assert_eq!([bits_for(0), bits_for(7), bits_for(8)], [1, 3, 4]);
    }
}
