//! The file a hospital enrols with: where the coordinator is, how to recognise it, and a secret to be used once.

use consilium_types::{Digest, SiteId};
use serde::Serialize;

use crate::authority::{Authority, hex, random};
use crate::clock;
use crate::errors::Fault;

/// How long an invitation is valid, in milliseconds.
const LIFE: u64 = 72 * 3_600_000;

/// An invitation with its secret. It is shown once and stored nowhere.
#[derive(Serialize)]
pub(crate) struct Invitation {
    site: SiteId,
    address: String,
    token: String,
    expires: String,
    ca: String,
}

impl Invitation {
    /// Makes an invitation; gives it with the time it expires at, milliseconds since 1970.
    pub(crate) fn new(
        site: SiteId,
        address: String,
        authority: &Authority,
        now: u64,
    ) -> Result<(Self, u64), Fault> {
        let expires = now.saturating_add(LIFE);
        let token = hex(&random::<32>()?);
        let ca = authority.certificate().to_owned();
        Ok((Self { site, address, token, expires: clock::text(expires), ca }, expires))
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

/// What is stored of a token.
pub(crate) fn token_digest(token: &str) -> Digest {
    Digest::of("consilium/invitation/v1", token.as_bytes())
}
