//! Why an analysis cannot go on, in words an operator can act on.

use consilium_stats::{CoxFailure, FitFailure, Implausible, SummaryFault};
use consilium_types::SiteId;
use consilium_types::plan::ModelFamily;

/// The end of an analysis without a result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AnalysisFault {
    /// The sites offer nothing to learn from.
    #[error("the sites offer no column")]
    NoColumns,
    /// A training set without enough patients of a class.
    #[error(
        "the training set without {} has {patients} patients with {label} = {class}; at least 2 are needed: use fewer \
         folds or include more patients",
        folds(held_out)
    )]
    TooFew {
        /// Cells left out of the training set.
        held_out: Vec<usize>,
        /// The label.
        label: String,
        /// The class that is short.
        class: String,
        /// How many there are.
        patients: u64,
    },
    /// A model that is large for its patients.
    #[error(
        "the plan's largest model has {parameters} parameters, and the training set without {} has {patients} patients: \
         more than {limit} for each; lower `select.max`, take a smaller learner, use fewer folds, include more patients, \
         or agree on a larger `privacy.limits.per_model`",
        folds(held_out)
    )]
    TooLarge {
        /// Cells left out of the training set.
        held_out: Vec<usize>,
        /// Parameters, intercepts included.
        parameters: usize,
        /// Patients of the training set, over all sites.
        patients: u64,
        /// Most parameters for each of them.
        limit: f64,
    },
    /// A model without a usable column.
    #[error("no {family:?} column varies in the training set without {}", folds(held_out))]
    NoUsableColumn {
        /// The model.
        family: ModelFamily,
        /// Cells left out.
        held_out: Vec<usize>,
    },
    /// Covariates that ComBat should keep cannot be told apart.
    #[error(
        "the covariates of harmonise.keep are collinear within batches in the training set without {}: keep fewer",
        folds(held_out)
    )]
    KeptCovariates {
        /// Cells left out.
        held_out: Vec<usize>,
    },
    /// A logistic fit without a solution.
    #[error("the {family:?} fit without {} at lambda {lambda} fails: {failure}", folds(held_out))]
    Fit {
        /// The model.
        family: ModelFamily,
        /// Cells left out.
        held_out: Vec<usize>,
        /// The penalty.
        lambda: f64,
        /// Why.
        failure: FitFailure,
    },
    /// A class that a training set has no patient of.
    #[error(
        "class {class} has no patient in the training set without {}: join classes, use fewer folds or include more \
         patients",
        folds(held_out)
    )]
    ClassAbsent {
        /// Cells left out.
        held_out: Vec<usize>,
        /// The class, counted from 0.
        class: usize,
    },
    /// A fit with unpenalised site intercepts without a solution.
    #[error(
        "the {family:?} fit without {} with an intercept for each site fails: {failure}; a site without patients of both \
         classes has no intercept of its own: choose one intercept for all, or a ridge penalty",
        folds(held_out)
    )]
    SiteIntercepts {
        /// The model.
        family: ModelFamily,
        /// Cells left out.
        held_out: Vec<usize>,
        /// Why.
        failure: FitFailure,
    },
    /// The out-of-fold scores cannot be ranked.
    #[error("the cohort has no cases or no controls to rank")]
    NothingToRank,
    /// A sum of the wrong shape.
    #[error("a sum does not answer its question: {0}")]
    Summary(SummaryFault),
    /// A sum no honest sites produce.
    #[error("a sum cannot be: {0}")]
    Implausible(#[from] Implausible),
    /// The plan asks for what no course carries out yet.
    #[error("this version does not carry out {what} of the plan")]
    NotYet {
        /// A key of the plan, or a learner.
        what: String,
    },
    /// No column agrees with its second reading.
    #[error(
        "no radiomic column reaches an intraclass correlation of {icc} in the training set without {} ({twice} \
         patients read twice): lower `select.stability.icc`, or give second readings of more patients",
        folds(held_out)
    )]
    NothingStable {
        /// Cells left out.
        held_out: Vec<usize>,
        /// What is asked for.
        icc: f64,
        /// Most patients of any column with two readings.
        twice: f64,
    },
    /// No column can be tested.
    #[error(
        "the test of `select.relevance` is not defined for any radiomic column in the training set without {}: \
         nothing varies, or a class has too few values",
        folds(held_out)
    )]
    NothingRelevant {
        /// Cells left out.
        held_out: Vec<usize>,
    },
    /// A training set without an event in its follow-up.
    #[error(
        "no event is seen up to the horizon in the training set without {}: use fewer folds, a longer horizon or more \
         patients",
        folds(held_out)
    )]
    NoEvents {
        /// Cells left out.
        held_out: Vec<usize>,
    },
    /// A column of a Cox regression that tells nobody apart.
    #[error(
        "{column} does not vary among patients at risk together in the {family:?} model without {}: leave the column out, \
         or set a ridge penalty",
        folds(held_out)
    )]
    FlatColumn {
        /// The column.
        column: String,
        /// The model.
        family: ModelFamily,
        /// Cells left out.
        held_out: Vec<usize>,
    },
    /// A fit of survival without a solution.
    #[error("the {family:?} fit without {} at lambda {lambda} fails: {failure}", folds(held_out))]
    Survival {
        /// The model.
        family: ModelFamily,
        /// Cells left out.
        held_out: Vec<usize>,
        /// The penalty.
        lambda: f64,
        /// Why.
        failure: CoxFailure,
    },
    /// The hospital that is held out does not take part.
    #[error("{site}, the hospital that `evaluate.holdout_site` keeps for the end, does not take part")]
    HoldoutAbsent {
        /// The hospital.
        site: SiteId,
    },
    /// A sum for another question than the one asked.
    #[error("the sum answers a question that was not asked")]
    OutOfTurn,
}

impl AnalysisFault {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoColumns => "CNS-R-0101",
            Self::TooFew { .. } => "CNS-R-0102",
            Self::TooLarge { .. } => "CNS-R-0170",
            Self::NoUsableColumn { .. } => "CNS-R-0103",
            Self::KeptCovariates { .. } => "CNS-R-0212",
            Self::Fit { failure, .. } => failure.code(),
            Self::ClassAbsent { .. } => "CNS-R-0130",
            Self::SiteIntercepts { .. } => "CNS-R-0131",
            Self::NothingToRank => "CNS-R-0104",
            Self::Summary(_) => "CNS-R-0105",
            Self::Implausible(implausible) => implausible.code(),
            Self::NothingStable { .. } => "CNS-R-0210",
            Self::HoldoutAbsent { .. } => "CNS-R-0230",
            Self::NothingRelevant { .. } => "CNS-R-0211",
            Self::NoEvents { .. } => "CNS-R-0110",
            Self::FlatColumn { .. } => "CNS-R-0111",
            Self::Survival { failure, .. } => failure.code(),
            Self::OutOfTurn => "CNS-R-0106",
            Self::NotYet { .. } => "CNS-R-0107",
        }
    }
}

/// The held-out cells in words.
fn folds(held_out: &[usize]) -> String {
    match held_out {
        [] => "nothing left out".to_owned(),
        [one] => format!("fold {}", one + 1),
        many => {
            let names: Vec<String> = many.iter().map(|cell| (cell + 1).to_string()).collect();
            format!("folds {}", names.join(" and "))
        }
    }
}
