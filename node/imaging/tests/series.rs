//! DICOM series made here: order, rescaling, encodings, and everything that makes a series unusable.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use common::{
    AXIAL, BIG_ENDIAN, DEFLATED, EXPLICIT, Folder, IMPLICIT, Made, SERIES, before_thickness, enhanced,
    unknown_sequence, write_all,
};
use consilium_imaging::{Grid, Volume, read_frame, read_image, read_series, same_grid};
use dicom_core::VR;
use dicom_dictionary_std::tags;

fn read(slices: &[Made]) -> Volume {
    let folder = Folder::new();
    write_all(folder.path(), slices);
    read_image(folder.path()).unwrap()
}

fn refusal(slices: &[Made]) -> (&'static str, String) {
    let folder = Folder::new();
    write_all(folder.path(), slices);
    let error = read_image(folder.path()).unwrap_err();
    (error.code(), error.to_string())
}

fn expected() -> Vec<f64> {
    (0..3).flat_map(|slice| (0..12).map(move |word| f64::from(100 * slice + word) - 1024.0)).collect()
}

#[test]
fn slices_are_ordered_by_position_whatever_the_files_are_called() {
    let image = read(&[2, 0, 1].map(Made::slice));
    assert_eq!(image.voxels(), expected());
    let direction = [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]];
    let grid = Grid { dims: [4, 3, 3], spacing: [1.5, 2.0, 3.0], origin: [-10.0, -20.0, 30.0], direction };
    same_grid(image.grid(), &grid).unwrap();
}

#[test]
fn every_uncompressed_encoding_gives_the_same_image() {
    for syntax in [IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN] {
        let folder = Folder::new();
        for slice in 0..3 {
            Made::slice(slice).write_as(&folder.at(&slice.to_string()), syntax);
        }
        folder.bytes("README.txt", b"not DICOM");
        assert_eq!(read_image(folder.path()).unwrap().voxels(), expected(), "{syntax}");
    }
}

#[test]
fn a_data_set_without_preamble_is_read() {
    let folder = Folder::new();
    for (slice, syntax) in [(0, IMPLICIT), (1, EXPLICIT), (2, EXPLICIT)] {
        let bytes = Made::slice(slice).bytes(syntax);
        let meta = 144 + u32::from_le_bytes(bytes[140..144].try_into().unwrap()) as usize;
        // the last keeps its meta information, but not the preamble
        let start = if slice == 2 { 132 } else { meta };
        folder.bytes(&slice.to_string(), &bytes[start..]);
    }
    assert_eq!(read_image(folder.path()).unwrap().voxels(), expected());
}

#[test]
fn sequences_of_unknown_representation_are_passed_over() {
    let element = b"\x08\0\x60\0\x02\0\0\0CT";
    let defined = [b"\xfe\xff\x00\xe0\x0a\0\0\0".as_slice(), element].concat();
    let undefined =
        [b"\xfe\xff\x00\xe0\xff\xff\xff\xff".as_slice(), element, b"\xfe\xff\x0d\xe0\0\0\0\0"].concat();
    let bytes = Made::slice(0).bytes(EXPLICIT);
    let folder = Folder::new();
    for (name, content) in [("defined", defined.as_slice()), ("undefined", &undefined), ("empty", &[])] {
        let twice = unknown_sequence(content).repeat(2);
        let (at, file) = before_thickness(&bytes, &twice);
        let image = read_image(&folder.bytes(name, &file)).unwrap();
        assert_eq!(image.voxels(), &expected()[..12], "{name}");
        let cut = folder.bytes("cut", &file[..at + twice.len() - 10]);
        assert_eq!(read_image(&cut).unwrap_err().code(), "CNS-D-0112", "{name}");
    }
}

#[test]
fn bytes_of_a_big_endian_file_come_in_words() {
    // two frames of 3 x 3 bytes in words: the second begins within one
    let words = [0x0100_u16, 0x0302, 0x0504, 0x0706, 0x0908, 0x0b0a, 0x0d0c, 0x0f0e, 0x1110];
    let film = Made::slice(0)
        .without(tags::IMAGE_POSITION_PATIENT)
        .text(tags::MODALITY, VR::CS, "US")
        .decimals(tags::RESCALE_INTERCEPT, &[0.0])
        .text(tags::NUMBER_OF_FRAMES, VR::IS, "2")
        .format(3, 3)
        .word(tags::BITS_ALLOCATED, 8)
        .word(tags::BITS_STORED, 8)
        .word(tags::HIGH_BIT, 7)
        .pixels(&words);
    for syntax in [EXPLICIT, BIG_ENDIAN] {
        let folder = Folder::new();
        let path = film.write_as(&folder.at("film"), syntax);
        for frame in 0..2_u8 {
            let found = read_frame(&path, frame.into()).unwrap();
            let expected: Vec<f64> = (9 * frame..9 * frame + 9).map(f64::from).collect();
            assert_eq!(found.voxels(), expected, "{syntax} {frame}");
        }
    }
}

#[test]
fn every_slice_has_its_own_scale() {
    let slices = [0, 1, 2].map(|n| Made::slice(n).decimals(tags::RESCALE_SLOPE, &[f64::from(n) + 0.5]));
    let image = read(&slices);
    let scaled =
        (0..3).flat_map(|n| (0..12).map(move |w| (f64::from(n) + 0.5) * f64::from(100 * n + w) - 1024.0));
    assert_eq!(image.voxels(), scaled.collect::<Vec<_>>());
}

#[test]
fn stored_bits_are_cut_and_signed() {
    // 12 bits below an overlay in the upper four; 0xfff is -1
    let words = [0x0fff_u16, 0x7fff, 0x0800, 0xf7ff, 1, 2, 3, 4, 5, 6, 7, 8];
    let signed = Made::slice(0)
        .word(tags::BITS_STORED, 12)
        .word(tags::HIGH_BIT, 11)
        .word(tags::PIXEL_REPRESENTATION, 1)
        .decimals(tags::RESCALE_INTERCEPT, &[0.0])
        .pixels(&words);
    let found = read(std::slice::from_ref(&signed));
    assert_eq!(found.voxels()[..5], [-1.0, -1.0, -2048.0, 2047.0, 1.0]);
    let shifted = signed.word(tags::HIGH_BIT, 15).word(tags::PIXEL_REPRESENTATION, 0);
    assert_eq!(read(&[shifted]).voxels()[..4], [0xff, 0x7ff, 0x80, 0xf7f].map(f64::from));
}

#[test]
fn a_series_may_lie_across_the_patient() {
    // sagittal: columns run to the back, rows to the feet, slices to the right in DICOM's left-counting axes
    let orientation = [0.0, 1.0, 0.0, 0.0, 0.0, -1.0];
    let slices =
        [0_u16, 1, 2].map(|n| Made::slice(n).placed([4.0 - 5.0 * f64::from(n), 1.0, 2.0], orientation));
    let image = read(&slices);
    let direction = [[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]];
    let grid = Grid { dims: [4, 3, 3], spacing: [1.5, 2.0, 5.0], origin: [-4.0, -1.0, 2.0], direction };
    same_grid(image.grid(), &grid).unwrap();
    assert_eq!(image.voxels(), expected());
}

#[test]
fn one_of_several_series_is_named() {
    let folder = Folder::new();
    write_all(folder.path(), &[0, 1].map(Made::slice));
    Made::slice(5).text(tags::SERIES_INSTANCE_UID, VR::UI, "2.25.77").write(&folder.at("x"));
    let error = read_image(folder.path()).unwrap_err();
    assert_eq!(error.code(), "CNS-D-0118");
    assert!(error.to_string().contains("CT, 2 files: 2.25.1; CT, 1 files: 2.25.77"), "{error}");
    assert_eq!(read_series(folder.path(), SERIES).unwrap().grid().dims, [4, 3, 2]);
    let error = read_series(folder.path(), "2.25.3").unwrap_err();
    assert!(error.code() == "CNS-D-0117" && error.to_string().contains("no series 2.25.3"), "{error}");
}

#[test]
fn series_that_make_no_straight_grid_are_refused() {
    let at = |n: u16, z: f64| Made::slice(n).placed([10.0, 20.0, z], AXIAL);
    let echo = |n: u16, echo: &str| at(n, 0.0).text(tags::ECHO_NUMBERS, VR::IS, echo);
    let tilted =
        [0_u16, 1, 2].map(|n| Made::slice(n).placed([10.0, 20.0 + f64::from(n), 3.0 * f64::from(n)], AXIAL));
    let turned = Made::slice(1).placed([10.0, 20.0, 33.0], [0.0, 1.0, 0.0, 1.0, 0.0, 0.0]);
    let skewed = Made::slice(0).placed([0.0; 3], [1.0, 0.0, 0.0, 0.5, 0.866_025, 0.0]);
    let other_frame = Made::slice(1).text(tags::FRAME_OF_REFERENCE_UID, VR::UI, "2.25.8");
    let cases: [(&str, Vec<Made>, &str, &str); 11] = [
        ("tilt", tilted.to_vec(), "CNS-D-0120", "18.43 degrees"),
        (
            "gap",
            vec![at(0, 0.0), at(1, 3.0), at(2, 9.0), at(3, 12.0)],
            "CNS-D-0121",
            "6.000 mm between the slices at 3.00 and 9.00",
        ),
        ("uneven", vec![at(0, 0.0), at(1, 3.0), at(2, 6.5)], "CNS-D-0121", "1 of 2 gaps"),
        (
            "two echoes",
            vec![echo(0, "1"), echo(1, "2"), at(2, 3.0)],
            "CNS-D-0122",
            "two at 0.00 mm); they differ in EchoNumbers (0018,0086): `1` and `2`",
        ),
        ("a copy", vec![at(0, 0.0), at(0, 0.0)], "CNS-D-0122", "the same image is there twice"),
        ("orientation", vec![Made::slice(0), turned], "CNS-D-0119", "orientation differs"),
        (
            "size",
            vec![Made::slice(0), Made::slice(1).format(4, 3)],
            "CNS-D-0119",
            "image size differs within the series: 4 x 3 and 3 x 4",
        ),
        ("frame", vec![Made::slice(0), other_frame], "CNS-D-0119", "frame of reference"),
        (
            "spacing",
            vec![Made::slice(0), Made::slice(1).decimals(tags::PIXEL_SPACING, &[2.0, 2.0])],
            "CNS-D-0119",
            "pixel spacing",
        ),
        ("skew", vec![skewed], "CNS-D-0114", "not perpendicular"),
        (
            "thickness",
            vec![Made::slice(0).without(tags::SLICE_THICKNESS)],
            "CNS-D-0113",
            "SliceThickness (0018,0050)",
        ),
    ];
    for (what, slices, code, words) in cases {
        let (found, message) = refusal(&slices);
        assert!(found == code && message.contains(words), "{what}: {found} {message}");
    }
}

#[test]
fn missing_and_wrong_tags_are_named() {
    let slice = || Made::slice(0);
    let cases = [
        (
            slice().without(tags::IMAGE_POSITION_PATIENT),
            "CNS-D-0113",
            "ImagePositionPatient (0020,0032) is missing",
        ),
        (slice().without(tags::ROWS), "CNS-D-0113", "Rows (0028,0010) is missing"),
        (slice().without(tags::PIXEL_DATA), "CNS-D-0117", "no DICOM image"),
        (slice().decimals(tags::PIXEL_SPACING, &[1.0]), "CNS-D-0114", "has 1 values instead of 2"),
        (slice().decimals(tags::PIXEL_SPACING, &[0.0, 1.0]), "CNS-D-0114", "0 x 1 mm"),
        (slice().text(tags::PIXEL_SPACING, VR::DS, "1,5\\2"), "CNS-D-0114", "`1,5` is not a number"),
        (slice().without(tags::RESCALE_SLOPE), "CNS-D-0113", "RescaleSlope (0028,1053) is missing"),
        (slice().decimals(tags::RESCALE_SLOPE, &[0.0]), "CNS-D-0114", "RescaleSlope"),
        (slice().word(tags::BITS_STORED, 17), "CNS-D-0114", "17 bits up to bit 15 of 16"),
        (slice().word(tags::BITS_ALLOCATED, 12), "CNS-D-0114", "12 bits; 8, 16 or 32"),
        (slice().word(tags::ROWS, 4), "CNS-D-0103", "24 of 32 bytes of the pixels"),
        (slice().text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "PALETTE COLOR"), "CNS-D-0114", "palette"),
        (slice().text(tags::MODALITY, VR::CS, "SEG"), "CNS-D-0117", "no DICOM image"),
    ];
    for (slice, code, words) in cases {
        let folder = Folder::new();
        let path = slice.write(&folder.at("slice"));
        for error in [read_image(&path).unwrap_err(), read_image(folder.path()).unwrap_err()] {
            let message = error.to_string();
            assert!(error.code() == code && message.contains(words), "{} {message}", error.code());
        }
    }
    assert_eq!(refusal(&[]).0, "CNS-D-0117");
    let video = Made::slice(0).bytes(EXPLICIT);
    let text = b"1.2.840.10008.1.2.1\0";
    let at = video.windows(text.len()).position(|window| window == text).unwrap();
    let video = [&video[..at], b"1.2.840.10008.1.2.9\0", &video[at + text.len()..]].concat();
    let folder = Folder::new();
    let error = read_image(&folder.bytes("video", &video)).unwrap_err();
    assert_eq!(error.code(), "CNS-D-0115", "{error}");
}

#[test]
fn frames_of_an_enhanced_file_are_placed_and_scaled_one_by_one() {
    let folder = Folder::new();
    let image = read_image(&enhanced().write(&folder.at("e.dcm"))).unwrap();
    let frame = |first: i32, slope: i32| (first..first + 12).map(move |word| f64::from(word * slope));
    let expected: Vec<f64> = frame(12, 1).chain(frame(24, 2)).chain(frame(0, 3)).collect();
    assert_eq!(image.voxels(), expected);
    assert_eq!(image.grid().spacing.map(f64::to_bits), [1.5, 2.0, 3.0].map(f64::to_bits));
    let without = enhanced().without(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
    assert_eq!(read_image(&without.write(&folder.at("f.dcm"))).unwrap_err().code(), "CNS-D-0113");
}
