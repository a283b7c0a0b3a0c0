//! Three numbers with a direction: the few operations the shape features need.
//! Never here: anything that knows about voxels.
//! Specification: elementary vector algebra.

/// A point or an arrow, in mm.
pub(crate) type Vector = [f64; 3];

pub(crate) fn sub(a: Vector, b: Vector) -> Vector {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(crate) fn scaled(a: Vector, by: Vector) -> Vector {
    [a[0] * by[0], a[1] * by[1], a[2] * by[2]]
}

pub(crate) fn scaled_by(a: Vector, by: f64) -> Vector {
    a.map(|x| x * by)
}

pub(crate) fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

pub(crate) fn norm(a: Vector) -> f64 {
    dot(a, a).sqrt()
}
