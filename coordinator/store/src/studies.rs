//! Studies, their journals and results.

use std::collections::BTreeMap;

use consilium_types::{Attempt, ExchangeNumber, PublicKey, SiteId, StudyId};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::error::parse;
use crate::evidence::{self, Opened};
use crate::log::{self, LogLines};
use crate::{Store, StoreError};

/// A published study.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyRecord {
    /// Its id.
    pub study: StudyId,
    /// Its plan, canonical.
    pub plan: String,
    /// Hospitals it is offered to.
    pub invited: Vec<SiteId>,
    /// The identities they had when it was published.
    pub identities: BTreeMap<SiteId, PublicKey>,
    /// When, milliseconds since 1970.
    pub published: u64,
}

/// One entry of a journal, with what the store must know of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalLine {
    /// The entry.
    pub entry: Vec<u8>,
    /// The exchange it is a submission of.
    pub submits: Option<(Attempt, ExchangeNumber)>,
    /// The site whose masked vector it holds.
    pub vector_of: Option<SiteId>,
    /// The exchange whose submissions it replaces.
    pub closes: Option<(Attempt, ExchangeNumber)>,
    /// What opened that exchange's blinded sum: its masked vectors are kept with it.
    pub opened: Option<Opened>,
}

impl Store {
    /// Records a study; false when its id is taken.
    pub async fn publish(&self, record: &StudyRecord) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let insert = "INSERT INTO studies (study, plan, published) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
        let inserted = sqlx::query(insert)
            .bind(record.study.as_str())
            .bind(&record.plan)
            .bind(record.published.cast_signed())
            .execute(&mut *transaction)
            .await?;
        if inserted.rows_affected() == 0 {
            return Ok(false);
        }
        for site in &record.invited {
            let insert = "INSERT INTO invited (study, site, identity) VALUES (?, ?, ?)";
            sqlx::query(insert)
                .bind(record.study.as_str())
                .bind(site.as_str())
                .bind(record.identities.get(site).map(ToString::to_string))
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// All studies, the oldest first.
    pub async fn studies(&self) -> Result<Vec<StudyRecord>, StoreError> {
        let select = "SELECT study, plan, published FROM studies ORDER BY published, study";
        let mut studies = Vec::new();
        for row in sqlx::query(select).fetch_all(&self.pool).await? {
            let study: StudyId = parse("study id", row.get(0))?;
            let known = self.invited(&study).await?;
            let invited = known.iter().map(|(site, _)| site.clone()).collect();
            let identities =
                known.into_iter().filter_map(|(site, identity)| Some((site, identity?))).collect();
            let published = row.get::<i64, _>(2).cast_unsigned();
            studies.push(StudyRecord { study, plan: row.get(1), invited, identities, published });
        }
        Ok(studies)
    }

    async fn invited(&self, study: &StudyId) -> Result<Vec<(SiteId, Option<PublicKey>)>, StoreError> {
        let select = "SELECT site, identity FROM invited WHERE study = ? ORDER BY site";
        let rows = sqlx::query(select).bind(study.as_str()).fetch_all(&self.pool).await?;
        let one = |row: &SqliteRow| {
            let identity: Option<String> = row.get(1);
            let identity = identity.map(|key| parse("identity key", &key)).transpose()?;
            Ok((parse("site", row.get(0))?, identity))
        };
        rows.iter().map(one).collect()
    }

    /// The entries of a study's journal, in order.
    pub async fn journal(&self, study: &StudyId) -> Result<Vec<Vec<u8>>, StoreError> {
        let select = "SELECT entry FROM journal WHERE study = ? ORDER BY line";
        let rows = sqlx::query(select).bind(study.as_str()).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Makes entries durable, the result with the last of them, and what the training log says of them. A closed
    /// exchange keeps its sum only.
    pub async fn append(
        &self,
        study: &StudyId,
        lines: &[JournalLine],
        result: Option<&str>,
        log: &LogLines,
    ) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        for line in lines {
            let (attempt, exchange) = line.submits.map(|(a, e)| (a.0, e.0)).unzip();
            sqlx::query("INSERT INTO journal (study, attempt, exchange, site, entry) VALUES (?, ?, ?, ?, ?)")
                .bind(study.as_str())
                .bind(attempt)
                .bind(exchange)
                .bind(line.vector_of.as_ref().map(SiteId::as_str))
                .bind(&line.entry)
                .execute(&mut *transaction)
                .await?;
            if let Some((attempt, exchange)) = line.closes {
                if let Some(opened) = &line.opened {
                    evidence::keep(&mut transaction, study, (attempt, exchange), opened).await?;
                }
                let delete = "DELETE FROM journal WHERE study = ? AND attempt = ? AND exchange = ?";
                sqlx::query(delete)
                    .bind(study.as_str())
                    .bind(attempt.0)
                    .bind(exchange.0)
                    .execute(&mut *transaction)
                    .await?;
            }
        }
        if let Some(result) = result {
            let update = sqlx::query("UPDATE studies SET result = ? WHERE study = ?");
            update.bind(result).bind(study.as_str()).execute(&mut *transaction).await?;
        }
        log::insert(&mut transaction, log).await?;
        Ok(transaction.commit().await?)
    }

    /// The result file of a finished study.
    pub async fn result(&self, study: &StudyId) -> Result<Option<String>, StoreError> {
        let select = sqlx::query("SELECT result FROM studies WHERE study = ?");
        let row = select.bind(study.as_str()).fetch_optional(&self.pool).await?;
        Ok(row.and_then(|row| row.get(0)))
    }
}
