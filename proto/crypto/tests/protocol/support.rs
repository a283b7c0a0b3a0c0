//! A consortium in memory: sites with secrets and pins, a coordinator, and vectors that are known in the clear.

use consilium_crypto::{
    Aggregator, Confirmation, Context, CryptoFault, Keys, MemoryPins, Phase, Request, Signature, Site,
    SiteKey, SiteMessage, StudySecret, Sum, Terms, Unmasking, Width, Word, encode_chunk,
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
    ) -> Result<SiteMessage, CryptoFault> {
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

/// An exchange in which each site brings its number, from 1, in every word.
pub(crate) struct Exchange {
    pub(crate) hospitals: Vec<Hospital>,
    pub(crate) clear: Vec<Vec<i64>>,
    /// Masked, once a site was asked for its vector.
    pub(crate) vectors: Vec<Vec<i64>>,
    pub(crate) aggregator: Aggregator,
}

pub(crate) const WORDS: usize = 5;

impl Exchange {
    pub(crate) fn new(sites: usize) -> Self {
        let hospitals = hospitals(sites);
        let number = |site| i64::try_from(site).expect("few sites") + 1;
        Self::of(hospitals, (0..sites).map(|site| vec![number(site); WORDS]).collect())
    }

    pub(crate) fn of(hospitals: Vec<Hospital>, clear: Vec<Vec<i64>>) -> Self {
        let aggregator = Aggregator::new(context(&hospitals, Width::Updates, clear[0].len() as u64));
        Self { hospitals, vectors: clear.clone(), clear, aggregator }
    }

    /// All sites answer until the coordinator collects `phase`.
    pub(crate) fn at(sites: usize, phase: Phase) -> Self {
        let mut exchange = Self::new(sites);
        exchange.run(phase, |_| true);
        exchange
    }

    /// The sites that are there answer until the coordinator collects `phase`.
    pub(crate) fn run(&mut self, phase: Phase, is_there: impl Fn(usize) -> bool) {
        while self.aggregator.phase() < phase {
            for site in (0..self.hospitals.len()).filter(|site| is_there(*site)) {
                if self.aggregator.awaited().contains(&self.id(site)) {
                    let message = self.answer(site);
                    self.receive(site, message).expect("taken");
                }
            }
            self.aggregator.close().expect("a threshold is left");
        }
    }

    /// The same exchange of the next attempt, from its first step.
    pub(crate) fn next_attempt(&mut self) {
        let mut terms = self.context().terms().clone();
        terms.attempt = terms.attempt.next();
        self.aggregator = Aggregator::new(Context::new(terms).expect("valid terms"));
    }

    pub(crate) fn context(&self) -> Context {
        self.aggregator.context().clone()
    }

    pub(crate) fn id(&self, site: usize) -> SiteId {
        self.hospitals[site].id.clone()
    }

    /// What an honest coordinator would ask now.
    pub(crate) fn request(&self, site: usize) -> Request {
        self.aggregator.request(&self.hospitals[site].id).expect("the site takes part")
    }

    /// A site's answer to a request, whoever made it.
    pub(crate) fn ask(&mut self, site: usize, request: &Request) -> Result<SiteMessage, CryptoFault> {
        let context = self.context();
        if matches!(request, Request::Input(_)) {
            self.vectors[site].clone_from(&self.clear[site]);
        }
        self.hospitals[site].answer(&context, request, &mut self.vectors[site])
    }

    /// A site's answer to the honest request.
    pub(crate) fn answer(&mut self, site: usize) -> SiteMessage {
        let request = self.request(site);
        self.ask(site, &request).expect("answered")
    }

    /// Every site's answer to its honest request, not yet received.
    pub(crate) fn answers(&mut self) -> Vec<SiteMessage> {
        (0..self.hospitals.len()).map(|site| self.answer(site)).collect()
    }

    pub(crate) fn receive(&mut self, site: usize, message: SiteMessage) -> Result<(), CryptoFault> {
        let id = self.id(site);
        self.aggregator.receive(&id, message)
    }

    /// A signature by a site's own key, as the reference page describes it: it may sign what it likes.
    pub(crate) fn signed(&self, site: usize, what: &str, payload: &[u8]) -> Signature {
        let content = [self.context().hash().as_bytes(), payload].concat();
        self.hospitals[site].key.sign(&format!("consilium/secagg-{what}/v1"), &content)
    }

    /// The message with a new signature over what it says now.
    pub(crate) fn resigned(&self, site: usize, message: SiteMessage) -> SiteMessage {
        let bytes = message.to_bytes();
        let payload = &bytes[1..bytes.len() - 64];
        match message {
            SiteMessage::Keys(keys) => {
                SiteMessage::Keys(Keys { signature: self.signed(site, "keys", payload), ..keys })
            }
            SiteMessage::Shares(mut shares) => {
                // tag, site, keys, commitment | list, signature | sealed shares
                shares.head.list = Digest::of("consilium/secagg-sealed/v1", &bytes[162..]);
                let payload = [&bytes[1..66], shares.head.list.as_bytes()].concat();
                shares.head.signature = self.signed(site, "shares", &payload);
                SiteMessage::Shares(shares)
            }
            SiteMessage::Input(mut input) => {
                let payload = [&bytes[1..34], input.root().as_bytes()].concat();
                input.signature = self.signed(site, "input", &payload);
                SiteMessage::Input(input)
            }
            SiteMessage::Confirmation(it) => SiteMessage::Confirmation(Confirmation {
                signature: self.signed(site, "confirmation", payload),
                ..it
            }),
            SiteMessage::Unmasking(it) => {
                SiteMessage::Unmasking(Unmasking { signature: self.signed(site, "unmasking", payload), ..it })
            }
        }
    }
}

/// The list without an entry.
pub(crate) fn omit<T>(list: &mut Vec<T>, place: usize) {
    list.remove(place);
}

/// The code of a refusal.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, CryptoFault>) -> &'static str {
    result.expect_err("a refusal").code()
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
