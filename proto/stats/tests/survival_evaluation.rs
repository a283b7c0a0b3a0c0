//! How well models of survival predict, from federated sums: against scikit-survival and R on GBSG2 and Rossi's data, by
//! day and by 30 days, against differences of weighted statistics, and for any order and split of patients.
//!
//! Answers and how they were made: tests/data/pooled/survival. Spec: docs/reference/methods/survival.md.

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::kaplan_meier::log_rank;
use consilium_stats::{
    Computation, Influence, KnownSpots, LifeTable, LifeTables, RankedTimes, RiskGroups, ScoredTimes, Scorer,
    Spot, Summary, Survival, Target, TimeBootstrap, TimeErrors, TimeGrid, TimeTable, TimeTally, WithinTimes,
    bits_for, kaplan_meier, time_errors,
};
use proptest::prelude::*;
use serde_json::Value;
use support::cohorts::{Cohort, cohort, numbers, read};
use support::{IdleNetworks, Table, ask, by_first_column, close, linear};

/// A cohort on one of its grids, with a model.
struct Case {
    cohort: Cohort,
    grid: TimeGrid,
    entry: Value,
    r: Value,
}

fn cases() -> Vec<Case> {
    let (python, r) = (read("evaluation.json"), read("evaluation_r.json"));
    let of = |name: &str, i: usize| {
        let (cohort, entry) = (cohort(name), python[name][i].clone());
        let step = entry["step"].as_f64().unwrap();
        let end = entry["horizon"].as_f64().unwrap_or((cohort.end / step).ceil() * step);
        let grid = TimeGrid::whole(step, end);
        Case { cohort, grid, entry, r: r[name][i].clone() }
    };
    vec![of("gbsg2", 0), of("gbsg2", 1), of("rossi", 0)]
}

/// A probability as an integer of 2^-52, as scores are binned.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0..=1")]
fn fixed(probability: f64) -> u64 {
    (probability * (1u64 << 52) as f64).round_ties_even() as u64
}

impl Case {
    fn scorer(&self, key: &str) -> Scorer {
        let beta = [vec![0.0], numbers(&self.entry["models"][key]["beta"])].concat();
        let predictor = linear(self.cohort.design.clone(), beta);
        Scorer { cells: vec![Some(predictor)], output: 0, target: Target::case(0) }
    }

    /// Every score a class of its own.
    fn scored(&self, key: &str) -> ScoredTimes {
        let model = self.scorer(key);
        let Some(predictor) = &model.cells[0] else { unreachable!() };
        let all: Vec<usize> = (0..self.cohort.all.rows.len()).collect();
        let scores = predictor.predict(&self.cohort.all, &all, &IdleNetworks).unwrap();
        let mut lows: Vec<u64> = scores.iter().map(|p| fixed(p[0])).collect();
        lows.sort_unstable();
        lows.dedup();
        ScoredTimes { model, grid: self.grid, lows }
    }

    fn ranked(&self, key: &str) -> RankedTimes {
        let scored = self.scored(key);
        let bits = bits_for(self.cohort.all.rows.len() as u64);
        let table = TimeTable { scored, columns: Vec::new(), repeats: 0, bits };
        assert_eq!(table.check(9), Ok(()));
        let (tallies, _) = table.finish(&ask(&table, &self.cohort.sites)).unwrap();
        RankedTimes::new(self.grid.intervals, &tallies)
    }

    /// The interval that ends at a time.
    fn at(&self, time: f64) -> usize {
        (0..self.grid.intervals).find(|i| self.grid.end_of(*i) >= time).unwrap()
    }

    fn times(&self) -> Vec<usize> {
        numbers(&self.entry["times"]).into_iter().map(|time| self.at(time)).collect()
    }

    fn lives(&self, key: &str, output: usize, cuts: Vec<f64>) -> Vec<consilium_stats::Group> {
        let groups = RiskGroups { model: Scorer { output, ..self.scorer(key) }, cuts: vec![cuts] };
        let lives = LifeTables { grid: self.grid, held_out: Vec::new(), groups: Some(groups) };
        lives.finish(&ask(&lives, &self.cohort.sites)).unwrap()
    }

    /// Cuts into groups of equal size, as in evaluation.R: a patient at the k-th is in the lower group.
    fn cuts(&self, key: &str, groups: usize) -> Vec<f64> {
        let lows = self.scored(key);
        let Some(predictor) = &lows.model.cells[0] else { unreachable!() };
        let all: Vec<usize> = (0..self.cohort.all.rows.len()).collect();
        let mut scores: Vec<f64> =
            predictor.predict(&self.cohort.all, &all, &IdleNetworks).unwrap().iter().map(|p| p[0]).collect();
        scores.sort_by(f64::total_cmp);
        (1..groups).map(|k| scores[(scores.len() * k).div_ceil(groups) - 1] * (1.0 + 1e-12)).collect()
    }
}

fn agree(what: &str, found: f64, expected: &Value, tolerance: f64) {
    let expected = expected.as_f64().unwrap();
    assert!(close(found, expected, tolerance), "{what}: {found} {expected}");
}

#[test]
fn concordance_and_areas_are_those_of_scikit_survival() {
    for case in cases() {
        for key in ["all", "half"] {
            let (ranked, answer) = (case.ranked(key), &case.entry["models"][key]);
            agree("Harrell", ranked.harrell().unwrap().value, &answer["harrell"], 1e-9);
            let before = *case.times().last().unwrap();
            agree("Uno", ranked.uno(before).unwrap().value, &answer["uno"], 1e-9);
            for (time, expected) in case.times().into_iter().zip(answer["auc"].as_array().unwrap()) {
                agree("AUC", ranked.auc(time).unwrap().value, expected, 1e-9);
            }
        }
    }
}

#[test]
fn errors_are_jackknives_and_those_of_r() {
    for case in cases() {
        let ranked = case.ranked("all");
        agree("Harrell", ranked.harrell().unwrap().value, &case.r["concordance"][0], 1e-9);
        agree("its error", ranked.harrell().unwrap().se.powi(2), &case.r["covariance"][0][0], 1e-9);
        let answer = &case.entry["models"]["all"]["se"];
        if answer["harrell"].is_null() {
            continue;
        }
        agree("Harrell", ranked.harrell().unwrap().se, &answer["harrell"], 1e-6);
        agree("Uno", ranked.uno(*case.times().last().unwrap()).unwrap().se, &answer["uno"], 1e-6);
        for (time, name) in case.times().into_iter().zip(numbers(&case.entry["times"])) {
            agree("AUC", ranked.auc(time).unwrap().se, &answer[format!("auc{name}")], 1e-6);
        }
    }
}

/// Covariances of Harrell's concordance as R has them, of the others as differences give them.
#[test]
fn covariances_of_models_are_those_of_r() {
    for case in cases() {
        let keys = ["all", "half"];
        let ranked = keys.map(|key| case.ranked(key));
        let known = |i: usize| KnownSpots {
            scored: case.scored(keys[i]),
            spots: ranked[i].tallies().iter().map(|tally| tally.spot).collect(),
        };
        let last = *case.times().last().unwrap();
        let influences = |i: usize| {
            let ranked = &ranked[i];
            [ranked.harrell(), ranked.uno(last), ranked.auc(last)]
                .map(|found| found.unwrap().influence)
                .to_vec()
        };
        let question =
            Influence { models: vec![known(0), known(1)], influences: vec![influences(0), influences(1)] };
        assert_eq!(question.check(9), Ok(()));
        let found = question.finish(&ask(&question, &case.cohort.sites)).unwrap();
        for (k, (i, j)) in [(0, 0), (0, 1), (1, 1)].into_iter().enumerate() {
            agree(
                "covariance",
                found[0][k] * 1e4,
                &serde_json::json!(case.r["covariance"][i][j].as_f64().unwrap() * 1e4),
                1e-9,
            );
        }
        let auc = format!("auc{}", numbers(&case.entry["times"]).last().unwrap());
        for (k, key) in ["harrell", "uno", &auc].iter().enumerate() {
            if let Some(expected) = case.entry["covariance"][key].as_f64() {
                assert!((found[k][1] - expected).abs() <= 1e-6 * expected.abs(), "{key}");
            }
        }
    }
}

#[test]
fn brier_scores_are_those_of_scikit_survival() {
    for case in cases() {
        for key in ["all", "half"] {
            let moments: Vec<[usize; 2]> = case.times().into_iter().map(|time| [time, 0]).collect();
            let question = TimeErrors { model: case.scorer(key), grid: case.grid, moments };
            assert_eq!(question.check(9), Ok(()));
            let sums = question.finish(&ask(&question, &case.cohort.sites)).unwrap();
            let ranked = case.ranked(key);
            let scores: Vec<f64> = sums.iter().map(|sums| sums.brier(ranked.life()).unwrap().score).collect();
            let answer = &case.entry["models"][key];
            scores
                .iter()
                .zip(answer["brier"].as_array().unwrap())
                .for_each(|(s, e)| agree("Brier", *s, e, 1e-9));
            let found = time_errors::integrated(&numbers(&case.entry["times"]), &scores).unwrap();
            agree("integrated", found, &answer["ibs"], 1e-9);
        }
    }
}

/// Errors of a mean of equal weights are those of the mean; without censoring the reference is S (1 - S).
#[test]
fn a_brier_score_without_censoring_is_a_mean() {
    let mut table = Table::new((0..40u32).map(|i| vec![f64::from(i) / 20.0 - 1.0]).collect(), vec![true; 40]);
    table.survival = (0..40).map(|i| Survival { days: f64::from(i % 8 + 1), event: true }).collect();
    let model = by_first_column();
    let grid = TimeGrid::whole(1.0, 8.0);
    let question = TimeErrors { model, grid, moments: vec![[4, 0]] };
    let sums = question.finish(&ask(&question, &table.split(3))).unwrap();
    let lives = LifeTables { grid, held_out: Vec::new(), groups: None };
    let life = lives.finish(&ask(&lives, &[table.clone()])).unwrap().remove(0).life;
    let brier = sums[0].brier(&life).unwrap();
    let error = |(row, s): (&Vec<f64>, &Survival)| {
        let y = f64::from(u8::from(s.days <= 4.0));
        (y - consilium_stats::design::logistic(row[0])).powi(2)
    };
    let errors: Vec<f64> = table.rows.iter().zip(&table.survival).map(error).collect();
    let mean = errors.iter().sum::<f64>() / 40.0;
    let variance = errors.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / 39.0 / 40.0;
    assert!(close(brier.score, mean, 1e-12) && close(brier.se, variance.sqrt(), 1e-9));
    assert!(close(brier.reference, 0.25, 1e-12));
}

#[test]
fn groups_and_benefit_are_those_of_r() {
    for case in cases() {
        let at = case.at(case.r["horizon"].as_f64().unwrap());
        let observed = |life: &LifeTable| 1.0 - kaplan_meier::survival(life)[at];
        let tertiles: Vec<_> =
            case.lives("half", 0, case.cuts("half", 3)).into_iter().map(|group| group.life).collect();
        let test = log_rank(&tertiles).unwrap();
        agree("log-rank", test.chi_square, &case.r["logrank"]["chisq"], 1e-9);
        let all = tertiles[0].and(&tertiles[1]).and(&tertiles[2]);
        agree("observed", observed(&all), &case.r["observed"], 1e-9);
        let groups = case.lives("half", 0, case.cuts("half", 10));
        for (group, answer) in groups.iter().zip(case.r["deciles"].as_array().unwrap()) {
            agree("patients", group.life.patients() as f64, &answer["n"], 0.0);
            agree("predicted", group.score / group.life.patients() as f64, &answer["predicted"], 1e-9);
            agree("observed", observed(&group.life), &answer["observed"], 1e-9);
        }
        let thresholds = numbers(&case.r["thresholds"]);
        let bands = case.lives("half", 0, thresholds.clone());
        for (i, threshold) in thresholds.iter().enumerate() {
            let treated =
                bands[i + 2..].iter().fold(bands[i + 1].life.clone(), |all, band| all.and(&band.life));
            let share = treated.patients() as f64 / all.patients() as f64;
            let event = observed(&treated);
            let benefit = share * (event - (1.0 - event) * threshold / (1.0 - threshold));
            agree("net benefit", benefit, &case.r["benefit"][i], 1e-9);
        }
    }
}

fn patients() -> impl Strategy<Value = Table> {
    let patient = (0.0..400.0f64, any::<bool>(), 0u8..9, -2.0..2.0f64, 0usize..3);
    prop::collection::vec(patient, 12..40).prop_map(|all| {
        let rows = all.iter().map(|p| vec![f64::from(p.2) / 4.0 - 1.0, p.3]).collect();
        let mut table = Table::new(rows, all.iter().map(|p| p.1).collect());
        table.survival = all.iter().map(|p| Survival { days: p.0, event: p.1 }).collect();
        table.cells = all.iter().map(|p| p.4).collect();
        table
    })
}

const GRID: TimeGrid = TimeGrid { step: 30.0, intervals: 9, end: 300.0 };

fn scored() -> ScoredTimes {
    let predictor = by_first_column().cells.remove(0);
    let model = Scorer { cells: vec![predictor; 3], ..by_first_column() };
    let lows = (0..9u8).map(|i| consilium_stats::design::logistic(f64::from(i) / 4.0 - 1.0));
    let lows = lows.map(|p| fixed(p) - 9).collect();
    ScoredTimes { model, grid: GRID, lows }
}

fn table_of(tables: &[Table]) -> Vec<TimeTally> {
    let question = TimeTable { scored: scored(), columns: Vec::new(), repeats: 0, bits: 8 };
    question.finish(&ask(&question, tables)).unwrap().0
}

/// A pair counts where the one with the event is known to come first.
fn by_pairs(ranked: &RankedTimes) -> Option<f64> {
    let (mut right, mut all) = (0.0, 0.0);
    for a in ranked.tallies().iter().filter(|a| a.spot.event) {
        for b in ranked.tallies() {
            let later =
                b.spot.interval > a.spot.interval || (b.spot.interval == a.spot.interval && !b.spot.event);
            let pairs = (a.n * b.n) as f64;
            if later {
                all += pairs;
                right += match a.spot.class.cmp(&b.spot.class) {
                    std::cmp::Ordering::Greater => pairs,
                    std::cmp::Ordering::Equal => 0.5 * pairs,
                    std::cmp::Ordering::Less => 0.0,
                };
            }
        }
    }
    (all > 0.0).then(|| right / all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn concordance_is_that_of_pairs(table in patients()) {
        let ranked = RankedTimes::new(GRID.intervals, &table_of(&[table]));
        let found = ranked.harrell().map(|found| found.value);
        match (found, by_pairs(&ranked)) {
            (Some(found), Some(expected)) => prop_assert!(close(found, expected, 1e-12)),
            (found, expected) => prop_assert_eq!(found, expected),
        }
    }

    /// Derivatives by the number of patients at a spot, from a cohort a thousand times as large with one patient more or less.
    #[test]
    fn influences_are_derivatives(table in patients(), place in any::<prop::sample::Index>(), time in 2usize..8) {
        const SCALE: u64 = 100_000;
        let ranked = RankedTimes::new(GRID.intervals, &table_of(&[table]));
        let numbers: Vec<u64> = ranked.tallies().iter().map(|tally| tally.n * SCALE).collect();
        let k = place.index(numbers.len());
        let near = |more: i64| {
            let mut numbers = numbers.clone();
            numbers[k] = numbers[k].checked_add_signed(more).unwrap();
            ranked.with(&numbers)
        };
        let (up, down) = (near(10), near(-10));
        let statistics: [fn(&RankedTimes, usize) -> Option<consilium_stats::Ranking>; 3] =
            [|r, _| r.harrell(), RankedTimes::uno, RankedTimes::auc];
        for statistic in statistics {
            let Some(found) = statistic(&ranked, time) else { continue };
            let (Some(up), Some(down)) = (statistic(&up, time), statistic(&down, time)) else { continue };
            let expected = (up.value - down.value) * SCALE as f64 / 20.0;
            let found = found.influence[k];
            prop_assert!((found - expected).abs() <= 1e-5 * expected.abs().max(0.01), "{} {}", found, expected);
        }
    }

    #[test]
    fn neither_the_order_nor_the_split_of_patients_matters(table in patients(), sites in 1usize..5) {
        let mut other = table.clone();
        other.rows.reverse();
        other.labels.reverse();
        other.cells.reverse();
        other.keys.reverse();
        other.survival.reverse();
        let (one, many) = ([table], other.split(sites));
        let times = TimeTable { scored: scored(), columns: Vec::new(), repeats: 0, bits: 8 };
        prop_assert_eq!(ask(&times, &one), ask(&times, &many));
        let shuffled = TimeTable { columns: vec![0, 1], repeats: 2, ..times };
        prop_assert_eq!(shuffled.check(2), Ok(()));
        prop_assert_eq!(ask(&shuffled, &one), ask(&shuffled, &[other]), "the order within a site");
        let spots = table_of(&one).iter().map(|tally| tally.spot).collect();
        let known = KnownSpots { scored: scored(), spots };
        let bootstrap = TimeBootstrap { models: vec![known.clone()], replicates: 5, bits: 12 };
        prop_assert_eq!(bootstrap.check(2), Ok(()));
        prop_assert_eq!(ask(&bootstrap, &one), ask(&bootstrap, &many));
        let influence = vec![(0..known.spots.len()).map(|i| i as f64 / 7.0).collect()];
        let influence = Influence { models: vec![known], influences: vec![influence] };
        prop_assert_eq!(influence.check(2), Ok(()));
        prop_assert_eq!(ask(&influence, &one), ask(&influence, &many));
        let errors = TimeErrors { model: scored().model, grid: GRID, moments: vec![[3, 0], [8, 0]] };
        prop_assert_eq!(errors.check(2), Ok(()));
        prop_assert_eq!(ask(&errors, &one), ask(&errors, &many));
    }

    /// A column the model does not read changes nothing; every table holds every patient.
    #[test]
    fn a_column_without_a_coefficient_may_be_shuffled(table in patients()) {
        let question = TimeTable { scored: scored(), columns: vec![0, 1], repeats: 3, bits: 8 };
        let (whole, columns) = question.finish(&ask(&question, &table.split(2))).unwrap();
        prop_assert!(columns[1].iter().all(|shuffled| *shuffled == whole));
        let patients = |tallies: &Vec<TimeTally>| tallies.iter().map(|tally| tally.n).sum::<u64>();
        prop_assert!(columns[0].iter().all(|shuffled| patients(shuffled) == patients(&whole)));
    }

    #[test]
    fn a_single_site_is_its_own_cohort(table in patients()) {
        let n = table.rows.len() as u64;
        let within = |least| WithinTimes { models: vec![scored().model], grid: GRID, sites: 1, least, patients: n };
        let one = [table];
        prop_assert_eq!(within(1).check(2), Ok(()));
        let found = within(1).finish(&ask(&within(1), &one)).unwrap().remove(0);
        let whole = RankedTimes::new(GRID.intervals, &table_of(&one)).harrell();
        if let (Some([value, se]), Some(whole)) = (found.concordance, whole) {
            prop_assert!(close(value, whole.value, 1e-9) && close(se, whole.se, 1e-6));
            prop_assert!(found.sites[0].is_some_and(|at| at.n == n && close(at.concordance, whole.value, 1e-9)));
        }
        let hidden = within(n).finish(&ask(&within(n), &one)).unwrap().remove(0);
        prop_assert_eq!((hidden.concordance, hidden.sites), (None, vec![None]), "too few to be told");
    }

    /// Refused, or answered in shape, and any sum is read or refused.
    #[test]
    fn absurd_questions_do_no_harm(
        table in patients(),
        (step, intervals, end) in (number(), size(), number()),
        lows in prop::collection::vec(any::<u64>(), 0..4),
        columns in prop::collection::vec(size(), 0..3),
        spots in prop::collection::vec((size(), size(), any::<bool>()), 0..4),
        influences in prop::collection::vec(number(), 0..4),
        moments in prop::collection::vec((size(), size()), 0..3),
        (repeats, bits, replicates) in (0u32..4, any::<u32>(), size()),
        words in prop::collection::vec(any::<i128>(), 1..9),
    ) {
        let grid = TimeGrid { step, intervals, end };
        let scored = ScoredTimes { grid, lows, ..scored() };
        let model = scored.model.clone();
        harmless(&TimeTable { scored: scored.clone(), columns, repeats, bits }, &table, &words);
        harmless(&TimeTable { scored: scored.clone(), columns: vec![1], repeats, bits: 8 }, &table, &words);
        let spot = |(class, interval, event)| Spot { class, interval, event };
        let known = KnownSpots { scored, spots: spots.into_iter().map(spot).collect() };
        harmless(&TimeBootstrap { models: vec![known.clone()], replicates, bits: bits % 40 }, &table, &words);
        harmless(&Influence { models: vec![known], influences: vec![vec![influences]] }, &table, &words);
        let moments = moments.into_iter().map(|(interval, output)| [interval, output]).collect();
        harmless(&TimeErrors { model: model.clone(), grid, moments }, &table, &words);
        harmless(&WithinTimes { models: vec![model], grid, sites: replicates, least: 1, patients: 40 }, &table, &words);
    }
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![6 => 0.1..40.0f64, 1 => prop::num::f64::ANY, 1 => Just(0.0)]
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![8 => 0usize..5, 1 => Just(usize::MAX), 1 => Just(39_999)]
}

fn harmless<C: Computation>(question: &C, table: &Table, words: &[i128]) {
    if question.check(2).is_err() {
        return;
    }
    if let Ok(summary) = question.site(table, &IdleNetworks) {
        assert_eq!(summary.len(), question.length());
        drop(question.finish(&summary));
    }
    let words = words.iter().copied().cycle().take(question.length()).collect();
    drop(question.finish(&Summary::Statistics(words)));
}
