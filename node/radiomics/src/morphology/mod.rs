//! Morphology (HCUG): the size and shape of the region, and how intensities lie in it.
//!
//! Specification: IBSI reference manual, section 3.1. Shape uses the morphological mask, centre-of-mass shift, integrated
//! intensity, Moran's I and Geary's C also the intensity mask.

mod autocorrelation;
mod axes;
mod bounding;
mod ellipsoid;
mod hull;
mod mesh;
mod spectrum;
mod vector;

use std::f64::consts::PI;

use crate::roi::Roi;
use autocorrelation::Autocorrelation;
use axes::Axes;
use bounding::BoundingBox;
use hull::Hull;
use mesh::Mesh;
pub(crate) use spectrum::smooth;
use vector::{Vector, norm, sub};

/// Everything the shape features are computed from.
#[derive(Debug)]
pub(crate) struct Morphology {
    mesh: Mesh,
    hull: Hull,
    axes: Axes,
    /// The oriented minimum bounding box.
    bounding: BoundingBox,
    /// Of the minimum volume enclosing ellipsoid.
    enclosing: Axes,
    /// Edges of the axis-aligned bounding box, mm.
    edges: Vector,
    /// Voxels of the morphological mask times their volume, mm^3.
    counted: f64,
    /// From the centre of the shape to the centre of the intensities, mm.
    shift: f64,
    mean_intensity: f64,
    autocorrelation: Autocorrelation,
}

impl Morphology {
    pub(crate) fn new(roi: &Roi) -> Self {
        let shape = centres(roi, |index| roi.morphological[index]);
        let voxel: f64 = roi.spacing.iter().product();
        let hull = Hull::new(roi);
        let n = roi.intensities.len() as f64;
        Self {
            mesh: mesh::mesh(roi),
            axes: Axes::new(&shape),
            bounding: BoundingBox::new(&hull),
            enclosing: ellipsoid::enclosing(&hull.corners),
            hull,
            edges: std::array::from_fn(|axis| roi.dims[axis] as f64 * roi.spacing[axis]),
            counted: shape.len() as f64 * voxel,
            shift: norm(sub(centroid(&shape), weighted_centroid(roi))),
            mean_intensity: roi.intensities.iter().fold(0.0, |sum, x| sum + x) / n,
            autocorrelation: Autocorrelation::new(roi),
        }
    }

    pub(crate) fn volume(&self) -> f64 {
        self.mesh.volume
    }

    pub(crate) fn vol_approx(&self) -> f64 {
        self.counted
    }

    pub(crate) fn area_mesh(&self) -> f64 {
        self.mesh.area
    }

    pub(crate) fn av(&self) -> f64 {
        self.mesh.area / self.mesh.volume
    }

    pub(crate) fn comp_1(&self) -> f64 {
        self.mesh.volume / (PI.sqrt() * self.mesh.area * self.mesh.area.sqrt())
    }

    pub(crate) fn comp_2(&self) -> f64 {
        36.0 * PI * self.mesh.volume.powi(2) / self.mesh.area.powi(3)
    }

    pub(crate) fn sph_dispr(&self) -> f64 {
        libm::cbrt(self.comp_2()).recip()
    }

    pub(crate) fn sphericity(&self) -> f64 {
        libm::cbrt(self.comp_2())
    }

    pub(crate) fn asphericity(&self) -> f64 {
        self.sph_dispr() - 1.0
    }

    pub(crate) fn com(&self) -> f64 {
        self.shift
    }

    pub(crate) fn diam(&self) -> f64 {
        self.hull.diameter
    }

    pub(crate) fn pca_maj_axis(&self) -> f64 {
        self.axes.lengths[0]
    }

    pub(crate) fn pca_min_axis(&self) -> f64 {
        self.axes.lengths[1]
    }

    pub(crate) fn pca_least_axis(&self) -> f64 {
        self.axes.lengths[2]
    }

    pub(crate) fn pca_elongation(&self) -> f64 {
        self.axes.lengths[1] / self.axes.lengths[0]
    }

    pub(crate) fn pca_flatness(&self) -> f64 {
        self.axes.lengths[2] / self.axes.lengths[0]
    }

    pub(crate) fn vol_dens_aabb(&self) -> f64 {
        self.mesh.volume / self.edges.iter().product::<f64>()
    }

    pub(crate) fn area_dens_aabb(&self) -> f64 {
        let [a, b, c] = self.edges;
        self.mesh.area / (2.0 * (a * b + b * c + c * a))
    }

    pub(crate) fn vol_dens_ombb(&self) -> f64 {
        self.mesh.volume / self.bounding.volume()
    }

    pub(crate) fn area_dens_ombb(&self) -> f64 {
        self.mesh.area / self.bounding.area()
    }

    pub(crate) fn vol_dens_aee(&self) -> f64 {
        self.mesh.volume / self.axes.ellipsoid_volume()
    }

    pub(crate) fn area_dens_aee(&self) -> f64 {
        self.mesh.area / self.axes.ellipsoid_area()
    }

    pub(crate) fn vol_dens_mvee(&self) -> f64 {
        self.mesh.volume / self.enclosing.ellipsoid_volume()
    }

    pub(crate) fn area_dens_mvee(&self) -> f64 {
        self.mesh.area / self.enclosing.ellipsoid_area()
    }

    pub(crate) fn vol_dens_conv_hull(&self) -> f64 {
        self.mesh.volume / self.hull.volume
    }

    pub(crate) fn area_dens_conv_hull(&self) -> f64 {
        self.mesh.area / self.hull.area
    }

    pub(crate) fn integ_int(&self) -> f64 {
        self.mean_intensity * self.mesh.volume
    }

    pub(crate) fn moran_i(&self) -> f64 {
        self.autocorrelation.moran
    }

    pub(crate) fn geary_c(&self) -> f64 {
        self.autocorrelation.geary
    }
}

/// Centre of a voxel of the box, mm.
fn centre(roi: &Roi, index: usize) -> Vector {
    let position = roi.position(index);
    std::array::from_fn(|axis| position[axis] as f64 * roi.spacing[axis])
}

fn centres(roi: &Roi, is_in: impl Fn(usize) -> bool) -> Vec<Vector> {
    (0..roi.morphological.len()).filter(|index| is_in(*index)).map(|index| centre(roi, index)).collect()
}

fn centroid(points: &[Vector]) -> Vector {
    let n = points.len() as f64;
    std::array::from_fn(|axis| points.iter().fold(0.0, |sum, point| sum + point[axis]) / n)
}

/// Centre of the intensity mask, each voxel weighted by its intensity.
fn weighted_centroid(roi: &Roi) -> Vector {
    let total = roi.intensities.iter().fold(0.0, |sum, x| sum + x);
    let along = |axis: usize| {
        let weighted = roi.at.iter().zip(&roi.intensities);
        weighted.fold(0.0, |sum, (index, x)| sum + x * centre(roi, *index)[axis]) / total
    };
    std::array::from_fn(along)
}
