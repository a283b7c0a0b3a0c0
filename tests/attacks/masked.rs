//! What the coordinator holds of one hospital in a secure sum of three: its masked words.

use consilium_crypto::{
    Aggregator, Context, MemoryPins, Request, Site, SiteKey, SiteMessage, StudySecret, Terms, Word,
};
use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId};

/// Words of the first hospital as they leave it; the two others send zeros.
pub(crate) fn held<W: Word>(words: &[W], seed: u64) -> Vec<W> {
    let secret =
        |kind: &str, i: usize| *Digest::of(kind, &[seed.to_le_bytes(), i.to_le_bytes()].concat()).as_bytes();
    let keys: Vec<SiteKey> = (0..3).map(|i| SiteKey::from_bytes(&secret("key", i))).collect();
    let ids: Vec<SiteId> = (0..3).map(|i| format!("site-{i}").parse().unwrap()).collect();
    let context = Context::new(Terms {
        plan: Digest::of("plan", b""),
        attempt: Attempt(1),
        exchange: ExchangeNumber(1),
        question: Digest::of("question", b""),
        roster: ids.iter().cloned().zip(keys.iter().map(SiteKey::public)).collect(),
        width: W::WIDTH,
        words: words.len() as u64,
    });
    let context = context.unwrap();
    let mut aggregator = Aggregator::new(context.clone());
    let mut pins: Vec<MemoryPins> = (0..3).map(|_| MemoryPins::default()).collect();
    let mut vectors = vec![words.to_vec(), vec![W::ZERO; words.len()], vec![W::ZERO; words.len()]];
    for _ in 0..3 {
        for (i, id) in ids.iter().enumerate() {
            let study = StudySecret::from_bytes(secret("study", i));
            let site = Site::new(&context, &keys[i], &study).unwrap();
            let message = match aggregator.request(id).unwrap() {
                Request::Keys => SiteMessage::Keys(site.keys(&mut pins[i]).unwrap()),
                Request::Shares(request) => SiteMessage::Shares(site.shares(&request, &mut pins[i]).unwrap()),
                Request::Input(request) => {
                    SiteMessage::Input(site.input(&request, &mut vectors[i], &mut pins[i]).unwrap())
                }
                Request::Confirm(_) | Request::Unmask(_) => panic!("the words have left already"),
            };
            aggregator.receive(id, message).unwrap();
        }
        aggregator.close().unwrap();
    }
    vectors.swap_remove(0)
}
