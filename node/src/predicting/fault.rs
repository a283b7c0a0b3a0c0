//! Why new patients cannot be predicted.

/// A refusal, in words for the hospital's screen.
#[derive(Debug, thiserror::Error)]
pub enum PredictFault {
    /// The model's file.
    #[error(transparent)]
    Model(#[from] consilium_model::Fault),
    /// Columns that no file has.
    #[error(
        "the model needs {columns}: {}",
        if *with_images {
            "neither clinical.csv, nor the table of features, nor the images of the plan give them"
        } else {
            "neither clinical.csv nor features.csv has them; if they come from images, name the study's plan with --plan"
        }
    )]
    NoColumn {
        /// Their names.
        columns: String,
        /// Whether a plan with images was given.
        with_images: bool,
    },
    /// A column of two files.
    #[error("the column `{0}` is in clinical.csv and in the table of features; rename or remove one")]
    TwoColumns(String),
    /// The plan of another study.
    #[error(
        "the plan is not that of the model: its hash is {plan}, the model of {study} was fitted under {model}"
    )]
    OtherPlan {
        /// The model's study.
        study: String,
        /// Hash of the plan given.
        plan: String,
        /// Hash in the model's file.
        model: String,
    },
    /// A cell that is none of a column's levels.
    #[error("clinical.csv, line {line}: `{column}` is none of {levels}")]
    UnknownLevel {
        /// Where.
        line: u64,
        /// The column.
        column: String,
        /// Levels of the plan.
        levels: String,
    },
    /// A threshold without a probability to compare.
    #[error("this model gives no single probability, so --threshold decides nothing")]
    NoThreshold,
}

impl PredictFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Model(fault) => fault.code(),
            Self::NoColumn { .. } => "CNS-N-0501",
            Self::TwoColumns(_) => "CNS-N-0502",
            Self::OtherPlan { .. } => "CNS-N-0503",
            Self::UnknownLevel { .. } => "CNS-N-0504",
            Self::NoThreshold => "CNS-N-0505",
        }
    }
}
