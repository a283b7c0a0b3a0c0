//! The order in which patients enter the batches: drawn from the job's seed and from nothing else.
//!
//! Never: a generator that other code may have advanced.

use chacha20::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// Shuffles patients anew for each pass.
pub(crate) struct Order {
    patients: Vec<usize>,
    rng: ChaCha20Rng,
}

impl Order {
    /// The order for `n` patients under `seed`: the key is the seed as 8 little-endian bytes and 24 zeros.
    pub(crate) fn new(n: usize, seed: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        Self { patients: (0..n).collect(), rng: ChaCha20Rng::from_seed(key) }
    }

    /// The patients in the order of the next pass (Fisher-Yates, from the back).
    pub(crate) fn next_pass(&mut self) -> &[usize] {
        for last in (1..self.patients.len()).rev() {
            let other = below(&mut self.rng, last as u64 + 1);
            self.patients.swap(last, other);
        }
        &self.patients
    }
}

/// A uniform index below `bound`, by rejecting the incomplete last block of the generator's range.
fn below(rng: &mut ChaCha20Rng, bound: u64) -> usize {
    let incomplete = (u64::MAX % bound + 1) % bound;
    loop {
        let draw = rng.next_u64();
        if draw <= u64::MAX - incomplete {
            return usize::try_from(draw % bound).expect("the bound is a number of patients");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_pass_is_a_permutation(n in 0_usize..200, seed: u64) {
            let mut order = Order::new(n, seed);
            for _ in 0..3 {
                let mut seen = order.next_pass().to_vec();
                seen.sort_unstable();
                prop_assert_eq!(seen, (0..n).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn every_patient_is_first_equally_often() {
        let mut order = Order::new(5, 11);
        let mut first = [0_u32; 5];
        for _ in 0..10_000 {
            first[order.next_pass()[0]] += 1;
        }
        // binomial(10,000, 0.2): sd 40
        assert!(first.iter().all(|n| n.abs_diff(2_000) < 200), "{first:?}");
    }

    #[test]
    fn passes_and_seeds_differ() {
        let mut order = Order::new(50, 1);
        let pass = order.next_pass().to_vec();
        assert_ne!(order.next_pass(), pass);
        assert_ne!(Order::new(50, 2).next_pass(), pass);
        assert_eq!(Order::new(50, 1).next_pass(), pass);
    }
}
