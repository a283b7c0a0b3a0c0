//! The table that sets the federated model beside what every hospital could do by itself.
//!
//! AUCs only; their intervals are in `run.json`. Never: a stand-in for what cannot be estimated.

use consilium_types::plan::{ModelFamily, StudyPlan};

use crate::comparison::Estimate;
use crate::document::Document;
use crate::external::External;
use crate::reference::Auc;
use crate::report;

/// One model's AUC in every family.
struct Line {
    name: String,
    aucs: Vec<Option<f64>>,
}

/// The table, where a hospital took no part and the independent code ran.
pub(crate) fn table(plan: &StudyPlan, document: &Document) -> Vec<String> {
    let Some(external) = &document.external else { return Vec::new() };
    let families = &plan.model.families;
    let mut lines = vec![heading(families)];
    let n = document.federated.cohort.n;
    lines.push(format!("  the {n} patients, each ranked by models that never saw the patient's fold"));
    lines.push(shown(&Line::of("federated", families, |family| {
        let model = document.federated.models.iter().find(|model| model.family == family)?;
        model.binary().map(|evaluation| evaluation.auc.auc)
    })));
    lines.push("  trained at one hospital, tested on the patients of the others".to_owned());
    let elsewhere: Vec<Line> = document
        .sites
        .iter()
        .map(|(site, facts)| {
            Line::of(site.as_str(), families, |family| of(&facts.alone.get(&family)?.elsewhere))
        })
        .collect();
    lines.extend(with_mean_and_worst(&elsewhere, families));
    lines.extend(outside(document, families, external));
    lines
}

fn outside(document: &Document, families: &[ModelFamily], external: &External) -> Vec<String> {
    let (n, cases, site) = (external.patients, external.cases, &external.site);
    let mut lines =
        vec![format!("  the {n} patients of {site}, which took no part ({cases} with the outcome)")];
    let tested = |family: ModelFamily| external.models.get(&family);
    lines.push(shown(&Line::of("federated", families, |family| of(&tested(family)?.federated))));
    lines.push(shown(&Line::of("pooled", families, |family| of(&tested(family)?.pooled))));
    let alone = document
        .sites
        .keys()
        .map(|site| Line::of(site.as_str(), families, |family| of(tested(family)?.alone.get(site)?)));
    lines.extend(with_mean_and_worst(&alone.collect::<Vec<_>>(), families));
    lines
}

fn heading(families: &[ModelFamily]) -> String {
    let names = families.iter().map(|family| format!("{:>11}", report::name(*family)));
    format!("{:<28}{}", "AUC", names.collect::<String>())
}

fn of(estimate: &Estimate<Auc>) -> Option<f64> {
    match estimate {
        Estimate::Estimate(auc) => Some(auc.auc),
        Estimate::NotEstimable(_) => None,
    }
}

impl Line {
    fn of(name: &str, families: &[ModelFamily], auc: impl Fn(ModelFamily) -> Option<f64>) -> Self {
        Self { name: name.to_owned(), aucs: families.iter().map(|family| auc(*family)).collect() }
    }
}

/// The lines, and their mean and lowest over those that could be estimated.
fn with_mean_and_worst(lines: &[Line], families: &[ModelFamily]) -> Vec<String> {
    let column = |at: usize| lines.iter().filter_map(move |line| line.aucs[at]).collect::<Vec<f64>>();
    let over = |name: &str, summary: fn(&[f64]) -> f64| {
        let value = |at: usize| Some(column(at)).filter(|aucs| !aucs.is_empty()).map(|aucs| summary(&aucs));
        Line { name: name.to_owned(), aucs: (0..families.len()).map(value).collect() }
    };
    let mean = over("mean", |aucs| aucs.iter().sum::<f64>() / aucs.len() as f64);
    let worst = over("worst", |aucs| aucs.iter().copied().fold(1.0, f64::min));
    lines.iter().chain([&mean, &worst]).map(shown).collect()
}

fn shown(line: &Line) -> String {
    let cell = |auc: &Option<f64>| auc.map_or_else(|| format!("{:>11}", "-"), |auc| format!("{auc:>11.3}"));
    format!("    {:<24}{}", line.name, line.aucs.iter().map(cell).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_estimated_is_a_dash_and_in_no_mean() {
        let families = [ModelFamily::Clinical, ModelFamily::Radiomics];
        let line = |name: &str, aucs: [Option<f64>; 2]| Line { name: name.to_owned(), aucs: aucs.to_vec() };
        let lines = [line("a", [Some(0.9), None]), line("b", [Some(0.6), None])];
        let text = with_mean_and_worst(&lines, &families);
        assert_eq!(text[2].split_whitespace().collect::<Vec<_>>(), ["mean", "0.750", "-"]);
        assert_eq!(text[3].split_whitespace().collect::<Vec<_>>(), ["worst", "0.600", "-"]);
    }
}
