//! Plans and mistakes nobody thought of.

use proptest::prelude::*;

use super::{LONG, MULTILABEL, ORDINAL, SURVIVAL, read};
use crate::plan::StudyPlan;

prop_compose! {
    /// Plans as people may write them.
    fn plans()(
        seed in 0..=i64::MAX,
        min in 3..50u32,
        quorum in 0.01..=1.0f64,
        wait in 1..1_000u32,
        unit in prop::sample::select(vec!["s", "m", "h"]),
        clause in prop::sample::select(vec![
            "", "a < 1e-3", "not (b == \"it's\" or c in [1, 'x', true])", "`odd one` not in ['y'] and d >= -0",
        ]),
        columns in prop::collection::btree_set("[a-z][a-z_0-9]{0,9}", 1..20),
        ridge in prop::option::of(0.0..1e6f64),
        bins in prop_oneof![(1e-6..1e6f64).prop_map(|w| format!("width = {w}")), (2..1_024u32).prop_map(|n| format!("count = {n}"))],
        low in -1e6..0.0f64,
        high in 0.001..1e6f64,
        keep in 10..2_000u32,
        max in 1..10u32,
        folds in 3..10u32,
        level in 0.5..0.999f64,
        image in any::<bool>(),
    ) -> String {
        let columns: Vec<String> = columns.into_iter().map(|c| format!("\"c_{c}\"")).collect();
        let ridge = ridge.map_or("\"cv\"".to_owned(), |lambda| format!("{lambda:?}"));
        let image = if image {
            format!("[inputs.pet]\n[features]\nbins = {{ {bins} }}\nwindow = [{low:?}, {high:?}]\n\
                     [select]\nrelevance.keep = {keep}\nmax = {max}\n")
        } else {
            String::new()
        };
        let clause = clause.replace('"', "\\\"");
        format!(
            "[study]\nid = \"generated\"\ntitle = \"A plan\"\nseed = {seed}\n\
             sites = {{ min = {min}, quorum = {quorum:?}, wait = \"{wait}{unit}\" }}\n\
             [cohort]\ninclude = \"{clause}\"\n[inputs.clinical]\nnumeric = [{}]\n{image}\
             [outcome]\nlabel = \"y\"\npositive = \"1\"\n[model]\npenalty.ridge = {ridge}\n\
             [evaluate]\nfolds = {folds}\nlevel = {level:?}\n",
            columns.join(", "),
        )
    }
}

proptest! {
    #[test]
    fn the_canonical_form_of_any_plan_reads_back(text in plans()) {
        let plan = read(&text);
        let canonical = plan.canonical();
        let back = StudyPlan::from_canonical(canonical.as_bytes()).expect("canonical");
        prop_assert_eq!(back.hash(), plan.hash());
        prop_assert_eq!(back, plan);
    }

    #[test]
    fn no_text_makes_the_parser_panic(
        plan in prop::sample::select(vec![LONG, SURVIVAL, MULTILABEL, ORDINAL]),
        at in 0..LONG.len(),
        length in 0..40usize,
        put in "\\PC{0,6}",
    ) {
        let at = at % plan.len();
        let mut text = plan.to_owned();
        text.replace_range(at..(at + length).min(plan.len()), &put);
        if let Ok(plan) = StudyPlan::from_toml(&text, "plan.toml") {
            prop_assert_eq!(StudyPlan::from_canonical(plan.canonical().as_bytes()), Ok(plan));
        }
        let canonical = read(plan).canonical();
        let at = at.min(canonical.len() - 1);
        let mut bytes = canonical.into_bytes();
        bytes.splice(at..(at + length).min(bytes.len()), put.into_bytes());
        drop(StudyPlan::from_canonical(&bytes));
    }
}
