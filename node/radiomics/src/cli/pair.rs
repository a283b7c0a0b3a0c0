//! One image and one region on the command line.

use std::path::PathBuf;

use clap::Args;

use super::Fault;
use super::case::{Case, Located};

#[derive(Debug, Args)]
pub(crate) struct Pair {
    /// The image: a DICOM folder or file, NIfTI, or NRRD.
    pub(crate) image: PathBuf,
    /// The mask: RTSTRUCT, DICOM SEG, NIfTI, or NRRD.
    mask: PathBuf,
    /// The region's number: the value inside, or the number of the ROI or segment.
    #[arg(long, value_name = "N", conflicts_with = "roi")]
    label: Option<u32>,
    /// The region's name; `regions` lists them.
    #[arg(long, value_name = "NAME")]
    roi: Option<String>,
    /// The image's `SeriesInstanceUID`, in a folder with several series.
    #[arg(long, value_name = "UID")]
    series: Option<String>,
}

impl Pair {
    /// The only case of a command.
    pub(crate) fn case(&self) -> Case {
        Case {
            id: "1".to_owned(),
            image: self.image.display().to_string(),
            mask: self.mask.display().to_string(),
            label: self.label,
            roi: self.roi.clone(),
            series: self.series.clone(),
            ..Case::default()
        }
    }

    /// The case with its files.
    pub(crate) fn located<'a>(&self, case: &'a Case) -> Result<Located<'a>, Fault> {
        Located::new(case, self.image.clone(), self.mask.clone())
    }
}
