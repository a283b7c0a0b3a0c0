//! Every message has one byte form, and no bytes can do harm.

use std::sync::LazyLock;

use consilium_crypto::{Context, MemoryPins, Opening, Phase, Request, Site, SiteMessage};
use consilium_types::Digest;
use proptest::prelude::*;

use crate::support::Exchange;

const PHASES: [Phase; 5] = [Phase::Keys, Phase::Shares, Phase::Input, Phase::Confirm, Phase::Unmask];

/// Bytes that are read are exactly what would be written.
fn read_all(bytes: &[u8]) {
    if let Ok(message) = SiteMessage::from_bytes(bytes) {
        assert_eq!(message.to_bytes(), bytes);
    }
    if let Ok(request) = Request::from_bytes(bytes) {
        assert_eq!(request.to_bytes(), bytes);
    }
    if let Ok(opening) = Opening::from_bytes(bytes) {
        assert_eq!(opening.to_bytes(), bytes);
    }
    if let Ok(context) = Context::from_bytes(bytes) {
        assert_eq!(context.to_bytes(), bytes);
    }
}

static EXAMPLES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(examples);

/// One example of every kind of message.
fn examples() -> Vec<Vec<u8>> {
    let mut examples = Vec::new();
    for phase in PHASES {
        let mut exchange = Exchange::at(4, Phase::Input.min(phase));
        exchange.run(phase, |site| site != 3);
        examples.push(exchange.request(0).to_bytes());
        examples.push(exchange.answer(0).to_bytes());
        exchange.run(Phase::Open, |site| site != 3);
        examples.push(exchange.aggregator.opening().expect("open").to_bytes());
        examples.push(exchange.context().to_bytes());
    }
    examples
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        read_all(&bytes);
    }

    #[test]
    fn damaged_messages_are_read_or_refused(which in any::<prop::sample::Index>(), cuts in prop::collection::vec(
        (any::<prop::sample::Index>(), any::<u8>(), 0usize..4), 1..6)) {
        let all = &*EXAMPLES;
        let mut bytes = all[which.index(all.len())].clone();
        for (at, value, how) in cuts {
            let at = at.index(bytes.len().max(1));
            match how {
                0 => bytes.truncate(at),
                1 => bytes.insert(at.min(bytes.len()), value),
                _ => if let Some(byte) = bytes.get_mut(at) { *byte = value },
            }
        }
        read_all(&bytes);
    }
}

#[test]
fn messages_survive_their_bytes_and_need_all_of_them() {
    for bytes in EXAMPLES.iter() {
        read_all(bytes);
        let is_read = |bytes: &[u8]| {
            SiteMessage::from_bytes(bytes).is_ok()
                || Request::from_bytes(bytes).is_ok()
                || Opening::from_bytes(bytes).is_ok()
                || Context::from_bytes(bytes).is_ok()
        };
        assert!(is_read(bytes));
        assert!(!is_read(&[&bytes[..], &[0]].concat()));
    }
}

/// What was signed and stored by one version is read by the next, on every machine.
#[test]
fn the_form_of_every_message_is_settled() {
    let digest = Digest::of("test", &EXAMPLES.concat());
    assert_eq!(digest.to_string(), "77904f8e14faa4c1fda658922e8e9e82675fb5e3b5a3d2b4efbd988e722fbbf8");
}

/// A count of four thousand million chunks allocates nothing.
#[test]
fn a_claimed_length_is_not_believed() {
    let mut bytes = vec![2];
    bytes.extend_from_slice(&[1; 33]);
    bytes.extend_from_slice(&u32::MAX.to_le_bytes());
    bytes.extend_from_slice(&[0; 200]);
    assert!(SiteMessage::from_bytes(&bytes).is_err());
}

/// No bit of a message can change without its being refused, by the coordinator and by every site that is shown it.
#[test]
fn every_bit_counts() {
    for phase in PHASES {
        let exchange = &mut Exchange::at(4, phase);
        let message = exchange.answer(2).to_bytes();
        for place in 0..message.len() {
            let mut damaged = message.clone();
            damaged[place] ^= 1 << (place % 8);
            let Ok(read) = SiteMessage::from_bytes(&damaged) else { continue };
            assert!(exchange.receive(2, read).is_err(), "byte {place} of {phase:?}");
        }
        damaged_requests(exchange);
    }
}

fn damaged_requests(exchange: &Exchange) {
    let (context, hospital) = (exchange.context(), &exchange.hospitals[0]);
    let site = Site::new(&context, &hospital.key, &hospital.secret).expect("in the roster");
    let honest = exchange.request(0).to_bytes();
    for place in 1..honest.len() {
        let mut damaged = honest.clone();
        damaged[place] ^= 1 << (place % 8);
        let Ok(request) = Request::from_bytes(&damaged) else { continue };
        let pins = &mut hospital.pins.clone();
        assert!(is_refused(&site, &request, pins), "byte {place} of {:?}", exchange.aggregator.phase());
    }
}

fn is_refused(site: &Site<'_>, request: &Request, pins: &mut MemoryPins) -> bool {
    match request {
        Request::Keys => false,
        Request::Shares(request) => site.shares(request, pins).is_err(),
        Request::Input(request) => site.input(request, &mut [1i64; crate::support::WORDS], pins).is_err(),
        Request::Confirm(request) => site.confirm(request, pins).is_err(),
        Request::Unmask(request) => site.unmask(request, pins).is_err(),
    }
}
