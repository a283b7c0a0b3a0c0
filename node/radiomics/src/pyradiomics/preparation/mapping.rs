//! Voxel indices to points of the patient and back, in the order of operations of ITK 5.4.
//!
//! The order matters: where spacings are multiples of each other, new voxel centres lie on the edge between two old
//! ones, and the last bit decides which is nearest. Not reproduced: ITK inverts the matrix of an oblique grid by singular
//! values, which may differ in the last bit. Never here: voxels.
//! Specification: ITK 5.4, `ImageBase` and `ResampleImageFilter::LinearThreadedGenerateData`.

use consilium_imaging::Grid;

pub(crate) type Point = [f64; 3];

/// Index to point of a grid, and back.
pub(crate) struct Frame {
    origin: Point,
    forward: [Point; 3],
    backward: [Point; 3],
}

impl Frame {
    pub(crate) fn new(grid: &Grid) -> Self {
        let at = |i: usize, j: usize| grid.direction[i][j];
        let minor = |i: usize, j: usize| {
            let ([a, b], [c, d]) = ([(i + 1) % 3, (i + 2) % 3], [(j + 1) % 3, (j + 2) % 3]);
            at(a, c) * at(b, d) - at(a, d) * at(b, c)
        };
        let determinant = at(0, 0) * minor(0, 0) + at(0, 1) * minor(0, 1) + at(0, 2) * minor(0, 2);
        let table =
            |cell: &dyn Fn(usize, usize) -> f64| std::array::from_fn(|i| std::array::from_fn(|j| cell(i, j)));
        Self {
            origin: grid.origin,
            forward: table(&|i, j| at(i, j) * grid.spacing[j]),
            backward: table(&|i, j| (1.0 / grid.spacing[i]) * (minor(j, i) / determinant)),
        }
    }

    /// `TransformIndexToPhysicalPoint`.
    fn point_of_index(&self, index: Point) -> Point {
        std::array::from_fn(|i| (0..3).fold(self.origin[i], |sum, j| sum + self.forward[i][j] * index[j]))
    }

    /// `TransformContinuousIndexToPhysicalPoint`.
    pub(crate) fn point(&self, index: Point) -> Point {
        std::array::from_fn(|i| {
            (0..3).fold(0.0, |sum, j| sum + self.forward[i][j] * index[j]) + self.origin[i]
        })
    }

    /// `TransformPhysicalPointToContinuousIndex`.
    pub(crate) fn index(&self, point: Point) -> Point {
        let from: Point = std::array::from_fn(|i| point[i] - self.origin[i]);
        std::array::from_fn(|i| (0..3).fold(0.0, |sum, j| sum + self.backward[i][j] * from[j]))
    }
}

/// Where the voxels of one grid lie in another.
pub(crate) struct Mapping {
    to: Frame,
    from: Frame,
    row_length: usize,
}

impl Mapping {
    pub(crate) fn new(to: &Grid, from: &Grid) -> Self {
        Self { to: Frame::new(to), from: Frame::new(from), row_length: to.dims[0] }
    }

    /// The places of the voxels of a row, as continuous indices of the other grid: interpolated along the row.
    pub(crate) fn row(&self, y: usize, z: usize) -> impl Iterator<Item = Point> + use<> {
        let place = |x: usize| self.from.index(self.to.point_of_index([x as f64, y as f64, z as f64]));
        let (start, end, length) = (place(0), place(self.row_length), self.row_length as f64);
        (0..self.row_length).map(move |x| {
            let part = x as f64 / length;
            std::array::from_fn(|axis| start[axis] + part * (end[axis] - start[axis]))
        })
    }
}

/// Whether a continuous index lies in a buffer: half a voxel beyond the outermost centres, the upper end excluded.
pub(crate) fn is_inside(index: Point, dims: [usize; 3]) -> bool {
    index.iter().zip(dims).all(|(at, n)| *at >= -0.5 && *at < n as f64 - 0.5)
}
