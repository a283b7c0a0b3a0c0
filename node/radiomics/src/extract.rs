//! From image and mask to features, family by family, in the registry's order.
//!
//! Never here: a formula.

use consilium_imaging::{RoiMask, Volume};

use crate::discretise::discretise;
use crate::glcm::Glcm;
use crate::histogram::Histogram;
use crate::morphology::Morphology;
use crate::registry::Formula;
use crate::roi::Roi;
use crate::statistics::Statistics;
use crate::{Error, Family, Settings};

/// Features with their columns, in the registry's order. NaN where a feature is not defined for this region.
#[derive(Clone, PartialEq)]
pub struct Features(Vec<(String, f64)>);

impl Features {
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

/// Extracts the features that `settings` ask for.
pub fn extract(image: &Volume, mask: &RoiMask, settings: &Settings) -> Result<Features, Error> {
    settings.check()?;
    let roi = Roi::new(image, mask, settings)?;
    let sources = Sources::new(&roi, settings)?;
    let value = |definition: &crate::Definition| {
        let value = sources.value(definition.formula);
        // a ratio over zero is as undefined as zero over zero
        (definition.column(settings.aggregation), if value.is_finite() { value } else { f64::NAN })
    };
    Ok(Features(settings.definitions().map(value).collect()))
}

/// What the asked families compute from.
struct Sources {
    morphology: Option<Morphology>,
    statistics: Option<Statistics>,
    histogram: Option<Histogram>,
    glcm: Option<Glcm>,
}

impl Sources {
    fn new(roi: &Roi, settings: &Settings) -> Result<Self, Error> {
        let needs_levels = settings.has(Family::IntensityHistogram) || settings.has(Family::Glcm);
        let levels = needs_levels.then(|| discretise(roi, settings)).transpose()?;
        let asked = |family| levels.as_ref().filter(|_| settings.has(family));
        Ok(Self {
            morphology: settings.has(Family::Morphology).then(|| Morphology::new(roi)),
            statistics: settings.has(Family::IntensityStatistics).then(|| Statistics::new(&roi.intensities)),
            histogram: asked(Family::IntensityHistogram).map(Histogram::new),
            glcm: asked(Family::Glcm).map(|levels| Glcm::new(roi, levels, settings.aggregation)),
        })
    }

    fn value(&self, formula: Formula) -> f64 {
        match formula {
            Formula::Morphology(formula) => self.morphology.as_ref().map(formula),
            Formula::Statistics(formula) => self.statistics.as_ref().map(formula),
            Formula::Histogram(formula) => self.histogram.as_ref().map(formula),
            Formula::Glcm(formula) => self.glcm.as_ref().map(|glcm| glcm.feature(formula)),
        }
        .expect("the registry is asked for the settings' families only")
    }
}
