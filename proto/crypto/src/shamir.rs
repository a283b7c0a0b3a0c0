//! Shamir's sharing of 32 bytes over GF(2^8), the field of AES (x^8 + x^4 + x^3 + x + 1), byte by byte.
//!
//! Points are public, values are secret: no table is read at a secret place, no branch depends on a secret bit.
//! Eight bytes are multiplied at once in a 64-bit word. Never: randomness; coefficients are given.
//! Spec: Shamir 1979; FIPS 197 section 4 for the field.

use std::num::NonZeroU8;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret and the coefficients that hide it. Erased when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Polynomial {
    /// The secret first.
    coefficients: Vec<[u64; 4]>,
}

impl Polynomial {
    /// A polynomial of degree `coefficients.len()`, so that one share more is needed.
    pub(crate) fn new(secret: &[u8; 32], coefficients: &[[u8; 32]]) -> Self {
        Self { coefficients: std::iter::once(secret).chain(coefficients).map(lanes).collect() }
    }

    /// The value at a point.
    pub(crate) fn share(&self, point: NonZeroU8) -> [u8; 32] {
        let mut value = [0; 4];
        for coefficient in self.coefficients.iter().rev() {
            value = add(times(value, point.get()), *coefficient);
        }
        bytes(value)
    }
}

/// What the shares at each of these distinct points weigh in the value at zero.
pub(crate) fn weights(points: &[NonZeroU8]) -> Vec<u8> {
    let weight = |point: &NonZeroU8| {
        let others = points.iter().filter(|other| *other != point).map(|other| other.get());
        others.fold(1, |weight, other| multiply(weight, multiply(other, inverse(other ^ point.get()))))
    };
    points.iter().map(weight).collect()
}

/// The value at zero of the polynomial through the shares, which weigh as [`weights`] says.
pub(crate) fn combine<'a>(weights: &[u8], shares: impl Iterator<Item = &'a [u8; 32]>) -> [u8; 32] {
    let weighed = weights.iter().zip(shares).map(|(weight, share)| times(lanes(share), *weight));
    bytes(weighed.fold([0; 4], add))
}

fn lanes(value: &[u8; 32]) -> [u64; 4] {
    let (words, _) = value.as_chunks::<8>();
    [0, 1, 2, 3].map(|lane| u64::from_le_bytes(words[lane]))
}

fn bytes(value: [u64; 4]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(value) {
        *chunk = word.to_le_bytes();
    }
    bytes
}

fn add(a: [u64; 4], b: [u64; 4]) -> [u64; 4] {
    [a[0] ^ b[0], a[1] ^ b[1], a[2] ^ b[2], a[3] ^ b[3]]
}

/// Every byte of `value` times a public factor.
fn times(value: [u64; 4], factor: u8) -> [u64; 4] {
    value.map(|mut word| {
        let mut product = 0;
        for bit in 0..8 {
            product ^= word & 0u64.wrapping_sub(u64::from(factor >> bit & 1));
            word = doubled(word);
        }
        product
    })
}

/// Every byte times x, reduced.
fn doubled(word: u64) -> u64 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    const ONES: u64 = 0x0101_0101_0101_0101;
    ((word & LOW) << 1) ^ ((word >> 7 & ONES) * 0x1b)
}

fn multiply(a: u8, b: u8) -> u8 {
    let [word, ..] = times([u64::from(a), 0, 0, 0], b);
    word.to_le_bytes()[0]
}

/// a^254, which is 1 / a.
fn inverse(a: u8) -> u8 {
    let square = |x| multiply(x, x);
    let mut result = 1;
    let mut power = a;
    for _ in 1..8 {
        power = square(power);
        result = multiply(result, power);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20::ChaCha20Rng;
    use chacha20::rand_core::SeedableRng as _;
    use proptest::prelude::*;
    use proptest::sample::subsequence;
    use vsss_rs::Gf256;

    /// FIPS 197, section 4.2: {57} x {83} = {c1}, {57} x {13} = {fe}.
    #[test]
    fn products_are_those_of_fips_197() {
        assert_eq!(multiply(0x57, 0x83), 0xc1);
        assert_eq!(multiply(0x57, 0x13), 0xfe);
    }

    #[test]
    fn the_field_has_inverses_and_no_zero_divisor() {
        for a in 1..=255 {
            assert_eq!(multiply(a, inverse(a)), 1);
            assert_eq!((1..=255).filter(|b| multiply(a, *b) == 0).count(), 0);
        }
    }

    #[test]
    fn lanes_do_not_touch_each_other() {
        let value: [u8; 32] = std::array::from_fn(|i| u8::try_from(37 * i % 256).expect("a byte"));
        for factor in [0, 1, 2, 0x80, 0xff] {
            assert_eq!(bytes(times(lanes(&value), factor)), value.map(|byte| multiply(byte, factor)));
        }
    }

    type Share = (NonZeroU8, [u8; 32]);

    fn joined(shares: &[Share]) -> [u8; 32] {
        let points: Vec<_> = shares.iter().map(|(point, _)| *point).collect();
        combine(&weights(&points), shares.iter().map(|(_, share)| share))
    }

    fn shared() -> impl Strategy<Value = ([u8; 32], Vec<Share>, usize)> {
        let dealt = (any::<[u8; 32]>(), prop::collection::vec(any::<[u8; 32]>(), 1..12), 0usize..20);
        dealt.prop_flat_map(|(secret, coefficients, more)| {
            let polynomial = Polynomial::new(&secret, &coefficients);
            let threshold = coefficients.len() + 1;
            let points = (1..=255u8).filter_map(NonZeroU8::new).collect::<Vec<_>>();
            let count = threshold + more;
            subsequence(points, count).prop_map(move |points| {
                (secret, points.iter().map(|p| (*p, polynomial.share(*p))).collect(), threshold)
            })
        })
    }

    proptest! {
        /// Shares are interchangeable with those of vsss-rs 6: it reads ours, we read its own.
        #[test]
        fn shares_are_those_of_vsss_rs((secret, shares, threshold) in shared(), seed in any::<[u8; 32]>()) {
            let theirs = |(point, share): &Share| [&[point.get()], share.as_slice()].concat();
            let ours: Vec<Vec<u8>> = shares[..threshold].iter().map(theirs).collect();
            prop_assert_eq!(Gf256::combine_array(ours).expect("enough shares"), secret.to_vec());
            let rng = ChaCha20Rng::from_seed(seed);
            let split = Gf256::split_array(threshold, shares.len(), secret, rng).expect("split");
            let read = |share: &Vec<u8>| (NonZeroU8::new(share[0]).expect("a point"), share[1..].try_into().expect("32 bytes"));
            let last: Vec<Share> = split[shares.len() - threshold..].iter().map(read).collect();
            prop_assert_eq!(joined(&last), secret);
        }

        #[test]
        fn a_threshold_of_shares_gives_the_secret((secret, shares, threshold) in shared()) {
            prop_assert_eq!(joined(&shares[..threshold]), secret);
            prop_assert_eq!(joined(&shares), secret);
        }

        /// One share fewer fits every secret: for any other secret there is a polynomial through the same shares.
        #[test]
        fn one_share_fewer_says_nothing((secret, shares, threshold) in shared(), other in any::<[u8; 32]>()) {
            let few = &shares[..threshold - 1];
            let last = shares[threshold - 1].0;
            let at_last = |secret: &[u8; 32]| {
                let zero_weight = joined(&few.iter().copied().chain([(last, [0; 32])]).collect::<Vec<_>>());
                let unit = joined(&few.iter().map(|(p, _)| (*p, [0; 32])).chain([(last, [1; 32])]).collect::<Vec<_>>());
                std::array::from_fn(|i| multiply(secret[i] ^ zero_weight[i], inverse(unit[i])))
            };
            prop_assert_eq!(at_last(&secret), shares[threshold - 1].1);
            let forged: Vec<_> = few.iter().copied().chain([(last, at_last(&other))]).collect();
            prop_assert_eq!(joined(&forged), other);
        }
    }
}
