//! A blinded exchange: the five steps of a secure sum. Vectors that come with their message are added as they come, those
//! that were uploaded when the sum is opened.
//!
//! Waits for: every site of the roster while keys, shares and vectors are collected, but for absent ones in a round of
//! networks; then for enough of them, since what is left cannot change the sum. Accepts: messages of the open step, and repeated ones. Ends: with the sum over
//! all sites of the roster, or with a site that is lost or lies. Never: the vector of one site, in clear or kept.
//! Spec: docs/reference/secure-sums.md.

use std::collections::{BTreeMap, BTreeSet};

use consilium_crypto::{
    Aggregator, CHUNK_BYTES, Checked, Context, CryptoFault, Input, Opening, Phase, Request, SiteMessage,
    SitePublic, Sum, Terms, Width, Word,
};
use consilium_stats::{Query, Summary};
use consilium_types::{Digest, SiteId};

use super::{Key, Uploaded};

/// Sites with the identities under which they were enrolled.
pub type Roster = BTreeMap<SiteId, SitePublic>;

/// Digest of a question as it travels: what masks are bound to, and what the training log names.
#[must_use]
pub fn question_digest(query: &Query) -> Digest {
    let bytes = serde_json::to_vec(query).expect("a question always serialises");
    Digest::of("consilium/question/v1", &bytes)
}

/// The terms on which a question is answered blinded. Site and coordinator derive the same.
#[must_use]
pub fn terms(plan: Digest, key: Key, query: &Query, roster: &Roster) -> Terms {
    Terms {
        plan,
        attempt: key.attempt,
        exchange: key.exchange,
        question: question_digest(query),
        roster: roster.iter().map(|(site, identity)| (site.clone(), *identity)).collect(),
        width: if query.is_update() { Width::Updates } else { Width::Statistics },
        words: query.length() as u64,
    }
}

/// The steps of one exchange and its masked vectors.
#[derive(Debug, Clone)]
pub(super) struct Blinded {
    aggregator: Aggregator,
    /// Of the vectors that came with their message; none yet.
    sum: Option<Masked>,
    /// Sites whose vectors the driver keeps.
    uploaded: BTreeSet<SiteId>,
}

#[derive(Debug, Clone)]
enum Masked {
    Statistics(Sum<i128>),
    Updates(Sum<i64>),
}

impl Blinded {
    pub(super) fn begin(terms: Terms) -> Result<Self, CryptoFault> {
        let aggregator = Aggregator::new(Context::new(terms)?);
        Ok(Self { aggregator, sum: None, uploaded: BTreeSet::new() })
    }

    pub(super) fn context(&self) -> &Context {
        self.aggregator.context()
    }

    pub(super) fn phase(&self) -> Phase {
        self.aggregator.phase()
    }

    pub(super) fn awaited(&self) -> Vec<SiteId> {
        self.aggregator.awaited()
    }

    /// What a site is asked in the open step, if it has not answered.
    pub(super) fn request(&self, site: &SiteId) -> Option<Request> {
        self.awaits(site).then(|| self.aggregator.request(site)).flatten()
    }

    /// Takes a message, with the vector that follows an [`Input`] or was uploaded before it; whether it is new.
    pub(super) fn take(
        &mut self,
        site: &SiteId,
        message: SiteMessage,
        vector: (&[u8], &dyn Uploaded),
    ) -> Result<bool, CryptoFault> {
        let late = step_of(&message) < self.phase();
        if late || !self.awaits(site) {
            return match self.aggregator.receive(site, message) {
                Err(CryptoFault::OutOfStep(_)) if late => Ok(false),
                repeated => repeated.map(|()| false),
            };
        }
        let mut next = self.aggregator.clone();
        next.receive(site, message.clone())?;
        if let SiteMessage::Input(input) = &message {
            self.keep(site, input, vector)?;
        }
        self.aggregator = next;
        Ok(true)
    }

    /// Adds a vector, or remembers whose was uploaded.
    fn keep(
        &mut self,
        site: &SiteId,
        input: &Input,
        (vector, uploaded): (&[u8], &dyn Uploaded),
    ) -> Result<(), CryptoFault> {
        if vector.is_empty() && uploaded.is_whole(self.key(), site, input.root()) {
            self.uploaded.insert(site.clone());
            return Ok(());
        }
        let context = self.aggregator.context();
        if let Some(sum) = &mut self.sum {
            sum.add(context, input, vector)
        } else {
            let mut sum = Masked::zero(context)?;
            sum.add(context, input, vector)?;
            self.sum = Some(sum);
            Ok(())
        }
    }

    fn key(&self) -> Key {
        let Terms { attempt, exchange, .. } = *self.context().terms();
        Key { attempt, exchange }
    }

    /// Closes every step that nobody is waited for any more, `without` aside; whether there was one.
    pub(super) fn advance(&mut self, without: &dyn Fn(&SiteId) -> bool) -> Result<bool, CryptoFault> {
        let before = self.phase();
        while self.phase() != Phase::Open && self.is_answered(without) {
            self.aggregator.close()?;
        }
        Ok(self.phase() != before)
    }

    /// What opens the sum, once the last step is closed.
    pub(super) fn opening(&self) -> Option<&Opening> {
        self.aggregator.opening()
    }

    /// The sum of all vectors.
    pub(super) fn open(&self, opening: &Opening, uploaded: &dyn Uploaded) -> Result<Summary, CryptoFault> {
        let mut sum = match &self.sum {
            Some(sum) => sum.clone(),
            None => Masked::zero(self.context())?,
        };
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        for site in &self.uploaded {
            for index in 0..self.context().chunks() {
                chunk.clear();
                // a chunk that is not there has not the signed hash
                let _ = uploaded.chunk(self.key(), site, index, &mut chunk);
                let input = self.aggregator.input(site).ok_or(CryptoFault::OtherVectors)?;
                sum.add_chunk(&input.check(self.context(), index, &chunk)?)?;
            }
        }
        match sum {
            Masked::Statistics(sum) => sum.open(opening).map(Summary::Statistics),
            Masked::Updates(sum) => sum.open(opening).map(Summary::Updates),
        }
    }

    /// Roots of the masked vectors, by site.
    pub(super) fn roots(&self) -> BTreeMap<SiteId, Digest> {
        let survivors = self.aggregator.survivors().into_iter();
        survivors.filter_map(|site| Some((site.clone(), self.aggregator.input(&site)?.root()))).collect()
    }

    fn awaits(&self, site: &SiteId) -> bool {
        self.awaited().contains(site)
    }

    /// How many answered the open step, if it decides who is in the sum and they are enough to open it.
    pub(super) fn answered(&self) -> Option<usize> {
        let answered = self.aggregator.answered();
        (self.phase() <= Phase::Input && answered >= self.context().threshold()).then_some(answered)
    }

    fn is_answered(&self, without: &dyn Fn(&SiteId) -> bool) -> bool {
        let answered = self.aggregator.answered();
        let all = self.phase() > Phase::Input || self.awaited().iter().all(without);
        all && answered >= self.context().threshold()
    }
}

/// The step that a message belongs to.
fn step_of(message: &SiteMessage) -> Phase {
    match message {
        SiteMessage::Keys(_) => Phase::Keys,
        SiteMessage::Shares(_) => Phase::Shares,
        SiteMessage::Input(_) => Phase::Input,
        SiteMessage::Confirmation(_) => Phase::Confirm,
        SiteMessage::Unmasking(_) => Phase::Unmask,
    }
}

impl Masked {
    fn zero(context: &Context) -> Result<Self, CryptoFault> {
        Ok(match context.terms().width {
            Width::Statistics => Self::Statistics(Sum::new(context)?),
            Width::Updates => Self::Updates(Sum::new(context)?),
        })
    }

    fn add_chunk(&mut self, chunk: &Checked<'_>) -> Result<(), CryptoFault> {
        match self {
            Self::Statistics(sum) => sum.add(chunk),
            Self::Updates(sum) => sum.add(chunk),
        }
    }

    /// Adds a site's whole vector, or nothing of it.
    fn add(&mut self, context: &Context, input: &Input, vector: &[u8]) -> Result<(), CryptoFault> {
        match self {
            Self::Statistics(sum) => add(sum, context, input, vector),
            Self::Updates(sum) => add(sum, context, input, vector),
        }
    }
}

fn add<W: Word>(
    sum: &mut Sum<W>,
    context: &Context,
    input: &Input,
    vector: &[u8],
) -> Result<(), CryptoFault> {
    let piece = |index| {
        let words = context.chunk_words(index);
        let bytes = words.start.saturating_mul(W::BYTES)..words.end.saturating_mul(W::BYTES);
        input.check(context, index, vector.get(bytes).unwrap_or_default())
    };
    let (words, found_words) = (context.terms().words, (vector.len() / W::BYTES) as u64);
    if vector.len() as u64 != words.saturating_mul(W::BYTES as u64) {
        return Err(CryptoFault::OtherVector { width: W::WIDTH, words, found: W::WIDTH, found_words });
    }
    let pieces = (0..context.chunks()).map(piece).collect::<Result<Vec<_>, _>>()?;
    pieces.iter().try_for_each(|piece| sum.add(piece))
}
