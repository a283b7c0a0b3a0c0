//! What each fuzz target does with the bytes; the replay test does the same on a stable compiler.
//!
//! A reader may refuse a file, with a code. It may not panic, hang, or take memory that the file does not pay for.

use std::fs;

use consilium_imaging::{Choice, Grid, index, read_image, read_mask, read_region, regions};

/// What a target does with the bytes.
type Read = fn(&[u8]);

/// The targets by name; each has a folder of its own in `corpus`.
pub const TARGETS: [(&str, Read); 6] = [
    ("nifti", image),
    ("nrrd", image),
    ("series", series),
    ("seg", region),
    ("rtstruct", region),
    ("index", dump),
];

/// One file as an image and as a mask.
pub fn image(bytes: &[u8]) {
    with_file(bytes, |path| {
        let _ = read_image(path);
        let _ = read_mask(path);
    });
}

/// Two copies of one file as a folder with a series.
pub fn series(bytes: &[u8]) {
    with_file(bytes, |path| {
        let folder = path.parent().expect("a file lies in a folder");
        let _ = read_image(path);
        fs::write(folder.join("copy"), bytes).expect("the folder is writable");
        let _ = read_image(folder);
    });
}

/// One file as regions on a small grid.
pub fn region(bytes: &[u8]) {
    let grid = Grid {
        dims: [4, 3, 3],
        spacing: [1.5, 2.0, 3.0],
        origin: [-10.0, -20.0, 30.0],
        direction: [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]],
    };
    with_file(bytes, |path| {
        for region in regions(path).unwrap_or_default().iter().take(8) {
            let _ = read_region(path, Choice::Number(region.number), &grid);
        }
    });
}

/// One file as an archive's dump.
pub fn dump(bytes: &[u8]) {
    with_file(bytes, |path| {
        let _ = index(path.parent().expect("a file lies in a folder"));
    });
}

fn with_file(bytes: &[u8], read: impl FnOnce(&std::path::Path)) {
    let folder = tempfile::tempdir().expect("a folder for the file");
    let path = folder.path().join("file");
    fs::write(&path, bytes).expect("the folder is writable");
    read(&path);
}
