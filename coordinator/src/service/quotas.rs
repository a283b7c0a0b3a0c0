//! How much one hospital may ask of the coordinator at once: calls that are open, and calls a second.
//!
//! What a call may bring is bounded elsewhere: messages by their size, uploads by the open question. Never: one
//! hospital's quota taken by another.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use consilium_types::SiteId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::errors::Fault;

/// Calls of one hospital that may be open together. A node has four, a person beside it one or two more.
const OPEN: usize = 16;
/// A node of a small study on the same machine makes some 300 a second.
const PER_SECOND: u32 = 1_000;
/// So long may it be faster.
const BURST: Duration = Duration::from_secs(2);

/// The quotas of all hospitals.
#[derive(Debug)]
pub(crate) struct Quotas {
    begun: Instant,
    hospitals: Mutex<BTreeMap<SiteId, Quota>>,
}

/// A call that counts as open until this is dropped.
#[derive(Debug)]
pub(crate) struct Seat(#[expect(dead_code, reason = "held until it is dropped")] OwnedSemaphorePermit);

impl Quotas {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now(), hospitals: Mutex::default() }
    }

    /// Lets a call of a hospital in.
    pub(crate) fn admit(&self, site: &SiteId) -> Result<Seat, Fault> {
        let mut hospitals = self.hospitals.lock().unwrap_or_else(PoisonError::into_inner);
        let quota = hospitals.entry(site.clone()).or_insert_with(Quota::full);
        quota.admit(self.begun.elapsed()).ok_or(Fault::TooManyCalls)
    }
}

#[derive(Debug)]
struct Quota {
    open: Arc<Semaphore>,
    /// When calls so far would have been made at the highest lasting rate.
    spent_until: Duration,
}

impl Quota {
    fn full() -> Self {
        Self { open: Arc::new(Semaphore::new(OPEN)), spent_until: Duration::ZERO }
    }

    fn admit(&mut self, now: Duration) -> Option<Seat> {
        let begins = self.spent_until.max(now);
        if begins.saturating_sub(now) > BURST {
            return None;
        }
        self.spent_until = begins + Duration::from_secs(1) / PER_SECOND;
        Arc::clone(&self.open).try_acquire_owned().ok().map(Seat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(quota: &mut Quota, calls: u32, now: Duration) -> usize {
        (0..calls).filter(|_| quota.admit(now).is_some()).count()
    }

    #[test]
    fn calls_a_second_are_bounded_beyond_a_burst() {
        let mut quota = Quota::full();
        let second = Duration::from_secs(1);
        assert_eq!(admitted(&mut quota, 10_000, second), 2_001);
        assert_eq!(admitted(&mut quota, 10_000, second), 0);
        assert_eq!(admitted(&mut quota, 10_000, second * 2), 1_000);
        assert_eq!(admitted(&mut quota, 10_000, second * 60), 2_001, "rest is not saved up");
    }

    #[test]
    fn open_calls_are_bounded_for_each_hospital() {
        let (quotas, [east, west]) = (Quotas::new(), ["east", "west"].map(|site| site.parse().unwrap()));
        let mut seats: Vec<Seat> = (0..OPEN).map(|_| quotas.admit(&east).unwrap()).collect();
        assert!(matches!(quotas.admit(&east), Err(Fault::TooManyCalls)));
        assert!(quotas.admit(&west).is_ok(), "others have their own");
        seats.pop();
        assert!(quotas.admit(&east).is_ok());
    }
}
