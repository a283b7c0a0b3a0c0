//! The report as one page: no script, no resource from elsewhere, a content policy that forbids both.

mod asked;
mod card;
mod cohort;
mod evaluation;
mod headline;
mod limits;
mod lists;
mod models;
mod page;
mod privacy;
mod quality;

use crate::content::Report;
use page::Page;

pub(crate) use page::document;

/// The page.
#[must_use]
pub fn html(report: &Report) -> String {
    let mut page = Page::default();
    headline::write(&mut page, report);
    asked::write(&mut page, report);
    cohort::write(&mut page, report);
    quality::write(&mut page, report);
    cohort::preparation(&mut page, report);
    models::selections(&mut page, report);
    models::write(&mut page, report);
    evaluation::write(&mut page, report);
    evaluation::survival(&mut page, report);
    evaluation::further(&mut page, report);
    limits::write(&mut page, report);
    card::write(&mut page, report);
    privacy::write(&mut page, report);
    limits::files(&mut page, report);
    lists::write(&mut page, report);
    asked::plan(&mut page, report);
    page.finish(report)
}
