//! The checklists as tables.

use super::page::Page;
use crate::checklist::{Answer, Checklist, Status, checklists, metrics_score};
use crate::content::Report;
use crate::text::{escape, fixed};

pub(super) fn write(page: &mut Page, report: &Report) {
    page.section("checklists", "Reporting checklists");
    page.paragraph(
        "Filled in as far as the run can prove an item; topics are in our words, the published lists are the \
         authority. Empty lines are for the authors.",
    );
    for list in checklists(&report.evidence) {
        page.heading(&list.name);
        page.paragraph(&summary(&list));
        table(page, &list);
    }
}

fn summary(list: &Checklist) -> String {
    let items = list.answers().count() - list.count(Status::NotApplicable);
    let (answered, partly) = (list.count(Status::Answered), list.count(Status::Partly));
    let counted =
        format!("{answered} of {items} items answered by the run, {partly} in part. {}.", list.source);
    if list.name != "METRICS" {
        return counted;
    }
    let score = metrics_score(list);
    let (run, part) = (fixed(score.run * 100.0, 1), fixed(score.with_part * 100.0, 1));
    format!(
        "Score of what the run answers alone: {run}%; {part}% once authors complete the items in part. {counted}"
    )
}

fn table(page: &mut Page, list: &Checklist) {
    let mut rows = String::new();
    for (section, answers) in &list.sections {
        rows.extend(["<tr class=\"group\"><td colspan=\"4\">", &escape(section), "</td></tr>\n"]);
        rows.extend(answers.iter().map(row));
    }
    page.raw(&format!(
        "<div class=\"table\"><table>\n<thead><tr><th scope=\"col\">Item</th><th scope=\"col\">Topic</th>\
         <th scope=\"col\">Status</th><th scope=\"col\">Evidence</th></tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    ));
}

fn row(answer: &Answer) -> String {
    let class = match answer.status {
        Status::Answered => "answered",
        Status::Partly => "partly",
        Status::Blank | Status::NotApplicable => "blank",
    };
    let [number, topic, evidence] =
        [&answer.number, &answer.topic, &answer.evidence].map(|text| escape(text));
    let status = answer.status.words();
    format!(
        "<tr><td>{number}</td><td>{topic}</td><td><span class=\"pill {class}\">{status}</span></td><td>{evidence}</td></tr>\n"
    )
}
