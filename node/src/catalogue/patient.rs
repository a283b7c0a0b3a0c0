//! The key of a patient. It never leaves this crate's tables: no `Debug`, no `Serialize`, no `Display`.

/// The hospital's pseudonym of one patient, as the clinical table has it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Patient(String);

impl Patient {
    pub(crate) fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// For matching a folder's name and for the keyed hash that deals folds.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Patient {
    /// Shows nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Patient")
    }
}
