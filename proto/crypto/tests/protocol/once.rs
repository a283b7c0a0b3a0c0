//! What a site says once: a second, different message of its kind never leaves.

use consilium_crypto::{
    CryptoFault, ExchangeKey, MemoryPins, NotPinned, Phase, Pinned, Pins, Request, Site, SiteMessage,
};
use consilium_types::Digest;

use crate::support::{Exchange, code};

#[test]
fn a_vector() {
    let exchange = &mut Exchange::at(4, Phase::Input);
    let first = exchange.answer(0);
    let masked = exchange.vectors[0].clone();
    assert_ne!(masked, exchange.clear[0]);
    assert_eq!(exchange.answer(0), first, "the same vector again");
    assert_eq!(exchange.vectors[0], masked);
    exchange.clear[0][0] += 1;
    let request = exchange.request(0);
    assert_eq!(exchange.ask(0, &request), Err(CryptoFault::OtherInput));
    assert!(exchange.vectors[0].iter().all(|word| *word == 0), "the second masked vector is gone");
}

/// Masked over fewer sites, the difference of two vectors would be one pair's mask.
#[test]
fn a_set_of_masks() {
    let exchange = &mut Exchange::at(7, Phase::Input);
    exchange.answer(0);
    let Request::Input(mut fewer) = exchange.request(0) else { panic!("an input is asked for") };
    fewer.heads.pop();
    fewer.sealed.pop();
    assert_eq!(code(exchange.ask(0, &Request::Input(fewer))), "CNS-K-0305");
}

#[test]
fn a_list_of_keys() {
    let exchange = &mut Exchange::at(7, Phase::Shares);
    exchange.answer(0);
    let Request::Shares(mut fewer) = exchange.request(0) else { panic!("shares are asked for") };
    fewer.keys.pop();
    assert_eq!(code(exchange.ask(0, &Request::Shares(fewer))), "CNS-K-0304");
}

#[test]
fn a_confirmation() {
    let exchange = &mut Exchange::at(7, Phase::Confirm);
    exchange.answer(0);
    let Request::Confirm(mut fewer) = exchange.request(0) else { panic!("a confirmation is asked for") };
    fewer.claims.pop();
    assert_eq!(code(exchange.ask(0, &Request::Confirm(fewer))), "CNS-K-0307");
}

/// In a later attempt without site 6 the same question would give its vector. A policy can forbid that.
#[test]
fn a_set_of_sites_in_a_study() {
    let unmask = |exchange: &mut Exchange, pins: &mut MemoryPins| {
        let Request::Unmask(request) = exchange.request(0) else { panic!("an unmasking is asked for") };
        let (context, hospital) = (exchange.context(), &mut exchange.hospitals[0]);
        pins.extend(hospital.pins.iter());
        let site = Site::new(&context, &hospital.key, &hospital.secret).expect("in the roster");
        site.unmask_for_same_sites(&request, pins)
    };
    let mut pins = MemoryPins::default();
    let first = unmask(&mut Exchange::at(7, Phase::Unmask), &mut pins).expect("the first");
    assert_eq!(unmask(&mut Exchange::at(7, Phase::Unmask), &mut pins), Ok(first), "the same again");
    let mut later = Exchange::at(7, Phase::Keys);
    later.next_attempt();
    later.run(Phase::Unmask, |_| true);
    assert!(unmask(&mut later, &mut pins).is_ok(), "the same sites in a later attempt");
    let mut fewer = Exchange::at(7, Phase::Keys);
    fewer.next_attempt();
    fewer.next_attempt();
    fewer.run(Phase::Unmask, |site| site != 6);
    assert_eq!(unmask(&mut fewer, &mut pins), Err(CryptoFault::OtherSites));
    assert!(fewer.ask(0, &fewer.request(0)).is_ok(), "without that policy");
}

/// A site whose store does not answer says nothing; what it was to pin is pinned before a message exists.
#[test]
fn nothing_leaves_that_was_not_kept() {
    struct Full(MemoryPins, Pinned);
    impl Pins for Full {
        fn kept(&self, key: &ExchangeKey, what: Pinned) -> Option<Digest> {
            self.0.kept(key, what)
        }
        fn pin(&mut self, key: &ExchangeKey, what: Pinned, digest: Digest) -> Result<(), NotPinned> {
            if what == self.1 { Err(NotPinned::Unavailable) } else { self.0.pin(key, what, digest) }
        }
    }
    let cases = [
        (Phase::Keys, Pinned::Question),
        (Phase::Keys, Pinned::Roster),
        (Phase::Keys, Pinned::Terms),
        (Phase::Shares, Pinned::Keys),
        (Phase::Input, Pinned::Transcript),
        (Phase::Input, Pinned::Input),
        (Phase::Confirm, Pinned::Survivors),
        (Phase::Unmask, Pinned::Unmasked),
    ];
    for (phase, what) in cases {
        let exchange = Exchange::at(4, phase);
        let (context, hospital) = (exchange.context(), &exchange.hospitals[0]);
        let site = Site::new(&context, &hospital.key, &hospital.secret).expect("in the roster");
        let mut pins = Full(hospital.pins.clone(), what);
        let answer = match exchange.request(0) {
            Request::Keys => site.keys(&mut pins).map(SiteMessage::Keys),
            Request::Shares(r) => site.shares(&r, &mut pins).map(SiteMessage::Shares),
            Request::Input(r) => {
                site.input(&r, &mut exchange.vectors[0].clone(), &mut pins).map(SiteMessage::Input)
            }
            Request::Confirm(r) => site.confirm(&r, &mut pins).map(SiteMessage::Confirmation),
            Request::Unmask(r) => site.unmask(&r, &mut pins).map(SiteMessage::Unmasking),
        };
        assert_eq!(answer, Err(CryptoFault::NotKept), "{what:?}");
    }
}

#[test]
fn pins_survive_their_list() {
    let exchange = Exchange::at(4, Phase::Open);
    let pins = &exchange.hospitals[0].pins;
    let again: MemoryPins = pins.iter().collect();
    assert_eq!(&again, pins);
    assert_eq!(pins.iter().count(), 8, "all that can be pinned");
}
