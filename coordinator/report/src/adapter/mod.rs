//! From a plan and its result to a report and model files.
//!
//! Every part is there only if the result holds it. Never: a number that the result does not hold or give by arithmetic.

mod asked;
mod cohort;
mod drawn;
mod evaluated;
mod file;
mod fitted;
mod labels;
mod leaning;
mod missing;
mod proof;
mod ratios;
mod said;
mod steps;
mod survival;

use consilium_model::ModelFile;
use consilium_rounds::result::StudyResult;
use consilium_types::StudyPlan;

use crate::content::{FORMAT, Fact, Ledger, Report};
use crate::files::names;
use labels::outcome;

/// Name and version of this program.
const SOFTWARE: &str = concat!("consilium ", env!("CARGO_PKG_VERSION"));

/// The report of a study.
#[must_use]
pub fn report(plan: &StudyPlan, result: &StudyResult) -> Report {
    Report {
        format: FORMAT.to_owned(),
        title: plan.study.title.clone(),
        study: result.study.to_string(),
        version: plan.study.version,
        plan_hash: result.plan_hash.to_string(),
        seed: plan.study.seed,
        sites: result.sites.iter().map(ToString::to_string).collect(),
        software: SOFTWARE.to_owned(),
        extractor: result.extractor.clone(),
        outcome: outcome(plan),
        asked: asked::asked(plan),
        methods: asked::methods(plan, result.sites.len(), SOFTWARE),
        plan: asked::keys(plan),
        cohort: cohort::cohort(plan, result),
        quality: cohort::quality(result),
        preparation: asked::preparation(plan),
        selections: cohort::selections(plan, result),
        models: fitted::models(plan, result),
        subjects: evaluated::subjects(plan, result),
        comparisons: evaluated::comparisons(plan, result),
        importance: leaning::importance(plan, result),
        survival: survival::plots(result),
        tables: survival::tables(result).into_iter().chain(leaning::directions(plan, result)).collect(),
        missing: missing::missing(plan, result),
        files: files(plan, result),
        warnings: warnings(plan),
        ledger: ledger(plan, result),
        evidence: proof::evidence(plan, result),
    }
}

/// The models that a file can hold, in the order of the result.
#[must_use]
pub fn model_files(plan: &StudyPlan, result: &StudyResult) -> Vec<ModelFile> {
    result.models.iter().filter_map(|model| file::file(plan, result, model)).collect()
}

/// The files of each model beside the page.
fn files(plan: &StudyPlan, result: &StudyResult) -> Vec<Fact> {
    let files = model_files(plan, result);
    let fact = |(file, name): (&ModelFile, String)| {
        let mut listed = vec![format!("models/{name}.json"), format!("models/{name}.onnx")];
        if crate::calculator(file).is_some() {
            listed.push(format!("calculator-{name}.html"));
        }
        Fact::new(&file.name, listed.join(", "))
    };
    files.iter().zip(names(&files)).map(fact).collect()
}

fn warnings(plan: &StudyPlan) -> Vec<String> {
    let permuted =
        "This is a null control: outcomes were permuted within hospitals, so that every model must fail.";
    plan.outcome.permute.then(|| permuted.to_owned()).into_iter().collect()
}

fn ledger(plan: &StudyPlan, result: &StudyResult) -> Ledger {
    Ledger {
        exchanges: result.effort.exchanges,
        words: result.effort.words,
        bytes: None,
        aggregation: asked::word(&plan.privacy.aggregate),
        release: asked::word(&plan.privacy.release),
        lines: Vec::new(),
    }
}
