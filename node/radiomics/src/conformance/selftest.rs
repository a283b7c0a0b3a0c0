//! What a program says about itself when it starts: does it reproduce the standard, and to which bits?
//!
//! Never here: files. Specification: the digital phantom of IBSI 1.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{ConformanceError, ibsi1};

/// The result of the built-in self-test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelfTest {
    /// Reference values compared.
    pub rows: usize,
    /// Those that agree.
    pub matched: usize,
    /// SHA-256 of all features of the digital phantom, to the bit: equal on every machine with the same version.
    pub digest: String,
}

impl SelfTest {
    /// Whether every reference value agrees.
    #[must_use]
    pub fn is_passed(&self) -> bool {
        self.matched == self.rows
    }
}

/// Compares the digital phantom, which needs no file, with its reference values. Takes milliseconds.
pub fn selftest() -> Result<SelfTest, ConformanceError> {
    let (features, verdicts) = ibsi1::phantom_measured()?;
    let matched = verdicts.iter().filter(|verdict| verdict.is_matched).count();
    let mut hasher = Sha256::new();
    for (tag, value) in features.iter() {
        hasher.update(format!("{tag} {:016x}\n", value.to_bits()));
    }
    let digest = hasher.finalize().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text grows in memory");
        text
    });
    Ok(SelfTest { rows: verdicts.len(), matched, digest })
}
