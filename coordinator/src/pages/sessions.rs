//! Who is signed in: a random cookie whose digest is kept, for half an hour of silence and at most eight hours.
//!
//! In memory: a restart signs everybody out. Wrong passwords make the next attempt for that name wait.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use consilium_types::Digest;

use crate::authority::{hex, random};
use crate::errors::Fault;
use crate::people::Role;

const SILENCE: u64 = 30 * 60 * 1_000;
const LONGEST: u64 = 8 * 60 * 60 * 1_000;
/// Attempts that cost nothing.
const FREE_ATTEMPTS: u32 = 5;
/// Longest wait after more, in milliseconds.
const LONGEST_WAIT: u64 = 60 * 1_000;
/// Names whose attempts are remembered.
const MOST_NAMES: usize = 10_000;

/// Somebody who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Session {
    pub(super) person: String,
    pub(super) role: Role,
    /// Signed in with a password of `people.toml`.
    pub(super) is_local: bool,
    began: u64,
    seen: u64,
    read: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Attempts {
    wrong: u32,
    last: u64,
}

/// All sessions, and attempts to begin one.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    open: Mutex<BTreeMap<Digest, Session>>,
    attempts: Mutex<BTreeMap<String, Attempts>>,
}

impl Sessions {
    /// Begins one; gives its cookie's value.
    pub(super) fn begin(&self, person: &str, role: Role, is_local: bool, now: u64) -> Result<String, Fault> {
        let token = hex(&random::<32>()?);
        let session = Session {
            person: person.to_owned(),
            role,
            is_local,
            began: now,
            seen: now,
            read: BTreeSet::new(),
        };
        let mut open = lock(&self.open);
        open.retain(|_, session| session.is_open(now));
        open.insert(digest(&token), session);
        Ok(token)
    }

    /// The session of a cookie, now seen again.
    pub(super) fn find(&self, token: &str, now: u64) -> Option<Session> {
        let mut open = lock(&self.open);
        let session = open.get_mut(&digest(token)).filter(|session| session.is_open(now))?;
        session.seen = now;
        Some(session.clone())
    }

    /// Whether a page is read in this session for the first time.
    pub(super) fn is_first_look(&self, token: &str, page: &str) -> bool {
        lock(&self.open).get_mut(&digest(token)).is_some_and(|session| session.read.insert(page.to_owned()))
    }

    pub(super) fn end(&self, token: &str) {
        lock(&self.open).remove(&digest(token));
    }

    /// Seconds until somebody may try this name again.
    pub(super) fn wait(&self, name: &str, now: u64) -> Option<u64> {
        let attempts = lock(&self.attempts);
        let Attempts { wrong, last } = attempts.get(name)?;
        let doublings = wrong.checked_sub(FREE_ATTEMPTS)?;
        let wait = 1_000_u64.checked_shl(doublings).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
        let left = (last + wait).saturating_sub(now);
        (left > 0).then(|| left.div_ceil(1_000))
    }

    /// Remembers how an attempt ended.
    pub(super) fn tried(&self, name: &str, is_right: bool, now: u64) {
        let mut attempts = lock(&self.attempts);
        if is_right || attempts.len() >= MOST_NAMES {
            attempts.remove(name);
            attempts.retain(|_, attempts| attempts.last + LONGEST_WAIT > now);
        }
        if !is_right {
            let attempts = attempts.entry(name.to_owned()).or_default();
            (attempts.wrong, attempts.last) = (attempts.wrong.saturating_add(1), now);
        }
    }
}

impl Session {
    fn is_open(&self, now: u64) -> bool {
        now < self.seen + SILENCE && now < self.began + LONGEST
    }
}

fn digest(token: &str) -> Digest {
    Digest::of("consilium/session/v1", token.as_bytes())
}

/// What a thread that panicked left is whole: every change is one insertion.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_in_silence_and_after_eight_hours() {
        let sessions = Sessions::default();
        let token = sessions.begin("anna", Role::Operator, true, 0).unwrap();
        assert!(sessions.find("another", 0).is_none());
        assert!(sessions.find(&token, SILENCE - 1).is_some());
        assert!(sessions.find(&token, 2 * SILENCE - 1).is_none());
        let token = sessions.begin("anna", Role::Operator, true, 0).unwrap();
        let steps = LONGEST / (SILENCE - 1);
        assert!((1..=steps).all(|step| sessions.find(&token, step * (SILENCE - 1)).is_some()));
        assert!(sessions.find(&token, LONGEST).is_none(), "however busy");
    }

    #[test]
    fn a_page_is_read_once_and_a_session_that_ended_is_gone() {
        let sessions = Sessions::default();
        let token = sessions.begin("bo", Role::Auditor, true, 0).unwrap();
        assert!(sessions.is_first_look(&token, "/log") && !sessions.is_first_look(&token, "/log"));
        sessions.end(&token);
        assert!(sessions.find(&token, 1).is_none());
    }

    #[test]
    fn wrong_passwords_make_the_next_attempt_wait_longer_and_longer() {
        let sessions = Sessions::default();
        for now in 0..5 {
            assert_eq!(sessions.wait("anna", now), None);
            sessions.tried("anna", false, now);
        }
        assert_eq!(sessions.wait("anna", 5), Some(1));
        sessions.tried("anna", false, 1_005);
        assert_eq!(sessions.wait("anna", 1_005), Some(2));
        for _ in 0..100 {
            sessions.tried("anna", false, 2_000);
        }
        assert_eq!(sessions.wait("anna", 2_000), Some(60));
        assert_eq!(sessions.wait("bo", 2_000), None, "nobody else waits");
        sessions.tried("anna", true, 70_000);
        assert_eq!(sessions.wait("anna", 70_000), None);
    }
}
