//! The certificate and its key: one file, so that both change at once, and a key of its own while a certificate for it
//! is waited for.
//!
//! A crash at any point leaves the old pair or the new one. Never: a clock; times are arguments, in seconds since 1970.

use std::fs;

use consilium_types::SiteId;
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _};
use x509_parser::prelude::{FromDer as _, Pem, X509Certificate};

use crate::errors::Fault;
use crate::folder::{self, Folder};

/// Half of the 24 hours that a certificate lasts.
const HALF: i64 = 12 * 3_600;

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    site: String,
    /// Its key as `SubjectPublicKeyInfo`.
    key: Vec<u8>,
    /// Serial number, hexadecimal.
    pub(crate) serial: String,
    pub(crate) ends: i64,
}

impl Certificate {
    /// Reads the first certificate of a text.
    pub(crate) fn read(pem: &str) -> Result<Self, Fault> {
        let unreadable = || Fault::Identity("the certificate cannot be read".to_owned());
        let (pem, _) = Pem::read(std::io::Cursor::new(pem)).map_err(|_| unreadable())?;
        let (_, certificate) = X509Certificate::from_der(&pem.contents).map_err(|_| unreadable())?;
        let named = certificate.subject().iter_common_name().next().and_then(|name| name.as_str().ok());
        Ok(Self {
            site: named.unwrap_or_default().to_owned(),
            key: certificate.public_key().raw.to_vec(),
            serial: hex(certificate.raw_serial()),
            ends: certificate.validity().not_after.timestamp(),
        })
    }

    /// The one in use.
    pub(crate) fn of(folder: &Folder) -> Result<Self, Fault> {
        Self::read(&folder::read(&folder.certificate())?)
    }

    /// Whether it is for this hospital and this key.
    pub(crate) fn check(&self, site: &SiteId, key: &KeyPair) -> Result<(), Fault> {
        if self.site == site.as_str() && self.key == key.subject_public_key_info() {
            return Ok(());
        }
        Err(Fault::Identity("the certificate from the coordinator is for somebody else".to_owned()))
    }

    /// Whether the second half of its life has begun.
    pub(crate) fn is_due(&self, now: i64) -> bool {
        now >= self.ends - HALF
    }

    pub(crate) fn has_ended(&self, now: i64) -> bool {
        now >= self.ends
    }
}

/// The key that waits for a certificate, or a new one. A key that has one already is not used for another.
pub(crate) fn next_key(folder: &Folder) -> Result<KeyPair, Fault> {
    let file = folder.next_key();
    if file.exists() {
        let key = KeyPair::from_pem(&folder::read(&file)?).map_err(broken)?;
        let used =
            folder.certificate().exists() && Certificate::of(folder)?.key == key.subject_public_key_info();
        if !used {
            return Ok(key);
        }
    }
    let key = KeyPair::generate().map_err(broken)?;
    folder::write_secret(&file, &key.serialize_pem())?;
    Ok(key)
}

/// A signing request for a key, PEM.
pub(crate) fn request(key: &KeyPair) -> Result<String, Fault> {
    let request = CertificateParams::default().serialize_request(key);
    request.and_then(|request| request.pem()).map_err(broken)
}

/// From now on this certificate is the one in use.
pub(crate) fn swap(folder: &Folder, certificate: &str, key: &KeyPair) -> Result<(), Fault> {
    folder::write_secret(&folder.certificate(), &format!("{certificate}{}", key.serialize_pem()))?;
    // a file that stays is recognised as used
    drop(fs::remove_file(folder.next_key()));
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "the form `map_err` wants")]
fn broken(error: rcgen::Error) -> Fault {
    Fault::Identity(error.to_string())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text grows in memory");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(key: &KeyPair) -> String {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "east");
        (params.not_before, params.not_after) =
            (rcgen::date_time_ymd(2026, 1, 1), rcgen::date_time_ymd(2026, 1, 3));
        params.self_signed(key).unwrap().pem()
    }

    #[test]
    fn half_of_a_life_is_when_it_is_renewed() {
        let read = Certificate::read(&certificate(&KeyPair::generate().unwrap())).unwrap();
        let noon = read.ends - 12 * 3_600;
        assert!(!read.is_due(noon - 1) && read.is_due(noon) && !read.has_ended(noon));
        assert!(read.is_due(read.ends) && read.has_ended(read.ends) && !read.has_ended(read.ends - 1));
    }

    /// What a crash can leave: before the swap, within it, between it and the removal of the waiting key.
    #[test]
    fn a_crash_leaves_a_whole_pair() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::new(folder.path().to_owned());
        let old = next_key(&folder).unwrap();
        swap(&folder, &certificate(&old), &old).unwrap();
        assert!(!folder.next_key().exists());
        let next = next_key(&folder).unwrap();
        assert_eq!(
            next_key(&folder).unwrap().serialize_pem(),
            next.serialize_pem(),
            "it goes on with the key"
        );
        let in_use = Certificate::of(&folder).unwrap();
        assert!(in_use.check(&"east".parse().unwrap(), &old).is_ok());
        assert!(in_use.check(&"west".parse().unwrap(), &old).is_err());
        assert!(in_use.check(&"east".parse().unwrap(), &next).is_err());
        let partial = folder.path().join(".node.pem.partial");
        fs::write(&partial, "-----BEGIN CERT").unwrap();
        swap(&folder, &certificate(&next), &next).unwrap();
        assert!(Certificate::of(&folder).unwrap().check(&"east".parse().unwrap(), &next).is_ok());
        assert!(!partial.exists());
        folder::write_secret(&folder.next_key(), &next.serialize_pem()).unwrap();
        assert_ne!(
            next_key(&folder).unwrap().serialize_pem(),
            next.serialize_pem(),
            "a used key is not renewed"
        );
    }
}
