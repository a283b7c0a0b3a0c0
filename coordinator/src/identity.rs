//! Whether a hospital's key has signed.

use consilium_crypto::SitePublic;
use consilium_types::{PublicKey, Signature};

use crate::errors::Fault;

/// A key out of a message.
pub(crate) fn public_key(field: &'static str, bytes: &[u8]) -> Result<PublicKey, Fault> {
    let key: [u8; 32] = bytes
        .try_into()
        .map_err(|_| Fault::Malformed { field, why: format!("{} bytes, not 32", bytes.len()) })?;
    Ok(key.into())
}

/// False also for bytes that are no key or no signature.
pub(crate) fn has_signed(key: &PublicKey, domain: &str, statement: &[u8], bytes: &[u8]) -> bool {
    signature(key, domain, statement, bytes).is_some()
}

/// The signature, if it is one and of this.
pub(crate) fn signature(key: &PublicKey, domain: &str, statement: &[u8], bytes: &[u8]) -> Option<Signature> {
    let signature = <[u8; 64]>::try_from(bytes).ok()?;
    let key = SitePublic::from_bytes(key.as_bytes()).ok()?;
    key.verifies(domain, statement, &signature.into()).then(|| signature.into())
}
