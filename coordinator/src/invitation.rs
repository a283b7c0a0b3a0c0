//! The file a hospital enrols with: where the coordinator is, how to recognise it, and a secret to be used once.

use consilium_ledger::VerifierKey;
use consilium_types::identity::token_digest;
use consilium_types::{Digest, SiteId};
use serde::Serialize;

use crate::authority::{Authority, hex, random};
use crate::clock;
use crate::errors::Fault;

/// Longest time an invitation is valid, in hours.
pub(crate) const MOST_HOURS: u64 = 72;

/// An invitation with its secret. It is shown once and stored nowhere.
#[derive(Serialize)]
pub(crate) struct Invitation {
    site: SiteId,
    address: String,
    token: String,
    expires: String,
    /// Key of the training log: the only one whose checkpoints the hospital will cosign.
    log: String,
    /// The consortium's authority: the only one the hospital will trust.
    ca: String,
}

impl Invitation {
    /// Makes an invitation; gives it with the time it expires at, milliseconds since 1970.
    pub(crate) fn new(
        site: SiteId,
        address: String,
        authority: &Authority,
        log: &VerifierKey,
        [now, hours]: [u64; 2],
    ) -> Result<(Self, u64), Fault> {
        let expires = now.saturating_add(hours * 3_600_000);
        let token = hex(&random::<32>()?);
        let ca = authority.certificate().to_owned();
        let log = log.to_string();
        Ok((Self { site, address, token, expires: clock::text(expires), log, ca }, expires))
    }

    pub(crate) fn digest(&self) -> Digest {
        token_digest(&self.token)
    }

    /// The file's text.
    pub(crate) fn text(&self) -> String {
        let toml = toml::to_string(self).expect("strings always serialise");
        format!(
            "# Invitation to a consortium, for {} alone. Whoever has this file can ask to join in its name:\n\
             # hand it over in person or encrypted. It works once, until {}.\n\n{toml}",
            self.site, self.expires
        )
    }
}
