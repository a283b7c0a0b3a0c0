//! Where voxels lie in the patient, and whether two images lie in the same place.
//!
//! World axes are NIfTI's: x grows to the patient's right, y to the front, z to the head (RAS+). DICOM and most NRRD
//! files count x to the left and y to the back; their readers turn both signs, so that an image and its mask agree
//! whatever they are stored in.
//! Never: resampling one image onto the other. A mask on another grid is refused, since it may belong to another
//! image.

/// Largest difference of a spacing, in mm: the rounding of 32-bit headers.
const SPACING_TOLERANCE: f64 = 1e-3;
/// Largest difference of an origin, in parts of a voxel.
const ORIGIN_TOLERANCE: f64 = 1e-2;
/// Largest difference of a direction cosine.
const DIRECTION_TOLERANCE: f64 = 1e-3;

/// Largest cosine between two voxel axes.
pub(crate) const PERPENDICULAR: f64 = 1e-3;

const AXES: [&str; 3] = ["x", "y", "z"];

/// The placement of a voxel grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Voxels along each axis; the first varies fastest in memory.
    pub dims: [usize; 3],
    /// Distance of voxel centres along each axis, mm.
    pub spacing: [f64; 3],
    /// Centre of the first voxel, mm.
    pub origin: [f64; 3],
    /// Column `j` is the unit vector of voxel axis `j`: `direction[i][j]` is its component along world axis `i`.
    pub direction: [[f64; 3]; 3],
}

/// How two grids differ, in the first field that does.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "image and mask lie on different grids: {0}; draw the mask on this image, or resample it onto its grid"
)]
pub struct GeometryDifference(String);

impl GeometryDifference {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "CNS-D-0108"
    }

    /// The field, and by how much it differs.
    pub(crate) fn field(&self) -> &str {
        &self.0
    }
}

impl Grid {
    /// A grid along the world's axes with its first voxel at zero.
    #[must_use]
    pub fn axis_aligned(dims: [usize; 3], spacing: [f64; 3]) -> Self {
        let direction = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        Self { dims, spacing, origin: [0.0; 3], direction }
    }

    /// A grid whose voxel axis `j` steps by the vector `steps[j]` in mm; none where they are not perpendicular.
    pub(crate) fn from_steps(dims: [usize; 3], steps: [[f64; 3]; 3], origin: [f64; 3]) -> Option<Self> {
        let product = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
        let spacing = steps.map(|step| product(step, step).sqrt());
        let direction: [[f64; 3]; 3] =
            std::array::from_fn(|i| std::array::from_fn(|j| steps[j][i] / spacing[j]));
        let cosine = |a: usize, b: usize| (product(steps[a], steps[b]) / (spacing[a] * spacing[b])).abs();
        let skew = cosine(0, 1).max(cosine(0, 2)).max(cosine(1, 2));
        let grid = Self { dims, spacing, origin, direction };
        (skew <= PERPENDICULAR && grid.is_valid() && origin.iter().all(|mm| mm.is_finite())).then_some(grid)
    }

    /// Number of voxels.
    #[must_use]
    pub fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// Whether some axis has no voxel.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where a point in mm lies, in voxels from the centre of the first.
    #[must_use]
    pub fn voxel_of(&self, point: [f64; 3]) -> [f64; 3] {
        let offset: [f64; 3] = std::array::from_fn(|i| point[i] - self.origin[i]);
        std::array::from_fn(|j| {
            let along: f64 = (0..3).map(|i| self.direction[i][j] * offset[i]).sum();
            along / self.spacing[j]
        })
    }

    /// The place in memory of a voxel with whole coordinates, if the grid has it.
    pub(crate) fn index_of(&self, voxel: [f64; 3]) -> Option<usize> {
        let within = |axis: usize| (0.0..self.dims[axis] as f64).contains(&voxel[axis]);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a voxel of the grid")]
        let [i, j, k] = voxel.map(|x| x as usize);
        (0..3).all(within).then(|| (k * self.dims[1] + j) * self.dims[0] + i)
    }

    pub(crate) fn is_valid(&self) -> bool {
        !self.is_empty() && self.spacing.iter().all(|mm| *mm > 0.0 && mm.is_finite())
    }
}

/// Checks that an image and its mask have the same number of voxels in the same places.
pub fn same_grid(image: &Grid, mask: &Grid) -> Result<(), GeometryDifference> {
    if image.dims != mask.dims {
        let show = |dims: [usize; 3]| dims.map(|n| n.to_string()).join(" x ");
        let text = format!("dimensions: image {}, mask {} voxels", show(image.dims), show(mask.dims));
        return Err(GeometryDifference(text));
    }
    for (axis, name) in AXES.into_iter().enumerate() {
        near("spacing", name, image.spacing[axis], mask.spacing[axis], SPACING_TOLERANCE, " mm")?;
        let tolerance = ORIGIN_TOLERANCE * image.spacing[axis];
        near("origin", name, image.origin[axis], mask.origin[axis], tolerance, " mm")?;
    }
    for (image, mask) in image.direction.iter().zip(&mask.direction) {
        for (axis, name) in AXES.into_iter().enumerate() {
            near("direction", name, image[axis], mask[axis], DIRECTION_TOLERANCE, "")?;
        }
    }
    Ok(())
}

fn near(
    field: &str,
    axis: &str,
    image: f64,
    mask: f64,
    tolerance: f64,
    unit: &str,
) -> Result<(), GeometryDifference> {
    let off = (image - mask).abs();
    if off <= tolerance {
        return Ok(());
    }
    Err(GeometryDifference(format!(
        "{field} along {axis} differs by {off:.4}{unit} (image {image:.4}, mask {mask:.4})"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_and_the_amount_are_named() {
        let grid = Grid::axis_aligned([4, 5, 6], [1.0, 1.0, 3.0]);
        assert!(same_grid(&grid, &grid).is_ok());
        let message = |mask: Grid| same_grid(&grid, &mask).unwrap_err().to_string();
        let dims = message(Grid { dims: [4, 5, 7], ..grid.clone() });
        assert!(dims.contains("image 4 x 5 x 6, mask 4 x 5 x 7"), "{dims}");
        let spacing = message(Grid { spacing: [1.0, 1.0, 3.3], ..grid.clone() });
        assert!(spacing.contains("spacing along z differs by 0.3000 mm"), "{spacing}");
        let origin = message(Grid { origin: [0.0, -2.5, 0.0], ..grid.clone() });
        assert!(origin.contains("origin along y differs by 2.5000 mm"), "{origin}");
        let direction = [[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        assert!(message(Grid { direction, ..grid.clone() }).contains("direction along x differs by 2.0000"));
    }

    #[test]
    fn the_rounding_of_a_header_is_no_difference() {
        let grid = Grid::axis_aligned([4, 5, 6], [0.976_562_5, 1.0, 3.0]);
        let rounded = Grid { spacing: [0.976_563, 1.0, 3.0], origin: [1e-5, 0.0, 0.0], ..grid.clone() };
        assert!(same_grid(&grid, &rounded).is_ok());
    }
}
