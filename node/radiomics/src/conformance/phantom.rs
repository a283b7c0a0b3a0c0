//! The digital phantom of IBSI 1 (design: A. Zwanenburg, CC BY 4.0): small enough to be read here.
//!
//! Never here: processing. Specification: IBSI reference manual, section 5.1.

use consilium_imaging::{Grid, RoiMask, Volume};

/// Grey levels: a line a slice, a group a row along x.
const LEVELS: [&str; 4] = [
    "14411 14611 41641 44641",
    "14411 11611 11311 44611",
    "14411 11111 11911 11611",
    "14411 11111 11111 11611",
];

/// Which of them belong to the region.
const INSIDE: [&str; 4] = [
    "11111 11111 11111 11111",
    "11111 11111 01111 11111",
    "11100 11111 11011 11111",
    "11100 11111 11111 11111",
];

/// The image and its region.
pub(crate) fn digital() -> (Volume, RoiMask) {
    let grid = Grid::axis_aligned([5, 4, 4], [2.0; 3]);
    let levels = digits(LEVELS).map(f64::from).collect();
    let inside = digits(INSIDE).map(|digit| digit == 1).collect();
    let image = Volume::new(grid.clone(), levels).expect("80 digits on a grid of 80 voxels");
    (image, RoiMask::new(grid, inside).expect("80 digits on a grid of 80 voxels"))
}

fn digits(slices: [&'static str; 4]) -> impl Iterator<Item = u32> {
    slices.into_iter().flat_map(|slice| slice.chars().filter_map(|letter| letter.to_digit(10)))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use consilium_imaging::{read_image, read_mask};

    use super::*;

    #[test]
    fn the_built_in_phantom_is_ibsi_s_file() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/ibsi");
        let (image, mask) = digital();
        assert_eq!(image.voxels(), read_image(&folder.join("image.nii.gz")).unwrap().voxels());
        assert_eq!(mask.inside(), read_mask(&folder.join("mask.nii.gz")).unwrap().inside());
    }
}
