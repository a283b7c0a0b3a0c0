//! Messages in chunks: what is put together is what was sent, whatever comes in between.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use consilium_types::chunks::{Assembler, CHUNK_BYTES, ChunkFault, Listing, chunk_digest, root};
use proptest::prelude::*;

/// A message whose chunks differ.
fn message(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from((place / CHUNK_BYTES + place) % 251).unwrap()).collect()
}

fn listing(message: &[u8]) -> Listing {
    let listing = Listing::of(message);
    let read = Listing::read(listing.length(), &listing.digests()).unwrap();
    assert_eq!(read, listing, "as it travels");
    listing
}

#[test]
fn a_message_is_named_by_its_chunks() {
    let message = message(2 * CHUNK_BYTES + 7);
    let listing = listing(&message);
    let digests: Vec<_> = message.chunks(CHUNK_BYTES).map(chunk_digest).collect();
    assert_eq!((listing.count(), listing.root()), (3, root(&digests)));
    assert_eq!(listing.place(2), 2 * CHUNK_BYTES..2 * CHUNK_BYTES + 7);
    assert_eq!(listing.place(3).len() + listing.place(u32::MAX).len(), 0);
    let mut other = digests;
    other.swap(0, 1);
    assert_ne!(listing.root(), root(&other));
}

#[test]
fn a_listing_of_another_number_of_chunks_is_refused() {
    let digests = listing(&message(2 * CHUNK_BYTES)).digests();
    for length in [0, CHUNK_BYTES, 2 * CHUNK_BYTES + 1, usize::MAX] {
        let fault = Listing::read(length as u64, &digests).unwrap_err();
        assert_eq!(fault, ChunkFault::Listing { length: length as u64, chunks: 2 });
        assert_eq!(fault.code(), "CNS-P-0601");
    }
    assert!(Listing::read(2 * CHUNK_BYTES as u64, &digests[..63]).is_err());
    assert!(Listing::read(0, &[]).unwrap().count() == 0);
}

#[test]
fn each_wrong_chunk_has_a_code_and_changes_nothing() {
    let message = message(2 * CHUNK_BYTES + 7);
    let listing = listing(&message);
    let chunk = |index: u32| &message[listing.place(index)];
    let mut damaged = chunk(0).to_vec();
    damaged[CHUNK_BYTES - 1] ^= 0x80;
    let mut assembler = Assembler::new(listing.clone(), 0);
    for (index, content, code) in [
        (1, chunk(1), "CNS-P-0602"),
        (3, chunk(2), "CNS-P-0603"),
        (u32::MAX, chunk(0), "CNS-P-0603"),
        (0, &chunk(0)[1..], "CNS-P-0604"),
        (0, chunk(2), "CNS-P-0604"),
        (0, &[], "CNS-P-0604"),
        (0, chunk(1), "CNS-P-0605"),
        (0, &damaged, "CNS-P-0605"),
    ] {
        assert_eq!(assembler.take(index, content).unwrap_err().code(), code, "chunk {index}");
        assert_eq!((assembler.held(), assembler.is_whole()), (0, false));
    }
    let longer = [chunk(2), &[0]].concat();
    (0..2).for_each(|index| assert_eq!(assembler.take(index, chunk(index)), Ok(true)));
    assert_eq!(assembler.take(2, &longer).unwrap_err().code(), "CNS-P-0604", "too long at the end");
    assert_eq!(assembler.take(2, chunk(2)), Ok(true));
    assert!(assembler.is_whole());
    assert_eq!(assembler.take(3, &[]).unwrap_err().code(), "CNS-P-0603", "after the end");
    assert_eq!(assembler.take(0, &damaged).unwrap_err().code(), "CNS-P-0605", "again, and another");
    assert!(assembler.is_whole());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Chunks in any order, twice, cut off and begun again: never more than what was sent in order, and at the end all of it.
    #[test]
    fn whatever_comes_in_whatever_order_the_whole_is_what_was_sent(
        length in 1..5 * CHUNK_BYTES,
        sent in prop::collection::vec((0u32..7, any::<bool>()), 0..40),
    ) {
        let message = message(length);
        let listing = Listing::of(&message);
        let mut assembler = Assembler::new(listing.clone(), 0);
        let mut kept = Vec::new();
        let in_order = (0..listing.count()).map(|index| (index, false));
        for (index, cut) in sent.into_iter().chain(in_order) {
            if cut {
                assembler = Assembler::new(listing.clone(), assembler.held());
            }
            let content = &message[listing.place(index)];
            let due = assembler.held();
            match assembler.take(index, content) {
                Ok(true) => {
                    prop_assert_eq!(index, due);
                    kept.extend_from_slice(content);
                }
                Ok(false) => prop_assert!(index < due),
                Err(ChunkFault::Order { expected, found }) => prop_assert_eq!((expected, found), (due, index)),
                Err(ChunkFault::End(index)) => prop_assert!(index >= listing.count()),
                Err(other) => prop_assert!(false, "{}", other),
            }
            prop_assert_eq!(kept.len().div_ceil(CHUNK_BYTES), assembler.held() as usize);
        }
        prop_assert!(assembler.is_whole());
        prop_assert_eq!(kept, message);
    }
}
