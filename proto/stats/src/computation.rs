//! The three halves of a computation, and the closed list of questions built from them.

use serde::{Deserialize, Serialize};

use crate::glm::{Climb, Firth, HeldOut};
use crate::{
    Accuracy, AtRisk, Attribution, Ballot, Bands, BoostLevel, Bootstrap, Calibration, Classes, Count,
    Covariances, Curve, Cuts, Decision, ForestLevel, Gram, Implausible, LifeTables, Moments, Networks,
    Permutation, Placement, Quality, Quantiles, QueryFault, Reclassification, Released, Residuals, RiskSets,
    RiskSlopes, Roc, Rows, Scale, SiteStrata, Stack, Summary, SummaryFault, Training, Unfit, Within,
};
use crate::{Agreement, ClassCounts, CoxScreen, HazardSteps, Holes, Repeat, Resample};
use crate::{Influence, TimeBootstrap, TimeErrors, TimeTable, WithinTimes};

/// A federated computation. Combining is integer addition ([`Summary::plus`]), but for networks under a rule, and votes where each
/// is seen: [`Query::combine`].
pub trait Computation {
    /// What the sum over sites means.
    type Finding;

    /// Whether the words are network updates; statistics otherwise.
    fn is_update(&self) -> bool {
        false
    }

    /// Number of words of the summary; both sides derive it from the question.
    fn length(&self) -> usize;

    /// Whether a table of `width` columns can be asked this. After it, `site` neither panics nor exhausts memory.
    fn check(&self, width: usize) -> Result<(), QueryFault>;

    /// What leaves, in words, for the egress ledger.
    fn describe(&self) -> String;

    /// What leaves, for the rules of disclosure. A computation that does not say is taken to tell cells apart.
    fn released(&self) -> Released {
        Released { by_cell: true, ..Released::default() }
    }

    /// The site half: rows to sums.
    fn site(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit>;

    /// The finishing half: the sum over sites to a finding.
    fn finish(&self, sum: &Summary) -> Result<Self::Finding, Implausible>;
}

/// Every question a node can be asked. There is no other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Query {
    /// Patients in the flow and in each cell.
    Count(Count),
    /// Magnitude of every column.
    Scale(Scale),
    /// Moments by cell and class.
    Moments(Moments),
    /// Co-moments of screened columns.
    Gram(Gram),
    /// One round of federated averaging.
    Training(Training),
    /// Votes on new networks.
    Ballot(Ballot),
    /// One step of linear fits.
    Climb(Climb),
    /// Held-out loss of linear fits.
    HeldOut(HeldOut),
    /// Modified score of Firth's fits.
    Firth(Firth),
    /// Counts along the score.
    Roc(Roc),
    /// Calibration fits.
    Calibration(Calibration),
    /// Brier score, log-loss, calibration table, net benefit.
    Accuracy(Accuracy),
    /// Covariances with the covariates that ComBat keeps.
    Covariances(Covariances),
    /// What these covariates leave.
    Residuals(Residuals),
    /// Patients between cuts of columns.
    Quantiles(Quantiles),
    /// One level of random forests.
    ForestLevel(ForestLevel),
    /// One level of boosted trees.
    BoostLevel(BoostLevel),
    /// Covariances of AUCs.
    Placement(Placement),
    /// Scores of training sets.
    Cuts(Cuts),
    /// Decisions at thresholds.
    Decision(Decision),
    /// Calibration table by groups of patients.
    Bands(Bands),
    /// Smooth calibration curves.
    Curve(Curve),
    /// Changes between nested models.
    Reclassification(Reclassification),
    /// Confusion matrices.
    Classes(Classes),
    /// Replicates of the cohort.
    Bootstrap(Bootstrap),
    /// Accuracy within sites.
    Within(Within),
    /// Sums of SHAP values.
    Attribution(Attribution),
    /// Accuracy with shuffled columns.
    Permutation(Permutation),
    /// Missing values, variance between sites.
    Quality(Quality),
    /// How far two readings agree.
    Agreement(Agreement),
    /// Patients by class between cuts.
    ClassCounts(ClassCounts),
    /// Products for chained regressions.
    Holes(Holes),
    /// A question of drawn patients.
    Resample(Resample),
    /// Patients followed along a grid of times.
    AtRisk(AtRisk),
    /// Events and censorings along a grid of times.
    LifeTables(LifeTables),
    /// Partial likelihood of a Cox regression.
    RiskSets(RiskSets),
    /// Its gradient and information.
    RiskSlopes(RiskSlopes),
    /// The same, stratified by site.
    SiteStrata(SiteStrata),
    /// Score tests of univariate Cox regressions.
    CoxScreen(CoxScreen),
    /// Discrete-time hazards.
    HazardSteps(HazardSteps),
    /// A question with the folds of another repeat.
    Repeat(Repeat),
    /// Patients by score, time and status.
    TimeTable(TimeTable),
    /// Squared errors of risks at times.
    TimeErrors(TimeErrors),
    /// Replicates along scores and times.
    TimeBootstrap(TimeBootstrap),
    /// Covariances of concordances.
    Influence(Influence),
    /// Concordance within sites.
    WithinTimes(WithinTimes),
    /// Several questions in one exchange.
    Stack(Stack),
}

/// Calls a method of whichever computation a query holds.
macro_rules! each {
    ($query:expr, $computation:ident => $call:expr) => {
        match $query {
            Query::Count($computation) => $call,
            Query::Scale($computation) => $call,
            Query::Moments($computation) => $call,
            Query::Gram($computation) => $call,
            Query::Training($computation) => $call,
            Query::Ballot($computation) => $call,
            Query::Climb($computation) => $call,
            Query::HeldOut($computation) => $call,
            Query::Firth($computation) => $call,
            Query::Roc($computation) => $call,
            Query::Calibration($computation) => $call,
            Query::Accuracy($computation) => $call,
            Query::Covariances($computation) => $call,
            Query::Residuals($computation) => $call,
            Query::Quantiles($computation) => $call,
            Query::ForestLevel($computation) => $call,
            Query::BoostLevel($computation) => $call,
            Query::Placement($computation) => $call,
            Query::Cuts($computation) => $call,
            Query::Decision($computation) => $call,
            Query::Bands($computation) => $call,
            Query::Curve($computation) => $call,
            Query::Reclassification($computation) => $call,
            Query::Classes($computation) => $call,
            Query::Bootstrap($computation) => $call,
            Query::Within($computation) => $call,
            Query::Attribution($computation) => $call,
            Query::Permutation($computation) => $call,
            Query::Quality($computation) => $call,
            Query::Agreement($computation) => $call,
            Query::ClassCounts($computation) => $call,
            Query::Holes($computation) => $call,
            Query::Resample($computation) => $call,
            Query::AtRisk($computation) => $call,
            Query::LifeTables($computation) => $call,
            Query::RiskSets($computation) => $call,
            Query::RiskSlopes($computation) => $call,
            Query::SiteStrata($computation) => $call,
            Query::CoxScreen($computation) => $call,
            Query::HazardSteps($computation) => $call,
            Query::Repeat($computation) => $call,
            Query::TimeTable($computation) => $call,
            Query::TimeErrors($computation) => $call,
            Query::TimeBootstrap($computation) => $call,
            Query::Influence($computation) => $call,
            Query::WithinTimes($computation) => $call,
            Query::Stack($computation) => $call,
        }
    };
}

impl Query {
    /// Number of words of the summary.
    #[must_use]
    pub fn length(&self) -> usize {
        each!(self, computation => computation.length())
    }

    /// Whether the words are network updates.
    #[must_use]
    pub fn is_update(&self) -> bool {
        each!(self, computation => computation.is_update())
    }

    /// Checks an untrusted question against a table of `width` columns.
    pub fn check(&self, width: usize) -> Result<(), QueryFault> {
        each!(self, computation => computation.check(width))
    }

    /// What leaves, in words, with how many numbers.
    #[must_use]
    pub fn describe(&self) -> String {
        let what = each!(self, computation => computation.describe());
        format!("{what} ({} numbers)", self.length())
    }

    /// What leaves, for the rules of disclosure; of a stack, look at each of its questions.
    #[must_use]
    pub fn released(&self) -> Released {
        each!(self, computation => computation.released())
    }

    /// Names of the question and of those within it, as in [`Query::KINDS`].
    #[must_use]
    pub fn kinds(&self) -> Vec<&'static str> {
        let within: Vec<&Self> = match self {
            Self::Stack(stack) => stack.questions.iter().collect(),
            Self::Repeat(repeat) => vec![&*repeat.question],
            Self::Resample(resample) => vec![&*resample.question],
            _ => Vec::new(),
        };
        std::iter::once(self.kind()).chain(within.into_iter().flat_map(Self::kinds)).collect()
    }

    /// The site half. Call [`Query::check`] first.
    pub fn answer(&self, rows: &dyn Rows, networks: &dyn Networks) -> Result<Summary, Unfit> {
        each!(self, computation => computation.site(rows, networks))
    }

    /// Whether an untrusted summary has the kind and length this question asks for.
    pub fn accept(&self, summary: &Summary) -> Result<(), SummaryFault> {
        let expected = if self.is_update() { "updates" } else { "statistics" };
        if summary.kind() != expected {
            return Err(SummaryFault::Kind { expected, found: summary.kind() });
        }
        if summary.len() != self.length() {
            return Err(SummaryFault::Length { expected: self.length(), found: summary.len() });
        }
        Ok(())
    }
}

/// Makes every computation a query, with a name.
macro_rules! queries {
    ($($computation:ident),*) => {
        impl Query {
            /// Names of all kinds of questions.
            pub const KINDS: &'static [&'static str] = &[$(stringify!($computation)),*];

            fn kind(&self) -> &'static str {
                match self {
                    $(Self::$computation(_) => stringify!($computation)),*
                }
            }
        }

        $(impl From<$computation> for Query {
            fn from(computation: $computation) -> Self {
                Self::$computation(computation)
            }
        })*
    };
}

queries!(
    Covariances,
    Residuals,
    Count,
    Scale,
    Moments,
    Gram,
    Training,
    Ballot,
    Climb,
    HeldOut,
    Firth,
    Roc,
    Calibration,
    Accuracy,
    BoostLevel,
    ForestLevel,
    Quantiles,
    Attribution,
    Bands,
    Bootstrap,
    Classes,
    Curve,
    Cuts,
    Decision,
    Permutation,
    Placement,
    Quality,
    Reclassification,
    Within,
    Agreement,
    ClassCounts,
    Holes,
    Resample,
    AtRisk,
    LifeTables,
    RiskSets,
    RiskSlopes,
    SiteStrata,
    CoxScreen,
    HazardSteps,
    Repeat,
    TimeTable,
    TimeErrors,
    TimeBootstrap,
    Influence,
    WithinTimes,
    Stack
);
