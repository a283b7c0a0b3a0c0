//! What the benchmarks share: a case to measure, and the CPU time of this process.
//!
//! Specification: proc(5), schedstat of each thread: the first number is nanoseconds on a processor.

#![allow(dead_code, reason = "each benchmark takes what it needs")]

use std::path::Path;

use consilium_imaging::{Grid, RoiMask, Volume, read_image, read_mask};

/// CPU seconds that this process's threads, which all live on, have used.
pub(crate) fn cpu_seconds() -> f64 {
    let threads = std::fs::read_dir("/proc/self/task").expect("Linux");
    let nanoseconds = threads.map(|thread| {
        let text =
            std::fs::read_to_string(thread.expect("a thread").path().join("schedstat")).expect("Linux");
        text.split_whitespace().next().and_then(|number| number.parse::<f64>().ok()).expect("a number")
    });
    1e-9 * nanoseconds.sum::<f64>()
}

/// Name, image and region: the CT phantom where it is, an ellipsoid otherwise.
pub(crate) fn case() -> (&'static str, Volume, RoiMask) {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/ibsi/ibsi1/ct_radiomics_phantom");
    let folder = Path::new(folder);
    let (image, mask) = (read_image(&folder.join("image.nii.gz")), read_mask(&folder.join("mask.nii.gz")));
    if let (Ok(image), Ok(mask)) = (image, mask) {
        return ("IBSI CT phantom", image, mask);
    }
    let (image, mask) = ellipsoid([94, 78, 50]);
    ("ellipsoid", image, mask)
}

/// An ellipsoid with a texture that fills a grid of these voxels of 1 x 1 x 3 mm.
pub(crate) fn ellipsoid(dims: [usize; 3]) -> (Volume, RoiMask) {
    let grid = Grid::axis_aligned(dims, [1.0, 1.0, 3.0]);
    let position = |index: usize| [index % dims[0], index / dims[0] % dims[1], index / (dims[0] * dims[1])];
    let inside = |index: usize| {
        let terms =
            (0..3).map(|axis| (2.0 * (position(index)[axis] as f64 + 0.5) / dims[axis] as f64 - 1.0).powi(2));
        terms.sum::<f64>() <= 0.77
    };
    let voxel = |index: usize| ((index * 7_919) % 1_009) as f64 / 4.0 + position(index)[0] as f64;
    let n = grid.len();
    let image = Volume::new(grid.clone(), (0..n).map(voxel).collect()).expect("a voxel each");
    (image, RoiMask::new(grid, (0..n).map(inside).collect()).expect("a voxel each"))
}
