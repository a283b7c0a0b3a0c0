//! The settings as the extraction reads them: typed, with PyRadiomics' defaults.
//!
//! Never here: checks of single values, which the schema has made. Specification: PyRadiomics 3.1.0,
//! `_getDefaultSettings` and the `kwargs.get` of every module.

use super::schema::{INTERPOLATORS, Table, Value};

/// How an image is resampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interpolator {
    Nearest,
    Linear,
    BSpline,
}

/// What the two ends of the re-segmentation range are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResegmentMode {
    Absolute,
    /// Parts of the region's maximum.
    Relative,
    /// Standard deviations from the region's mean.
    Sigma,
}

/// The length of a step between neighbours, for weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Norm {
    Euclidean,
    Manhattan,
    Infinity,
    /// All weights are 1: the matrices are added up.
    None,
}

/// Everything a region's features depend on, for one image type.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the parameter file")]
pub(crate) struct Settings {
    pub(crate) minimum_dimensions: usize,
    pub(crate) minimum_size: Option<usize>,
    pub(crate) geometry_tolerance: Option<f64>,
    pub(crate) correct_mask: bool,
    pub(crate) label: u32,
    pub(crate) label_channel: usize,
    pub(crate) bin_width: f64,
    pub(crate) bin_count: Option<usize>,
    pub(crate) normalize: bool,
    pub(crate) normalize_scale: f64,
    pub(crate) remove_outliers: Option<f64>,
    pub(crate) spacing: Option<[f64; 3]>,
    pub(crate) interpolator: Option<Interpolator>,
    pub(crate) pad_distance: usize,
    pub(crate) distances: Vec<usize>,
    /// The axis across the planes when neighbours lie in planes only: 0 for z, 1 for y, 2 for x.
    pub(crate) flat: Option<usize>,
    pub(crate) flat_axis: usize,
    pub(crate) resegment_range: Option<Vec<f64>>,
    pub(crate) resegment_mode: ResegmentMode,
    pub(crate) resegment_shape: bool,
    pub(crate) pre_crop: bool,
    pub(crate) array_shift: f64,
    pub(crate) symmetric: bool,
    pub(crate) norm: Option<Norm>,
    pub(crate) alpha: u32,
}

impl Settings {
    pub(crate) fn new(table: &Table) -> Self {
        let read = Read(table);
        let flat_axis = read.size("force2Ddimension", 0);
        Self {
            minimum_dimensions: read.size("minimumROIDimensions", 2),
            minimum_size: read.optional_size("minimumROISize"),
            geometry_tolerance: read.optional_number("geometryTolerance"),
            correct_mask: read.flag("correctMask", false),
            label: u32::try_from(read.size("label", 1)).unwrap_or(u32::MAX),
            label_channel: read.size("label_channel", 0),
            bin_width: read.number("binWidth", 25.0),
            bin_count: read.optional_size("binCount"),
            normalize: read.flag("normalize", false),
            normalize_scale: read.number("normalizeScale", 1.0),
            remove_outliers: read.optional_number("removeOutliers"),
            spacing: read.list("resampledPixelSpacing").and_then(|mm| mm.try_into().ok()),
            interpolator: read.interpolator(),
            pad_distance: read.size("padDistance", 5),
            distances: read.sizes("distances", 1),
            flat: read.flag("force2D", false).then_some(flat_axis),
            flat_axis,
            resegment_range: read.list("resegmentRange"),
            resegment_mode: read.resegment_mode(),
            resegment_shape: read.flag("resegmentShape", false),
            pre_crop: read.flag("preCrop", false),
            array_shift: read.number("voxelArrayShift", 0.0),
            symmetric: read.flag("symmetricalGLCM", true),
            norm: read.norm(),
            alpha: u32::try_from(read.size("gldm_a", 0)).unwrap_or(u32::MAX),
        }
    }
}

/// Reads a checked table; a missing key takes its default.
pub(crate) struct Read<'a>(pub(crate) &'a Table);

impl Read<'_> {
    pub(crate) fn flag(&self, key: &str, default: bool) -> bool {
        match self.0.get(key) {
            Some(Value::Flag(flag)) => *flag,
            _ => default,
        }
    }

    fn optional_number(&self, key: &str) -> Option<f64> {
        self.0.get(key).and_then(number)
    }

    pub(crate) fn number(&self, key: &str, default: f64) -> f64 {
        self.optional_number(key).unwrap_or(default)
    }

    fn optional_size(&self, key: &str) -> Option<usize> {
        match self.0.get(key) {
            Some(Value::Whole(whole)) => usize::try_from(*whole).ok(),
            _ => None,
        }
    }

    pub(crate) fn size(&self, key: &str, default: usize) -> usize {
        self.optional_size(key).unwrap_or(default)
    }

    pub(crate) fn values(&self, key: &str) -> Option<&[Value]> {
        match self.0.get(key) {
            Some(Value::List(values)) => Some(values),
            _ => None,
        }
    }

    fn list(&self, key: &str) -> Option<Vec<f64>> {
        self.values(key).map(|values| values.iter().filter_map(number).collect())
    }

    fn sizes(&self, key: &str, default: usize) -> Vec<usize> {
        let size = |value: &Value| match value {
            Value::Whole(whole) => usize::try_from(*whole).ok(),
            _ => None,
        };
        self.values(key).map_or_else(|| vec![default], |values| values.iter().filter_map(size).collect())
    }

    pub(crate) fn word(&self, key: &str) -> Option<&str> {
        match self.0.get(key) {
            Some(Value::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// `SimpleITK`'s name of the interpolator, `None` where there is none.
    pub(crate) fn interpolator_name(&self) -> Option<&'static str> {
        let default = INTERPOLATORS[2];
        match self.0.get("interpolator") {
            Some(Value::Null) => None,
            Some(Value::Whole(whole)) => {
                usize::try_from(*whole - 1).ok().and_then(|index| INTERPOLATORS.get(index).copied())
            }
            Some(Value::Word(word)) => INTERPOLATORS.into_iter().find(|known| known == word),
            _ => Some(default),
        }
    }

    /// `None` also for an interpolator that this profile has not, which is refused where it would be used.
    fn interpolator(&self) -> Option<Interpolator> {
        match self.interpolator_name()? {
            "sitkNearestNeighbor" => Some(Interpolator::Nearest),
            "sitkLinear" => Some(Interpolator::Linear),
            "sitkBSpline" => Some(Interpolator::BSpline),
            _ => None,
        }
    }

    fn resegment_mode(&self) -> ResegmentMode {
        match self.word("resegmentMode") {
            Some("relative") => ResegmentMode::Relative,
            Some("sigma") => ResegmentMode::Sigma,
            _ => ResegmentMode::Absolute,
        }
    }

    fn norm(&self) -> Option<Norm> {
        self.word("weightingNorm").map(|word| match word {
            "euclidean" => Norm::Euclidean,
            "manhattan" => Norm::Manhattan,
            "infinity" => Norm::Infinity,
            _ => Norm::None,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a whole number of a parameter file is below 2^53")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Whole(whole) => Some(*whole as f64),
        Value::Number(number) => Some(*number),
        _ => None,
    }
}
