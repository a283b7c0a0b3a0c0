//! Everything the program refuses or suffers, with its code and the remedy.
//!
//! Messages name files: they are for the hospital's own screen and for `faults.csv`, which stays there.

use std::path::{Path, PathBuf};

use consilium_imaging::ImagingError;
use consilium_radiomics::conformance::ConformanceError;
use consilium_radiomics::maps::MapError;
use consilium_radiomics::perturb::PerturbError;
use consilium_radiomics::preview::PreviewError;
use consilium_radiomics::pyradiomics::{self, ParameterError};

/// Why a command or a case gave no features.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// An image or mask that cannot be read.
    #[error(transparent)]
    Imaging(#[from] ImagingError),
    /// An image that gives no features.
    #[error("{}: {fault}", image.display())]
    Features { image: PathBuf, fault: consilium_radiomics::Error },
    /// An image that gives no features in PyRadiomics' way.
    #[error("{}: {fault}", image.display())]
    Pyradiomics { image: PathBuf, fault: pyradiomics::Error },
    /// A parameter file in PyRadiomics' language.
    #[error("{}: {fault}", file.display())]
    PyradiomicsParameters { file: PathBuf, fault: ParameterError },
    /// An image that cannot be perturbed.
    #[error("{}: {fault}", image.display())]
    Perturbation { image: PathBuf, fault: PerturbError },
    /// Agreement that cannot be computed.
    #[error("{}: {fault}", table.display())]
    Agreement { table: PathBuf, fault: PerturbError },
    /// An image that gives no map.
    #[error("{}: {fault}", image.display())]
    Map { image: PathBuf, fault: MapError },
    /// An image that gives no picture.
    #[error("{}: {fault}", image.display())]
    Preview { image: PathBuf, fault: PreviewError },
    /// A parameter file or preset that cannot be used.
    #[error("{}: {why}", file.display())]
    Parameters { file: PathBuf, why: String },
    /// A table of cases that cannot be used.
    #[error("{}: {why}", file.display())]
    Table { file: PathBuf, why: String },
    /// A file that cannot be written, or read back.
    #[error("{}: {doing}: {source}; check the path, the free space, and that this user may write there", path.display())]
    File { path: PathBuf, doing: &'static str, source: std::io::Error },
    /// A folder with results of another recipe.
    #[error(
        "{}: holds results of {found}, but this run is {asked}; give this run its own folder with --out",
        folder.display()
    )]
    OtherRecipe { folder: PathBuf, found: String, asked: String },
    /// A second run of the same shard.
    #[error("{}: another run is writing this journal; wait until it has ended, or use another --out", .0.display())]
    Busy(PathBuf),
    /// Parts that are not there.
    #[error(
        "parts are missing: {missing}; run `batch` for them with the same --out, or merge what there is with --partial"
    )]
    Missing { missing: String },
    /// Parts that do not belong together.
    #[error("{}: {why}", part.display())]
    Parts { part: PathBuf, why: String },
    /// A journal or index that was changed.
    #[error("{}: damaged: {why}; delete it and run `batch` again, which computes what is missing", file.display())]
    Damaged { file: PathBuf, why: String },
    /// A part that names values no journal has.
    #[error(
        "case {id}: its values are in no journal of the folders named; name all folders, or run `batch` again"
    )]
    Lost { id: String },
    /// A batch without a result.
    #[error("none of {cases} cases gave features; the first: {first}")]
    Nothing { cases: usize, first: String },
    /// A strict batch with faults.
    #[error("{faults} of {cases} cases gave no features, see {}; without --strict this is no failure", list.display())]
    Strict { faults: usize, cases: usize, list: PathBuf },
    /// A self-test without its data.
    #[error(transparent)]
    Conformance(#[from] ConformanceError),
    /// Reference data without rows.
    #[error("the table of reference values has no row for {sets}; name the folder with all of them")]
    NoReference { sets: String },
    /// A self-test that does not agree.
    #[error("{missed} of {rows} reference values missed; do not use this build for a study, and report it")]
    SelfTest { missed: usize, rows: usize },
    /// A case that does not fit.
    #[error("{}: needs about {} MiB, --memory allows {} MiB; give more, or crop the image", image.display(), needs >> 20, limit >> 20)]
    Memory { image: PathBuf, needs: u64, limit: u64 },
    /// A region the mask does not hold.
    #[error("{}: no voxel has the label {label}; name another with --label, in the table, or in the parameters", mask.display())]
    NoLabel { mask: PathBuf, label: u32 },
    /// A series whose files lie apart.
    #[error("{}: the files of the series lie in several folders; move them into one", image.display())]
    Scattered { image: PathBuf },
    /// Arguments that contradict each other.
    #[error("{0}")]
    Arguments(String),
    /// A fault of this program.
    #[error("{}: the extractor failed: {why}; this is a fault of the program: please report it", image.display())]
    Failed { image: PathBuf, why: String },
}

impl Fault {
    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Imaging(fault) => fault.code(),
            Self::Features { fault, .. } => fault.code(),
            Self::Pyradiomics { fault, .. } => fault.code(),
            Self::PyradiomicsParameters { fault, .. } => fault.code(),
            Self::Perturbation { fault, .. } | Self::Agreement { fault, .. } => fault.code(),
            Self::Map { fault, .. } => fault.code(),
            Self::Preview { fault, .. } => fault.code(),
            Self::Parameters { .. } => "CNS-D-0250",
            Self::Table { .. } => "CNS-D-0251",
            Self::File { .. } => "CNS-D-0252",
            Self::OtherRecipe { .. } => "CNS-D-0253",
            Self::Busy(_) => "CNS-D-0254",
            Self::Missing { .. } => "CNS-D-0255",
            Self::Parts { .. } => "CNS-D-0256",
            Self::Damaged { .. } => "CNS-D-0257",
            Self::Lost { .. } => "CNS-D-0265",
            Self::Nothing { .. } => "CNS-D-0258",
            Self::Strict { .. } => "CNS-D-0259",
            Self::Conformance(fault) => fault.code(),
            Self::NoReference { .. } => "CNS-D-0266",
            Self::SelfTest { .. } => "CNS-D-0260",
            Self::Memory { .. } => "CNS-D-0261",
            Self::NoLabel { .. } => "CNS-D-0267",
            Self::Scattered { .. } => "CNS-D-0262",
            Self::Arguments(_) => "CNS-D-0263",
            Self::Failed { .. } => "CNS-D-0264",
        }
    }

    /// Turns a failure of the operating system into a fault that says what was tried.
    pub(crate) fn file(path: &Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, doing, source }
    }
}
