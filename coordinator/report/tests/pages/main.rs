//! Whole pages from cohorts that are made up, but from which every number shown is computed.
//!
//! `CONSILIUM_PAGES=FOLDER cargo test -p consilium-report --test pages` keeps the pages and drawings for looking at.

mod binary;
mod cohort;
mod survival;

use consilium_report::{Report, calculator, html};

fn kept(name: &str, text: &str) {
    if let Ok(folder) = std::env::var("CONSILIUM_PAGES") {
        std::fs::create_dir_all(&folder).expect("a folder for pages");
        std::fs::write(format!("{folder}/{name}"), text).expect("a page");
    }
}

fn pages() -> [(&'static str, Report); 2] {
    [("mycn", binary::report()), ("pfs", survival::report())]
}

#[test]
fn a_page_needs_nothing_from_elsewhere() {
    for (name, report) in pages() {
        let page = html(&report);
        kept(&format!("{name}.html"), &page);
        kept(&format!("{name}.json"), &report.to_json());
        for word in
            ["<script", "http://", "https://", " src=", " style=", "url(", "@import", "onclick", "NaN"]
        {
            assert!(!page.contains(word), "{name}: {word}");
        }
        assert!(page.contains("default-src 'none'") && page.contains("script-src 'none'"));
    }
}

#[test]
fn tags_close_and_ids_are_unique() {
    for (name, report) in pages() {
        let page = html(&report);
        for tag in ["svg", "table", "figure", "tr", "td", "text", "dl", "ul", "section", "div", "p", "h2"] {
            let opened =
                page.matches(&format!("<{tag} ")).count() + page.matches(&format!("<{tag}>")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{name}: {tag}");
        }
        let mut ids: Vec<&str> =
            page.split(" id=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: an id twice");
        let links = page.split("href=\"#").skip(1).filter_map(|part| part.split('"').next());
        links.for_each(|link| assert!(ids.binary_search(&link).is_ok(), "{name}: #{link}"));
    }
}

#[test]
fn the_json_reads_back_and_gives_the_same_page() {
    for (_, report) in pages() {
        let again: Report = serde_json::from_str(&report.to_json()).expect("the report's form");
        assert_eq!(again, report);
        assert_eq!(html(&again), html(&report));
    }
}

#[test]
fn names_from_a_plan_cannot_become_markup() {
    let mut report = binary::report();
    report.title = "<script>alert(1)</script>".into();
    report.models[0].name = "\"><b>x".into();
    report.sites[0] = "<i>".into();
    let page = html(&report);
    assert!(!page.contains("<script") && !page.contains("<b>x") && !page.contains("<i>"));
}

#[test]
fn a_study_without_anything_still_has_a_page() {
    let mut report = binary::report();
    report.selections.clear();
    report.models.clear();
    report.subjects.clear();
    report.comparisons.clear();
    report.importance.clear();
    report.evidence.clear();
    report.preparation.clear();
    let page = html(&report);
    for absent in ["id=\"selection\"", "id=\"models\"", "id=\"evaluation\"", "id=\"preparation\""] {
        assert!(!page.contains(absent), "{absent}");
    }
    assert!(page.contains("id=\"patients\"") && page.contains("id=\"checklists\""));
}

#[test]
fn calculators_exist_for_weighted_sums() {
    for (name, file) in [("mycn", binary::model()), ("pfs", survival::model())] {
        kept(&format!("{name}-calculator.html"), &calculator(&file).expect("a weighted sum"));
        kept(&format!("{name}-model.json"), &file.to_json());
    }
}
