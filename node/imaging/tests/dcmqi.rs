//! DICOM segmentations of dcmqi's test data against the label maps that ship with them.
//!
//! Data: QIICR/dcmqi, BSD-3 (see `../shared/data/SOURCES.md`).

#![allow(clippy::unwrap_used, reason = "a test")]
#![allow(clippy::print_stderr, reason = "says that it was skipped")]

use std::path::PathBuf;

use consilium_imaging::{Choice, RegionKind, read_image, read_region, regions};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/dicom-seg/dcmqi");

fn data() -> Option<PathBuf> {
    let folder = PathBuf::from(DATA);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: no {DATA}");
    None
}

#[test]
fn segments_equal_their_label_maps() {
    let Some(data) = data() else { return };
    for (image, seg, map, voxels) in [
        ("ct-3slice", "liver.dcm", "liver_seg.nrrd", 107_098),
        ("23x38x3/image", "23x38x3/seg/label.seg", "23x38x3/nrrd/label.nrrd", 322),
    ] {
        let image = read_image(&data.join(image)).unwrap();
        let listed = regions(&data.join(seg)).unwrap();
        let found = (listed.len(), listed[0].number, listed[0].name.as_str(), listed[0].observer.as_str());
        assert_eq!(found, (1, 1, "Liver", "SlicerEditor"));
        assert_eq!(listed[0].kind, RegionKind::Segment);
        let ours = read_region(&data.join(seg), Choice::Only, image.grid()).unwrap();
        let theirs = read_region(&data.join(map), Choice::Number(1), image.grid()).unwrap();
        assert!(ours == theirs, "{seg}");
        assert_eq!(ours.count(), voxels, "{seg}");
    }
}

#[test]
fn an_enhanced_file_equals_its_slices() {
    let Some(data) = data() else { return };
    let slices = read_image(&data.join("23x38x3/image")).unwrap();
    let enhanced = read_image(&data.join("23x38x3/multiframe/mf.dcm")).unwrap();
    assert!(slices == enhanced, "{:?} {:?}", slices.grid(), enhanced.grid());
}
