//! Words that came in chunks: one upload a site and exchange, its chunks in order, gone when the exchange ends.
//!
//! The chunks of a masked vector stay with what opened its sum. What is written here was checked against its digest before.
//! Never: a chunk after a gap. Spec: ADR-0020.

use consilium_types::{Attempt, Digest, ExchangeNumber, SiteId, StudyId};
use sqlx::Row as _;

use crate::error::parse;
use crate::{Store, StoreError};

/// Whose words, for which question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadKey {
    /// Of the question.
    pub study: StudyId,
    /// Of the question.
    pub attempt: Attempt,
    /// Of the question.
    pub exchange: ExchangeNumber,
    /// Whose.
    pub site: SiteId,
}

/// An upload, as far as it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upload {
    id: i64,
    /// Digest of the chunks' digests.
    pub root: Digest,
    /// How many chunks there are to be.
    pub chunks: u32,
    /// How many are here, from the first on.
    pub held: u32,
}

impl Upload {
    /// Whether all chunks are here.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.held == self.chunks
    }
}

impl Store {
    /// Begins an upload or goes on with it. Another one of the same site for the same question is forgotten.
    pub async fn begin_upload(
        &self,
        key: &UploadKey,
        root: Digest,
        chunks: u32,
    ) -> Result<Upload, StoreError> {
        if let Some(known) = self.upload(key).await?
            && (known.root, known.chunks) == (root, chunks)
        {
            return Ok(known);
        }
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let delete = "DELETE FROM uploads WHERE study = ? AND attempt = ? AND exchange = ? AND site = ?";
        let UploadKey { study, attempt, exchange, site } = key;
        sqlx::query(delete)
            .bind(study.as_str())
            .bind(attempt.0)
            .bind(exchange.0)
            .bind(site.as_str())
            .execute(&mut *transaction)
            .await?;
        let insert =
            "INSERT INTO uploads (study, attempt, exchange, site, root, chunks) VALUES (?, ?, ?, ?, ?, ?)";
        let inserted = sqlx::query(insert)
            .bind(study.as_str())
            .bind(attempt.0)
            .bind(exchange.0)
            .bind(site.as_str())
            .bind(root.to_string())
            .bind(chunks)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(Upload { id: inserted.last_insert_rowid(), root, chunks, held: 0 })
    }

    /// Writes the chunks that follow those that are held; false when the upload was forgotten meanwhile.
    pub async fn keep_chunks(&self, upload: &mut Upload, chunks: &[Vec<u8>]) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let known = sqlx::query("SELECT 1 FROM uploads WHERE upload = ?").bind(upload.id);
        if known.fetch_optional(&mut *transaction).await?.is_none() {
            return Ok(false);
        }
        for (place, bytes) in (upload.held..).zip(chunks) {
            // another connection of the same site may have been faster
            let insert = "INSERT INTO chunks (upload, place, bytes) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
            let insert = sqlx::query(insert).bind(upload.id).bind(place).bind(bytes.as_slice());
            insert.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        upload.held += u32::try_from(chunks.len()).unwrap_or(u32::MAX);
        Ok(true)
    }

    /// What a site has uploaded for a question.
    pub async fn upload(&self, key: &UploadKey) -> Result<Option<Upload>, StoreError> {
        let select = "SELECT upload, root, chunks, (SELECT COUNT(*) FROM chunks WHERE chunks.upload = uploads.upload) \
                      FROM uploads WHERE study = ? AND attempt = ? AND exchange = ? AND site = ?";
        let select = sqlx::query(select)
            .bind(key.study.as_str())
            .bind(key.attempt.0)
            .bind(key.exchange.0)
            .bind(key.site.as_str());
        let row = select.fetch_optional(&self.pool).await?;
        let read = |row: sqlx::sqlite::SqliteRow| {
            let (id, chunks, held) = (row.get(0), row.get(2), row.get(3));
            Ok(Upload { id, root: parse("digest", row.get(1))?, chunks, held })
        };
        row.map(read).transpose()
    }

    /// One chunk.
    pub async fn chunk(&self, upload: &Upload, place: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let select = sqlx::query("SELECT bytes FROM chunks WHERE upload = ? AND place = ?");
        let row = select.bind(upload.id).bind(place).fetch_optional(&self.pool).await?;
        Ok(row.map(|row| row.get(0)))
    }

    /// Forgets what was uploaded for all questions of a study but the open one and those whose sums were opened blinded.
    pub async fn forget_uploads(
        &self,
        study: &StudyId,
        open: Option<(Attempt, ExchangeNumber)>,
    ) -> Result<(), StoreError> {
        let (attempt, exchange) = open.map(|(attempt, exchange)| (attempt.0, exchange.0)).unzip();
        let delete = "DELETE FROM uploads WHERE study = ? AND NOT (attempt IS ? AND exchange IS ?) AND NOT EXISTS \
                      (SELECT 1 FROM openings WHERE openings.study = uploads.study \
                      AND openings.attempt = uploads.attempt AND openings.exchange = uploads.exchange)";
        sqlx::query(delete).bind(study.as_str()).bind(attempt).bind(exchange).execute(&self.pool).await?;
        Ok(())
    }
}
