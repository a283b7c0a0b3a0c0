//! From a plan's words to the extractor's settings.

use consilium_radiomics::{
    Aggregation, Discretisation, Family, Interpolation, Resampling, Settings, VolumeHistogram,
};
use consilium_types::StudyPlan;
use consilium_types::plan;

/// One image a patient must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `ct`, `pet`, `mr` or `us`.
    pub name: String,
    /// The contrast phase, where the plan has phases.
    pub phase: Option<String>,
}

impl Input {
    /// What the input's columns begin with.
    pub(crate) fn prefix(&self) -> String {
        self.phase.as_ref().map_or_else(|| self.name.clone(), |phase| format!("{}_{phase}", self.name))
    }
}

/// The images a plan asks for, in the order of its columns.
#[must_use]
pub fn inputs(plan: &StudyPlan) -> Vec<Input> {
    let of_image = |(name, image): (&str, &plan::Image)| {
        let input = |phase| Input { name: name.to_owned(), phase };
        if image.phases.is_empty() {
            vec![input(None)]
        } else {
            image.phases.iter().map(|phase| input(Some(phase.clone()))).collect()
        }
    };
    plan.inputs.images().flat_map(of_image).collect()
}

/// The settings for one input.
pub(super) fn of(features: &plan::Features, input: &Input) -> Settings {
    let (is_ct, is_planar) = (input.name == "ct", input.name == "us");
    let resampling = |[x, y, z]: [f64; 3]| Resampling {
        image: interpolation(features.interpolation),
        round: is_ct,
        ..Resampling::to([Some(x), Some(y), (!is_planar).then_some(z)])
    };
    Settings {
        resampling: features.spacing.map(resampling),
        families: features.families.iter().copied().map(family).collect(),
        aggregations: vec![aggregation(if is_planar {
            planar(features.aggregation)
        } else {
            features.aggregation
        })],
        discretisation: match features.bins_of(&input.name) {
            plan::Bins::Width(width) => Discretisation::BinWidth(width),
            plan::Bins::Count(count) => Discretisation::BinCount(count),
        },
        volume_histogram: if is_ct { VolumeHistogram::Calibrated } else { VolumeHistogram::BinCount(1000) },
        window: features.window_of(&input.name),
        outliers: features.outliers,
        ..Settings::default()
    }
}

fn interpolation(word: plan::Interpolation) -> Interpolation {
    match word {
        plan::Interpolation::Nearest => Interpolation::Nearest,
        plan::Interpolation::Linear => Interpolation::Linear,
        plan::Interpolation::Cubic => Interpolation::Cubic,
    }
}

fn family(word: plan::Family) -> Family {
    match word {
        plan::Family::Morphology => Family::Morphology,
        plan::Family::LocalIntensity => Family::LocalIntensity,
        plan::Family::IntensityStatistics => Family::IntensityStatistics,
        plan::Family::IntensityHistogram => Family::IntensityHistogram,
        plan::Family::Ivh => Family::IntensityVolumeHistogram,
        plan::Family::Glcm => Family::Glcm,
        plan::Family::Glrlm => Family::Glrlm,
        plan::Family::Glszm => Family::Glszm,
        plan::Family::Gldzm => Family::Gldzm,
        plan::Family::Ngtdm => Family::Ngtdm,
        plan::Family::Ngldm => Family::Ngldm,
    }
}

/// Ultrasound has no third axis: the aggregation of its single slice that the word for volumes stands for.
fn planar(word: plan::Aggregation) -> plan::Aggregation {
    match word {
        plan::Aggregation::Averaged3d => plan::Aggregation::Averaged2d,
        plan::Aggregation::Merged3d => plan::Aggregation::SliceMerged2d,
        planar => planar,
    }
}

fn aggregation(word: plan::Aggregation) -> Aggregation {
    match word {
        plan::Aggregation::Averaged2d => Aggregation::Averaged2d,
        plan::Aggregation::SliceMerged2d => Aggregation::SliceMerged2d,
        plan::Aggregation::DirectionMerged25d => Aggregation::DirectionMerged25d,
        plan::Aggregation::Merged25d => Aggregation::Merged25d,
        plan::Aggregation::Averaged3d => Aggregation::Averaged3d,
        plan::Aggregation::Merged3d => Aggregation::Merged3d,
    }
}
