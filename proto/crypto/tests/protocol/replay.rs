//! An auditor's replay gives the coordinator's sum, bit for bit, and believes nothing that was not signed.

use consilium_crypto::{Context, CryptoFault, Kind, Opening, Phase, encode_chunk, replay};
use consilium_types::SiteId;

use crate::support::{Exchange, code, omit, opened};

/// An exchange of 7 sites, of which the last dropped after it shared, with its opening.
fn finished() -> (Exchange, Opening) {
    let mut exchange = Exchange::at(7, Phase::Input);
    exchange.run(Phase::Open, |site| site != 6);
    let opening = exchange.aggregator.opening().expect("open").clone();
    (exchange, opening)
}

/// The masked vectors that the coordinator kept.
fn kept(exchange: &Exchange) -> impl Fn(&SiteId, u32, &mut Vec<u8>) -> Result<(), CryptoFault> {
    move |site, index, out| {
        let place = exchange.hospitals.iter().position(|h| h.id == *site).expect("a site of the exchange");
        encode_chunk(&exchange.context(), &exchange.vectors[place], index, out);
        Ok(())
    }
}

fn replayed(exchange: &Exchange, opening: &Opening) -> Result<Vec<i64>, CryptoFault> {
    replay(&exchange.context(), opening, kept(exchange))
}

#[test]
fn the_sum_is_recomputed_from_bytes() {
    let (exchange, opening) = finished();
    let context = Context::from_bytes(&exchange.context().to_bytes()).expect("as written");
    assert_eq!(context, exchange.context());
    let read = Opening::from_bytes(&opening.to_bytes()).expect("as written");
    assert_eq!(read, opening);
    let sum: Vec<i64> = replay(&context, &read, kept(&exchange)).expect("believed");
    assert_eq!(sum, opened(&exchange.aggregator, &exchange.hospitals, &exchange.vectors));
    assert!(sum.iter().all(|word| *word == (1..=6).sum::<i64>()));
    assert_eq!(read.survivors(&context).expect("members").len(), 6);
}

#[test]
fn a_changed_record_is_not_believed() {
    let (exchange, opening) = finished();
    let refused = |change: fn(&mut Opening)| {
        let mut changed = opening.clone();
        change(&mut changed);
        code(replayed(&exchange, &changed))
    };
    assert_eq!(refused(|o| o.secrets[2].secret[0] ^= 1), "CNS-K-0501");
    assert_eq!(refused(|o| o.secrets[6].secret[1] ^= 1), "CNS-K-0501");
    assert_eq!(refused(|o| o.secrets[2].kind = Kind::MaskKey), "CNS-K-0502");
    assert_eq!(refused(|o| omit(&mut o.secrets, 6)), "CNS-K-0502");
    assert_eq!(refused(|o| o.confirmations.truncate(4)), "CNS-K-0207");
    assert_eq!(refused(|o| o.unmaskings.truncate(4)), "CNS-K-0207");
    assert_eq!(refused(|o| o.unmaskings[1].shares[0].share[0] ^= 1), "CNS-K-0203");
    assert_eq!(refused(|o| omit(&mut o.inputs, 5)), "CNS-K-0214", "the others confirmed it");
    assert_eq!(refused(|o| omit(&mut o.inputs, 0)), "CNS-K-0202", "it confirmed itself");
    assert_eq!(refused(|o| o.inputs.swap(0, 1)), "CNS-K-0201");
    assert_eq!(refused(|o| omit(&mut o.keys, 3)), "CNS-K-0211");
}

#[test]
fn a_changed_vector_is_not_believed() {
    let (mut exchange, opening) = finished();
    exchange.vectors[4][2] ^= 1;
    let fault = replayed(&exchange, &opening).expect_err("a refusal");
    assert_eq!(fault, CryptoFault::ChunkUnfit(exchange.id(4), 0));
}

#[test]
fn another_exchange_is_not_believed() {
    let (exchange, opening) = finished();
    let mut terms = exchange.context().terms().clone();
    terms.exchange = terms.exchange.next();
    let other = Context::new(terms).expect("valid terms");
    assert_eq!(code(replay::<i64, CryptoFault>(&other, &opening, kept(&exchange))), "CNS-K-0203");
}
