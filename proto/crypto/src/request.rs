//! What the coordinator asks, one request a step, each with all that the site needs to judge and answer it.
//!
//! A site keeps nothing between the steps but its secret and its pins. Never: trust; every list is checked against
//! signatures. Spec: docs/reference/secure-sums.md, "Messages".

use consilium_types::SiteId;

use crate::codec::{Reader, Wire, put_tagged, read, wire, written};
use crate::context::{Context, Member};
use crate::fault::CryptoFault;
use crate::message::{Claim, Confirmation, Keys, SealedShare, SharesHead};

/// Step 1: deal shares to the sites with these keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRequest {
    /// All sites' keys.
    pub keys: Vec<Keys>,
}

/// Step 2: mask the vector over those who shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputRequest {
    /// All sites' keys.
    pub keys: Vec<Keys>,
    /// Of all who shared.
    pub heads: Vec<SharesHead>,
    /// What they sealed to this site, by dealer.
    pub sealed: Vec<SealedShare>,
}

/// Step 3: confirm who survived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmRequest {
    /// All sites' keys.
    pub keys: Vec<Keys>,
    /// Of all who shared.
    pub heads: Vec<SharesHead>,
    /// Of all whose vector arrived whole.
    pub claims: Vec<Claim>,
}

/// Step 4: reveal shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmaskRequest {
    /// All sites' keys.
    pub keys: Vec<Keys>,
    /// Of all who shared.
    pub heads: Vec<SharesHead>,
    /// What they sealed to this site, by dealer.
    pub sealed: Vec<SealedShare>,
    /// Of all whose vector is in the sum.
    pub claims: Vec<Claim>,
    /// All who shared and whose vector is not.
    pub dropped: Vec<Member>,
    /// Of enough survivors.
    pub confirmations: Vec<Confirmation>,
}

/// A request for any step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Step 0: send keys. The terms are all it takes.
    Keys,
    /// Step 1.
    Shares(ShareRequest),
    /// Step 2.
    Input(InputRequest),
    /// Step 3.
    Confirm(ConfirmRequest),
    /// Step 4.
    Unmask(UnmaskRequest),
}

impl ConfirmRequest {
    /// The sites whose vectors would be in the sum, for a policy to judge.
    pub fn survivors(&self, context: &Context) -> Result<Vec<SiteId>, CryptoFault> {
        names(context, &self.claims)
    }
}

impl UnmaskRequest {
    /// The sites whose vectors would be in the sum, for a policy to judge.
    pub fn survivors(&self, context: &Context) -> Result<Vec<SiteId>, CryptoFault> {
        names(context, &self.claims)
    }
}

fn names(context: &Context, claims: &[Claim]) -> Result<Vec<SiteId>, CryptoFault> {
    claims.iter().map(|claim| context.site(claim.site).cloned()).collect()
}

wire!(ShareRequest { ; .. keys });
wire!(InputRequest { ; .. keys, .. heads, .. sealed });
wire!(ConfirmRequest { ; .. keys, .. heads, .. claims });
wire!(UnmaskRequest { ; .. keys, .. heads, .. sealed, .. claims, .. dropped, .. confirmations });

impl Request {
    /// The canonical form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        written(self)
    }

    /// Reads the canonical form. What it claims is not checked here.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CryptoFault> {
        read(bytes)
    }
}

impl Wire for Request {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Keys => out.push(0),
            Self::Shares(request) => put_tagged(1, request, out),
            Self::Input(request) => put_tagged(2, request, out),
            Self::Confirm(request) => put_tagged(3, request, out),
            Self::Unmask(request) => put_tagged(4, request, out),
        }
    }

    fn get(reader: &mut Reader<'_>) -> Result<Self, CryptoFault> {
        match u8::get(reader)? {
            0 => Ok(Self::Keys),
            1 => Wire::get(reader).map(Self::Shares),
            2 => Wire::get(reader).map(Self::Input),
            3 => Wire::get(reader).map(Self::Confirm),
            4 => Wire::get(reader).map(Self::Unmask),
            _ => Err(CryptoFault::Malformed("unknown request")),
        }
    }
}
