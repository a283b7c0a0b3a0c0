//! Every transfer syntax that is read, on tiny files made by other encoders (see tests/data/dicom/SOURCES.md).

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;

use consilium_imaging::{Volume, read_frame, read_image};

fn file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/dicom")).join(format!("{name}.dcm"))
}

/// The values that make.py wrote, from -1024 on.
fn ct() -> Vec<f64> {
    let value = |at: i32| {
        let (i, j) = (at % 16, at / 16);
        f64::from((i * 37 + j * 91 + i * j * 5) % 4096 - 1024)
    };
    (0..16 * 12).map(value).collect()
}

fn largest_difference(image: &Volume, expected: &[f64]) -> f64 {
    assert_eq!(image.voxels().len(), expected.len());
    image.voxels().iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

#[test]
fn lossless_files_give_every_bit() {
    for name in ["rle", "jpeg-lossless", "jpeg-ls", "jpeg2000"] {
        let image = read_image(&file(name)).unwrap();
        assert_eq!(image.voxels(), ct(), "{name}");
        let grid = image.grid();
        assert_eq!(grid.dims, [16, 12, 1], "{name}");
        assert_eq!(grid.spacing.map(f64::to_bits), [0.75, 0.5, 2.0].map(f64::to_bits), "{name}");
        assert_eq!(grid.origin.map(f64::to_bits), [-1.0, -2.0, 3.0].map(f64::to_bits), "{name}");
    }
    let shifted: Vec<f64> = ct().iter().map(|value| value + 1024.0).collect();
    assert_eq!(read_image(&file("jpeg2000-unsigned")).unwrap().voxels(), shifted);
}

#[test]
fn near_lossless_files_stay_within_their_bound() {
    let image = read_image(&file("jpeg-ls-near")).unwrap();
    let off = largest_difference(&image, &ct());
    assert!(off > 0.0 && off <= 2.0, "NEAR is 2: {off}");
}

/// The luminance of make.py's colour blocks in one frame.
fn film(frame: i32) -> Vec<f64> {
    let grey = |at: i32| {
        let (i, j) = (at % 24, at / 24);
        let [r, g, b] = [i / 8 * 60 + 20, j / 8 * 90 + 30, 40 + 50 * frame].map(f64::from);
        0.299 * r + 0.587 * g + 0.114 * b
    };
    (0..24 * 16).map(grey).collect()
}

#[test]
fn colour_becomes_luminance() {
    let image = read_image(&file("rle-colour")).unwrap();
    assert!(largest_difference(&image, &film(0)) < 1e-9);
    let regions_say = [0.2, 0.3, 1.0];
    assert!(image.grid().spacing.iter().zip(regions_say).all(|(mm, cm)| (mm - cm).abs() < 1e-12));
}

#[test]
fn a_film_is_read_frame_by_frame() {
    for frame in 0..3 {
        let image = read_frame(&file("jpeg-film"), frame).unwrap();
        let off = largest_difference(&image, &film(i32::try_from(frame).unwrap()));
        assert!(off < 3.0, "frame {frame} is {off} grey levels off");
    }
    let whole = read_image(&file("jpeg-film")).unwrap_err();
    assert!(whole.code() == "CNS-D-0117" && whole.to_string().contains("name one frame"), "{whole}");
    assert_eq!(read_frame(&file("jpeg-film"), 3).unwrap_err().code(), "CNS-D-0117");
}
