//! A consortium in memory: sites with secrets and pins, a coordinator, and vectors that are known in the clear.

use consilium_crypto::{
    Aggregator, Context, MemoryPins, Request, Site, SiteKey, SiteMessage, StudySecret, Sum, Terms, Width,
    Word, encode_chunk,
};
use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId};

/// One hospital.
pub(crate) struct Hospital {
    pub(crate) id: SiteId,
    pub(crate) key: SiteKey,
    pub(crate) secret: StudySecret,
    pub(crate) pins: MemoryPins,
}

pub(crate) fn hospitals(count: usize) -> Vec<Hospital> {
    let seed = |kind: &str, i: usize| *Digest::of(kind, &i.to_le_bytes()).as_bytes();
    let hospital = |i| Hospital {
        id: format!("site-{i:03}").parse().expect("a slug"),
        key: SiteKey::from_bytes(&seed("key", i)),
        secret: StudySecret::from_bytes(seed("secret", i)),
        pins: MemoryPins::default(),
    };
    (0..count).map(hospital).collect()
}

pub(crate) fn terms(hospitals: &[Hospital], width: Width, words: u64) -> Terms {
    Terms {
        plan: Digest::of("plan", b"p"),
        attempt: Attempt(1),
        exchange: ExchangeNumber(7),
        question: Digest::of("question", b"model 1"),
        roster: hospitals.iter().map(|h| (h.id.clone(), h.key.public())).collect(),
        width,
        words,
    }
}

pub(crate) fn context(hospitals: &[Hospital], width: Width, words: u64) -> Context {
    Context::new(terms(hospitals, width, words)).expect("valid terms")
}

impl Hospital {
    /// Answers what the coordinator asks, over bytes, as on a wire. `words` is masked in place when it is asked for.
    pub(crate) fn answer<W: Word>(
        &mut self,
        context: &Context,
        request: &Request,
        words: &mut [W],
    ) -> Result<SiteMessage, consilium_crypto::CryptoFault> {
        let request = Request::from_bytes(&request.to_bytes()).expect("a request survives its bytes");
        let site = Site::new(context, &self.key, &self.secret)?;
        let message = match request {
            Request::Keys => SiteMessage::Keys(site.keys(&mut self.pins)?),
            Request::Shares(request) => SiteMessage::Shares(site.shares(&request, &mut self.pins)?),
            Request::Input(request) => SiteMessage::Input(site.input(&request, words, &mut self.pins)?),
            Request::Confirm(request) => SiteMessage::Confirmation(site.confirm(&request, &mut self.pins)?),
            Request::Unmask(request) => SiteMessage::Unmasking(site.unmask(&request, &mut self.pins)?),
        };
        Ok(SiteMessage::from_bytes(&message.to_bytes()).expect("a message survives its bytes"))
    }
}

/// One step: every site that is there answers.
pub(crate) fn step<W: Word>(
    aggregator: &mut Aggregator,
    hospitals: &mut [Hospital],
    vectors: &mut [Vec<W>],
    is_there: impl Fn(usize) -> bool,
) {
    for (i, hospital) in hospitals.iter_mut().enumerate() {
        let Some(request) = aggregator.request(&hospital.id) else { continue };
        if is_there(i) {
            let message =
                hospital.answer(&aggregator.context().clone(), &request, &mut vectors[i]).expect("answered");
            aggregator.receive(&hospital.id, message).expect("taken");
        }
    }
}

/// Adds the survivors' masked vectors and takes the masks off.
pub(crate) fn opened<W: Word>(aggregator: &Aggregator, hospitals: &[Hospital], vectors: &[Vec<W>]) -> Vec<W> {
    let context = aggregator.context();
    let mut sum = Sum::<W>::new(context).expect("the width of the terms");
    let mut bytes = Vec::new();
    for (hospital, vector) in hospitals.iter().zip(vectors) {
        let Some(input) = aggregator.input(&hospital.id) else { continue };
        for index in 0..context.chunks() {
            encode_chunk(context, vector, index, &mut bytes);
            sum.add(&input.check(context, index, &bytes).expect("the signed chunk")).expect("in order");
        }
    }
    sum.open(aggregator.opening().expect("all steps are closed")).expect("opened")
}
