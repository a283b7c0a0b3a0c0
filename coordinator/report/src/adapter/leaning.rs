//! What models lean on: permutation, SHAP, and the trees' gain.

use consilium_rounds::result::{
    ConcordanceImportance, FitResult, ImportanceResult, ModelResult, PermutationImportance, ShapBand,
    ShapImportance, StudyResult, TreeColumn,
};
use consilium_types::StudyPlan;

use super::labels::classes;
use crate::chart::Bar;
use crate::content::{Importance, Table};
use crate::text::{fixed, percent, significant, whole};

/// Columns in a table of directions.
const SHOWN: usize = 8;

pub(super) fn importance(plan: &StudyPlan, result: &StudyResult) -> Vec<Importance> {
    result.models.iter().flat_map(|model| of_model(plan, model)).collect()
}

fn of_model(plan: &StudyPlan, model: &ModelResult) -> Vec<Importance> {
    let mut all = Vec::new();
    for measured in &model.importance {
        let name = named(plan, model, measured);
        if !measured.permutation.is_empty() {
            let bars = measured.permutation.iter().map(shuffled).collect();
            all.push(sorted(
                &name,
                "Fall of the AUC when the column is shuffled within hospitals (line: ± SD)",
                bars,
            ));
        }
        if !measured.concordance.is_empty() {
            let bars = measured.concordance.iter().map(fallen).collect();
            let axis = "Fall of the concordance when the column is shuffled within hospitals (line: ± SD)";
            all.push(sorted(&name, axis, bars));
        }
        if !measured.shap.is_empty() {
            let bars = measured.shap.iter().map(attributed).collect();
            all.push(sorted(&name, "Mean magnitude of what the column adds (SHAP)", bars));
        }
    }
    let columns: &[TreeColumn] = match &model.fit {
        FitResult::Forest(forest) => &forest.columns,
        FitResult::Boost(boost) => &boost.columns,
        _ => &[],
    };
    if !columns.is_empty() {
        let gain = |column: &TreeColumn| {
            let words = format!("{}%", fixed(column.importance * 100.0, 1));
            bar(&column.column, column.importance, None, words)
        };
        all.push(sorted(
            &model.name,
            "Share of the trees' gain on training patients",
            columns.iter().map(gain).collect(),
        ));
    }
    all
}

/// A model, with its class where there are several.
fn named(plan: &StudyPlan, model: &ModelResult, measured: &ImportanceResult) -> String {
    let classes = classes(plan, &model.label);
    match classes.get(measured.class as usize) {
        Some(class) if classes.len() > 2 => format!("{}, {class} against the others", model.name),
        _ => model.name.clone(),
    }
}

fn bar(name: &str, value: f64, interval: Option<[f64; 2]>, words: String) -> Bar {
    Bar { name: name.to_owned(), value, interval, words, chosen: true }
}

fn shuffled(column: &PermutationImportance) -> Bar {
    let (mean, sd) = (column.auc.mean, column.auc.sd);
    let interval = (sd > 0.0).then_some([mean - sd, mean + sd]);
    bar(&column.column, mean, interval, fixed(mean, 3))
}

fn fallen(column: &ConcordanceImportance) -> Bar {
    let (mean, sd) = (column.fall.mean, column.fall.sd);
    let interval = (sd > 0.0).then_some([mean - sd, mean + sd]);
    bar(&column.column, mean, interval, fixed(mean, 3))
}

fn attributed(column: &ShapImportance) -> Bar {
    bar(&column.column, column.mean_abs, None, significant(column.mean_abs))
}

fn sorted(model: &str, axis: &str, mut bars: Vec<Bar>) -> Importance {
    bars.sort_by(|a, b| b.value.total_cmp(&a.value).then_with(|| a.name.cmp(&b.name)));
    Importance { model: model.to_owned(), axis: axis.to_owned(), bars }
}

/// In which direction the columns with the largest SHAP values work.
pub(super) fn directions(plan: &StudyPlan, result: &StudyResult) -> Vec<Table> {
    let of = |model: &ModelResult| {
        let table = |measured: &ImportanceResult| direction(&named(plan, model, measured), measured);
        model.importance.iter().filter_map(table).collect::<Vec<_>>()
    };
    result.models.iter().flat_map(of).collect()
}

fn direction(model: &str, measured: &ImportanceResult) -> Option<Table> {
    let mut columns: Vec<&ShapImportance> = measured.shap.iter().collect();
    columns.sort_by(|a, b| b.mean_abs.total_cmp(&a.mean_abs).then_with(|| a.column.cmp(&b.column)));
    columns.truncate(SHOWN);
    let rows: Vec<Vec<String>> =
        columns.iter().flat_map(|column| column.bands.iter().map(|band| row(column, band))).collect();
    let heads = ["Column", "Its value (SD from the mean)", "Patients", "Mean of what it adds"];
    (!rows.is_empty()).then(|| Table {
        title: format!("Direction of effects of {model}."),
        columns: heads.map(String::from).to_vec(),
        rows,
        note: "Above 0, such a value raises the prediction. Log odds for linear and boosted models, probability for forests."
            .to_owned(),
    })
}

fn row(column: &ShapImportance, band: &ShapBand) -> Vec<String> {
    let end = |value: f64| fixed(value, 1);
    let values = match (band.missing, band.from, band.to) {
        (true, ..) => "missing".to_owned(),
        (_, None, Some(to)) => format!("below {}", end(to)),
        (_, Some(from), Some(to)) => format!("{} to {}", end(from), end(to)),
        (_, Some(from), None) => format!("{} and above", end(from)),
        (_, None, None) => "any".to_owned(),
    };
    let patients = format!("{} ({})", whole(band.patients), percent(band.patients, column.patients));
    vec![column.column.clone(), values, patients, fixed(band.mean, 3)]
}
