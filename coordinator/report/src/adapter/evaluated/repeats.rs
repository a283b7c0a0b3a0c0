//! What a model is worth under several dealings of the folds, and on its own training patients.

use std::collections::BTreeSet;

use consilium_rounds::result::{EvaluationResult, ModelResult, Repeats};

use super::short;
use crate::content::Table;
use crate::text::{fixed, range};

/// Mean AUC over dealings with its interval, and the spread of every other number; nothing without repeats.
pub(super) fn table(models: &[&ModelResult]) -> Option<Table> {
    let repeated: Vec<(&str, &Repeats)> =
        models.iter().filter_map(|model| Some((short(model), model.repeats.as_ref()?))).collect();
    let (_, first) = repeated.first()?;
    let line = |name: &str, cell: &dyn Fn(&Repeats) -> String| {
        std::iter::once(name.to_owned())
            .chain(repeated.iter().map(|(_, all)| cell(all)))
            .collect::<Vec<String>>()
    };
    let mut rows = vec![
        line("AUC, mean over dealings", &|all| {
            format!("{} ({})", fixed(all.auc.auc, 3), range(all.auc.lower, all.auc.upper, 3))
        }),
        line("AUC, SD over dealings", &|all| fixed(all.auc_sd, 3)),
    ];
    let names: BTreeSet<&String> = repeated.iter().flat_map(|(_, all)| all.measures.keys()).collect();
    rows.extend(names.into_iter().map(|name| {
        line(&name.replace('_', " "), &|all| {
            let spread = all.measures.get(name);
            spread.map_or_else(|| "—".to_owned(), |s| format!("{} ± {}", fixed(s.mean, 3), fixed(s.sd, 3)))
        })
    }));
    Some(Table {
        title: format!("Over {} dealings of the folds.", first.dealings.len()),
        columns: std::iter::once("Measure").chain(repeated.iter().map(|(name, _)| *name)).map(String::from).collect(),
        rows,
        note: "Tables and curves above are of the first dealing. Mean ± SD over dealings: how much the dealing matters, no \
               standard error; the interval of the mean AUC takes all dealings as looks at the same patients."
            .to_owned(),
    })
}

/// AUC on the patients the tested model was trained on, where patients are held out once.
pub(super) fn apparent(models: &[&ModelResult]) -> Option<Table> {
    let found = models.iter().filter_map(|model| {
        let auc = match model.apparent.as_ref()? {
            EvaluationResult::Binary(evaluation) => evaluation.auc,
            EvaluationResult::Classes(classes) => classes.auc_macro,
            EvaluationResult::Survival(_) => return None,
        };
        Some(vec![
            short(model).to_owned(),
            format!("{} ({})", fixed(auc.auc, 3), range(auc.lower, auc.upper, 3)),
        ])
    });
    let rows: Vec<Vec<String>> = found.collect();
    (!rows.is_empty()).then(|| Table {
        title: "On the training patients.".to_owned(),
        columns: vec!["Model".to_owned(), "Apparent AUC".to_owned()],
        rows,
        note:
            "Optimistic: shown so that the fall to the held-out patients can be seen, and for nothing else."
                .to_owned(),
    })
}
