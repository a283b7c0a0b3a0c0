//! An SVG under construction: elements in order, classes instead of colours, numbers with at most two decimals.
//!
//! Never: a colour, a font size or a style attribute; all of it is in `chart.css`, so that a page with a strict
//! content policy may show the drawing and a dark page may recolour it. Specification: SVG 1.1, chapters 9 and 10.

use std::fmt::Write;

use crate::text::escape;

/// The style every drawing is written for.
pub(crate) const STYLE: &str = concat!(include_str!("palette.css"), include_str!("chart.css"));

/// A finished drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    id: String,
    title: String,
    description: String,
    size: [String; 2],
    body: String,
}

impl Chart {
    /// The drawing as an element of a page that carries the chart style.
    #[must_use]
    pub fn inline(&self) -> String {
        self.element("", "")
    }

    /// The drawing as a file of its own, its style inside.
    #[must_use]
    pub fn file(&self) -> String {
        self.element(" xmlns=\"http://www.w3.org/2000/svg\"", &format!("<style>{STYLE}</style>\n"))
    }

    /// What the drawing shows, in one line.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The name that is unique on a page and serves as a file name.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    fn element(&self, namespace: &str, style: &str) -> String {
        let Self { id, title, description, size: [width, height], body } = self;
        let (title, description) = (escape(title), escape(description));
        format!(
            "<svg{namespace} class=\"chart\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
             role=\"img\" aria-labelledby=\"{id}-title {id}-text\">\n<title id=\"{id}-title\">{title}</title>\n\
             <desc id=\"{id}-text\">{description}</desc>\n{style}{body}</svg>\n"
        )
    }
}

/// Where a text stands relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// A drawing in the making.
#[derive(Debug)]
pub(crate) struct Canvas {
    width: f64,
    height: f64,
    body: String,
}

impl Canvas {
    pub(crate) fn new(width: f64, height: f64) -> Self {
        Self { width, height, body: String::new() }
    }

    pub(crate) fn line(&mut self, class: &str, from: [f64; 2], to: [f64; 2]) {
        let [x1, y1] = from.map(number);
        let [x2, y2] = to.map(number);
        self.push(format_args!("<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"));
    }

    pub(crate) fn rect(&mut self, class: &str, corner: [f64; 2], size: [f64; 2]) {
        let [x, y] = corner.map(number);
        let [w, h] = size.map(|s| number(s.max(0.0)));
        self.push(format_args!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"/>"));
    }

    pub(crate) fn circle(&mut self, class: &str, centre: [f64; 2], radius: f64) {
        let [x, y] = centre.map(number);
        self.push(format_args!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>", number(radius)));
    }

    /// An open line through the points.
    pub(crate) fn polyline(&mut self, class: &str, points: &[[f64; 2]]) {
        if points.len() > 1 {
            self.push(format_args!("<polyline class=\"{class}\" points=\"{}\"/>", joined(points)));
        }
    }

    /// A closed area.
    pub(crate) fn polygon(&mut self, class: &str, points: &[[f64; 2]]) {
        if points.len() > 2 {
            self.push(format_args!("<polygon class=\"{class}\" points=\"{}\"/>", joined(points)));
        }
    }

    pub(crate) fn text(&mut self, class: &str, anchor: Anchor, at: [f64; 2], text: &str) {
        let [x, y] = at.map(number);
        let (anchor, text) = (anchor.word(), escape(text));
        self.push(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// A text read from below, centred on the point.
    pub(crate) fn upright(&mut self, class: &str, at: [f64; 2], text: &str) {
        let ([x, y], text) = (at.map(number), escape(text));
        self.push(format_args!(
            "<text class=\"{class}\" transform=\"translate({x} {y}) rotate(-90)\" text-anchor=\"middle\">{text}</text>"
        ));
    }

    pub(crate) fn finish(self, id: &str, title: &str, description: &str) -> Chart {
        Chart {
            id: id.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            size: [number(self.width), number(self.height)],
            body: self.body,
        }
    }

    fn push(&mut self, element: std::fmt::Arguments<'_>) {
        writeln!(self.body, "{element}").expect("a String takes every write");
    }
}

fn joined(points: &[[f64; 2]]) -> String {
    let pairs: Vec<String> =
        points.iter().map(|point| format!("{},{}", number(point[0]), number(point[1]))).collect();
    pairs.join(" ")
}

/// Two decimals at most; what is not finite is drawn at 0 and never written as NaN.
fn number(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_never_nan() {
        assert_eq!(number(1.0), "1");
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(12.345), "12.35");
        assert_eq!(number(f64::NAN), "0");
    }

    #[test]
    fn a_drawing_names_itself_and_escapes_what_it_is_told() {
        let mut canvas = Canvas::new(10.0, 20.5);
        canvas.text("label", Anchor::Start, [0.0, 0.0], "a < b & \"c\"");
        let chart = canvas.finish("x", "t<", "d&");
        let text = chart.inline();
        assert!(text.contains("viewBox=\"0 0 10 20.5\""));
        assert!(text.contains("<title id=\"x-title\">t&lt;</title>"));
        assert!(text.contains("a &lt; b &amp; &quot;c&quot;"));
        assert!(!text.contains("<style>") && chart.file().contains("<style>"));
    }
}
