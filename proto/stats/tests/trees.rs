//! Forests and boosted trees: one forest whatever the split and order of patients, and as good as established libraries.
//!
//! Spec: docs/reference/methods/trees.md. Reference values: tests/data/pooled/trees/make.py.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::trees::{
    BoostLevel, BoostSettings, Climb, Forest, ForestLevel, ForestSet, ForestSettings, Growth, OpenNode,
    OpenTree, bootstrap_weight,
};
use consilium_stats::{
    Accuracy, Attribution, Bins, Computation, Derived, Design, Harmonise, Permutation, Predictor,
    QuantileSearch, Quantiles, Query, Scorer, Summary, Target, Tree, bits_for,
};
use proptest::prelude::*;
use serde_json::Value;
use support::{IdleNetworks, Table, ask};

fn designs(table: &Table, cells: usize) -> Vec<Design> {
    let width = table.rows[0].len();
    let held_out = std::iter::once(Vec::new()).chain((0..cells).map(|cell| vec![cell]));
    let design = |held_out: Vec<usize>| {
        let spread = |column: usize| {
            let known: Vec<f64> = (0..table.rows.len())
                .filter(|row| !held_out.contains(&table.cells[*row]))
                .map(|row| table.rows[row][column])
                .filter(|x| !x.is_nan())
                .collect();
            let n = known.len() as f64;
            let mean = known.iter().sum::<f64>() / n;
            let variance = known.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0);
            (mean, variance.sqrt().max(1e-6))
        };
        let (mean, sd) = (0..width).map(spread).unzip();
        Design {
            columns: (0..width).collect(),
            mean,
            sd,
            held_out,
            harmonise: Harmonise::None,
            derived: Derived::default(),
        }
    };
    held_out.map(design).collect()
}

fn bins(designs: Vec<Design>, parts: u32, sites: &[Table]) -> Vec<Bins> {
    let mut searches: Vec<Vec<QuantileSearch>> =
        designs.iter().map(|d| vec![QuantileSearch::new(parts); d.columns.len()]).collect();
    for _ in 0..3 {
        let cuts = searches.iter().map(|s| s.iter().map(|s| s.cuts().to_vec()).collect()).collect();
        let question = Quantiles { designs: designs.clone(), cuts, bits: 14 };
        let found = question.finish(&ask(&question, sites)).unwrap();
        for (search, below) in searches.iter_mut().flatten().zip(found.iter().flatten()) {
            search.advance(below);
        }
    }
    let edges = searches.iter().map(|s| s.iter().map(QuantileSearch::edges).collect());
    designs.into_iter().zip(edges).map(|(design, edges)| Bins { design, edges }).collect()
}

/// Forests of all training sets, and the words they took.
fn forests(
    bins: &[Bins],
    classes: usize,
    settings: &ForestSettings,
    sites: &[Table],
) -> (Vec<Forest>, usize) {
    let patients = sites.iter().map(|site| site.rows.len() as u64).sum();
    let mut growths: Vec<Vec<Growth>> = bins
        .iter()
        .map(|bins| (0..settings.trees).map(|t| Growth::new(t, bins, settings)).collect())
        .collect();
    let mut words = 0;
    while growths.iter().flatten().any(Growth::is_open) {
        let set = |(bins, growths): (&Bins, &Vec<Growth>)| ForestSet {
            bins: bins.clone(),
            trees: growths.iter().map(|growth| growth.ask(patients)).collect(),
        };
        let question = ForestLevel { label: 0, classes, sets: bins.iter().zip(&growths).map(set).collect() };
        question.check(bins[0].edges.len()).unwrap();
        words += question.length();
        let found = question.finish(&ask(&question, sites)).unwrap();
        for ((growths, found), bins) in growths.iter_mut().zip(found).zip(bins) {
            for (growth, found) in growths.iter_mut().zip(found) {
                growth.advance(&found, classes, bins, settings);
            }
        }
    }
    let forest = |(bins, growths): (&Bins, &Vec<Growth>)| Forest {
        bins: bins.clone(),
        classes,
        trees: growths.iter().map(Growth::tree).collect(),
    };
    (bins.iter().zip(&growths).map(forest).collect(), words)
}

fn boosts(
    bins: &[Bins],
    classes: usize,
    settings: BoostSettings,
    sites: &[Table],
) -> (Vec<Predictor>, usize, usize) {
    let of_set = |bins: &Bins| {
        let mut counts = vec![0; classes];
        for site in sites {
            for row in (0..site.rows.len()).filter(|row| bins.design.trains_on(site.cells[*row])) {
                counts[site.labels[row][0].unwrap() as usize] += 1;
            }
        }
        Climb::new(bins.clone(), &counts, settings)
    };
    let mut climbs: Vec<Climb> = bins.iter().map(of_set).collect();
    let (mut words, mut exchanges) = (0, 0);
    while climbs.iter().any(|climb| !climb.is_done()) {
        let open: Vec<&mut Climb> = climbs.iter_mut().filter(|climb| !climb.is_done()).collect();
        let question = BoostLevel { label: 0, classes, sets: open.iter().map(|climb| climb.ask()).collect() };
        question.check(bins[0].edges.len()).unwrap();
        (words, exchanges) = (words + question.length(), exchanges + 1);
        let found = question.finish(&ask(&question, sites)).unwrap();
        open.into_iter().zip(found).for_each(|(climb, found)| climb.advance(found));
    }
    (climbs.iter().map(|climb| Predictor::Boost(climb.boost().clone())).collect(), words, exchanges)
}

/// Out-of-fold outputs by patient: set 1 + cell left the cell out.
fn out_of_fold(table: &Table, predictors: &[Predictor]) -> Vec<Vec<f64>> {
    let output = |row: usize| {
        let predictor = &predictors[1 + table.cells[row]];
        predictor.predict(table, &[row], &IdleNetworks).unwrap().remove(0)
    };
    (0..table.rows.len()).map(output).collect()
}

fn auc(scores: &[f64], cases: &[bool]) -> f64 {
    let (mut pairs, mut above) = (0.0, 0.0);
    for (a, _) in scores.iter().zip(cases).filter(|(_, case)| **case) {
        for (b, _) in scores.iter().zip(cases).filter(|(_, case)| !**case) {
            pairs += 1.0;
            above += if a > b {
                1.0
            } else if a < b {
                0.0
            } else {
                0.5
            };
        }
    }
    above / pairs
}

#[derive(serde::Deserialize)]
struct Reference {
    rows: Vec<Vec<Option<f64>>>,
    labels: Vec<u32>,
    cells: Vec<usize>,
    classes: usize,
    /// One against all others, by class; only class 1 when there are two.
    forest_auc: Vec<[f64; 2]>,
    boost_auc: Vec<[f64; 2]>,
}

fn reference(name: &str) -> (Reference, Table) {
    let file = format!("{}/../../tests/data/pooled/trees/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let reference: Reference = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let rows = reference.rows.iter().map(|r| r.iter().map(|x| x.unwrap_or(f64::NAN)).collect()).collect();
    let mut table = Table::labelled(rows, reference.labels.iter().map(|l| vec![Some(*l)]).collect());
    table.cells.clone_from(&reference.cells);
    (reference, table)
}

const FOREST: ForestSettings =
    ForestSettings { trees: 300, depth: 5, min_leaf: 5, candidates: None, seed: 7 };
const BOOST: BoostSettings = BoostSettings { rounds: 12, depth: 3, shrinkage: 0.3, lambda: 1.0, min_leaf: 5 };

/// An AUC within three spreads of the library's over its seeds, and 0.005 for what differs: bins (32 quantiles against
/// every midpoint, or against the library's own 32), Poisson against multinomial bootstrap, and leaves counted with
/// their bootstrap weights.
fn near(found: f64, [mean, spread]: [f64; 2], what: &str) {
    assert!((found - mean).abs() <= 3.0 * spread + 0.005, "{what}: {found} against {mean}");
}

#[test]
fn out_of_fold_areas_are_those_of_scikit_learn() {
    for name in ["wdbc", "heart", "heart5"] {
        let (reference, table) = reference(name);
        let (sites, cells) = (table.split(4), 1 + reference.cells.iter().max().unwrap());
        let classes = reference.classes;
        let binned = bins(designs(&table, cells), 32, &sites);
        let (forests, _) = forests(&binned, classes, &FOREST, &sites);
        let forests: Vec<Predictor> = forests.into_iter().map(Predictor::Forest).collect();
        let (boosts, _, exchanges) = boosts(&binned, classes, BOOST, &sites);
        assert!(exchanges <= 36);
        for (what, predictors, areas) in
            [("forest", forests, &reference.forest_auc), ("boost", boosts, &reference.boost_auc)]
        {
            let scores = out_of_fold(&table, &predictors);
            for (place, area) in areas.iter().enumerate() {
                let class = if classes == 2 { 1 } else { place };
                let scores: Vec<f64> = scores.iter().map(|outputs| outputs[place]).collect();
                let cases: Vec<bool> = reference.labels.iter().map(|l| *l as usize == class).collect();
                near(auc(&scores, &cases), *area, &format!("{name} {what} class {class}"));
            }
        }
    }
}

#[test]
fn three_hundred_trees_of_six_training_sets_take_few_megabytes() {
    let table = cohort(240, 8, 2, 5);
    let sites = table.split(5);
    let binned = bins(designs(&table, 5), 32, &sites);
    let (_, words) = forests(&binned, 2, &FOREST, &sites);
    assert!(words * 16 < 7_000_000, "{words} words");
}

fn cohort(n: usize, width: usize, classes: u32, cells: usize) -> Table {
    let noise =
        |key: u64| (consilium_stats::network::derive_seed(key, "t") >> 11) as f64 / (1u64 << 53) as f64;
    let mut rows = Vec::new();
    let mut labels = Vec::new();
    for i in 0..n as u64 {
        let class = (1..classes).filter(|k| noise(i) * f64::from(classes) >= f64::from(*k)).count();
        let class = u32::try_from(class).unwrap();
        let value = |j: usize| {
            let key = 1_000_003 * (i + 1) + j as u64;
            let signal = if j < 3 { 0.7 * f64::from(class) } else { 0.0 };
            if noise(key + 99) < 0.08 { f64::NAN } else { signal + noise(key) + noise(key + 7_919) }
        };
        rows.push((0..width).map(value).collect());
        labels.push(vec![Some(class)]);
    }
    let mut table = Table::labelled(rows, labels);
    table.cells = (0..n).map(|i| i % cells).collect();
    table
}

fn shuffled(table: &Table, seed: u64) -> Table {
    let mut order: Vec<usize> = (0..table.rows.len()).collect();
    order.sort_by_key(|i| consilium_stats::network::derive_seed(seed + *i as u64, "order"));
    let mut other = Table { flow: table.flow.clone(), ..Table::default() };
    for i in order {
        other.rows.push(table.rows[i].clone());
        other.labels.push(table.labels[i].clone());
        other.cells.push(table.cells[i]);
        other.keys.push(table.keys[i]);
    }
    other
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn any_split_and_order_grows_the_same_trees(seed in any::<u32>(), sites in 1usize..7, classes in 2u32..4) {
        let table = cohort(90, 5, classes, 2);
        let other = shuffled(&table, u64::from(seed)).split(sites);
        let classes = classes as usize;
        let settings = ForestSettings { trees: 12, seed: u64::from(seed), min_leaf: 2, ..FOREST };
        let pooled = bins(designs(&table, 2), 16, std::slice::from_ref(&table));
        let dealt = bins(designs(&table, 2), 16, &other);
        prop_assert_eq!(&pooled, &dealt);
        let one = forests(&pooled, classes, &settings, std::slice::from_ref(&table));
        prop_assert!(one.0[0].trees.iter().any(|tree| tree.splits.len() > 3));
        prop_assert_eq!(&one, &forests(&dealt, classes, &settings, &other));
        let boost = BoostSettings { rounds: 3, ..BOOST };
        let one = boosts(&pooled, classes, boost, std::slice::from_ref(&table));
        prop_assert_eq!(&one, &boosts(&dealt, classes, boost, &other));
    }
}

/// A tree on patients drawn here, by looking at every patient for every split: what the histograms must find.
#[test]
fn a_tree_is_that_of_plain_recursion() {
    let table = cohort(120, 4, 3, 1);
    let binned = bins(designs(&table, 1), 16, std::slice::from_ref(&table)).remove(0);
    let settings = ForestSettings { trees: 6, candidates: Some(4), min_leaf: 3, ..FOREST };
    let (forests, _) = forests(std::slice::from_ref(&binned), 3, &settings, &table.split(3));
    for (number, tree) in forests[0].trees.iter().enumerate() {
        let weight = |row: usize| {
            u64::from(bootstrap_weight(consilium_stats::Rows::draw(&table, row, &format!("forest/{number}"))))
        };
        let weights: Vec<u64> = (0..table.rows.len()).map(weight).collect();
        let mut leaves = Vec::new();
        plain(&table, &binned, &weights, &(0..table.rows.len()).collect::<Vec<_>>(), 0, &mut leaves);
        let mut found = tree.leaves.clone();
        leaves.sort();
        found.sort();
        assert_eq!(found, leaves);
    }
}

fn plain(
    table: &Table,
    bins: &Bins,
    weights: &[u64],
    rows: &[usize],
    depth: u32,
    leaves: &mut Vec<Vec<u64>>,
) {
    let count = |rows: &[usize]| {
        let mut counts = vec![0; 3];
        rows.iter().for_each(|row| counts[table.labels[*row][0].unwrap() as usize] += weights[*row]);
        counts
    };
    let purity = |counts: &[u64]| {
        let n: u64 = counts.iter().sum();
        counts.iter().map(|c| (c * c) as f64).sum::<f64>() / n.max(1) as f64
    };
    let here = count(rows);
    let mut best: Option<(f64, Vec<usize>, Vec<usize>)> = None;
    let total: u64 = here.iter().sum();
    if depth < 5 && total >= 6 && here.iter().filter(|n| **n > 0).count() > 1 {
        for column in 0..4 {
            let edges = &bins.edges[column];
            let opened = bins.open(table);
            let bin = |row: &usize| opened.of(*row)[column] as usize;
            let missing = |row: &usize| bin(row) == edges.len() + 1;
            for cut in 0..=edges.len() {
                for missing_left in [true, false] {
                    let goes = |row: &usize| if missing(row) { missing_left } else { bin(row) <= cut };
                    let (left, right): (Vec<usize>, Vec<usize>) = rows.iter().partition(|row| goes(row));
                    let (l, r) = (count(&left), count(&right));
                    if l.iter().sum::<u64>() < 3 || r.iter().sum::<u64>() < 3 {
                        continue;
                    }
                    let gain = purity(&l) + purity(&r);
                    if best.as_ref().is_none_or(|best| gain > best.0) {
                        best = Some((gain, left, right));
                    }
                }
            }
        }
    }
    match best.filter(|best| best.0 > purity(&here) * (1.0 + 1e-12)) {
        Some((_, left, right)) => {
            plain(table, bins, weights, &left, depth + 1, leaves);
            plain(table, bins, weights, &right, depth + 1, leaves);
        }
        None => leaves.push(here),
    }
}

/// Honest questions with one number exchanged for another.
fn absurd() -> impl Strategy<Value = Query> {
    let table = cohort(40, 3, 3, 2);
    let sites = std::slice::from_ref(&table);
    let binned = bins(designs(&table, 2), 8, sites);
    let settings = ForestSettings { trees: 2, depth: 2, min_leaf: 2, ..FOREST };
    let (grown, _) = forests(&binned, 3, &settings, sites);
    let open = |forest: &Forest| ForestSet {
        bins: forest.bins.clone(),
        trees: forest
            .trees
            .iter()
            .enumerate()
            .map(|(number, tree)| opened(u32::try_from(number).unwrap(), tree))
            .collect(),
    };
    let climb = Climb::new(binned[0].clone(), &[10, 10, 20], BOOST).ask();
    let cells = vec![
        Some(Predictor::Forest(grown[0].clone())),
        boosts(&binned, 3, BoostSettings { rounds: 1, ..BOOST }, sites).0.pop(),
    ];
    let scorer = Scorer { cells, output: 1, target: Target::case(0) };
    let cuts = vec![vec![vec![-1.0, 0.0, 1.5]; 3]];
    let questions: Vec<Query> = vec![
        ForestLevel { label: 0, classes: 3, sets: grown.iter().map(open).collect() }.into(),
        BoostLevel { label: 0, classes: 3, sets: vec![climb] }.into(),
        Quantiles { designs: vec![binned[0].design.clone()], cuts, bits: 9 }.into(),
        Attribution { model: scorer.clone(), columns: vec![0, 2] }.into(),
        Permutation { model: scorer.clone(), columns: vec![1], repeats: 2, bits: 9 }.into(),
        Accuracy { models: vec![scorer], thresholds: vec![0.5] }.into(),
    ];
    let texts: Vec<Value> = questions.iter().map(|q| serde_json::to_value(q).unwrap()).collect();
    let number = prop::sample::select(vec![-1i64, 0, 1, 2, 3, 7, 255, 4_096, 1 << 31, 1 << 40, i64::MAX]);
    (prop::sample::select(texts), any::<prop::sample::Index>(), number).prop_filter_map(
        "not a question",
        |(mut text, place, number)| {
            let mut places = Vec::new();
            numbers(&mut text, &mut places);
            let n = places.len();
            *places.swap_remove(place.index(n)) = number.into();
            serde_json::from_value(text).ok()
        },
    )
}

fn opened(number: u32, tree: &Tree<Vec<u64>>) -> OpenTree {
    let nodes = (0..tree.leaves.len()).map(|leaf| (leaf % 2 == 0).then(|| OpenNode(7, vec![0, 2]))).collect();
    OpenTree { number, splits: tree.splits.clone(), nodes }
}

fn numbers<'a>(value: &'a mut Value, found: &mut Vec<&'a mut Value>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| numbers(item, found)),
        Value::Object(items) => items.values_mut().for_each(|item| numbers(item, found)),
        Value::Number(_) => found.push(value),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn an_absurd_question_is_refused_or_answered_in_its_shape(query in absurd(), words in prop::collection::vec(any::<i128>(), 1..9)) {
        prop_assert!(!query.describe().is_empty());
        if query.check(3).is_ok() {
            if let Ok(summary) = query.answer(&cohort(40, 3, 3, 2), &IdleNetworks) {
                prop_assert_eq!(query.accept(&summary), Ok(()));
                finish(&query, &summary);
            }
            let any = words.iter().copied().cycle().take(query.length()).collect();
            finish(&query, &Summary::Statistics(any));
            let nobody = query.answer(&Table::default(), &IdleNetworks).unwrap();
            prop_assert_eq!(query.accept(&nobody), Ok(()));
        }
    }
}

/// Reads a sum, sensible or not.
fn finish(query: &Query, sum: &Summary) {
    match query {
        Query::ForestLevel(q) => drop(q.finish(sum)),
        Query::BoostLevel(q) => drop(q.finish(sum)),
        Query::Quantiles(q) => drop(q.finish(sum)),
        Query::Attribution(q) => drop(q.finish(sum)),
        Query::Permutation(q) => drop(q.finish(sum)),
        Query::Accuracy(q) => drop(q.finish(sum)),
        _ => unreachable!("not generated"),
    }
}

#[test]
fn edges_are_quantiles_to_their_resolution() {
    let table = cohort(400, 3, 2, 1);
    let sites = table.split(3);
    let binned = bins(designs(&table, 1), 8, &sites).remove(0);
    for column in 0..3 {
        let opened = binned.design.open(&table);
        let z = |row: &usize| opened.known(*row)[column];
        let mut known: Vec<f64> =
            (0..400).collect::<Vec<_>>().iter().map(z).filter(|x| !x.is_nan()).collect();
        known.sort_by(f64::total_cmp);
        assert_eq!(binned.edges[column].len(), 7);
        for (part, edge) in (1..8).zip(&binned.edges[column]) {
            let quantile = known[(part * known.len()).div_ceil(8) - 1];
            assert!(*edge > quantile && edge - quantile <= 1.0 / 8192.0, "{edge} {quantile}");
        }
    }
    assert_eq!(bits_for(400), 9);
}

#[test]
fn bootstrap_weights_are_poisson() {
    let mut seen = [0u32; 17];
    for key in 0..100_000u64 {
        seen[usize::from(bootstrap_weight(consilium_stats::network::derive_seed(key, "w")))] += 1;
    }
    let expected = [0.367_879, 0.367_879, 0.183_94, 0.061_313, 0.015_328];
    for (n, p) in seen.iter().zip(expected) {
        // four standard errors
        assert!((f64::from(*n) / 1e5 - p).abs() < 4.0 * (p / 1e5f64).sqrt(), "{n} {p}");
    }
}
