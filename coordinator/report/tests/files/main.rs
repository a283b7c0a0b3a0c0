//! What a study leaves behind beside its result: file names, model files of every learner, escaping.
//!
//! Results are written by hand, kind by kind; each prediction is compared with the result's own formula.

mod made;
mod markup;
mod predictions;

use std::path::Path;

use consilium_model::ModelFile;
use consilium_report::{files, html, report};

#[test]
fn every_learner_leaves_a_page_and_what_a_file_can_hold() {
    for (name, plan, result) in made::studies() {
        let all = files(&plan, &result);
        let again = files(&plan, &result);
        assert_eq!(all, again, "{name}");
        let text = |path: &str| {
            let file = all.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("{name}: {path}"));
            String::from_utf8(file.bytes.clone()).expect("text")
        };
        let page = text("report.html");
        markup::check(&page);
        assert!(text("report.json").contains("consilium/report/v1"));
        let json = |path: &str| Path::new(path).extension().is_some_and(|extension| extension == "json");
        for file in all.iter().filter(|file| file.path.starts_with("models/") && json(&file.path)) {
            ModelFile::from_json(std::str::from_utf8(&file.bytes).expect("text"))
                .expect("a file that is read again");
            let onnx = file.path.replace(".json", ".onnx");
            assert!(all.iter().any(|other| other.path == onnx && !other.bytes.is_empty()), "{name}: {onnx}");
            assert!(page.contains(&file.path), "{name}: the page names {}", file.path);
        }
    }
}

#[test]
fn a_model_without_a_file_is_said_to_have_none() {
    for (name, plan, result) in
        made::studies().into_iter().filter(|study| ["network", "svm-rbf"].contains(&study.0))
    {
        assert!(files(&plan, &result).iter().all(|file| !file.path.starts_with("models/")), "{name}");
        let missing = report(&plan, &result).missing.join(" ");
        assert!(missing.contains("A file and a calculator of combined/"), "{name}: {missing}");
    }
}

#[test]
fn hostile_names_stay_words() {
    let (_, plan, result) = made::studies().swap_remove(0);
    let hostile = "</td><script>alert(1)</script>\"'&";
    let text = serde_json::to_string(&result)
        .expect("a result")
        .replace("age_months", &hostile.replace('"', "\\\""));
    let result = serde_json::from_str(&text).expect("a result");
    let page = html(&report(&plan, &result));
    markup::check(&page);
    assert!(!page.contains("<script") && page.contains("&lt;/td&gt;&lt;script&gt;"));
    for file in files(&plan, &result).iter().filter(|file| file.path.starts_with("calculator")) {
        let page = String::from_utf8(file.bytes.clone()).expect("text");
        assert!(!page.contains("alert(1)</script>"));
    }
}

#[test]
fn paths_stay_within_the_folder() {
    let (_, plan, mut result) = made::studies().swap_remove(0);
    let twin = result.models[0].clone();
    result.models.push(twin);
    result.models[0].name = "../../x/../y".to_owned();
    result.models[1].name = "x/y".to_owned();
    let all = files(&plan, &result);
    let mut paths: Vec<&str> = all.iter().map(|file| file.path.as_str()).collect();
    assert!(paths.contains(&"models/x-y.json") && paths.contains(&"models/x-y-2.json"), "{paths:?}");
    assert!(paths.iter().all(|path| !path.contains("..") && !path.starts_with('/')));
    let count = paths.len();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!(paths.len(), count);
}
