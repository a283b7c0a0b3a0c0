//! DICOM: series to volumes, segmentations and contours to regions, folders to an index.
//!
//! `dicom-parser` reads the encodings; limits, geometry, units and regions are ours, and so is every refusal.
//! Never: the network, writing DICOM. Spec: DICOM PS3.3, PS3.5; ADR-0010.

mod codec;
mod fault;
mod file;
mod frames;
mod geometry;
mod index;
mod jpegls;
mod meta;
mod phase;
mod pixels;
mod polygon;
mod region;
mod rtstruct;
mod seg;
mod series;
mod suv;
mod text;
mod time;
mod tree;
mod ultrasound;
mod unknown;
mod values;

pub use fault::DicomFault;
pub use index::{Index, Series, index};
pub(crate) use meta::is_dicom;
pub use phase::Phase;
pub(crate) use region::{read_region, regions};
pub(crate) use series::{files, read_file, read_folder, read_frame};
