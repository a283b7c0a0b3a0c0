//! The convex hull of the mesh: volume, area, and the largest distance between two of its points.
//!
//! Vertices of the mesh lie half way between voxel centres, so in units of half a voxel they are whole numbers and every
//! decision is exact. The hull of a grid does not depend on its spacing; lengths come in at the end.
//! Specification: IBSI reference manual, section 3.1 (R3ER, 7T7F, L0JK).

use std::collections::{BTreeMap, BTreeSet};

use super::vector::{Vector, cross, dot, norm, scaled_by, sub};
use crate::roi::Roi;

/// A point in units of half a voxel.
type Point = [i64; 3];
/// Three points, counter-clockwise seen from outside.
type Face = [usize; 3];

/// The hull's measures, mm.
#[derive(Debug)]
pub(crate) struct Hull {
    pub(crate) volume: f64,
    pub(crate) area: f64,
    pub(crate) diameter: f64,
    pub(crate) corners: Vec<Vector>,
    /// One a face, as long as its area.
    pub(crate) normals: Vec<Vector>,
}

impl Hull {
    pub(crate) fn new(roi: &Roi) -> Self {
        let points = candidates(roi);
        let faces = faces(&points);
        let mm = |point: usize| -> Vector {
            std::array::from_fn(|axis| points[point][axis] as f64 / 2.0 * roi.spacing[axis])
        };
        let (mut volume, mut area, mut normals) = (0.0, 0.0, Vec::with_capacity(faces.len()));
        for [a, b, c] in &faces {
            let (a, b, c) = (mm(*a), mm(*b), mm(*c));
            let normal = scaled_by(cross(sub(b, a), sub(c, a)), 0.5);
            volume += dot(a, cross(b, c)) / 6.0;
            area += norm(normal);
            normals.push(normal);
        }
        let corners: BTreeSet<usize> = faces.iter().flatten().copied().collect();
        let corners: Vec<Vector> = corners.into_iter().map(mm).collect();
        Self { volume, area, diameter: diameter(&corners), corners, normals }
    }
}

fn diameter(points: &[Vector]) -> f64 {
    let farthest =
        |(i, a): (usize, &Vector)| points[i + 1..].iter().fold(0.0, |max: f64, b| max.max(norm(sub(*a, *b))));
    points.iter().enumerate().map(farthest).fold(0.0, f64::max)
}

/// Vertices of the mesh that can be corners of the hull: on each line along x the first and the last, and of those in one
/// plane across z the corners of their own hull.
fn candidates(roi: &Roi) -> Vec<Point> {
    let mut planes: BTreeMap<i64, BTreeSet<Point>> = BTreeMap::new();
    let [nx, ny, nz] = roi.dims;
    for (z, y) in (0..nz).flat_map(|z| (0..ny).map(move |y| (z, y))) {
        let row = &roi.morphological[(z * ny + y) * nx..][..nx];
        let Some(first) = row.iter().position(|voxel| *voxel) else { continue };
        let last = row.iter().rposition(|voxel| *voxel).unwrap_or(first);
        let [first, last, y, z] = [first, last, y, z].map(|n| 2 * n.cast_signed() as i64);
        // a vertex beside the line exists only if the neighbour is outside; inside, its own line reaches further
        for (out, dy, dz) in [(1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)] {
            let ends = [[first - out, y + dy, z + dz], [last + out, y + dy, z + dz]];
            planes.entry(z + dz).or_default().extend(ends);
        }
    }
    far_first(planes.into_values().flat_map(|plane| corners(&plane)).collect())
}

/// Corners of the hull of points in one plane across z, by monotone chains.
fn corners(plane: &BTreeSet<Point>) -> Vec<Point> {
    let mut found = chain(plane.iter().copied());
    found.extend(chain(plane.iter().rev().copied()));
    found
}

/// One side of the hull of points that come in order along x.
fn chain(points: impl Iterator<Item = Point>) -> Vec<Point> {
    let mut chain: Vec<Point> = Vec::new();
    for point in points {
        while let [.., before, last] = chain.as_slice() {
            let turn = (last[0] - before[0]) * (point[1] - before[1])
                - (last[1] - before[1]) * (point[0] - before[0]);
            if turn > 0 {
                break;
            }
            chain.pop();
        }
        chain.push(point);
    }
    chain
}

/// Points far from the centre first: most of the others then lie inside.
fn far_first(mut points: Vec<Point>) -> Vec<Point> {
    let n = points.len().cast_signed() as i64;
    let centre: Point = std::array::from_fn(|axis| points.iter().map(|point| point[axis]).sum::<i64>() / n);
    let squared = |point: &Point| (0..3).map(|axis| (point[axis] - centre[axis]).pow(2)).sum::<i64>();
    points.sort_by_key(|point| (-squared(point), *point));
    points
}

/// Incremental hull. The mesh of even one voxel has volume, so a first tetrahedron exists.
fn faces(points: &[Point]) -> Vec<Face> {
    let mut faces = tetrahedron(points);
    for point in 0..points.len() {
        let (seen, mut kept): (Vec<Face>, Vec<Face>) =
            faces.iter().copied().partition(|face| side(points, *face, point) > 0);
        if seen.is_empty() {
            continue;
        }
        let edges: BTreeSet<[usize; 2]> = seen.iter().flat_map(|face| edges(*face)).collect();
        let horizon = edges.iter().filter(|[a, b]| !edges.contains(&[*b, *a]));
        kept.extend(horizon.map(|[a, b]| [*a, *b, point]));
        faces = kept;
    }
    faces
}

fn edges([a, b, c]: Face) -> [[usize; 2]; 3] {
    [[a, b], [b, c], [c, a]]
}

/// Positive when a point lies outside a face: six times the volume they span, exactly.
fn side(points: &[Point], [a, b, c]: Face, point: usize) -> i64 {
    let from = |other: usize| -> Point { std::array::from_fn(|axis| points[other][axis] - points[a][axis]) };
    let ([bx, by, bz], [cx, cy, cz], [px, py, pz]) = (from(b), from(c), from(point));
    (by * cz - bz * cy) * px + (bz * cx - bx * cz) * py + (bx * cy - by * cx) * pz
}

fn tetrahedron(points: &[Point]) -> Vec<Face> {
    let line = |b: &usize| points[*b] != points[0];
    let b = (1..points.len()).find(line).expect("a mesh has volume");
    let is_triangle = |c: &usize| {
        let from =
            |other: usize| -> Point { std::array::from_fn(|axis| points[other][axis] - points[0][axis]) };
        let ([bx, by, bz], [cx, cy, cz]) = (from(b), from(*c));
        [by * cz - bz * cy, bz * cx - bx * cz, bx * cy - by * cx] != [0; 3]
    };
    let c = (1..points.len()).find(is_triangle).expect("a mesh has volume");
    let d = (1..points.len()).find(|d| side(points, [0, b, c], *d) != 0).expect("a mesh has volume");
    let [b, c] = if side(points, [0, b, c], d) < 0 { [b, c] } else { [c, b] };
    vec![[0, b, c], [0, c, d], [c, b, d], [b, 0, d]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hull_of_a_cube_and_what_lies_in_it() {
        let mut points: Vec<Point> = Vec::new();
        for x in 0..=4 {
            for y in 0..=4 {
                points.extend((0..=4).map(|z| [x, y, z]));
            }
        }
        let points = far_first(points);
        let faces = faces(&points);
        let volume: i64 = faces.iter().map(|face| side(&points, *face, 0).abs()).sum();
        assert_eq!(volume, 6 * 64);
        assert!((0..points.len()).all(|point| faces.iter().all(|face| side(&points, *face, point) <= 0)));
    }
}
