//! METRICS: 30 items, each with its published weight; the score counts what is answered.
//! Kocak et al., Insights Imaging 15 (2024) 8, table 1 and <https://metricsscore.github.io/metrics/METRICS.html>.

use serde::{Deserialize, Serialize};

use super::Source::{Authors, Part, Run};
use super::{Answer, Checklist, Entry, Sections, Status, filled as fill};
use crate::content::{Claim, Evidence};

/// Weights of items 1 to 30.
const WEIGHTS: [f64; 30] = [
    0.0368, 0.0735, 0.0919, 0.0438, 0.0292, 0.0438, 0.0292, 0.0337, 0.0225, 0.0112, 0.0622, 0.0311, 0.0415,
    0.0200, 0.0200, 0.0300, 0.0200, 0.0599, 0.0300, 0.0352, 0.0234, 0.0176, 0.0117, 0.0293, 0.0176, 0.0375,
    0.0749, 0.0075, 0.0075, 0.0075,
];

/// Items that concern images alone: not applicable to a study of tables without contours.
const IMAGE_ITEMS: [usize; 6] = [8, 9, 10, 11, 12, 13];
/// Concerns networks from image to outcome, which no plan of this program trains.
const END_TO_END: usize = 17;

const SECTIONS: Sections = &[
    (
        "Study design",
        &[
            Entry("1", "Follows a checklist for radiomics or machine learning", Part(&[Claim::Protocol])),
            Entry(
                "2",
                "Eligibility rules that give a representative population",
                Part(&[Claim::Eligibility]),
            ),
            Entry("3", "Reference standard of high quality, clearly defined", Part(&[Claim::Outcome])),
        ],
    ),
    (
        "Imaging data",
        &[
            Entry("4", "More than one institution", Run(&[Claim::MultiCentre])),
            Entry("5", "Images as they are made in practice", Authors),
            Entry("6", "Acquisition protocol and its parameters", Authors),
            Entry("7", "Time between image and reference standard", Authors),
        ],
    ),
    (
        "Segmentation",
        &[
            Entry("8", "How contours were drawn", Authors),
            Entry("9", "Automatic contours checked formally", Authors),
            Entry("10", "Contours of test patients by one reader or one program", Authors),
        ],
    ),
    (
        "Image processing and feature extraction",
        &[
            Entry("11", "Suitable image preparation, described", Run(&[Claim::Preprocessing])),
            Entry("12", "Standardised software", Run(&[Claim::Extractor])),
            Entry("13", "Extraction parameters reported", Run(&[Claim::Parameters])),
        ],
    ),
    (
        "Feature processing",
        &[
            Entry("14", "Unstable features removed", Run(&[Claim::Robustness])),
            Entry("15", "Redundant features removed", Run(&[Claim::Redundancy])),
            Entry("16", "Dimensionality suits the number of patients", Run(&[Claim::Dimensionality])),
            Entry("17", "Robustness of end-to-end networks", Authors),
        ],
    ),
    (
        "Preparation for modelling",
        &[
            Entry("18", "Training and test patients properly apart", Run(&[Claim::Partition])),
            Entry("19", "Confounders handled", Run(&[Claim::Confounders])),
        ],
    ),
    (
        "Metrics and comparison",
        &[
            Entry("20", "Metrics that suit the task", Run(&[Claim::Metrics])),
            Entry("21", "Uncertainty", Run(&[Claim::Uncertainty])),
            Entry("22", "Calibration", Run(&[Claim::Calibration])),
            Entry("23", "One kind of image, or why several", Authors),
            Entry("24", "Compared with a non-radiomic approach", Run(&[Claim::NonRadiomic])),
            Entry("25", "Compared with a simple statistical model", Run(&[Claim::Simple])),
        ],
    ),
    (
        "Testing",
        &[
            Entry("26", "Internal testing", Run(&[Claim::Internal])),
            Entry("27", "External testing", Run(&[Claim::HeldOutSites, Claim::External])),
        ],
    ),
    (
        "Open science",
        &[
            Entry("28", "Data available", Authors),
            Entry("29", "Code available", Run(&[Claim::Code])),
            Entry("30", "Model available", Part(&[Claim::ModelFile])),
        ],
    ),
];

/// The score, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MetricsScore {
    /// Earned by items the run answers.
    pub run: f64,
    /// If authors also complete every item the run answers in part.
    pub with_part: f64,
}

pub(super) fn filled(evidence: &Evidence) -> Checklist {
    let source = "Kocak et al., Insights Imaging 15 (2024) 8, doi:10.1186/s13244-023-01572-w";
    let mut list = fill("METRICS", source, SECTIONS, evidence);
    let images = evidence.contains_key(&Claim::Images);
    for answer in list.sections.iter_mut().flat_map(|(_, answers)| answers) {
        let number = index(answer) + 1;
        if number == END_TO_END || (!images && IMAGE_ITEMS.contains(&number)) {
            answer.status = Status::NotApplicable;
        }
    }
    list
}

/// Weights of the items answered over the weights of all that apply, as the authors' own tool computes it.
#[must_use]
pub fn metrics_score(list: &Checklist) -> MetricsScore {
    let weight = |held: &[Status]| -> f64 {
        let counted = list.answers().filter(|answer| held.contains(&answer.status));
        counted.fold(0.0, |sum, answer| sum + WEIGHTS[index(answer)])
    };
    let applicable = weight(&[Status::Answered, Status::Partly, Status::Blank]);
    MetricsScore {
        run: weight(&[Status::Answered]) / applicable,
        with_part: weight(&[Status::Answered, Status::Partly]) / applicable,
    }
}

/// Position in [`WEIGHTS`].
fn index(answer: &Answer) -> usize {
    answer.number.parse::<usize>().map_or(0, |number| number - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_those_published() {
        // by category, so that a slip in one weight shows; all 30 were read from the published tool
        let ends = [0, 3, 7, 10, 13, 17, 19, 25, 27, 30];
        let expected = [0.2022, 0.1460, 0.0674, 0.1348, 0.0900, 0.0899, 0.1348, 0.1124, 0.0225];
        for (pair, sum) in ends.windows(2).zip(expected) {
            let found: f64 = WEIGHTS[pair[0]..pair[1]].iter().sum();
            assert!((found - sum).abs() < 1e-9, "{pair:?} {found}");
        }
        assert!((WEIGHTS.iter().sum::<f64>() - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_score_leaves_out_what_does_not_apply() {
        let evidence = Evidence::from([
            (Claim::Images, "CT".to_owned()),
            (Claim::MultiCentre, "5".to_owned()),
            (Claim::Outcome, "mycn".to_owned()),
        ]);
        let score = metrics_score(&filled(&evidence));
        let applicable = WEIGHTS.iter().sum::<f64>() - 0.02;
        assert!((score.run - 0.0438 / applicable).abs() < 1e-12);
        assert!((score.with_part - (0.0438 + 0.0919) / applicable).abs() < 1e-12);
    }
}
