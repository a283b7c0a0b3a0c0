//! The NRRD reader on files made here.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::io::Write as _;
use std::path::Path;

use common::Folder;
use consilium_imaging::{Volume, read_image, read_mask};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

const HEADER: &str = "NRRD0005\n# a comment\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 2 3 2\n\
    space directions: (1,0,0) (0,2,0) (0,0,3)\nkinds: domain domain domain\nendian: little\nencoding: raw\n\
    space origin: (4,5,6)\nkey:=value\n\n";

fn voxels() -> Vec<u8> {
    (0_i16..12).flat_map(i16::to_le_bytes).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [header.as_bytes(), data].concat()
}

fn read(bytes: &[u8]) -> Volume {
    read_image(&Folder::new().bytes("image", bytes)).unwrap()
}

fn swap(bytes: &[u8]) -> Vec<u8> {
    bytes.chunks(2).flat_map(|word| [word[1], word[0]]).collect()
}

#[test]
fn every_encoding_gives_the_same_image() {
    let plain = read(&file(HEADER, &voxels()));
    assert_eq!(plain.voxels(), (0..12).map(f64::from).collect::<Vec<_>>());
    assert_eq!(plain.grid().dims, [2, 3, 2]);
    assert_eq!(plain.grid().spacing.map(f64::to_bits), [1.0, 2.0, 3.0].map(f64::to_bits));
    assert_eq!(plain.grid().origin.map(f64::to_bits), [-4.0, -5.0, 6.0].map(f64::to_bits));
    let text = (0..12).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
    for (change, data) in [
        (("encoding: raw", "encoding: gzip"), gzip(&voxels())),
        (("endian: little", "endian: big"), swap(&voxels())),
        (("encoding: raw", "encoding: ascii"), text.into_bytes()),
        (("encoding: raw", "encoding: raw\nbyte skip: 3"), [b"xyz", voxels().as_slice()].concat()),
        (("encoding: raw", "encoding: raw\nline skip: 1"), [b"xyz\n", voxels().as_slice()].concat()),
        (("encoding: raw\n", "encoding: raw\r\n"), voxels()),
        (("short", "int16_t"), voxels()),
    ] {
        let header = HEADER.replace(change.0, change.1);
        assert!(header != HEADER && read(&file(&header, &data)) == plain, "{change:?}");
    }
}

#[test]
fn a_detached_header_reads_the_file_beside_it() {
    let folder = Folder::new();
    folder.bytes("image.raw.gz", &gzip(&voxels()));
    let header = HEADER.replace("encoding: raw", "encoding: gzip\ndata file: image.raw.gz");
    let path = folder.bytes("image.nhdr", header.as_bytes());
    assert_eq!(read_image(&path).unwrap(), read(&file(HEADER, &voxels())));
    for elsewhere in ["../image.raw.gz", "/etc/passwd", "LIST", "%03d.raw 1 2 1", "missing.raw"] {
        let header = HEADER.replace("encoding: raw", &format!("encoding: raw\ndata file: {elsewhere}"));
        let error = read_image(&folder.bytes("image.nhdr", header.as_bytes())).unwrap_err();
        assert!(["CNS-D-0105", "CNS-D-0101"].contains(&error.code()), "{elsewhere}: {error}");
    }
    let header = HEADER.replace("encoding: raw", "encoding: raw\ndata file: image.nhdr\nbyte skip: 4000");
    let error = read_image(&folder.bytes("image.nhdr", header.as_bytes())).unwrap_err();
    assert_eq!(error.code(), "CNS-D-0103", "a header that names itself holds no voxels: {error}");
}

#[test]
fn spaces_are_turned_into_one() {
    let origin = |space: &str| {
        read(&file(&HEADER.replace("left-posterior-superior", space), &voxels()))
            .grid()
            .origin
            .map(f64::to_bits)
    };
    assert_eq!(origin("RAS"), [4.0, 5.0, 6.0].map(f64::to_bits));
    assert_eq!(origin("left-anterior-superior"), [-4.0, 5.0, 6.0].map(f64::to_bits));
    let bare = HEADER
        .replace("space: left-posterior-superior\n", "")
        .replace("space directions: (1,0,0) (0,2,0) (0,0,3)", "spacings: 1 2 3")
        .replace("space origin: (4,5,6)\n", "");
    assert_eq!(
        read(&file(&bare, &voxels())).grid().spacing.map(f64::to_bits),
        [1.0, 2.0, 3.0].map(f64::to_bits)
    );
    let channel = HEADER
        .replace("dimension: 3", "dimension: 4")
        .replace("sizes: 2 3 2", "sizes: 1 2 3 2")
        .replace("space directions: (1", "space directions: none (1");
    assert_eq!(read(&file(&channel, &voxels())), read(&file(HEADER, &voxels())));
}

#[test]
fn bad_files_are_refused_with_a_code_and_a_remedy() {
    let cases = [
        ("sizes: 2 3 2", "sizes: 2 3 0", "CNS-D-0105", "field sizes"),
        ("sizes: 2 3 2", "sizes: 2 3", "CNS-D-0105", "2 of them for 3 axes"),
        (
            "sizes: 2 3 2",
            "sizes: 99999999 99999999 99999999",
            "CNS-D-0106",
            "999999970000000299999999 voxels",
        ),
        ("sizes: 2 3 2", "sizes: 200 300 200", "CNS-D-0103", "24 of 24000000 bytes of the voxels"),
        ("type: short", "type: block", "CNS-D-0105", "field type"),
        ("encoding: raw", "encoding: bzip2", "CNS-D-0105", "save as raw or gzip"),
        ("encoding: raw", "encoding: gzip", "CNS-D-0104", "gzip stream"),
        ("encoding: raw", "encoding: ascii", "CNS-D-0105", "text that is no number"),
        ("endian: little\n", "", "CNS-D-0105", "field endian"),
        ("(0,2,0)", "(1,2,0)", "CNS-D-0105", "perpendicular"),
        ("(0,2,0)", "(0,0,0)", "CNS-D-0105", "perpendicular"),
        ("(0,2,0)", "(0,2)", "CNS-D-0105", "no vector"),
        ("(0,2,0)", "none", "CNS-D-0105", "3 values a voxel"),
        ("left-posterior-superior", "scanner-xyz", "CNS-D-0105", "field space"),
        ("space: left-posterior-superior\n", "", "CNS-D-0105", "field space: missing"),
        ("dimension: 3\n", "", "CNS-D-0105", "field dimension: missing"),
        ("key:=value", "key:=value\nno colon", "CNS-D-0105", "without a colon"),
        ("key:=value", "type: short", "CNS-D-0105", "twice"),
    ];
    for (from, to, code, words) in cases {
        let header = HEADER.replacen(from, to, 1);
        let error = read_image(&Folder::new().bytes("image", &file(&header, &voxels()))).unwrap_err();
        assert!(error.code() == code && error.to_string().contains(words), "{to}: {} {error}", error.code());
    }
    let long = format!("NRRD0005\n#{}", "x".repeat(2 << 20));
    assert_eq!(read_image(&Folder::new().bytes("image", long.as_bytes())).unwrap_err().code(), "CNS-D-0105");
}

fn never_panics(path: &Path) {
    let _ = read_mask(path);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changed_header_panics(at in 0_usize..300, with in proptest::collection::vec(any::<u8>(), 1..9)) {
        let mut bytes = file(HEADER, &voxels());
        let end = (at + with.len()).min(bytes.len());
        let at = at.min(end);
        bytes[at..end].copy_from_slice(&with[..end - at]);
        never_panics(&Folder::new().bytes("image", &bytes));
    }
}
