//! The first screen: who, how many, how well, and what the numbers must not be used for.

use super::page::Page;
use crate::content::{Report, Subject};
use crate::text::{escape, fixed, percent, range, whole};

pub(super) fn write(page: &mut Page, report: &Report) {
    let mut cards = vec![
        (whole(report.cohort.n), format!("patients at {} hospitals", report.sites.len())),
        (whole(report.cohort.cases), cases(report)),
    ];
    cards.extend(report.subjects.iter().filter_map(best).take(4));
    if let [subject] = report.subjects.as_slice() {
        let others = (0..subject.models.len()).filter(|model| *model != subject.main);
        cards.extend(others.filter_map(|model| estimated(subject, model)).take(3));
    }
    let card = |(number, words): &(String, String)| {
        format!("<div><b>{}</b><span>{}</span></div>", escape(number), escape(words))
    };
    let cards = cards.iter().map(card).collect::<Vec<_>>().concat();
    page.raw(&format!("<div class=\"cards\">{cards}</div>\n"));
    page.raw(
        "<div class=\"warning\"><p><b>Not for clinical use.</b> This is a research result. The model has not been \
         assessed as a medical device, and no decision about a patient may rest on it.</p></div>\n",
    );
    if !report.warnings.is_empty() {
        let items: Vec<String> = report.warnings.iter().map(|w| format!("<li>{}</li>", escape(w))).collect();
        let items = items.concat();
        page.raw(&format!("<div class=\"warning\"><p><b>Noticed by the run</b></p><ul>{items}</ul></div>\n"));
    }
}

fn cases(report: &Report) -> String {
    let share = percent(report.cohort.cases, report.cohort.known());
    format!("{} ({share})", report.cohort.case_word)
}

/// The main model: the plan says which it is, and nothing is picked by its result.
fn best(subject: &Subject) -> Option<(String, String)> {
    estimated(subject, subject.main)
}

/// The first measure of a model.
fn estimated(subject: &Subject, model: usize) -> Option<(String, String)> {
    let (measure, name) = (subject.measures.first()?, subject.models.get(model)?);
    let estimate = measure.values.get(model).copied().flatten()?;
    let interval = estimate.interval.map_or_else(String::new, |[low, high]| {
        format!(", {}% CI {}", fixed(subject.level * 100.0, 0), range(low, high, 2))
    });
    Some((fixed(estimate.value, 2), format!("{}: {}, {name}{interval}", measure.name, subject.name)))
}
