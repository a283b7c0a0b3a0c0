//! The two keys that are the hospital's for as long as it is enrolled: one signs for it, one cosigns checkpoints.
//!
//! They are made here, lie in the node's folder, readable by its owner only, and never leave it. Spec: ADR-0017.

use std::path::Path;

use consilium_crypto::SiteKey;
use consilium_ledger::{SignerKey, VerifierKey};
use consilium_types::acceptance::ACCEPTANCE;
use consilium_types::identity::{self, ENROLMENT, RENEWAL};
use consilium_types::{Acceptance, Consent, Digest, PublicKey, SiteId, SiteKeys};

use crate::errors::Fault;
use crate::folder::{self, Folder};

/// The private keys.
pub(crate) struct Keys {
    identity: SiteKey,
    witness: SiteKey,
}

/// A key's signature.
pub(crate) type Signature = [u8; 64];

impl Keys {
    /// The keys of an interrupted enrolment, or new ones.
    pub(crate) fn open_or_make(folder: &Folder) -> Result<Self, Fault> {
        for file in [folder.identity_key(), folder.witness_key()] {
            if !file.exists() {
                folder::write_secret(&file, &format!("{}\n", Digest::from(secret()?)))?;
            }
        }
        Self::open(folder)
    }

    /// The keys of an enrolled node.
    pub(crate) fn open(folder: &Folder) -> Result<Self, Fault> {
        Ok(Self { identity: key(&folder.identity_key())?, witness: key(&folder.witness_key())? })
    }

    /// What others know them by.
    pub(crate) fn public(&self) -> SiteKeys {
        let public = |key: &SiteKey| PublicKey::from(*key.public().as_bytes());
        SiteKeys { identity: public(&self.identity), witness: public(&self.witness) }
    }

    /// What signs this hospital's part in secure sums.
    pub(crate) fn site_key(&self) -> SiteKey {
        SiteKey::from_bytes(&self.identity.to_bytes())
    }

    /// Both keys over the enrolment statement; the identity key's first.
    pub(crate) fn sign_enrolment(&self, site: &SiteId, token: &str, tls: &[u8]) -> [Signature; 2] {
        let statement = self.public().enrolment(site, &identity::token_digest(token), tls);
        [&self.identity, &self.witness].map(|key| *key.sign(ENROLMENT, &statement).as_bytes())
    }

    /// The identity key over the renewal statement.
    pub(crate) fn sign_renewal(&self, site: &SiteId, serial: &str, tls: &[u8]) -> Signature {
        *self.identity.sign(RENEWAL, &identity::renewal(site, serial, tls)).as_bytes()
    }

    /// The identity key over what is accepted.
    pub(crate) fn sign_acceptance(&self, acceptance: &Acceptance<'_>) -> Consent {
        let signature = (*self.identity.sign(ACCEPTANCE, &acceptance.statement()).as_bytes()).into();
        Consent { program: acceptance.program, signature }
    }

    /// The key that cosigns checkpoints of a log.
    pub(crate) fn witness(&self, log: &VerifierKey, site: &SiteId) -> Result<SignerKey, Fault> {
        SignerKey::witness(log, site, &self.witness.to_bytes()).map_err(|e| Fault::Identity(e.to_string()))
    }
}

impl std::fmt::Debug for Keys {
    /// Shows no key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

/// Bytes that nobody can guess.
pub(crate) fn secret() -> Result<[u8; 32], Fault> {
    let mut secret = [0; 32];
    let none = |e| Fault::Identity(format!("the system gives no random bytes: {e}"));
    getrandom::fill(&mut secret).map_err(none)?;
    Ok(secret)
}

fn key(file: &Path) -> Result<SiteKey, Fault> {
    let not_one = |_| Fault::Identity(format!("{} is not 64 hexadecimal digits", file.display()));
    let secret: Digest = folder::read(file)?.trim().parse().map_err(not_one)?;
    Ok(SiteKey::from_bytes(secret.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_readable_by_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path().to_owned());
        assert_eq!(Keys::open(&folder).unwrap_err().code(), "CNS-N-0101");
        let keys = Keys::open_or_make(&folder).unwrap();
        assert_eq!(Keys::open_or_make(&folder).unwrap().public(), keys.public());
        assert_ne!(keys.public().identity, keys.public().witness);
        #[cfg(unix)]
        for file in [folder.identity_key(), folder.witness_key()] {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::write(folder.witness_key(), "07").unwrap();
        let text = Keys::open(&folder).unwrap_err().to_string();
        assert!(text.contains("witness.key") && !text.contains("07"), "{text}");
    }
}
