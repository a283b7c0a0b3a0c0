//! Pictures: their size, what is where, and what is refused.

use consilium_imaging::Grid;

use super::*;

/// Dark on the patient's right, bright on the left; the region a block off centre.
fn case(dims: [usize; 3]) -> (Volume, RoiMask) {
    let direction = [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, 1.0]];
    let grid = Grid { direction, ..Grid::axis_aligned(dims, [1.0, 1.0, 3.0]) };
    let at = |i: usize| [i % dims[0], i / dims[0] % dims[1], i / (dims[0] * dims[1])];
    let voxels = (0..grid.len()).map(|i| at(i)[0] as f64 * 10.0).collect();
    let inside = (0..grid.len())
        .map(|i| (3..8).contains(&at(i)[0]) && (4..7).contains(&at(i)[1]) && at(i)[2] >= dims[2] / 2);
    let inside = inside.collect();
    (Volume::new(grid.clone(), voxels).unwrap(), RoiMask::new(grid, inside).unwrap())
}

struct Picture {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

fn decoded(png: &[u8]) -> Picture {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut bytes).unwrap();
    Picture { width: info.width as usize, pixels: bytes.as_chunks::<3>().0.to_vec() }
}

impl Picture {
    fn count(&self, is_it: impl Fn([u8; 3]) -> bool) -> usize {
        self.pixels.iter().filter(|pixel| is_it(**pixel)).count()
    }

    fn columns_of(&self, colour: [u8; 3]) -> Vec<usize> {
        let places = self.pixels.iter().enumerate().filter(|(_, pixel)| **pixel == colour);
        places.map(|(i, _)| i % self.width).collect()
    }
}

#[test]
fn a_picture_is_of_a_size_to_look_at_and_the_same_each_time() {
    let (image, mask) = case([20, 16, 9]);
    let png = render(&image, &mask, Some(&image), &Options::default()).unwrap();
    assert_eq!(png, render(&image, &mask, Some(&image), &Options::default()).unwrap());
    let picture = decoded(&png);
    let height = picture.pixels.len() / picture.width;
    assert!(
        (720..=1300).contains(&picture.width) && (200..=600).contains(&height),
        "{} {height}",
        picture.width
    );
    assert!(png.len() < 200_000, "{}", png.len());
}

#[test]
fn the_contour_and_the_colours_are_there() {
    let (image, mask) = case([20, 16, 9]);
    let is_coloured = |[r, g, b]: [u8; 3]| r.abs_diff(g).max(g.abs_diff(b)) > 30;
    let grey = decoded(&render(&image, &mask, None, &Options::default()).unwrap());
    let contour = grey.count(|pixel| pixel == colour::CONTOUR);
    assert!(contour > 500, "{contour}");
    assert_eq!(grey.count(is_coloured), contour, "without a map nothing else has a colour");
    let map = decoded(&render(&image, &mask, Some(&image), &Options::default()).unwrap());
    assert!(map.count(is_coloured) > contour + 5_000);
}

#[test]
fn the_right_of_the_patient_is_on_the_left() {
    let (image, mask) = case([20, 16, 9]);
    let picture = decoded(&render(&image, &mask, None, &Options::default()).unwrap());
    // the region is at low voxels, the patient's right
    let axial = 0..picture.width / 3;
    let contour: Vec<usize> =
        picture.columns_of(colour::CONTOUR).into_iter().filter(|x| axial.contains(x)).collect();
    let middle = contour.iter().sum::<usize>() / contour.len();
    assert!(middle < picture.width / 6, "{middle} of {}", picture.width);
}

#[test]
fn an_undefined_voxel_has_no_colour() {
    let (image, mask) = case([20, 16, 9]);
    let nothing = Volume::new(image.grid().clone(), vec![f64::NAN; image.voxels().len()]).unwrap();
    let picture = decoded(&render(&image, &mask, Some(&nothing), &Options::default()).unwrap());
    let map = decoded(&render(&image, &mask, Some(&image), &Options::default()).unwrap());
    let green = |[r, g, b]: [u8; 3]| g > r.saturating_add(40) && g >= b;
    assert!(picture.count(green) < map.count(green), "only the bar has colours");
}

#[test]
fn a_single_slice_has_one_panel_and_long_text_is_cut() {
    let (image, mask) = case([20, 16, 1]);
    let title = "größer als ".repeat(40);
    let options = Options { title: title.clone(), subtitle: title, margin: None, ..Options::default() };
    let picture = decoded(&render(&image, &mask, Some(&image), &options).unwrap());
    assert!(picture.width <= 1300, "{}", picture.width);
}

#[test]
fn what_is_refused_says_why() {
    let (image, mask) = case([20, 16, 9]);
    let (other, _) = case([20, 16, 8]);
    let code = |result: Result<Vec<u8>, PreviewError>| result.unwrap_err().code();
    assert_eq!(code(render(&other, &mask, None, &Options::default())), "CNS-D-0280");
    assert_eq!(code(render(&image, &mask, Some(&other), &Options::default())), "CNS-D-0280");
    let empty = RoiMask::new(mask.grid().clone(), vec![false; mask.grid().len()]).unwrap();
    assert_eq!(code(render(&image, &empty, None, &Options::default())), "CNS-D-0281");
    for options in [
        Options { window: Some([1.0, 1.0]), ..Options::default() },
        Options { range: Some([f64::NAN, 1.0]), ..Options::default() },
        Options { margin: Some(-1.0), ..Options::default() },
    ] {
        assert_eq!(code(render(&image, &mask, None, &options)), "CNS-D-0282");
    }
}
