//! Time that has passed: certificates and invitations are replaced by older ones, so that no test waits.

use std::fs;
use std::time::SystemTime;

use anyhow::{Context as _, Result, ensure};
use consilium_store::{Certificate, Store};
use consilium_types::Digest;
use consilium_types::identity::token_digest;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair, SerialNumber};
use time::{Duration, OffsetDateTime};
use tokio::runtime::Builder;

use crate::{Consortium, stranger};

impl Consortium {
    /// Gives a hospital a certificate that began and ends so many hours from now, and its key the same age.
    pub fn age(&self, site: &str, [begins, ends]: [i64; 2]) -> Result<()> {
        let (authority, key) = (self.authority()?, KeyPair::generate()?);
        let now = OffsetDateTime::now_utc();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, site);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        (params.not_before, params.not_after) = (now + Duration::hours(begins), now + Duration::hours(ends));
        let number = Digest::of("consilium/test/serial", format!("{site} {begins} {ends}").as_bytes());
        let mut serial = [0x40; 16];
        serial[1..].copy_from_slice(&number.as_bytes()[..15]);
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        let pem = params.signed_by(&key, &authority)?.pem();
        let milliseconds = |at: OffsetDateTime| u64::try_from(at.unix_timestamp() * 1_000);
        let certificate = Certificate {
            serial: hex(&serial),
            fingerprint: number.to_string(),
            pem: pem.clone(),
            issued: milliseconds(now + Duration::hours(begins))?,
            expires: milliseconds(now + Duration::hours(ends))?,
        };
        let kept = self.with_store(async |store| Ok(store.renew(&site.parse()?, &certificate).await?))?;
        ensure!(kept.is_some(), "{site} is not enrolled");
        Ok(fs::write(self.node_folder(site).join("node.pem"), format!("{pem}{}", key.serialize_pem()))?)
    }

    /// Replaces the record of an invitation by one that expired, under the same token.
    pub fn expire_invitation(&self, site: &str, file: &str) -> Result<()> {
        let token = token_digest(&stranger::field(&fs::read_to_string(file)?, "token")?);
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
        let now = u64::try_from(now.as_millis())?;
        self.with_store(async |store| Ok(store.invite(&site.parse()?, &token, now - 1_000, now).await?))?;
        Ok(())
    }

    fn authority(&self) -> Result<Issuer<'static, KeyPair>> {
        let read = |name: &str| fs::read_to_string(self.coordinator_folder().join(name));
        let key = KeyPair::from_pem(&read("ca.key")?)?;
        Ok(Issuer::from_ca_cert_pem(&read("ca.pem")?, key)?)
    }

    fn with_store<T>(&self, act: impl AsyncFnOnce(Store) -> Result<T>) -> Result<T> {
        let runtime = Builder::new_current_thread().enable_all().build().context("a runtime")?;
        let file = self.coordinator_folder().join("coordinator.sqlite");
        runtime.block_on(async { act(Store::open(&file).await?).await })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
