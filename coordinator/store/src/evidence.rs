//! What opened each blinded sum, and the masked vectors behind it: for whoever adds them again.
//!
//! They tell nothing beyond the sums. Spec: docs/reference/secure-sums.md, "Replay".

use consilium_types::{Attempt, ExchangeNumber, SiteId, StudyId};
use sqlx::{Row as _, Sqlite, Transaction};

use crate::error::parse;
use crate::{Store, StoreError};

/// What opened a blinded sum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The terms of the secure sum, in their byte form.
    pub terms: Vec<u8>,
    /// What opened it, in its byte form.
    pub opening: Vec<u8>,
}

/// What is kept of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Of the analysis.
    pub attempt: Attempt,
    /// Of the question.
    pub exchange: ExchangeNumber,
    /// What opened its sum.
    pub opened: Opened,
}

/// Moves the masked vectors of an exchange out of the journal, beside what opened their sum.
pub(crate) async fn keep(
    transaction: &mut Transaction<'_, Sqlite>,
    study: &StudyId,
    (attempt, exchange): (Attempt, ExchangeNumber),
    opened: &Opened,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO openings (study, attempt, exchange, terms, opening) VALUES (?, ?, ?, ?, ?)")
        .bind(study.as_str())
        .bind(attempt.0)
        .bind(exchange.0)
        .bind(&opened.terms)
        .bind(&opened.opening)
        .execute(&mut **transaction)
        .await?;
    let vectors = "INSERT INTO vectors (study, attempt, exchange, site, entry) SELECT study, attempt, exchange, site, \
                   entry FROM journal WHERE study = ? AND attempt = ? AND exchange = ? AND site IS NOT NULL";
    sqlx::query(vectors)
        .bind(study.as_str())
        .bind(attempt.0)
        .bind(exchange.0)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

impl Store {
    /// What opened the blinded sums of a study, in the order of its exchanges.
    pub async fn evidence(&self, study: &StudyId) -> Result<Vec<Evidence>, StoreError> {
        let select = "SELECT attempt, exchange, terms, opening FROM openings WHERE study = ? ORDER BY attempt, exchange";
        let rows = sqlx::query(select).bind(study.as_str()).fetch_all(&self.pool).await?;
        let one = |row: &sqlx::sqlite::SqliteRow| Evidence {
            attempt: Attempt(row.get(0)),
            exchange: ExchangeNumber(row.get(1)),
            opened: Opened { terms: row.get(2), opening: row.get(3) },
        };
        Ok(rows.iter().map(one).collect())
    }

    /// The journal entries that hold the masked vectors of an exchange, by site.
    pub async fn vectors(
        &self,
        study: &StudyId,
        attempt: Attempt,
        exchange: ExchangeNumber,
    ) -> Result<Vec<(SiteId, Vec<u8>)>, StoreError> {
        let select =
            "SELECT site, entry FROM vectors WHERE study = ? AND attempt = ? AND exchange = ? ORDER BY site";
        let query = sqlx::query(select).bind(study.as_str()).bind(attempt.0).bind(exchange.0);
        let rows = query.fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((parse("site", row.get(0))?, row.get(1)))).collect()
    }
}
