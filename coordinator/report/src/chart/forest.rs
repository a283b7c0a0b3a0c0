//! A forest plot: one estimate a site, their mean as a diamond, and where a new site is expected to lie.

use serde::{Deserialize, Serialize};

use super::axes::{Area, Frame};
use super::canvas::{Anchor, Canvas, Chart};
use super::series::diamond;
use crate::text::{fixed, range, shortened};

/// One site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ForestRow {
    /// The site.
    pub name: String,
    /// Patients and cases, in words.
    pub size: String,
    /// Estimate, lower and upper end; absent where the site cannot give one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate: Option<[f64; 3]>,
    /// Share of the weight, from 0 to 1.
    pub weight: f64,
}

/// All sites.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    /// What is estimated, for example `AUC`.
    pub measure: String,
    /// Confidence level.
    pub level: f64,
    /// What the rows are, and what their sizes are; the second may be empty.
    pub heads: [String; 2],
    /// In the order of the study.
    pub rows: Vec<ForestRow>,
    /// Mean over sites: estimate, lower and upper end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<[f64; 3]>,
    /// Where the estimate of a further site is expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction: Option<[f64; 2]>,
    /// Heterogeneity in words.
    pub notes: Vec<String>,
    /// The value of no effect, drawn as a dotted line.
    pub none: f64,
    /// The ends the measure itself has, for example 0 and 1.
    pub bounds: [f64; 2],
    /// Whether the axis is logarithmic, as ratios want it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub log: bool,
}

/// Ticks of a logarithmic axis.
const RATIOS: [f64; 13] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
/// Ticks of a short one.
const CLOSE: [f64; 12] = [0.3, 0.4, 0.5, 0.7, 0.8, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0];
/// A logarithmic axis whose ends have a smaller ratio is short.
const SHORT: f64 = 9.0;

const ROW: f64 = 26.0;
const TOP: f64 = 34.0;
const PLOT: f64 = 280.0;
const NAMES: f64 = 150.0;
const SIZES: f64 = 96.0;
const NUMBERS: f64 = 150.0;

/// The drawing.
#[must_use]
pub fn forest(id: &str, subject: &str, forest: &Forest) -> Chart {
    let rows = forest.rows.len() as f64;
    let extra = f64::from(u8::from(forest.mean.is_some())) + f64::from(u8::from(forest.prediction.is_some()));
    let area =
        Area { left: 10.0 + NAMES + SIZES, top: TOP, width: PLOT, height: (rows + extra) * ROW + 10.0 };
    let foot = area.top + area.height + 46.0;
    let width = area.left + PLOT + NUMBERS + 10.0;
    let mut canvas = Canvas::new(width, foot + 16.0 * forest.notes.len() as f64 + 8.0);
    let frame = Frame::new(area, span(forest), [0.0, 1.0]);
    header(&mut canvas, forest, width);
    let axis = Axis { frame, log: forest.log };
    reference(&mut canvas, forest, axis);
    for (i, row) in forest.rows.iter().enumerate() {
        site(&mut canvas, row, axis, TOP + ROW * (i as f64 + 0.5) + 4.0);
    }
    summary(&mut canvas, forest, axis, TOP + ROW * (rows + 0.5) + 8.0);
    if forest.log {
        axis.ratios(&mut canvas, &forest.measure);
    } else {
        frame.across(&mut canvas, &forest.measure, 7);
    }
    for (i, note) in forest.notes.iter().enumerate() {
        canvas.text("small soft", Anchor::Start, [10.0, foot + 14.0 + 16.0 * i as f64], note);
    }
    let said = forest.rows.iter().map(|row| format!("{} {}", row.name, words(row.estimate.as_ref())));
    let said: Vec<String> = said.collect();
    let mean = forest.mean.as_ref().map_or_else(String::new, |mean| format!(" Mean {}.", words(Some(mean))));
    let by = forest.heads[0].to_lowercase();
    canvas.finish(
        id,
        &format!("{} by {by}: {subject}", forest.measure),
        &format!("{}.{mean}", said.join("; ")),
    )
}

/// The frame with positions on the axis's own scale.
#[derive(Clone, Copy)]
struct Axis {
    frame: Frame,
    log: bool,
}

impl Axis {
    /// The position of a value, moved into the frame.
    fn at(self, value: f64) -> f64 {
        self.frame.x.within(scaled(value, self.log))
    }

    fn ticks(self) -> Vec<f64> {
        if !self.log {
            return self.frame.x.ticks(7);
        }
        let [low, high] = [self.frame.x.low(), self.frame.x.high()].map(libm::exp);
        let all: &[f64] = if high / low < SHORT { &CLOSE } else { &RATIOS };
        all.iter().copied().filter(|ratio| (low..=high).contains(ratio)).collect()
    }

    /// The lower axis of ratios with its numbers and name.
    fn ratios(self, canvas: &mut Canvas, name: &str) {
        let (foot, ends) = (self.frame.bottom(), [self.frame.x.start(), self.frame.x.end()]);
        for tick in self.ticks() {
            let x = self.at(tick);
            canvas.line("axis", [x, foot], [x, foot + 5.0]);
            canvas.text("tick", Anchor::Middle, [x, foot + 19.0], &tick.to_string());
        }
        canvas.line("axis", [ends[0], foot], [ends[1], foot]);
        canvas.text("label", Anchor::Middle, [f64::midpoint(ends[0], ends[1]), foot + 40.0], name);
    }
}

fn scaled(value: f64, log: bool) -> f64 {
    if log { libm::log(value.max(f64::MIN_POSITIVE)) } else { value }
}

fn words(estimate: Option<&[f64; 3]>) -> String {
    estimate.map_or_else(
        || "not estimable".to_owned(),
        |[value, lower, upper]| format!("{} ({})", fixed(*value, 2), range(*lower, *upper, 2)),
    )
}

/// All estimates and intervals, a little more, within the measure's own ends.
fn span(forest: &Forest) -> [f64; 2] {
    let sites = forest.rows.iter().filter_map(|row| row.estimate).chain(forest.mean);
    let ends = sites.flatten().chain(forest.prediction.into_iter().flatten()).chain([forest.none]);
    let ends = ends.map(|value| scaled(value, forest.log));
    let [low, high] =
        ends.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], v| [low.min(v), high.max(v)]);
    let margin = (high - low) * 0.04;
    let bounds = forest.bounds.map(|bound| scaled(bound, forest.log));
    [(low - margin).max(bounds[0]), (high + margin).min(bounds[1])]
}

fn header(canvas: &mut Canvas, forest: &Forest, width: f64) {
    let level = fixed(forest.level * 100.0, 0);
    canvas.text("small soft", Anchor::Start, [10.0, 18.0], &forest.heads[0]);
    canvas.text("small soft", Anchor::End, [10.0 + NAMES + SIZES - 22.0, 18.0], &forest.heads[1]);
    canvas.text(
        "small soft",
        Anchor::End,
        [width - 10.0, 18.0],
        &format!("{} ({level}% CI)", forest.measure),
    );
    canvas.line("rule", [10.0, 26.0], [width - 10.0, 26.0]);
}

fn reference(canvas: &mut Canvas, forest: &Forest, axis: Axis) {
    let top = TOP + 2.0;
    for tick in axis.ticks() {
        canvas.line("grid", [axis.at(tick), top], [axis.at(tick), axis.frame.bottom()]);
    }
    let none = axis.at(forest.none);
    canvas.line("reference", [none, top], [none, axis.frame.bottom()]);
    if let Some([mean, ..]) = forest.mean {
        canvas.line("rule", [axis.at(mean), top], [axis.at(mean), axis.frame.bottom()]);
    }
}

/// Room for a name: all of the left where no size is told.
fn names(row: &ForestRow) -> f64 {
    if row.size.is_empty() { NAMES + SIZES - 12.0 } else { NAMES }
}

fn site(canvas: &mut Canvas, row: &ForestRow, axis: Axis, y: f64) {
    canvas.text("label", Anchor::Start, [10.0, y + 4.5], &shortened(&row.name, names(row) / 13.0));
    canvas.text("label soft", Anchor::End, [10.0 + NAMES + SIZES - 22.0, y + 4.5], &row.size);
    canvas.text("label", Anchor::End, [axis.frame.x.end() + NUMBERS, y + 4.5], &words(row.estimate.as_ref()));
    let Some([value, lower, upper]) = row.estimate else { return };
    let [value, lower, upper] = [value, lower, upper].map(|v| axis.at(v));
    canvas.line("whisker s0", [lower, y], [upper, y]);
    for end in [lower, upper] {
        canvas.line("whisker s0", [end, y - 3.5], [end, y + 3.5]);
    }
    let half = 3.0 + 6.0 * row.weight.clamp(0.0, 1.0).sqrt();
    canvas.rect("fill s0", [value - half, y - half], [half * 2.0; 2]);
}

fn summary(canvas: &mut Canvas, forest: &Forest, axis: Axis, mut y: f64) {
    if let Some(mean) = forest.mean {
        let [_, lower, upper] = mean.map(|v| axis.at(v));
        canvas.text("label strong", Anchor::Start, [10.0, y + 4.5], "Mean");
        canvas.text(
            "label strong",
            Anchor::End,
            [axis.frame.x.end() + NUMBERS, y + 4.5],
            &words(Some(&mean)),
        );
        let centre = [f64::midpoint(lower, upper), y];
        canvas.polygon("fill s1", &diamond(centre, [(upper - lower) / 2.0, 7.0]));
        y += ROW;
    }
    if let Some([lower, upper]) = forest.prediction {
        let text = range(lower, upper, 2);
        canvas.text("label", Anchor::Start, [10.0, y + 4.5], "A further site is expected within");
        canvas.text("label", Anchor::End, [axis.frame.x.end() + NUMBERS, y + 4.5], &text);
        let [lower, upper] = [lower, upper].map(|v| axis.at(v));
        canvas.rect("fill s1", [lower, y - 2.0], [upper - lower, 4.0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Forest {
        let row = |name: &str, estimate| ForestRow {
            name: name.into(),
            size: "3 / 20".into(),
            estimate,
            weight: 0.5,
        };
        Forest {
            measure: "AUC".into(),
            level: 0.95,
            rows: vec![row("a", Some([0.8, 0.6, 0.99])), row("b", None)],
            mean: Some([0.8, 0.7, 0.9]),
            prediction: Some([0.5, 1.0]),
            notes: Vec::new(),
            none: 0.5,
            bounds: [0.0, 1.0],
            heads: ["Hospital".into(), "Cases / patients".into()],
            log: false,
        }
    }

    #[test]
    fn the_axis_stays_within_the_measure() {
        let [low, high] = span(&example());
        assert!(low < 0.5 && high <= 1.0);
    }

    #[test]
    fn ratios_and_their_inverses_lie_alike_about_one() {
        let mut ratios = example();
        ratios.log = true;
        ratios.none = 1.0;
        ratios.rows[0].estimate = Some([2.0, 0.5, 8.0]);
        ratios.mean = None;
        ratios.prediction = None;
        ratios.bounds = [0.0, f64::MAX];
        let axis = Axis {
            frame: Frame::new(
                Area { left: 0.0, top: 0.0, width: 100.0, height: 10.0 },
                span(&ratios),
                [0.0, 1.0],
            ),
            log: true,
        };
        assert!((axis.at(2.0) - axis.at(1.0) - (axis.at(1.0) - axis.at(0.5))).abs() < 1e-9);
        assert_eq!(axis.ticks(), [0.5, 1.0, 2.0, 5.0]);
    }

    #[test]
    fn a_site_without_an_estimate_says_so() {
        let text = forest("forest", "x", &example()).inline();
        assert!(text.contains("not estimable") && text.contains("0.80 (0.60–0.99)"));
    }
}
