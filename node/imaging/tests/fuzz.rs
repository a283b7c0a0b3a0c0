//! The fuzz corpus and mutations of it, replayed on a stable compiler: no reader panics.
//!
//! The mutations are the same on every run. A file that once made a reader fail goes into `fuzz/corpus/<target>`.

#![allow(clippy::unwrap_used, reason = "a test")]

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, reason = "a crate of its own in fuzz/")]
mod targets;

mod common;

use std::io::Write as _;
use std::path::Path;

use common::regions::{contour, rectangle, segmentation, structures};
use common::{
    BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, Made, before_thickness, enhanced, pet, unknown_sequence,
};
use dicom_core::VR;
use dicom_dictionary_std::tags;
use flate2::{Compression, write::GzEncoder};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Mutations of each file of the corpus.
const MUTATIONS: u32 = 150;

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// A change to a file: bytes written over, put in or taken out at a place.
#[derive(Debug, Clone)]
enum Change {
    Write(Vec<u8>),
    Insert(Vec<u8>),
    Remove(usize),
    Cut,
}

fn change() -> impl Strategy<Value = Change> {
    // numbers that lie about lengths, beside any bytes
    let extreme = prop_oneof![
        Just(vec![0xff; 4]),
        Just(vec![0xff, 0xff, 0xff, 0x7f]),
        Just(vec![0; 4]),
        Just(vec![0xff; 2])
    ];
    let bytes = prop_oneof![proptest::collection::vec(any::<u8>(), 1..6), extreme];
    prop_oneof![
        4 => bytes.clone().prop_map(Change::Write),
        2 => bytes.prop_map(Change::Insert),
        1 => (1_usize..40).prop_map(Change::Remove),
        1 => Just(Change::Cut),
    ]
}

fn apply(file: &[u8], place: prop::sample::Index, change: &Change) -> Vec<u8> {
    let mut bytes = file.to_vec();
    let at = place.index(bytes.len());
    let rest = bytes.len() - at;
    match change {
        Change::Write(new) => {
            let length = new.len().min(rest);
            bytes[at..at + length].copy_from_slice(&new[..length]);
        }
        Change::Insert(new) => drop(bytes.splice(at..at, new.iter().copied())),
        Change::Remove(length) => drop(bytes.drain(at..at + (*length).min(rest))),
        Change::Cut => bytes.truncate(at),
    }
    bytes
}

fn replay(target: &str) {
    let (_, read) = targets::TARGETS.into_iter().find(|(name, _)| *name == target).unwrap();
    let files = corpus(target);
    assert!(!files.is_empty(), "{target} has no corpus");
    for file in files {
        read(&file);
        let config = Config { cases: MUTATIONS, failure_persistence: None, ..Config::default() };
        let rng = proptest::test_runner::TestRng::deterministic_rng(config.rng_algorithm);
        let changes = proptest::collection::vec((any::<prop::sample::Index>(), change()), 1..4);
        let outcome = TestRunner::new_with_rng(config, rng).run(&changes, |changes| {
            let mutated = changes.iter().fold(file.clone(), |bytes, (place, change)| {
                if bytes.is_empty() { bytes } else { apply(&bytes, *place, change) }
            });
            read(&mutated);
            Ok(())
        });
        outcome.unwrap();
    }
}

macro_rules! targets {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            replay(stringify!($name));
        }
    )*};
}

targets!(nifti nrrd series seg rtstruct index);

/// A small valid file of every kind: target, name, content.
fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let slice = Made::slice(0);
    let content = b"\xfe\xff\x00\xe0\xff\xff\xff\xff\x08\0\x60\0\x02\0\0\0CT\xfe\xff\x0d\xe0\0\0\0\0";
    let phase = slice.clone().text(tags::SERIES_DESCRIPTION, VR::LO, "venous").text(
        tags::ACQUISITION_TIME,
        VR::TM,
        "1201",
    );
    let pixel = |z: f64| contour(&rectangle([1.0, 1.0], [2.0, 2.0], z));
    let set = structures(vec![pixel(33.0), pixel(30.0), pixel(30.0)], vec![pixel(36.0)]);
    let bits = segmentation(&[(1, 36.0), (2, 30.0), (1, 30.0)], "BINARY").octets(&[1, 0, 2, 0, 8, 0]);
    let eight =
        |made: Made| made.word(tags::BITS_ALLOCATED, 8).word(tags::BITS_STORED, 8).word(tags::HIGH_BIT, 7);
    let bytes = [0, 100, 50, 49, 51, 0, 0, 0, 0, 1, 0, 2];
    let fractions = eight(segmentation(&[(1, 33.0)], "FRACTIONAL"))
        .word(tags::MAXIMUM_FRACTIONAL_VALUE, 100)
        .octets(&bytes);
    let labels = eight(segmentation(&[(1, 33.0)], "LABELMAP")).octets(&bytes);
    vec![
        ("series", "implicit", slice.bytes(IMPLICIT)),
        ("series", "unknown", before_thickness(&slice.bytes(EXPLICIT), &unknown_sequence(content)).1),
        ("series", "explicit", slice.bytes(EXPLICIT)),
        ("series", "deflated", slice.bytes(DEFLATED)),
        ("series", "big-endian", slice.bytes(BIG_ENDIAN)),
        ("series", "enhanced", enhanced().bytes(EXPLICIT)),
        ("series", "pet", pet().bytes(EXPLICIT)),
        ("series", "rle", compressed("rle")),
        ("series", "jpeg-lossless", compressed("jpeg-lossless")),
        ("series", "jpeg-ls", compressed("jpeg-ls")),
        ("series", "jpeg2000", compressed("jpeg2000")),
        ("series", "jpeg-film", compressed("jpeg-film")),
        ("seg", "bits", bits.bytes(EXPLICIT)),
        ("seg", "implicit", bits.bytes(IMPLICIT)),
        ("seg", "fractions", fractions.bytes(EXPLICIT)),
        ("seg", "labels", labels.bytes(EXPLICIT)),
        ("rtstruct", "explicit", set.bytes(EXPLICIT)),
        ("rtstruct", "big-endian", set.bytes(BIG_ENDIAN)),
        ("index", "structures", set.bytes(IMPLICIT)),
        ("index", "segments", bits.bytes(EXPLICIT)),
        ("index", "slice", phase.bytes(EXPLICIT)),
        ("nrrd", "raw", nrrd_file("raw", &voxels())),
        ("nrrd", "gzip", nrrd_file("gzip", &gzip(&voxels()))),
        ("nrrd", "text", nrrd_file("ascii\nline skip: 1", b"x\n1 2 3 4 5 6 7 8 9 10 11 12")),
        ("nifti", "plain", nifti_file()),
        ("nifti", "gzip", gzip(&nifti_file())),
    ]
}

fn compressed(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/dicom/{name}.dcm"))).unwrap()
}

fn voxels() -> Vec<u8> {
    (0_i16..12).flat_map(i16::to_le_bytes).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn nrrd_file(encoding: &str, data: &[u8]) -> Vec<u8> {
    let header = format!(
        "NRRD0005\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: 2 3 2\n\
         space directions: (1,0,0) (0,2,0) (0,0,3)\nkinds: domain domain domain\nendian: little\n\
         encoding: {encoding}\nspace origin: (4,5,6)\nSegment0_LabelValue:=5\n\n"
    );
    [header.as_bytes(), data].concat()
}

fn nifti_file() -> Vec<u8> {
    let mut file = vec![0; 352];
    let mut put = |at: usize, bytes: &[u8]| file[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &348_i32.to_le_bytes());
    put(40, &[3_i16, 2, 3, 2, 1, 1, 1, 1].map(i16::to_le_bytes).concat());
    put(70, &4_i16.to_le_bytes());
    put(76, &[1.0_f32, 1.0, 2.0, 3.0].map(f32::to_le_bytes).concat());
    put(108, &352.0_f32.to_le_bytes());
    put(252, &1_i16.to_le_bytes());
    put(264, &1.0_f32.to_le_bytes());
    put(344, b"n+1\0");
    file.extend(voxels());
    file
}

#[test]
#[ignore = "writes the corpus"]
fn write_the_corpus() {
    for (target, name, bytes) in seeds() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}
