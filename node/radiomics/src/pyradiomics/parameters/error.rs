//! What can be wrong with a parameter file, each with a stable code, the line, the key and the remedy.

/// The kinds of mistakes; each has its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mistake {
    NotYaml,
    UnknownKey,
    WrongType,
    OutOfRange,
    UnknownWord,
    Unsupported,
    Contradiction,
}

/// A parameter file that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {key}: {problem}; {remedy}")]
pub struct ParameterError {
    pub(crate) mistake: Mistake,
    /// The line, from 1.
    pub line: usize,
    /// The key with its parents, such as `setting.binWidth`.
    pub key: String,
    pub(crate) problem: String,
    pub(crate) remedy: String,
}

impl ParameterError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.mistake {
            Mistake::NotYaml => "CNS-D-0230",
            Mistake::UnknownKey => "CNS-D-0231",
            Mistake::WrongType => "CNS-D-0232",
            Mistake::OutOfRange => "CNS-D-0233",
            Mistake::UnknownWord => "CNS-D-0234",
            Mistake::Unsupported => "CNS-D-0235",
            Mistake::Contradiction => "CNS-D-0236",
        }
    }
}
