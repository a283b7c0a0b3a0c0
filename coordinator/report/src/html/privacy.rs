//! What left the hospitals.

use super::page::{Align, Page};
use crate::content::{LedgerLine, Report};
use crate::text::{bytes, whole};

pub(super) fn write(page: &mut Page, report: &Report) {
    let ledger = &report.ledger;
    page.section("privacy", "Privacy ledger");
    page.paragraph(
        "Images, contours and tables stayed at the hospitals. Each question was answered by sums over a hospital's \
         patients; every hospital keeps a ledger of its own with each message in words and its digest.",
    );
    let mut facts = vec![
        ("Exchanges".to_owned(), whole(ledger.exchanges.into())),
        ("Numbers sent by each hospital".to_owned(), whole(ledger.words)),
        ("Sums were added".to_owned(), ledger.aggregation.clone()),
        ("May be told".to_owned(), ledger.release.clone()),
    ];
    if let Some(sent) = ledger.bytes {
        facts.insert(2, ("Bytes sent by each hospital".to_owned(), bytes(sent)));
    }
    page.facts(&facts);
    if ledger.lines.is_empty() {
        return;
    }
    let row = |line: &LedgerLine| vec![line.what.clone(), whole(line.exchanges.into()), whole(line.words)];
    let rows: Vec<Vec<String>> = ledger.lines.iter().map(row).collect();
    let columns = [("What left", Align::Words), ("Exchanges", Align::Numbers), ("Numbers", Align::Numbers)];
    page.table("What left each hospital, by kind of question.", &columns, &rows, "");
}
