//! Grey levels in a box with a border of zeros, so that every neighbour is an index away; and the steps to neighbours.
//!
//! Never here: counts. Specification: PyRadiomics 3.1.0, `build_angles` of radiomics/src/cmatrices.c.

use super::super::Error;
use super::super::parameters::Norm;
use super::super::region::Region;

/// More grey levels than this, of those that occur, fit no matrix.
const MAX_SIDE: usize = 4096;

/// A step to a neighbour along x, y and z.
pub(crate) type Step = [isize; 3];

/// The region's grey levels.
pub(crate) struct Lattice<'a> {
    pub(crate) region: &'a Region,
    /// Index steps along x, y and z.
    strides: Step,
    /// Grey levels of the padded box; 0 outside the region.
    pub(crate) cells: Vec<u16>,
    /// Padded index of each voxel of the region.
    pub(crate) at: Vec<usize>,
    /// The grey levels that occur, ascending.
    pub(crate) levels: Vec<f64>,
    /// The place of a grey level among those that occur; outside: after the last.
    pub(crate) rank: Vec<u16>,
    /// The axis across the planes, if neighbours lie in planes only.
    flat: Option<usize>,
}

impl<'a> Lattice<'a> {
    /// Neighbours may be `reach` voxels apart.
    pub(crate) fn new(
        region: &'a Region,
        levels: &[u16],
        reach: usize,
        flat: Option<usize>,
    ) -> Result<Self, Error> {
        let margin = region.dims.map(|n| reach.min(n - 1));
        let [nx, ny, nz]: [usize; 3] = std::array::from_fn(|axis| region.dims[axis] + 2 * margin[axis]);
        let padded = |index: &usize| {
            let [x, y, z] = region.position(*index);
            ((z + margin[2]) * ny + y + margin[1]) * nx + x + margin[0]
        };
        let at: Vec<usize> = region.at.iter().map(padded).collect();
        let mut cells = vec![0; nx * ny * nz];
        at.iter().zip(levels).for_each(|(index, level)| cells[*index] = *level);
        let (levels, rank) = ranks(levels)?;
        let strides = [1, nx.cast_signed(), (nx * ny).cast_signed()];
        Ok(Self { region, strides, cells, at, levels, rank, flat: flat.map(|axis| 2 - axis.min(2)) })
    }

    /// Index of the voxel a step away.
    pub(crate) fn stride(&self, step: Step) -> isize {
        (0..3).map(|axis| step[axis] * self.strides[axis]).sum()
    }

    /// One of each pair of opposite steps with a Chebyshev length among `distances` that stay in the box.
    pub(crate) fn steps(&self, distances: &[usize]) -> Result<Vec<Step>, Error> {
        let reach = distances.iter().copied().max().unwrap_or(0);
        let [xs, ys, zs] = [0, 1, 2].map(|axis| self.offsets(axis, reach));
        let all = zs.iter().flat_map(|z| ys.iter().flat_map(|y| xs.iter().map(|x| [*x, *y, *z])));
        let length = |step: &Step| step.iter().map(|offset| offset.unsigned_abs()).max().unwrap_or(0);
        let is_forward = |step: &Step| step.iter().rev().find(|offset| **offset != 0).is_some_and(|o| *o > 0);
        let steps: Vec<Step> =
            all.filter(|step| is_forward(step) && distances.contains(&length(step))).collect();
        if steps.is_empty() { Err(Error::NoNeighbours { distances: distances.to_vec() }) } else { Ok(steps) }
    }

    /// Offsets along an axis, descending.
    fn offsets(&self, axis: usize, reach: usize) -> Vec<isize> {
        let most = if self.flat == Some(axis) { 0 } else { reach.min(self.region.dims[axis] - 1) };
        (-most.cast_signed()..=most.cast_signed()).rev().collect()
    }

    /// The length of a step, mm.
    pub(crate) fn length(&self, step: Step, norm: Norm) -> f64 {
        let mm: [f64; 3] =
            std::array::from_fn(|axis| step[axis].unsigned_abs() as f64 * self.region.spacing[axis]);
        match norm {
            Norm::Euclidean => mm.iter().map(|x| x * x).sum::<f64>().sqrt(),
            Norm::Manhattan => mm.iter().sum(),
            Norm::Infinity => mm.iter().copied().fold(0.0, f64::max),
            Norm::None => 1.0,
        }
    }

    /// The place of the grey level at a padded index.
    pub(crate) fn rank_at(&self, index: usize) -> usize {
        usize::from(self.rank[usize::from(self.cells[index])])
    }
}

/// The grey levels that occur, and the place of each.
fn ranks(levels: &[u16]) -> Result<(Vec<f64>, Vec<u16>), Error> {
    let mut occurs = vec![false; usize::from(levels.iter().copied().max().unwrap_or(0)) + 1];
    levels.iter().for_each(|level| occurs[usize::from(*level)] = true);
    let found = occurs.iter().filter(|occurs| **occurs).count();
    if found > MAX_SIDE {
        return Err(Error::TooManyLevels { levels: found as f64, limit: MAX_SIDE });
    }
    let mut next = 0;
    let rank = |occurs: &bool| {
        next += u16::from(*occurs);
        next.saturating_sub(1)
    };
    let mut ranks: Vec<u16> = occurs.iter().map(rank).collect();
    ranks[0] = u16::try_from(found).expect("at most MAX_SIDE");
    let levels = (0..occurs.len()).filter(|level| occurs[*level]).map(|level| level as f64).collect();
    Ok((levels, ranks))
}
