//! The PyRadiomics profile: its image types, under its names, with its numbers.
//!
//! Never here: a feature as IBSI defines it. Specification: PyRadiomics 3.1.0.

pub mod images;
