//! What the daemon tells a reader, and what the reader answers: one line of JSON each, over a pipe between two processes of
//! this machine.
//!
//! The reader is not believed: values are counted by who asked, a code must look like one, a message is cut and loses its
//! control characters. Never: a `Debug` of a path.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::bounds::Bounds;
use crate::catalogue::{DataFault, ImagePair};
use crate::extraction::Input;

/// Longest message that is shown, in characters.
const LONGEST: usize = 2_000;

/// What to measure; nothing to measure asks for the bounds alone.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The plan, canonical.
    pub(super) plan: String,
    /// The plan's name of the image.
    pub(super) input: String,
    pub(super) phase: Option<String>,
    pub(super) files: Option<[PathBuf; 2]>,
}

impl Case {
    pub(super) fn of(plan: &str, input: &Input, pair: &ImagePair) -> Result<Self, DataFault> {
        for file in [&pair.image, &pair.mask] {
            if file.to_str().is_none() {
                let why = "its name is not in UTF-8".to_owned();
                return Err(DataFault::Unreadable { file: file.clone(), why });
            }
        }
        Ok(Self {
            plan: plan.to_owned(),
            input: input.name.clone(),
            phase: input.phase.clone(),
            files: Some([pair.image.clone(), pair.mask.clone()]),
        })
    }

    pub(super) fn nothing() -> Self {
        Self { plan: String::new(), input: String::new(), phase: None, files: None }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("names are in UTF-8")
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|e| e.to_string())
    }
}

/// What a reader says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Answer {
    /// The bits of the values, in the order of the settings' tags.
    Values(Vec<u64>),
    /// Why there are none.
    Fault { code: String, message: String },
    /// What holds it.
    Bounds(Bounds),
}

impl Answer {
    pub(super) fn of(measured: Result<Vec<f64>, DataFault>) -> Self {
        match measured {
            Ok(values) => Self::Values(values.into_iter().map(f64::to_bits).collect()),
            Err(fault) => Self::Fault { code: fault.code().to_owned(), message: fault.to_string() },
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers and text always serialise")
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let answer = serde_json::from_slice(bytes).map_err(|_| "no answer".to_owned())?;
        Ok(match answer {
            Self::Fault { code, message } => {
                let shown = message.chars().filter(|c| !c.is_control() || *c == '\n').take(LONGEST);
                Self::Fault { code, message: shown.collect() }
            }
            other => other,
        })
    }
}

/// A code of data as the rest of the program holds codes; at most ten thousand are ever kept.
pub(super) fn known(code: &str) -> Option<&'static str> {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let digits = code.strip_prefix("CNS-D-")?;
    if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(code) = known.get(code) {
        return Some(code);
    }
    let code: &'static str = Box::leak(code.to_owned().into_boxed_str());
    known.insert(code);
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_says_is_not_believed() {
        assert_eq!(known("CNS-D-0104"), Some("CNS-D-0104"));
        for code in ["CNS-N-0104", "CNS-D-104", "CNS-D-01045", "CNS-D-01é", "patient 7"] {
            assert_eq!(known(code), None, "{code}");
        }
        for bytes in [&b"{\"values\":[0.5]}"[..], b"{\"values\":[1]} x", b"", b"{\"other\":1}"] {
            assert!(Answer::from_bytes(bytes).is_err());
        }
        let loud = Answer::Fault { code: "CNS-D-0104".to_owned(), message: "\u{1b}[2Ja".repeat(5_000) };
        let Ok(Answer::Fault { message, .. }) = Answer::from_bytes(&loud.to_bytes()) else {
            panic!("a fault")
        };
        assert!(message.len() == LONGEST && !message.contains('\u{1b}'));
    }

    #[test]
    fn values_come_over_to_the_bit() {
        let values = [0.1 + 0.2, f64::NAN, -0.0, f64::MAX];
        let sent = Answer::of(Ok(values.to_vec())).to_bytes();
        let Ok(Answer::Values(bits)) = Answer::from_bytes(&sent) else { panic!("values") };
        assert_eq!(bits, values.map(f64::to_bits));
    }
}
