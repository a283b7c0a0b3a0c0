//! The words of the plan, and those a later version will know.

use super::super::reader::Word;
use crate::plan::{
    Aggregate, Aggregation, Design, DpRelease, Family, HarmoniseMethod, Holes, IccForm, Interpolation,
    Learner, Missing, ModelFamily, OnLoss, OutcomeKind, PathRule, Release, RelevanceTest, Require,
    RobustRule, SelectMethod, Shrink, Strata, Ties,
};

impl Word for Missing {
    const ALL: &'static [Self] = &[Self::Drop, Self::Impute, Self::Indicator, Self::Regress];
    const LATER: &'static [&'static str] = &[];
}

impl Word for RobustRule {
    const ALL: &'static [Self] =
        &[Self::Median, Self::TrimmedMean, Self::Krum, Self::MultiKrum, Self::NormBound];
    const LATER: &'static [&'static str] = &[];
}

impl Word for DpRelease {
    const ALL: &'static [Self] = &[Self::Model, Self::Gradient];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Family {
    const ALL: &'static [Self] = &[
        Self::Morphology,
        Self::LocalIntensity,
        Self::IntensityStatistics,
        Self::IntensityHistogram,
        Self::Ivh,
        Self::Glcm,
        Self::Glrlm,
        Self::Glszm,
        Self::Gldzm,
        Self::Ngtdm,
        Self::Ngldm,
    ];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Interpolation {
    const ALL: &'static [Self] = &[Self::Nearest, Self::Linear, Self::Cubic];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Aggregation {
    const ALL: &'static [Self] = &[
        Self::Averaged2d,
        Self::SliceMerged2d,
        Self::DirectionMerged25d,
        Self::Merged25d,
        Self::Averaged3d,
        Self::Merged3d,
    ];
    const LATER: &'static [&'static str] = &[];
}

impl Word for RelevanceTest {
    const ALL: &'static [Self] =
        &[Self::Welch, Self::Student, Self::Anova, Self::ChiSquare, Self::MannWhitney, Self::Cox, Self::None];
    const LATER: &'static [&'static str] = &[];
}

impl Word for OutcomeKind {
    const ALL: &'static [Self] =
        &[Self::Binary, Self::Ordinal, Self::Nominal, Self::Multilabel, Self::Survival];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Holes {
    const ALL: &'static [Self] = &[Self::Mask, Self::Drop];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Require {
    const ALL: &'static [Self] = &[Self::All, Self::Any];
    const LATER: &'static [&'static str] = &[];
}

impl Word for HarmoniseMethod {
    const ALL: &'static [Self] = &[Self::None, Self::SiteZ, Self::Combat];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Shrink {
    const ALL: &'static [Self] = &[Self::Parametric, Self::None, Self::MeanOnly];
    const LATER: &'static [&'static str] = &[];
}

impl Word for IccForm {
    const ALL: &'static [Self] = &[Self::Icc11, Self::Icc21, Self::Icc31];
    const LATER: &'static [&'static str] = &[];
}

impl Word for SelectMethod {
    const ALL: &'static [Self] = &[Self::Rank, Self::Mrmr, Self::Lasso, Self::ElasticNet, Self::Pca];
    const LATER: &'static [&'static str] = &[];
}

impl Word for PathRule {
    const ALL: &'static [Self] = &[Self::Min, Self::OneSe];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Strata {
    const ALL: &'static [Self] = &[Self::None, Self::Site];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Ties {
    const ALL: &'static [Self] = &[Self::Efron, Self::Breslow];
    const LATER: &'static [&'static str] = &[];
}

impl Word for ModelFamily {
    const ALL: &'static [Self] = &[Self::Clinical, Self::Radiomics, Self::Combined];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Learner {
    const ALL: &'static [Self] = &[
        Self::Logistic,
        Self::Firth,
        Self::Ordinal,
        Self::Svm,
        Self::SvmRbf,
        Self::Forest,
        Self::Boost,
        Self::Mlp,
        Self::Cox,
        Self::Hazard,
    ];
    const LATER: &'static [&'static str] = &["phasenet"];
}

impl Word for Aggregate {
    const ALL: &'static [Self] = &[Self::SecureSum, Self::Clear];
    const LATER: &'static [&'static str] = &[];
}

impl Word for OnLoss {
    const ALL: &'static [Self] = &[Self::End, Self::Restart];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Release {
    const ALL: &'static [Self] = &[Self::Pooled, Self::SiteSums];
    const LATER: &'static [&'static str] = &[];
}

impl Word for Design {
    const ALL: &'static [Self] = &[Self::Kfold, Self::LeaveSiteOut, Self::Holdout];
    const LATER: &'static [&'static str] = &[];
}
