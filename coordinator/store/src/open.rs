//! Making and opening the file.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, Row as _, SqliteConnection};

use crate::StoreError;

/// How long a statement waits for another program that writes.
const PATIENCE: Duration = Duration::from_secs(10);

/// The coordinator's state. Cheap to clone; all clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: SqlitePool,
    options: SqliteConnectOptions,
}

/// What `init` decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The consortium's name, for people.
    pub name: String,
    /// Host and port that hospitals connect to.
    pub address: String,
    /// Interface and port to listen on.
    pub listen: String,
}

impl Store {
    /// Makes a new file. Fails when there is one.
    pub async fn create(file: &Path, settings: &Settings) -> Result<Self, StoreError> {
        let store = Self::connect(file, true).await?;
        let named = [("name", &settings.name), ("address", &settings.address), ("listen", &settings.listen)];
        let mut transaction = store.pool.begin_with("BEGIN IMMEDIATE").await?;
        for (name, value) in named {
            let insert = "INSERT INTO settings (name, value) VALUES (?, ?)";
            sqlx::query(insert).bind(name).bind(value).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(store)
    }

    /// Opens a file that `create` made.
    pub async fn open(file: &Path) -> Result<Self, StoreError> {
        Self::connect(file, false).await
    }

    async fn connect(file: &Path, create: bool) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options.clone()).await;
        let pool = pool.map_err(|source| StoreError::Open { file: file.to_owned(), source })?;
        // a file of an earlier version gains the tables it lacks
        sqlx::raw_sql(include_str!("schema.sql")).execute(&pool).await?;
        Ok(Self { pool, options })
    }

    /// What `init` decided.
    pub async fn settings(&self) -> Result<Settings, StoreError> {
        Ok(Settings {
            name: self.setting("name").await?,
            address: self.setting("address").await?,
            listen: self.setting("listen").await?,
        })
    }

    async fn setting(&self, name: &str) -> Result<String, StoreError> {
        let row = sqlx::query("SELECT value FROM settings WHERE name = ?").bind(name);
        Ok(row.fetch_one(&self.pool).await?.get(0))
    }

    /// A counter that changes whenever any other connection, also of another program, has committed.
    pub async fn changes(&self) -> Result<Changes, StoreError> {
        Ok(Changes { connection: SqliteConnection::connect_with(&self.options).await? })
    }
}

/// Notices commits of other connections.
#[derive(Debug)]
pub struct Changes {
    connection: SqliteConnection,
}

impl Changes {
    /// `SQLite`'s data version, as seen by this connection.
    pub async fn version(&mut self) -> Result<i64, StoreError> {
        Ok(sqlx::query("PRAGMA data_version").fetch_one(&mut self.connection).await?.get(0))
    }
}
