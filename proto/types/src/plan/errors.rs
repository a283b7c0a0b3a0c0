//! What is wrong with a plan: every finding, with its code, key, line and remedy.
//!
//! Codes: `01` the file, `02` a key or its value, `03` the inclusion expression, `04` keys that do not fit
//! together. Spec: docs/reference/plan.md.

use std::fmt;

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanError {
    fault: Fault,
    key: String,
    line: Option<usize>,
    message: String,
    remedy: String,
}

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Syntax,
    TooLong,
    NotCanonical,
    UnknownKey,
    KeyNotYet,
    Missing,
    WrongType,
    UnknownWord,
    WordNotYet,
    OutOfRange,
    BadText,
    BadList,
    BadInclusion,
    NoInput,
    ColumnTwice,
    FeaturesWithoutImage,
    FamilyWithoutInput,
    SelectWithoutRadiomics,
    SiteSumsNeeded,
    TooFewCells,
    ComparedWithItself,
    SameClass,
    MaxAboveKeep,
    UnitsDiffer,
    TooLarge,
    LearnerUnfit,
    PenaltyUnfit,
    Idle,
    NoSecondReading,
    HarmoniseWithoutRadiomics,
    BadBatch,
    SelectionUnfit,
    BadComposite,
    BadTimes,
    NoiseUnfit,
    Overspent,
    TooFewToBlind,
    RobustUnfit,
}

impl Fault {
    #[cfg(test)]
    pub(super) const ALL: [Self; 38] = [
        Self::Syntax,
        Self::TooLong,
        Self::NotCanonical,
        Self::UnknownKey,
        Self::KeyNotYet,
        Self::Missing,
        Self::WrongType,
        Self::UnknownWord,
        Self::WordNotYet,
        Self::OutOfRange,
        Self::BadText,
        Self::BadList,
        Self::BadInclusion,
        Self::NoInput,
        Self::ColumnTwice,
        Self::FeaturesWithoutImage,
        Self::FamilyWithoutInput,
        Self::SelectWithoutRadiomics,
        Self::SiteSumsNeeded,
        Self::TooFewCells,
        Self::ComparedWithItself,
        Self::SameClass,
        Self::MaxAboveKeep,
        Self::UnitsDiffer,
        Self::TooLarge,
        Self::LearnerUnfit,
        Self::PenaltyUnfit,
        Self::Idle,
        Self::NoSecondReading,
        Self::HarmoniseWithoutRadiomics,
        Self::BadBatch,
        Self::SelectionUnfit,
        Self::BadComposite,
        Self::BadTimes,
        Self::NoiseUnfit,
        Self::Overspent,
        Self::TooFewToBlind,
        Self::RobustUnfit,
    ];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Syntax => "CNS-P-0101",
            Self::TooLong => "CNS-P-0102",
            Self::NotCanonical => "CNS-P-0103",
            Self::UnknownKey => "CNS-P-0201",
            Self::KeyNotYet => "CNS-P-0202",
            Self::Missing => "CNS-P-0203",
            Self::WrongType => "CNS-P-0204",
            Self::UnknownWord => "CNS-P-0205",
            Self::WordNotYet => "CNS-P-0206",
            Self::OutOfRange => "CNS-P-0207",
            Self::BadText => "CNS-P-0208",
            Self::BadList => "CNS-P-0209",
            Self::BadInclusion => "CNS-P-0301",
            Self::NoInput => "CNS-P-0401",
            Self::ColumnTwice => "CNS-P-0402",
            Self::FeaturesWithoutImage => "CNS-P-0403",
            Self::FamilyWithoutInput => "CNS-P-0404",
            Self::SelectWithoutRadiomics => "CNS-P-0405",
            Self::SiteSumsNeeded => "CNS-P-0406",
            Self::TooFewCells => "CNS-P-0407",
            Self::ComparedWithItself => "CNS-P-0408",
            Self::SameClass => "CNS-P-0409",
            Self::MaxAboveKeep => "CNS-P-0410",
            Self::UnitsDiffer => "CNS-P-0411",
            Self::TooLarge => "CNS-P-0412",
            Self::LearnerUnfit => "CNS-P-0413",
            Self::PenaltyUnfit => "CNS-P-0414",
            Self::Idle => "CNS-P-0415",
            Self::NoSecondReading => "CNS-P-0416",
            Self::HarmoniseWithoutRadiomics => "CNS-P-0417",
            Self::BadBatch => "CNS-P-0418",
            Self::SelectionUnfit => "CNS-P-0419",
            Self::BadComposite => "CNS-P-0420",
            Self::BadTimes => "CNS-P-0421",
            Self::NoiseUnfit => "CNS-P-0422",
            Self::Overspent => "CNS-P-0423",
            Self::TooFewToBlind => "CNS-P-0424",
            Self::RobustUnfit => "CNS-P-0425",
        }
    }

    /// Whether the rest of the plan can still be judged.
    pub(super) fn concerns_a_spare_key(self) -> bool {
        matches!(self, Self::UnknownKey | Self::KeyNotYet)
    }
}

impl PlanError {
    pub(super) fn new(
        fault: Fault,
        key: impl Into<String>,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { fault, key: key.into(), line: None, message: message.into(), remedy: remedy.into() }
    }

    pub(super) fn at(self, line: Option<usize>) -> Self {
        Self { line, ..self }
    }

    pub(super) fn fault(&self) -> Fault {
        self.fault
    }

    /// Stable code, for example `CNS-P-0201`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.fault.code()
    }

    /// Path of the key, for example `outcome.label`; empty when the whole file is meant.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Line in the file, from 1; that of the section when a key is missing; none for the canonical form.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &str {
        &self.remedy
    }
}

/// Everything that is wrong with a plan; at least one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanErrors {
    file: String,
    errors: Vec<PlanError>,
}

impl PlanErrors {
    /// `errors` must not be empty.
    pub(super) fn new(file: &str, mut errors: Vec<PlanError>) -> Self {
        debug_assert!(!errors.is_empty());
        errors.sort_by_key(|error| error.line);
        Self { file: file.to_owned(), errors }
    }

    /// The findings, in the order of the file.
    #[must_use]
    pub fn errors(&self) -> &[PlanError] {
        &self.errors
    }

    /// The first finding's code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.errors.first().map_or("CNS-P-0101", PlanError::code)
    }
}

impl fmt::Display for PlanErrors {
    /// One line a finding: `file:line: key: what is wrong; what to do [code]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            f.write_str(if i == 0 { "" } else { "\n" })?;
            write!(f, "{}", self.file)?;
            if let Some(line) = error.line {
                write!(f, ":{line}")?;
            }
            if !error.key.is_empty() {
                write!(f, ": {}", error.key)?;
            }
            write!(f, ": {}; {} [{}]", error.message, error.remedy, error.code())?;
        }
        Ok(())
    }
}

impl std::error::Error for PlanErrors {}
