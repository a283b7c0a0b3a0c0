//! The size and shape of a region of one slice.
//!
//! Never here: intensities. Specification: PyRadiomics 3.1.0, radiomics/shape2D.py and `calculate_coefficients2D` of
//! radiomics/src/cshape.c: marching squares between pixel centres, every line half way.

use std::f64::consts::PI;

use super::region::Region;
use super::shape::{farthest, variances};

/// Lines of every kind of square, as pairs of edges.
#[rustfmt::skip]
const LINES: [&[usize]; 16] = [
    &[], &[3, 0], &[0, 1], &[3, 1], &[1, 2], &[1, 2, 3, 0], &[0, 2], &[3, 2],
    &[2, 3], &[2, 0], &[0, 1, 2, 3], &[2, 1], &[1, 3], &[1, 0], &[0, 3], &[],
];

/// Middles of a square's edges, row and column, in half pixels.
const MIDDLES: [[i32; 2]; 4] = [[0, 1], [1, 2], [2, 1], [1, 0]];

/// What the features are computed from.
pub(crate) struct Shape2d {
    perimeter: f64,
    surface: f64,
    /// Pixels times their area, mm^2.
    counted: f64,
    diameter: f64,
    /// Variances along the principal axes, ascending, mm^2.
    variances: Vec<f64>,
}

impl Shape2d {
    /// `flat` is the axis across the slice: 0 for z, 1 for y, 2 for x.
    pub(crate) fn new(region: &Region, flat: usize) -> Self {
        // rows before columns
        let axes = [[1, 2], [0, 2], [0, 1]][2 - flat.min(2)];
        let [columns, rows] = axes;
        let plane = Plane { region, rows, columns };
        let (mut perimeter, mut surface, mut ends) = (0.0, 0.0, Vec::new());
        for [a, b] in plane.lines() {
            let [mm_a, mm_b] = [a, b].map(|point| plane.mm(point));
            surface += (mm_a[0] * mm_b[1] - mm_b[0] * mm_a[1]) / 2.0;
            perimeter += ((mm_a[0] - mm_b[0]).powi(2) + (mm_a[1] - mm_b[1]).powi(2)).sqrt();
            ends.push(plane.point(a));
        }
        Self {
            perimeter,
            surface,
            counted: region.at.len() as f64 * region.spacing[rows] * region.spacing[columns],
            diameter: farthest(&ends, region.spacing),
            variances: variances(region, axes),
        }
    }

    pub(crate) fn elongation(&self) -> f64 {
        (self.variances[0] / self.variances[1]).sqrt()
    }

    pub(crate) fn major_axis_length(&self) -> f64 {
        4.0 * self.variances[1].sqrt()
    }

    pub(crate) fn minor_axis_length(&self) -> f64 {
        4.0 * self.variances[0].sqrt()
    }

    pub(crate) fn diameter(&self) -> f64 {
        self.diameter
    }

    pub(crate) fn mesh_surface(&self) -> f64 {
        self.surface
    }

    pub(crate) fn pixel_surface(&self) -> f64 {
        self.counted
    }

    pub(crate) fn perimeter(&self) -> f64 {
        self.perimeter
    }

    pub(crate) fn perimeter_surface_ratio(&self) -> f64 {
        self.perimeter / self.surface
    }

    pub(crate) fn sphericity(&self) -> f64 {
        2.0 * (PI * self.surface).sqrt() / self.perimeter
    }

    pub(crate) fn spherical_disproportion(&self) -> f64 {
        1.0 / self.sphericity()
    }
}

/// A region of one slice, with the axes its rows and columns count along.
struct Plane<'a> {
    region: &'a Region,
    rows: usize,
    columns: usize,
}

impl Plane<'_> {
    /// The lines around the region, each from and to a row and a column in half pixels of the padded slice.
    fn lines(&self) -> Vec<[[i32; 2]; 2]> {
        let (ny, nx) = (self.region.dims[self.rows], self.region.dims[self.columns]);
        let mut lines = Vec::new();
        for (y, x) in (0..=ny).flat_map(|y| (0..=nx).map(move |x| (y, x))) {
            let corners = [(y, x), (y, x + 1), (y + 1, x + 1), (y + 1, x)];
            let kind = (0..4).fold(0, |kind, bit| kind | usize::from(self.has(corners[bit])) << bit);
            let corner = [y, x].map(|at| i32::try_from(2 * at).unwrap_or(i32::MAX));
            let point = |edge: usize| [corner[0] + MIDDLES[edge][0], corner[1] + MIDDLES[edge][1]];
            lines.extend(LINES[kind].chunks_exact(2).map(|line| [point(line[0]), point(line[1])]));
        }
        lines
    }

    /// Whether a pixel of the padded slice belongs to the region.
    fn has(&self, (y, x): (usize, usize)) -> bool {
        let dims = self.region.dims;
        if y == 0 || x == 0 || y > dims[self.rows] || x > dims[self.columns] {
            return false;
        }
        let strides = [1, dims[0], dims[0] * dims[1]];
        self.region.inside[(y - 1) * strides[self.rows] + (x - 1) * strides[self.columns]]
    }

    fn mm(&self, [y, x]: [i32; 2]) -> [f64; 2] {
        let spacing = self.region.spacing;
        [f64::from(y) / 2.0 * spacing[self.rows], f64::from(x) / 2.0 * spacing[self.columns]]
    }

    fn point(&self, [y, x]: [i32; 2]) -> [i32; 3] {
        let mut point = [0; 3];
        (point[self.rows], point[self.columns]) = (y, x);
        point
    }
}
