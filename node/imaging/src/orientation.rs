//! The same voxels in another order of axes: a label map written by another program for the same image.
//!
//! Axes may be swapped and reversed, nothing else: every value keeps its place in the patient. Never: resampling.

use crate::{GeometryDifference, Grid, same_grid};

/// Where each axis of the image comes from: the axis of the map, and whether it runs backwards.
type Axes = [(usize, bool); 3];

/// The values of `grid`, in the memory order of `image`, if both grids have the same voxels.
pub(crate) fn in_order_of<T: Copy>(
    image: &Grid,
    grid: &Grid,
    values: &[T],
) -> Result<Vec<T>, GeometryDifference> {
    let axes = axes(image, grid);
    same_grid(image, &turned(grid, axes))?;
    let strides = [1, grid.dims[0], grid.dims[0] * grid.dims[1]];
    let place = |axis: usize, at: usize| {
        let (from, backwards) = axes[axis];
        strides[from] * if backwards { grid.dims[from] - 1 - at } else { at }
    };
    let mut ordered = Vec::with_capacity(values.len());
    for k in 0..image.dims[2] {
        for j in 0..image.dims[1] {
            let row = place(2, k) + place(1, j);
            ordered.extend((0..image.dims[0]).map(|i| values[row + place(0, i)]));
        }
    }
    Ok(ordered)
}

/// For each axis of the image, the axis of `grid` that is most parallel to it.
fn axes(image: &Grid, grid: &Grid) -> Axes {
    let cosine =
        |a: usize, b: usize| -> f64 { (0..3).map(|i| image.direction[i][a] * grid.direction[i][b]).sum() };
    let nearest = |a: usize| {
        let b = (0..3).max_by(|b, c| cosine(a, *b).abs().total_cmp(&cosine(a, *c).abs())).unwrap_or(a);
        (b, cosine(a, b) < 0.0)
    };
    let axes = [0, 1, 2].map(nearest);
    let is_permutation = (0..3).all(|b| axes.iter().any(|(from, _)| *from == b));
    // grids turned by 45 degrees have no nearest axis: left as they are, they differ in direction
    if is_permutation { axes } else { [(0, false), (1, false), (2, false)] }
}

fn turned(grid: &Grid, axes: Axes) -> Grid {
    let mut origin = grid.origin;
    for (from, _) in axes.iter().filter(|(_, backwards)| *backwards) {
        let length = (grid.dims[*from] - 1) as f64 * grid.spacing[*from];
        for (i, mm) in origin.iter_mut().enumerate() {
            *mm += length * grid.direction[i][*from];
        }
    }
    let sign = |backwards: bool| if backwards { -1.0 } else { 1.0 };
    Grid {
        dims: axes.map(|(from, _)| grid.dims[from]),
        spacing: axes.map(|(from, _)| grid.spacing[from]),
        origin,
        direction: std::array::from_fn(|i| axes.map(|(from, back)| sign(back) * grid.direction[i][from])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_keep_their_place_in_the_patient() {
        let image = Grid::axis_aligned([2, 3, 4], [1.0, 2.0, 3.0]);
        // the map runs from head to feet, then to the front, then to the left
        let map = Grid {
            dims: [4, 3, 2],
            spacing: [3.0, 2.0, 1.0],
            origin: [1.0, 0.0, 9.0],
            direction: [[0.0, 0.0, -1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]],
        };
        let value_at = |grid: &Grid, at: usize| {
            let at = [at % grid.dims[0], at / grid.dims[0] % grid.dims[1], at / grid.dims[0] / grid.dims[1]];
            let mm: [f64; 3] = std::array::from_fn(|i| {
                (0..3).fold(grid.origin[i], |x, j| x + grid.direction[i][j] * grid.spacing[j] * at[j] as f64)
            });
            mm.map(|x| x.round().to_string())
        };
        let values: Vec<_> = (0..24).map(|at| value_at(&map, at)).collect();
        let values: Vec<&[String; 3]> = values.iter().collect();
        let ordered = in_order_of(&image, &map, &values).unwrap();
        for (at, value) in ordered.into_iter().enumerate() {
            assert_eq!(*value, value_at(&image, at));
        }
    }

    #[test]
    fn another_place_is_another_image() {
        let image = Grid::axis_aligned([2, 3, 4], [1.0, 2.0, 3.0]);
        let moved = Grid { origin: [0.0, 0.0, 3.0], ..image.clone() };
        assert!(in_order_of(&image, &moved, &[0; 24]).is_err());
        let half = std::f64::consts::FRAC_1_SQRT_2;
        let direction = [[half, -half, 0.0], [half, half, 0.0], [0.0, 0.0, 1.0]];
        let turned = Grid { direction, ..image.clone() };
        let difference = in_order_of(&image, &turned, &[0; 24]).unwrap_err().to_string();
        assert!(difference.contains("direction"), "{difference}");
    }
}
