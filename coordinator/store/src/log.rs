//! Entries of the training log. They are kept with the journal lines they tell of, in one transaction.

use sqlx::{Row as _, Sqlite, Transaction};

use crate::{Store, StoreError};

/// Entries at the end of the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogLines {
    /// Position of the first.
    pub first: u64,
    /// The entries.
    pub entries: Vec<Vec<u8>>,
}

impl Store {
    /// Makes entries durable that tell of nothing in a journal.
    pub async fn log(&self, lines: &LogLines) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        insert(&mut transaction, lines).await?;
        Ok(transaction.commit().await?)
    }

    /// All entries, in order.
    pub async fn log_entries(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let rows = sqlx::query("SELECT entry FROM log ORDER BY seq").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }
}

/// Adds entries; a position that is taken refuses all.
pub(crate) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    lines: &LogLines,
) -> Result<(), StoreError> {
    for (seq, entry) in (lines.first..).zip(&lines.entries) {
        sqlx::query("INSERT INTO log (seq, entry) VALUES (?, ?)")
            .bind(seq.cast_signed())
            .bind(entry)
            .execute(&mut **transaction)
            .await?;
    }
    Ok(())
}
