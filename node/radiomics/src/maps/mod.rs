//! Feature maps: at every voxel of a region, the features of what surrounds it.
//!
//! ```
//! # use consilium_imaging::{Grid, RoiMask, Volume};
//! use consilium_radiomics::maps::{Kernel, Maps};
//! use consilium_radiomics::{Family, Settings};
//!
//! # let grid = Grid::axis_aligned([4, 4, 4], [1.0; 3]);
//! # let image = Volume::new(grid.clone(), (0..64).map(f64::from).collect())?;
//! # let mask = RoiMask::new(grid, vec![true; 64])?;
//! let settings = Settings { families: vec![Family::Glcm], ..Settings::default() };
//! let maps = Maps::new(&image, &mask, &settings, Kernel::default(), &["cm_contrast_3D_avg".into()])?;
//! maps.each(|column, map| {
//!     assert_eq!((column, map.voxels().len()), ("cm_contrast_3D_avg", 64));
//!     Ok::<(), std::io::Error>(())
//! })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Grey levels are made once, over the whole region; the features at a voxel are those of the part of the region within the
//! kernel, with these levels. Any family works, since the formulas are the registry's. Voxels outside of the region, or
//! removed by re-segmentation, have the kernel's initial value; a feature that is not defined is NaN.
//!
//! Maps lie on the image's grid, or with resampling on the new grid around the region. They come one after the other, so
//! that one is in memory at a time, beside at most 256 MiB of values to come. Never here: a formula, a file, a number that
//! depends on the number of threads. Specification: the voxel-based extraction of `PyRadiomics` 3.1.0 (kernelRadius,
//! maskedKernel, initValue, force2D) for what a kernel is, the IBSI reference manual for the features.

mod field;

use std::borrow::Cow;

use consilium_imaging::{RoiMask, Volume};
use rayon::prelude::*;

use crate::extract::{Sources, surroundings};
use crate::registry::Definition;
use crate::settings::Way;
use crate::{Error, Settings};
use field::Field;

/// The largest radius of a kernel.
const MAX_RADIUS: usize = 50;
/// Values of several maps that are held at once: 256 MiB.
const MAX_VALUES: usize = 1 << 25;

/// What surrounds a voxel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kernel {
    /// Voxels on each side, 1 to 50: a radius of 1 is a cube of 27.
    pub radius: usize,
    /// Whether only voxels of the region count. Otherwise all voxels of the image do, and grey levels are made over the
    /// region's box with the radius around it.
    pub masked: bool,
    /// Whether the kernel is a square within the slice, for features in 2D.
    pub flat: bool,
    /// The value outside of the region.
    pub initial: f64,
}

impl Default for Kernel {
    /// As in `PyRadiomics`: 27 voxels, masked, zero outside.
    fn default() -> Self {
        Self { radius: 1, masked: true, flat: false, initial: 0.0 }
    }
}

/// Why no map came out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MapError {
    /// Image, mask or settings cannot be used.
    #[error(transparent)]
    Extraction(#[from] Error),
    /// A kernel that is no neighbourhood.
    #[error("the kernel's radius is {found}; it must be from 1 to {limit} voxels")]
    Kernel {
        /// What it is.
        found: usize,
        /// The largest that is supported.
        limit: usize,
    },
    /// A feature that the settings do not give.
    #[error(
        "the settings give no feature {column:?}; add its family and aggregation, or choose another column"
    )]
    Column {
        /// What was asked for.
        column: String,
    },
}

impl MapError {
    /// Stable code for manuals and logs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Extraction(error) => error.code(),
            Self::Kernel { .. } => "CNS-D-0277",
            Self::Column { .. } => "CNS-D-0278",
        }
    }
}

/// A region made ready for maps.
pub struct Maps<'a> {
    image: Cow<'a, Volume>,
    mask: RoiMask,
    settings: Settings,
    kernel: Kernel,
    field: Field,
    columns: Vec<(&'static Definition, Way)>,
}

impl<'a> Maps<'a> {
    /// Makes grey levels over the region. `columns` are tags of [`Settings::tags`]; an empty list stands for all of them.
    ///
    /// # Errors
    /// When image, mask or settings cannot be used, the kernel is no neighbourhood, or a column is unknown.
    pub fn new(
        image: &'a Volume,
        mask: &RoiMask,
        settings: &Settings,
        kernel: Kernel,
        columns: &[String],
    ) -> Result<Self, MapError> {
        settings.check()?;
        if !(1..=MAX_RADIUS).contains(&kernel.radius) {
            return Err(MapError::Kernel { found: kernel.radius, limit: MAX_RADIUS });
        }
        let columns = chosen(settings, columns)?;
        let (image, mask) = placed(image, mask, settings, kernel)?;
        let field = Field::new(&image, &mask, settings, kernel)?;
        Ok(Self { image, mask, settings: settings.clone(), kernel, field, columns })
    }

    /// The maps' columns in their order.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.columns.iter().map(|(definition, way)| definition.column(*way)).collect()
    }

    /// The image that the maps lie on: the one given, or the resampled one.
    #[must_use]
    pub fn image(&self) -> &Volume {
        &self.image
    }

    /// The region, on that image's grid.
    #[must_use]
    pub fn mask(&self) -> &RoiMask {
        &self.mask
    }

    /// The voxels that have a kernel of their own.
    #[must_use]
    pub fn voxels(&self) -> usize {
        self.field.targets().len()
    }

    /// Hands over the maps one after the other; the first error ends it and is returned.
    ///
    /// # Errors
    /// Those of `sink`.
    pub fn each<E>(&self, mut sink: impl FnMut(&str, Volume) -> Result<(), E>) -> Result<(), E> {
        let together = (MAX_VALUES / self.voxels().max(1)).max(1);
        for columns in self.columns.chunks(together) {
            let values = self.values(columns);
            for (i, (definition, way)) in columns.iter().enumerate() {
                let of_column = values.iter().skip(i).step_by(columns.len()).copied();
                sink(&definition.column(*way), self.map(of_column))?;
            }
        }
        Ok(())
    }

    /// The values of some columns at every target, target by target.
    fn values(&self, columns: &[(&'static Definition, Way)]) -> Vec<f64> {
        let needed = |family| columns.iter().any(|(definition, _)| definition.family == family);
        let mut settings = self.settings.clone();
        settings.families.retain(|family| needed(*family));
        settings.aggregations.retain(|aggregation| {
            columns.iter().any(|(_, way)| match way {
                Way::Whole => false,
                Way::Lines(way) => way == aggregation,
                Way::Around(scope) => aggregation.scope() == *scope,
            })
        });
        let mut values = vec![0.0; columns.len() * self.voxels()];
        let targets = values.par_chunks_mut(columns.len()).zip(self.field.targets());
        targets.for_each_init(
            || self.field.window(self.kernel),
            |window, (values, target)| {
                window.move_to(*target);
                let (roi, levels) = window.region();
                let sources = Sources::with_levels(&self.image, roi, levels, &settings);
                for (value, (definition, way)) in values.iter_mut().zip(columns) {
                    let found = sources.as_ref().map_or(f64::NAN, |s| s.value(definition.formula, *way));
                    *value = if found.is_finite() { found } else { f64::NAN };
                }
            },
        );
        values
    }

    fn map(&self, values: impl Iterator<Item = f64>) -> Volume {
        let grid = self.image.grid().clone();
        let mut voxels = vec![self.kernel.initial; grid.len()];
        let places = self.field.targets().iter().map(|target| self.field.in_image(*target, &grid));
        places.zip(values).for_each(|(place, value)| voxels[place] = value);
        Volume::new(grid, voxels).expect("as many voxels as the grid has")
    }
}

/// The columns asked for, in the order of the settings.
fn chosen(settings: &Settings, columns: &[String]) -> Result<Vec<(&'static Definition, Way)>, MapError> {
    let all: Vec<(&Definition, Way, String)> =
        settings.columns().map(|(definition, way)| (definition, way, definition.column(way))).collect();
    if let Some(unknown) = columns.iter().find(|column| !all.iter().any(|(_, _, known)| known == *column)) {
        return Err(MapError::Column { column: unknown.clone() });
    }
    let is_asked = |column: &String| columns.is_empty() || columns.contains(column);
    let asked = all.into_iter().filter(|(_, _, column)| is_asked(column));
    Ok(asked.map(|(definition, way, _)| (definition, way)).collect())
}

/// Image and mask on the grid of the settings.
fn placed<'a>(
    image: &'a Volume,
    mask: &RoiMask,
    settings: &Settings,
    kernel: Kernel,
) -> Result<(Cow<'a, Volume>, RoiMask), Error> {
    let Some(resampling) = &settings.resampling else { return Ok((Cow::Borrowed(image), mask.clone())) };
    let around = surroundings(settings, &resampling.grid(image.grid())?).max(kernel.radius);
    let (image, mask) = resampling.region(image, mask, around)?;
    Ok((Cow::Owned(image), mask))
}

impl std::fmt::Debug for Maps<'_> {
    /// Shows the grid only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Maps({:?})", self.image.grid().dims)
    }
}

#[cfg(test)]
mod tests;
