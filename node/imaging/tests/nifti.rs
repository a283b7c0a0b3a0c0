//! The NIfTI reader on files made here, field by field, and on hostile ones.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use consilium_imaging::{ImagingError, read_image, read_mask, same_grid};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

struct Made {
    header: Vec<u8>,
    voxels: Vec<u8>,
}

impl Made {
    /// 2 x 3 x 2 voxels of i16, 0 to 11, spacing 1, 2, 3 mm.
    fn small() -> Self {
        let mut made = Self { header: vec![0; 352], voxels: Vec::new() };
        made.put(0, &348_i32.to_le_bytes());
        for (axis, n) in [3_i16, 2, 3, 2, 1, 1, 1, 1].into_iter().enumerate() {
            made.put(40 + 2 * axis, &n.to_le_bytes());
        }
        made.put(70, &4_i16.to_le_bytes());
        for (axis, mm) in [1.0_f32, 1.0, 2.0, 3.0].into_iter().enumerate() {
            made.put(76 + 4 * axis, &mm.to_le_bytes());
        }
        made.put(108, &352.0_f32.to_le_bytes());
        made.put(112, &1.0_f32.to_le_bytes());
        made.put(123, &[2]);
        made.put(344, b"n+1\0");
        made.voxels = (0_i16..12).flat_map(i16::to_le_bytes).collect();
        made
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.header[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn bytes(&self) -> Vec<u8> {
        [self.header.as_slice(), &self.voxels].concat()
    }

    fn gzip(&self) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&self.bytes()).unwrap();
        encoder.finish().unwrap()
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("PET_image.nii.gz");
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn refusal(bytes: &[u8]) -> (String, &'static str) {
    let error = read_image(&Folder::new().file(bytes)).unwrap_err();
    (error.to_string(), error.code())
}

#[test]
fn plain_and_compressed_files_give_the_same_image() {
    let (made, folder) = (Made::small(), Folder::new());
    let plain = read_image(&folder.file(&made.bytes())).unwrap();
    let compressed = read_image(&folder.file(&made.gzip())).unwrap();
    assert_eq!(plain, compressed);
    assert_eq!(plain.grid().dims, [2, 3, 2]);
    assert_eq!(plain.grid().spacing.map(f64::to_bits), [1.0, 2.0, 3.0].map(f64::to_bits));
    let expected: Vec<f64> = (0..12).map(f64::from).collect();
    assert_eq!(plain.voxels(), expected);
    assert!(!format!("{plain:?}").contains("11"), "voxels must not be shown");
}

#[test]
fn a_big_endian_file_is_read() {
    let mut made = Made::small();
    for (at, size) in
        [(0, 4), (40, 2), (42, 2), (44, 2), (46, 2), (48, 2), (50, 2), (52, 2), (54, 2), (70, 2)]
            .into_iter()
            .chain([76, 80, 84, 88, 108, 112].map(|at| (at, 4)))
    {
        made.header[at..at + size].reverse();
    }
    made.voxels = (0_i16..12).flat_map(i16::to_be_bytes).collect();
    let image = read_image(&Folder::new().file(&made.bytes())).unwrap();
    assert_eq!(image.voxels()[11].to_bits(), 11.0_f64.to_bits());
}

#[test]
fn scaling_is_applied() {
    let mut made = Made::small();
    made.put(112, &2.0_f32.to_le_bytes());
    made.put(116, &(-1024.0_f32).to_le_bytes());
    let image = read_image(&Folder::new().file(&made.bytes())).unwrap();
    assert_eq!(image.voxels()[3].to_bits(), (-1018.0_f64).to_bits());
}

#[test]
fn the_quaternion_and_the_affine_place_an_image_alike() {
    // 180 degrees around z: x and y are reversed
    let mut q = Made::small();
    q.put(252, &1_i16.to_le_bytes());
    q.put(264, &1.0_f32.to_le_bytes());
    q.put(268, &5.0_f32.to_le_bytes());
    let mut s = Made::small();
    s.put(254, &1_i16.to_le_bytes());
    for (at, value) in [(280, -1.0_f32), (292, 5.0), (300, -2.0), (320, 3.0)] {
        s.put(at, &value.to_le_bytes());
    }
    let folder = Folder::new();
    let q = read_image(&folder.file(&q.bytes())).unwrap();
    let s = read_image(&folder.file(&s.bytes())).unwrap();
    same_grid(q.grid(), s.grid()).unwrap();
    assert!((q.grid().direction[0][0] + 1.0).abs() < 1e-12);
}

/// The same image with a header of the second version.
fn second(made: &Made, big_endian: bool) -> Vec<u8> {
    let mut header = vec![0; 544];
    let mut put = |at: usize, bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        if big_endian {
            bytes.reverse();
        }
        header[at..at + bytes.len()].copy_from_slice(&bytes);
    };
    put(0, &540_i32.to_le_bytes());
    put(12, &4_i16.to_le_bytes());
    for (axis, n) in [3_i64, 2, 3, 2, 1, 1, 1, 1].into_iter().enumerate() {
        put(16 + 8 * axis, &n.to_le_bytes());
    }
    for (axis, mm) in [1.0_f64, 1.0, 2.0, 3.0].into_iter().enumerate() {
        put(104 + 8 * axis, &mm.to_le_bytes());
    }
    put(168, &544_i64.to_le_bytes());
    put(176, &1.0_f64.to_le_bytes());
    put(344, &1_i32.to_le_bytes());
    put(376, &5.0_f64.to_le_bytes());
    put(500, &2_i32.to_le_bytes());
    header[4..12].copy_from_slice(b"n+2\0\r\n\x1a\n");
    let voxels = made.voxels.chunks(2).flat_map(|v| if big_endian { [v[1], v[0]] } else { [v[0], v[1]] });
    header.into_iter().chain(voxels).collect()
}

#[test]
fn the_second_version_gives_the_same_image() {
    let mut first = Made::small();
    first.put(252, &1_i16.to_le_bytes());
    first.put(268, &5.0_f32.to_le_bytes());
    let folder = Folder::new();
    let expected = read_image(&folder.file(&first.bytes())).unwrap();
    for big_endian in [false, true] {
        let bytes = second(&first, big_endian);
        assert_eq!(read_image(&folder.file(&bytes)).unwrap(), expected, "big endian: {big_endian}");
        let (message, code) = refusal(&bytes[..500]);
        assert!(code == "CNS-D-0103" && message.contains("500 of 540 bytes of the header"), "{message}");
    }
}

#[test]
fn the_affine_comes_before_the_quaternion_unless_they_contradict() {
    let both = |qform: i16| {
        let mut made = Made::small();
        made.put(252, &qform.to_le_bytes());
        made.put(254, &1_i16.to_le_bytes());
        for (at, value) in [(280, 1.0_f32), (292, 7.0), (300, 2.0), (320, 3.0)] {
            made.put(at, &value.to_le_bytes());
        }
        made.bytes()
    };
    let image = read_image(&Folder::new().file(&both(2))).unwrap();
    assert_eq!(image.grid().origin.map(f64::to_bits), [7.0, 0.0, 0.0].map(f64::to_bits), "another space");
    let (message, code) = refusal(&both(1));
    assert!(code == "CNS-D-0105" && message.contains("origin along x differs by 7.0000 mm"), "{message}");
}

#[test]
fn bad_files_are_refused_with_a_code_and_a_remedy() {
    let changed = |at: usize, bytes: &[u8]| {
        let mut made = Made::small();
        made.put(at, bytes);
        made.bytes()
    };
    let short = Made::small().bytes();
    let cut = Made::small().gzip();
    let mut damaged = Made::small().gzip();
    let crc = damaged.len() - 8;
    damaged[crc] ^= 1;
    let sheared = {
        let mut made = Made::small();
        made.put(254, &1_i16.to_le_bytes());
        for (at, value) in [(280, 1.0_f32), (300, 2.0), (304, 0.5), (320, 3.0)] {
            made.put(at, &value.to_le_bytes());
        }
        made.bytes()
    };
    let cases: [(&str, Vec<u8>, &str, &str); 13] = [
        ("empty", Vec::new(), "CNS-D-0103", "0 of 348 bytes of the header"),
        ("text", vec![b'a'; 400], "CNS-D-0102", "convert it"),
        ("truncated voxels", short[..short.len() - 1].to_vec(), "CNS-D-0103", "23 of 24 bytes of the voxels"),
        ("truncated gzip", cut[..cut.len() / 2].to_vec(), "CNS-D-0103", "copy the file again"),
        ("cut checksum", cut[..cut.len() - 6].to_vec(), "CNS-D-0104", "copy the file again"),
        ("wrong checksum", damaged, "CNS-D-0104", "copy the file again"),
        (
            "no voxel along y",
            changed(44, &0_i16.to_le_bytes()),
            "CNS-D-0105",
            "field dim: 0 voxels along axis 2",
        ),
        ("four volumes", changed(40, &[4, 0, 2, 0, 3, 0, 2, 0, 4, 0]), "CNS-D-0105", "4 volumes"),
        ("complex", changed(70, &32_i16.to_le_bytes()), "CNS-D-0105", "field datatype"),
        ("NaN slope", changed(112, &f32::NAN.to_le_bytes()), "CNS-D-0105", "field scl_slope"),
        ("zero spacing", changed(84, &0_f32.to_le_bytes()), "CNS-D-0105", "field pixdim"),
        ("gantry tilt", sheared, "CNS-D-0105", "not perpendicular"),
        ("pair", changed(344, b"ni1\0"), "CNS-D-0102", ".hdr/.img"),
    ];
    for (what, bytes, code, words) in cases {
        let (message, found) = refusal(&bytes);
        assert!(found == code && message.contains(words), "{what}: {found} {message}");
        assert!(message.contains("PET_image.nii.gz"), "{what}: {message}");
    }
    let missing = read_image(Path::new("no/such.nii.gz")).unwrap_err();
    assert_eq!(missing.code(), "CNS-D-0101");
}

#[test]
fn a_header_that_lies_about_its_size_costs_no_memory() {
    let mut made = Made::small();
    made.put(42, &[500_i16, 500, 500].map(i16::to_le_bytes).concat());
    assert_eq!(refusal(&made.gzip()).1, "CNS-D-0103");
    made.put(42, &[i16::MAX; 3].map(i16::to_le_bytes).concat());
    assert_eq!(refusal(&made.gzip()).1, "CNS-D-0106");
}

#[test]
fn a_mask_holds_one_region() {
    let folder = Folder::new();
    let with = |voxels: [f32; 12]| {
        let mut made = Made::small();
        made.put(70, &16_i16.to_le_bytes());
        made.voxels = voxels.into_iter().flat_map(f32::to_le_bytes).collect();
        read_mask(&folder.file(&made.gzip()))
    };
    let mut one = [0.0; 12];
    (one[3], one[7]) = (255.0, 255.0);
    assert_eq!(with(one).unwrap().count(), 2);
    assert_eq!(with([0.0; 12]).unwrap().count(), 0, "an empty mask is a mask; who extracts from it decides");
    one[8] = 2.0;
    let error = with(one).unwrap_err();
    assert!(matches!(&error, ImagingError::NotBinary { values, .. } if values == "2, 255"), "{error}");
    let mut nan = [0.0; 12];
    nan[0] = f32::NAN;
    assert_eq!(with(nan).unwrap_err().code(), "CNS-D-0107");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read_mask(&Folder::new().file(&bytes));
    }

    #[test]
    fn no_changed_header_panics(at in 0_usize..352, with in proptest::collection::vec(any::<u8>(), 1..9)) {
        let mut made = Made::small();
        let end = (at + with.len()).min(352);
        made.header[at..end].copy_from_slice(&with[..end - at]);
        let _ = read_mask(&Folder::new().file(&made.gzip()));
    }
}
