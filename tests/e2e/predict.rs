//! A study's model over the patients of a hospital that was not in it, against the study's own way to score them.

use std::fs;

use consilium_learn::Perceptrons;
use consilium_node::cohort::{Cohort, Source, Unfit};
use consilium_node::extraction::{Cache, Reader};
use consilium_report::model_files;
use consilium_rounds::StudyResult;
use consilium_stats::glm::{Inputs, Response};
use consilium_stats::{
    Accuracy, Computation as _, Derived, Design, Harmonise, Predictor, Query, Scorer, Target,
};
use consilium_tests::{Consortium, in_process, plans, sites};
use consilium_types::{SiteId, StudyPlan};

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];

#[test]
fn a_model_predicts_at_an_unseen_hospital_as_the_study_scores() {
    let consortium = Consortium::begin(PROGRAM).unwrap();
    for site in SITES.into_iter().chain(["west"]) {
        sites::feature_table(&consortium.data(site), site, 24).unwrap();
    }
    let plan = StudyPlan::from_toml(plans::TABLE, "plan.toml").unwrap();
    let result = in_process::result(&consortium, &plan, &SITES).unwrap();
    let result: StudyResult = serde_json::from_str(&result).unwrap();
    let files = model_files(&plan, &result);
    let file = files.iter().find(|file| file.name == "combined/logistic").unwrap();
    let (model, out) = (consortium.path("model.json"), consortium.path("predictions.csv"));
    fs::write(&model, file.to_json()).unwrap();
    fs::write(consortium.path("table.toml"), plans::TABLE).unwrap();
    let words = [model.clone(), consortium.data("west"), out.clone(), consortium.path("table.toml")];
    let [model, data, file_out, toml] = words.map(|path| path.to_string_lossy().into_owned());
    let arguments = ["predict", &model, "--data", &data, "--out", &file_out, "--plan", &toml];
    let said = consortium.node("west", &arguments).unwrap().succeeded().unwrap();
    assert!(said.contains("24 of 24 patients") && said.contains("did not harmonise"), "{said}");
    let found = squared_error(&fs::read_to_string(out).unwrap(), &data);
    let wanted = scored(&plan, &result, &consortium);
    assert!((found - wanted).abs() < 1e-9, "{found} {wanted}");
}

/// Sum over patients of (y - p)^2, from the two tables.
fn squared_error(predictions: &str, data: &str) -> f64 {
    let clinical = fs::read_to_string(format!("{data}/clinical.csv")).unwrap();
    let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
    let pairs = predictions.lines().skip(1).zip(clinical.lines().skip(1));
    let error = |(predicted, known): (&str, &str)| {
        let (predicted, known) = (cells(predicted), cells(known));
        assert_eq!(predicted[0], known[0]);
        let case = f64::from(u8::from(known[3] == "yes"));
        (case - predicted[1].parse::<f64>().unwrap()).powi(2)
    };
    pairs.map(error).sum()
}

/// The same sum by the question that a study asks about held-out patients.
fn scored(plan: &StudyPlan, result: &StudyResult, consortium: &Consortium) -> f64 {
    let site: SiteId = "west".parse().unwrap();
    let (data, cache) = (consortium.data("west"), Cache::none());
    let source =
        Source { site: &site, data: &data, cache: &cache, reader: Reader::Here, unfit: Unfit::Refuse };
    let cohort = Cohort::read(plan, source, &()).unwrap();
    let model = result.models.iter().find(|model| model.name == "combined/logistic").unwrap();
    let logistic = model.logistic().unwrap();
    let place = |name: &str| cohort.schema().columns.iter().position(|column| column.name == name).unwrap();
    let design = Design {
        columns: logistic.terms.iter().map(|term| place(&term.column)).collect(),
        mean: logistic.terms.iter().map(|term| term.mean).collect(),
        sd: logistic.terms.iter().map(|term| term.sd).collect(),
        held_out: Vec::new(),
        harmonise: Harmonise::None,
        derived: Derived::default(),
    };
    let slopes = logistic.terms.iter().map(|term| term.standardised.estimate);
    let beta = std::iter::once(logistic.intercept.estimate).chain(slopes).collect();
    let (inputs, response) = (Inputs::columns(design), Response::Binary(Target::case(0)));
    let cells = vec![Some(Predictor::Linear { inputs, response, beta }); plan.evaluate.folds as usize];
    let question =
        Accuracy { models: vec![Scorer { cells, output: 0, target: Target::case(0) }], thresholds: vec![] };
    let rows = cohort.rows(plan, &site, std::slice::from_ref(&site)).unwrap();
    let sum = Query::from(question.clone()).answer(&rows, &Perceptrons).unwrap();
    question.finish(&sum).unwrap()[0].squared_error
}
