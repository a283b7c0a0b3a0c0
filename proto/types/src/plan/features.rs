//! `[features]` and `[select]`: how images become columns, and which of them enter a model.

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
    pub bins: Bins,
    /// Re-segmentation range in the image's unit; voxels outside leave the intensity mask.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<[f64; 2]>,
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

impl Default for Features {
    fn default() -> Self {
        use Family::{Glcm, IntensityHistogram, IntensityStatistics, Morphology};
        Self {
            spacing: None,
            interpolation: Interpolation::default(),
            families: vec![Morphology, IntensityStatistics, IntensityHistogram, Glcm],
            aggregation: Aggregation::default(),
            bins: Bins::Count(32),
            window: None,
            outliers: None,
        }
    }
}

/// `[select]`: always inside the folds, on radiomic columns only.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Select {
    /// Univariate screening.
    pub relevance: Relevance,
    /// Pairwise correlation filter.
    pub redundancy: Redundancy,
    /// Largest number of radiomic features in a model.
    pub max: u32,
}

/// `select.relevance`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Relevance {
    /// The test that ranks.
    pub test: RelevanceTest,
    /// How many features pass on to the redundancy filter.
    pub keep: u32,
}

/// `select.relevance.test`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelevanceTest {
    /// Welch's t, ranked by its p value.
    #[default]
    Welch,
}

/// `select.redundancy`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Redundancy {
    /// A feature goes when its |Pearson r| with a better one reaches this; in (0, 1].
    pub rho: f64,
}

impl Default for Select {
    fn default() -> Self {
        Self { relevance: Relevance::default(), redundancy: Redundancy::default(), max: 8 }
    }
}

impl Default for Relevance {
    fn default() -> Self {
        Self { test: RelevanceTest::Welch, keep: 200 }
    }
}

impl Default for Redundancy {
    fn default() -> Self {
        Self { rho: 0.8 }
    }
}
