//! What the coordinator holds of one site looks like chance, also with every mask removed that it may know; and what
//! the masks are, computed a second time from the reference page with other code.

use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit as _, StreamCipher as _};
use consilium_crypto::{Context, Kind, Phase, SiteMessage};
use hkdf::Hkdf;
use sha2::Sha256;
use vsss_rs::Gf256;
use x25519_dalek::{PublicKey, StaticSecret};

use crate::support::{Exchange, Hospital, hospitals};

const WORDS: usize = 1 << 15;
const SITES: usize = 7;

fn derived(context: &Context, secret: &[u8], info: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let source = Hkdf::<Sha256>::new(Some(context.hash().as_bytes()), secret);
    source.expand(info, &mut key).expect("32 bytes");
    key
}

/// The stream of a seed as words.
fn stream(seed: [u8; 32], words: usize) -> Vec<i64> {
    let mut bytes = vec![0; words * 8];
    ChaCha20::new(&seed.into(), &[0; 12].into()).apply_keystream(&mut bytes);
    bytes.as_chunks::<8>().0.iter().map(|word| i64::from_le_bytes(*word)).collect()
}

fn own_mask(context: &Context, hospital: &Hospital, place: u8, words: usize) -> Vec<i64> {
    let seed = derived(context, hospital.secret.as_bytes(), b"self mask");
    stream(derived(context, &seed, &[b"self".as_slice(), &[place]].concat()), words)
}

/// The mask that two sites share, as the first of them uses it.
fn pair_mask(context: &Context, hospitals: &[Hospital], (u, v): (usize, usize), words: usize) -> Vec<i64> {
    let key =
        |site: usize| StaticSecret::from(derived(context, hospitals[site].secret.as_bytes(), b"mask key"));
    let shared = key(u).diffie_hellman(&PublicKey::from(&key(v)));
    let places = [u.min(v), u.max(v)].map(|place| u8::try_from(place + 1).expect("few sites"));
    let mask = stream(derived(context, shared.as_bytes(), &[b"pair".as_slice(), &places].concat()), words);
    if u < v { mask } else { mask.into_iter().map(i64::wrapping_neg).collect() }
}

fn minus(vector: &[i64], mask: &[i64]) -> Vec<i64> {
    vector.iter().zip(mask).map(|(word, mask)| word.wrapping_sub(*mask)).collect()
}

/// The chi-square of the bytes' frequencies, 255 degrees of freedom, and the bits' departure from one half in
/// standard deviations.
fn statistics(vector: &[i64]) -> (f64, f64) {
    let bytes: Vec<u8> = vector.iter().flat_map(|word| word.to_le_bytes()).collect();
    let mut counts = [0u32; 256];
    bytes.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let expected = bytes.len() as f64 / 256.0;
    let chi_square = counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
    let bits = bytes.len() as f64 * 8.0;
    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    (chi_square, (f64::from(ones) - bits / 2.0).abs() / (bits.sqrt() / 2.0))
}

fn assert_random(vector: &[i64], what: &str) {
    let (chi_square, bits) = statistics(vector);
    // one chance in 10^8 to either side, and the seeds are fixed
    assert!((144.0..400.0).contains(&chi_square), "{what}: chi-square {chi_square}");
    assert!(bits < 5.7, "{what}: bits {bits} standard deviations from one half");
}

/// Site 0's masked vector of zeros, when the last site drops after it shared.
fn masked() -> (Context, Vec<Hospital>, Vec<i64>) {
    let hospitals = hospitals(SITES);
    let mut exchange = Exchange::of(hospitals, vec![vec![0; WORDS]; SITES]);
    exchange.run(Phase::Input, |_| true);
    exchange.answer(0);
    (exchange.context(), exchange.hospitals, exchange.vectors.swap_remove(0))
}

#[test]
fn a_masked_vector_looks_like_chance_until_the_last_mask_is_gone() {
    let (context, hospitals, mut vector) = masked();
    assert_random(&vector, "as sent");
    // an honest coordinator learns the own mask of a survivor and the masks shared with who dropped
    vector = minus(&vector, &own_mask(&context, &hospitals[0], 1, WORDS));
    vector = minus(&vector, &pair_mask(&context, &hospitals, (0, 6), WORDS));
    assert_random(&vector, "without the masks that are revealed");
    // colluding sites tell theirs: one honest site that is left is enough
    for site in 2..6 {
        vector = minus(&vector, &pair_mask(&context, &hospitals, (0, site), WORDS));
        assert_random(&vector, "without the masks of colluders");
    }
    vector = minus(&vector, &pair_mask(&context, &hospitals, (0, 1), WORDS));
    assert!(vector.iter().all(|word| *word == 0), "the masks are those of the reference page");
    let (chi_square, _) = statistics(&vector);
    assert!(chi_square > 1e6, "zeros do not look like chance");
}

/// Nor do two masked vectors of different exchanges have anything in common.
#[test]
fn masks_of_two_exchanges_differ() {
    let (context, hospitals, vector) = masked();
    let mut terms = context.terms().clone();
    terms.exchange = terms.exchange.next();
    let next = Context::new(terms).expect("valid terms");
    assert_random(&minus(&vector, &own_mask(&next, &hospitals[0], 1, WORDS)), "another exchange's mask");
    let difference =
        minus(&pair_mask(&context, &hospitals, (0, 1), WORDS), &pair_mask(&next, &hospitals, (0, 1), WORDS));
    assert_random(&difference, "the difference of two pair masks");
}

/// The shares of any t sites give a site's secret; those of one fewer, together with the coordinator, do not.
#[test]
fn fewer_than_the_threshold_cannot_open_a_site() {
    let mut exchange = Exchange::at(SITES, Phase::Unmask);
    let context = exchange.context();
    let victim = &exchange.hospitals[0];
    let truth = derived(&context, victim.secret.as_bytes(), b"self mask");
    let shares: Vec<Vec<u8>> = exchange.answers().iter().map(share_of_the_first).collect();
    let threshold = context.threshold();
    let mut opened = [0, 0];
    for set in 0u32..1 << SITES {
        let held: Vec<Vec<u8>> =
            (0..SITES).filter(|site| set >> site & 1 == 1).map(|site| shares[site].clone()).collect();
        if held.len() == threshold || held.len() + 1 == threshold {
            let enough = held.len() == threshold;
            let secret = Gf256::combine_array(held).expect("distinct points");
            assert_eq!(secret == truth, enough, "sites {set:b}");
            opened[usize::from(enough)] += 1;
        }
    }
    assert_eq!(opened, [35, 21], "all sets of four and of five of seven");
}

/// Point and value of the share of site 0's self-mask.
fn share_of_the_first(message: &SiteMessage) -> Vec<u8> {
    let SiteMessage::Unmasking(unmasking) = message else { panic!("an unmasking") };
    let share = &unmasking.shares[0];
    assert_eq!((share.of.get(), share.kind), (1, Kind::SelfMask));
    [&[unmasking.site.get()], share.share.as_slice()].concat()
}
