//! Does this build compute what IBSI says? Asked before anything is extracted, and written down.
//!
//! Never here: patient data. Specification: `consilium_radiomics::conformance`.

use consilium_radiomics::EXTRACTOR;
use consilium_radiomics::conformance::selftest;
use serde::Serialize;

use crate::clock;
use crate::errors::Fault;
use crate::folder::{self, Folder};

/// The digital phantom's reference values, how many of them this build gives, and the digest of all its features.
#[derive(Debug, Serialize)]
pub(crate) struct SelfTest {
    at: String,
    extractor: &'static str,
    rows: usize,
    matched: usize,
    digest: String,
}

impl SelfTest {
    pub(crate) fn run() -> Self {
        // the phantom is built in: not to get a verdict is to have none right
        let (rows, matched, digest) =
            selftest().map_or((0, 0, String::new()), |test| (test.rows, test.matched, test.digest));
        Self { at: clock::now(), extractor: EXTRACTOR, rows, matched, digest }
    }

    /// Writes the result into the node's folder.
    pub(crate) fn record(&self, folder: &Folder) -> Result<(), Fault> {
        let text = serde_json::to_string_pretty(self).expect("texts and counts always serialise");
        folder::write(&folder.self_test(), &(text + "\n"))
    }

    /// In words, or what is wrong.
    pub(crate) fn verdict(&self) -> Result<String, Fault> {
        let Self { extractor, rows, matched, .. } = self;
        if *rows == 0 || matched < rows {
            return Err(Fault::SelfTest { missed: rows - matched, rows: *rows });
        }
        Ok(format!("{extractor}: {matched} of {rows} reference values of the IBSI digital phantom"))
    }
}
