//! Radiomic features as the Image Biomarker Standardisation Initiative defines them.
//!
//! One image, one mask, the settings: features. The registry is the single source of what exists.
//! Never: files, the network, a number that depends on the number of threads.
//! Specification: IBSI reference manual, DOI 10.1148/radiol.2020191145.

pub mod conformance;
mod discretise;
mod error;
mod extract;
pub mod filters;
mod histogram;
mod ivh;
mod local;
pub mod maps;
mod morphology;
pub mod perturb;
pub mod preview;
pub mod processing;
pub mod pyradiomics;
mod registry;
mod roi;
mod settings;
mod statistics;
mod texture;
mod window;

pub use error::Error;
pub use extract::{Features, extract};
pub use processing::{Interpolation, Resampling};
pub use registry::{Definition, registry};
pub use settings::{Aggregation, Discretisation, Family, Settings, VolumeHistogram};

/// Name and version, part of every result and of every cache key.
pub const EXTRACTOR: &str = concat!("consilium-radiomics ", env!("CARGO_PKG_VERSION"));
