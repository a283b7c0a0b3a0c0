//! The PyRadiomics profile: PyRadiomics 3.1.0's parameter files, image types, feature names and numbers.
//!
//! For models and studies that were made with PyRadiomics. Where it deviates from IBSI, this profile deviates with it;
//! what differs nevertheless is listed in docs/reference/pyradiomics.md. Never here: a feature as IBSI defines it, files.
//! Specification: PyRadiomics 3.1.0, <https://github.com/AIM-Harvard/pyradiomics>.

mod bins;
mod columns;
mod diagnostics;
mod eigen;
mod error;
mod extract;
mod firstorder;
pub mod images;
mod parameters;
mod preparation;
mod region;
mod registry;
mod shape;
mod shape2d;
mod texture;

pub use columns::Column;
pub use error::Error;
pub use extract::{Case, extract};
pub use images::Pixel;
pub use parameters::{PRESETS, ParameterError, Parameters};
pub use registry::{Class, Definition, registry};
