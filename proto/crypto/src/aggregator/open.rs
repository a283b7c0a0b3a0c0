//! The secrets that a threshold of unmaskings gives back.
//!
//! Every share was checked against its dealer's commitment when it came, so shares that do not give the signed secret
//! are their dealer's fault. Spec: docs/reference/secure-sums.md, "Opening".

use super::Aggregator;
use crate::agreed::known;
use crate::codec::Of;
use crate::fault::CryptoFault;
use crate::message::{SharesHead, Unmasking};
use crate::opening::{Opening, Secret, fits};
use crate::shamir::{combine, weights};

impl Aggregator {
    /// Everything that opens the sum.
    pub(super) fn recover(&self) -> Result<Opening, CryptoFault> {
        let enough = &self.unmaskings[..self.context.threshold()];
        let points: Vec<_> = enough.iter().map(|unmasking| unmasking.site.0).collect();
        let weights = weights(&points);
        let heads = self.heads();
        let secrets =
            heads.iter().map(|head| self.secret_of(head, enough, &weights)).collect::<Result<_, _>>()?;
        Ok(Opening {
            keys: self.keys.clone(),
            inputs: self.inputs.clone(),
            confirmations: self.confirmations.clone(),
            unmaskings: enough.to_vec(),
            heads,
            secrets,
        })
    }

    fn secret_of(&self, head: &SharesHead, by: &[Unmasking], weights: &[u8]) -> Result<Secret, CryptoFault> {
        let of = head.member();
        let shares =
            by.iter().map(|unmasking| known(&unmasking.shares, of)).collect::<Result<Vec<_>, _>>()?;
        let kind = shares.first().ok_or(CryptoFault::SecretsIncomplete)?.kind;
        let secret = combine(weights, shares.iter().map(|revealed| &revealed.share));
        let secret = Secret { of, kind, secret };
        if fits(&self.context, &self.keys, head, &secret)? {
            Ok(secret)
        } else {
            Err(self.context.blame(of, CryptoFault::FalseDealing))
        }
    }
}
