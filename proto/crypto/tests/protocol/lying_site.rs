//! A site that lies to the coordinator: refused and named, and the others' sum comes about all the same.

use consilium_crypto::{CryptoFault, Phase, Point, SiteMessage, encode_chunk};
use consilium_types::Digest;

use crate::support::{Exchange, code, omit, opened};

/// A message of site 2 in a step after a change, signed again.
fn forged(exchange: &mut Exchange, change: impl FnOnce(&mut SiteMessage)) -> SiteMessage {
    let mut message = exchange.answer(2);
    change(&mut message);
    exchange.resigned(2, message)
}

fn is_named(exchange: &Exchange, fault: &CryptoFault) {
    assert_eq!(fault.culprit(), Some(&exchange.id(2)), "{fault}");
}

macro_rules! inner {
    ($message:expr, $variant:ident) => {
        match $message {
            SiteMessage::$variant(inner) => inner,
            _ => panic!("another message"),
        }
    };
}

#[test]
fn keys() {
    let exchange = &mut Exchange::new(4);
    let of_site_1 = exchange.answer(1);
    exchange.receive(1, of_site_1.clone()).expect("taken");
    let taken = inner!(&of_site_1, Keys).mask;
    let twice = forged(exchange, |m| inner!(m, Keys).seal = taken);
    let zero = forged(exchange, |m| inner!(m, Keys).mask = Point::from([0; 32]));
    let mut unsigned = exchange.answer(2);
    inner!(&mut unsigned, Keys).signature = [3; 64].into();
    for (message, expected) in [(twice, "CNS-K-0204"), (zero, "CNS-K-0206"), (unsigned, "CNS-K-0203")] {
        let fault = exchange.receive(2, message).expect_err("a refusal");
        assert_eq!(fault.code(), expected);
        is_named(exchange, &fault);
    }
    assert_eq!(code(exchange.receive(2, of_site_1)), "CNS-K-0403", "in another's name");
}

#[test]
fn shares() {
    let exchange = &mut Exchange::at(4, Phase::Shares);
    let incomplete = forged(exchange, |m| omit(&mut inner!(m, Shares).sealed, 3));
    let other_keys = forged(exchange, |m| inner!(m, Shares).head.keys = Digest::of("x", b""));
    let mut exchanged = exchange.answer(2);
    inner!(&mut exchanged, Shares).sealed[1].sealed[0] ^= 1;
    for (message, expected) in
        [(incomplete, "CNS-K-0404"), (other_keys, "CNS-K-0211"), (exchanged, "CNS-K-0404")]
    {
        assert_eq!(code(exchange.receive(2, message)), expected);
    }
}

#[test]
fn inputs_and_chunks() {
    let exchange = &mut Exchange::at(4, Phase::Input);
    let other = forged(exchange, |m| inner!(m, Input).transcript = Digest::of("x", b""));
    assert_eq!(code(exchange.receive(2, other)), "CNS-K-0213");
    let longer = forged(exchange, |m| inner!(m, Input).chunks.push(Digest::of("x", b"")));
    assert_eq!(code(exchange.receive(2, longer)), "CNS-K-0201");
    let message = exchange.answer(3);
    let (context, mut bytes) = (exchange.context(), Vec::new());
    encode_chunk(&context, &exchange.vectors[3], 0, &mut bytes);
    let input = inner!(message, Input);
    assert!(exchange.aggregator.check_input(&input).is_ok());
    assert!(input.check(&context, 0, &bytes).is_ok());
    assert_eq!(code(input.check(&context, 1, &bytes)), "CNS-K-0405");
    assert_eq!(code(input.check(&context, 0, &bytes[1..])), "CNS-K-0405");
    bytes[7] ^= 1;
    let fault = input.check(&context, 0, &bytes).expect_err("a refusal");
    assert_eq!((fault.code(), fault.culprit()), ("CNS-K-0405", Some(&exchange.id(3))));
}

#[test]
fn confirmations() {
    let exchange = &mut Exchange::at(4, Phase::Confirm);
    let other = forged(exchange, |m| inner!(m, Confirmation).survivors = Digest::of("x", b""));
    assert_eq!(code(exchange.receive(2, other)), "CNS-K-0214");
}

/// Two messages for one step; a message for another step; the same message again.
#[test]
fn steps() {
    let exchange = &mut Exchange::at(4, Phase::Confirm);
    let confirmation = exchange.answer(2);
    exchange.receive(2, confirmation.clone()).expect("taken");
    exchange.receive(2, confirmation.clone()).expect("the same again is harmless");
    let other = exchange.resigned(2, {
        let mut other = confirmation.clone();
        inner!(&mut other, Confirmation).survivors = Digest::of("x", b"");
        other
    });
    assert_eq!(code(exchange.receive(2, other)), "CNS-K-0402");
    let early = &mut Exchange::at(4, Phase::Input);
    assert_eq!(code(early.receive(2, confirmation)), "CNS-K-0401");
}

/// A false share is found by the commitment of its dealer; the sum is opened by the others.
#[test]
fn a_false_share() {
    let exchange = &mut Exchange::at(4, Phase::Unmask);
    let liar = forged(exchange, |m| inner!(m, Unmasking).shares[3].share[9] ^= 1);
    let fault = exchange.receive(2, liar).expect_err("a refusal");
    let expected = CryptoFault::FalseShare { revealer: exchange.id(2), dealer: exchange.id(3) };
    assert_eq!(fault, expected);
    is_named(exchange, &fault);
    let fewer = forged(exchange, |m| omit(&mut inner!(m, Unmasking).shares, 3));
    assert_eq!(code(exchange.receive(2, fewer)), "CNS-K-0408");
    exchange.run(Phase::Open, |site| site != 2);
    let sum = opened(&exchange.aggregator, &exchange.hospitals, &exchange.vectors);
    assert!(sum.iter().all(|word| *word == 1 + 2 + 3 + 4), "the liar's vector is in the sum");
}

/// A dealer whose shares, each as committed to, do not give the secret that it committed to.
#[test]
fn a_false_dealing() {
    let exchange = &mut Exchange::at(4, Phase::Shares);
    let message = forged(exchange, |m| inner!(m, Shares).head.commitment = Digest::of("x", b""));
    exchange.receive(2, message).expect("nobody can tell yet");
    exchange.run(Phase::Unmask, |_| true);
    for site in 0..4 {
        let message = exchange.answer(site);
        exchange.receive(site, message).expect("each share is as committed to");
    }
    assert_eq!(exchange.aggregator.close(), Err(CryptoFault::FalseDealing(exchange.id(2))));
}

/// A dealer that commits to one share and seals another is named by the receiver before anything of it leaves.
#[test]
fn a_false_commitment() {
    let exchange = &mut Exchange::at(4, Phase::Shares);
    let message = forged(exchange, |m| inner!(m, Shares).sealed[0].fits.mask_key = Digest::of("x", b""));
    exchange.receive(2, message).expect("only the receiver can tell");
    exchange.run(Phase::Input, |_| true);
    let request = exchange.request(0);
    assert_eq!(exchange.ask(0, &request), Err(CryptoFault::ShareUnfit(exchange.id(2))));
}
