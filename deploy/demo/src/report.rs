//! What a person reads at the end of a run.

use std::fmt::Write as _;

use consilium_rounds::result::{AucResult, Budget, EvaluationResult, ModelResult};
use consilium_types::plan::{ModelFamily, StudyPlan};

use crate::against;
use crate::comparison::{Alone, Estimate};
use crate::document::{Difference, Document};
use crate::left::Left;
use crate::reference::Auc;

/// The whole report.
pub(crate) fn text(plan: &StudyPlan, document: &Document) -> String {
    let mut out = String::new();
    patients(&mut out, document);
    for family in &plan.model.families {
        accuracy(&mut out, plan, document, *family);
    }
    if document.pooled.is_empty() {
        line(
            &mut out,
            "\nNo independent pooled analysis is written for what this plan asks, so none is shown.",
        );
    }
    let against = against::table(plan, document);
    if !against.is_empty() {
        line(&mut out, "\nFederated against each hospital alone");
        against.iter().for_each(|text| line(&mut out, text));
    }
    what_left(&mut out, document);
    out
}

/// How large a model the cohort supports, before anything is fitted.
pub(crate) fn budget(budget: &Budget) -> String {
    let mut out = format!("Before the run: {}\n", budget.in_words());
    budget.warnings().iter().for_each(|warning| line(&mut out, &format!("  attention: {warning}")));
    out
}

/// Longest text of a kind of message; the file has it in full.
const WIDTH: usize = 150;

fn shortened(text: &str) -> String {
    if text.chars().count() <= WIDTH {
        return text.to_owned();
    }
    text.chars().take(WIDTH).chain(" ...".chars()).collect()
}

fn patients(out: &mut String, document: &Document) {
    line(out, "Patients");
    for (site, facts) in &document.sites {
        line(
            out,
            &format!(
                "  {:<22}{:>5} patients, {:>3} with the outcome",
                site.as_str(),
                facts.patients,
                facts.cases
            ),
        );
    }
    let cohort = &document.federated.cohort;
    line(out, &format!("  {:<22}{:>5} patients, {:>3} with the outcome", "together", cohort.n, cohort.cases));
}

fn accuracy(out: &mut String, plan: &StudyPlan, document: &Document, family: ModelFamily) {
    let percent = plan.evaluate.level * 100.0;
    line(
        out,
        &format!("\nAUC of the {} model on held-out patients, with its {percent} % interval", name(family)),
    );
    for model in document.federated.models.iter().filter(|model| model.family == family) {
        model_rows(out, model, document.federated.cohort.labels.len());
    }
    if let Some(pooled) = document.pooled.get(&family) {
        row(out, "pooled, logistic", &estimate(pooled, |analysis| interval(&analysis.auc)));
    }
    // where one took no part, the hospitals' own models have a table of their own
    for (site, facts) in document.sites.iter().filter(|_| document.external.is_none()) {
        if let Some(alone) = facts.alone.get(&family) {
            alone_rows(out, site.as_str(), alone);
        }
    }
    if let Some(difference) = document.difference.get(&family) {
        line(out, &format!("  {}", agreement(difference)));
    }
    let first = document.federated.models.iter().find(|model| model.family == family);
    if let Some(evaluation) = first.and_then(ModelResult::binary) {
        line(out, &format!("  {}", width_in_words(&evaluation.auc, document)));
    }
}

/// One row, or one for each class of several.
fn model_rows(out: &mut String, model: &ModelResult, labels: usize) {
    let learner = model.name.rsplit('/').next().unwrap_or_default().to_owned();
    let of = if labels > 1 { format!("{}, {learner}", model.label) } else { learner };
    match &model.evaluation {
        EvaluationResult::Binary(evaluation) => {
            row(out, &format!("federated, {of}"), &federated(&evaluation.auc));
        }
        EvaluationResult::Classes(classes) => {
            row(
                out,
                &format!("federated, {of}"),
                &format!("{} mean over classes", federated(&classes.auc_macro)),
            );
            for (class, evaluation) in classes.by_class.iter().enumerate() {
                row(
                    out,
                    "",
                    &format!("{} class {} against the others", federated(&evaluation.auc), class + 1),
                );
            }
        }
        EvaluationResult::Survival(survival) => {
            let (n, events) = (survival.n, survival.events);
            row(out, &format!("federated, {of}"), &format!("{n} patients followed, {events} events"));
        }
    }
}

fn alone_rows(out: &mut String, site: &str, alone: &Alone) {
    row(out, &format!("{site} alone"), &estimate(&alone.own, |analysis| interval(&analysis.auc)));
    let elsewhere = estimate(&alone.elsewhere, |auc| format!("{} on the others' patients", interval(auc)));
    row(out, "", &elsewhere);
}

fn agreement(difference: &Difference) -> String {
    if !difference.same_model {
        return "Federated and pooled chose different columns or penalties.".to_owned();
    }
    format!(
        "Federated and pooled: same columns, same penalty; largest difference of a coefficient {:.1e}, of the AUC {:.1e}.",
        difference.coefficient, difference.auc
    )
}

/// Says what an interval of this width means, so that nobody reads the point alone.
fn width_in_words(auc: &AucResult, document: &Document) -> String {
    let cohort = &document.federated.cohort;
    let width = auc.upper - auc.lower;
    let meaning = if auc.lower <= 0.5 {
        "it does not show that the model ranks better than chance"
    } else if width > 0.15 {
        "it cannot tell a good model from a mediocre one"
    } else {
        "it is narrow enough to compare with other models"
    };
    let (n, cases) = (cohort.n, cohort.cases);
    format!(
        "With {n} patients, {cases} of them with the outcome, the interval is {width:.2} wide: {meaning}."
    )
}

fn what_left(out: &mut String, document: &Document) {
    line(out, "\nWhat left each hospital: sums over its patients, and nothing else");
    for (site, facts) in &document.sites {
        let messages: u64 = facts.left.iter().map(|kind| kind.messages).sum();
        line(
            out,
            &format!("  {:<22}{:>10} bytes in {messages} messages", site.as_str(), grouped(facts.bytes)),
        );
    }
    let Some(facts) = document.sites.values().next() else { return };
    line(out, "  of these kinds, the same at every hospital:");
    facts.left.iter().for_each(|kind| kind_row(out, kind));
}

fn kind_row(out: &mut String, kind: &Left) {
    line(
        out,
        &format!("    {:>4} x {:>10} bytes  {}", kind.messages, grouped(kind.bytes), shortened(&kind.what)),
    );
}

fn federated(auc: &AucResult) -> String {
    format!("{:.3}  [{:.3}, {:.3}]", auc.auc, auc.lower, auc.upper)
}

fn interval(auc: &Auc) -> String {
    format!("{:.3}  [{:.3}, {:.3}]", auc.auc, auc.lower, auc.upper)
}

fn estimate<T>(estimate: &Estimate<T>, show: impl Fn(&T) -> String) -> String {
    match estimate {
        Estimate::Estimate(value) => show(value),
        Estimate::NotEstimable(why) => format!("not estimable: {why}"),
    }
}

/// As the report says it.
pub(crate) fn name(family: ModelFamily) -> &'static str {
    match family {
        ModelFamily::Clinical => "clinical",
        ModelFamily::Radiomics => "radiomics",
        ModelFamily::Combined => "combined",
    }
}

/// 1234567 as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let comma = |i: usize| i > 0 && (digits.len() - i).is_multiple_of(3);
    digits.char_indices().flat_map(|(i, digit)| comma(i).then_some(',').into_iter().chain([digit])).collect()
}

fn row(out: &mut String, label: &str, value: &str) {
    line(out, &format!("  {label:<22}{value}"));
}

fn line(out: &mut String, text: &str) {
    writeln!(out, "{text}").expect("text grows in memory");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped() {
        let texts = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn what_cannot_be_estimated_is_said_in_words() {
        let none: Estimate<Auc> = Estimate::NotEstimable("one class".to_owned());
        assert_eq!(estimate(&none, interval), "not estimable: one class");
    }
}
