//! A region with its grey levels by place, and the part of it within a kernel.
//!
//! Never here: features.

use consilium_imaging::{Grid, RoiMask};

use super::Kernel;
use crate::Error;
use crate::discretise::Levels;
use crate::roi::{Roi, bounding_box};

/// A region in its box, x fastest.
pub(super) struct Field {
    dims: [usize; 3],
    start: [usize; 3],
    spacing: [f64; 3],
    morphological: Vec<bool>,
    intensities: Vec<f64>,
    /// 0 outside of the intensity mask.
    levels: Vec<u16>,
    level_count: usize,
    targets: Vec<[usize; 3]>,
}

impl Field {
    /// A region with its levels, and the mask whose voxels have a kernel.
    pub(super) fn new(roi: &Roi, levels: &Levels, mask: &RoiMask) -> Self {
        let cells = roi.morphological.len();
        let mut field = Self {
            dims: roi.dims,
            start: roi.start,
            spacing: roi.spacing,
            morphological: roi.morphological.clone(),
            intensities: vec![0.0; cells],
            levels: vec![0; cells],
            level_count: levels.count,
            targets: Vec::new(),
        };
        for ((at, intensity), level) in roi.at.iter().zip(&roi.intensities).zip(&levels.values) {
            (field.intensities[*at], field.levels[*at]) = (*intensity, *level);
            let target = roi.position(*at);
            if mask.inside()[field.in_image(target, mask.grid())] {
                field.targets.push(target);
            }
        }
        field
    }

    /// The voxels of the mask that are left after re-segmentation, as positions in the box.
    pub(super) fn targets(&self) -> &[[usize; 3]] {
        &self.targets
    }

    /// The index in the image of a position in the box.
    pub(super) fn in_image(&self, at: [usize; 3], grid: &Grid) -> usize {
        let [x, y, z]: [usize; 3] = std::array::from_fn(|axis| at[axis] + self.start[axis]);
        (z * grid.dims[1] + y) * grid.dims[0] + x
    }

    pub(super) fn window(&self, kernel: Kernel) -> Window<'_> {
        let roi = Roi {
            dims: [0; 3],
            start: [0; 3],
            spacing: self.spacing,
            morphological: vec![],
            at: vec![],
            intensities: vec![],
        };
        let levels = Levels { values: vec![], count: self.level_count };
        let reach = [kernel.radius, kernel.radius, if kernel.flat { 0 } else { kernel.radius }];
        Window { field: self, reach, roi, levels }
    }
}

/// The part of a field within a kernel; moved from voxel to voxel, it keeps its memory.
pub(super) struct Window<'a> {
    field: &'a Field,
    reach: [usize; 3],
    roi: Roi,
    levels: Levels,
}

impl Window<'_> {
    pub(super) fn move_to(&mut self, target: [usize; 3]) {
        let (field, reach) = (self.field, self.reach);
        let bounds: [[usize; 2]; 3] = std::array::from_fn(|axis| {
            let last = (target[axis] + reach[axis]).min(field.dims[axis] - 1);
            [target[axis].saturating_sub(reach[axis]), last]
        });
        self.roi.dims = bounds.map(|[first, last]| last - first + 1);
        self.roi.start = std::array::from_fn(|axis| field.start[axis] + bounds[axis][0]);
        self.roi.morphological.clear();
        self.roi.at.clear();
        self.roi.intensities.clear();
        self.levels.values.clear();
        let [x, y, z] = bounds;
        for row in
            (z[0]..=z[1]).flat_map(|k| (y[0]..=y[1]).map(move |j| (k * field.dims[1] + j) * field.dims[0]))
        {
            for cell in row + x[0]..=row + x[1] {
                self.push(cell);
            }
        }
    }

    fn push(&mut self, cell: usize) {
        let level = self.field.levels[cell];
        if level > 0 {
            self.roi.at.push(self.roi.morphological.len());
            self.roi.intensities.push(self.field.intensities[cell]);
            self.levels.values.push(level);
        }
        self.roi.morphological.push(self.field.morphological[cell]);
    }

    pub(super) fn region(&self) -> (&Roi, &Levels) {
        (&self.roi, &self.levels)
    }
}

/// The region's box with the kernel's radius around it, where the image has it.
pub(super) fn surroundings(mask: &RoiMask, kernel: Kernel) -> Result<RoiMask, Error> {
    let grid = mask.grid();
    let bounds = bounding_box(grid.dims, mask.inside()).ok_or(Error::EmptyMask)?;
    let reach = [kernel.radius, kernel.radius, if kernel.flat { 0 } else { kernel.radius }];
    let is_near = |at: [usize; 3]| {
        (0..3).all(|axis| {
            at[axis] + reach[axis] >= bounds[axis][0] && at[axis] <= bounds[axis][1] + reach[axis]
        })
    };
    let [nx, ny, _] = grid.dims;
    let inside = (0..grid.len()).map(|i| is_near([i % nx, i / nx % ny, i / (nx * ny)])).collect();
    Ok(RoiMask::new(grid.clone(), inside).expect("as many voxels as the grid has"))
}
