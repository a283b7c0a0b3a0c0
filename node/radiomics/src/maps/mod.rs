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
//! })??;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Grey levels are made once, over the whole region; the features at a voxel are those of the part of the region within the
//! kernel, with these levels. Any family works, since the formulas are the registry's. Voxels outside of the region, or
//! removed by re-segmentation, have the kernel's initial value; a feature that is not defined is NaN.
//!
//! The settings' normalisation, resampling and filters come first, as in an extraction. Maps lie on the image's grid, or with
//! resampling on the new grid around the region. They come one after the other, so that one is in memory at a time, beside at
//! most 256 MiB of values to come. Never here: a formula, a file, a number that
//! depends on the number of threads. Specification: the voxel-based extraction of `PyRadiomics` 3.1.0 (kernelRadius,
//! maskedKernel, initValue, force2D) for what a kernel is, the IBSI reference manual for the features.

mod field;

use std::borrow::Cow;

use consilium_imaging::{RoiMask, Volume};
use rayon::prelude::*;

use crate::discretise::{Levels, discretise};
use crate::extract::{Sources, placed};
use crate::filters::Filter;
use crate::registry::Definition;
use crate::roi::Roi;
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
    mask: Cow<'a, RoiMask>,
    /// What a kernel may see: the mask, or its surroundings.
    roi: Roi,
    kernel: Kernel,
    layers: Vec<Layer>,
}

/// The maps of the image, or of its response to a filter.
struct Layer {
    filter: Option<Filter>,
    settings: Settings,
    columns: Vec<Column>,
}

/// A feature, and what its map is called.
struct Column {
    name: String,
    definition: &'static Definition,
    way: Way,
}

impl<'a> Maps<'a> {
    /// Prepares the region. `columns` are tags of [`Settings::tags`]; an empty list stands for all of them.
    ///
    /// # Errors
    /// When image, mask or settings cannot be used, the kernel is no neighbourhood, or a column is unknown.
    pub fn new(
        image: &'a Volume,
        mask: &'a RoiMask,
        settings: &Settings,
        kernel: Kernel,
        columns: &[String],
    ) -> Result<Self, MapError> {
        settings.check()?;
        if !(1..=MAX_RADIUS).contains(&kernel.radius) {
            return Err(MapError::Kernel { found: kernel.radius, limit: MAX_RADIUS });
        }
        let layers = layers(settings, columns)?;
        let (image, mask) = placed(image, mask, settings, kernel.radius)?;
        let roi = if kernel.masked {
            Roi::new(&image, &mask, settings)?
        } else {
            Roi::new(&image, &field::surroundings(&mask, kernel)?, settings)?
        };
        Ok(Self { image, mask, roi, kernel, layers })
    }

    /// The maps' columns in their order.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.layers.iter().flat_map(|layer| &layer.columns).map(|column| column.name.clone()).collect()
    }

    /// The voxels that have a kernel of their own.
    #[must_use]
    pub fn voxels(&self) -> usize {
        let grid = self.mask.grid();
        let is_target = |at: &&usize| {
            let [x, y, z]: [usize; 3] =
                std::array::from_fn(|i| self.roi.position(**at)[i] + self.roi.start[i]);
            self.mask.inside()[(z * grid.dims[1] + y) * grid.dims[0] + x]
        };
        self.roi.at.iter().filter(is_target).count()
    }

    /// The image that the maps lie on: the one given, or the normalised and resampled one.
    #[must_use]
    pub fn image(&self) -> &Volume {
        &self.image
    }

    /// The region, on that image's grid.
    #[must_use]
    pub fn mask(&self) -> &RoiMask {
        &self.mask
    }

    /// Hands over the maps one after the other. The sink's first error ends it; it is the inner one.
    ///
    /// # Errors
    /// When a filter cannot be applied, or its response makes too many grey levels.
    pub fn each<E>(
        &self,
        mut sink: impl FnMut(&str, Volume) -> Result<(), E>,
    ) -> Result<Result<(), E>, MapError> {
        for layer in &self.layers {
            let (image, field) = self.seen(layer)?;
            let together = (MAX_VALUES / field.targets().len().max(1)).max(1);
            for columns in layer.columns.chunks(together) {
                let values = self.values(&image, &field, &layer.settings, columns);
                for (i, column) in columns.iter().enumerate() {
                    let of_column = values.iter().skip(i).step_by(columns.len()).copied();
                    if let Err(error) = sink(&column.name, self.map(&field, of_column)) {
                        return Ok(Err(error));
                    }
                }
            }
        }
        Ok(Ok(()))
    }

    /// The image of a layer, and the region in it with its grey levels.
    fn seen(&self, layer: &Layer) -> Result<(Cow<'_, Volume>, Field), Error> {
        let response = layer.filter.as_ref().map(|filter| filter.apply(&self.image)).transpose()?;
        let in_response = response.as_ref().map(|response| self.roi.in_response(response));
        let roi = in_response.as_ref().unwrap_or(&self.roi);
        let is_discretised = layer.settings.families.iter().any(|family| family.needs_levels());
        // without levels, all that is in is level 1
        let flat = || Ok(Levels { values: vec![1; roi.at.len()], count: 1 });
        let levels = if is_discretised { discretise(roi, &layer.settings) } else { flat() }?;
        let field = Field::new(roi, &levels, &self.mask);
        Ok((response.map_or(Cow::Borrowed(&*self.image), Cow::Owned), field))
    }

    /// The values of some columns at every target, target by target.
    fn values(&self, image: &Volume, field: &Field, settings: &Settings, columns: &[Column]) -> Vec<f64> {
        let settings = narrowed(settings, columns);
        let mut values = vec![0.0; columns.len() * field.targets().len()];
        let targets = values.par_chunks_mut(columns.len()).zip(field.targets());
        targets.for_each_init(
            || field.window(self.kernel),
            |window, (values, target)| {
                window.move_to(*target);
                let (roi, levels) = window.region();
                let sources = Sources::with_levels(image, roi, levels, &settings);
                for (value, column) in values.iter_mut().zip(columns) {
                    let formula = column.definition.formula;
                    let found =
                        sources.as_ref().map_or(f64::NAN, |sources| sources.value(formula, column.way));
                    *value = if found.is_finite() { found } else { f64::NAN };
                }
            },
        );
        values
    }

    fn map(&self, field: &Field, values: impl Iterator<Item = f64>) -> Volume {
        let grid = self.image.grid().clone();
        let mut voxels = vec![self.kernel.initial; grid.len()];
        let places = field.targets().iter().map(|target| field.in_image(*target, &grid));
        places.zip(values).for_each(|(place, value)| voxels[place] = value);
        Volume::new(grid, voxels).expect("as many voxels as the grid has")
    }
}

/// The columns asked for, in the order of the settings, by the image they are computed from.
fn layers(settings: &Settings, asked: &[String]) -> Result<Vec<Layer>, MapError> {
    let responses = settings.filters.iter().map(|filter| Layer::new(settings.of_response(), Some(filter)));
    let mut layers: Vec<Layer> =
        std::iter::once(Layer::new(settings.clone(), None)).chain(responses).collect();
    let is_known = |name: &String| layers.iter().flat_map(|l| &l.columns).any(|column| column.name == *name);
    if let Some(unknown) = asked.iter().find(|name| !is_known(name)) {
        return Err(MapError::Column { column: unknown.clone() });
    }
    let is_asked = |column: &Column| asked.is_empty() || asked.contains(&column.name);
    layers.iter_mut().for_each(|layer| layer.columns.retain(is_asked));
    layers.retain(|layer| !layer.columns.is_empty());
    Ok(layers)
}

impl Layer {
    fn new(settings: Settings, filter: Option<&Filter>) -> Self {
        let prefix = filter.map_or(String::new(), |filter| format!("{}_", filter.name()));
        let column = |(definition, way): (&'static Definition, Way)| Column {
            name: format!("{prefix}{}", definition.column(way)),
            definition,
            way,
        };
        let columns = settings.columns().map(column).collect();
        Self { filter: filter.cloned(), settings, columns }
    }
}

/// Settings that compute some columns and little else.
fn narrowed(settings: &Settings, columns: &[Column]) -> Settings {
    let is_family = |family| columns.iter().any(|column| column.definition.family == family);
    let is_way = |aggregation: crate::Aggregation| {
        columns.iter().any(|column| match column.way {
            Way::Whole => false,
            Way::Lines(way) => way == aggregation,
            Way::Around(scope) => aggregation.scope() == scope,
        })
    };
    let mut narrowed = settings.clone();
    narrowed.families.retain(|family| is_family(*family));
    narrowed.aggregations.retain(|aggregation| is_way(*aggregation));
    narrowed
}

impl std::fmt::Display for Kernel {
    /// One line for people, such as `kernel radius 1, masked`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { radius, masked, flat, .. } = *self;
        let (mask, shape) = (if masked { "masked" } else { "not masked" }, if flat { ", flat" } else { "" });
        write!(f, "kernel radius {radius}, {mask}{shape}")
    }
}

impl std::fmt::Debug for Maps<'_> {
    /// Shows the grid only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Maps({:?})", self.image.grid().dims)
    }
}

#[cfg(test)]
mod tests;
