//! The largest distances between two points of the mesh: in a slice, a column plane, a row plane, and in space.
//!
//! Points lie half way between voxel centres, so in half voxels they are whole numbers and planes are exact. Only corners of a
//! plane's convex hull can be ends of a diameter, and the hull of a grid does not depend on its spacing.
//! Specification: PyRadiomics 3.1.0, `calculate_meshDiameter` of radiomics/src/cshape.c; Andrew's monotone chain.

use super::super::region::Region;

/// In half voxels along x, y and z.
type Point = [i32; 3];

/// Across z, y and x, and in space; mm.
pub(super) fn diameters(region: &Region) -> [f64; 4] {
    let points = points(region);
    let (mut diameters, mut ends) = ([0.0_f64; 4], points.clone());
    for (across, diameter) in [2, 1, 0].into_iter().zip(&mut diameters) {
        let plane = [0, 1, 2].into_iter().filter(|axis| *axis != across).collect::<Vec<_>>();
        let [u, v] = [plane[0], plane[1]];
        let mut corners = Vec::new();
        for points in planes(&points, across) {
            let hull = hull(points, u, v);
            *diameter = diameter.max(farthest(&hull, region.spacing));
            corners.extend(hull);
        }
        corners.sort_unstable();
        ends.retain(|point| corners.binary_search(point).is_ok());
    }
    diameters[3] = farthest(&ends, region.spacing);
    diameters
}

/// The largest distance between two of the points, mm.
pub(crate) fn farthest(points: &[Point], spacing: [f64; 3]) -> f64 {
    let squared = |a: &Point, b: &Point| {
        (0..3).fold(0.0, |sum, axis| sum + (f64::from(a[axis] - b[axis]) / 2.0 * spacing[axis]).powi(2))
    };
    let from =
        |(i, a): (usize, &Point)| points[i + 1..].iter().fold(0.0, |max: f64, b| max.max(squared(a, b)));
    points.iter().enumerate().map(from).fold(0.0, f64::max).sqrt()
}

/// The middles between all voxels of the region and their neighbours outside.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "an axis of an image has at most 2^30 voxels"
)]
fn points(region: &Region) -> Vec<Point> {
    let strides = [1, region.dims[0], region.dims[0] * region.dims[1]];
    let mut points = Vec::new();
    for index in &region.at {
        let position = region.position(*index);
        for axis in 0..3 {
            let is_edge = [position[axis] == 0, position[axis] + 1 == region.dims[axis]];
            let outside = [
                is_edge[0] || !region.inside[index - strides[axis]],
                is_edge[1] || !region.inside[index + strides[axis]],
            ];
            for (side, _) in [-1, 1].into_iter().zip(outside).filter(|(_, outside)| *outside) {
                let mut point = position.map(|at| 2 * at as i32);
                point[axis] += side;
                points.push(point);
            }
        }
    }
    points
}

/// The points, plane by plane.
fn planes(points: &[Point], across: usize) -> Vec<Vec<Point>> {
    let highest = points.iter().map(|point| point[across]).max().unwrap_or(-1);
    // the lowest coordinate is -1
    let mut planes = vec![Vec::new(); usize::try_from(highest + 2).unwrap_or(0)];
    points.iter().for_each(|point| planes[usize::try_from(point[across] + 1).unwrap_or(0)].push(*point));
    planes
}

/// The corners of the convex hull of points in a plane with the axes u and v.
fn hull(mut points: Vec<Point>, u: usize, v: usize) -> Vec<Point> {
    points.sort_unstable_by_key(|point| (point[u], point[v]));
    points.dedup();
    let mut chain = half(points.iter(), u, v);
    chain.extend(half(points.iter().rev(), u, v));
    chain
}

/// One side of the hull, from the first point to before the last.
fn half<'a>(points: impl Iterator<Item = &'a Point>, u: usize, v: usize) -> Vec<Point> {
    let turn = |a: &Point, b: &Point, c: &Point| {
        let cross = |x: i32, y: i32| i64::from(x) * i64::from(y);
        cross(b[u] - a[u], c[v] - a[v]) - cross(b[v] - a[v], c[u] - a[u])
    };
    let mut chain: Vec<Point> = Vec::new();
    for point in points {
        while let [.., a, b] = chain.as_slice()
            && turn(a, b, point) <= 0
        {
            chain.pop();
        }
        chain.push(*point);
    }
    if chain.len() > 1 {
        chain.pop();
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hull_of_a_square_are_its_corners() {
        let points = (0..9).map(|i| [i % 3, 7, i / 3]).collect();
        let mut corners = hull(points, 0, 2);
        corners.sort_unstable();
        assert_eq!(corners, [[0, 7, 0], [0, 7, 2], [2, 7, 0], [2, 7, 2]]);
    }

    #[test]
    fn all_diameters_are_those_of_all_pairs() {
        let dims = [7, 6, 5];
        let inside: Vec<bool> = (0..210).map(|i| (i * 7919 + i * i * 31) % 11 < 4).collect();
        let at = (0..210).filter(|i| inside[*i]).collect();
        let region = Region { dims, spacing: [1.0, 1.3, 2.9], inside, at };
        let points = points(&region);
        let pairs = |same: Option<usize>| {
            let near = |a: &Point, b: &Point| same.is_none_or(|axis| a[axis] == b[axis]);
            let of = |a| {
                points.iter().filter(move |b| near(a, b)).map(move |b| farthest(&[*a, *b], region.spacing))
            };
            points.iter().flat_map(of).fold(0.0, f64::max)
        };
        let expected = [Some(2), Some(1), Some(0), None].map(pairs);
        for (found, expected) in diameters(&region).into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }
}
