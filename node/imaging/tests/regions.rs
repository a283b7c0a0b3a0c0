//! Regions made here: contours, segments and labels on the grid of a 4 x 3 x 3 series.

#![allow(clippy::unwrap_used, reason = "a test")]

mod common;

use std::path::PathBuf;

use common::regions::{contour, rectangle, segmentation, structures};
use common::{Folder, Made, write_all};
use consilium_imaging::{
    Choice, Grid, RegionKind, RoiMask, read_image, read_mask, read_region, read_region_of, regions,
};
use dicom_core::VR;
use dicom_dictionary_std::tags;

/// The image's grid: pixels 1.5 x 2 mm from (10, 20), slices at 30, 33, 36 mm.
fn grid(folder: &Folder) -> Grid {
    let series = folder.at("image");
    std::fs::create_dir_all(&series).unwrap();
    write_all(&series, &[0, 1, 2].map(Made::slice));
    read_image(&series).unwrap().grid().clone()
}

/// Members by column, row and slice.
fn members(mask: &RoiMask) -> Vec<[usize; 3]> {
    let [columns, rows, _] = mask.grid().dims;
    let inside = mask.inside().iter().enumerate().filter(|(_, inside)| **inside);
    inside.map(|(at, _)| [at % columns, at / columns % rows, at / columns / rows]).collect()
}

#[test]
fn contours_of_a_slice_combine_and_slices_may_come_in_any_order() {
    let folder = Folder::new();
    let grid = grid(&folder);
    let tumour = vec![
        contour(&rectangle([2.0, 1.0], [2.0, 1.0], 36.0)),
        contour(&rectangle([0.0, 0.0], [3.0, 2.0], 33.0)),
        contour(&rectangle([1.0, 1.0], [2.0, 1.0], 33.0)),
    ];
    let path =
        structures(tumour, vec![contour(&rectangle([0.0, 0.0], [0.0, 0.0], 30.0))]).write(&folder.at("rs"));
    let listed = regions(&path).unwrap();
    let shown: Vec<_> =
        listed.iter().map(|r| (r.number, r.name.as_str(), r.observer.as_str(), r.kind)).collect();
    assert_eq!(shown, [(7, "GTV", "A", RegionKind::Contours), (8, "GTV B", "B", RegionKind::Contours)]);
    assert!(!format!("{listed:?}").contains("GTV"), "names are not shown");
    let ring = read_region(&path, Choice::Name("GTV"), &grid).unwrap();
    let mut expected: Vec<[usize; 3]> = (0..12).map(|at| [at % 4, at / 4, 1]).collect();
    expected.retain(|[i, j, _]| !([1, 2].contains(i) && *j == 1));
    expected.push([2, 1, 2]);
    assert_eq!(members(&ring), expected);
    assert_eq!(members(&read_region(&path, Choice::Number(8), &grid).unwrap()), [[0, 0, 0]]);
    let image = folder.at("image/000.dcm");
    assert_eq!(read_region_of(&path, Choice::Number(8), &grid, &image).unwrap().count(), 1);
    let other = Made::slice(0).text(tags::SERIES_INSTANCE_UID, VR::UI, "2.25.6").write(&folder.at("other"));
    assert_eq!(read_region_of(&path, Choice::Number(8), &grid, &other).unwrap_err().code(), "CNS-D-0126");
    let moved =
        Made::slice(0).text(tags::FRAME_OF_REFERENCE_UID, VR::UI, "2.25.6").write(&folder.at("moved"));
    let error = read_region_of(&path, Choice::Number(8), &grid, &moved).unwrap_err();
    assert!(error.to_string().contains("the frame of reference differs"), "{error}");
}

#[test]
fn regions_that_cannot_be_drawn_are_refused() {
    let folder = Folder::new();
    let grid = grid(&folder);
    let pixel = |z: f64| contour(&rectangle([1.0, 1.0], [1.0, 1.0], z));
    let mut slanted = rectangle([1.0, 1.0], [2.0, 2.0], 33.0);
    slanted[2] = 35.0;
    let cases: [(&str, Vec<Made>, Choice<'_>, &str, &str); 10] = [
        ("several", vec![pixel(30.0)], Choice::Only, "CNS-D-0125", "(7 GTV, 8 GTV B)"),
        ("unknown", vec![pixel(30.0)], Choice::Name("gtv"), "CNS-D-0124", "no region `gtv`"),
        (
            "between",
            vec![pixel(31.5)],
            Choice::Number(7),
            "CNS-D-0127",
            "contour 1 lies 1.50 mm off its slice",
        ),
        ("slanted", vec![contour(&slanted)], Choice::Number(7), "CNS-D-0127", "off its slice"),
        (
            "beyond",
            vec![pixel(30.0), pixel(39.0)],
            Choice::Number(7),
            "CNS-D-0127",
            "contour 2 lies in slice 4, the image has 3",
        ),
        (
            "a missing plane",
            vec![pixel(30.0), pixel(36.0)],
            Choice::Number(7),
            "CNS-D-0128",
            "no contour in 1 slices between slices 1 and 3",
        ),
        ("nothing", vec![], Choice::Number(7), "CNS-D-0128", "region 7 has no contour"),
        (
            "two points",
            vec![contour(&[10.0, 20.0, 30.0, 11.0, 20.0, 30.0])],
            Choice::Number(7),
            "CNS-D-0128",
            "2 points",
        ),
        (
            "half a point",
            vec![contour(&[10.0, 20.0, 30.0, 11.0])],
            Choice::Number(7),
            "CNS-D-0128",
            "not a multiple of 3",
        ),
        (
            "open",
            vec![pixel(30.0).text(tags::CONTOUR_GEOMETRIC_TYPE, VR::CS, "POINT")],
            Choice::Number(7),
            "CNS-D-0128",
            "`POINT`",
        ),
    ];
    for (what, tumour, which, code, words) in cases {
        let path = structures(tumour, vec![pixel(30.0)]).write(&folder.at("rs"));
        let error = read_region(&path, which, &grid).unwrap_err();
        assert!(
            error.code() == code && error.to_string().contains(words),
            "{what}: {} {error}",
            error.code()
        );
    }
    // apart within the slices, two lesions may leave slices empty between them
    let apart = vec![pixel(30.0), contour(&rectangle([3.0, 1.0], [3.0, 1.0], 36.0))];
    let path = structures(apart, vec![]).write(&folder.at("rs"));
    assert_eq!(members(&read_region(&path, Choice::Number(7), &grid).unwrap()), [[1, 1, 0], [3, 1, 2]]);
    let image = folder.at("image/000.dcm");
    assert_eq!(regions(&image).unwrap_err().code(), "CNS-D-0124");
    assert_eq!(read_mask(&path).unwrap_err().code(), "CNS-D-0111");
}

#[test]
fn contours_follow_a_turned_image() {
    let folder = Folder::new();
    let half = std::f64::consts::FRAC_1_SQRT_2;
    // rows and columns turned by 45 degrees around z
    let orientation = [half, half, 0.0, -half, half, 0.0];
    let slices = [0_u16, 1].map(|n| Made::slice(n).placed([1.0, 2.0, 3.0 * f64::from(n)], orientation));
    write_all(folder.path(), &slices);
    let grid = read_image(folder.path()).unwrap().grid().clone();
    let corner = |i: f64, j: f64| {
        let (x, y) = (1.5 * i, 2.0 * j);
        [1.0 + half * (x - y), 2.0 + half * (x + y), 3.0]
    };
    let points: Vec<f64> = [(0.7, -0.4), (2.4, -0.4), (2.4, 1.3), (0.7, 1.3)]
        .into_iter()
        .flat_map(|(i, j)| corner(i, j))
        .collect();
    let path = structures(vec![contour(&points)], vec![]).write(&folder.at("rs"));
    assert_eq!(
        members(&read_region(&path, Choice::Number(7), &grid).unwrap()),
        [[1, 0, 1], [2, 0, 1], [1, 1, 1], [2, 1, 1]]
    );
}

#[test]
fn bits_follow_each_other_across_frames() {
    let folder = Folder::new();
    let grid = grid(&folder);
    // 12 bits a frame: bit 0 of frame 0, bit 5 of frame 1 (12 + 5 = 17), bit 11 of frame 2 (24 + 11 = 35)
    let bits = [0b1, 0, 0b10, 0, 0b1000, 0];
    let frames = [(1, 36.0), (2, 30.0), (1, 30.0)];
    let path = segmentation(&frames, "BINARY").octets(&bits).write(&folder.at("seg"));
    let listed = regions(&path).unwrap();
    assert_eq!(
        (listed[1].number, listed[1].name.as_str(), listed[1].observer.as_str()),
        (2, "Necrosis", "Reader^One")
    );
    assert_eq!(members(&read_region(&path, Choice::Number(1), &grid).unwrap()), [[3, 2, 0], [0, 0, 2]]);
    assert_eq!(members(&read_region(&path, Choice::Name("Necrosis"), &grid).unwrap()), [[1, 1, 0]]);
    let outside = segmentation(&[(1, 39.0)], "BINARY").octets(&[1, 0]).write(&folder.at("outside"));
    assert_eq!(read_region(&outside, Choice::Number(1), &grid).unwrap_err().code(), "CNS-D-0127");
    let between = segmentation(&[(1, 34.0)], "BINARY").octets(&[1, 0]).write(&folder.at("between"));
    let error = read_region(&between, Choice::Number(1), &grid).unwrap_err();
    assert!(error.to_string().contains("0.3333 voxels off"), "{error}");
    let short = segmentation(&frames, "BINARY").octets(&bits[..4]).write(&folder.at("short"));
    assert_eq!(read_region(&short, Choice::Number(1), &grid).unwrap_err().code(), "CNS-D-0103");
}

#[test]
fn a_segmentation_may_run_the_other_way() {
    let folder = Folder::new();
    let grid = grid(&folder);
    // rows from back to front: the first pixel is that of column 0, row 2
    let orientation =
        Made::default().decimals(tags::IMAGE_ORIENTATION_PATIENT, &[1.0, 0.0, 0.0, 0.0, -1.0, 0.0]);
    let shared = Made::default()
        .sequence(tags::PLANE_ORIENTATION_SEQUENCE, vec![orientation])
        .sequence(
            tags::PIXEL_MEASURES_SEQUENCE,
            vec![Made::default().decimals(tags::PIXEL_SPACING, &[2.0, 1.5])],
        )
        .sequence(
            tags::PLANE_POSITION_SEQUENCE,
            vec![Made::default().decimals(tags::IMAGE_POSITION_PATIENT, &[10.0, 24.0, 33.0])],
        );
    let frame = Made::default().sequence(
        tags::SEGMENT_IDENTIFICATION_SEQUENCE,
        vec![Made::default().word(tags::REFERENCED_SEGMENT_NUMBER, 1)],
    );
    let turned = segmentation(&[(1, 33.0)], "BINARY")
        .sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared])
        .sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, vec![frame]);
    let path = turned.octets(&[0b10_0001, 0]).write(&folder.at("seg"));
    assert_eq!(members(&read_region(&path, Choice::Number(1), &grid).unwrap()), [[1, 1, 1], [0, 2, 1]]);
}

#[test]
fn contours_on_pixel_centres_own_their_left_and_front_border() {
    let folder = Folder::new();
    // 0.7 mm pixels: three of them are 2.0999999999999996 mm
    let slice = Made::slice(0).decimals(tags::PIXEL_SPACING, &[0.7, 0.7]);
    let image = read_image(&slice.write(&folder.at("image"))).unwrap();
    let at = |pixel: f64| (10.0 + 0.7 * pixel, 20.0 + 0.7 * pixel);
    let (left, right) = (at(1.0).0, at(3.0).0);
    let (front, back) = (at(0.0).1, at(2.0).1);
    let square = [left, front, 30.0, right, front, 30.0, right, back, 30.0, left, back, 30.0];
    let path = structures(vec![contour(&square)], vec![]).write(&folder.at("rs"));
    let found = members(&read_region(&path, Choice::Number(7), image.grid()).unwrap());
    assert_eq!(found, [[1, 0, 0], [2, 0, 0], [1, 1, 0], [2, 1, 0]]);
}

#[test]
fn fractions_from_one_half_and_labels_are_members() {
    let folder = Folder::new();
    let grid = grid(&folder);
    let eight =
        |made: Made| made.word(tags::BITS_ALLOCATED, 8).word(tags::BITS_STORED, 8).word(tags::HIGH_BIT, 7);
    let pixels = [0, 100, 50, 49, 51, 0, 0, 0, 0, 0, 0, 2];
    let fraction = eight(segmentation(&[(1, 33.0)], "FRACTIONAL")).word(tags::MAXIMUM_FRACTIONAL_VALUE, 100);
    let path = fraction.octets(&pixels).write(&folder.at("fraction"));
    assert_eq!(
        members(&read_region(&path, Choice::Number(1), &grid).unwrap()),
        [[1, 0, 1], [2, 0, 1], [0, 1, 1]]
    );
    let labels = eight(segmentation(&[(1, 33.0)], "LABELMAP"));
    let path = labels.octets(&pixels).write(&folder.at("labels"));
    assert_eq!(members(&read_region(&path, Choice::Number(2), &grid).unwrap()), [[3, 2, 1]]);
}

fn nrrd(folder: &Folder, directions: &str, origin: &str, labels: &str) -> PathBuf {
    let header = format!(
        "NRRD0004\ntype: uchar\ndimension: 3\nspace: left-posterior-superior\nsizes: 4 3 3\n\
         space directions: {directions}\nspace origin: {origin}\nencoding: ascii\n\
         Segment0_LabelValue:=5\nSegment0_Name:=Tumour\n\n{labels}\n"
    );
    folder.bytes("map.seg.nrrd", header.as_bytes())
}

#[test]
fn a_label_map_may_run_the_other_way() {
    let folder = Folder::new();
    let grid = grid(&folder);
    let labels = format!("5 2{}", " 0".repeat(34));
    let map = nrrd(&folder, "(1.5,0,0) (0,2,0) (0,0,3)", "(10,20,30)", &labels);
    let listed: Vec<_> =
        regions(&map).unwrap().into_iter().map(|region| (region.number, region.name)).collect();
    assert_eq!(listed, [(2, String::new()), (5, "Tumour".to_owned())]);
    assert_eq!(members(&read_region(&map, Choice::Name("Tumour"), &grid).unwrap()), [[0, 0, 0]]);
    // as dcm2niix and others write: rows from back to front
    let map = nrrd(&folder, "(1.5,0,0) (0,-2,0) (0,0,3)", "(10,24,30)", &labels);
    assert_eq!(members(&read_region(&map, Choice::Number(5), &grid).unwrap()), [[0, 2, 0]]);
    assert_eq!(members(&read_region(&map, Choice::Number(2), &grid).unwrap()), [[1, 2, 0]]);
    let moved = nrrd(&folder, "(1.5,0,0) (0,2,0) (0,0,3)", "(10,20,31)", &labels);
    let error = read_region(&moved, Choice::Number(5), &grid).unwrap_err();
    assert!(
        error.code() == "CNS-D-0108" && error.to_string().contains("origin along z differs by 1.0000 mm"),
        "{error}"
    );
    assert_eq!(read_region(&map, Choice::Only, &grid).unwrap_err().code(), "CNS-D-0125");
    assert_eq!(read_mask(&map).unwrap_err().code(), "CNS-D-0107");
}
