//! Patients held out once, and folds dealt several times: against analyses of the parts by themselves.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_rounds::result::{Evaluation, EvaluationResult, FitResult, LogisticResult, ModelResult};
use consilium_rounds::{Analysis, StudyResult};
use consilium_stats::Rows as _;
use consilium_types::StudyPlan;
use support::{Site, patients, roster, run, schema, split, without_quality};

fn plan(model: &str, evaluate: &str) -> StudyPlan {
    let text = format!(
        "[study]\nid = \"designs\"\ntitle = \"Designs of validation\"\nseed = 5\nsites = {{ min = 3 }}\n\
         [inputs.clinical]\nnumeric = [\"c0\", \"c1\", \"c2\"]\n[outcome]\nlabel = \"y\"\npositive = \"1\"\n\
         [model]\n{model}\n{evaluate}\n"
    );
    StudyPlan::from_toml(&text, "plan.toml").unwrap()
}

/// Four folds; every fifth patient is held out as cell 4.
fn cohort(seed: u64, n: usize) -> Site {
    patients(seed, n, 0, 3, 5, plan("", "").flow().len())
}

fn only(all: &Site, wanted: impl Fn(usize) -> bool) -> Site {
    let rows = (0..all.rows.len()).filter(|row| wanted(*row));
    let mut part = Site { rows: vec![], cases: vec![], cells: vec![], ..all.clone() };
    for row in rows {
        part.rows.push(all.rows[row].clone());
        part.cases.push(all.cases[row]);
        part.cells.push(all.cells[row]);
    }
    part
}

fn logistic(model: &ModelResult) -> &LogisticResult {
    model.logistic().unwrap()
}

fn apparent(model: &ModelResult) -> &Evaluation {
    let Some(EvaluationResult::Binary(evaluation)) = &model.apparent else { panic!("an apparent figure") };
    evaluation
}

/// Probabilities by the coefficients in the columns' own units.
fn predict(model: &LogisticResult, site: &Site) -> Vec<f64> {
    let eta = |row: &Vec<f64>| {
        let terms = model.terms.iter().zip(row).map(|(term, x)| term.raw.estimate * x);
        model.intercept_raw.estimate + terms.sum::<f64>()
    };
    site.rows.iter().map(|row| 1.0 / (1.0 + (-eta(row)).exp())).collect()
}

fn auc(p: &[f64], cases: &[bool]) -> f64 {
    let (mut wins, mut pairs) = (0.0, 0.0);
    for i in (0..p.len()).filter(|i| cases[*i]) {
        for j in (0..p.len()).filter(|j| !cases[*j]) {
            pairs += 1.0;
            wins += if p[i] > p[j] { 1.0 } else { 0.0 };
        }
    }
    wins / pairs
}

fn brier(p: &[f64], cases: &[bool]) -> f64 {
    let error = |(p, case): (&f64, &bool)| (p - f64::from(u8::from(*case))).powi(2);
    p.iter().zip(cases).map(error).sum::<f64>() / p.len() as f64
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} is not {b}");
}

const HOLDOUT: &str = "[evaluate]\ndesign = \"holdout\"\nholdout = 0.2\nfolds = 4\n";

#[test]
fn a_hold_out_tests_the_model_of_the_other_patients_which_chose_its_penalty_without_it() {
    let all = cohort(21, 200);
    let [training, test] = [only(&all, |row| all.cells[row] < 4), only(&all, |row| all.cells[row] == 4)];
    let result = run(&plan("", HOLDOUT), &schema(0, 3), &split(&all, 3, |i| i), 3).unwrap();
    // the same folds over the training part alone: its final model is the one that is tested
    let alone =
        run(&plan("", "[evaluate]\nfolds = 4\n"), &schema(0, 3), std::slice::from_ref(&training), 3).unwrap();
    let (model, tested) = (&result.models[0], logistic(&alone.models[0]));
    assert_eq!(logistic(model).fold_lambdas, [tested.lambda], "the penalty is chosen by the inner folds");
    assert!(
        logistic(model).path.iter().zip(&tested.path).all(|(a, b)| (a.deviance - b.deviance).abs() < 1e-6)
    );
    let evaluation = model.binary().unwrap();
    let scores = predict(tested, &test);
    assert_eq!(evaluation.n, 40);
    close(evaluation.auc.auc, auc(&scores, &test.cases));
    close(evaluation.brier, brier(&scores, &test.cases));
    let scores = predict(tested, &training);
    assert_eq!(apparent(model).n, 160);
    close(apparent(model).auc.auc, auc(&scores, &training.cases));
    close(apparent(model).brier, brier(&scores, &training.cases));
    let threshold = |of: &Evaluation| of.threshold.by_fold[0].to_bits();
    assert_eq!(threshold(apparent(model)), threshold(evaluation), "one threshold for both");
}

#[test]
fn the_model_of_a_hold_out_is_of_all_patients_with_the_penalty_of_the_training_part() {
    let all = cohort(22, 200);
    let result = run(&plan("", HOLDOUT), &schema(0, 3), std::slice::from_ref(&all), 3).unwrap();
    let model = logistic(&result.models[0]);
    assert_eq!(vec![model.lambda], model.fold_lambdas);
    let fixed = format!("penalty = {{ ridge = {:?} }}", model.lambda);
    let whole = run(&plan(&fixed, ""), &schema(0, 3), &[all], 3).unwrap();
    let whole = logistic(&whole.models[0]);
    for (a, b) in model.terms.iter().zip(&whole.terms) {
        close(a.raw.estimate, b.raw.estimate);
        close(a.raw.se, b.raw.se);
    }
}

#[test]
fn every_learner_is_tested_on_a_hold_out_and_no_split_leaves_a_trace() {
    let learners = "compare = [\"firth\", \"svm\", \"forest\", \"boost\", \"mlp\"]\nforest = { trees = 5 }\n\
                    boost = { trees = 3 }\nnetwork = { rounds = 2 }\n";
    let mut plan = plan(learners, HOLDOUT);
    plan.model.network.hidden = Vec::new();
    let all = cohort(23, 200);
    let result = run(&plan, &schema(0, 3), &split(&all, 3, |i| i), 3).unwrap();
    assert_eq!(result.models.len(), 6);
    for model in &result.models {
        assert_eq!((model.binary().unwrap().n, apparent(model).n), (40, 160), "{}", model.name);
        assert!(apparent(model).within_sites.is_some());
    }
    plan.model.compare.retain(|learner| *learner != consilium_types::plan::Learner::Mlp);
    let text = |result: StudyResult| {
        let mut result = result;
        result.models.iter_mut().for_each(|model| model.apparent = None);
        without_quality(result)
    };
    let one = run(&plan, &schema(0, 3), &split(&all, 3, |i| i), 3).unwrap();
    let mut other = split(&all, 3, |i| i / 70);
    other.reverse();
    assert_eq!(text(one), text(run(&plan, &schema(0, 3), &other, 3).unwrap()));
}

#[test]
fn a_lasso_path_chooses_without_the_hold_out() {
    let all = cohort(24, 200);
    let training = only(&all, |row| all.cells[row] < 4);
    let lasso = "penalty = { lasso = \"cv\" }";
    let result = run(&plan(lasso, HOLDOUT), &schema(0, 3), &[all], 3).unwrap();
    let alone = run(&plan(lasso, "[evaluate]\nfolds = 4\n"), &schema(0, 3), &[training], 3).unwrap();
    let lasso = |result: &StudyResult| match &result.models[0].fit {
        FitResult::Lasso(lasso) => lasso.clone(),
        _ => panic!("a lasso"),
    };
    assert_eq!(lasso(&result).fold_shares, [lasso(&alone).share]);
    assert_eq!(lasso(&result).share.to_bits(), lasso(&alone).share.to_bits());
}

#[test]
fn a_hospital_that_is_held_out_must_take_part() {
    let site =
        "[privacy]\nrelease = [\"pooled\", \"site_sums\"]\n[evaluate]\ndesign = \"holdout\"\nholdout_site = ";
    let plan = |name: &str| plan("", &format!("{site}\"{name}\"\nfolds = 4\n"));
    let fault = Analysis::begin(&plan("site-7"), &roster(3), &schema(0, 3)).unwrap_err();
    assert_eq!(fault.code(), "CNS-R-0230", "{fault}");
    let all = cohort(25, 200);
    let result =
        run(&plan("site-2"), &schema(0, 3), &split(&all, 3, |i| if i % 5 == 4 { 2 } else { i % 2 }), 3);
    assert_eq!(result.unwrap().models[0].binary().unwrap().n, 40);
}

const REPEATED: &str = "[evaluate]\nrepeats = 3\n";

/// The patients with the folds of one repeat.
fn redealt(all: &Site, repeat: u32) -> Site {
    let cells = (0..all.rows.len()).map(|row| all.dealt(row, repeat)).collect();
    Site { cells, ..all.clone() }
}

#[test]
fn each_repeat_is_the_study_with_its_folds() {
    let all = cohort(31, 200);
    let repeated = run(&plan("", REPEATED), &schema(0, 3), &split(&all, 3, |i| i), 3).unwrap();
    let repeats = repeated.models[0].repeats.as_ref().unwrap();
    let mut aucs = Vec::new();
    for (repeat, dealing) in (0u32..).zip(&repeats.dealings) {
        let alone = run(&plan("", ""), &schema(0, 3), &split(&redealt(&all, repeat), 3, |i| i), 3).unwrap();
        let (evaluation, fit) = (alone.models[0].binary().unwrap(), logistic(&alone.models[0]));
        assert_eq!(dealing.auc, evaluation.auc, "repeat {repeat}");
        assert_eq!(dealing.measures["brier"].to_bits(), evaluation.brier.to_bits());
        assert_eq!((dealing.penalty, &dealing.fold_penalties), (Some(fit.lambda), &fit.fold_lambdas));
        if repeat == 0 {
            assert_eq!(repeated.models[0].fit, alone.models[0].fit, "the model is that of the first dealing");
        }
        aucs.push(evaluation.auc.auc);
    }
    let mean = aucs.iter().sum::<f64>() / 3.0;
    close(repeats.auc.auc, mean);
    close(repeats.auc_sd, (aucs.iter().map(|auc| (auc - mean).powi(2)).sum::<f64>() / 2.0).sqrt());
    assert!(repeats.auc_sd > 1e-6, "the folds differ");
}

/// DeLong's variance of the mean of AUCs, from scores of the same patients.
fn variance_of_mean(scores: &[Vec<f64>], cases: &[bool]) -> f64 {
    let half = |higher: f64, lower: f64| {
        if higher > lower {
            1.0
        } else if higher < lower {
            0.0
        } else {
            0.5
        }
    };
    let of_class = |class: bool| {
        let placement = |i: usize| {
            let others: Vec<usize> = (0..cases.len()).filter(|j| cases[*j] != class).collect();
            let share = |p: &Vec<f64>| {
                let wins = others.iter().map(|j| if class { half(p[i], p[*j]) } else { half(p[*j], p[i]) });
                wins.sum::<f64>() / others.len() as f64
            };
            scores.iter().map(share).sum::<f64>() / scores.len() as f64
        };
        let of_patients: Vec<f64> = (0..cases.len()).filter(|i| cases[*i] == class).map(placement).collect();
        let n = of_patients.len() as f64;
        let mean = of_patients.iter().sum::<f64>() / n;
        of_patients.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0) / n
    };
    of_class(true) + of_class(false)
}

/// Out-of-fold scores of unpenalised fits, by fits of the parts.
fn out_of_fold(all: &Site, repeat: u32) -> Vec<f64> {
    let of_patient = redealt(all, repeat);
    let mut scores = vec![0.0; all.rows.len()];
    for fold in 0..5 {
        let rest = only(&of_patient, |row| of_patient.cells[row] != fold);
        // any folds will do: the final model of the others is wanted
        let rest = Site { cells: (0..rest.rows.len()).map(|i| i % 5).collect(), ..rest };
        let fixed = run(&plan("penalty = { ridge = 1.0 }", ""), &schema(0, 3), &[rest], 3).unwrap();
        let p = predict(logistic(&fixed.models[0]), all);
        (0..p.len()).filter(|row| of_patient.cells[*row] == fold).for_each(|row| scores[row] = p[row]);
    }
    scores
}

#[test]
fn the_error_of_a_mean_auc_is_that_of_the_patients_mean_placements() {
    let all = cohort(32, 120);
    let plan = plan("penalty = { ridge = 1.0 }", REPEATED);
    let result = run(&plan, &schema(0, 3), &split(&all, 3, |i| i), 3).unwrap();
    let repeats = result.models[0].repeats.as_ref().unwrap();
    let scores: Vec<Vec<f64>> = (0..3).map(|repeat| out_of_fold(&all, repeat)).collect();
    close(repeats.auc.se, variance_of_mean(&scores, &all.cases).sqrt());
    let naive = repeats.dealings[0].auc.se / 3f64.sqrt();
    assert!(repeats.auc.se > 1.2 * naive, "dealings of the same patients are no new patients");
}

#[test]
fn repeats_travel_side_by_side_and_no_split_leaves_a_trace() {
    let learners = "families = [\"clinical\"]\ncompare = [\"firth\", \"forest\"]\nforest = { trees = 5 }\n";
    let all = cohort(33, 160);
    let once = run(&plan(learners, ""), &schema(0, 3), &split(&all, 3, |i| i), 3).unwrap();
    let thrice = run(&plan(learners, REPEATED), &schema(0, 3), &split(&all, 3, |i| i), 3).unwrap();
    assert!(
        thrice.effort.exchanges <= once.effort.exchanges + 4,
        "{:?} and {:?}: as many as the slowest dealing, and one more",
        once.effort,
        thrice.effort
    );
    let mut other = split(&all, 3, |i| i / 60);
    other.reverse();
    let other = run(&plan(learners, REPEATED), &schema(0, 3), &other, 3).unwrap();
    assert_eq!(without_quality(thrice.clone()), without_quality(other));
    let comparison = &thrice.comparisons[0];
    let repeats = comparison.repeats.as_ref().unwrap();
    let mean = |name: &str| {
        let model = thrice.models.iter().find(|model| model.name == name).unwrap();
        model.repeats.as_ref().unwrap().auc.auc
    };
    close(repeats.difference, mean(&comparison.second) - mean(&comparison.first));
    assert!(repeats.se > 0.0 && repeats.p.is_some());
}

#[test]
fn columns_are_counted_over_all_dealings() {
    let text = "[study]\nid = \"designs\"\ntitle = \"Columns\"\nseed = 5\nsites = { min = 3 }\n[inputs.table]\n\
                [select]\nmax = 2\n[outcome]\nlabel = \"y\"\npositive = \"1\"\n[evaluate]\nrepeats = 2\n";
    let plan = StudyPlan::from_toml(text, "plan.toml").unwrap();
    let all = patients(34, 160, 8, 0, 5, plan.flow().len());
    let result = run(&plan, &schema(8, 0), &[all], 3).unwrap();
    let frequency = &result.selections[0].frequency;
    assert_eq!(frequency.values().sum::<u32>(), 20, "two columns of five folds, dealt twice");
    assert_eq!(frequency["r0"], 10);
}
