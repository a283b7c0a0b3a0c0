//! From image and mask to features, family by family, in the registry's order.
//!
//! Never here: a formula.

use std::borrow::Cow;

use consilium_imaging::{Grid, RoiMask, Volume};
use rayon::prelude::*;

use crate::discretise::{Levels, discretise};
use crate::filters::Filter;
use crate::histogram::Histogram;
use crate::ivh::Ivh;
use crate::local::{self, LocalIntensity};
use crate::morphology::Morphology;
use crate::registry::Formula;
use crate::roi::Roi;
use crate::settings::Way;
use crate::statistics::Statistics;
use crate::texture::{self, Averaged, Cooccurrence, Lattice, LevelTable, Neighbours, Scope};
use crate::{Aggregation, Error, Family, Settings};

/// Filters that are computed at a time, whatever the number of threads: each holds some copies of the image.
const ABREAST: usize = 4;

/// Features with their columns, in the registry's order. NaN where a feature is not defined for this region.
#[derive(Clone, PartialEq)]
pub struct Features(Vec<(String, f64)>);

impl Features {
    pub(crate) fn from_values(values: Vec<(String, f64)>) -> Self {
        Self(values)
    }

    /// Column and value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(column, value)| (column.as_str(), *value))
    }

    /// The value in a column.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<f64> {
        self.0.iter().find(|(name, _)| name == column).map(|(_, value)| *value)
    }
}

impl std::fmt::Debug for Features {
    /// Shows the number only: the values are a patient's.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Features({})", self.0.len())
    }
}

/// Extracts the features that `settings` ask for: normalise, resample, filter, re-segment, discretise, compute.
pub fn extract(image: &Volume, mask: &RoiMask, settings: &Settings) -> Result<Features, Error> {
    settings.check()?;
    let (image, mask) = placed(image, mask, settings, 0)?;
    on_grid(&image, &mask, settings)
}

/// Image and mask as features are computed from them: normalised and resampled, with at least `margin` voxels around the
/// region where the image has them.
pub(crate) fn placed<'a>(
    image: &'a Volume,
    mask: &'a RoiMask,
    settings: &Settings,
    margin: usize,
) -> Result<(Cow<'a, Volume>, Cow<'a, RoiMask>), Error> {
    let normalised =
        settings.normalisation.as_ref().map(|scale| scale.apply(image, Some(mask))).transpose()?;
    let image = normalised.map_or(Cow::Borrowed(image), Cow::Owned);
    let Some(resampling) = &settings.resampling else { return Ok((image, Cow::Borrowed(mask))) };
    let (image, mask) = if settings.filters.is_empty() {
        let around = surroundings(settings, &resampling.grid(image.grid())?).max(margin);
        resampling.region(&image, mask, around)?
    } else {
        (resampling.volume(&image)?, resampling.roi(mask)?)
    };
    Ok((Cow::Owned(image), Cow::Owned(mask)))
}

/// How many voxels around a region its features are computed from.
fn surroundings(settings: &Settings, grid: &Grid) -> usize {
    if settings.has(Family::LocalIntensity) { local::reach(grid.spacing) } else { 0 }
}

/// Extraction on the grid that image and mask lie on.
fn on_grid(image: &Volume, mask: &RoiMask, settings: &Settings) -> Result<Features, Error> {
    let roi = Roi::new(image, mask, settings)?;
    let mut features = measure(image, &roi, settings, "")?;
    let of_response = settings.of_response();
    let of_filter = |filter: &Filter| {
        let response = filter.apply(image)?;
        measure(&response, &roi.in_response(&response), &of_response, &format!("{}_", filter.name()))
    };
    for abreast in settings.filters.chunks(ABREAST) {
        let found: Vec<_> = abreast.par_iter().map(of_filter).collect::<Result<_, Error>>()?;
        features.extend(found.into_iter().flatten());
    }
    Ok(Features(features))
}

/// The features of one image.
fn measure(
    image: &Volume,
    roi: &Roi,
    settings: &Settings,
    prefix: &str,
) -> Result<Vec<(String, f64)>, Error> {
    let sources = Sources::new(image, roi, settings)?;
    let value = |(definition, way): (&crate::Definition, Way)| {
        let value = sources.value(definition.formula, way);
        // a ratio over zero is as undefined as zero over zero
        (format!("{prefix}{}", definition.column(way)), if value.is_finite() { value } else { f64::NAN })
    };
    Ok(settings.columns().map(value).collect())
}

/// What the asked families compute from.
#[derive(Default)]
pub(crate) struct Sources {
    morphology: Option<Morphology>,
    local: Option<LocalIntensity>,
    statistics: Option<Statistics>,
    histogram: Option<Histogram>,
    ivh: Option<Ivh>,
    glcm: Vec<(Aggregation, Averaged<Cooccurrence>)>,
    glrlm: Vec<(Aggregation, Averaged<LevelTable>)>,
    zones: Vec<(Scope, [Averaged<LevelTable>; 2])>,
    neighbours: Vec<(Scope, Neighbours)>,
}

impl Sources {
    fn new(image: &Volume, roi: &Roi, settings: &Settings) -> Result<Self, Error> {
        let needs_levels = settings.families.iter().any(|family| family.needs_levels());
        // nothing reads the levels that no family needs
        let none = || Ok(Levels { values: vec![], count: 0 });
        let levels = if needs_levels { discretise(roi, settings) } else { none() }?;
        Self::with_levels(image, roi, &levels, settings)
    }

    /// From levels made elsewhere, such as over a larger region.
    pub(crate) fn with_levels(
        image: &Volume,
        roi: &Roi,
        levels: &Levels,
        settings: &Settings,
    ) -> Result<Self, Error> {
        let asked = |family| settings.has(family);
        let mut sources = Self {
            morphology: asked(Family::Morphology).then(|| Morphology::new(roi)),
            local: asked(Family::LocalIntensity).then(|| LocalIntensity::new(image, roi)),
            statistics: asked(Family::IntensityStatistics).then(|| Statistics::new(&roi.intensities)),
            ivh: asked(Family::IntensityVolumeHistogram).then(|| Ivh::new(roi, settings)).transpose()?,
            ..Self::default()
        };
        if settings.families.iter().any(|family| family.needs_levels()) {
            sources.discretised(roi, levels, settings);
        }
        Ok(sources)
    }

    fn discretised(&mut self, roi: &Roi, levels: &Levels, settings: &Settings) {
        self.histogram = settings.has(Family::IntensityHistogram).then(|| Histogram::new(levels));
        let lattice = Lattice::new(roi, levels);
        let aggregations = |family| settings.ordered_aggregations().filter(move |_| settings.has(family));
        self.glcm = aggregations(Family::Glcm).map(|way| (way, texture::glcm(&lattice, way))).collect();
        self.glrlm = aggregations(Family::Glrlm).map(|way| (way, texture::glrlm(&lattice, way))).collect();
        let scopes = |families: [Family; 2]| {
            settings.scopes().filter(move |_| families.into_iter().any(|family| settings.has(family)))
        };
        let zones = |scope| (scope, texture::zones(roi, &lattice, scope));
        self.zones = scopes([Family::Glszm, Family::Gldzm]).map(zones).collect();
        let neighbours = |scope| (scope, texture::neighbours(&lattice, scope));
        self.neighbours = scopes([Family::Ngtdm, Family::Ngldm]).map(neighbours).collect();
    }

    pub(crate) fn value(&self, formula: Formula, way: Way) -> f64 {
        match formula {
            Formula::Morphology(formula) => self.morphology.as_ref().map(formula),
            Formula::Local(formula) => self.local.as_ref().map(formula),
            Formula::Statistics(formula) => self.statistics.as_ref().map(formula),
            Formula::Histogram(formula) => self.histogram.as_ref().map(formula),
            Formula::Ivh(formula) => self.ivh.as_ref().map(formula),
            Formula::Cooccurrence(formula) => along(&self.glcm, way).map(|found| found.feature(formula)),
            Formula::Runs(formula) => along(&self.glrlm, way).map(|found| found.feature(formula)),
            Formula::Sizes(formula) => around(&self.zones, way).map(|[sizes, _]| sizes.feature(formula)),
            Formula::Distances(formula) => {
                around(&self.zones, way).map(|[_, distances]| distances.feature(formula))
            }
            Formula::Tones(formula) => {
                around(&self.neighbours, way).map(|found| found.tones.feature(formula))
            }
            Formula::Dependences(formula) => {
                around(&self.neighbours, way).map(|found| found.dependences.feature(formula))
            }
        }
        .expect("the registry is asked for the settings' families and ways only")
    }
}

fn along<T>(found: &[(Aggregation, T)], way: Way) -> Option<&T> {
    found.iter().find(|(aggregation, _)| way == Way::Lines(*aggregation)).map(|(_, matrices)| matrices)
}

fn around<T>(found: &[(Scope, T)], way: Way) -> Option<&T> {
    found.iter().find(|(scope, _)| way == Way::Around(*scope)).map(|(_, matrices)| matrices)
}
