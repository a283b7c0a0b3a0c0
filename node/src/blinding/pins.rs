//! What this hospital said once in a secure sum and never says differently: one line a digest, on disk before the
//! message leaves.
//!
//! A last line that was cut by a crash counts for nothing: its message never left. Never: a secret.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use consilium_crypto::{ExchangeKey, MemoryPins, NotPinned, Pinned, Pins};
use consilium_types::{Attempt, Digest, ExchangeNumber};

use crate::errors::Fault;
use crate::folder;

/// The pins of one study.
pub(super) struct FilePins {
    file: PathBuf,
    kept: MemoryPins,
}

impl FilePins {
    pub(super) fn open(file: PathBuf) -> Result<Self, Fault> {
        let text = if file.exists() { folder::read(&file)? } else { String::new() };
        let whole = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let kept = whole.map(|line| read(&file, line)).collect::<Result<_, _>>()?;
        Ok(Self { file, kept })
    }

    fn append(&self, key: &ExchangeKey, what: Pinned, digest: Digest) -> std::io::Result<()> {
        let ExchangeKey { plan, attempt, exchange } = key;
        let mut handle = OpenOptions::new().create(true).append(true).open(&self.file)?;
        writeln!(handle, "{plan} {attempt} {exchange} {} {digest}", what.as_str())?;
        handle.sync_data()
    }
}

impl Pins for FilePins {
    fn kept(&self, key: &ExchangeKey, what: Pinned) -> Option<Digest> {
        self.kept.kept(key, what)
    }

    fn pin(&mut self, key: &ExchangeKey, what: Pinned, digest: Digest) -> Result<(), NotPinned> {
        if self.kept.kept(key, what).is_none() {
            self.append(key, what, digest).map_err(|_| NotPinned::Unavailable)?;
        }
        self.kept.pin(key, what, digest)
    }
}

fn read(file: &Path, line: &str) -> Result<(ExchangeKey, Pinned, Digest), Fault> {
    let damaged =
        || Fault::Configuration { file: file.to_owned(), why: format!("not a pin: {}", line.trim()) };
    let words: Vec<&str> = line.split_whitespace().collect();
    let [plan, attempt, exchange, what, digest] = words[..] else { return Err(damaged()) };
    let number = |text: &str| text.parse::<u32>().map_err(|_| damaged());
    let digest_of = |text: &str| text.parse::<Digest>().map_err(|_| damaged());
    let key = ExchangeKey {
        plan: digest_of(plan)?,
        attempt: Attempt(number(attempt)?),
        exchange: ExchangeNumber(number(exchange)?),
    };
    Ok((key, Pinned::of_name(what).ok_or_else(damaged)?, digest_of(digest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ExchangeKey {
        ExchangeKey { plan: Digest::from([7; 32]), attempt: Attempt(1), exchange: ExchangeNumber(3) }
    }

    #[test]
    fn a_pin_outlives_its_process_and_is_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one.pins");
        let [one, two] = [[1; 32], [2; 32]].map(Digest::from);
        FilePins::open(file.clone()).unwrap().pin(&key(), Pinned::Input, one).unwrap();
        let mut pins = FilePins::open(file.clone()).unwrap();
        assert_eq!(pins.pin(&key(), Pinned::Input, one), Ok(()));
        assert_eq!(pins.pin(&key(), Pinned::Input, two), Err(NotPinned::Other(one)));
        assert_eq!(pins.pin(&key(), Pinned::Unmasked, two), Ok(()));
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().count(), 2);
        std::fs::write(&file, format!("{text}0707 1 3 in")).unwrap();
        assert_eq!(FilePins::open(file.clone()).unwrap().kept(&key(), Pinned::Unmasked), Some(two));
        std::fs::write(&file, text.replace("unmasked", "seen")).unwrap();
        assert_eq!(FilePins::open(file).err().unwrap().code(), "CNS-N-0102");
    }

    #[test]
    fn nothing_is_pinned_where_nothing_can_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut pins = FilePins::open(folder.path().join("none/one.pins")).unwrap();
        assert_eq!(pins.pin(&key(), Pinned::Input, Digest::from([1; 32])), Err(NotPinned::Unavailable));
        assert_eq!(pins.kept(&key(), Pinned::Input), None);
    }
}
