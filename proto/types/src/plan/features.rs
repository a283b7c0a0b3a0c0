//! `[features]`: how images become columns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `[features]`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Features {
    /// Voxels that images are resampled to first, mm along x, y and z.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spacing: Option<[f64; 3]>,
    /// How resampling finds a value between voxels.
    pub interpolation: Interpolation,
    /// IBSI families to compute.
    pub families: Vec<Family>,
    /// How direction matrices become features.
    pub aggregation: Aggregation,
    /// Discretisation.
    pub bins: PerImage<Bins>,
    /// Re-segmentation range in the image's unit; voxels outside leave the intensity mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<PerImage<[f64; 2]>>,
    /// Outlier filter: voxels this many standard deviations from the mean leave the intensity mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outliers: Option<f64>,
}

/// `features.interpolation`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Interpolation {
    /// The nearest voxel's value.
    Nearest,
    /// Trilinear.
    #[default]
    Linear,
    /// Tricubic spline.
    Cubic,
}

/// A feature family, by its IBSI name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Morphology.
    Morphology,
    /// Local intensity.
    LocalIntensity,
    /// Intensity statistics.
    IntensityStatistics,
    /// Intensity histogram.
    IntensityHistogram,
    /// Intensity-volume histogram.
    Ivh,
    /// Grey level co-occurrence matrix.
    Glcm,
    /// Grey level run length matrix.
    Glrlm,
    /// Grey level size zone matrix.
    Glszm,
    /// Grey level distance zone matrix.
    Gldzm,
    /// Neighbourhood grey tone difference matrix.
    Ngtdm,
    /// Neighbouring grey level dependence matrix.
    Ngldm,
}

/// `features.aggregation`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Aggregation {
    /// Features of each slice and direction, averaged.
    #[serde(rename = "2d-averaged")]
    Averaged2d,
    /// Features of each slice's sum over directions, averaged.
    #[serde(rename = "2d-slice-merged")]
    SliceMerged2d,
    /// Features of each direction's sum over slices, averaged.
    #[serde(rename = "2.5d-direction-merged")]
    DirectionMerged25d,
    /// Features of the sum over slices and directions.
    #[serde(rename = "2.5d-merged")]
    Merged25d,
    /// Features of each of the 13 directions, averaged.
    #[default]
    #[serde(rename = "3d-averaged")]
    Averaged3d,
    /// Features of the sum of the 13 matrices.
    #[serde(rename = "3d-merged")]
    Merged3d,
}

/// `features.bins`
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bins {
    /// Fixed bin size, in the image's unit, counted from the lower end of `window` (or the ROI minimum).
    Width(f64),
    /// Fixed bin number.
    Count(u32),
}

impl Default for Bins {
    fn default() -> Self {
        Self::Count(32)
    }
}

/// One setting for all images, or one for each input: `ct`, `pet`, `mr`, `us`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum PerImage<T> {
    /// The same for every image.
    All(T),
    /// By the name of the input.
    Each(BTreeMap<String, T>),
}

impl<T> PerImage<T> {
    /// The setting for the images of an input; nothing when only others have one.
    #[must_use]
    pub fn of(&self, input: &str) -> Option<&T> {
        match self {
            Self::All(setting) => Some(setting),
            Self::Each(settings) => settings.get(input),
        }
    }
}

impl Features {
    /// Discretisation of the images of an input.
    #[must_use]
    pub fn bins_of(&self, input: &str) -> Bins {
        self.bins.of(input).copied().unwrap_or_default()
    }

    /// Re-segmentation range of the images of an input.
    #[must_use]
    pub fn window_of(&self, input: &str) -> Option<[f64; 2]> {
        self.window.as_ref().and_then(|window| window.of(input)).copied()
    }
}

impl Default for Features {
    fn default() -> Self {
        use Family::{Glcm, IntensityHistogram, IntensityStatistics, Morphology};
        Self {
            spacing: None,
            interpolation: Interpolation::default(),
            families: vec![Morphology, IntensityStatistics, IntensityHistogram, Glcm],
            aggregation: Aggregation::default(),
            bins: PerImage::All(Bins::default()),
            window: None,
            outliers: None,
        }
    }
}
