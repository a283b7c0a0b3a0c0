//! Files made to harm a reader: each ends in a coded error, in a process with 512 MiB of address space.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use common::{AXIAL, BIG_ENDIAN, EXPLICIT, Folder, IMPLICIT, Made};
use consilium_imaging::{Choice, Grid, index, read_image, read_region, regions};
use dicom_core::VR;
use dicom_dictionary_std::tags;
use flate2::{Compression, write::GzEncoder};

/// The first bytes of a file, up to its data set, and then others.
fn with_data(syntax: &str, data: &[u8]) -> Vec<u8> {
    let bytes = Made::default().text(tags::MODALITY, VR::CS, "CT").bytes(syntax);
    let meta = 144 + u32::from_le_bytes(bytes[140..144].try_into().unwrap()) as usize;
    [&bytes[..meta], data].concat()
}

/// A compressed picture whose header or stream has been changed.
fn changed(name: &str, from: &[u8], to: &[u8]) -> Vec<u8> {
    let path = format!("{}/tests/data/dicom/{name}.dcm", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).unwrap();
    let at = bytes.windows(from.len()).position(|window| window == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

fn gzip(bytes: &[u8], zeros: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    let block = vec![0; 1 << 20];
    for _ in 0..zeros >> 20 {
        encoder.write_all(&block).unwrap();
    }
    encoder.finish().unwrap()
}

/// A NIfTI header of bytes.
fn nifti(dims: [i16; 3]) -> Vec<u8> {
    let mut header = vec![0; 352];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &348_i32.to_le_bytes());
    put(40, &[3, dims[0], dims[1], dims[2], 1, 1, 1, 1].map(i16::to_le_bytes).concat());
    put(70, &2_i16.to_le_bytes());
    put(76, &[1.0_f32; 4].map(f32::to_le_bytes).concat());
    put(108, &352.0_f32.to_le_bytes());
    put(344, b"n+1\0");
    header
}

/// Name, content and the code that the image's reader answers with.
fn files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let sequence = [0x08, 0, 0x40, 0x11, b'S', b'Q', 0, 0, 0xff, 0xff, 0xff, 0xff];
    let item = [0xfe, 0xff, 0, 0xe0, 0xff, 0xff, 0xff, 0xff];
    let deep = [sequence.as_slice(), &item].concat().repeat(200_000);
    let huge = |rows: u16, columns: u16| Made::slice(0).word(tags::ROWS, rows).word(tags::COLUMNS, columns);
    let many = huge(3, 4).text(tags::NUMBER_OF_FRAMES, VR::IS, "2147483647");
    let icons = [&sequence[..8], &[0xf0, 0xff, 0xff, 0x7f], &item[..4], &[8, 0, 0, 0]].concat();
    let rows = |n: u16| [&[0x28, 0, 0x10, 0, b'U', b'S', 2, 0][..], &n.to_le_bytes()].concat();
    let nrrd = b"NRRD0004\ntype: uchar\ndimension: 3\nspace: RAS\nsizes: 8 8 8\nspace directions: (1,0,0) (0,1,0) (0,0,1)\nencoding: gzip\n\n";
    vec![
        ("a value of 4 GiB", with_data(EXPLICIT, b"\x08\0\x05\0UN\0\0\xf0\xff\xff\xff"), "CNS-D-0112"),
        ("a text of 2 GiB, implicit", with_data(IMPLICIT, b"\x08\0\x05\0\xf0\xff\xff\x7f"), "CNS-D-0112"),
        ("an unbounded value", with_data(EXPLICIT, b"\x08\0\x05\0OB\0\0\xff\xff\xff\xff"), "CNS-D-0112"),
        ("200,000 levels", with_data(EXPLICIT, &deep), "CNS-D-0112"),
        ("a sequence longer than the file", with_data(EXPLICIT, &icons), "CNS-D-0112"),
        ("a stray item's end", with_data(EXPLICIT, &b"\xfe\xff\x0d\xe0\0\0\0\0".repeat(4)), "CNS-D-0112"),
        ("a stray sequence's end", with_data(EXPLICIT, &b"\xfe\xff\xdd\xe0\0\0\0\0".repeat(4)), "CNS-D-0112"),
        (
            "elements without number",
            with_data(IMPLICIT, &b"\x09\0\x01\x10\0\0\0\0".repeat(3 << 20)),
            "CNS-D-0112",
        ),
        ("the other byte order", with_data(BIG_ENDIAN, &Made::slice(0).bytes(EXPLICIT)[300..]), "CNS-D-0112"),
        ("65535 x 65535", huge(65535, 65535).bytes(EXPLICIT), "CNS-D-0106"),
        ("10000 x 10000", huge(10000, 10000).bytes(EXPLICIT), "CNS-D-0103"),
        ("2147483647 frames", many.bytes(EXPLICIT), "CNS-D-0103"),
        ("RLE of 10000 rows", changed("rle", &rows(12), &rows(10000)), "CNS-D-0116"),
        ("RLE of 65535 rows", changed("rle", &rows(12), &rows(65535)), "CNS-D-0116"),
        (
            "RLE of 2^32 segments",
            changed("rle", b"\x02\0\0\0\x40\0\0\0", b"\xff\xff\xff\xff\x40\0\0\0"),
            "CNS-D-0116",
        ),
        (
            "RLE beyond its frame",
            changed("rle", b"\x02\0\0\0\x40\0\0\0", b"\x02\0\0\0\xff\xff\xff\xff"),
            "CNS-D-0116",
        ),
        (
            "JPEG of 65535 rows",
            changed("jpeg-lossless", b"\x10\0\x0c\0\x10\x01", b"\x10\xff\xff\xff\xff\x01"),
            "CNS-D-0116",
        ),
        (
            "JPEG-LS of 65535 rows",
            changed("jpeg-ls", b"\x10\0\x0c\0\x10\x01", b"\x10\xff\xff\xff\xff\x01"),
            "CNS-D-0116",
        ),
        (
            "JPEG 2000 of 2^31 columns",
            changed("jpeg2000", b"\0\0\0\0\x10\0\0\0\x0c", b"\0\x7f\xff\xff\xff\0\0\0\x0c"),
            "CNS-D-0116",
        ),
        ("a NIfTI bomb", gzip(&nifti([8, 8, 8]), 128 << 20), ""),
        ("a NIfTI file that promises much", gzip(&nifti([500, 500, 500]), 1 << 20), "CNS-D-0103"),
        ("an NRRD bomb", [nrrd.as_slice(), &gzip(&[], 128 << 20)].concat(), ""),
        ("an endless header", [b"NRRD0004\n#".as_slice(), &[b'x'; 4 << 20]].concat(), "CNS-D-0105"),
    ]
}

/// Reads every file through every door. The bombs hold an image of 512 voxels, and that is all that is read.
fn read_all() {
    let grid = Grid::axis_aligned([4, 3, 3], [1.0; 3]);
    for (name, bytes, code) in files() {
        let folder = Folder::new();
        let path = folder.bytes("file", &bytes);
        match read_image(&path) {
            Ok(image) => assert!(code.is_empty() && image.grid().len() == 512, "{name}"),
            Err(error) => assert_eq!(error.code(), code, "{name}: {error}"),
        }
        let _ = (read_image(folder.path()), regions(&path), read_region(&path, Choice::Only, &grid));
        index(folder.path()).unwrap();
    }
}

/// Runs in a process of its own, with a limit, if the test below has set one.
#[test]
fn child() {
    if std::env::var_os("HOSTILE").is_some() {
        read_all();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn hostile_files_need_no_memory_that_they_do_not_hold() {
    let program = std::env::current_exe().unwrap();
    let limited = "ulimit -v 524288 && exec \"$0\" --exact child --nocapture --test-threads 1";
    let run = Command::new("sh").args(["-c", limited]).arg(program).env("HOSTILE", "1").output().unwrap();
    let said = [run.stdout, run.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(run.status.success() && said[0].contains("1 passed"), "{}\n{}", said[0], said[1]);
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let placed = Made::slice(0).placed([0.0; 3], AXIAL);
    for whole in [placed.bytes(EXPLICIT), placed.bytes(BIG_ENDIAN), changed("rle", b"DICM", b"DICM")] {
        let folder = Folder::new();
        for length in 0..whole.len() - 8 {
            let path = folder.bytes(&length.to_string(), &whole[..length]);
            let error = read_image(&path).expect_err("a cut file");
            assert!(error.code().starts_with("CNS-D-01"), "{error}");
        }
    }
}

#[test]
#[cfg(unix)]
fn a_device_is_no_image() {
    for device in ["/dev/zero", "/dev/null"] {
        assert_eq!(read_image(Path::new(device)).unwrap_err().code(), "CNS-D-0111");
    }
}
