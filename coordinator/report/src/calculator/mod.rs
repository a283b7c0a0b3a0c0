//! A calculator page for a fitted weighted sum: inputs in their own units, the same numbers as `consilium_model`.
//!
//! Never: a resource from elsewhere, a number sent anywhere. The page holds the model file itself and a short script.

use consilium_model::{Input, ModelFile, Predictor};

use crate::chart::STYLE;
use crate::html::document;
use crate::text::{escape, significant};

const PAGE_STYLE: &str = include_str!("calculator.css");
const SCRIPT: &str = include_str!("calculator.js");

/// The page; nothing for a forest, which no one computes by hand.
#[must_use]
pub fn calculator(file: &ModelFile) -> Option<String> {
    if matches!(file.predictor, Predictor::Trees { .. }) {
        return None;
    }
    let fields: String = file.inputs.iter().enumerate().map(|(i, input)| field(i, input)).collect();
    let body = format!(
        "<header><p class=\"kicker\">Research calculator · {}</p><h1>{}</h1><p class=\"hash\">{} · plan {}</p></header>\n\
         <p class=\"warning\"><b>Not for clinical use.</b> Values stay in this page. A field left empty counts as the \
         cohort's mean. Values must be measured and harmonised as in the study.</p>\n\
         <form id=\"form\">\n{fields}</form>\n<section aria-live=\"polite\"><h2>Prediction</h2><div id=\"result\">\
         <noscript>The calculator needs JavaScript; the report and model.json hold the same model.</noscript></div></section>\n\
         <script type=\"application/json\" id=\"model\">{}</script>\n",
        escape(&file.study),
        escape(&file.outcome),
        escape(&file.name),
        escape(&file.plan_hash),
        embedded(file)
    );
    Some(document(&file.outcome, &format!("{STYLE}{PAGE_STYLE}"), &body, Some(SCRIPT)))
}

/// The model file inside a page: `<` written so that no text can end the block.
fn embedded(file: &ModelFile) -> String {
    file.to_json().trim_end().replace('<', "\\u003c")
}

fn field(i: usize, input: &Input) -> String {
    let name = escape(&input.name);
    if input.indicator {
        return format!(
            "<label for=\"x{i}\">{name}</label><select id=\"x{i}\"><option value=\"\">not known</option>\
             <option value=\"0\">no</option><option value=\"1\">yes</option></select><span></span>\n"
        );
    }
    let unit = if input.unit.is_empty() { String::new() } else { format!(" {}", escape(&input.unit)) };
    let [low, high] = input.range.map(significant);
    format!(
        "<label for=\"x{i}\">{name}</label><input id=\"x{i}\" type=\"number\" step=\"any\" inputmode=\"decimal\">\
         <span>{low} to {high}{unit}</span>\n"
    )
}

#[cfg(test)]
mod tests {
    use consilium_model::{FORMAT, Prediction, predict};

    use super::*;

    fn file() -> ModelFile {
        let input = |name: &str, indicator| Input {
            name: name.into(),
            unit: "months".into(),
            mean: 20.5,
            sd: 7.25,
            range: [0.0, 60.0],
            indicator,
        };
        ModelFile {
            format: FORMAT.into(),
            study: "mycn".into(),
            plan_hash: "ab".into(),
            name: "combined/logistic".into(),
            outcome: "</script><b>MYCN".into(),
            inputs: vec![input("age", false), input("male", true)],
            predictor: Predictor::Logistic { intercept: -1.0 / 3.0, coefficients: vec![0.1, 0.2] },
        }
    }

    #[test]
    fn the_page_holds_the_model_itself() {
        let page = calculator(&file()).unwrap();
        let start = page.find("id=\"model\">").unwrap() + "id=\"model\">".len();
        let json = &page[start..start + page[start..].find("</script>").unwrap()];
        let read = ModelFile::from_json(json).unwrap();
        assert_eq!(read, file());
        let values = [Some(31.0), Some(1.0)];
        let Prediction::Risk(risk) = predict(&read, &values).unwrap() else { panic!("a risk") };
        let score = -1.0 / 3.0 + 0.1 * (31.0 - 20.5) / 7.25 + 0.2 * (1.0 - 20.5) / 7.25;
        assert!((risk - 1.0 / (1.0 + f64::exp(-score))).abs() < 1e-15);
    }

    #[test]
    fn a_name_cannot_leave_its_place() {
        let page = calculator(&file()).unwrap();
        assert!(!page.contains("<b>MYCN"));
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains(" style="));
    }
}
