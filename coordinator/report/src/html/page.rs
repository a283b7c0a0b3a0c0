//! A page under construction: numbered figures and tables, everything escaped on the way in.

use base64::Engine;
use sha2::{Digest, Sha256};

use crate::chart::{Chart, STYLE};
use crate::content::Report;
use crate::text::escape;

const PAGE_STYLE: &str = include_str!("page.css");

/// Sections so far.
#[derive(Debug, Default)]
pub(crate) struct Page {
    body: String,
    contents: Vec<(String, String)>,
    figures: u32,
    tables: u32,
}

/// How a column of a table is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Words,
    Numbers,
}

impl Page {
    /// Opens a section that the contents list.
    pub(crate) fn section(&mut self, id: &str, title: &str) {
        self.contents.push((id.to_owned(), title.to_owned()));
        self.raw(&format!("<h2 id=\"{id}\">{}</h2>\n", escape(title)));
    }

    pub(crate) fn heading(&mut self, title: &str) {
        self.raw(&format!("<h3>{}</h3>\n", escape(title)));
    }

    pub(crate) fn paragraph(&mut self, text: &str) {
        self.raw(&format!("<p>{}</p>\n", escape(text)));
    }

    /// Opens or closes a place where figures stand two in a row.
    pub(crate) fn side_by_side(&mut self, open: bool) {
        self.raw(if open { "<div class=\"pair\">\n" } else { "</div>\n" });
    }

    /// A part that only authors can write.
    pub(crate) fn open(&mut self, text: &str) {
        self.raw(&format!("<p class=\"todo\">{}</p>\n", escape(text)));
    }

    pub(crate) fn list(&mut self, items: &[String]) {
        let items: Vec<String> = items.iter().map(|item| format!("<li>{}</li>", escape(item))).collect();
        self.raw(&format!("<ul>\n{}\n</ul>\n", items.join("\n")));
    }

    /// Names and values in two columns.
    pub(crate) fn facts(&mut self, facts: &[(String, String)]) {
        let row = |(name, value): &(String, String)| {
            format!("<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(value))
        };
        let rows: Vec<String> = facts.iter().map(row).collect();
        self.raw(&format!("<dl>\n{}\n</dl>\n", rows.join("\n")));
    }

    /// A drawing with its number and caption.
    pub(crate) fn figure(&mut self, chart: &Chart, caption: &str) {
        self.figures += 1;
        let (number, drawing) = (self.figures, chart.inline());
        let caption = escape(caption);
        self.raw(&format!(
            "<figure>\n<div class=\"sheet\">{drawing}</div>\n<figcaption><b>Figure {number}.</b> {caption}</figcaption>\n</figure>\n"
        ));
    }

    /// A table with its number and caption; `align` has one entry a column.
    pub(crate) fn table(
        &mut self,
        caption: &str,
        columns: &[(&str, Align)],
        rows: &[Vec<String>],
        note: &str,
    ) {
        self.tables += 1;
        let head = table_row("th scope=\"col\"", columns, columns.iter().map(|(name, _)| *name));
        let body: Vec<String> =
            rows.iter().map(|row| table_row("td", columns, row.iter().map(String::as_str))).collect();
        let note =
            if note.is_empty() { String::new() } else { format!("<p class=\"note\">{}</p>\n", escape(note)) };
        self.raw(&format!(
            "<div class=\"table{}\">\n<table>\n<caption><b>Table {}.</b> {}</caption>\n<thead>{head}</thead>\n\
             <tbody>\n{}\n</tbody>\n</table>\n{note}</div>\n",
            if columns.len() > 4 { " tight" } else { "" },
            self.tables,
            escape(caption),
            body.join("\n")
        ));
    }

    /// Markup whose texts are already escaped.
    pub(crate) fn raw(&mut self, html: &str) {
        self.body.push_str(html);
    }

    pub(crate) fn finish(self, report: &Report) -> String {
        let link =
            |(id, title): &(String, String)| format!("<li><a href=\"#{id}\">{}</a></li>", escape(title));
        let links: Vec<String> = self.contents.iter().map(link).collect();
        let header = format!(
            "<header>\n<p class=\"kicker\">Study report · {}</p>\n<h1>{}</h1>\n<p class=\"hash\">Plan {}</p>\n</header>\n\
             <nav aria-label=\"Contents\"><ol>\n{}\n</ol></nav>\n",
            escape(&report.study),
            escape(&report.title),
            escape(&report.plan_hash),
            links.join("\n")
        );
        let footer = format!(
            "<footer><p>Computed from sums over hospitals; no patient's row left a hospital. {}. Research use only.</p></footer>\n",
            escape(&report.software)
        );
        let body = format!("{header}<main>\n{}</main>\n{footer}", self.body);
        document(&report.title, &format!("{STYLE}{PAGE_STYLE}"), &body, None)
    }
}

/// One row; `tag` is the cell's tag with its attributes.
fn table_row<'a>(tag: &str, columns: &[(&str, Align)], cells: impl Iterator<Item = &'a str>) -> String {
    let name = &tag[..2];
    let cell = |(i, cell): (usize, &str)| {
        let numbers = columns.get(i).is_some_and(|(_, align)| *align == Align::Numbers);
        let class = if numbers { " class=\"n\"" } else { "" };
        format!("<{tag}{class}>{}</{name}>", escape(cell))
    };
    format!("<tr>{}</tr>", cells.enumerate().map(cell).collect::<Vec<_>>().concat())
}

/// A whole document; styles and the script run only if their hash is in the content policy.
pub(crate) fn document(title: &str, style: &str, body: &str, script: Option<&str>) -> String {
    let allowed = script.map_or_else(|| "'none'".to_owned(), hashed);
    let script = script.map_or_else(String::new, |script| format!("<script>{script}</script>\n"));
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; script-src {allowed}; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n\
         <style>{style}</style>\n</head>\n<body>\n{body}{script}</body>\n</html>\n",
        hashed(style),
        escape(title)
    )
}

/// The source expression of a content policy for one inline block.
fn hashed(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    format!("'sha256-{}'", base64::engine::general_purpose::STANDARD.encode(digest))
}
