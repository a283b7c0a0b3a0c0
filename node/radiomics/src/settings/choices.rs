//! The words of a recipe: families, aggregations, bins; and the ways in which a family is computed.
//!
//! Never here: a formula. Specification: IBSI reference manual, chapter 3, sections 2.7 (discretisation) and 3.6
//! (aggregation), DOI 10.1148/radiol.2020191145.

use crate::texture::Scope;

/// A feature family of the IBSI reference manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Morphology (HCUG).
    Morphology,
    /// Local intensity (9ST6).
    LocalIntensity,
    /// Intensity-based statistics (UHIW).
    IntensityStatistics,
    /// Intensity histogram (ZVCW).
    IntensityHistogram,
    /// Intensity-volume histogram (P88C).
    IntensityVolumeHistogram,
    /// Grey level co-occurrence matrix (LFYI).
    Glcm,
    /// Grey level run length matrix (TP0I).
    Glrlm,
    /// Grey level size zone matrix (9SAK).
    Glszm,
    /// Grey level distance zone matrix (VMDZ).
    Gldzm,
    /// Neighbourhood grey tone difference matrix (IPET).
    Ngtdm,
    /// Neighbouring grey level dependence matrix (REK0).
    Ngldm,
}

/// Which slices and directions of texture matrices become one value. Families without directions know three of the ways:
/// over slices (2D), all slices as one (2.5D), and in space (3D).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aggregation {
    /// 2D averaged (BTW3): the mean over slices and directions.
    Averaged2d,
    /// 2D slice-merged (SUJT): the mean over slices of the features of the directions' sum.
    SliceMerged2d,
    /// 2.5D direction-merged (JJUI): the mean over directions of the features of the slices' sum.
    DirectionMerged25d,
    /// 2.5D merged (ZW7Z): the features of the sum over slices and directions.
    Merged25d,
    /// 3D averaged (ITBB): the mean of the 13 directions' features.
    Averaged3d,
    /// 3D merged (IAZD): the features of the directions' sum.
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

/// The steps of the intensity-volume histogram, which depend on what intensities mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum VolumeHistogram {
    /// Calibrated whole numbers, such as Hounsfield units: steps of 1.
    Calibrated,
    /// Calibrated real numbers, such as SUV: bins of this size from the window's lower end; a bin stands for its centre.
    BinWidth(f64),
    /// Arbitrary intensities, such as raw MR: this many bins between the ROI's minimum and maximum.
    BinCount(u32),
}

impl Discretisation {
    pub(super) fn canonical(self) -> String {
        match self {
            Self::BinWidth(width) => format!("width:{width:?}"),
            Self::BinCount(count) => format!("count:{count}"),
        }
    }
}

/// One of the ways in which a feature is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// There is only one.
    Whole,
    /// Texture along directions.
    Lines(Aggregation),
    /// Texture without directions.
    Around(Scope),
}

impl Way {
    /// The ending of a feature's tag in the IBSI compliance tables.
    pub(crate) fn suffix(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Lines(aggregation) => Some(aggregation.suffix()),
            Self::Around(Scope::Slice) => Some("2D"),
            Self::Around(Scope::Slices) => Some("2_5D"),
            Self::Around(Scope::Volume) => Some("3D"),
        }
    }
}

impl Family {
    /// Every family, in the order of the IBSI reference manual.
    pub const ALL: [Self; 11] = [
        Self::Morphology,
        Self::LocalIntensity,
        Self::IntensityStatistics,
        Self::IntensityHistogram,
        Self::IntensityVolumeHistogram,
        Self::Glcm,
        Self::Glrlm,
        Self::Glszm,
        Self::Gldzm,
        Self::Ngtdm,
        Self::Ngldm,
    ];

    /// The family's name in plans, parameter files and listings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Morphology => "morphology",
            Self::LocalIntensity => "local-intensity",
            Self::IntensityStatistics => "intensity-statistics",
            Self::IntensityHistogram => "intensity-histogram",
            Self::IntensityVolumeHistogram => "ivh",
            Self::Glcm => "glcm",
            Self::Glrlm => "glrlm",
            Self::Glszm => "glszm",
            Self::Gldzm => "gldzm",
            Self::Ngtdm => "ngtdm",
            Self::Ngldm => "ngldm",
        }
    }

    pub(crate) fn needs_levels(self) -> bool {
        self == Self::IntensityHistogram || self.is_texture()
    }

    pub(super) fn is_texture(self) -> bool {
        self >= Self::Glcm
    }
}

impl Aggregation {
    /// Every way, in the order of the IBSI reference manual.
    pub const ALL: [Self; 6] = [
        Self::Averaged2d,
        Self::SliceMerged2d,
        Self::DirectionMerged25d,
        Self::Merged25d,
        Self::Averaged3d,
        Self::Merged3d,
    ];

    /// The ending of a texture feature's tag in the IBSI compliance tables.
    pub(crate) const fn suffix(self) -> &'static str {
        match self {
            Self::Averaged2d => "2D_avg",
            Self::SliceMerged2d => "2D_comb",
            Self::DirectionMerged25d => "2_5D_avg",
            Self::Merged25d => "2_5D_comb",
            Self::Averaged3d => "3D_avg",
            Self::Merged3d => "3D_comb",
        }
    }

    pub(crate) fn scope(self) -> Scope {
        match self {
            Self::Averaged2d | Self::SliceMerged2d => Scope::Slice,
            Self::DirectionMerged25d | Self::Merged25d => Scope::Slices,
            Self::Averaged3d | Self::Merged3d => Scope::Volume,
        }
    }
}
