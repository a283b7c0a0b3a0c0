//! The terms of one exchange: everything that every mask depends on.
//!
//! Two sites that were told different terms, another model, another roster, share no mask, and their sum is noise.
//! A context that exists is valid. Never: a secret. Spec: docs/reference/secure-sums.md, "Terms".

use std::num::NonZeroU8;

use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId};

use crate::codec::{Of, Reader, Wire, read, written};
use crate::fault::CryptoFault;
use crate::identity::{Signature, SiteKey, SitePublic};
use crate::pins::ExchangeKey;

/// Fewest sites of a secure sum.
pub const MIN_SITES: usize = 3;
/// Most sites of a secure sum: the points of GF(2^8) without zero.
pub const MAX_SITES: usize = 255;
/// Most words of a vector.
pub const MAX_WORDS: u64 = 1 << 30;

/// The words of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Integers modulo 2^128.
    Statistics,
    /// Integers modulo 2^64.
    Updates,
}

/// A site's place in the roster, from 1: the point at which secrets are shared with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member(pub(crate) NonZeroU8);

impl Member {
    /// The place, from 1.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0.get()
    }
}

/// What a question's secure sum is about. Plain: [`Context::new`] checks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// Of the accepted plan.
    pub plan: Digest,
    /// Of the analysis.
    pub attempt: Attempt,
    /// Of the question.
    pub exchange: ExchangeNumber,
    /// Of the question's bytes, parameters of the model included.
    pub question: Digest,
    /// Who is asked, with the identity under which each was enrolled, in any order.
    pub roster: Vec<(SiteId, SitePublic)>,
    /// Of the words.
    pub width: Width,
    /// Words of each site's vector.
    pub words: u64,
}

/// Terms that were checked, with their hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    terms: Terms,
    hash: Digest,
}

impl Context {
    /// Checks the terms and puts the roster in order.
    pub fn new(mut terms: Terms) -> Result<Self, CryptoFault> {
        terms.roster.sort_by(|a, b| a.0.cmp(&b.0));
        check(&terms)?;
        let hash = Digest::of("consilium/secagg/v1", &written(&terms));
        Ok(Self { terms, hash })
    }

    /// Reads [`Context::to_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CryptoFault> {
        let context = Self::new(read(bytes)?)?;
        if context.to_bytes() == bytes {
            Ok(context)
        } else {
            Err(CryptoFault::Malformed("sites out of order"))
        }
    }

    /// The canonical form, which the hash is of.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        written(&self.terms)
    }

    /// The hash that goes into every key, mask, share and signature.
    #[must_use]
    pub fn hash(&self) -> Digest {
        self.hash
    }

    /// What was agreed, the roster in order.
    #[must_use]
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Under which a node keeps what it may do once.
    #[must_use]
    pub fn exchange(&self) -> ExchangeKey {
        ExchangeKey { plan: self.terms.plan, attempt: self.terms.attempt, exchange: self.terms.exchange }
    }

    /// Digest of the roster.
    #[must_use]
    pub fn roster(&self) -> Digest {
        let mut bytes = Vec::new();
        put_roster(&self.terms.roster, &mut bytes);
        Digest::of("consilium/secagg-roster/v1", &bytes)
    }

    /// Sites that must be left at every step: more than two thirds of the roster.
    #[must_use]
    pub fn threshold(&self) -> usize {
        2 * self.terms.roster.len() / 3 + 1
    }

    /// A site's place in the roster.
    #[must_use]
    pub fn member(&self, site: &SiteId) -> Option<Member> {
        let place = self.terms.roster.binary_search_by(|(id, _)| id.cmp(site)).ok()?;
        Some(member_at(place))
    }

    /// The site at a place of the roster.
    pub fn site(&self, member: Member) -> Result<&SiteId, CryptoFault> {
        Ok(&self.entry(member)?.0)
    }

    /// The fault of a member, or that there is no such member.
    pub(crate) fn blame(&self, member: Member, fault: impl FnOnce(SiteId) -> CryptoFault) -> CryptoFault {
        self.site(member).map_or_else(|unknown| unknown, |site| fault(site.clone()))
    }

    /// The place of an identity in the roster.
    pub(crate) fn place_of(&self, public: &SitePublic) -> Option<Member> {
        self.terms.roster.iter().position(|(_, key)| key == public).map(member_at)
    }

    pub(crate) fn sign(&self, key: &SiteKey, domain: &'static str, payload: &[u8]) -> Signature {
        key.sign(domain, &self.bound(payload))
    }

    pub(crate) fn verify(
        &self,
        member: Member,
        domain: &'static str,
        payload: &[u8],
        signature: &Signature,
    ) -> Result<(), CryptoFault> {
        let (site, public) = self.entry(member)?;
        let fault = || CryptoFault::BadSignature(site.clone(), what(domain));
        public.verifies(domain, &self.bound(payload), signature).then_some(()).ok_or_else(fault)
    }

    /// Refuses a list with fewer sites than the threshold.
    pub(crate) fn enough(&self, step: &'static str, count: usize) -> Result<(), CryptoFault> {
        let threshold = self.threshold();
        if count < threshold { Err(CryptoFault::BelowThreshold { step, count, threshold }) } else { Ok(()) }
    }

    fn entry(&self, member: Member) -> Result<&(SiteId, SitePublic), CryptoFault> {
        let place = usize::from(member.get()) - 1;
        self.terms.roster.get(place).ok_or(CryptoFault::UnknownSigner(member.get()))
    }

    fn bound(&self, payload: &[u8]) -> Vec<u8> {
        [self.hash.as_bytes(), payload].concat()
    }
}

/// The middle of `consilium/secagg-keys/v1`.
fn what(domain: &'static str) -> &'static str {
    domain.split(['-', '/']).nth(2).unwrap_or(domain)
}

fn member_at(place: usize) -> Member {
    let place = u8::try_from(place + 1).ok().and_then(NonZeroU8::new);
    Member(place.expect("a roster has at most 255 sites"))
}

fn check(terms: &Terms) -> Result<(), CryptoFault> {
    let roster = &terms.roster;
    if roster.len() < MIN_SITES {
        return Err(CryptoFault::RosterTooSmall(roster.len()));
    }
    if roster.len() > MAX_SITES {
        return Err(CryptoFault::RosterTooLarge(roster.len()));
    }
    if !(1..=MAX_WORDS).contains(&terms.words) {
        return Err(CryptoFault::WordCount(terms.words));
    }
    if let Some(pair) = roster.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(CryptoFault::SiteTwice(pair[0].0.clone()));
    }
    let mut by_key: Vec<_> = roster.iter().collect();
    by_key.sort_by_key(|(_, public)| *public.as_bytes());
    match by_key.windows(2).find(|pair| pair[0].1 == pair[1].1) {
        Some(pair) => Err(CryptoFault::IdentityTwice(pair[0].0.clone(), pair[1].0.clone())),
        None => Ok(()),
    }
}

impl Wire for Terms {
    fn put(&self, out: &mut Vec<u8>) {
        self.plan.put(out);
        self.attempt.0.put(out);
        self.exchange.0.put(out);
        self.question.put(out);
        self.width.put(out);
        self.words.put(out);
        put_roster(&self.roster, out);
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        Ok(Self {
            plan: Wire::get(reader)?,
            attempt: Attempt(Wire::get(reader)?),
            exchange: ExchangeNumber(Wire::get(reader)?),
            question: Wire::get(reader)?,
            width: Wire::get(reader)?,
            words: Wire::get(reader)?,
            roster: get_roster(reader)?,
        })
    }
}

fn put_roster(roster: &[(SiteId, SitePublic)], out: &mut Vec<u8>) {
    out.push(u8::try_from(roster.len()).unwrap_or(u8::MAX));
    for (site, public) in roster {
        out.push(u8::try_from(site.as_str().len()).expect("a site id has at most 40 bytes"));
        out.extend_from_slice(site.as_str().as_bytes());
        public.put(out);
    }
}

fn get_roster(reader: &mut Reader<'_>) -> Result<Vec<(SiteId, SitePublic)>, CryptoFault> {
    let count = u8::get(reader)?;
    (0..count).map(|_| Ok((get_site(reader)?, Wire::get(reader)?))).collect()
}

fn get_site(reader: &mut Reader<'_>) -> Result<SiteId, CryptoFault> {
    let length = usize::from(u8::get(reader)?);
    let text = std::str::from_utf8(reader.take(length)?).ok().and_then(|text| text.parse().ok());
    text.ok_or(CryptoFault::Malformed("not a site id"))
}

impl Wire for Width {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(match self {
            Self::Statistics => 16,
            Self::Updates => 8,
        });
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        match u8::get(reader)? {
            16 => Ok(Self::Statistics),
            8 => Ok(Self::Updates),
            _ => Err(CryptoFault::Malformed("unknown width")),
        }
    }
}

impl Wire for Member {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(self.get());
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        NonZeroU8::new(u8::get(reader)?).map(Self).ok_or(CryptoFault::Malformed("member 0"))
    }
}

impl Of for Member {
    fn member(&self) -> Member {
        *self
    }
}
