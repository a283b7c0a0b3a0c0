//! The coordinator's half: collects each step's messages, fixes who is left, asks for the next, opens the sum.
//!
//! A pure function of the messages and of when steps were closed, so that a journal of both brings it back. It never
//! sees a vector; [`crate::Sum`] adds those. Never: a step below the threshold.
//!
//! ```text
//! Keys ──close──▶ Shares ──close──▶ Input ──close──▶ Confirm ──close──▶ Unmask ──close──▶ Open
//!   who has keys    who shared        whose vector      that all saw       shares of one
//!                                     is whole          the same           secret a site
//! ```
//! Spec: docs/reference/secure-sums.md.

mod open;
mod receive;

use consilium_types::{Digest, SiteId};

use crate::agreed::{dropped, find, keys_digest, survivors_digest, transcript_digest};
use crate::codec::Of;
use crate::context::{Context, Member};
use crate::fault::CryptoFault;
use crate::message::{Claim, Confirmation, Input, Keys, SealedShare, Shares, SharesHead, Unmasking};
use crate::opening::Opening;
use crate::request::{ConfirmRequest, InputRequest, Request, ShareRequest, UnmaskRequest};

/// What is being collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Public keys.
    Keys,
    /// Shares.
    Shares,
    /// Masked vectors.
    Input,
    /// Confirmations of who survived.
    Confirm,
    /// Shares of what masks are left.
    Unmask,
    /// Nothing: the sum can be opened.
    Open,
}

impl Phase {
    /// A word for messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Shares => "shares",
            Self::Input => "survivors",
            Self::Confirm => "confirmations",
            Self::Unmask => "unmaskings",
            Self::Open => "opening",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Keys => Self::Shares,
            Self::Shares => Self::Input,
            Self::Input => Self::Confirm,
            Self::Confirm => Self::Unmask,
            Self::Unmask | Self::Open => Self::Open,
        }
    }
}

/// The coordinator in one exchange.
#[derive(Debug, Clone)]
pub struct Aggregator {
    context: Context,
    phase: Phase,
    keys: Vec<Keys>,
    shares: Vec<Shares>,
    inputs: Vec<Input>,
    confirmations: Vec<Confirmation>,
    unmaskings: Vec<Unmasking>,
    /// Of the closed lists: keys, transcript, survivors.
    digests: Vec<Digest>,
    opening: Option<Opening>,
}

impl Aggregator {
    /// Waits for keys.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self {
            context,
            phase: Phase::Keys,
            keys: Vec::new(),
            shares: Vec::new(),
            inputs: Vec::new(),
            confirmations: Vec::new(),
            unmaskings: Vec::new(),
            digests: Vec::new(),
            opening: None,
        }
    }

    /// The terms.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// What is being collected.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The sites whose message for this step is still to come. When there are none, nothing is gained by waiting.
    #[must_use]
    pub fn awaited(&self) -> Vec<SiteId> {
        let answered = self.who_answered();
        let missing = self.asked().into_iter().filter(|member| !answered.contains(member));
        missing.filter_map(|member| self.context.site(member).ok().cloned()).collect()
    }

    /// How many sites have answered in this step.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.who_answered().len()
    }

    /// What to ask of a site in this step; nothing of a site that takes no part in it.
    #[must_use]
    pub fn request(&self, site: &SiteId) -> Option<Request> {
        let member = self.context.member(site).filter(|member| self.asked().contains(member))?;
        let keys = self.keys.clone();
        Some(match self.phase {
            Phase::Keys => Request::Keys,
            Phase::Shares => Request::Shares(ShareRequest { keys }),
            Phase::Input => {
                Request::Input(InputRequest { keys, heads: self.heads(), sealed: self.sealed_to(member) })
            }
            Phase::Confirm => {
                Request::Confirm(ConfirmRequest { keys, heads: self.heads(), claims: self.claims() })
            }
            Phase::Unmask => Request::Unmask(self.unmask_request(keys, member)),
            Phase::Open => return None,
        })
    }

    /// Ends a step: who has not answered is left out of what follows. Below the threshold the exchange is over.
    pub fn close(&mut self) -> Result<Phase, CryptoFault> {
        if self.phase == Phase::Open {
            return Ok(self.phase);
        }
        self.context.enough(self.phase.as_str(), self.answered())?;
        match self.phase {
            Phase::Keys => self.digests.push(keys_digest(&self.context, &self.keys)),
            Phase::Shares => self.digests.push(transcript_digest(self.digests[0], &self.heads())),
            Phase::Input => self.digests.push(survivors_digest(self.digests[1], &self.claims())),
            Phase::Unmask => self.opening = Some(self.recover()?),
            Phase::Confirm | Phase::Open => {}
        }
        self.phase = self.phase.next();
        Ok(self.phase)
    }

    /// What opens the sum, once all steps are closed.
    #[must_use]
    pub fn opening(&self) -> Option<&Opening> {
        self.opening.as_ref()
    }

    /// The sites whose vectors are, or so far would be, in the sum.
    #[must_use]
    pub fn survivors(&self) -> Vec<SiteId> {
        self.inputs.iter().filter_map(|input| self.context.site(input.site).ok().cloned()).collect()
    }

    /// The signed hashes of a site's vector, to check its chunks against.
    #[must_use]
    pub fn input(&self, site: &SiteId) -> Option<&Input> {
        find(&self.inputs, self.context.member(site)?)
    }

    fn unmask_request(&self, keys: Vec<Keys>, member: Member) -> UnmaskRequest {
        let (heads, claims) = (self.heads(), self.claims());
        let dropped = dropped(&heads, &claims);
        let (sealed, confirmations) = (self.sealed_to(member), self.confirmations.clone());
        UnmaskRequest { keys, heads, sealed, claims, dropped, confirmations }
    }

    /// Whom this step asks.
    fn asked(&self) -> Vec<Member> {
        match self.phase {
            Phase::Keys => {
                let roster = self.context.terms().roster.iter();
                roster.filter_map(|(site, _)| self.context.member(site)).collect()
            }
            Phase::Shares => members(&self.keys),
            Phase::Input => members(&self.shares),
            Phase::Confirm | Phase::Unmask => members(&self.inputs),
            Phase::Open => Vec::new(),
        }
    }

    /// Who answered in this step.
    fn who_answered(&self) -> Vec<Member> {
        match self.phase {
            Phase::Keys => members(&self.keys),
            Phase::Shares => members(&self.shares),
            Phase::Input => members(&self.inputs),
            Phase::Confirm => members(&self.confirmations),
            Phase::Unmask | Phase::Open => members(&self.unmaskings),
        }
    }

    fn heads(&self) -> Vec<SharesHead> {
        self.shares.iter().map(|shares| shares.head.clone()).collect()
    }

    fn claims(&self) -> Vec<Claim> {
        self.inputs.iter().map(Input::claim).collect()
    }

    fn sealed_to(&self, member: Member) -> Vec<SealedShare> {
        let to = |shares: &Shares| shares.sealed.iter().find(|share| share.to == member).cloned();
        self.shares.iter().filter_map(to).collect()
    }
}

fn members<T: Of>(list: &[T]) -> Vec<Member> {
    list.iter().map(Of::member).collect()
}
