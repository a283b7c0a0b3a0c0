//! TRIPOD+AI: 27 items, some in parts. Collins et al., BMJ 385 (2024) e078378.

use super::Source::{Authors, Part, Run};
use super::{Entry, Sections};
use crate::content::Claim;

pub(super) const SECTIONS: Sections = &[
    ("Title and abstract", &[Entry("1", "Title", Authors), Entry("2", "Abstract", Authors)]),
    (
        "Introduction",
        &[
            Entry("3a", "Medical context and why a model", Authors),
            Entry("3b", "Who it is for, and where in care", Authors),
            Entry("3c", "Known inequalities between groups", Authors),
            Entry("4", "Objectives", Authors),
        ],
    ),
    (
        "Methods: data",
        &[
            Entry("5a", "Sources of data", Part(&[Claim::MultiCentre])),
            Entry("5b", "Dates", Authors),
            Entry("6a", "Setting and centres", Part(&[Claim::MultiCentre])),
            Entry("6b", "Eligibility", Run(&[Claim::Eligibility])),
            Entry("6c", "Treatments", Authors),
            Entry("7", "Data preparation", Run(&[Claim::Scaling, Claim::Missing])),
        ],
    ),
    (
        "Methods: outcome and predictors",
        &[
            Entry("8a", "Outcome and its horizon", Part(&[Claim::Outcome])),
            Entry("8b", "Who judged the outcome", Authors),
            Entry("8c", "Blinding of that judgement", Authors),
            Entry("9a", "Choice of predictors", Part(&[Claim::Selection])),
            Entry("9b", "Definition of predictors", Part(&[Claim::Features, Claim::Covariates])),
            Entry("9c", "Who judged predictors, where judged", Authors),
        ],
    ),
    (
        "Methods: analysis",
        &[
            Entry("10", "Sample size", Run(&[Claim::SampleSize])),
            Entry("11", "Missing data", Run(&[Claim::Missing])),
            Entry("12a", "Use of data for training and testing", Run(&[Claim::Partition])),
            Entry("12b", "Form of predictors", Run(&[Claim::Scaling])),
            Entry("12c", "Kind of model and how it was built", Run(&[Claim::Algorithm, Claim::Tuning])),
            Entry("12d", "Differences between clusters such as hospitals", Run(&[Claim::Heterogeneity])),
            Entry("12e", "Measures of performance", Run(&[Claim::Metrics, Claim::Calibration])),
            Entry("12f", "Updating of the model", Authors),
            Entry("12g", "How predictions are computed", Run(&[Claim::ModelFile])),
            Entry("13", "Class imbalance", Run(&[Claim::Balance])),
            Entry("14", "Fairness", Authors),
            Entry("15", "What the model gives out", Part(&[Claim::Algorithm])),
            Entry("16", "Training against evaluation data", Part(&[Claim::HeldOutSites, Claim::External])),
            Entry("17", "Ethics", Authors),
        ],
    ),
    (
        "Open science",
        &[
            Entry("18a", "Funding", Authors),
            Entry("18b", "Conflicts of interest", Authors),
            Entry("18c", "Protocol", Run(&[Claim::Protocol])),
            Entry("18d", "Registration", Authors),
            Entry("18e", "Data sharing", Authors),
            Entry("18f", "Code sharing", Run(&[Claim::Code])),
            Entry("19", "Patients and public involved", Authors),
        ],
    ),
    (
        "Results",
        &[
            Entry("20a", "Flow of patients", Run(&[Claim::Flow])),
            Entry("20b", "Characteristics of patients", Part(&[Claim::Balance])),
            Entry(
                "20c",
                "Training against evaluation patients",
                Part(&[Claim::HeldOutSites, Claim::External]),
            ),
            Entry("21", "Patients and cases in each analysis", Run(&[Claim::Flow, Claim::Balance])),
            Entry("22", "The full model", Run(&[Claim::ModelFile])),
            Entry("23a", "Performance with intervals", Run(&[Claim::Metrics, Claim::Uncertainty])),
            Entry("23b", "Performance by hospital", Run(&[Claim::Heterogeneity])),
            Entry("24", "Results of updating", Authors),
        ],
    ),
    (
        "Discussion",
        &[
            Entry("25", "Interpretation", Authors),
            Entry("26", "Limits", Authors),
            Entry("27a", "Poor or missing input data in use", Part(&[Claim::Missing])),
            Entry("27b", "Handling by users", Authors),
            Entry("27c", "Next steps", Authors),
        ],
    ),
];
