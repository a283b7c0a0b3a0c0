//! Bootstraps, confusion matrices and covariances of AUCs against computations that look at the patients themselves;
//! questions nobody honest asks; any split and order of patients gives the same sum.
//!
//! Spec: docs/reference/methods/evaluation.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::bootstrap::tally_lows;
use consilium_stats::glm::Response;
use consilium_stats::inference::{kappa, wilson};
use consilium_stats::roc::{cuts, is_cut};
use consilium_stats::{
    Bands, Bootstrap, Classes, Computation, Curve, Cuts, Decision, Interval, Knots, Placement, Predictor,
    Query, Ranked, Reclassification, Roc, Rows, Scorer, Tally, Target, Within,
};
use proptest::collection::vec;
use proptest::prelude::*;
use support::{IdleNetworks, Table, ask, by_first_column, close};

/// Scores a patient by the logistic function of a column.
fn by_column(column: usize) -> Scorer {
    let mut scorer = by_first_column();
    for predictor in scorer.cells.iter_mut().flatten() {
        if let Predictor::Linear { inputs, .. } = predictor {
            inputs.design.columns = vec![column];
        }
    }
    scorer
}

/// Three classes told apart by the first column.
fn three_classes() -> Scorer {
    let mut scorer = by_first_column();
    let Some(Some(Predictor::Linear { inputs, .. })) = scorer.cells.pop() else { unreachable!() };
    let response = Response::Nominal { label: 0, classes: 3 };
    let beta = vec![0.3, 0.8, -0.2, -0.7];
    scorer.cells = vec![Some(Predictor::Linear { inputs, response, beta })];
    scorer
}

fn outputs(scorer: &Scorer, table: &Table) -> Vec<Vec<f64>> {
    let all: Vec<usize> = (0..table.len()).collect();
    scorer.cells[0].as_ref().unwrap().predict(table, &all, &IdleNetworks).unwrap()
}

/// Patients with two columns of few values, so that scores are tied, and a class below `classes`.
fn patients(classes: u32) -> impl Strategy<Value = Table> {
    let patient = (-6i32..7, -6i32..7, 0..classes)
        .prop_map(|(a, b, class)| (vec![f64::from(a) / 3.0, f64::from(b) / 5.0], vec![Some(class)]));
    vec(patient, 12..60).prop_map(|patients| {
        let (rows, labels) = patients.into_iter().unzip();
        Table::labelled(rows, labels)
    })
}

fn has_both(table: &Table) -> bool {
    let cases = table.labels.iter().filter(|label| label[0] == Some(1)).count();
    cases > 1 && cases + 1 < table.len()
}

/// Pooled tallies of single values or one class.
fn tallies(scorer: &Scorer, sites: &[Table]) -> Vec<Tally> {
    let (mut settled, mut open) = (Vec::new(), vec![Interval::whole()]);
    while !open.is_empty() {
        let roc = Roc { models: vec![scorer.clone()], split: vec![open] };
        let (mixed, done): (Vec<Tally>, Vec<Tally>) =
            roc.finish(&ask(&roc, sites)).unwrap().remove(0).into_iter().partition(Tally::is_mixed);
        open = mixed.iter().map(|tally| tally.interval).collect();
        settled.extend(done);
    }
    settled.sort_unstable_by_key(|tally| tally.interval.low);
    settled
}

/// Weighted share of pairs in which the case scores higher, ties half.
fn weighted_auc(p: &[f64], cases: &[bool], weights: &[u64]) -> Option<f64> {
    let (mut wins, mut pairs) = (0.0, 0.0);
    for i in (0..p.len()).filter(|i| cases[*i]) {
        for j in (0..p.len()).filter(|j| !cases[*j]) {
            let weight = (weights[i] * weights[j]) as f64;
            pairs += weight;
            wins += weight
                * if p[i] > p[j] {
                    1.0
                } else if p[i] < p[j] {
                    0.0
                } else {
                    0.5
                };
        }
    }
    (pairs > 0.0).then(|| wins / pairs)
}

/// Number of factors of the draw that fit: the inverse of the distribution function by its definition.
fn poisson(bits: u64) -> u64 {
    let u = (bits >> 11) as f64 / 2f64.powi(53);
    let mut below = 0.0;
    (0u32..21)
        .find(|k| {
            below += (-1.0f64).exp() / (1..=*k).map(f64::from).product::<f64>();
            u < below
        })
        .map_or(20, u64::from)
}

/// Every question of this file about two models.
fn questions(table: &Table) -> Vec<Query> {
    let models = vec![by_column(0), by_column(1)];
    let found: Vec<Vec<Tally>> = models.iter().map(|m| tallies(m, std::slice::from_ref(table))).collect();
    let ranked = models.iter().zip(&found).map(|(m, t)| Ranked::new(m.clone(), 0, t).unwrap()).collect();
    let thresholds = vec![vec![0.4], vec![0.6]];
    let knots = Knots::new([0.2, 0.5, 0.8]).unwrap();
    let bands = found.iter().map(|t| cuts(t, 4)).collect();
    vec![
        Placement { models: ranked }.into(),
        Cuts { models: models.clone() }.into(),
        Decision { models: models.clone(), thresholds: thresholds.clone() }.into(),
        Bands { models: models.clone(), cuts: bands }.into(),
        Curve { models: models.clone(), knots: vec![knots; 2], points: vec![[0.1, 0.9, 0.2]; 2] }.into(),
        Reclassification { models: models.clone(), thresholds: thresholds.clone(), pairs: vec![[0, 1]] }
            .into(),
        Classes { models: vec![three_classes()], classes: 3 }.into(),
        Bootstrap {
            lows: found.iter().map(|t| tally_lows(t)).collect(),
            models,
            thresholds,
            curve: vec![0.3, 0.5],
            replicates: 20,
        }
        .into(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_split_gives_the_same_sum(table in patients(2).prop_filter("both", has_both), sites in 1usize..6) {
        for query in questions(&table) {
            prop_assert_eq!(query.check(2), Ok(()));
            let answer = |rows: &Table| query.answer(rows, &IdleNetworks).unwrap();
            let pooled = answer(&table);
            let parts = table.split(sites);
            let sum = parts.iter().rev().map(answer).reduce(|a, b| a.plus(&b).unwrap()).unwrap();
            prop_assert_eq!(query.accept(&pooled), Ok(()));
            prop_assert_eq!(&pooled, &sum, "{}", query.describe());
            prop_assert!(query.check(0).is_err(), "a table without columns");
        }
    }

    #[test]
    fn replicates_are_those_of_the_weighted_patients(table in patients(2).prop_filter("both", has_both)) {
        let Some(Query::Bootstrap(question)) = questions(&table).pop() else { unreachable!() };
        let found = question.finish(&ask(&question, &table.split(3))).unwrap();
        let cases: Vec<bool> = table.labels.iter().map(|label| label[0] == Some(1)).collect();
        for (m, replicates) in found.iter().enumerate() {
            let p: Vec<f64> = outputs(&question.models[m], &table).concat();
            for (b, replicate) in replicates.iter().enumerate() {
                let weights: Vec<u64> =
                    (0..table.len()).map(|row| poisson(table.draw(row, &format!("bootstrap/{b}")))).collect();
                let total = |wanted: &dyn Fn(usize) -> bool| -> u64 {
                    (0..p.len()).filter(|i| wanted(*i)).map(|i| weights[i]).sum()
                };
                match (replicate.auc(), weighted_auc(&p, &cases, &weights)) {
                    (Some(a), Some(b)) => prop_assert!(close(a, b, 1e-12), "{} {}", a, b),
                    (a, b) => prop_assert_eq!(a, b),
                }
                let threshold = question.thresholds[m][0];
                prop_assert_eq!(replicate.decided.true_positives, total(&|i| cases[i] && p[i] >= threshold));
                prop_assert_eq!(replicate.decided.true_negatives, total(&|i| !cases[i] && p[i] < threshold));
                for (at, [false_positives, true_positives]) in question.curve.iter().zip(&replicate.positives) {
                    prop_assert_eq!(*true_positives, total(&|i| cases[i] && p[i] >= *at));
                    prop_assert_eq!(*false_positives, total(&|i| !cases[i] && p[i] >= *at));
                }
                let error = |i: usize| (f64::from(u8::from(cases[i])) - p[i]).powi(2) * weights[i] as f64;
                let squared: f64 = (0..p.len()).map(error).sum();
                prop_assert!(close(replicate.squared_error, squared, 1e-12));
            }
        }
    }

    #[test]
    fn several_classes_are_counted(table in patients(3)) {
        let question = Classes { models: vec![three_classes()], classes: 3 };
        prop_assert_eq!(question.check(2), Ok(()));
        let found = question.finish(&ask(&question, &table.split(2))).unwrap().remove(0);
        let (mut confusion, mut log_loss, mut ranked, mut squared) = (vec![vec![0; 3]; 3], 0.0, 0.0, 0.0);
        for (p, label) in outputs(&three_classes(), &table).iter().zip(&table.labels) {
            let class = label[0].unwrap() as usize;
            let best = p.iter().copied().fold(0.0, f64::max);
            confusion[class][p.iter().position(|x| x.to_bits() == best.to_bits()).unwrap()] += 1;
            log_loss -= p[class].ln();
            let y = |k: usize| if k == class { 1.0 } else { 0.0 };
            squared += (0..3).map(|k| (p[k] - y(k)).powi(2)).sum::<f64>();
            ranked += (p[0] - y(0)).powi(2) + (p[2] - y(2)).powi(2);
        }
        prop_assert_eq!(found.confusion, confusion);
        prop_assert!(close(found.log_loss, log_loss, 1e-12) && close(found.ranked, ranked, 1e-12));
        prop_assert!(close(found.squared_error, squared, 1e-12));
    }

    #[test]
    fn groups_hold_equal_shares(table in patients(2).prop_filter("both", has_both), groups in 2u64..7) {
        let found = tallies(&by_column(0), std::slice::from_ref(&table));
        let cuts = cuts(&found, groups);
        prop_assert_eq!(cuts.len() as u64, groups - 1);
        prop_assert!(cuts.windows(2).all(|w| w[0] <= w[1]));
        let settled = !is_cut(&found, groups).contains(&true);
        let n = table.len() as u64;
        for (k, cut) in (1u64..).zip(&cuts) {
            let below = |tally: &&Tally| tally.interval.low < *cut;
            let below: u64 = found.iter().filter(below).map(|t| t.controls + t.cases).sum();
            prop_assert!(below * groups >= k * n);
            let last = found.iter().rfind(|tally| tally.interval.low < *cut).unwrap();
            let without = below - last.controls - last.cases;
            prop_assert!(without * groups < k * n, "the tally before does not suffice");
            prop_assert!(!settled || last.interval.bits == 0 || below * groups < k * n + groups);
        }
    }

    /// Wrong lengths, indices and numbers: refused, or answered in shape.
    #[test]
    fn absurd_questions_are_refused_or_answered(
        table in patients(2).prop_filter("both", has_both),
        which in 0usize..8,
        numbers in vec(prop::num::f64::ANY, 0..4),
        place in prop_oneof![0usize..4, Just(usize::MAX)],
        whole in vec(any::<u64>(), 0..4),
    ) {
        let mut query = questions(&table).swap_remove(which);
        match &mut query {
            Query::Placement(q) => q.models[0].lows.clone_from(&whole),
            Query::Cuts(q) => q.models[0].output = place,
            Query::Decision(q) => q.thresholds[0].clone_from(&numbers),
            Query::Bands(q) => q.cuts[0].clone_from(&whole),
            Query::Curve(q) => q.points[0][0] = numbers.first().copied().unwrap_or(0.0),
            Query::Reclassification(q) => q.pairs[0][0] = place,
            Query::Classes(q) => q.classes = place,
            Query::Bootstrap(q) => {
                q.lows[0].clone_from(&whole);
                q.curve.clone_from(&numbers);
                q.replicates = place;
            }
            _ => {}
        }
        prop_assert!(!query.describe().is_empty());
        if query.check(2).is_ok() && let Ok(answer) = query.answer(&table, &IdleNetworks) {
            prop_assert_eq!(query.accept(&answer), Ok(()));
        }
    }

    #[test]
    fn within_sites_is_each_site_by_itself(table in patients(2), sites in 1usize..4, least in 0u64..8) {
        let parts = table.split(sites);
        let n = table.len() as u64;
        let question = Within { models: vec![by_column(0)], sites, least, patients: n };
        prop_assert_eq!(question.check(2), Ok(()));
        let found = question.finish(&ask(&question, &parts)).unwrap().remove(0);
        let (mut pairs, mut wins) = (0.0, 0.0);
        for (site, at) in parts.iter().zip(&found.sites) {
            let cases: Vec<bool> = site.labels.iter().map(|label| label[0] == Some(1)).collect();
            let k = cases.iter().filter(|case| **case).count();
            let enough = k.min(cases.len() - k) as u64 >= least.max(1);
            prop_assert_eq!(at.is_some(), enough, "a small site stays silent");
            let Some(at) = at else { continue };
            let auc = weighted_auc(&outputs(&by_column(0), site).concat(), &cases, &vec![1; cases.len()]).unwrap();
            prop_assert!(close(at.auc, auc, 1e-12) && at.cases == k as u64);
            pairs += (k * (cases.len() - k)) as f64;
            wins += (k * (cases.len() - k)) as f64 * auc;
        }
        match found.area {
            Some([auc, _]) => prop_assert!(close(auc, wins / pairs, 1e-12)),
            None => prop_assert!(pairs == 0.0),
        }
    }
}

/// scikit-learn 1.8, `cohen_kappa_score`; statsmodels 0.14, `proportion_confint(method = "wilson")`.
#[test]
fn closed_forms_agree_with_libraries() {
    let table = [vec![20, 5, 1], vec![4, 15, 6], vec![2, 3, 14]];
    let power = |power: i32| {
        kappa(&table, |i, j| if i == j { 0.0 } else { (i.abs_diff(j) as f64).powi(power) }).unwrap()
    };
    for (found, answer) in [power(0), power(1), power(2)].iter().zip(KAPPAS) {
        assert!(close(*found, answer, 1e-14), "{found} {answer}");
    }
    for (a, b, level, answer) in WILSON {
        let found = wilson(a, b, level).unwrap();
        assert!(close(found[0], answer[0], 1e-13) && close(found[1], answer[1], 1e-13), "{found:?}");
    }
    assert_eq!(wilson(0, 0, 0.95), None);
}

#[test]
fn a_target_of_this_class_or_higher_adds_outputs() {
    let table = Table::labelled(
        vec![vec![0.4], vec![-1.0], vec![2.0]],
        vec![vec![Some(0)], vec![Some(1)], vec![Some(2)]],
    );
    let scorer = Scorer { output: 1, target: Target::AtLeast { label: 0, class: 1 }, ..three_classes() };
    let p: f64 = outputs(&scorer, &table).iter().map(|p| p[1] + p[2]).sum();
    let bands = Bands { models: vec![scorer], cuts: vec![vec![]] };
    let found = bands.finish(&ask(&bands, std::slice::from_ref(&table))).unwrap()[0][0];
    assert!(close(found.predicted, p, 1e-14));
    assert_eq!((found.n, found.cases), (3, 2));
}

const KAPPAS: [f64; 3] = [0.547_692_307_692_307_7, 0.608_391_608_391_608_4, 0.670_329_670_329_670_4];

const WILSON: [(u64, u64, f64, [f64; 2]); 3] = [
    (7, 31, 0.95, [0.113_951_355_612_624_93, 0.398_124_183_833_420_5]),
    (0, 12, 0.9, [0.0, 0.183_981_194_747_477_07]),
    (5, 5, 0.99, [0.429_741_678_972_990_8, 1.0]),
];
