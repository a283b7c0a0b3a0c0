//! What to compute and how: the choices that change a feature's value, and nothing else.
//! Never here: thread counts, paths, or anything that leaves the values alone.
//! Specification: IBSI reference manual, sections 2.7 (discretisation) and 3.6 (aggregation),
//! DOI 10.1148/radiol.2020191145.

use crate::Error;
use crate::registry::{Definition, registry};

/// A feature family of the IBSI reference manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Morphology (HCUG).
    Morphology,
    /// Intensity-based statistics (UHIW).
    IntensityStatistics,
    /// Intensity histogram (ZVCW).
    IntensityHistogram,
    /// Grey level co-occurrence matrix (LFYI).
    Glcm,
}

/// How the 13 direction matrices of a volume become one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aggregation {
    /// 3D averaged (ITBB): the mean of the directions' features.
    Averaged3d,
    /// 3D merged (IAZD): the features of the summed matrix.
    Merged3d,
}

/// How intensities become grey levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Discretisation {
    /// Fixed bin size (Q3RU), counted from the lower end of the window, or from the ROI minimum without one.
    BinWidth(f64),
    /// Fixed bin number (K15C) between the ROI's minimum and maximum.
    BinCount(u32),
}

/// Everything that decides a feature's value besides the voxels.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The families to compute; order and repetition do not matter.
    pub families: Vec<Family>,
    /// Aggregation of texture matrices.
    pub aggregation: Aggregation,
    /// Discretisation of the intensity histogram and of texture matrices.
    pub discretisation: Discretisation,
    /// Re-segmentation range: voxels outside leave the intensity mask, both ends belong to it.
    pub window: Option<[f64; 2]>,
}

impl Settings {
    /// The tags of all features these settings give, in their fixed order.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        self.definitions().map(|definition| definition.column(self.aggregation)).collect()
    }

    /// One line that is equal exactly for settings that give equal features, and never changes its form.
    #[must_use]
    pub fn canonical(&self) -> String {
        let families: Vec<&str> = Family::ALL.iter().filter(|f| self.has(**f)).map(|f| f.word()).collect();
        let bins = match self.discretisation {
            Discretisation::BinWidth(width) => format!("width:{width:?}"),
            Discretisation::BinCount(count) => format!("count:{count}"),
        };
        let window = self.window.map_or("none".into(), |[lower, upper]| format!("{lower:?}..{upper:?}"));
        let aggregation = self.aggregation.suffix();
        format!("families={};aggregation={aggregation};bins={bins};window={window}", families.join("+"))
    }

    pub(crate) fn definitions(&self) -> impl Iterator<Item = &'static Definition> + '_ {
        registry().iter().filter(|definition| self.has(definition.family))
    }

    pub(crate) fn has(&self, family: Family) -> bool {
        self.families.contains(&family)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        let bins_mean_something = match self.discretisation {
            Discretisation::BinWidth(width) => width.is_finite() && width > 0.0,
            Discretisation::BinCount(count) => count > 0,
        };
        if !bins_mean_something {
            return Err(Error::Settings { reason: "bins must have a finite width, or a number, above zero" });
        }
        match self.window {
            Some([lower, upper]) if !(lower.is_finite() && upper.is_finite() && lower < upper) => {
                Err(Error::Settings { reason: "the window must run from a finite number to a larger one" })
            }
            _ => Ok(()),
        }
    }
}

impl Family {
    const ALL: [Self; 4] =
        [Self::Morphology, Self::IntensityStatistics, Self::IntensityHistogram, Self::Glcm];

    fn word(self) -> &'static str {
        match self {
            Self::Morphology => "morphology",
            Self::IntensityStatistics => "intensity-statistics",
            Self::IntensityHistogram => "intensity-histogram",
            Self::Glcm => "glcm",
        }
    }
}

impl Aggregation {
    /// The ending of a texture feature's tag in the IBSI compliance tables.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Averaged3d => "3D_avg",
            Self::Merged3d => "3D_comb",
        }
    }
}
