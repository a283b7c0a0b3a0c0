//! How much memory cases may take together: each waits until its share is free.
//!
//! Estimates come from headers, never from voxels; they are upper bounds for ordinary images, not promises.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use consilium_imaging::{Stored, stored};

/// Bytes of memory a voxel of an image needs: the file's bytes, one f64, and a filtered or resampled copy.
const BYTES_PER_VOXEL: u64 = 24;
/// How much larger than the file its content may be when no header says so.
const EXPANSION: u64 = 8;
/// Share of the free memory that is used when the user gives no limit.
const SHARE: (u64, u64) = (4, 5);

/// A sum of bytes that stays below a limit.
#[derive(Debug)]
pub(crate) struct Budget {
    limit: u64,
    used: Mutex<u64>,
    freed: Condvar,
}

/// A share of a budget, given back when dropped.
#[derive(Debug)]
pub(crate) struct Taken<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(limit: u64) -> Self {
        Self { limit, used: Mutex::new(0), freed: Condvar::new() }
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    /// Waits for `bytes`; nothing when they are more than there will ever be.
    pub(crate) fn take(&self, bytes: u64) -> Option<Taken<'_>> {
        if bytes > self.limit {
            return None;
        }
        let full = |used: &mut u64| *used + bytes > self.limit;
        let used = self.freed.wait_while(self.lock(), full);
        *used.unwrap_or_else(PoisonError::into_inner) += bytes;
        Some(Taken { budget: self, bytes })
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.budget.lock() -= self.bytes;
        self.budget.freed.notify_all();
    }
}

/// A limit from what the machine and the job leave free; none where the system does not say.
pub(crate) fn available() -> Option<u64> {
    let free = meminfo().into_iter().chain(cgroup()).min()?;
    Some(free / SHARE.1 * SHARE.0)
}

/// Free memory as Linux counts it.
fn meminfo() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The limit of the container or batch job this process runs in.
fn cgroup() -> Option<u64> {
    let own = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let mut folder = Path::new("/sys/fs/cgroup").join(path);
    let mut tightest = None;
    while folder.starts_with("/sys/fs/cgroup") {
        let limit =
            fs::read_to_string(folder.join("memory.max")).ok().and_then(|text| text.trim().parse().ok());
        tightest = tightest.into_iter().chain(limit).min();
        folder.pop();
    }
    tightest
}

/// Bytes of memory that files will need, roughly; zero for those that cannot be read, which reading will tell.
pub(crate) fn estimate(files: &[PathBuf]) -> u64 {
    let one = |file: &PathBuf| {
        let by_size = || fs::metadata(file).map_or(0, |about| about.len().saturating_mul(EXPANSION));
        let by_header = |stored: Stored| (stored.voxels as u64).saturating_mul(BYTES_PER_VOXEL);
        stored(file).ok().flatten().map_or_else(by_size, by_header)
    };
    files.iter().map(one).fold(0, u64::saturating_add)
}

/// `4G`, `512M`, or bytes.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no amount of memory; write for example 512M or 4G");
    let trimmed = text.trim_end_matches(['B', 'b', 'i']);
    let digits = trimmed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match trimmed[digits.len()..].to_ascii_uppercase().as_str() {
        "" => 0,
        "K" => 10,
        "M" => 20,
        "G" => 30,
        "T" => 40,
        _ => return Err(wrong()),
    };
    let number: u64 = digits.trim().parse().map_err(|_| wrong())?;
    number.checked_mul(1 << shift).filter(|bytes| *bytes > 0).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let read = ["1024", "512M", "4G", "4GiB", "2 T", "8gb"].map(|text| parse(text).unwrap());
        assert_eq!(read, [1 << 10, 512 << 20, 4 << 30, 4 << 30, 2 << 40, 8 << 30]);
        for wrong in ["", "G", "-1", "4X", "0", "99999999999T", "1.5G"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_header_says_how_much_an_image_needs() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/ibsi/image.nii.gz");
        assert_eq!(estimate(&[data.clone(), data]), 2 * 5 * 4 * 4 * BYTES_PER_VOXEL);
        assert_eq!(estimate(&[PathBuf::from("nowhere")]), 0);
    }

    #[test]
    fn a_budget_is_never_exceeded_and_what_can_never_fit_is_said() {
        let budget = Budget::new(10);
        assert!(budget.take(11).is_none());
        let peak = Mutex::new((0_u64, 0_u64));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for bytes in [3, 7, 10, 1] {
                        let _taken = budget.take(bytes).unwrap();
                        let now = {
                            let mut p = peak.lock().unwrap();
                            p.0 += bytes;
                            p.1 = p.1.max(p.0);
                            p.1
                        };
                        assert!(now <= 10);
                        peak.lock().unwrap().0 -= bytes;
                    }
                });
            }
        });
        assert!(peak.lock().unwrap().1 >= 10);
    }
}
