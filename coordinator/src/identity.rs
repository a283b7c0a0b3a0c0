//! Whether a hospital's key has signed.

use consilium_types::PublicKey;
use ed25519_dalek::{Signature, VerifyingKey};

use crate::errors::Fault;

/// A key out of a message.
pub(crate) fn public_key(field: &'static str, bytes: &[u8]) -> Result<PublicKey, Fault> {
    let key: [u8; 32] = bytes
        .try_into()
        .map_err(|_| Fault::Malformed { field, why: format!("{} bytes, not 32", bytes.len()) })?;
    Ok(key.into())
}

/// False also for bytes that are no key or no signature.
pub(crate) fn has_signed(key: &PublicKey, statement: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Ok(signature)) =
        (VerifyingKey::from_bytes(key.as_bytes()), Signature::from_slice(signature))
    else {
        return false;
    };
    key.verify_strict(statement, &signature).is_ok()
}
