//! Certificates that were issued: whose they are, until when, and whether they still count.

use consilium_types::SiteId;
use sqlx::{Row as _, Sqlite, Transaction};

use crate::error::parse;
use crate::{Store, StoreError};

/// A certificate to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Of the keys it was approved with; of its own key where it renews another.
    pub fingerprint: String,
    /// Itself.
    pub pem: String,
    /// When it was issued, milliseconds since 1970.
    pub issued: u64,
    /// Until when it is valid, milliseconds since 1970.
    pub expires: u64,
}

/// What is known of a certificate that was not revoked, of a hospital that is enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Whose it is.
    pub site: SiteId,
    /// Until when it is valid, milliseconds since 1970.
    pub expires: u64,
}

impl Store {
    /// The certificate with a serial number, unless it or its hospital was revoked.
    pub async fn issued(&self, serial: &str) -> Result<Option<Issued>, StoreError> {
        let select = "SELECT site, expires FROM certificates JOIN sites USING (site) \
                      WHERE serial = ? AND revoked IS NULL AND state = 'enrolled'";
        let row = sqlx::query(select).bind(serial).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Issued { site: parse("site", row.get(0))?, expires: row.get::<i64, _>(1).cast_unsigned() }))
    }

    /// The enrolled hospital a certificate was issued to, unless it was revoked.
    pub async fn holder(&self, serial: &str) -> Result<Option<SiteId>, StoreError> {
        Ok(self.issued(serial).await?.map(|issued| issued.site))
    }

    /// Keeps a certificate that renews another; gives the one to hand out: an earlier one for the same key, if the
    /// first answer was lost. Nothing when the hospital is not enrolled.
    pub async fn renew(
        &self,
        site: &SiteId,
        certificate: &Certificate,
    ) -> Result<Option<String>, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let enrolled = sqlx::query("SELECT 1 FROM sites WHERE site = ? AND state = 'enrolled'");
        let enrolled = enrolled.bind(site.as_str()).fetch_optional(&mut *transaction).await?;
        if enrolled.is_none() {
            return Ok(None);
        }
        let select = "SELECT pem FROM certificates \
                      WHERE site = ? AND fingerprint = ? AND revoked IS NULL AND expires > ?";
        let before = sqlx::query(select)
            .bind(site.as_str())
            .bind(&certificate.fingerprint)
            .bind(certificate.issued.cast_signed())
            .fetch_optional(&mut *transaction)
            .await?;
        if let Some(row) = before {
            return Ok(Some(row.get(0)));
        }
        insert(&mut transaction, site, certificate).await?;
        transaction.commit().await?;
        Ok(Some(certificate.pem.clone()))
    }
}

pub(crate) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    site: &SiteId,
    certificate: &Certificate,
) -> Result<(), StoreError> {
    let insert = "INSERT INTO certificates (serial, site, fingerprint, pem, issued, expires) \
                  VALUES (?, ?, ?, ?, ?, ?)";
    sqlx::query(insert)
        .bind(&certificate.serial)
        .bind(site.as_str())
        .bind(&certificate.fingerprint)
        .bind(&certificate.pem)
        .bind(certificate.issued.cast_signed())
        .bind(certificate.expires.cast_signed())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
