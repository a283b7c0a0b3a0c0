//! Hospitals: invited, waiting for approval, enrolled, revoked.

use consilium_types::{Digest, SiteId, SiteKeys};
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, Transaction};

use crate::certificates::insert;
use crate::error::parse;
use crate::{Certificate, Store, StoreError};

/// Where a hospital stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SiteState {
    /// An invitation is out.
    Invited,
    /// It has presented a key and waits for the operator.
    Waiting,
    /// It has a certificate.
    Enrolled,
    /// Its certificates are refused.
    Revoked,
}

/// A hospital as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SiteRecord {
    /// Its id.
    pub site: SiteId,
    /// Where it stands.
    pub state: SiteState,
    /// Of its public keys, hexadecimal.
    pub fingerprint: Option<String>,
    /// The keys that are its own for as long as it is enrolled.
    pub keys: Option<SiteKeys>,
    /// Program and version it enrolled with.
    pub software: Option<String>,
    /// When it came into this state, milliseconds since 1970.
    pub since: u64,
}

/// A hospital that waits for approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRequest {
    /// Of its public keys, hexadecimal.
    pub fingerprint: String,
    /// Its identity and witness keys.
    pub keys: SiteKeys,
    /// Its signing request, PEM.
    pub request: String,
}

/// What became of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invited {
    /// It is out. An earlier one that nobody used is void.
    Yes,
    /// The hospital has a certificate already.
    AlreadyEnrolled,
}

/// What became of a token that was presented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// It is spent on this key, now or earlier.
    By(SiteId),
    /// There is no such invitation.
    Unknown,
    /// It was valid until this time, milliseconds since 1970.
    Expired(u64),
    /// Another key has used it.
    Used,
    /// An identity or witness key is another hospital's.
    KeyTaken,
}

/// What a hospital collects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collected {
    /// Its certificate, PEM.
    Certificate(String),
    /// The operator has not decided.
    NotYet,
    /// No such token was spent on this key, or the hospital was revoked.
    Unknown,
}

impl std::str::FromStr for SiteState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "invited" => Ok(Self::Invited),
            "waiting" => Ok(Self::Waiting),
            "enrolled" => Ok(Self::Enrolled),
            "revoked" => Ok(Self::Revoked),
            _ => Err(()),
        }
    }
}

impl Store {
    /// Records an invitation; `token` is the digest of its secret.
    pub async fn invite(
        &self,
        site: &SiteId,
        token: &Digest,
        expires: u64,
        now: u64,
    ) -> Result<Invited, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let state = sqlx::query("SELECT state FROM sites WHERE site = ?").bind(site.as_str());
        let state: Option<String> = state.fetch_optional(&mut *transaction).await?.map(|row| row.get(0));
        if state.as_deref() == Some("enrolled") {
            return Ok(Invited::AlreadyEnrolled);
        }
        let upsert = "INSERT INTO sites (site, state, since) VALUES (?1, 'invited', ?2) ON CONFLICT (site) DO UPDATE \
                      SET state = 'invited', since = ?2, fingerprint = NULL, request = NULL, software = NULL";
        sqlx::query(upsert).bind(site.as_str()).bind(now.cast_signed()).execute(&mut *transaction).await?;
        let void = "DELETE FROM invitations WHERE site = ?";
        sqlx::query(void).bind(site.as_str()).execute(&mut *transaction).await?;
        sqlx::query("INSERT INTO invitations (token, site, expires) VALUES (?, ?, ?)")
            .bind(token.to_string())
            .bind(site.as_str())
            .bind(expires.cast_signed())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Invited::Yes)
    }

    /// Whom an invitation is for.
    pub async fn invitation(&self, token: &Digest) -> Result<Option<SiteId>, StoreError> {
        let select = sqlx::query("SELECT site FROM invitations WHERE token = ?").bind(token.to_string());
        let row = select.fetch_optional(&self.pool).await?;
        row.map(|row| parse("site", row.get(0))).transpose()
    }

    /// Spends an invitation on a key. Again with the same key is allowed: the first answer may have been lost.
    pub async fn redeem(
        &self,
        token: &Digest,
        waiting: &WaitingRequest,
        software: &str,
        now: u64,
    ) -> Result<Redeemed, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let select = "SELECT site, expires, fingerprint FROM invitations WHERE token = ?";
        let found = sqlx::query(select).bind(token.to_string()).fetch_optional(&mut *transaction).await?;
        let Some(row) = found else { return Ok(Redeemed::Unknown) };
        let site: SiteId = parse("site", row.get(0))?;
        let (expires, used): (i64, Option<String>) = (row.get(1), row.get(2));
        match used {
            Some(by) if by == waiting.fingerprint => return Ok(Redeemed::By(site)),
            Some(_) => return Ok(Redeemed::Used),
            None if now > expires.cast_unsigned() => return Ok(Redeemed::Expired(expires.cast_unsigned())),
            None => {}
        }
        if !keep_keys(&mut transaction, &site, &waiting.keys).await? {
            return Ok(Redeemed::KeyTaken);
        }
        sqlx::query("UPDATE invitations SET fingerprint = ? WHERE token = ?")
            .bind(&waiting.fingerprint)
            .bind(token.to_string())
            .execute(&mut *transaction)
            .await?;
        let update = "UPDATE sites SET state = 'waiting', fingerprint = ?, request = ?, software = ?, since = ? \
                      WHERE site = ?";
        sqlx::query(update)
            .bind(&waiting.fingerprint)
            .bind(&waiting.request)
            .bind(software)
            .bind(now.cast_signed())
            .bind(site.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Redeemed::By(site))
    }

    /// The request of a hospital that waits for approval.
    pub async fn waiting(&self, site: &SiteId) -> Result<Option<WaitingRequest>, StoreError> {
        let select = "SELECT fingerprint, request, identity, witness FROM sites JOIN site_keys USING (site) \
                      WHERE site = ? AND state = 'waiting'";
        let Some(row) = sqlx::query(select).bind(site.as_str()).fetch_optional(&self.pool).await? else {
            return Ok(None);
        };
        let keys = SiteKeys { identity: parse("key", row.get(2))?, witness: parse("key", row.get(3))? };
        Ok(Some(WaitingRequest { fingerprint: row.get(0), request: row.get(1), keys }))
    }

    /// Enrols a waiting hospital with its certificate; false when it no longer waits with this key.
    pub async fn approve(&self, site: &SiteId, certificate: &Certificate) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let update = "UPDATE sites SET state = 'enrolled', since = ? \
                      WHERE site = ? AND state = 'waiting' AND fingerprint = ?";
        let updated = sqlx::query(update).bind(certificate.issued.cast_signed()).bind(site.as_str());
        let updated = updated.bind(&certificate.fingerprint);
        if updated.execute(&mut *transaction).await?.rows_affected() == 0 {
            return Ok(false);
        }
        insert(&mut transaction, site, certificate).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// The certificate of the hospital that spent `token` on this key.
    pub async fn collect(&self, token: &Digest, fingerprint: &str) -> Result<Collected, StoreError> {
        let select = "SELECT sites.state, (SELECT pem FROM certificates AS c WHERE c.site = sites.site \
                      AND c.fingerprint = ?1 AND c.revoked IS NULL ORDER BY issued DESC LIMIT 1) \
                      FROM invitations JOIN sites USING (site) \
                      WHERE token = ?2 AND invitations.fingerprint = ?1";
        let row = sqlx::query(select).bind(fingerprint).bind(token.to_string());
        let Some(row) = row.fetch_optional(&self.pool).await? else { return Ok(Collected::Unknown) };
        let (state, pem): (String, Option<String>) = (row.get(0), row.get(1));
        Ok(match (parse("site state", &state)?, pem) {
            (SiteState::Enrolled, Some(pem)) => Collected::Certificate(pem),
            (SiteState::Waiting, _) => Collected::NotYet,
            _ => Collected::Unknown,
        })
    }

    /// Refuses a hospital from now on; false when there is no such hospital.
    pub async fn revoke(&self, site: &SiteId, now: u64) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let update = sqlx::query("UPDATE sites SET state = 'revoked', since = ? WHERE site = ?");
        let updated = update.bind(now.cast_signed()).bind(site.as_str()).execute(&mut *transaction).await?;
        let revoke = sqlx::query("UPDATE certificates SET revoked = ? WHERE site = ? AND revoked IS NULL");
        revoke.bind(now.cast_signed()).bind(site.as_str()).execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM invitations WHERE site = ?")
            .bind(site.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(updated.rows_affected() > 0)
    }

    /// The keys a hospital presented last.
    pub async fn keys(&self, site: &SiteId) -> Result<Option<SiteKeys>, StoreError> {
        let select = sqlx::query("SELECT identity, witness FROM site_keys WHERE site = ?");
        let row = select.bind(site.as_str()).fetch_optional(&self.pool).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(SiteKeys { identity: parse("key", row.get(0))?, witness: parse("key", row.get(1))? }))
    }

    /// All hospitals, in the order of their ids.
    pub async fn sites(&self) -> Result<Vec<SiteRecord>, StoreError> {
        let select = "SELECT site, state, fingerprint, software, since, identity, witness \
                      FROM sites LEFT JOIN site_keys USING (site) ORDER BY site";
        sqlx::query(select).fetch_all(&self.pool).await?.iter().map(record).collect()
    }
}

/// Takes over the keys of a hospital that enrols; false when one of them is another's.
async fn keep_keys(
    transaction: &mut Transaction<'_, Sqlite>,
    site: &SiteId,
    keys: &SiteKeys,
) -> Result<bool, StoreError> {
    let (identity, witness) = (keys.identity.to_string(), keys.witness.to_string());
    let select = "SELECT 1 FROM site_keys WHERE site != ?1 \
                  AND (identity IN (?2, ?3) OR witness IN (?2, ?3))";
    let taken = sqlx::query(select).bind(site.as_str()).bind(&identity).bind(&witness);
    if identity == witness || taken.fetch_optional(&mut **transaction).await?.is_some() {
        return Ok(false);
    }
    let upsert = "INSERT INTO site_keys (site, identity, witness) VALUES (?1, ?2, ?3) \
                  ON CONFLICT (site) DO UPDATE SET identity = ?2, witness = ?3";
    let upsert = sqlx::query(upsert).bind(site.as_str()).bind(identity).bind(witness);
    upsert.execute(&mut **transaction).await?;
    Ok(true)
}

fn record(row: &SqliteRow) -> Result<SiteRecord, StoreError> {
    let keys = match (row.get::<Option<&str>, _>(5), row.get::<Option<&str>, _>(6)) {
        (Some(identity), Some(witness)) => {
            Some(SiteKeys { identity: parse("key", identity)?, witness: parse("key", witness)? })
        }
        _ => None,
    };
    Ok(SiteRecord {
        site: parse("site", row.get(0))?,
        state: parse("site state", row.get(1))?,
        fingerprint: row.get(2),
        keys,
        software: row.get(3),
        since: row.get::<i64, _>(4).cast_unsigned(),
    })
}
