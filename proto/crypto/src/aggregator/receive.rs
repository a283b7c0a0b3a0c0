//! What the coordinator checks of each message before it keeps it.
//!
//! The same message again is harmless. A site that is refused here is named by the fault, and is left out when the step
//! closes. Spec: docs/reference/secure-sums.md, "What the coordinator checks".

use consilium_types::SiteId;

use super::{Aggregator, Phase};
use crate::agreed::{find, known};
use crate::codec::Of;
use crate::context::Context;
use crate::fault::CryptoFault;
use crate::message::{Confirmation, Input, Keys, Kind, Shares, SiteMessage, Unmasking, fit};

impl Aggregator {
    /// Takes a message that came over `from`'s connection.
    pub fn receive(&mut self, from: &SiteId, message: SiteMessage) -> Result<(), CryptoFault> {
        if self.context.site(message.member())? != from {
            return Err(CryptoFault::OtherName(from.clone()));
        }
        match message {
            SiteMessage::Keys(keys) => self.take_keys(keys),
            SiteMessage::Shares(shares) => self.take_shares(shares),
            SiteMessage::Input(input) => self.take_input(input),
            SiteMessage::Confirmation(confirmation) => self.take_confirmation(confirmation),
            SiteMessage::Unmasking(unmasking) => self.take_unmasking(unmasking),
        }
    }

    /// Checks a site's input before its chunks come; [`Aggregator::receive`] takes it when they are all there.
    pub fn check_input(&self, input: &Input) -> Result<(), CryptoFault> {
        known(&self.shares, input.site)?;
        input.verify(&self.context)?;
        let seen = self.digests.get(1) == Some(&input.transcript);
        seen.then_some(()).ok_or_else(|| self.context.blame(input.site, CryptoFault::OtherTranscriptSeen))
    }

    fn take_keys(&mut self, keys: Keys) -> Result<(), CryptoFault> {
        if self.is_new(Phase::Keys, find(&self.keys, keys.site), &keys)? {
            keys.verify(&self.context)?;
            self.check_points(&keys)?;
            insert(&mut self.keys, keys);
        }
        Ok(())
    }

    fn take_shares(&mut self, shares: Shares) -> Result<(), CryptoFault> {
        if self.is_new(Phase::Shares, find(&self.shares, shares.head.site), &shares)? {
            self.check_shares(&shares)?;
            insert(&mut self.shares, shares);
        }
        Ok(())
    }

    fn take_input(&mut self, input: Input) -> Result<(), CryptoFault> {
        if self.is_new(Phase::Input, find(&self.inputs, input.site), &input)? {
            self.check_input(&input)?;
            insert(&mut self.inputs, input);
        }
        Ok(())
    }

    fn take_confirmation(&mut self, confirmation: Confirmation) -> Result<(), CryptoFault> {
        if self.is_new(Phase::Confirm, find(&self.confirmations, confirmation.site), &confirmation)? {
            known(&self.inputs, confirmation.site)?;
            confirmation.verify(&self.context)?;
            self.saw_survivors(&confirmation, confirmation.survivors)?;
            insert(&mut self.confirmations, confirmation);
        }
        Ok(())
    }

    fn take_unmasking(&mut self, unmasking: Unmasking) -> Result<(), CryptoFault> {
        if self.is_new(Phase::Unmask, find(&self.unmaskings, unmasking.site), &unmasking)? {
            known(&self.inputs, unmasking.site)?;
            unmasking.verify(&self.context)?;
            self.saw_survivors(&unmasking, unmasking.survivors)?;
            self.check_revealed(&unmasking)?;
            insert(&mut self.unmaskings, unmasking);
        }
        Ok(())
    }

    /// Whether a message is to be checked and kept; an equal one was kept before if not.
    fn is_new<T: Of + PartialEq>(
        &self,
        phase: Phase,
        kept: Option<&T>,
        message: &T,
    ) -> Result<bool, CryptoFault> {
        match kept {
            Some(kept) if kept == message => Ok(false),
            Some(_) => Err(self.context.blame(message.member(), CryptoFault::TwoMessages)),
            None if phase == self.phase => Ok(true),
            None => Err(CryptoFault::OutOfStep(self.phase.as_str())),
        }
    }

    /// No key that another site uses, none of low order.
    fn check_points(&self, keys: &Keys) -> Result<(), CryptoFault> {
        let used = |point| self.keys.iter().any(|other| other.seal == point || other.mask == point);
        if keys.seal == keys.mask || used(keys.seal) || used(keys.mask) {
            return Err(self.context.blame(keys.site, CryptoFault::KeyTwice));
        }
        if keys.seal.is_low_order() || keys.mask.is_low_order() {
            return Err(self.context.blame(keys.site, CryptoFault::ZeroSecret));
        }
        Ok(())
    }

    fn check_shares(&self, shares: &Shares) -> Result<(), CryptoFault> {
        let head = &shares.head;
        known(&self.keys, head.site)?;
        head.verify(&self.context)?;
        if self.digests.first() != Some(&head.keys) {
            return Err(self.context.blame(head.site, CryptoFault::OtherKeysSeen));
        }
        let to_all = shares.sealed.iter().map(|share| (share.from, share.to));
        let whole = to_all.eq(self.keys.iter().map(|keys| (head.site, keys.site))) && shares.whole();
        whole.then_some(()).ok_or_else(|| self.context.blame(head.site, CryptoFault::SharesIncomplete))
    }

    fn saw_survivors(&self, by: &impl Of, survivors: consilium_types::Digest) -> Result<(), CryptoFault> {
        let seen = self.digests.get(2) == Some(&survivors);
        seen.then_some(()).ok_or_else(|| self.context.blame(by.member(), CryptoFault::OtherSurvivorsSeen))
    }

    /// One share of each site that shared, of the right secret, the one that was dealt.
    fn check_revealed(&self, unmasking: &Unmasking) -> Result<(), CryptoFault> {
        let kind = |of| if find(&self.inputs, of).is_some() { Kind::SelfMask } else { Kind::MaskKey };
        let due = self.shares.iter().map(|shares| (shares.head.site, kind(shares.head.site)));
        if !due.eq(unmasking.shares.iter().map(|share| (share.of, share.kind))) {
            return Err(self.context.blame(unmasking.site, CryptoFault::UnmaskingIncomplete));
        }
        self.shares.iter().try_for_each(|dealt| fits_dealing(&self.context, dealt, unmasking))
    }
}

/// Whether the share of one dealer is the one that it committed to; if not, its revealer lies.
fn fits_dealing(context: &Context, dealt: &Shares, unmasking: &Unmasking) -> Result<(), CryptoFault> {
    let dealer = dealt.head.site;
    let revealed = known(&unmasking.shares, dealer)?;
    let sealed = dealt.sealed.iter().find(|share| share.to == unmasking.site);
    let sealed = sealed.ok_or(CryptoFault::UnknownSigner(unmasking.site.get()))?;
    let fits = fit(context, (dealer, unmasking.site), revealed.kind, &revealed.share);
    if fits == sealed.fits.of(revealed.kind) {
        return Ok(());
    }
    let dealer = context.site(dealer)?.clone();
    Err(context.blame(unmasking.site, |revealer| CryptoFault::FalseShare { revealer, dealer }))
}

fn insert<T: Of>(list: &mut Vec<T>, item: T) {
    let place = list.partition_point(|other| other.order() < item.order());
    list.insert(place, item);
}
