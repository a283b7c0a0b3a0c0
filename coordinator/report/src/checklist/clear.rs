//! CLEAR: 58 items for studies of radiomics. Kocak et al., Insights Imaging 14 (2023) 75.

use super::Source::{Authors, Part, Run};
use super::{Entry, Sections};
use crate::content::Claim;

pub(super) const SECTIONS: Sections = &[
    (
        "Title to introduction",
        &[
            Entry("1", "Title names the radiomic method", Authors),
            Entry("2", "Structured abstract", Authors),
            Entry("3", "Keywords", Authors),
            Entry("4", "Background", Authors),
            Entry("5", "Why radiomics", Authors),
            Entry("6", "Objectives", Authors),
        ],
    ),
    (
        "Study design",
        &[
            Entry("7", "Checklist used", Part(&[Claim::Protocol])),
            Entry("8", "Ethics, consent, data protection", Part(&[Claim::Protection])),
            Entry("9", "Sample size", Run(&[Claim::SampleSize])),
            Entry("10", "Prospective or retrospective", Authors),
            Entry("11", "Eligibility rules", Part(&[Claim::Eligibility])),
            Entry("12", "Flow chart of the technical steps", Authors),
        ],
    ),
    (
        "Data",
        &[
            Entry("13", "Where data come from", Part(&[Claim::MultiCentre])),
            Entry("14", "Overlap with earlier studies", Authors),
            Entry("15", "How data were split", Run(&[Claim::Partition])),
            Entry("16", "Imaging protocol", Authors),
            Entry("17", "Non-radiomic predictors", Part(&[Claim::Covariates])),
            Entry("18", "Reference standard", Part(&[Claim::Outcome])),
        ],
    ),
    (
        "Segmentation",
        &[Entry("19", "How contours were drawn", Authors), Entry("20", "Who drew them", Authors)],
    ),
    (
        "Image preparation",
        &[
            Entry("21", "Preparation steps", Run(&[Claim::Preprocessing])),
            Entry("22", "Resampling", Run(&[Claim::Resampling])),
            Entry("23", "Discretisation", Run(&[Claim::Discretisation])),
            Entry("24", "Image types: original, filtered", Run(&[Claim::Parameters])),
        ],
    ),
    (
        "Feature extraction",
        &[
            Entry("25", "Software and version", Run(&[Claim::Extractor])),
            Entry("26", "Feature classes", Run(&[Claim::Features])),
            Entry("27", "Number of features", Run(&[Claim::Features])),
            Entry("28", "Remaining parameters", Run(&[Claim::Parameters])),
        ],
    ),
    (
        "Data preparation",
        &[
            Entry("29", "Missing data", Run(&[Claim::Missing])),
            Entry("30", "Class imbalance", Run(&[Claim::Balance])),
            Entry("31", "Reliability of contours", Run(&[Claim::Robustness])),
            Entry("32", "Scaling", Run(&[Claim::Scaling])),
            Entry("33", "Dimension reduction", Run(&[Claim::Selection])),
        ],
    ),
    (
        "Modelling",
        &[
            Entry("34", "Algorithm", Run(&[Claim::Algorithm])),
            Entry("35", "Training and tuning", Run(&[Claim::Tuning])),
            Entry("36", "Confounders", Run(&[Claim::Confounders])),
            Entry("37", "Choice of the final model", Run(&[Claim::ModelChoice])),
        ],
    ),
    (
        "Evaluation",
        &[
            Entry("38", "Internal or external testing", Run(&[Claim::Internal])),
            Entry("39", "Metrics and why these", Part(&[Claim::Metrics])),
            Entry("40", "Uncertainty", Run(&[Claim::Uncertainty])),
            Entry("41", "Statistical comparison of models", Run(&[Claim::Comparison])),
            Entry("42", "Comparison with non-radiomic and combined models", Run(&[Claim::NonRadiomic])),
            Entry("43", "Interpretability", Run(&[Claim::Interpretation])),
        ],
    ),
    (
        "Results",
        &[
            Entry("44", "Baseline characteristics", Part(&[Claim::Balance])),
            Entry("45", "Flow chart of patients", Run(&[Claim::Flow])),
            Entry("46", "Statistics of features", Run(&[Claim::FeatureStatistics])),
            Entry("47", "Performance", Run(&[Claim::Metrics, Claim::Uncertainty])),
            Entry("48", "Comparison with non-radiomic and combined models", Run(&[Claim::NonRadiomic])),
        ],
    ),
    (
        "Discussion",
        &[
            Entry("49", "Main findings", Authors),
            Entry("50", "Earlier work", Authors),
            Entry("51", "Meaning for practice", Authors),
            Entry("52", "Strengths and limits", Authors),
        ],
    ),
    (
        "Open science",
        &[
            Entry("53", "Images and contours shared (not essential)", Authors),
            Entry("54", "Feature values shared", Authors),
            Entry("55", "Preparation settings shared", Run(&[Claim::Protocol])),
            Entry("56", "Modelling code shared", Run(&[Claim::Code])),
            Entry("57", "Model file shared", Part(&[Claim::ModelFile])),
            Entry("58", "Ready-to-use system shared (not essential)", Part(&[Claim::Calculator])),
        ],
    ),
];
