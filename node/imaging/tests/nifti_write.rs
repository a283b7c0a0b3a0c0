//! What the NIfTI-1 writer writes, the reader reads back.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;

use consilium_imaging::{
    Grid, Precision, RoiMask, Volume, read_image, read_mask, same_grid, write_image, write_mask,
};
use proptest::prelude::*;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

/// A slanted grid: turned about all three axes, with a left-handed third axis on demand.
fn turned([a, b, c]: [f64; 3], flip: bool) -> [[f64; 3]; 3] {
    let (sa, ca, sb, cb, sc, cc) = (a.sin(), a.cos(), b.sin(), b.cos(), c.sin(), c.cos());
    let sign = if flip { -1.0 } else { 1.0 };
    [
        [cb * cc, sa * sb * cc - ca * sc, sign * (ca * sb * cc + sa * sc)],
        [cb * sc, sa * sb * sc + ca * cc, sign * (ca * sb * sc - sa * cc)],
        [-sb, sa * cb, sign * ca * cb],
    ]
}

fn image(grid: Grid) -> Volume {
    let voxels = (0..grid.len()).map(|i| (i as f64 - 3.0) / 7.0).collect();
    Volume::new(grid, voxels).unwrap()
}

#[test]
fn all_bits_come_back_with_double_precision() {
    let folder = Folder::new();
    let mut grid = Grid::axis_aligned([4, 3, 2], [0.5, 0.75, 3.0]);
    grid.origin = [-120.25, 88.5, 1024.0];
    grid.direction = [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]];
    let image = image(grid);
    for name in ["map.nii", "map.nii.gz"] {
        write_image(&folder.file(name), &image, Precision::Double, "stat_mean").unwrap();
        let back = read_image(&folder.file(name)).unwrap();
        assert_eq!(back.grid(), image.grid());
        assert_eq!(back.voxels(), image.voxels());
    }
    assert_eq!(folder.names().len(), 2, "nothing else is left behind: {:?}", folder.names());
}

#[test]
fn single_precision_rounds_to_the_nearest() {
    let folder = Folder::new();
    let image = image(Grid::axis_aligned([5, 5, 5], [1.0; 3]));
    write_image(&folder.file("a.nii.gz"), &image, Precision::Single, "").unwrap();
    let back = read_image(&folder.file("a.nii.gz")).unwrap();
    let half_of_the_last_bit = f64::from(f32::EPSILON) / 2.0;
    for (written, read) in image.voxels().iter().zip(back.voxels()) {
        assert!((written - read).abs() <= half_of_the_last_bit * written.abs(), "{written} became {read}");
    }
}

#[test]
fn whole_numbers_are_rounded_and_stay_in_range() {
    let folder = Folder::new();
    let grid = Grid::axis_aligned([6, 1, 1], [0.5, 0.5, 1.25]);
    let image = Volume::new(grid, vec![-1024.0, 0.4, 0.5, -0.5, 40_000.0, -40_000.0]).unwrap();
    write_image(&folder.file("a.nii.gz"), &image, Precision::Whole, "").unwrap();
    let back = read_image(&folder.file("a.nii.gz")).unwrap();
    assert_eq!(back.voxels(), [-1024.0, 0.0, 1.0, -1.0, 32_767.0, -32_768.0]);
}

#[test]
fn the_same_image_gives_the_same_bytes() {
    let folder = Folder::new();
    let image = image(Grid::axis_aligned([5, 5, 5], [1.0; 3]));
    let bytes = |name: &str| {
        write_image(&folder.file(name), &image, Precision::Single, "cm_contrast_3D_avg").unwrap();
        std::fs::read(folder.file(name)).unwrap()
    };
    assert_eq!(bytes("a.nii.gz"), bytes("b.nii.gz"));
    let plain = bytes("c.nii");
    assert_eq!(&plain[148..148 + 19], b"cm_contrast_3D_avg\0");
}

#[test]
fn a_long_description_in_any_script_does_not_leave_its_field() {
    let folder = Folder::new();
    let image = image(Grid::axis_aligned([1, 1, 1], [1.0; 3]));
    write_image(&folder.file("a.nii"), &image, Precision::Single, &"größer\n".repeat(40)).unwrap();
    let bytes = std::fs::read(folder.file("a.nii")).unwrap();
    assert!(bytes[148..227].iter().all(|byte| (b' '..=b'~').contains(byte)));
    assert_eq!(bytes[227], 0);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let image = image(Grid::axis_aligned([1, 1, 1], [1.0; 3]));
    let file = Folder::new().file("missing").join("a.nii");
    let error = write_image(&file, &image, Precision::Single, "").unwrap_err();
    assert_eq!(error.code(), "CNS-D-0190");
    assert!(error.to_string().contains("missing"), "{error}");
}

#[test]
fn an_axis_beyond_16_bits_is_refused() {
    let image = image(Grid::axis_aligned([32_768, 1, 1], [1.0; 3]));
    let error = write_image(&Folder::new().file("a.nii"), &image, Precision::Single, "").unwrap_err();
    assert_eq!(error.code(), "CNS-D-0105");
}

proptest! {
    #[test]
    fn any_placement_and_mask_come_back(
        angles in prop::array::uniform3(-3.2..3.2_f64),
        flip: bool,
        spacing in prop::array::uniform3(0.1..9.0_f64),
        origin in prop::array::uniform3(-900.0..900.0_f64),
        inside in prop::collection::vec(any::<bool>(), 24),
    ) {
        let folder = Folder::new();
        let file = folder.file("mask.nii.gz");
        let grid = Grid { dims: [4, 3, 2], spacing, origin, direction: turned(angles, flip) };
        let mask = RoiMask::new(grid.clone(), inside).unwrap();
        write_mask(&file, &mask, "grown by 10 %").unwrap();
        let back = read_mask(&file).unwrap();
        prop_assert_eq!(back.inside(), mask.inside());
        prop_assert!(same_grid(&grid, back.grid()).is_ok());

        // qform alone places it there too
        let plain = folder.file("plain.nii");
        write_mask(&plain, &mask, "").unwrap();
        let mut bytes = std::fs::read(&plain).unwrap();
        bytes[254..256].copy_from_slice(&0_i16.to_le_bytes());
        std::fs::write(&plain, bytes).unwrap();
        let by_quaternion = read_mask(&plain).unwrap();
        prop_assert!(same_grid(&grid, by_quaternion.grid()).is_ok(), "{:?}", same_grid(&grid, by_quaternion.grid()));
    }
}
