//! The region of interest, cut out of the image once: its box, its two masks, its intensities.
//! Never here: feature formulas.
//! Specification: IBSI reference manual, sections 2.5 (re-segmentation) and 2.6 (ROI extraction: the
//! morphological and the intensity mask), DOI 10.1148/radiol.2020191145.

use consilium_imaging::{RoiMask, Volume, same_grid};

use crate::statistics::Statistics;
use crate::{Error, Settings};

/// First and last voxel along each axis.
pub(crate) type Bounds = [[usize; 2]; 3];

/// A region of interest in the box that encloses its morphological mask; x runs fastest.
#[derive(Debug)]
pub(crate) struct Roi {
    /// Voxels of the box along x, y and z.
    pub(crate) dims: [usize; 3],
    /// Where the box begins in the image, in voxels.
    pub(crate) start: [usize; 3],
    /// Distance between voxel centres, in mm.
    pub(crate) spacing: [f64; 3],
    /// The morphological mask over the box.
    pub(crate) morphological: Vec<bool>,
    /// The intensity mask: box indices, ascending.
    pub(crate) at: Vec<usize>,
    /// The intensities at those indices.
    pub(crate) intensities: Vec<f64>,
}

impl Roi {
    pub(crate) fn new(image: &Volume, mask: &RoiMask, settings: &Settings) -> Result<Self, Error> {
        same_grid(image.grid(), mask.grid())?;
        let grid = mask.grid();
        let bounds = bounding_box(grid.dims, mask.inside()).ok_or(Error::EmptyMask)?;
        let dims = bounds.map(|[first, last]| last - first + 1);
        let mut roi = Self {
            dims,
            start: bounds.map(|[first, _]| first),
            spacing: grid.spacing,
            morphological: vec![],
            at: vec![],
            intensities: vec![],
        };
        roi.copy(grid.dims, bounds, image.voxels(), mask.inside())?;
        roi.resegment(settings)?;
        Ok(roi)
    }

    /// The same region of a response map on the image's grid.
    pub(crate) fn in_response(&self, response: &Volume) -> Self {
        let ([nx, ny, _], [x0, y0, z0]) = (response.grid().dims, self.start);
        let intensity = |index: &usize| {
            let [x, y, z] = self.position(*index);
            response.voxels()[((z + z0) * ny + y + y0) * nx + x + x0]
        };
        let intensities = self.at.iter().map(intensity).collect();
        Self { intensities, morphological: self.morphological.clone(), at: self.at.clone(), ..*self }
    }

    /// The least and the greatest intensity.
    pub(crate) fn extremes(&self) -> (f64, f64) {
        let start = (f64::INFINITY, f64::NEG_INFINITY);
        self.intensities.iter().fold(start, |(least, greatest), x| (least.min(*x), greatest.max(*x)))
    }

    /// Position along x, y, z of a box index.
    pub(crate) fn position(&self, index: usize) -> [usize; 3] {
        let [nx, ny, _] = self.dims;
        [index % nx, index / nx % ny, index / (nx * ny)]
    }

    fn copy(
        &mut self,
        [nx, ny, _]: [usize; 3],
        [x, y, z]: Bounds,
        voxels: &[f64],
        inside: &[bool],
    ) -> Result<(), Error> {
        for row in (z[0]..=z[1]).flat_map(|k| (y[0]..=y[1]).map(move |j| (k * ny + j) * nx)) {
            let (from, to) = (row + x[0], row + x[1]);
            let start = self.morphological.len();
            self.morphological.extend_from_slice(&inside[from..=to]);
            for (step, index) in (from..=to).enumerate().filter(|(_, index)| inside[*index]) {
                self.at.push(start + step);
                self.intensities.push(voxels[index]);
            }
        }
        match self.intensities.iter().filter(|value| !value.is_finite()).count() {
            0 => Ok(()),
            count => Err(Error::NotFinite { count }),
        }
    }

    /// The range first, then the outliers of what is left.
    fn resegment(&mut self, settings: &Settings) -> Result<(), Error> {
        if let Some([lower, upper]) = settings.window {
            self.keep(lower, upper)?;
        }
        if let Some(sigmas) = settings.outliers {
            let statistics = Statistics::new(&self.intensities);
            let reach = sigmas * statistics.var().sqrt();
            self.keep(statistics.mean() - reach, statistics.mean() + reach)?;
        }
        Ok(())
    }

    /// Both ends belong to what is kept.
    fn keep(&mut self, lower: f64, upper: f64) -> Result<(), Error> {
        let kept = |value: f64| (lower..=upper).contains(&value);
        let mut values = self.intensities.iter();
        self.at.retain(|_| values.next().is_some_and(|value| kept(*value)));
        self.intensities.retain(|value| kept(*value));
        if self.at.is_empty() { Err(Error::EmptyWindow { lower, upper }) } else { Ok(()) }
    }
}

/// First and last occupied index along each axis.
pub(crate) fn bounding_box([nx, ny, _]: [usize; 3], inside: &[bool]) -> Option<Bounds> {
    let mut bounds: Option<Bounds> = None;
    for (row, cells) in inside.chunks_exact(nx.max(1)).enumerate() {
        let Some(first) = cells.iter().position(|cell| *cell) else { continue };
        let last = cells.iter().rposition(|cell| *cell).unwrap_or(first);
        let found = [[first, last], [row % ny; 2], [row / ny; 2]];
        bounds = Some(bounds.map_or(found, |old| widened(old, found)));
    }
    bounds
}

fn widened(a: Bounds, b: Bounds) -> Bounds {
    std::array::from_fn(|axis| [a[axis][0].min(b[axis][0]), a[axis][1].max(b[axis][1])])
}
