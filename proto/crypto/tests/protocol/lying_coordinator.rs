//! A coordinator that lies, alone or with a site: every site refuses, each lie by its own code.

use consilium_crypto::{Context, Fits, Member, Phase, Point, Request, SiteMessage, Terms};
use consilium_types::Digest;

use crate::support::{Exchange, code, omit};

/// The exchange's terms with a change.
fn changed(exchange: &Exchange, change: impl FnOnce(&mut Terms)) -> Context {
    let mut terms = exchange.context().terms().clone();
    change(&mut terms);
    Context::new(terms).expect("valid terms")
}

/// The code by which site 0 refuses the honest request after a change.
fn refusal(exchange: &mut Exchange, change: impl FnOnce(&mut Request)) -> &'static str {
    let mut request = exchange.request(0);
    change(&mut request);
    code(exchange.ask(0, &request))
}

fn member(place: u8) -> Member {
    let exchange = Exchange::new(10);
    exchange.context().member(&exchange.id(usize::from(place) - 1)).expect("in the roster")
}

/// A field of a request of this step.
macro_rules! field {
    ($request:expr, $field:ident: $variant:ident) => {
        match $request {
            Request::$variant(request) => &mut request.$field,
            _ => panic!("another request"),
        }
    };
}

#[test]
fn two_models() {
    let mut exchange = Exchange::at(4, Phase::Shares);
    let other = changed(&exchange, |terms| terms.question = Digest::of("question", b"model 2"));
    let request = exchange.request(0);
    let told = exchange.hospitals[0].answer(&other, &request, &mut exchange.vectors[0]);
    assert_eq!(code(told), "CNS-K-0301");
    // a site that hears of this exchange for the first time cannot use the others' keys
    exchange.hospitals[1].pins = consilium_crypto::MemoryPins::default();
    let told = exchange.hospitals[1].answer(&other, &request, &mut exchange.vectors[1]);
    assert_eq!(code(told), "CNS-K-0205", "its own keys are others under another model");
}

#[test]
fn two_rosters() {
    let exchange = &mut Exchange::at(5, Phase::Shares);
    let fewer = changed(exchange, |terms| omit(&mut terms.roster, 4));
    let request = exchange.request(0);
    let told = exchange.hospitals[0].answer(&fewer, &request, &mut exchange.vectors[0]);
    assert_eq!(code(told), "CNS-K-0302");
}

#[test]
fn another_shape() {
    let exchange = &mut Exchange::at(4, Phase::Shares);
    let longer = changed(exchange, |terms| terms.words += 1);
    let request = exchange.request(0);
    let told = exchange.hospitals[0].answer(&longer, &request, &mut exchange.vectors[0]);
    assert_eq!(code(told), "CNS-K-0303");
}

#[test]
fn swapped_keys() {
    let exchange = &mut Exchange::at(4, Phase::Shares);
    let forged = Point::from([9; 32]);
    assert_eq!(refusal(exchange, |r| field!(r, keys: Shares)[2].seal = forged), "CNS-K-0203");
    assert_eq!(refusal(exchange, |r| field!(r, keys: Shares)[2].mask = forged), "CNS-K-0203");
    assert_eq!(refusal(exchange, |r| field!(r, keys: Shares)[0].seal = forged), "CNS-K-0205");
    assert_eq!(refusal(exchange, |r| field!(r, keys: Shares)[0].mask = forged), "CNS-K-0205");
    assert_eq!(refusal(exchange, |r| field!(r, keys: Shares)[3].site = member(10)), "CNS-K-0202");
    assert_eq!(refusal(exchange, |r| field!(r, keys: Shares).truncate(2)), "CNS-K-0207");
    assert_eq!(refusal(exchange, |r| omit(field!(r, keys: Shares), 0)), "CNS-K-0208");
}

/// With a site that signs what the coordinator wants.
#[test]
fn keys_of_a_colluding_site() {
    let exchange = &mut Exchange::at(4, Phase::Shares);
    let Request::Shares(request) = exchange.request(0) else { panic!("shares are asked for") };
    for (point, expected) in [(request.keys[1].mask, "CNS-K-0204"), (Point::from([0; 32]), "CNS-K-0206")] {
        let mut keys = request.keys[2].clone();
        keys.seal = point;
        let SiteMessage::Keys(signed) = exchange.resigned(2, SiteMessage::Keys(keys)) else { panic!("keys") };
        assert_eq!(refusal(exchange, |r| field!(r, keys: Shares)[2] = signed), expected);
    }
}

/// A colluding site has two sets of keys; sites are told different ones.
#[test]
fn two_lists_of_keys() {
    let exchange = &mut Exchange::at(4, Phase::Shares);
    let mut request = exchange.request(1);
    let keys = field!(&mut request, keys: Shares);
    keys[3].seal = Point::from([9; 32]);
    let SiteMessage::Keys(second) = exchange.resigned(3, SiteMessage::Keys(keys[3].clone())) else {
        panic!("keys")
    };
    keys[3] = second;
    let SiteMessage::Shares(deceived) = exchange.ask(1, &request).expect("plausible") else {
        panic!("shares")
    };
    exchange.run(Phase::Input, |site| site != 1);
    let honest_list = refusal(exchange, |r| field!(r, heads: Input).insert(1, deceived.head.clone()));
    assert_eq!(honest_list, "CNS-K-0211");
    // and the deceived site takes no other list any more
    let Request::Input(mut input) = exchange.request(0) else { panic!("an input is asked for") };
    input.sealed.iter_mut().for_each(|share| share.to = member(2));
    assert_eq!(code(exchange.ask(1, &Request::Input(input))), "CNS-K-0304");
}

#[test]
fn shares_of_others_or_altered() {
    let exchange = &mut Exchange::at(4, Phase::Input);
    let Request::Input(others) = exchange.request(1) else { panic!("an input is asked for") };
    assert_eq!(refusal(exchange, |r| *field!(r, sealed: Input) = others.sealed.clone()), "CNS-K-0212");
    assert_eq!(refusal(exchange, |r| omit(field!(r, sealed: Input), 3)), "CNS-K-0212");
    assert_eq!(refusal(exchange, |r| field!(r, sealed: Input)[2].sealed[5] ^= 1), "CNS-K-0209");
    let unfit = Fits { self_mask: Digest::of("x", b""), mask_key: Digest::of("x", b"") };
    assert_eq!(refusal(exchange, |r| field!(r, sealed: Input)[2].fits = unfit), "CNS-K-0210");
    assert_eq!(
        refusal(exchange, |r| field!(r, heads: Input)[2].commitment = Digest::of("x", b"")),
        "CNS-K-0203"
    );
    assert_eq!(refusal(exchange, |r| omit(field!(r, heads: Input), 0)), "CNS-K-0208");
}

#[test]
fn survivors_that_are_none() {
    let exchange = &mut Exchange::at(7, Phase::Confirm);
    assert_eq!(refusal(exchange, |r| field!(r, claims: Confirm).truncate(4)), "CNS-K-0207");
    assert_eq!(refusal(exchange, |r| omit(field!(r, claims: Confirm), 0)), "CNS-K-0208");
    let forged = Digest::of("x", b"");
    assert_eq!(refusal(exchange, |r| field!(r, claims: Confirm)[3].root = forged), "CNS-K-0203");
    assert_eq!(refusal(exchange, |r| field!(r, claims: Confirm)[3].transcript = forged), "CNS-K-0203");
    assert_eq!(refusal(exchange, |r| field!(r, claims: Confirm)[0].root = forged), "CNS-K-0217");
    // a colluding site masked its vector over another list
    let mut input = exchange.aggregator.input(&exchange.id(3)).expect("sent").clone();
    input.transcript = forged;
    let SiteMessage::Input(signed) = exchange.resigned(3, SiteMessage::Input(input)) else { panic!("input") };
    assert_eq!(refusal(exchange, |r| field!(r, claims: Confirm)[3] = signed.claim()), "CNS-K-0213");
}

/// Site 5 is told to be gone, to one site only: its mask key would be revealed by some, its self-mask by others.
#[test]
fn a_survivor_that_is_said_to_have_dropped() {
    let exchange = &mut Exchange::at(7, Phase::Confirm);
    let mut lie = exchange.request(0);
    field!(&mut lie, claims: Confirm).remove(5);
    let SiteMessage::Confirmation(deceived) = exchange.ask(0, &lie).expect("plausible") else {
        panic!("confirmation")
    };
    exchange.run(Phase::Unmask, |site| site != 0);
    // the others' confirmations are of another set
    let lie = |request: &mut Request| {
        field!(request, claims: Unmask).remove(5);
        field!(request, dropped: Unmask).push(member(6));
        field!(request, confirmations: Unmask).retain(|c| c.site != member(6));
    };
    assert_eq!(refusal(exchange, lie), "CNS-K-0214");
    // the deceived site does not unmask the true set either, and its confirmation helps no one
    assert_eq!(refusal(exchange, |_| ()), "CNS-K-0307");
    assert_eq!(
        refusal(exchange, |r| field!(r, confirmations: Unmask).insert(0, deceived.clone())),
        "CNS-K-0214"
    );
}

#[test]
fn both_shares_of_one_site() {
    let exchange = &mut Exchange::at(7, Phase::Unmask);
    assert_eq!(refusal(exchange, |r| field!(r, dropped: Unmask).push(member(6))), "CNS-K-0215");
}

#[test]
fn dropped_sites_that_are_not_what_is_left() {
    let exchange = &mut Exchange::at(7, Phase::Input);
    exchange.run(Phase::Unmask, |site| site != 6);
    assert_eq!(refusal(exchange, |r| field!(r, dropped: Unmask).clear()), "CNS-K-0216");
    assert_eq!(refusal(exchange, |r| field!(r, dropped: Unmask).push(member(10))), "CNS-K-0216");
}

#[test]
fn too_few_confirmations() {
    let exchange = &mut Exchange::at(7, Phase::Unmask);
    assert_eq!(refusal(exchange, |r| field!(r, confirmations: Unmask).truncate(4)), "CNS-K-0207");
    let forge = |r: &mut Request| field!(r, confirmations: Unmask)[3].signature = [1; 64].into();
    assert_eq!(refusal(exchange, forge), "CNS-K-0203");
    let repeat = |r: &mut Request| {
        let confirmations = field!(r, confirmations: Unmask);
        confirmations[3] = confirmations[2].clone();
    };
    let mut repeated = exchange.request(0);
    repeat(&mut repeated);
    assert_eq!(code(Request::from_bytes(&repeated.to_bytes())), "CNS-K-0201", "a list ascends");
}

/// After the sum of all was opened, the sum without site 5 would give its vector.
#[test]
fn a_second_unmasking() {
    let exchange = &mut Exchange::at(7, Phase::Unmask);
    let first = exchange.answer(0);
    let without = |request: &mut Request| {
        field!(request, claims: Unmask).remove(5);
        field!(request, dropped: Unmask).push(member(6));
        field!(request, confirmations: Unmask).remove(5);
    };
    assert_eq!(refusal(exchange, without), "CNS-K-0308");
    assert_eq!(exchange.answer(0), first, "the first may be repeated");
}
