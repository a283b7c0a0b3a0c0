//! What the cohort is like, and how large a model it supports.
//!
//! Never: a number about one site. Spec: docs/reference/methods/quality.md.

use consilium_stats::distribution::normal_quantile;
use consilium_stats::quality::supported_parameters;
use serde::{Deserialize, Serialize};

/// The AUC at which precision is foretold.
const EXPECTED_AUC: f64 = 0.85;
/// Half-width of its interval beyond which models cannot be compared.
const WIDE: f64 = 0.075;
/// Patients of the smallest class for each parameter, by the old rule. Source: Peduzzi et al., J Clin Epidemiol 49
/// (1996) 1373.
const EVENTS_PER_PARAMETER: f64 = 10.0;
/// Cox-Snell R squared of models in this field, from weak to strong.
const R_SQUARED: [f64; 3] = [0.1, 0.2, 0.3];

/// Cohort and quality of the columns, over all sites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QualityResult {
    /// Sites with a patient.
    pub sites: u64,
    /// Scanners (or other batches) with a patient.
    pub batches: u64,
    /// By label of the study: patients of each class.
    pub outcomes: Vec<OutcomeCount>,
    /// One entry a column, in the order of the table.
    pub columns: Vec<ColumnQuality>,
    /// Size of model that the first label supports.
    pub budget: Budget,
}

/// How frequent the classes of a label are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutcomeCount {
    /// Patients whose class is known.
    pub known: u64,
    /// Patients of each class.
    pub classes: Vec<u64>,
    /// Their shares of the known.
    pub prevalence: Vec<f64>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnQuality {
    /// Name in the schema.
    pub column: String,
    /// Patients without a value.
    pub missing: u64,
    /// Their share of the cohort.
    pub missing_share: f64,
    /// Whether it has one value only, or none: such a column enters no model.
    #[serde(default)]
    pub constant: bool,
    /// Share of the variance between sites (eta squared); null for a constant column.
    pub between_sites: Option<f64>,
    /// Share of the variance between scanners, sites included.
    pub between_batches: Option<f64>,
}

/// How many parameters a cohort supports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Budget {
    /// Patients.
    pub n: u64,
    /// Patients of the smallest class.
    pub events: u64,
    /// Parameters of the largest model that the plan asks for, without intercepts.
    pub asked: u64,
    /// Parameters supported, by Cox-Snell R squared.
    pub supported: Vec<Supported>,
    /// Smallest class over parameters asked for; null when none is.
    pub events_per_parameter: Option<f64>,
    /// Half of the 95 % interval of an AUC of 0.85; null without two classes.
    pub auc_half_width: Option<f64>,
}

/// Parameters at one strength of the model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Supported {
    /// Cox-Snell R squared.
    pub r_squared: f64,
    /// Parameters with an expected shrinkage of 0.9; not rounded.
    pub parameters: f64,
}

impl OutcomeCount {
    pub(crate) fn new(classes: Vec<u64>) -> Self {
        let known: u64 = classes.iter().sum();
        let prevalence = classes.iter().map(|n| *n as f64 / known.max(1) as f64).collect();
        Self { known, classes, prevalence }
    }
}

impl Budget {
    /// What patients of these classes support when `asked` parameters are wanted.
    #[must_use]
    pub fn of(classes: &[u64], asked: u64) -> Self {
        let n: u64 = classes.iter().sum();
        let events = classes.iter().copied().min().unwrap_or(0);
        let supported =
            |r_squared: f64| Supported { r_squared, parameters: supported_parameters(n as f64, r_squared) };
        Self {
            n,
            events,
            asked,
            supported: R_SQUARED.into_iter().map(supported).collect(),
            events_per_parameter: (asked > 0).then(|| events as f64 / asked as f64),
            auc_half_width: (events > 0 && classes.len() > 1)
                .then(|| half_width(events as f64, (n - events) as f64)),
        }
    }

    /// For a person, before a run.
    #[must_use]
    pub fn in_words(&self) -> String {
        let supported = |at: &Supported| format!("{:.0} at R2 {}", at.parameters.floor(), at.r_squared);
        let supported: Vec<String> = self.supported.iter().map(supported).collect();
        let (n, events, asked) = (self.n, self.events, self.asked);
        let each = self.events_per_parameter.map(|each| format!(" ({each:.1} of that class for each)"));
        format!(
            "{n} patients, {events} in the smallest class; the plan asks for {asked} parameters{}, the cohort supports {}",
            each.unwrap_or_default(),
            supported.join(", ")
        )
    }

    /// What the numbers mean for the plan, in plain words; nothing where all is well.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let (asked, most) =
            (self.asked as f64, self.supported.last().map_or(0.0, |at| at.parameters.floor()));
        let few = self.events_per_parameter.is_some_and(|each| each < EVENTS_PER_PARAMETER);
        let wide = self.auc_half_width.filter(|width| *width > WIDE);
        let large = (asked > most).then(|| {
            format!(
                "even a strong model supports {most:.0} parameters here: without a penalty, coefficients will be too \
                 large; lower `select.max` or include more patients (Riley 2019)"
            )
        });
        let few = few.then(|| {
            format!("fewer than {EVENTS_PER_PARAMETER:.0} patients of the smallest class for each parameter asked for")
        });
        let wide = wide.map(|width| {
            format!("an AUC of {EXPECTED_AUC} would be known to +-{width:.2}: this cohort cannot compare good models")
        });
        [large, few, wide].into_iter().flatten().collect()
    }
}

/// Source: Hanley and `McNeil`, Radiology 143 (1982) 29.
fn half_width(cases: f64, controls: f64) -> f64 {
    let a = EXPECTED_AUC;
    let (q1, q2) = (a / (2.0 - a), 2.0 * a * a / (1.0 + a));
    let variance =
        (a * (1.0 - a) + (cases - 1.0) * (q1 - a * a) + (controls - 1.0) * (q2 - a * a)) / (cases * controls);
    normal_quantile(0.975) * variance.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Patients per parameter and half-widths by the published formulae, computed in Python.
    #[test]
    fn budgets_are_those_of_riley_and_hanley() {
        let budget = Budget::of(&[192, 48], 12);
        let expected = [2.826_7, 6.031_5, 9.731_2];
        for (at, wanted) in budget.supported.iter().zip(expected) {
            assert!((at.parameters - wanted).abs() < 1e-4, "{at:?} {wanted}");
        }
        assert_eq!(budget.events_per_parameter, Some(4.0));
        for ([controls, cases], wanted) in [([192, 48], 0.071_0), ([20, 5], 0.224_1), ([46, 11], 0.149_1)] {
            let width = Budget::of(&[controls, cases], 1).auc_half_width;
            assert!(width.is_some_and(|width| (width - wanted).abs() < 1e-4), "{width:?} {wanted}");
        }
        assert_eq!(Budget::of(&[9, 0], 0).auc_half_width, None);
        assert!(
            budget.in_words().contains("supports 2 at R2 0.1, 6 at R2 0.2, 9 at R2 0.3"),
            "{}",
            budget.in_words()
        );
    }

    #[test]
    fn a_person_is_warned_where_the_plan_is_too_large_and_not_where_it_is_not() {
        let large = Budget::of(&[40, 10], 12);
        assert!(large.in_words().contains("(0.8 of that class for each)"), "{}", large.in_words());
        let warnings = large.warnings();
        assert_eq!(warnings.len(), 3);
        assert!(warnings[0].contains("supports 2 parameters"), "{warnings:?}");
        assert!(warnings[1].contains("fewer than 10") && warnings[2].contains("+-0.16"), "{warnings:?}");
        assert!(Budget::of(&[2_000, 600], 12).warnings().is_empty());
        assert_eq!(Budget::of(&[500, 100], 12).warnings().len(), 1);
    }
}
