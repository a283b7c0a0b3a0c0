//! The consortium's certificate authority: made at `init`, signs the server's and the hospitals' certificates.
//!
//! Of a signing request only the public key is used; names are the coordinator's. Spec: ADR-0005.

use std::fmt::Write as _;
use std::net::IpAddr;

use consilium_store::Certificate;
use consilium_types::{Digest, SiteId, SiteKeys};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData, SanType, SerialNumber,
};
use rustls::crypto::aws_lc_rs;
use time::{Duration, OffsetDateTime};

use crate::clock;
use crate::errors::Fault;
use crate::folder::{self, Folder};

const AUTHORITY_LIFE: Duration = Duration::days(20 * 365);
/// The server renews at half of it.
pub(crate) const SERVER_LIFE: Duration = Duration::days(30);
/// A node renews at half of it.
const SITE_LIFE: Duration = Duration::hours(24);
/// So far may clocks of hospitals be behind.
const SKEW: Duration = Duration::hours(48);

/// The authority with its private key.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
}

/// A signing request that was read.
pub(crate) struct SigningRequest {
    public_key: rcgen::PublicKey,
}

impl Authority {
    /// Makes an authority and writes it into the folder.
    pub(crate) fn create(name: &str, folder: &Folder) -> Result<Self, Fault> {
        let key = KeyPair::generate()?;
        let mut params = params(name, clock::utc(), AUTHORITY_LIFE)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = params.self_signed(&key)?.pem();
        folder::write_secret(&folder.authority_key(), &key.serialize_pem())?;
        folder::write(&folder.authority_certificate(), &certificate)?;
        Ok(Self { issuer: Issuer::new(params, key), certificate })
    }

    pub(crate) fn open(folder: &Folder) -> Result<Self, Fault> {
        let key = KeyPair::from_pem(&folder::read(&folder.authority_key())?)?;
        let certificate = folder::read(&folder.authority_certificate())?;
        Ok(Self { issuer: Issuer::from_ca_cert_pem(&certificate, key)?, certificate })
    }

    /// PEM.
    pub(crate) fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Issues a certificate for this server, with a new key, and writes both into the folder.
    pub(crate) fn issue_server(&self, host: &str, folder: &Folder) -> Result<(), Fault> {
        let key = KeyPair::generate()?;
        let mut params = params(host, clock::utc(), SERVER_LIFE)?;
        params.subject_alt_names = vec![match host.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(Ia5String::try_from(host)?),
        }];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.issuer)?;
        folder::write_secret(&folder.server_key(), &key.serialize_pem())?;
        folder::write(&folder.server_certificate(), &certificate.pem())
    }

    /// Issues a certificate for a hospital, at a time in milliseconds since 1970. `fingerprint` is what it is kept
    /// under.
    pub(crate) fn issue_site(
        &self,
        site: &SiteId,
        request: &SigningRequest,
        fingerprint: String,
        now: u64,
    ) -> Result<Certificate, Fault> {
        let at =
            i64::try_from(now / 1_000).ok().and_then(|now| OffsetDateTime::from_unix_timestamp(now).ok());
        let at = at.ok_or_else(|| Fault::Authority("the clock is out of range".to_owned()))?;
        let mut params = params(site.as_str(), at, SITE_LIFE)?;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let expires = u64::try_from(params.not_after.unix_timestamp()).unwrap_or(0) * 1_000;
        let serial = params.serial_number.as_ref().map(|serial| hex(serial.as_ref())).unwrap_or_default();
        let pem = params.signed_by(&request.public_key, &self.issuer)?.pem();
        Ok(Certificate { serial, fingerprint, pem, issued: now, expires })
    }
}

impl SigningRequest {
    pub(crate) fn read(pem: &str) -> Result<Self, Fault> {
        let request = CertificateSigningRequestParams::from_pem(pem);
        let request = request.map_err(|e| Fault::SigningRequest(e.to_string()))?;
        Ok(Self { public_key: request.public_key })
    }

    /// The key as `SubjectPublicKeyInfo`.
    pub(crate) fn key(&self) -> Vec<u8> {
        self.public_key.subject_public_key_info()
    }

    /// What both sides of an enrolment read out.
    pub(crate) fn fingerprint(&self, keys: &SiteKeys) -> String {
        keys.fingerprint(&self.key()).to_string()
    }

    /// What a renewed certificate is kept under.
    pub(crate) fn key_digest(&self) -> String {
        Digest::of("consilium/tls-key/v1", &self.key()).to_string()
    }
}

fn params(common_name: &str, now: OffsetDateTime, life: Duration) -> Result<CertificateParams, Fault> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.serial_number = Some(SerialNumber::from_slice(&serial()?));
    (params.not_before, params.not_after) = (now - SKEW, now + life);
    Ok(params)
}

/// 16 bytes that are a positive number without a leading zero, as certificates want them.
fn serial() -> Result<[u8; 16], Fault> {
    let mut serial: [u8; 16] = random()?;
    serial[0] = serial[0] & 0x7f | 0x40;
    Ok(serial)
}

/// Bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    let filled = aws_lc_rs::default_provider().secure_random.fill(&mut bytes);
    filled.map_err(|_| Fault::Authority("the system gives no random bytes".to_owned()))?;
    Ok(bytes)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text grows in memory");
        text
    })
}

impl From<rcgen::Error> for Fault {
    fn from(error: rcgen::Error) -> Self {
        Self::Authority(error.to_string())
    }
}
