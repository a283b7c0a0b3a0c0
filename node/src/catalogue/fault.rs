//! What can be wrong in a data folder: the file, the line, the column, the remedy, a stable code.
//!
//! Messages are for the hospital's own screen. Only the code may leave.

use std::path::PathBuf;

use consilium_imaging::{GeometryDifference, ImagingError};
use consilium_types::plan::UnfitCell;

/// Data that cannot be used as they are.
#[derive(Debug, thiserror::Error)]
pub enum DataFault {
    /// No such file or folder, or no right to read it.
    #[error("{}: cannot be read: {why}; check the name and that this user may read it", file.display())]
    Unreadable {
        /// Which.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// Not a table.
    #[error("{}: line {line}: {why}", file.display())]
    NotATable {
        /// Which.
        file: PathBuf,
        /// Where.
        line: u64,
        /// What is wrong and what to do.
        why: String,
    },
    /// A column is missing.
    #[error(
        "{}: no column `{column}`; it has: {present}; rename or add the column, names are compared exactly",
        file.display()
    )]
    MissingColumn {
        /// Which file.
        file: PathBuf,
        /// What is looked for.
        column: String,
        /// What there is.
        present: String,
    },
    /// Two rows for one patient.
    #[error("{}: line {line} repeats the patient of line {first}; keep one row a patient", file.display())]
    RepeatedPatient {
        /// Which file.
        file: PathBuf,
        /// The second row.
        line: u64,
        /// The first row.
        first: u64,
    },
    /// A cell that is no number.
    #[error(
        "{}: line {line}, column `{column}`: not a finite number; write a number, or leave the cell empty",
        file.display()
    )]
    NotANumber {
        /// Which file.
        file: PathBuf,
        /// Where.
        line: u64,
        /// Which column.
        column: String,
    },
    /// A level that the plan does not list.
    #[error(
        "{}: line {line}, column `{column}`: a level that the plan does not list; it lists {levels}; correct the cell, \
         leave it empty, or ask for an amended plan",
        file.display()
    )]
    UnknownLevel {
        /// Which file.
        file: PathBuf,
        /// Where.
        line: u64,
        /// Which column.
        column: String,
        /// The plan's levels.
        levels: String,
    },
    /// A patient whose event status is known, but not how long the follow-up was.
    #[error(
        "{}: line {line}, column `{column}`: a time that is missing or negative where the event is known; write the days \
         of follow-up, or leave the event empty, too",
        file.display()
    )]
    FollowUp {
        /// Which file.
        file: PathBuf,
        /// Where.
        line: u64,
        /// The column of the time.
        column: String,
    },
    /// More scanners (or other batches) than can be harmonised.
    #[error(
        "{}: column `{column}` makes {found} batches with enough patients, more than {most}; give similar scanners one \
         name, or ask for a plan with batch = \"site\"",
        file.display()
    )]
    TooManyBatches {
        /// Which file.
        file: PathBuf,
        /// The column of the batch.
        column: String,
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A cell the inclusion expression cannot read.
    #[error("{}: line {line}: {fault}", file.display())]
    Inclusion {
        /// Which file.
        file: PathBuf,
        /// Where.
        line: u64,
        /// What is wrong.
        fault: UnfitCell,
    },
    /// An image without its mask, or a mask without its image.
    #[error("{}: there is no {missing} beside it; add it, or move this file away", present.display())]
    Unpaired {
        /// The file that is there.
        present: PathBuf,
        /// What is not.
        missing: String,
    },
    /// Two files with names that differ in case or compression only.
    #[error("{} and {}: the same image twice; keep one", first.display(), second.display())]
    Twice {
        /// One.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// An image or mask that cannot be read.
    #[error(transparent)]
    Image(#[from] ImagingError),
    /// A mask on another grid than its image.
    #[error("{}: {difference}", mask.display())]
    Geometry {
        /// The mask.
        mask: PathBuf,
        /// How they differ.
        difference: GeometryDifference,
    },
    /// A mask without a voxel, or with a single one.
    #[error(
        "{}: the mask has {voxels} voxels; a shape or texture needs at least 2: check the contour",
        mask.display()
    )]
    TooFewVoxels {
        /// The mask.
        mask: PathBuf,
        /// How many.
        voxels: usize,
    },
    /// Features cannot be computed.
    #[error("{}: {fault}", image.display())]
    Features {
        /// The image.
        image: PathBuf,
        /// Why.
        fault: consilium_radiomics::Error,
    },
    /// What the process that reads images found.
    #[error("{message}")]
    Reader {
        /// The stable code of what is wrong.
        code: &'static str,
        /// In words, with the file.
        message: String,
    },
    /// The process that reads images ended without an answer.
    #[error(
        "{}: the process that read this image and its mask ended ({how}); open both with a viewer, export them again, or \
         move them away",
        image.display()
    )]
    ReaderDied {
        /// The image.
        image: PathBuf,
        /// How.
        how: String,
    },
    /// Several patients cannot be used, and the policy says to stop.
    #[error(
        "{} of {patients} patients cannot be used: {}\ncorrect the files, or set `unfit = \"exclude\"` in policy.toml",
        faults.len(), list(faults)
    )]
    Unfit {
        /// One fault a patient.
        faults: Vec<DataFault>,
        /// Patients looked at.
        patients: usize,
    },
}

impl DataFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "CNS-D-0301",
            Self::NotATable { .. } => "CNS-D-0302",
            Self::MissingColumn { .. } => "CNS-D-0303",
            Self::RepeatedPatient { .. } => "CNS-D-0304",
            Self::NotANumber { .. } => "CNS-D-0305",
            Self::UnknownLevel { .. } => "CNS-D-0306",
            Self::Unpaired { .. } => "CNS-D-0307",
            Self::Twice { .. } => "CNS-D-0308",
            Self::TooFewVoxels { .. } => "CNS-D-0309",
            Self::Unfit { .. } => "CNS-D-0310",
            Self::FollowUp { .. } => "CNS-D-0311",
            Self::TooManyBatches { .. } => "CNS-D-0312",
            Self::ReaderDied { .. } => "CNS-D-0313",
            Self::Reader { code, .. } => code,
            Self::Inclusion { fault, .. } => fault.code(),
            Self::Image(fault) => fault.code(),
            Self::Geometry { difference, .. } => difference.code(),
            Self::Features { fault, .. } => fault.code(),
        }
    }
}

fn list(faults: &[DataFault]) -> String {
    faults.iter().fold(String::new(), |list, fault| format!("{list}\n  {fault} [{}]", fault.code()))
}
