//! Every feature, once: family, IBSI tag and code, name, unit, and the function that computes it. Listings, column names
//! and values all come from here.
//!
//! Never here: a formula. Specification: IBSI reference manual, chapter 3, DOI 10.1148/radiol.2020191145. Not here yet: the
//! densities by oriented bounding box and by minimum volume enclosing ellipsoid, for which IBSI gives no reference value.

use crate::Aggregation;
use crate::Family::{
    self, Glcm as GlcmFamily, IntensityHistogram, IntensityStatistics, Morphology as MorphologyFamily,
};
use crate::glcm::Cooccurrence;
use crate::histogram::Histogram;
use crate::morphology::Morphology;
use crate::statistics::Statistics;

/// One feature.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// The family it belongs to.
    pub family: Family,
    /// Tag of the IBSI compliance tables, without the aggregation.
    pub tag: &'static str,
    /// IBSI's permanent code.
    pub code: &'static str,
    /// IBSI's name.
    pub name: &'static str,
    /// Unit; `intensity` is the image's own.
    pub unit: &'static str,
    pub(crate) formula: Formula,
}

/// What a feature is computed from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Formula {
    Morphology(fn(&Morphology) -> f64),
    Statistics(fn(&Statistics) -> f64),
    Histogram(fn(&Histogram) -> f64),
    Glcm(fn(&Cooccurrence) -> f64),
}

use Formula::{Glcm, Histogram as OfHistogram, Morphology as OfMorphology, Statistics as OfStatistics};

/// All features, in the order in which they are computed and listed.
#[must_use]
pub fn registry() -> &'static [Definition] {
    &REGISTRY
}

impl Definition {
    /// The tag as a column has it: texture features carry their aggregation.
    #[must_use]
    pub fn column(&self, aggregation: Aggregation) -> String {
        match self.family {
            Family::Glcm => format!("{}_{}", self.tag, aggregation.suffix()),
            _ => self.tag.to_owned(),
        }
    }
}

const fn define(
    family: Family,
    tag: &'static str,
    code: &'static str,
    name: &'static str,
    unit: &'static str,
    formula: Formula,
) -> Definition {
    Definition { family, tag, code, name, unit, formula }
}

#[rustfmt::skip]
static REGISTRY: [Definition; 91] = [
    define(MorphologyFamily, "morph_volume", "RNU0", "Volume (mesh)", "mm^3", OfMorphology(Morphology::volume)),
    define(MorphologyFamily, "morph_vol_approx", "YEKZ", "Volume (voxel counting)", "mm^3", OfMorphology(Morphology::vol_approx)),
    define(MorphologyFamily, "morph_area_mesh", "C0JK", "Surface area (mesh)", "mm^2", OfMorphology(Morphology::area_mesh)),
    define(MorphologyFamily, "morph_av", "2PR5", "Surface to volume ratio", "1/mm", OfMorphology(Morphology::av)),
    define(MorphologyFamily, "morph_comp_1", "SKGS", "Compactness 1", "1", OfMorphology(Morphology::comp_1)),
    define(MorphologyFamily, "morph_comp_2", "BQWJ", "Compactness 2", "1", OfMorphology(Morphology::comp_2)),
    define(MorphologyFamily, "morph_sph_dispr", "KRCK", "Spherical disproportion", "1", OfMorphology(Morphology::sph_dispr)),
    define(MorphologyFamily, "morph_sphericity", "QCFX", "Sphericity", "1", OfMorphology(Morphology::sphericity)),
    define(MorphologyFamily, "morph_asphericity", "25C7", "Asphericity", "1", OfMorphology(Morphology::asphericity)),
    define(MorphologyFamily, "morph_com", "KLMA", "Centre of mass shift", "mm", OfMorphology(Morphology::com)),
    define(MorphologyFamily, "morph_diam", "L0JK", "Maximum 3D diameter", "mm", OfMorphology(Morphology::diam)),
    define(MorphologyFamily, "morph_pca_maj_axis", "TDIC", "Major axis length", "mm", OfMorphology(Morphology::pca_maj_axis)),
    define(MorphologyFamily, "morph_pca_min_axis", "P9VJ", "Minor axis length", "mm", OfMorphology(Morphology::pca_min_axis)),
    define(MorphologyFamily, "morph_pca_least_axis", "7J51", "Least axis length", "mm", OfMorphology(Morphology::pca_least_axis)),
    define(MorphologyFamily, "morph_pca_elongation", "Q3CK", "Elongation", "1", OfMorphology(Morphology::pca_elongation)),
    define(MorphologyFamily, "morph_pca_flatness", "N17B", "Flatness", "1", OfMorphology(Morphology::pca_flatness)),
    define(MorphologyFamily, "morph_vol_dens_aabb", "PBX1", "Volume density (axis-aligned bounding box)", "1", OfMorphology(Morphology::vol_dens_aabb)),
    define(MorphologyFamily, "morph_area_dens_aabb", "R59B", "Area density (axis-aligned bounding box)", "1", OfMorphology(Morphology::area_dens_aabb)),
    define(MorphologyFamily, "morph_vol_dens_aee", "6BDE", "Volume density (approximate enclosing ellipsoid)", "1", OfMorphology(Morphology::vol_dens_aee)),
    define(MorphologyFamily, "morph_area_dens_aee", "RDD2", "Area density (approximate enclosing ellipsoid)", "1", OfMorphology(Morphology::area_dens_aee)),
    define(MorphologyFamily, "morph_vol_dens_conv_hull", "R3ER", "Volume density (convex hull)", "1", OfMorphology(Morphology::vol_dens_conv_hull)),
    define(MorphologyFamily, "morph_area_dens_conv_hull", "7T7F", "Area density (convex hull)", "1", OfMorphology(Morphology::area_dens_conv_hull)),
    define(MorphologyFamily, "morph_integ_int", "99N0", "Integrated intensity", "intensity mm^3", OfMorphology(Morphology::integ_int)),
    define(MorphologyFamily, "morph_moran_i", "N365", "Moran's I index", "1", OfMorphology(Morphology::moran_i)),
    define(MorphologyFamily, "morph_geary_c", "NPT7", "Geary's C measure", "1", OfMorphology(Morphology::geary_c)),
    define(IntensityStatistics, "stat_mean", "Q4LE", "Mean intensity", "intensity", OfStatistics(Statistics::mean)),
    define(IntensityStatistics, "stat_var", "ECT3", "Intensity variance", "intensity^2", OfStatistics(Statistics::var)),
    define(IntensityStatistics, "stat_skew", "KE2A", "Intensity skewness", "1", OfStatistics(Statistics::skew)),
    define(IntensityStatistics, "stat_kurt", "IPH6", "(Excess) intensity kurtosis", "1", OfStatistics(Statistics::kurt)),
    define(IntensityStatistics, "stat_median", "Y12H", "Median intensity", "intensity", OfStatistics(Statistics::median)),
    define(IntensityStatistics, "stat_min", "1GSF", "Minimum intensity", "intensity", OfStatistics(Statistics::min)),
    define(IntensityStatistics, "stat_p10", "QG58", "10th intensity percentile", "intensity", OfStatistics(Statistics::p10)),
    define(IntensityStatistics, "stat_p90", "8DWT", "90th intensity percentile", "intensity", OfStatistics(Statistics::p90)),
    define(IntensityStatistics, "stat_max", "84IY", "Maximum intensity", "intensity", OfStatistics(Statistics::max)),
    define(IntensityStatistics, "stat_iqr", "SALO", "Intensity interquartile range", "intensity", OfStatistics(Statistics::iqr)),
    define(IntensityStatistics, "stat_range", "2OJQ", "Intensity range", "intensity", OfStatistics(Statistics::range)),
    define(IntensityStatistics, "stat_mad", "4FUA", "Intensity-based mean absolute deviation", "intensity", OfStatistics(Statistics::mad)),
    define(IntensityStatistics, "stat_rmad", "1128", "Intensity-based robust mean absolute deviation", "intensity", OfStatistics(Statistics::rmad)),
    define(IntensityStatistics, "stat_medad", "N72L", "Intensity-based median absolute deviation", "intensity", OfStatistics(Statistics::medad)),
    define(IntensityStatistics, "stat_cov", "7TET", "Intensity-based coefficient of variation", "1", OfStatistics(Statistics::cov)),
    define(IntensityStatistics, "stat_qcod", "9S40", "Intensity-based quartile coefficient of dispersion", "1", OfStatistics(Statistics::qcod)),
    define(IntensityStatistics, "stat_energy", "N8CA", "Intensity-based energy", "intensity^2", OfStatistics(Statistics::energy)),
    define(IntensityStatistics, "stat_rms", "5ZWQ", "Root mean square intensity", "intensity", OfStatistics(Statistics::rms)),
    define(IntensityHistogram, "ih_mean", "X6K6", "Mean discretised intensity", "grey level", OfHistogram(|h| h.levels().mean())),
    define(IntensityHistogram, "ih_var", "CH89", "Discretised intensity variance", "grey level^2", OfHistogram(|h| h.levels().var())),
    define(IntensityHistogram, "ih_skew", "88K1", "Discretised intensity skewness", "1", OfHistogram(|h| h.levels().skew())),
    define(IntensityHistogram, "ih_kurt", "C3I7", "(Excess) discretised intensity kurtosis", "1", OfHistogram(|h| h.levels().kurt())),
    define(IntensityHistogram, "ih_median", "WIFQ", "Median discretised intensity", "grey level", OfHistogram(|h| h.levels().median())),
    define(IntensityHistogram, "ih_min", "1PR8", "Minimum discretised intensity", "grey level", OfHistogram(|h| h.levels().min())),
    define(IntensityHistogram, "ih_p10", "GPMT", "10th discretised intensity percentile", "grey level", OfHistogram(|h| h.levels().p10())),
    define(IntensityHistogram, "ih_p90", "OZ0C", "90th discretised intensity percentile", "grey level", OfHistogram(|h| h.levels().p90())),
    define(IntensityHistogram, "ih_max", "3NCY", "Maximum discretised intensity", "grey level", OfHistogram(|h| h.levels().max())),
    define(IntensityHistogram, "ih_mode", "AMMC", "Intensity histogram mode", "grey level", OfHistogram(Histogram::mode)),
    define(IntensityHistogram, "ih_iqr", "WR0O", "Discretised intensity interquartile range", "grey level", OfHistogram(|h| h.levels().iqr())),
    define(IntensityHistogram, "ih_range", "5Z3W", "Discretised intensity range", "grey level", OfHistogram(|h| h.levels().range())),
    define(IntensityHistogram, "ih_mad", "D2ZX", "Intensity histogram mean absolute deviation", "grey level", OfHistogram(|h| h.levels().mad())),
    define(IntensityHistogram, "ih_rmad", "WRZB", "Intensity histogram robust mean absolute deviation", "grey level", OfHistogram(|h| h.levels().rmad())),
    define(IntensityHistogram, "ih_medad", "4RNL", "Intensity histogram median absolute deviation", "grey level", OfHistogram(|h| h.levels().medad())),
    define(IntensityHistogram, "ih_cov", "CWYJ", "Intensity histogram coefficient of variation", "1", OfHistogram(|h| h.levels().cov())),
    define(IntensityHistogram, "ih_qcod", "SLWD", "Intensity histogram quartile coefficient of dispersion", "1", OfHistogram(|h| h.levels().qcod())),
    define(IntensityHistogram, "ih_entropy", "TLU2", "Discretised intensity entropy", "1", OfHistogram(Histogram::entropy)),
    define(IntensityHistogram, "ih_uniformity", "BJ5W", "Discretised intensity uniformity", "1", OfHistogram(Histogram::uniformity)),
    define(IntensityHistogram, "ih_max_grad", "12CE", "Maximum histogram gradient", "voxels", OfHistogram(Histogram::max_grad)),
    define(IntensityHistogram, "ih_max_grad_g", "8E6O", "Maximum histogram gradient intensity", "grey level", OfHistogram(Histogram::max_grad_g)),
    define(IntensityHistogram, "ih_min_grad", "VQB3", "Minimum histogram gradient", "voxels", OfHistogram(Histogram::min_grad)),
    define(IntensityHistogram, "ih_min_grad_g", "RHQZ", "Minimum histogram gradient intensity", "grey level", OfHistogram(Histogram::min_grad_g)),
    define(GlcmFamily, "cm_joint_max", "GYBY", "Joint maximum", "1", Glcm(Cooccurrence::joint_max)),
    define(GlcmFamily, "cm_joint_avg", "60VM", "Joint average", "1", Glcm(Cooccurrence::joint_avg)),
    define(GlcmFamily, "cm_joint_var", "UR99", "Joint variance", "1", Glcm(Cooccurrence::joint_var)),
    define(GlcmFamily, "cm_joint_entr", "TU9B", "Joint entropy", "1", Glcm(Cooccurrence::joint_entr)),
    define(GlcmFamily, "cm_diff_avg", "TF7R", "Difference average", "1", Glcm(Cooccurrence::diff_avg)),
    define(GlcmFamily, "cm_diff_var", "D3YU", "Difference variance", "1", Glcm(Cooccurrence::diff_var)),
    define(GlcmFamily, "cm_diff_entr", "NTRS", "Difference entropy", "1", Glcm(Cooccurrence::diff_entr)),
    define(GlcmFamily, "cm_sum_avg", "ZGXS", "Sum average", "1", Glcm(Cooccurrence::sum_avg)),
    define(GlcmFamily, "cm_sum_var", "OEEB", "Sum variance", "1", Glcm(Cooccurrence::sum_var)),
    define(GlcmFamily, "cm_sum_entr", "P6QZ", "Sum entropy", "1", Glcm(Cooccurrence::sum_entr)),
    define(GlcmFamily, "cm_energy", "8ZQL", "Angular second moment", "1", Glcm(Cooccurrence::energy)),
    define(GlcmFamily, "cm_contrast", "ACUI", "Contrast", "1", Glcm(Cooccurrence::contrast)),
    define(GlcmFamily, "cm_dissimilarity", "8S9J", "Dissimilarity", "1", Glcm(Cooccurrence::dissimilarity)),
    define(GlcmFamily, "cm_inv_diff", "IB1Z", "Inverse difference", "1", Glcm(Cooccurrence::inv_diff)),
    define(GlcmFamily, "cm_inv_diff_norm", "NDRX", "Normalised inverse difference", "1", Glcm(Cooccurrence::inv_diff_norm)),
    define(GlcmFamily, "cm_inv_diff_mom", "WF0Z", "Inverse difference moment", "1", Glcm(Cooccurrence::inv_diff_mom)),
    define(GlcmFamily, "cm_inv_diff_mom_norm", "1QCO", "Normalised inverse difference moment", "1", Glcm(Cooccurrence::inv_diff_mom_norm)),
    define(GlcmFamily, "cm_inv_var", "E8JP", "Inverse variance", "1", Glcm(Cooccurrence::inv_var)),
    define(GlcmFamily, "cm_corr", "NI2N", "Correlation", "1", Glcm(Cooccurrence::corr)),
    define(GlcmFamily, "cm_auto_corr", "QWB0", "Autocorrelation", "1", Glcm(Cooccurrence::auto_corr)),
    define(GlcmFamily, "cm_clust_tend", "DG8W", "Cluster tendency", "1", Glcm(Cooccurrence::clust_tend)),
    define(GlcmFamily, "cm_clust_shade", "7NFM", "Cluster shade", "1", Glcm(Cooccurrence::clust_shade)),
    define(GlcmFamily, "cm_clust_prom", "AE86", "Cluster prominence", "1", Glcm(Cooccurrence::clust_prom)),
    define(GlcmFamily, "cm_info_corr1", "R8DG", "Information correlation 1", "1", Glcm(Cooccurrence::info_corr1)),
    define(GlcmFamily, "cm_info_corr2", "JN9H", "Information correlation 2", "1", Glcm(Cooccurrence::info_corr2)),
];
