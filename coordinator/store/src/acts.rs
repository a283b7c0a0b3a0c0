//! What people did on the pages, and what waits for a second one. Lines are added and decided, never removed.

use serde::Serialize;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::error::parse;
use crate::{Store, StoreError};

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Deed {
    /// Signs in.
    Enter,
    /// Reads a page, once a session.
    Read,
    /// Invites a hospital.
    Invite,
    /// Gives a waiting hospital its certificate. Needs a second person.
    Approve,
    /// Refuses a hospital. Needs a second person.
    Revoke,
    /// Offers a plan. Needs a second person.
    Publish,
}

/// Where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ActState {
    /// For a second person.
    Waiting,
    /// A second person agreed; it is being done. Seen for long only after a crash, and may be asked for again.
    Confirmed,
    /// It was done.
    Done,
    /// A second person, or who asked, said no.
    Refused,
    /// It was agreed to and could not be done.
    Failed,
}

/// What somebody asks for or has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAct {
    /// Who: the name they sign in with.
    pub person: String,
    /// What.
    pub deed: Deed,
    /// With which hospital, study or page.
    pub subject: String,
    /// What exactly: a fingerprint, a plan. May be empty.
    pub detail: String,
    /// Waiting, or done.
    pub state: ActState,
    /// Milliseconds since 1970.
    pub at: u64,
}

/// A line of the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Act {
    /// Its number, from 1.
    pub number: i64,
    /// When it was asked for or done, milliseconds since 1970.
    pub at: u64,
    /// Who.
    pub person: String,
    /// What.
    pub deed: Deed,
    /// With which hospital, study or page.
    pub subject: String,
    /// What exactly.
    pub detail: String,
    /// Where it stands.
    pub state: ActState,
    /// Who decided.
    pub second: Option<String>,
    /// When, milliseconds since 1970.
    pub decided: Option<u64>,
}

impl Deed {
    /// The word it is kept and shown as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Enter => "enter",
            Self::Read => "read",
            Self::Invite => "invite",
            Self::Approve => "approve",
            Self::Revoke => "revoke",
            Self::Publish => "publish",
        }
    }
}

impl ActState {
    /// The word it is kept and shown as.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Confirmed => "confirmed",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for Deed {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Self::Enter, Self::Read, Self::Invite, Self::Approve, Self::Revoke, Self::Publish];
        all.into_iter().find(|deed| deed.word() == text).ok_or(())
    }
}

impl std::str::FromStr for ActState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let all = [Self::Waiting, Self::Confirmed, Self::Done, Self::Refused, Self::Failed];
        all.into_iter().find(|state| state.word() == text).ok_or(())
    }
}

impl Store {
    /// Adds a line; gives its number.
    pub async fn act(&self, act: &NewAct) -> Result<i64, StoreError> {
        let insert = "INSERT INTO acts (at, person, deed, subject, detail, state) VALUES (?, ?, ?, ?, ?, ?)";
        let insert = sqlx::query(insert).bind(act.at.cast_signed()).bind(&act.person);
        let insert = insert.bind(act.deed.word()).bind(&act.subject).bind(&act.detail);
        Ok(insert.bind(act.state.word()).execute(&self.pool).await?.last_insert_rowid())
    }

    /// Decides a line that waits; false where it no longer does. A line is agreed to by another than who asked.
    pub async fn decide(
        &self,
        number: i64,
        second: &str,
        state: ActState,
        now: u64,
    ) -> Result<bool, StoreError> {
        let update = "UPDATE acts SET state = ?1, second = ?2, decided = ?3 \
                      WHERE number = ?4 AND state = 'waiting' AND (?1 = 'refused' OR person != ?2)";
        let update = sqlx::query(update).bind(state.word()).bind(second).bind(now.cast_signed()).bind(number);
        Ok(update.execute(&self.pool).await?.rows_affected() > 0)
    }

    /// Says what became of a line that was agreed to.
    pub async fn conclude(&self, number: i64, state: ActState) -> Result<(), StoreError> {
        let update = sqlx::query("UPDATE acts SET state = ? WHERE number = ? AND state = 'confirmed'");
        update.bind(state.word()).bind(number).execute(&self.pool).await?;
        Ok(())
    }

    /// One line.
    pub async fn act_of(&self, number: i64) -> Result<Option<Act>, StoreError> {
        let select = sqlx::query("SELECT * FROM acts WHERE number = ?").bind(number);
        select.fetch_optional(&self.pool).await?.as_ref().map(act).transpose()
    }

    /// The newest lines first; at most `most`.
    pub async fn acts(&self, most: u32) -> Result<Vec<Act>, StoreError> {
        let select = sqlx::query("SELECT * FROM acts ORDER BY number DESC LIMIT ?").bind(i64::from(most));
        select.fetch_all(&self.pool).await?.iter().map(act).collect()
    }

    /// Lines that wait for a second person, oldest first.
    pub async fn waiting_acts(&self) -> Result<Vec<Act>, StoreError> {
        let select = sqlx::query("SELECT * FROM acts WHERE state = 'waiting' ORDER BY number");
        select.fetch_all(&self.pool).await?.iter().map(act).collect()
    }
}

fn act(row: &SqliteRow) -> Result<Act, StoreError> {
    Ok(Act {
        number: row.get("number"),
        at: row.get::<i64, _>("at").cast_unsigned(),
        person: row.get("person"),
        deed: parse("deed", row.get("deed"))?,
        subject: row.get("subject"),
        detail: row.get("detail"),
        state: parse("state of an act", row.get("state"))?,
        second: row.get("second"),
        decided: row.get::<Option<i64>, _>("decided").map(i64::cast_unsigned),
    })
}
