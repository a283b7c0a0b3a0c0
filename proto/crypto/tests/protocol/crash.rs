//! Killed at any step and started again from its secret and its pins, a site says the same, byte for byte; so does a
//! coordinator from its journal.

use consilium_crypto::{Aggregator, MemoryPins, Phase, SiteKey, SiteMessage, StudySecret};

use crate::support::{Exchange, Hospital};

/// The site as its disk has it.
fn restarted(hospital: &Hospital) -> Hospital {
    Hospital {
        id: hospital.id.clone(),
        key: SiteKey::from_bytes(&hospital.key.to_bytes()),
        secret: StudySecret::from_bytes(*hospital.secret.as_bytes()),
        pins: hospital.pins.iter().collect(),
    }
}

#[test]
fn a_site_says_the_same_at_every_step() {
    for phase in [Phase::Keys, Phase::Shares, Phase::Input, Phase::Confirm, Phase::Unmask] {
        let exchange = &mut Exchange::at(5, phase);
        let before = restarted(&exchange.hospitals[1]);
        let first = exchange.answer(1);
        let masked = exchange.vectors[1].clone();
        // killed after the message was pinned
        exchange.hospitals[1] = restarted(&exchange.hospitals[1]);
        assert_eq!(exchange.answer(1).to_bytes(), first.to_bytes(), "{phase:?}");
        assert_eq!(exchange.vectors[1], masked);
        // killed before anything was pinned
        exchange.hospitals[1] = before;
        assert_eq!(exchange.answer(1).to_bytes(), first.to_bytes(), "{phase:?}");
        assert_eq!(exchange.vectors[1], masked);
    }
}

#[test]
fn another_secret_or_attempt_gives_other_keys() {
    let exchange = &mut Exchange::new(3);
    let first = exchange.answer(0);
    exchange.hospitals[0].secret = StudySecret::from_bytes([1; 32]);
    assert_ne!(exchange.answer(0), first);
    let again = &mut Exchange::new(3);
    again.next_attempt();
    let (SiteMessage::Keys(first), SiteMessage::Keys(second)) = (first, again.answer(0)) else {
        panic!("keys")
    };
    assert_ne!((first.seal, first.mask), (second.seal, second.mask));
    assert_ne!(again.hospitals[0].pins, MemoryPins::default());
}

/// A journal of messages and closings, replayed at any point, gives the same requests.
#[test]
fn a_coordinator_comes_back_from_its_journal() {
    let exchange = &mut Exchange::new(5);
    let mut journal: Vec<Option<(usize, Vec<u8>)>> = Vec::new();
    while exchange.aggregator.phase() != Phase::Open {
        for site in 0..5 {
            let message = exchange.answer(site);
            journal.push(Some((site, message.to_bytes())));
            exchange.receive(site, message).expect("taken");
        }
        exchange.aggregator.close().expect("all are there");
        journal.push(None);
        let mut replayed = Aggregator::new(exchange.context());
        for line in &journal {
            match line {
                Some((site, bytes)) => {
                    let message = SiteMessage::from_bytes(bytes).expect("as written");
                    replayed.receive(&exchange.id(*site), message).expect("as then");
                }
                None => drop(replayed.close().expect("as then")),
            }
        }
        assert_eq!(replayed.phase(), exchange.aggregator.phase());
        assert_eq!(replayed.request(&exchange.id(3)), exchange.aggregator.request(&exchange.id(3)));
        assert_eq!(replayed.opening(), exchange.aggregator.opening());
    }
    assert!(exchange.aggregator.opening().is_some());
}
