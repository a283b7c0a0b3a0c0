//! The flow of patients, as in the STROBE statement: boxes downwards, what is left out to the right.

use serde::{Deserialize, Serialize};

use super::canvas::{Anchor, Canvas, Chart};
use crate::text::{whole, wrap};

/// A stage of the flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowBox {
    /// The patients here, in words.
    pub step: String,
    /// How many are left.
    pub patients: u64,
    /// Further lines, for example cases and controls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

const WIDTH: f64 = 280.0;
const ASIDE: f64 = 270.0;
const GAP: f64 = 56.0;
const LINE: f64 = 17.0;
const LEFT: f64 = 10.0;

/// The drawing; each box holds those of the box above who meet its step.
#[must_use]
pub fn flow(id: &str, boxes: &[FlowBox]) -> Chart {
    let texts: Vec<Vec<String>> = boxes.iter().map(lines).collect();
    let heights: Vec<f64> = texts.iter().map(|lines| lines.len() as f64 * LINE + 18.0).collect();
    let gaps = GAP * boxes.len().saturating_sub(1) as f64;
    let mut canvas =
        Canvas::new(LEFT * 2.0 + WIDTH + 34.0 + ASIDE, heights.iter().sum::<f64>() + gaps + 20.0);
    let mut top = 10.0;
    for (i, lines) in texts.iter().enumerate() {
        stage(&mut canvas, top, heights[i], lines);
        if let Some(next) = boxes.get(i + 1) {
            between(
                &mut canvas,
                top + heights[i],
                boxes[i].patients.saturating_sub(next.patients),
                &next.step,
            );
        }
        top += heights[i] + GAP;
    }
    let said: Vec<String> = boxes.iter().map(|b| format!("{}: {}", b.step, b.patients)).collect();
    canvas.finish(id, "Flow of patients", &format!("Patients left after each step. {}.", said.join("; ")))
}

/// Words of a box: the step, the number, the notes.
fn lines(stage: &FlowBox) -> Vec<String> {
    let mut lines = wrap(&stage.step, (WIDTH - 24.0) / 13.0);
    lines.push(format!("n = {}", whole(stage.patients)));
    lines.extend(stage.notes.iter().cloned());
    lines
}

fn stage(canvas: &mut Canvas, top: f64, height: f64, lines: &[String]) {
    canvas.rect("box", [LEFT, top], [WIDTH, height]);
    for (row, line) in lines.iter().enumerate() {
        let class = if line.starts_with("n = ") { "label strong" } else { "label" };
        canvas.text(class, Anchor::Middle, [LEFT + WIDTH / 2.0, top + 21.0 + LINE * row as f64], line);
    }
}

/// The arrow to the next box, and the box of those left out on the way.
fn between(canvas: &mut Canvas, top: f64, excluded: u64, step: &str) {
    let x = LEFT + WIDTH / 2.0;
    arrow(canvas, [x, top], [x, top + GAP]);
    let right = LEFT + WIDTH + 34.0;
    let mut text = wrap(&format!("Not met: {step}"), (ASIDE - 20.0) / 11.5);
    text.truncate(2);
    text.push(format!("n = {}", whole(excluded)));
    let height = text.len() as f64 * 15.0 + 10.0;
    let y = top + GAP / 2.0;
    canvas.rect("aside", [right, y - height / 2.0], [ASIDE, height]);
    for (row, line) in text.iter().enumerate() {
        canvas.text(
            "small",
            Anchor::Start,
            [right + 10.0, y - height / 2.0 + 16.0 + 15.0 * row as f64],
            line,
        );
    }
    arrow(canvas, [x, y], [right, y]);
}

fn arrow(canvas: &mut Canvas, from: [f64; 2], [x, y]: [f64; 2]) {
    canvas.line("arrow", from, [x, y]);
    let down = (x - from[0]).abs() < 0.5;
    let wings = if down {
        [[x - 4.0, y - 8.0], [x + 4.0, y - 8.0]]
    } else {
        [[x - 8.0, y - 4.0], [x - 8.0, y + 4.0]]
    };
    canvas.polygon("head", &[[x, y], wings[0], wings[1]]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_the_difference() {
        let stage = |step: &str, patients| FlowBox { step: step.into(), patients, notes: Vec::new() };
        let text = flow("flow", &[stage("All rows", 1_250), stage("Age known", 1_200)]).inline();
        assert!(text.contains("n = 1,250") && text.contains("n = 1,200") && text.contains(">n = 50<"));
    }
}
