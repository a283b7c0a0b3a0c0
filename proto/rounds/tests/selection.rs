//! Selection inside the folds, over sites in memory: each way to choose columns, and what is said when none is left.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::{AnalysisFault, StudyResult};
use consilium_types::StudyPlan;
use support::{Site, patients, run, schema, split};

const RADIOMIC: usize = 12;
const CELLS: usize = 3;

/// A plan with a fixed penalty, so that a training set a fold is enough.
fn plan(select: &str, clinical: &str) -> StudyPlan {
    let text = format!(
        "[study]\nid = \"selection\"\ntitle = \"Selection over rows made for the test\"\nseed = 7\n\
         sites = {{ min = 3 }}\n[inputs.table]\nreread = \"second.csv\"\n\
         [inputs.clinical]\nnumeric = [\"c0\", \"c1\"]\n{clinical}\n[outcome]\nlabel = \"y\"\npositive = \"1\"\n\
         [select]\nmax = 3\n{select}\n[model]\npenalty = {{ ridge = 1.0 }}\n[evaluate]\nfolds = 3\n"
    );
    StudyPlan::from_toml(&text, "plan.toml").unwrap()
}

fn cohort(plan: &StudyPlan, n: usize) -> Site {
    patients(11, n, RADIOMIC, 2, CELLS, plan.flow().len())
}

/// The result, which must not depend on the split over sites or the order of patients.
fn result(plan: &StudyPlan, all: &Site) -> Result<StudyResult, AnalysisFault> {
    let pooled = run(plan, &schema(RADIOMIC, 2), std::slice::from_ref(all), 3);
    let mut dealt = split(all, 3, |i| i * 5 + i / 4);
    for site in &mut dealt {
        site.rows.reverse();
        site.cases.reverse();
        site.cells.reverse();
    }
    let federated = run(plan, &schema(RADIOMIC, 2), &dealt, 3);
    match (&pooled, &federated) {
        (Ok(a), Ok(b)) => {
            assert_eq!(a.selections, b.selections);
            // numbers within sites depend on the sites; models and their scores do not
            for (a, b) in a.models.iter().zip(&b.models) {
                assert_eq!(a.fit, b.fit);
                assert_eq!(a.binary().unwrap().auc, b.binary().unwrap().auc);
            }
        }
        (a, b) => assert_eq!(a.as_ref().err(), b.as_ref().err()),
    }
    pooled
}

#[test]
fn every_test_finds_the_informative_column() {
    for test in ["welch", "student", "anova", "chi-square", "mann-whitney"] {
        let plan = plan(&format!("relevance = {{ test = \"{test}\" }}"), "");
        let result = result(&plan, &cohort(&plan, 120)).unwrap();
        let selection = &result.selections[0];
        assert_eq!(selection.columns[0], "r0", "{test}");
        assert_eq!(selection.columns.len(), 3);
        assert_eq!(selection.frequency["r0"], 3, "in each outer training set");
        assert!(result.effort.exchanges <= 30, "{test}: {:?}", result.effort);
    }
}

#[test]
fn columns_that_a_second_reader_does_not_confirm_go() {
    let plan = plan("stability = { icc = 0.9 }", "");
    let result = result(&plan, &cohort(&plan, 120)).unwrap();
    let selection = &result.selections[0];
    assert!((selection.agreement["r0"] - 1.0).abs() < 1e-12, "read alike");
    assert!(selection.agreement["r11"] < 0.9);
    assert_eq!(selection.agreement.len(), RADIOMIC);
    for column in selection.frequency.keys() {
        assert!(selection.agreement[column] > 0.85, "{column}");
    }
}

#[test]
fn nothing_stable_is_said_to_be_so() {
    let plan = plan("stability = { icc = 0.999 }", "");
    let mut all = cohort(&plan, 60);
    for row in &mut all.rows {
        row[0] = f64::NAN;
    }
    let fault = result(&plan, &all).unwrap_err();
    assert_eq!(fault.code(), "CNS-R-0210", "{fault}");
    assert!(fault.to_string().contains("60 patients read twice"), "{fault}");
}

#[test]
fn nothing_relevant_is_said_to_be_so() {
    let plan = plan("", "");
    let mut all = cohort(&plan, 60);
    for (row, case) in all.rows.iter_mut().zip(&all.cases) {
        // one value in each class: Welch's test has no variance
        row[..RADIOMIC].fill(f64::from(u8::from(*case)));
    }
    let fault = result(&plan, &all).unwrap_err();
    assert_eq!(fault.code(), "CNS-R-0211", "{fault}");
}

#[test]
fn mrmr_takes_the_informative_column_first() {
    let plan = plan("method = \"mrmr\"\nbootstraps = 4", "");
    let mut all = cohort(&plan, 120);
    for row in &mut all.rows {
        row[4] = 2.0 * row[0];
    }
    let result = result(&plan, &all).unwrap();
    let selection = &result.selections[0];
    assert_eq!(selection.columns[0], "r0");
    assert!(!selection.columns.contains(&"r4".to_owned()), "a copy says nothing new");
    assert_eq!(selection.replicates.values().sum::<u32>(), 4 * 3);
}

#[test]
fn principal_components_carry_names_and_predict() {
    let plan = plan("method = \"pca\"\nredundancy = { rho = 1.0 }\nbootstraps = 2", "");
    let mut all = cohort(&plan, 120);
    for row in &mut all.rows {
        let informative = row[0];
        for j in 1..6 {
            let scale = [1.0, 1e6, 1e-4, 30.0][j % 4];
            row[j] = scale * (informative + 0.3 * row[j] / scale);
        }
    }
    let result = result(&plan, &all).unwrap();
    assert_eq!(result.selections[0].columns, ["PC1", "PC2", "PC3"]);
    let radiomics = result.models.iter().find(|model| model.name == "radiomics/logistic").unwrap();
    assert!(radiomics.binary().unwrap().auc.auc > 0.6, "the first component is informative");
    assert_eq!(result.selections[0].replicates["r0"], 2, "replicates count what components are made of");
}

#[test]
fn replicates_choose_the_informative_column() {
    let plan = plan("bootstraps = 20", "");
    let result = result(&plan, &cohort(&plan, 120)).unwrap();
    let replicates = &result.selections[0].replicates;
    assert_eq!(replicates.values().sum::<u32>(), 20 * 3, "each chooses three");
    assert!(replicates["r0"] >= 18, "{replicates:?}");
    assert!(replicates.len() > 3, "the others differ between replicates");
}

#[test]
fn draws_take_the_informative_column_with_the_penalty_of_the_path() {
    let with = |bootstraps: u32| plan(&format!("method = \"lasso\"\nbootstraps = {bootstraps}"), "");
    let all = cohort(&with(30), 160);
    let drawn = result(&with(30), &all).unwrap();
    let selection = &drawn.selections[0];
    assert!(selection.replicates["r0"] >= 28, "{:?}", selection.replicates);
    assert!(selection.replicates.values().all(|times| *times <= 30));
    let plain = result(&with(0), &all).unwrap();
    assert_eq!(plain.selections[0].columns, selection.columns, "draws do not choose");
    assert!(drawn.effort.exchanges <= plain.effort.exchanges + 15, "{:?} {:?}", drawn.effort, plain.effort);
    let dealt = run(&with(30), &schema(RADIOMIC, 2), &split(&all, 4, |i| i * 3 + i / 7), 4).unwrap();
    assert_eq!(dealt.selections, drawn.selections, "no split leaves a trace");
}

#[test]
fn holes_are_filled_from_the_other_covariates() {
    let holes = |plan: &StudyPlan| {
        let mut all = cohort(plan, 120);
        for (i, row) in all.rows.iter_mut().enumerate() {
            row[RADIOMIC + 1] = 1e3 * row[RADIOMIC] + 0.1 * row[RADIOMIC + 1];
            if i % 4 == 1 {
                row[RADIOMIC] = f64::NAN;
            }
        }
        all
    };
    let auc = |missing: &str| {
        let plan = plan("", &format!("missing = \"{missing}\""));
        let found = result(&plan, &holes(&plan)).unwrap();
        let clinical = found.models.iter().find(|model| model.name == "clinical/logistic").unwrap();
        (clinical.binary().unwrap().auc.auc, found.effort.exchanges)
    };
    let (regressed, exchanges) = auc("regress");
    let (mean, fewer) = auc("impute");
    assert!((regressed - mean).abs() > 1e-6, "{regressed} {mean}");
    assert!(exchanges <= fewer + 3, "sweeps travel with the selection: {exchanges} {fewer}");
}

#[test]
fn a_path_of_penalties_takes_the_informative_column() {
    for method in ["method = \"lasso\"", "method = \"elastic-net\"\nalpha = 0.5\nrule = \"1se\""] {
        let plan = plan(method, "");
        let result = result(&plan, &cohort(&plan, 120)).unwrap();
        let selection = &result.selections[0];
        assert_eq!(selection.columns[0], "r0", "{method}");
        assert!((1..=3).contains(&selection.columns.len()), "{method}");
        assert!(result.effort.exchanges <= 40, "{method}: {:?}", result.effort);
    }
}
