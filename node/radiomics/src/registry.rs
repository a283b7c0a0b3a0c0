//! Every feature, once: family, IBSI tag and code, name, unit, and the function that computes it. Listings, column names
//! and values all come from here.
//!
//! Never here: a formula. Specification: IBSI reference manual, chapter 3, DOI 10.1148/radiol.2020191145.

use crate::Family::{
    self, Glcm, Gldzm, Glrlm, Glszm, IntensityHistogram, IntensityStatistics, IntensityVolumeHistogram,
    LocalIntensity as LocalFamily, Morphology as MorphologyFamily, Ngldm, Ngtdm,
};
use crate::histogram::Histogram;
use crate::ivh::Ivh;
use crate::local::LocalIntensity;
use crate::morphology::Morphology;
use crate::settings::Way;
use crate::statistics::Statistics;
use crate::texture::{Cooccurrence, LevelTable, ToneTable};

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
    Local(fn(&LocalIntensity) -> f64),
    Statistics(fn(&Statistics) -> f64),
    Histogram(fn(&Histogram) -> f64),
    Ivh(fn(&Ivh) -> f64),
    Cooccurrence(fn(&Cooccurrence) -> f64),
    Runs(fn(&LevelTable) -> f64),
    Sizes(fn(&LevelTable) -> f64),
    Distances(fn(&LevelTable) -> f64),
    Tones(fn(&ToneTable) -> f64),
    Dependences(fn(&LevelTable) -> f64),
}

use Formula::{
    Cooccurrence as OfPairs, Dependences, Distances, Histogram as OfHistogram, Ivh as OfIvh,
    Local as OfLocal, Morphology as OfMorphology, Runs, Sizes, Statistics as OfStatistics, Tones,
};

/// All features, in the order in which they are computed and listed.
#[must_use]
pub fn registry() -> &'static [Definition] {
    &REGISTRY
}

impl Definition {
    /// The tag as a column has it: texture features carry their aggregation.
    pub(crate) fn column(&self, way: Way) -> String {
        way.suffix().map_or_else(|| self.tag.to_owned(), |suffix| format!("{}_{suffix}", self.tag))
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
static REGISTRY: [Definition; 174] = [
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
    define(MorphologyFamily, "morph_vol_dens_ombb", "ZH1A", "Volume density (oriented minimum bounding box)", "1", OfMorphology(Morphology::vol_dens_ombb)),
    define(MorphologyFamily, "morph_area_dens_ombb", "IQYR", "Area density (oriented minimum bounding box)", "1", OfMorphology(Morphology::area_dens_ombb)),
    define(MorphologyFamily, "morph_vol_dens_aee", "6BDE", "Volume density (approximate enclosing ellipsoid)", "1", OfMorphology(Morphology::vol_dens_aee)),
    define(MorphologyFamily, "morph_area_dens_aee", "RDD2", "Area density (approximate enclosing ellipsoid)", "1", OfMorphology(Morphology::area_dens_aee)),
    define(MorphologyFamily, "morph_vol_dens_mvee", "SWZ1", "Volume density (minimum volume enclosing ellipsoid)", "1", OfMorphology(Morphology::vol_dens_mvee)),
    define(MorphologyFamily, "morph_area_dens_mvee", "BRI8", "Area density (minimum volume enclosing ellipsoid)", "1", OfMorphology(Morphology::area_dens_mvee)),
    define(MorphologyFamily, "morph_vol_dens_conv_hull", "R3ER", "Volume density (convex hull)", "1", OfMorphology(Morphology::vol_dens_conv_hull)),
    define(MorphologyFamily, "morph_area_dens_conv_hull", "7T7F", "Area density (convex hull)", "1", OfMorphology(Morphology::area_dens_conv_hull)),
    define(MorphologyFamily, "morph_integ_int", "99N0", "Integrated intensity", "intensity mm^3", OfMorphology(Morphology::integ_int)),
    define(MorphologyFamily, "morph_moran_i", "N365", "Moran's I index", "1", OfMorphology(Morphology::moran_i)),
    define(MorphologyFamily, "morph_geary_c", "NPT7", "Geary's C measure", "1", OfMorphology(Morphology::geary_c)),
    define(LocalFamily, "loc_peak_loc", "VJGA", "Local intensity peak", "intensity", OfLocal(|l| l.local)),
    define(LocalFamily, "loc_peak_glob", "0F91", "Global intensity peak", "intensity", OfLocal(|l| l.global)),
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
    define(IntensityVolumeHistogram, "ivh_v10", "BC2M", "Volume fraction at 10% intensity (V10)", "1", OfIvh(Ivh::v10)),
    define(IntensityVolumeHistogram, "ivh_v90", "BC2M", "Volume fraction at 90% intensity (V90)", "1", OfIvh(Ivh::v90)),
    define(IntensityVolumeHistogram, "ivh_i10", "GBPN", "Intensity at 10% volume (I10)", "intensity", OfIvh(Ivh::i10)),
    define(IntensityVolumeHistogram, "ivh_i90", "GBPN", "Intensity at 90% volume (I90)", "intensity", OfIvh(Ivh::i90)),
    define(IntensityVolumeHistogram, "ivh_diff_v10_v90", "DDTU", "Volume fraction difference V10-V90", "1", OfIvh(Ivh::diff_v10_v90)),
    define(IntensityVolumeHistogram, "ivh_diff_i10_i90", "CNV2", "Intensity difference I10-I90", "intensity", OfIvh(Ivh::diff_i10_i90)),
    define(IntensityVolumeHistogram, "ivh_auc", "9CMM", "Area under the IVH curve", "1", OfIvh(Ivh::auc)),
    define(Glcm, "cm_joint_max", "GYBY", "Joint maximum", "1", OfPairs(Cooccurrence::joint_max)),
    define(Glcm, "cm_joint_avg", "60VM", "Joint average", "1", OfPairs(Cooccurrence::joint_avg)),
    define(Glcm, "cm_joint_var", "UR99", "Joint variance", "1", OfPairs(Cooccurrence::joint_var)),
    define(Glcm, "cm_joint_entr", "TU9B", "Joint entropy", "1", OfPairs(Cooccurrence::joint_entr)),
    define(Glcm, "cm_diff_avg", "TF7R", "Difference average", "1", OfPairs(Cooccurrence::diff_avg)),
    define(Glcm, "cm_diff_var", "D3YU", "Difference variance", "1", OfPairs(Cooccurrence::diff_var)),
    define(Glcm, "cm_diff_entr", "NTRS", "Difference entropy", "1", OfPairs(Cooccurrence::diff_entr)),
    define(Glcm, "cm_sum_avg", "ZGXS", "Sum average", "1", OfPairs(Cooccurrence::sum_avg)),
    define(Glcm, "cm_sum_var", "OEEB", "Sum variance", "1", OfPairs(Cooccurrence::sum_var)),
    define(Glcm, "cm_sum_entr", "P6QZ", "Sum entropy", "1", OfPairs(Cooccurrence::sum_entr)),
    define(Glcm, "cm_energy", "8ZQL", "Angular second moment", "1", OfPairs(Cooccurrence::energy)),
    define(Glcm, "cm_contrast", "ACUI", "Contrast", "1", OfPairs(Cooccurrence::contrast)),
    define(Glcm, "cm_dissimilarity", "8S9J", "Dissimilarity", "1", OfPairs(Cooccurrence::dissimilarity)),
    define(Glcm, "cm_inv_diff", "IB1Z", "Inverse difference", "1", OfPairs(Cooccurrence::inv_diff)),
    define(Glcm, "cm_inv_diff_norm", "NDRX", "Normalised inverse difference", "1", OfPairs(Cooccurrence::inv_diff_norm)),
    define(Glcm, "cm_inv_diff_mom", "WF0Z", "Inverse difference moment", "1", OfPairs(Cooccurrence::inv_diff_mom)),
    define(Glcm, "cm_inv_diff_mom_norm", "1QCO", "Normalised inverse difference moment", "1", OfPairs(Cooccurrence::inv_diff_mom_norm)),
    define(Glcm, "cm_inv_var", "E8JP", "Inverse variance", "1", OfPairs(Cooccurrence::inv_var)),
    define(Glcm, "cm_corr", "NI2N", "Correlation", "1", OfPairs(Cooccurrence::corr)),
    define(Glcm, "cm_auto_corr", "QWB0", "Autocorrelation", "1", OfPairs(Cooccurrence::auto_corr)),
    define(Glcm, "cm_clust_tend", "DG8W", "Cluster tendency", "1", OfPairs(Cooccurrence::clust_tend)),
    define(Glcm, "cm_clust_shade", "7NFM", "Cluster shade", "1", OfPairs(Cooccurrence::clust_shade)),
    define(Glcm, "cm_clust_prom", "AE86", "Cluster prominence", "1", OfPairs(Cooccurrence::clust_prom)),
    define(Glcm, "cm_info_corr1", "R8DG", "Information correlation 1", "1", OfPairs(Cooccurrence::info_corr1)),
    define(Glcm, "cm_info_corr2", "JN9H", "Information correlation 2", "1", OfPairs(Cooccurrence::info_corr2)),
    define(Glrlm, "rlm_sre", "22OV", "Short runs emphasis", "1", Runs(LevelTable::small)),
    define(Glrlm, "rlm_lre", "W4KF", "Long runs emphasis", "1", Runs(LevelTable::large)),
    define(Glrlm, "rlm_lgre", "V3SW", "Low grey level run emphasis", "1", Runs(LevelTable::low)),
    define(Glrlm, "rlm_hgre", "G3QZ", "High grey level run emphasis", "1", Runs(LevelTable::high)),
    define(Glrlm, "rlm_srlge", "HTZT", "Short run low grey level emphasis", "1", Runs(LevelTable::small_low)),
    define(Glrlm, "rlm_srhge", "GD3A", "Short run high grey level emphasis", "1", Runs(LevelTable::small_high)),
    define(Glrlm, "rlm_lrlge", "IVPO", "Long run low grey level emphasis", "1", Runs(LevelTable::large_low)),
    define(Glrlm, "rlm_lrhge", "3KUM", "Long run high grey level emphasis", "1", Runs(LevelTable::large_high)),
    define(Glrlm, "rlm_glnu", "R5YN", "Grey level non-uniformity", "1", Runs(LevelTable::level_nonuniformity)),
    define(Glrlm, "rlm_glnu_norm", "OVBL", "Normalised grey level non-uniformity", "1", Runs(LevelTable::level_nonuniformity_norm)),
    define(Glrlm, "rlm_rlnu", "W92Y", "Run length non-uniformity", "1", Runs(LevelTable::column_nonuniformity)),
    define(Glrlm, "rlm_rlnu_norm", "IC23", "Normalised run length non-uniformity", "1", Runs(LevelTable::column_nonuniformity_norm)),
    define(Glrlm, "rlm_r_perc", "9ZK5", "Run percentage", "1", Runs(LevelTable::percentage)),
    define(Glrlm, "rlm_gl_var", "8CE5", "Grey level variance", "1", Runs(LevelTable::level_variance)),
    define(Glrlm, "rlm_rl_var", "SXLW", "Run length variance", "1", Runs(LevelTable::column_variance)),
    define(Glrlm, "rlm_rl_entr", "HJ9O", "Run entropy", "1", Runs(LevelTable::entropy)),
    define(Glszm, "szm_sze", "5QRC", "Small zone emphasis", "1", Sizes(LevelTable::small)),
    define(Glszm, "szm_lze", "48P8", "Large zone emphasis", "1", Sizes(LevelTable::large)),
    define(Glszm, "szm_lgze", "XMSY", "Low grey level zone emphasis", "1", Sizes(LevelTable::low)),
    define(Glszm, "szm_hgze", "5GN9", "High grey level zone emphasis", "1", Sizes(LevelTable::high)),
    define(Glszm, "szm_szlge", "5RAI", "Small zone low grey level emphasis", "1", Sizes(LevelTable::small_low)),
    define(Glszm, "szm_szhge", "HW1V", "Small zone high grey level emphasis", "1", Sizes(LevelTable::small_high)),
    define(Glszm, "szm_lzlge", "YH51", "Large zone low grey level emphasis", "1", Sizes(LevelTable::large_low)),
    define(Glszm, "szm_lzhge", "J17V", "Large zone high grey level emphasis", "1", Sizes(LevelTable::large_high)),
    define(Glszm, "szm_glnu", "JNSA", "Grey level non-uniformity", "1", Sizes(LevelTable::level_nonuniformity)),
    define(Glszm, "szm_glnu_norm", "Y1RO", "Normalised grey level non-uniformity", "1", Sizes(LevelTable::level_nonuniformity_norm)),
    define(Glszm, "szm_zsnu", "4JP3", "Zone size non-uniformity", "1", Sizes(LevelTable::column_nonuniformity)),
    define(Glszm, "szm_zsnu_norm", "VB3A", "Normalised zone size non-uniformity", "1", Sizes(LevelTable::column_nonuniformity_norm)),
    define(Glszm, "szm_z_perc", "P30P", "Zone percentage", "1", Sizes(LevelTable::percentage)),
    define(Glszm, "szm_gl_var", "BYLV", "Grey level variance", "1", Sizes(LevelTable::level_variance)),
    define(Glszm, "szm_zs_var", "3NSA", "Zone size variance", "1", Sizes(LevelTable::column_variance)),
    define(Glszm, "szm_zs_entr", "GU8N", "Zone size entropy", "1", Sizes(LevelTable::entropy)),
    define(Gldzm, "dzm_sde", "0GBI", "Small distance emphasis", "1", Distances(LevelTable::small)),
    define(Gldzm, "dzm_lde", "MB4I", "Large distance emphasis", "1", Distances(LevelTable::large)),
    define(Gldzm, "dzm_lgze", "S1RA", "Low grey level zone emphasis", "1", Distances(LevelTable::low)),
    define(Gldzm, "dzm_hgze", "K26C", "High grey level zone emphasis", "1", Distances(LevelTable::high)),
    define(Gldzm, "dzm_sdlge", "RUVG", "Small distance low grey level emphasis", "1", Distances(LevelTable::small_low)),
    define(Gldzm, "dzm_sdhge", "DKNJ", "Small distance high grey level emphasis", "1", Distances(LevelTable::small_high)),
    define(Gldzm, "dzm_ldlge", "A7WM", "Large distance low grey level emphasis", "1", Distances(LevelTable::large_low)),
    define(Gldzm, "dzm_ldhge", "KLTH", "Large distance high grey level emphasis", "1", Distances(LevelTable::large_high)),
    define(Gldzm, "dzm_glnu", "VFT7", "Grey level non-uniformity", "1", Distances(LevelTable::level_nonuniformity)),
    define(Gldzm, "dzm_glnu_norm", "7HP3", "Normalised grey level non-uniformity", "1", Distances(LevelTable::level_nonuniformity_norm)),
    define(Gldzm, "dzm_zdnu", "V294", "Zone distance non-uniformity", "1", Distances(LevelTable::column_nonuniformity)),
    define(Gldzm, "dzm_zdnu_norm", "IATH", "Normalised zone distance non-uniformity", "1", Distances(LevelTable::column_nonuniformity_norm)),
    define(Gldzm, "dzm_z_perc", "VIWW", "Zone percentage", "1", Distances(LevelTable::percentage)),
    define(Gldzm, "dzm_gl_var", "QK93", "Grey level variance", "1", Distances(LevelTable::level_variance)),
    define(Gldzm, "dzm_zd_var", "7WT1", "Zone distance variance", "1", Distances(LevelTable::column_variance)),
    define(Gldzm, "dzm_zd_entr", "GBDU", "Zone distance entropy", "1", Distances(LevelTable::entropy)),
    define(Ngtdm, "ngt_coarseness", "QCDE", "Coarseness", "1", Tones(ToneTable::coarseness)),
    define(Ngtdm, "ngt_contrast", "65HE", "Contrast", "1", Tones(ToneTable::contrast)),
    define(Ngtdm, "ngt_busyness", "NQ30", "Busyness", "1", Tones(ToneTable::busyness)),
    define(Ngtdm, "ngt_complexity", "HDEZ", "Complexity", "1", Tones(ToneTable::complexity)),
    define(Ngtdm, "ngt_strength", "1X9X", "Strength", "1", Tones(ToneTable::strength)),
    define(Ngldm, "ngl_lde", "SODN", "Low dependence emphasis", "1", Dependences(LevelTable::small)),
    define(Ngldm, "ngl_hde", "IMOQ", "High dependence emphasis", "1", Dependences(LevelTable::large)),
    define(Ngldm, "ngl_lgce", "TL9H", "Low grey level count emphasis", "1", Dependences(LevelTable::low)),
    define(Ngldm, "ngl_hgce", "OAE7", "High grey level count emphasis", "1", Dependences(LevelTable::high)),
    define(Ngldm, "ngl_ldlge", "EQ3F", "Low dependence low grey level emphasis", "1", Dependences(LevelTable::small_low)),
    define(Ngldm, "ngl_ldhge", "JA6D", "Low dependence high grey level emphasis", "1", Dependences(LevelTable::small_high)),
    define(Ngldm, "ngl_hdlge", "NBZI", "High dependence low grey level emphasis", "1", Dependences(LevelTable::large_low)),
    define(Ngldm, "ngl_hdhge", "9QMG", "High dependence high grey level emphasis", "1", Dependences(LevelTable::large_high)),
    define(Ngldm, "ngl_glnu", "FP8K", "Grey level non-uniformity", "1", Dependences(LevelTable::level_nonuniformity)),
    define(Ngldm, "ngl_glnu_norm", "5SPA", "Normalised grey level non-uniformity", "1", Dependences(LevelTable::level_nonuniformity_norm)),
    define(Ngldm, "ngl_dcnu", "Z87G", "Dependence count non-uniformity", "1", Dependences(LevelTable::column_nonuniformity)),
    define(Ngldm, "ngl_dcnu_norm", "OKJI", "Normalised dependence count non-uniformity", "1", Dependences(LevelTable::column_nonuniformity_norm)),
    define(Ngldm, "ngl_dc_perc", "6XV8", "Dependence count percentage", "1", Dependences(LevelTable::percentage)),
    define(Ngldm, "ngl_gl_var", "1PFV", "Grey level variance", "1", Dependences(LevelTable::level_variance)),
    define(Ngldm, "ngl_dc_var", "DNX2", "Dependence count variance", "1", Dependences(LevelTable::column_variance)),
    define(Ngldm, "ngl_dc_entr", "FCBV", "Dependence count entropy", "1", Dependences(LevelTable::entropy)),
    define(Ngldm, "ngl_dc_energy", "CAS9", "Dependence count energy", "1", Dependences(LevelTable::energy)),
];
