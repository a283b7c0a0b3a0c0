//! Points spread over a sphere: an icosahedron whose edges are halved again and again.
//!
//! Never here: what is sampled at the points. Specification: trimesh 5.2, `creation.icosphere`, with its order of
//! vertices.

use std::collections::BTreeMap;

type Point = [f64; 3];
type Face = [usize; 3];

const SHORT: f64 = 0.525_731_112_119_133_6;
const LONG: f64 = 0.850_650_808_352_04;

const VERTICES: [Point; 12] = [
    [-SHORT, LONG, 0.0],
    [SHORT, LONG, 0.0],
    [-SHORT, -LONG, 0.0],
    [SHORT, -LONG, 0.0],
    [0.0, -SHORT, LONG],
    [0.0, SHORT, LONG],
    [0.0, -SHORT, -LONG],
    [0.0, SHORT, -LONG],
    [LONG, 0.0, -SHORT],
    [LONG, 0.0, SHORT],
    [-LONG, 0.0, -SHORT],
    [-LONG, 0.0, SHORT],
];

const FACES: [Face; 20] = [
    [0, 11, 5],
    [0, 5, 1],
    [0, 1, 7],
    [0, 7, 10],
    [0, 10, 11],
    [1, 5, 9],
    [5, 11, 4],
    [11, 10, 2],
    [10, 7, 6],
    [7, 1, 8],
    [3, 9, 4],
    [3, 4, 2],
    [3, 2, 6],
    [3, 6, 8],
    [3, 8, 9],
    [4, 9, 5],
    [2, 4, 11],
    [6, 2, 10],
    [8, 6, 7],
    [9, 8, 1],
];

/// Vertices at a distance from the origin: 10 * 4^subdivisions + 2 of them.
pub(super) fn icosphere(subdivisions: usize, radius: f64) -> Vec<Point> {
    let (mut vertices, mut faces) = (VERTICES.to_vec(), FACES.to_vec());
    if subdivisions == 0 {
        project(&mut vertices, radius);
    }
    for _ in 0..subdivisions {
        faces = halved(&mut vertices, &faces);
        project(&mut vertices, radius);
    }
    vertices
}

/// Four faces for each; the midpoints of edges are appended, sorted by the edge's higher and then lower vertex.
fn halved(vertices: &mut Vec<Point>, faces: &[Face]) -> Vec<Face> {
    let edge = |a: usize, b: usize| (a.max(b), a.min(b));
    let edges = |[a, b, c]: Face| [edge(a, b), edge(b, c), edge(c, a)];
    let mut middle: BTreeMap<_, usize> =
        faces.iter().flat_map(|face| edges(*face)).map(|edge| (edge, 0)).collect();
    for ((high, low), at) in &mut middle {
        *at = vertices.len();
        let (a, b) = (vertices[*low], vertices[*high]);
        vertices.push(std::array::from_fn(|axis| f64::midpoint(a[axis], b[axis])));
    }
    let split = |face: &Face| {
        let [[a, b, c], [ab, bc, ca]] = [*face, edges(*face).map(|edge| middle[&edge])];
        [[a, ab, ca], [ab, b, bc], [ca, bc, c], [ab, bc, ca]]
    };
    faces.iter().flat_map(split).collect()
}

fn project(vertices: &mut [Point], radius: f64) {
    for vertex in vertices {
        let length = vertex.iter().fold(0.0, |sum, x| sum + x * x).sqrt();
        *vertex = vertex.map(|x| x + x / length * (radius - length));
    }
}
