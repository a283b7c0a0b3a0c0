//! Features of the same cases seen by several raters, in scans repeated, or under perturbations: a long table, one value a
//! row, and the agreement of each feature. This is what feature selection takes.
//!
//! Never here: files; the caller reads and writes them. Specification: none.

use std::collections::{BTreeMap, BTreeSet};

use super::{Agreement, PerturbError, agreement};

/// One value of one feature.
#[derive(Clone, PartialEq)]
pub struct Observation {
    /// Whose: a case, by the key of the table it is joined to.
    pub case: String,
    /// The feature's column.
    pub feature: String,
    /// By whom or under what: a reader, a scan, the name of a perturbation.
    pub rater: String,
    /// The feature's value; NaN where it is not defined.
    pub value: f64,
}

/// The agreement about one feature, and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureAgreement {
    /// The feature's column.
    pub feature: String,
    /// Cases for which every rater has a finite value; the others are left out.
    pub cases: usize,
    /// Raters.
    pub raters: usize,
    /// The coefficients; nothing with fewer than two cases or raters.
    pub agreement: Option<Agreement>,
}

/// The agreement of every feature in a long table, in the order of their names. A case seen twice by the same rater is
/// refused.
pub fn agreements(
    observations: &[Observation],
    confidence: f64,
) -> Result<Vec<FeatureAgreement>, PerturbError> {
    let mut features: BTreeMap<&str, Vec<&Observation>> = BTreeMap::new();
    observations.iter().for_each(|seen| features.entry(&seen.feature).or_default().push(seen));
    features.into_iter().map(|(feature, seen)| of_feature(feature, &seen, confidence)).collect()
}

fn of_feature(
    feature: &str,
    seen: &[&Observation],
    confidence: f64,
) -> Result<FeatureAgreement, PerturbError> {
    let raters: BTreeSet<&str> = seen.iter().map(|seen| seen.rater.as_str()).collect();
    let mut cases: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for seen in seen {
        let row = cases.entry(&seen.case).or_default();
        if row.insert(&seen.rater, seen.value).is_some() {
            let text = format!("feature {feature}: rater {} has two values for one case", seen.rater);
            return Err(PerturbError::Table(text));
        }
    }
    let complete =
        |row: &BTreeMap<&str, f64>| row.len() == raters.len() && row.values().all(|v| v.is_finite());
    let table: Vec<Vec<f64>> =
        cases.values().filter(|row| complete(row)).map(|row| row.values().copied().collect()).collect();
    let is_enough = table.len() > 1 && raters.len() > 1;
    Ok(FeatureAgreement {
        feature: feature.to_owned(),
        cases: table.len(),
        raters: raters.len(),
        agreement: is_enough.then(|| agreement(&table, confidence)).transpose()?,
    })
}

impl std::fmt::Debug for Observation {
    /// Names neither the case nor its value.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Observation({}, {})", self.feature, self.rater)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(case: &str, feature: &str, rater: &str, value: f64) -> Observation {
        Observation { case: case.into(), feature: feature.into(), rater: rater.into(), value }
    }

    #[test]
    fn only_complete_cases_count() {
        let mut table = Vec::new();
        for (case, value) in [("a", 1.0), ("b", 2.0), ("c", 4.0), ("d", f64::NAN)] {
            table.push(seen(case, "f", "reader 1", value));
            table.push(seen(case, "f", "reader 2", value));
            table.push(seen(case, "g", "reader 1", value));
        }
        table.push(seen("e", "f", "reader 1", 7.0));
        let found = agreements(&table, 0.95).unwrap();
        assert_eq!(found.iter().map(|f| f.feature.as_str()).collect::<Vec<_>>(), ["f", "g"]);
        assert_eq!((found[0].cases, found[0].raters), (3, 2));
        assert!((found[0].agreement.unwrap().random_raters.value - 1.0).abs() < 1e-15);
        assert_eq!(found[1].agreement, None);
    }

    #[test]
    fn a_value_given_twice_is_refused_without_naming_the_case() {
        let error = agreements(&[seen("a", "f", "r", 1.0), seen("a", "f", "r", 1.0)], 0.95).unwrap_err();
        assert_eq!(error.to_string(), "agreement: feature f: rater r has two values for one case");
    }
}
