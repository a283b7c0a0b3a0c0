//! What lies in a hospital's data folder: the clinical table, images with masks, a table of features.
//!
//! ```text
//! clinical.csv                        one row a patient, column `patient`
//! images/PATIENT/PET_image.nii.gz     or PATIENT/… beside clinical.csv; names in any case
//! images/PATIENT/PET_mask.nii.gz
//! features.csv, features.parquet      one row a patient, column `patient`
//! ```
//!
//! Never: writing into the folder, following a name out of it, a patient's key in a message (line numbers and file
//! names, which stay on the hospital's own screen, are enough to find one).

mod clinical;
mod fault;
mod images;
mod parquet_table;
mod patient;
mod summary;
mod table;

pub use clinical::ClinicalTable;
pub use fault::DataFault;
pub use images::{ImageFolder, ImagePair, Pairing};
pub use patient::Patient;
pub use summary::Summary;
pub use table::FeatureTable;
