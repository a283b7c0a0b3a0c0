//! Every feature PyRadiomics knows, once: class, name, the IBSI code where the definition is IBSI's, and the function
//! that computes it. Within a class the order is that of PyRadiomics' results.
//!
//! Never here: a formula. Specification: PyRadiomics 3.1.0, the `get…FeatureValue` methods of its feature classes;
//! where a class deviates from IBSI (bins, the divisor of axis lengths, excess kurtosis), docs/reference/pyradiomics.md.

use super::firstorder::FirstOrder;
use super::shape::Shape;
use super::shape2d::Shape2d;
use super::texture::Cooccurrence;
use crate::texture::{LevelTable, ToneTable};

/// A feature class of PyRadiomics, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// First order statistics.
    FirstOrder,
    /// Grey level co-occurrence matrix.
    Glcm,
    /// Grey level dependence matrix.
    Gldm,
    /// Grey level run length matrix.
    Glrlm,
    /// Grey level size zone matrix.
    Glszm,
    /// Neighbouring grey tone difference matrix.
    Ngtdm,
    /// Shape in three dimensions.
    Shape,
    /// Shape of a plane region.
    Shape2d,
}

/// One feature of PyRadiomics.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// Its class.
    pub class: Class,
    /// Its name, as in `original_glcm_NAME`.
    pub name: &'static str,
    /// IBSI's code of the same feature, if IBSI has it.
    pub code: Option<&'static str>,
    /// Whether it is computed when a class is asked for without naming features.
    pub enabled: bool,
    pub(crate) formula: Formula,
}

/// What a feature is computed from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Formula {
    FirstOrder(fn(&FirstOrder) -> f64),
    Glcm(fn(&Cooccurrence) -> f64),
    /// Runs, zones and dependences.
    Table(fn(&LevelTable) -> f64),
    Ngtdm(fn(&ToneTable) -> f64),
    Shape(fn(&Shape) -> f64),
    Shape2d(fn(&Shape2d) -> f64),
    /// PyRadiomics accepts the name and gives no value.
    Removed,
}

impl Class {
    /// All classes, in PyRadiomics' order.
    pub const ALL: [Self; 8] = [
        Self::FirstOrder,
        Self::Glcm,
        Self::Gldm,
        Self::Glrlm,
        Self::Glszm,
        Self::Ngtdm,
        Self::Shape,
        Self::Shape2d,
    ];

    /// The name, as in `original_CLASS_Contrast`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstOrder => "firstorder",
            Self::Glcm => "glcm",
            Self::Gldm => "gldm",
            Self::Glrlm => "glrlm",
            Self::Glszm => "glszm",
            Self::Ngtdm => "ngtdm",
            Self::Shape => "shape",
            Self::Shape2d => "shape2D",
        }
    }

    /// The features of the class.
    pub fn definitions(self) -> impl Iterator<Item = &'static Definition> {
        REGISTRY.iter().filter(move |definition| definition.class == self)
    }
}

/// All features, by class, in PyRadiomics' order.
#[must_use]
pub fn registry() -> &'static [Definition] {
    &REGISTRY
}

const fn on(class: Class, name: &'static str, code: &'static str, formula: Formula) -> Definition {
    Definition { class, name, code: if code.is_empty() { None } else { Some(code) }, enabled: true, formula }
}

const fn off(class: Class, name: &'static str, code: &'static str, formula: Formula) -> Definition {
    Definition { enabled: false, ..on(class, name, code, formula) }
}

use Class as C;
use Formula as F;

#[rustfmt::skip]
static REGISTRY: [Definition; 127] = [
    on(C::FirstOrder, "10Percentile", "QG58", F::FirstOrder(FirstOrder::p10)),
    on(C::FirstOrder, "90Percentile", "8DWT", F::FirstOrder(FirstOrder::p90)),
    on(C::FirstOrder, "Energy", "N8CA", F::FirstOrder(FirstOrder::energy)),
    on(C::FirstOrder, "Entropy", "TLU2", F::FirstOrder(FirstOrder::entropy)),
    on(C::FirstOrder, "InterquartileRange", "SALO", F::FirstOrder(FirstOrder::interquartile_range)),
    on(C::FirstOrder, "Kurtosis", "", F::FirstOrder(FirstOrder::kurtosis)),
    on(C::FirstOrder, "Maximum", "84IY", F::FirstOrder(FirstOrder::maximum)),
    on(C::FirstOrder, "MeanAbsoluteDeviation", "4FUA", F::FirstOrder(FirstOrder::mean_absolute_deviation)),
    on(C::FirstOrder, "Mean", "Q4LE", F::FirstOrder(FirstOrder::mean)),
    on(C::FirstOrder, "Median", "Y12H", F::FirstOrder(FirstOrder::median)),
    on(C::FirstOrder, "Minimum", "1GSF", F::FirstOrder(FirstOrder::minimum)),
    on(C::FirstOrder, "Range", "2OJQ", F::FirstOrder(FirstOrder::range)),
    on(C::FirstOrder, "RobustMeanAbsoluteDeviation", "1128", F::FirstOrder(FirstOrder::robust_mean_absolute_deviation)),
    on(C::FirstOrder, "RootMeanSquared", "5ZWQ", F::FirstOrder(FirstOrder::root_mean_squared)),
    on(C::FirstOrder, "Skewness", "KE2A", F::FirstOrder(FirstOrder::skewness)),
    off(C::FirstOrder, "StandardDeviation", "", F::FirstOrder(FirstOrder::standard_deviation)),
    on(C::FirstOrder, "TotalEnergy", "", F::FirstOrder(FirstOrder::total_energy)),
    on(C::FirstOrder, "Uniformity", "BJ5W", F::FirstOrder(FirstOrder::uniformity)),
    on(C::FirstOrder, "Variance", "ECT3", F::FirstOrder(FirstOrder::variance)),
    on(C::Glcm, "Autocorrelation", "QWB0", F::Glcm(Cooccurrence::autocorrelation)),
    on(C::Glcm, "ClusterProminence", "AE86", F::Glcm(Cooccurrence::cluster_prominence)),
    on(C::Glcm, "ClusterShade", "7NFM", F::Glcm(Cooccurrence::cluster_shade)),
    on(C::Glcm, "ClusterTendency", "DG8W", F::Glcm(Cooccurrence::cluster_tendency)),
    on(C::Glcm, "Contrast", "ACUI", F::Glcm(Cooccurrence::contrast)),
    on(C::Glcm, "Correlation", "NI2N", F::Glcm(Cooccurrence::correlation)),
    on(C::Glcm, "DifferenceAverage", "TF7R", F::Glcm(Cooccurrence::difference_average)),
    on(C::Glcm, "DifferenceEntropy", "NTRS", F::Glcm(Cooccurrence::difference_entropy)),
    on(C::Glcm, "DifferenceVariance", "D3YU", F::Glcm(Cooccurrence::difference_variance)),
    off(C::Glcm, "Dissimilarity", "8S9J", F::Removed),
    off(C::Glcm, "Homogeneity1", "IB1Z", F::Removed),
    off(C::Glcm, "Homogeneity2", "WF0Z", F::Removed),
    on(C::Glcm, "Id", "IB1Z", F::Glcm(Cooccurrence::inverse_difference)),
    on(C::Glcm, "Idm", "WF0Z", F::Glcm(Cooccurrence::inverse_difference_moment)),
    on(C::Glcm, "Idmn", "1QCO", F::Glcm(Cooccurrence::inverse_difference_moment_normalised)),
    on(C::Glcm, "Idn", "NDRX", F::Glcm(Cooccurrence::inverse_difference_normalised)),
    on(C::Glcm, "Imc1", "R8DG", F::Glcm(Cooccurrence::information_correlation_1)),
    on(C::Glcm, "Imc2", "JN9H", F::Glcm(Cooccurrence::information_correlation_2)),
    on(C::Glcm, "InverseVariance", "E8JP", F::Glcm(Cooccurrence::inverse_variance)),
    on(C::Glcm, "JointAverage", "60VM", F::Glcm(Cooccurrence::joint_average)),
    on(C::Glcm, "JointEnergy", "8ZQL", F::Glcm(Cooccurrence::joint_energy)),
    on(C::Glcm, "JointEntropy", "TU9B", F::Glcm(Cooccurrence::joint_entropy)),
    on(C::Glcm, "MCC", "", F::Glcm(Cooccurrence::maximal_correlation)),
    on(C::Glcm, "MaximumProbability", "GYBY", F::Glcm(Cooccurrence::maximum_probability)),
    on(C::Glcm, "SumAverage", "ZGXS", F::Glcm(Cooccurrence::sum_average)),
    on(C::Glcm, "SumEntropy", "P6QZ", F::Glcm(Cooccurrence::sum_entropy)),
    on(C::Glcm, "SumSquares", "UR99", F::Glcm(Cooccurrence::sum_squares)),
    off(C::Glcm, "SumVariance", "OEEB", F::Removed),
    on(C::Gldm, "DependenceEntropy", "FCBV", F::Table(LevelTable::entropy)),
    on(C::Gldm, "DependenceNonUniformity", "Z87G", F::Table(LevelTable::column_nonuniformity)),
    on(C::Gldm, "DependenceNonUniformityNormalized", "OKJI", F::Table(LevelTable::column_nonuniformity_norm)),
    off(C::Gldm, "DependencePercentage", "6XV8", F::Removed),
    on(C::Gldm, "DependenceVariance", "DNX2", F::Table(LevelTable::column_variance)),
    on(C::Gldm, "GrayLevelNonUniformity", "FP8K", F::Table(LevelTable::level_nonuniformity)),
    off(C::Gldm, "GrayLevelNonUniformityNormalized", "5SPA", F::Removed),
    on(C::Gldm, "GrayLevelVariance", "1PFV", F::Table(LevelTable::level_variance)),
    on(C::Gldm, "HighGrayLevelEmphasis", "OAE7", F::Table(LevelTable::high)),
    on(C::Gldm, "LargeDependenceEmphasis", "IMOQ", F::Table(LevelTable::large)),
    on(C::Gldm, "LargeDependenceHighGrayLevelEmphasis", "9QMG", F::Table(LevelTable::large_high)),
    on(C::Gldm, "LargeDependenceLowGrayLevelEmphasis", "NBZI", F::Table(LevelTable::large_low)),
    on(C::Gldm, "LowGrayLevelEmphasis", "TL9H", F::Table(LevelTable::low)),
    on(C::Gldm, "SmallDependenceEmphasis", "SODN", F::Table(LevelTable::small)),
    on(C::Gldm, "SmallDependenceHighGrayLevelEmphasis", "JA6D", F::Table(LevelTable::small_high)),
    on(C::Gldm, "SmallDependenceLowGrayLevelEmphasis", "EQ3F", F::Table(LevelTable::small_low)),
    on(C::Glrlm, "GrayLevelNonUniformity", "R5YN", F::Table(LevelTable::level_nonuniformity)),
    on(C::Glrlm, "GrayLevelNonUniformityNormalized", "OVBL", F::Table(LevelTable::level_nonuniformity_norm)),
    on(C::Glrlm, "GrayLevelVariance", "8CE5", F::Table(LevelTable::level_variance)),
    on(C::Glrlm, "HighGrayLevelRunEmphasis", "G3QZ", F::Table(LevelTable::high)),
    on(C::Glrlm, "LongRunEmphasis", "W4KF", F::Table(LevelTable::large)),
    on(C::Glrlm, "LongRunHighGrayLevelEmphasis", "3KUM", F::Table(LevelTable::large_high)),
    on(C::Glrlm, "LongRunLowGrayLevelEmphasis", "IVPO", F::Table(LevelTable::large_low)),
    on(C::Glrlm, "LowGrayLevelRunEmphasis", "V3SW", F::Table(LevelTable::low)),
    on(C::Glrlm, "RunEntropy", "HJ9O", F::Table(LevelTable::entropy)),
    on(C::Glrlm, "RunLengthNonUniformity", "W92Y", F::Table(LevelTable::column_nonuniformity)),
    on(C::Glrlm, "RunLengthNonUniformityNormalized", "IC23", F::Table(LevelTable::column_nonuniformity_norm)),
    on(C::Glrlm, "RunPercentage", "9ZK5", F::Table(LevelTable::percentage)),
    on(C::Glrlm, "RunVariance", "SXLW", F::Table(LevelTable::column_variance)),
    on(C::Glrlm, "ShortRunEmphasis", "22OV", F::Table(LevelTable::small)),
    on(C::Glrlm, "ShortRunHighGrayLevelEmphasis", "GD3A", F::Table(LevelTable::small_high)),
    on(C::Glrlm, "ShortRunLowGrayLevelEmphasis", "HTZT", F::Table(LevelTable::small_low)),
    on(C::Glszm, "GrayLevelNonUniformity", "JNSA", F::Table(LevelTable::level_nonuniformity)),
    on(C::Glszm, "GrayLevelNonUniformityNormalized", "Y1RO", F::Table(LevelTable::level_nonuniformity_norm)),
    on(C::Glszm, "GrayLevelVariance", "BYLV", F::Table(LevelTable::level_variance)),
    on(C::Glszm, "HighGrayLevelZoneEmphasis", "5GN9", F::Table(LevelTable::high)),
    on(C::Glszm, "LargeAreaEmphasis", "48P8", F::Table(LevelTable::large)),
    on(C::Glszm, "LargeAreaHighGrayLevelEmphasis", "J17V", F::Table(LevelTable::large_high)),
    on(C::Glszm, "LargeAreaLowGrayLevelEmphasis", "YH51", F::Table(LevelTable::large_low)),
    on(C::Glszm, "LowGrayLevelZoneEmphasis", "XMSY", F::Table(LevelTable::low)),
    on(C::Glszm, "SizeZoneNonUniformity", "4JP3", F::Table(LevelTable::column_nonuniformity)),
    on(C::Glszm, "SizeZoneNonUniformityNormalized", "VB3A", F::Table(LevelTable::column_nonuniformity_norm)),
    on(C::Glszm, "SmallAreaEmphasis", "5QRC", F::Table(LevelTable::small)),
    on(C::Glszm, "SmallAreaHighGrayLevelEmphasis", "HW1V", F::Table(LevelTable::small_high)),
    on(C::Glszm, "SmallAreaLowGrayLevelEmphasis", "5RAI", F::Table(LevelTable::small_low)),
    on(C::Glszm, "ZoneEntropy", "GU8N", F::Table(LevelTable::entropy)),
    on(C::Glszm, "ZonePercentage", "P30P", F::Table(LevelTable::percentage)),
    on(C::Glszm, "ZoneVariance", "3NSA", F::Table(LevelTable::column_variance)),
    on(C::Ngtdm, "Busyness", "NQ30", F::Ngtdm(ToneTable::busyness)),
    on(C::Ngtdm, "Coarseness", "QCDE", F::Ngtdm(ToneTable::coarseness)),
    on(C::Ngtdm, "Complexity", "HDEZ", F::Ngtdm(ToneTable::complexity)),
    on(C::Ngtdm, "Contrast", "65HE", F::Ngtdm(ToneTable::contrast)),
    on(C::Ngtdm, "Strength", "1X9X", F::Ngtdm(ToneTable::strength)),
    off(C::Shape, "Compactness1", "SKGS", F::Shape(Shape::compactness_1)),
    off(C::Shape, "Compactness2", "BQWJ", F::Shape(Shape::compactness_2)),
    on(C::Shape, "Elongation", "Q3CK", F::Shape(Shape::elongation)),
    on(C::Shape, "Flatness", "N17B", F::Shape(Shape::flatness)),
    on(C::Shape, "LeastAxisLength", "7J51", F::Shape(Shape::least_axis_length)),
    on(C::Shape, "MajorAxisLength", "TDIC", F::Shape(Shape::major_axis_length)),
    on(C::Shape, "Maximum2DDiameterColumn", "", F::Shape(Shape::diameter_column)),
    on(C::Shape, "Maximum2DDiameterRow", "", F::Shape(Shape::diameter_row)),
    on(C::Shape, "Maximum2DDiameterSlice", "", F::Shape(Shape::diameter_slice)),
    on(C::Shape, "Maximum3DDiameter", "L0JK", F::Shape(Shape::diameter)),
    on(C::Shape, "MeshVolume", "RNU0", F::Shape(Shape::mesh_volume)),
    on(C::Shape, "MinorAxisLength", "P9VJ", F::Shape(Shape::minor_axis_length)),
    off(C::Shape, "SphericalDisproportion", "KRCK", F::Shape(Shape::spherical_disproportion)),
    on(C::Shape, "Sphericity", "QCFX", F::Shape(Shape::sphericity)),
    on(C::Shape, "SurfaceArea", "C0JK", F::Shape(Shape::surface_area)),
    on(C::Shape, "SurfaceVolumeRatio", "2PR5", F::Shape(Shape::surface_volume_ratio)),
    on(C::Shape, "VoxelVolume", "YEKZ", F::Shape(Shape::voxel_volume)),
    on(C::Shape2d, "Elongation", "", F::Shape2d(Shape2d::elongation)),
    on(C::Shape2d, "MajorAxisLength", "", F::Shape2d(Shape2d::major_axis_length)),
    on(C::Shape2d, "MaximumDiameter", "", F::Shape2d(Shape2d::diameter)),
    on(C::Shape2d, "MeshSurface", "", F::Shape2d(Shape2d::mesh_surface)),
    on(C::Shape2d, "MinorAxisLength", "", F::Shape2d(Shape2d::minor_axis_length)),
    on(C::Shape2d, "Perimeter", "", F::Shape2d(Shape2d::perimeter)),
    on(C::Shape2d, "PerimeterSurfaceRatio", "", F::Shape2d(Shape2d::perimeter_surface_ratio)),
    on(C::Shape2d, "PixelSurface", "", F::Shape2d(Shape2d::pixel_surface)),
    off(C::Shape2d, "SphericalDisproportion", "", F::Shape2d(Shape2d::spherical_disproportion)),
    on(C::Shape2d, "Sphericity", "", F::Shape2d(Shape2d::sphericity)),
];
