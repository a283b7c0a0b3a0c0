//! The smallest box around the hull that has a face in common with it.
//!
//! Of the boxes on each face of the hull the one with the least volume is taken. A smaller one can touch the hull with edges
//! alone (O'Rourke, 1985); like all implementations of the feature this one does not look for it: IBSI gives no reference.
//! Specification: IBSI reference manual, section 3.1 (ZH1A, IQYR).

use super::hull::Hull;
use super::vector::{Vector, cross, dot, norm, scaled_by, sub};

/// Edges of the box, mm.
#[derive(Debug)]
pub(crate) struct BoundingBox {
    edges: Vector,
}

impl BoundingBox {
    pub(crate) fn new(hull: &Hull) -> Self {
        let normals = distinct(&hull.normals);
        let mut best = Self { edges: [f64::INFINITY; 3] };
        for normal in &normals {
            let height = extent(&hull.corners, *normal);
            // the shadow of the hull is no larger than the rectangle around it
            if height * shadow(&hull.normals, *normal) >= best.volume() {
                continue;
            }
            let [a, b] = rectangle(&flat(&hull.corners, *normal));
            if a * b * height < best.volume() {
                best = Self { edges: [a, b, height] };
            }
        }
        best
    }

    pub(crate) fn volume(&self) -> f64 {
        self.edges.iter().product()
    }

    pub(crate) fn area(&self) -> f64 {
        let [a, b, c] = self.edges;
        2.0 * (a * b + b * c + c * a)
    }
}

/// Unit vectors of the planes' directions, each once.
fn distinct(normals: &[Vector]) -> Vec<Vector> {
    let upward = |normal: &Vector| {
        let unit = scaled_by(*normal, 1.0 / norm(*normal));
        let leading = unit.iter().find(|x| x.abs() > 1e-9).copied().unwrap_or(1.0);
        scaled_by(unit, leading.signum())
    };
    let mut units: Vec<Vector> = normals.iter().map(upward).collect();
    units.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])).then(a[2].total_cmp(&b[2])));
    units.dedup_by(|a, b| norm(sub(*a, *b)) < 1e-9);
    units
}

fn extent(points: &[Vector], along: Vector) -> f64 {
    let start = (f64::INFINITY, f64::NEG_INFINITY);
    let (least, greatest) =
        points.iter().map(|p| dot(*p, along)).fold(start, |(a, b), x| (a.min(x), b.max(x)));
    greatest - least
}

/// Area of the hull's projection; `normals` have the length of their faces' areas.
fn shadow(normals: &[Vector], along: Vector) -> f64 {
    normals.iter().fold(0.0, |sum, normal| sum + dot(*normal, along).abs()) / 2.0
}

/// The corners of the points' projection along a unit vector, counter-clockwise.
fn flat(points: &[Vector], along: Vector) -> Vec<[f64; 2]> {
    let [x, y, z] = along.map(f64::abs);
    let other = if x <= y && x <= z {
        [1.0, 0.0, 0.0]
    } else if y <= z {
        [0.0, 1.0, 0.0]
    } else {
        [0.0, 0.0, 1.0]
    };
    let u = cross(along, other);
    let u = scaled_by(u, 1.0 / norm(u));
    let v = cross(along, u);
    let mut flat: Vec<[f64; 2]> = points.iter().map(|p| [dot(*p, u), dot(*p, v)]).collect();
    flat.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    let mut corners = half(flat.iter());
    corners.extend(half(flat.iter().rev()));
    corners
}

/// One side of a convex polygon, without its last corner.
fn half<'a>(points: impl Iterator<Item = &'a [f64; 2]>) -> Vec<[f64; 2]> {
    let mut chain: Vec<[f64; 2]> = Vec::new();
    for point in points {
        while let [.., before, last] = chain.as_slice() {
            let turn = (last[0] - before[0]) * (point[1] - before[1])
                - (last[1] - before[1]) * (point[0] - before[0]);
            if turn > 0.0 {
                break;
            }
            chain.pop();
        }
        chain.push(*point);
    }
    chain.pop();
    chain
}

/// Edges of the smallest rectangle around a convex polygon: one of its sides lies on a side of the polygon.
fn rectangle(corners: &[[f64; 2]]) -> [f64; 2] {
    let mut best = [f64::INFINITY; 2];
    for (a, b) in corners.iter().zip(corners.iter().cycle().skip(1)) {
        let length = (b[0] - a[0]).hypot(b[1] - a[1]);
        let side = [(b[0] - a[0]) / length, (b[1] - a[1]) / length];
        let along = |p: &[f64; 2]| p[0] * side[0] + p[1] * side[1];
        let across = |p: &[f64; 2]| p[1] * side[0] - p[0] * side[1];
        let span = |of: &dyn Fn(&[f64; 2]) -> f64| {
            let start = (f64::INFINITY, f64::NEG_INFINITY);
            let (least, greatest) = corners.iter().map(of).fold(start, |(l, g), x| (l.min(x), g.max(x)));
            greatest - least
        };
        let found = [span(&along), span(&across)];
        if length > 0.0 && found[0] * found[1] < best[0] * best[1] {
            best = found;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_box_is_found() {
        let (sine, cosine) = (0.6, 0.8);
        let turned = |x: f64, y: f64| [cosine * x - sine * y, sine * x + cosine * y];
        let corners = [turned(0.0, 0.0), turned(5.0, 0.0), turned(5.0, 2.0), turned(0.0, 2.0)];
        let mut edges = rectangle(&corners);
        edges.sort_by(f64::total_cmp);
        assert!((edges[0] - 2.0).abs() < 1e-12 && (edges[1] - 5.0).abs() < 1e-12, "{edges:?}");
    }
}
