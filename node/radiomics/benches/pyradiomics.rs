//! The presets of the PyRadiomics profile on the IBSI CT phantom (125,256 voxels in the region), which lies in ../shared.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

use std::path::PathBuf;

use consilium_imaging::{read_image, read_mask};
use consilium_radiomics::pyradiomics::{PRESETS, Parameters, Pixel, extract};

fn main() {
    divan::main();
}

#[divan::bench(args = PRESETS, sample_count = 5, sample_size = 1)]
fn preset(bencher: divan::Bencher<'_, '_>, name: &str) {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let folder = shared.join("ibsi/ibsi1/ct_radiomics_phantom");
    if !folder.is_dir() {
        return;
    }
    let image = read_image(&folder.join("image.nii.gz")).unwrap();
    let mask = read_mask(&folder.join("mask.nii.gz")).unwrap();
    let parameters = Parameters::preset(name).unwrap();
    bencher.bench_local(|| extract(&image, &mask, Pixel::Single, &parameters).unwrap());
}
