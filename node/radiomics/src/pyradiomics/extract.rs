//! From image, mask and parameters to features under PyRadiomics' names, in its order.
//!
//! Never here: a formula. Specification: PyRadiomics 3.1.0, `featureextractor.execute`, `computeShape` and
//! `computeFeatures`.

use consilium_imaging::{RoiMask, Volume};
use rayon::prelude::*;

use super::Error;
use super::bins::levels;
use super::firstorder::FirstOrder;
use super::images::{ImageType, Pixel, for_each_derived};
use super::parameters::{Parameters, Settings};
use super::preparation::{Prepared, bounds};
use super::region::Region;
use super::registry::{Class, Definition, Formula};
use super::shape::Shape;
use super::shape2d::Shape2d;
use super::texture::{Lattice, Mean, dependences, each_cooccurrence, runs, tone_differences, zones};
use crate::Features;
use crate::texture::LevelTable;

/// Features by full name and value, in the order in which they come.
type Values = Vec<(String, f64)>;
/// Features of one class, by name and value.
type Found = Vec<(&'static str, f64)>;
/// A class with the features asked for.
type Asked = (Class, Vec<&'static Definition>);

/// Extracts what the parameters ask for, under names such as `original_glcm_Contrast`; NaN where PyRadiomics has none.
///
/// `pixel` is the number type of the image's file: PyRadiomics resamples and bins in it. The mask is the region already:
/// [`Parameters::label`] is for whoever reads it.
pub fn extract(
    image: &Volume,
    mask: &RoiMask,
    pixel: Pixel,
    parameters: &Parameters,
) -> Result<Features, Error> {
    Case::new(image, mask, pixel, parameters)?.features()
}

/// An image and a mask, made ready: normalised, resampled, checked, re-segmented.
pub struct Case<'a> {
    pub(super) image: &'a Volume,
    pub(super) mask: &'a RoiMask,
    pub(super) parameters: &'a Parameters,
    pub(super) prepared: Prepared<'a>,
}

impl std::fmt::Debug for Case<'_> {
    /// Shows the grid only: the voxels are a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Case({:?})", self.image.grid().dims)
    }
}

impl<'a> Case<'a> {
    /// Prepares image and mask; refuses what cannot be measured.
    pub fn new(
        image: &'a Volume,
        mask: &'a RoiMask,
        pixel: Pixel,
        parameters: &'a Parameters,
    ) -> Result<Self, Error> {
        let prepared = Prepared::new(image, mask, pixel, &parameters.settings())?;
        Ok(Self { image, mask, parameters, prepared })
    }

    /// The features, in PyRadiomics' order: shape, then every image type with all other classes.
    pub fn features(&self) -> Result<Features, Error> {
        let Self { prepared, parameters, .. } = self;
        let classes: Vec<Asked> = parameters.classes().collect();
        let mut values = shapes(prepared, parameters, &classes)?;
        let region = Region::new(prepared.roi(), bounds(prepared.roi())?);
        let images: Vec<(ImageType, Settings)> = parameters.images().collect();
        let found: Vec<Values> = images
            .par_iter()
            .map(|(image_type, settings)| self.of_type(image_type, settings, &region, &classes))
            .collect::<Result<_, Error>>()?;
        values.extend(found.into_iter().flatten());
        Ok(Features::from_values(values))
    }

    /// The features of all images of one type; each lives no longer than it is measured.
    fn of_type(
        &self,
        image_type: &ImageType,
        settings: &Settings,
        region: &Region,
        classes: &[Asked],
    ) -> Result<Values, Error> {
        let prepared = &self.prepared;
        let pixel = derived(image_type, prepared.pixel);
        let mut values = Values::new();
        let mut visit = |prefix: &str, image: &Volume| {
            let grey = Grey::new(region, image, pixel, settings)?;
            for (class, definitions) in classes {
                let found = grey.class(*class, definitions)?.into_iter();
                values.extend(found.map(|(name, value)| (name_of(prefix, *class, name), value)));
            }
            Ok::<(), Error>(())
        };
        let types = std::slice::from_ref(image_type);
        for_each_derived(&prepared.image, prepared.roi(), prepared.pixel, types, &mut visit)?;
        Ok(values)
    }
}

fn name_of(prefix: &str, class: Class, name: &str) -> String {
    format!("{prefix}_{}_{name}", class.name())
}

/// The number type of a derived image.
fn derived(image_type: &ImageType, pixel: Pixel) -> Pixel {
    match image_type {
        ImageType::Original | ImageType::Lbp2d { .. } => pixel,
        ImageType::Wavelet { .. } if pixel == Pixel::Single => Pixel::Single,
        ImageType::LaplacianOfGaussian { .. } | ImageType::Gradient { .. } => Pixel::Single,
        _ => Pixel::Double,
    }
}

/// Shape before all others. The mask is cut to the box of the re-segmented one, as PyRadiomics does.
fn shapes(prepared: &Prepared<'_>, parameters: &Parameters, classes: &[Asked]) -> Result<Values, Error> {
    let settings = parameters.settings();
    let mask = if settings.resegment_shape { prepared.roi() } else { &prepared.mask };
    let region = Region::new(mask, bounds(prepared.roi())?);
    let mut values = Values::new();
    for wanted in [Class::Shape, Class::Shape2d] {
        for (class, definitions) in classes.iter().filter(|(class, _)| *class == wanted) {
            let found = shape(&region, *class, definitions, settings.flat)?;
            values.extend(found.into_iter().map(|(name, value)| (name_of("original", *class, name), value)));
        }
    }
    Ok(values)
}

fn shape(
    region: &Region,
    class: Class,
    definitions: &[&Definition],
    flat: Option<usize>,
) -> Result<Found, Error> {
    match flat {
        _ if class == Class::Shape => {
            let shape = Shape::new(region);
            Ok(found(definitions, |formula| match formula {
                Formula::Shape(formula) => Some(formula(&shape)),
                _ => None,
            }))
        }
        // PyRadiomics counts this axis from x, the next from z
        Some(flat) if region.dims[flat] > 1 => match region.dims[2 - flat] {
            1 => {
                let shape = Shape2d::new(region, flat);
                Ok(found(definitions, |formula| match formula {
                    Formula::Shape2d(formula) => Some(formula(&shape)),
                    _ => None,
                }))
            }
            slices => Err(Error::NotPlane { slices }),
        },
        _ => Ok(Found::new()),
    }
}

/// The values of those features that have one.
fn found(definitions: &[&Definition], value: impl Fn(Formula) -> Option<f64>) -> Found {
    let named = |definition: &&Definition| Some((definition.name, value(definition.formula)?));
    definitions.iter().filter_map(named).collect()
}

/// The region in one image, in intensities and in grey levels.
struct Grey<'a> {
    region: &'a Region,
    settings: &'a Settings,
    values: Vec<f64>,
    levels: Vec<u16>,
    lattice: Lattice<'a>,
}

impl<'a> Grey<'a> {
    fn new(region: &'a Region, image: &Volume, pixel: Pixel, settings: &'a Settings) -> Result<Self, Error> {
        let values = region.values(image);
        if let count @ 1.. = values.iter().filter(|value| !value.is_finite()).count() {
            return Err(Error::Common(crate::Error::NotFinite { count }));
        }
        let levels = levels(&values, pixel, settings)?;
        let reach = settings.distances.iter().copied().max().unwrap_or(1);
        let lattice = Lattice::new(region, &levels, reach, settings.flat)?;
        Ok(Self { region, settings, values, levels, lattice })
    }

    fn class(&self, class: Class, definitions: &[&Definition]) -> Result<Found, Error> {
        match class {
            Class::FirstOrder => Ok(self.first_order(definitions)),
            Class::Glcm => self.cooccurrence(definitions),
            Class::Ngtdm => self.tones(definitions),
            Class::Gldm => {
                let table = dependences(&self.lattice, &self.settings.distances, self.settings.alpha)?;
                Ok(of_tables(definitions, table.as_slice()))
            }
            Class::Glrlm => Ok(of_tables(definitions, &runs(&self.lattice, self.settings.norm)?)),
            Class::Glszm => Ok(of_tables(definitions, zones(&self.lattice)?.as_slice())),
            Class::Shape | Class::Shape2d => Ok(Found::new()),
        }
    }

    fn first_order(&self, definitions: &[&Definition]) -> Found {
        let shift = self.settings.array_shift;
        let first_order = FirstOrder::new(&self.values, &self.levels, self.region, shift);
        found(definitions, |formula| match formula {
            Formula::FirstOrder(formula) => Some(formula(&first_order)),
            _ => None,
        })
    }

    fn cooccurrence(&self, definitions: &[&Definition]) -> Result<Found, Error> {
        let formula = |definition: &&Definition| match definition.formula {
            Formula::Glcm(formula) => Some((definition.name, formula, Mean::default())),
            _ => None,
        };
        let mut means: Vec<_> = definitions.iter().filter_map(formula).collect();
        each_cooccurrence(&self.lattice, self.settings, |matrix| {
            means.iter_mut().for_each(|(_, formula, mean)| mean.add(formula(matrix)));
        })?;
        Ok(means.into_iter().map(|(name, _, mean)| (name, mean.value())).collect())
    }

    fn tones(&self, definitions: &[&Definition]) -> Result<Found, Error> {
        let tones = tone_differences(&self.lattice, &self.settings.distances)?;
        Ok(found(definitions, |formula| match formula {
            Formula::Ngtdm(formula) => Some(Mean::over(tones.as_slice(), formula)),
            _ => None,
        }))
    }
}

fn of_tables(definitions: &[&Definition], tables: &[LevelTable]) -> Found {
    found(definitions, |formula| match formula {
        Formula::Table(formula) => Some(Mean::over(tables, formula)),
        _ => None,
    })
}
