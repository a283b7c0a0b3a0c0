//! From a plan's words to the extractor's settings.

use consilium_radiomics::{Aggregation, Discretisation, Family, Settings};
use consilium_types::StudyPlan;
use consilium_types::plan;

/// One image a patient must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// `ct`, `pet` or `mr`.
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

pub(super) fn of(features: &plan::Features) -> Settings {
    let family = |family: &plan::Family| match family {
        plan::Family::Morphology => Family::Morphology,
        plan::Family::IntensityStatistics => Family::IntensityStatistics,
        plan::Family::IntensityHistogram => Family::IntensityHistogram,
        plan::Family::Glcm => Family::Glcm,
    };
    Settings {
        families: features.families.iter().map(family).collect(),
        aggregation: match features.aggregation {
            plan::Aggregation::Averaged3d => Aggregation::Averaged3d,
            plan::Aggregation::Merged3d => Aggregation::Merged3d,
        },
        discretisation: match features.bins {
            plan::Bins::Width(width) => Discretisation::BinWidth(width),
            plan::Bins::Count(count) => Discretisation::BinCount(count),
        },
        window: features.window,
    }
}
