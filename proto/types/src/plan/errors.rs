//! What is wrong with a plan: every finding, with its code, key, line and remedy.

use std::fmt;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    code: &'static str,
    key: String,
    line: Option<usize>,
    message: String,
}

impl PlanError {
    pub(super) fn new(code: &'static str, key: &str, line: Option<usize>, message: &str) -> Self {
        Self { code, key: key.to_owned(), line, message: message.to_owned() }
    }

    /// Stable code, for example `CNS-P-0101`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// Path of the key, for example `outcome.label`; empty when the whole file is meant.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Line in the file, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }
}

/// Everything that is wrong with a plan; at least one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanErrors {
    file: String,
    errors: Vec<PlanError>,
}

impl PlanErrors {
    pub(super) fn one(file: &str, error: PlanError) -> Self {
        Self { file: file.to_owned(), errors: vec![error] }
    }

    /// The findings, in the order of the file.
    #[must_use]
    pub fn errors(&self) -> &[PlanError] {
        &self.errors
    }

    /// The first finding's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.errors[0].code
    }
}

impl fmt::Display for PlanErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            let newline = if i == 0 { "" } else { "\n" };
            let line = error.line.map(|line| format!(":{line}")).unwrap_or_default();
            write!(f, "{newline}{}{line}: {} [{}]", self.file, error.message, error.code)?;
        }
        Ok(())
    }
}

impl std::error::Error for PlanErrors {}
