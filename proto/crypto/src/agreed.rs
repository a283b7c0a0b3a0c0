//! What a step is built on, checked: the keys, who shared, who survived, who confirmed it.
//!
//! Sites, coordinator and auditor use the same checks. Each list gives a digest of itself and of all before it, so that
//! whoever signs a later one has signed the earlier ones. Spec: docs/reference/secure-sums.md, "Lists".

use consilium_types::Digest;

use crate::codec::{Of, ascends, put_list};
use crate::context::{Context, Member};
use crate::fault::CryptoFault;
use crate::message::{Claim, Confirmation, Keys, Point, SharesHead};

/// The entry of a member in an ordered list.
pub(crate) fn find<T: Of>(list: &[T], member: Member) -> Option<&T> {
    list.binary_search_by_key(&member, Of::member).ok().map(|place| &list[place])
}

/// The entry of a member that must be in an ordered list.
pub(crate) fn known<T: Of>(list: &[T], member: Member) -> Result<&T, CryptoFault> {
    find(list, member).ok_or(CryptoFault::UnknownSigner(member.get()))
}

/// Of the list of keys and the terms.
pub(crate) fn keys_digest(context: &Context, keys: &[Keys]) -> Digest {
    let mut bytes = context.hash().as_bytes().to_vec();
    put_list(keys, &mut bytes);
    Digest::of("consilium/secagg-key-list/v1", &bytes)
}

/// Of who shared, with all before.
pub(crate) fn transcript_digest(keys: Digest, heads: &[SharesHead]) -> Digest {
    let mut bytes = keys.as_bytes().to_vec();
    put_list(heads, &mut bytes);
    Digest::of("consilium/secagg-transcript/v1", &bytes)
}

/// Of who survived, with all before.
pub(crate) fn survivors_digest(transcript: Digest, claims: &[Claim]) -> Digest {
    let mut bytes = transcript.as_bytes().to_vec();
    put_list(claims, &mut bytes);
    Digest::of("consilium/secagg-survivors/v1", &bytes)
}

/// Every key signed, none used twice, enough of them.
pub(crate) fn check_keys(context: &Context, keys: &[Keys]) -> Result<(), CryptoFault> {
    ordered(keys)?;
    context.enough("keys", keys.len())?;
    keys.iter().try_for_each(|keys| keys.verify(context))?;
    distinct(context, keys)
}

/// Every head signed, over these keys, by sites with keys, enough of them.
pub(crate) fn check_heads(
    context: &Context,
    (keys, digest): (&[Keys], Digest),
    heads: &[SharesHead],
) -> Result<(), CryptoFault> {
    ordered(heads)?;
    context.enough("shares", heads.len())?;
    heads.iter().try_for_each(|head| {
        known(keys, head.site)?;
        head.verify(context)?;
        same(head.keys, digest).ok_or_else(|| context.blame(head.site, CryptoFault::OtherKeysSeen))
    })
}

/// Every claim signed, over this transcript, by sites that shared, enough of them.
pub(crate) fn check_claims(
    context: &Context,
    (heads, transcript): (&[SharesHead], Digest),
    claims: &[Claim],
) -> Result<(), CryptoFault> {
    ordered(claims)?;
    context.enough("survivors", claims.len())?;
    claims.iter().try_for_each(|claim| {
        known(heads, claim.site)?;
        claim.verify(context)?;
        let other = || context.blame(claim.site, CryptoFault::OtherTranscriptSeen);
        same(claim.transcript, transcript).ok_or_else(other)
    })
}

/// Every confirmation signed, of these survivors, by one of them, enough of them.
pub(crate) fn check_confirmations(
    context: &Context,
    (claims, survivors): (&[Claim], Digest),
    confirmations: &[Confirmation],
) -> Result<(), CryptoFault> {
    ordered(confirmations)?;
    context.enough("confirmations", confirmations.len())?;
    confirmations.iter().try_for_each(|confirmation| {
        known(claims, confirmation.site)?;
        confirmation.verify(context)?;
        let other = || context.blame(confirmation.site, CryptoFault::OtherSurvivorsSeen);
        same(confirmation.survivors, survivors).ok_or_else(other)
    })
}

/// Who shared and did not survive.
pub(crate) fn dropped(heads: &[SharesHead], claims: &[Claim]) -> Vec<Member> {
    heads.iter().map(Of::member).filter(|member| find(claims, *member).is_none()).collect()
}

fn ordered<T: Of>(list: &[T]) -> Result<(), CryptoFault> {
    if ascends(list) { Ok(()) } else { Err(CryptoFault::Malformed("a list out of order")) }
}

fn same(a: Digest, b: Digest) -> Option<()> {
    (a == b).then_some(())
}

/// No public key of any site twice, in either use.
fn distinct(context: &Context, keys: &[Keys]) -> Result<(), CryptoFault> {
    let mut points: Vec<(Point, Member)> =
        keys.iter().flat_map(|keys| [(keys.seal, keys.site), (keys.mask, keys.site)]).collect();
    points.sort_unstable();
    match points.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(context.blame(pair[1].1, CryptoFault::KeyTwice)),
        None => Ok(()),
    }
}
