//! Questions nobody honest asks, and sums nobody honest sends: refused or answered, never a panic. Sums do not depend
//! on the order in which they are added.
//!
//! Spec: docs/reference/methods.md; ADR-0002 (three halves), ADR-0003 (fixed point).

#![allow(missing_docs, reason = "a test")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod support;

use consilium_stats::glm::{Climb, Firth, HeldOut, Inputs, Response, Slope, Stance, penalty, sandwich};
use consilium_stats::{
    Accuracy, Area, Ballot, Calibration, Components, Computation, Conditioning, Count, Covariates, CoxPoint,
    Derived, Design, Gram, Harmonise, Imputation, Interval, Limits, Moments, Motion, NetworkPoint, Predictor,
    Quality, Query, Roc, Scale, Scorer, Stack, Summary, SummaryFault, Target, Training,
};
use consilium_types::Manifest;
use consilium_types::plan::{Robust, RobustRule};
use proptest::collection::vec;
use proptest::prelude::*;
use support::{IdleNetworks, Table, by_first_column, linear};

const WIDTH: usize = 3;

fn table() -> Table {
    let rows = (0..12u8).map(|i| vec![f64::from(i), 1e5 / (1.0 + f64::from(i)), f64::from(i % 2) - 0.5]);
    let mut table = Table::new(rows.collect(), (0..12).map(|i| i % 3 == 0).collect());
    table.rows[4][1] = f64::NAN;
    table.cells = (0..12).map(|i| i % 4).collect();
    table.flow = vec![20, 12];
    table
}

/// Where a number or index is taken from: mostly fitting ones, and some that cannot be.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Taste {
    Fit,
    Absurd,
}

impl Taste {
    fn number(self) -> BoxedStrategy<f64> {
        match self {
            Self::Fit => (-3.0..3.0f64).boxed(),
            Self::Absurd => prop_oneof![6 => -3.0..3.0f64, 1 => prop::num::f64::ANY].boxed(),
        }
    }

    fn positive(self) -> BoxedStrategy<f64> {
        match self {
            Self::Fit => (0.1..3.0f64).boxed(),
            Self::Absurd => {
                prop_oneof![6 => 0.1..3.0f64, 1 => prop::num::f64::ANY, 1 => Just(f64::MIN_POSITIVE)].boxed()
            }
        }
    }

    /// Below `limit`, or not.
    fn index(self, limit: usize) -> BoxedStrategy<usize> {
        let fit = 0..limit;
        match self {
            Self::Fit => fit.boxed(),
            Self::Absurd => {
                let huge =
                    prop_oneof![Just(limit), Just(usize::MAX), Just(usize::MAX / 2 + 1), Just(1 << 40)];
                prop_oneof![8 => fit, 1 => huge].boxed()
            }
        }
    }

    /// A length that fits, or is near it.
    fn length(self, fit: usize) -> BoxedStrategy<usize> {
        match self {
            Self::Fit => Just(fit).boxed(),
            Self::Absurd => prop_oneof![12 => Just(fit), 1 => fit.saturating_sub(1)..fit + 2].boxed(),
        }
    }

    fn numbers(self, fit: usize) -> BoxedStrategy<Vec<f64>> {
        self.length(fit).prop_flat_map(move |n| vec(self.number(), n)).boxed()
    }

    fn positives(self, fit: usize) -> BoxedStrategy<Vec<f64>> {
        self.length(fit).prop_flat_map(move |n| vec(self.positive(), n)).boxed()
    }

    fn design(self) -> BoxedStrategy<Design> {
        let columns = vec(self.index(WIDTH), 0..4);
        let rest = move |columns: Vec<usize>| {
            let n = columns.len();
            // a design without columns derives nothing
            let derived = if n == 0 { Just(Derived::default()).boxed() } else { self.derived() };
            (Just(columns), self.numbers(n), self.positives(n), vec(self.index(100), 0..3), derived)
        };
        let design = |(columns, mean, sd, held_out, derived)| Design {
            columns,
            mean,
            sd,
            held_out,
            harmonise: Harmonise::None,
            derived,
        };
        columns.prop_flat_map(rest).prop_map(design).boxed()
    }

    fn derived(self) -> BoxedStrategy<Derived> {
        let (imputation, components) = (self.imputation(), self.components());
        let some = (prop::option::weighted(0.2, imputation), prop::option::weighted(0.2, components));
        some.prop_map(|(imputation, components)| Derived { imputation, components }).boxed()
    }

    fn imputation(self) -> BoxedStrategy<Imputation> {
        let columns = match self {
            Self::Fit => prop::sample::subsequence((0..WIDTH).collect::<Vec<_>>(), 1..WIDTH).boxed(),
            Self::Absurd => vec(self.index(WIDTH), 0..4).boxed(),
        };
        let rest = move |columns: Vec<usize>| {
            let n = columns.len();
            let slopes = prop_oneof![1 => Just(Vec::new()), 2 => self.numbers(n + 1)];
            let sweeps = vec(self.length(n).prop_flat_map(move |n| vec(slopes.clone(), n)), 0..3);
            (Just(columns), self.numbers(n), self.positives(n), sweeps)
        };
        let imputation = |(columns, mean, sd, sweeps)| Imputation { columns, mean, sd, sweeps };
        columns.prop_flat_map(rest).prop_map(imputation).boxed()
    }

    fn components(self) -> BoxedStrategy<Components> {
        let columns = (self.length(WIDTH), vec(self.index(WIDTH), 1..4));
        let rest = move |(first, columns): (usize, Vec<usize>)| {
            let n = columns.len();
            (Just((first, columns)), self.numbers(n), self.positives(n), vec(self.numbers(n), 0..3))
        };
        let components =
            |((first, columns), mean, sd, loadings)| Components { first, columns, mean, sd, loadings };
        columns.prop_flat_map(rest).prop_map(components).boxed()
    }

    fn stances(self) -> BoxedStrategy<(Vec<Inputs>, Vec<Stance>)> {
        let fits = move |inputs: Vec<Inputs>| {
            let n = inputs.len();
            let sizes: Vec<usize> = inputs.iter().map(|inputs| inputs.design.columns.len() + 1).collect();
            let stance = self.index(n).prop_flat_map(move |inputs| {
                let beta = self.numbers(sizes.get(inputs).copied().unwrap_or(1));
                beta.prop_map(move |beta| Stance { inputs, beta, active: None })
            });
            (Just(inputs), vec(stance, 0..4))
        };
        vec(self.design().prop_map(Inputs::columns), 1..4).prop_flat_map(fits).boxed()
    }

    fn conditioning(self) -> BoxedStrategy<Conditioning> {
        (self.numbers(WIDTH), self.positives(WIDTH))
            .prop_map(|(centre, scale)| Conditioning { centre, scale })
            .boxed()
    }

    fn parameters(self, design: &Design, hidden: &[usize]) -> BoxedStrategy<Vec<f32>> {
        let narrow = hidden.iter().all(|width| *width < 10) && hidden.len() < 9;
        let fit = if narrow { Manifest::perceptron(design.columns.len(), hidden).len() } else { 3 };
        let number = match self {
            Self::Fit => (-2.0..2.0f32).boxed(),
            Self::Absurd => prop_oneof![60 => -2.0..2.0f32, 1 => prop::num::f32::ANY].boxed(),
        };
        self.length(fit).prop_flat_map(move |n| vec(number.clone(), n)).boxed()
    }

    fn hidden(self) -> BoxedStrategy<Vec<usize>> {
        match self {
            Self::Fit => vec(1usize..4, 0..3).boxed(),
            Self::Absurd => {
                vec(prop_oneof![9 => 1usize..4, 1 => Just(0), 1 => Just(usize::MAX), 1 => Just(4_096)], 0..11)
                    .boxed()
            }
        }
    }

    fn predictor(self) -> BoxedStrategy<Predictor> {
        let logistic = self.design().prop_flat_map(move |design| {
            let n = design.columns.len() + 1;
            (Just(design), self.numbers(n)).prop_map(|(design, beta)| linear(design, beta))
        });
        let network = (self.design(), self.hidden()).prop_flat_map(move |(design, hidden)| {
            let parameters = self.parameters(&design, &hidden);
            (Just(design), Just(hidden), parameters)
                .prop_map(|(design, hidden, parameters)| Predictor::Network { design, hidden, parameters })
        });
        prop_oneof![logistic, network].boxed()
    }

    fn target(self) -> BoxedStrategy<Target> {
        let target = |(label, class, or_more)| {
            if or_more { Target::AtLeast { label, class } } else { Target::Is { label, class } }
        };
        (self.index(50), any::<u32>(), any::<bool>()).prop_map(target).boxed()
    }

    fn models(self) -> BoxedStrategy<Vec<Scorer>> {
        let scorer = (vec(prop::option::of(self.predictor()), 0..5), self.target())
            .prop_map(|(cells, target)| Scorer { cells, output: 0, target });
        vec(scorer, 0..3).boxed()
    }

    fn interval(self) -> BoxedStrategy<Interval> {
        let low = 0u64..1 << 52;
        match self {
            Self::Fit => {
                let aligned = |(low, bits): (u64, u32)| Interval { low: low >> bits << bits, bits };
                prop_oneof![Just(Interval::whole()), (low, 0u32..45).prop_map(aligned)].boxed()
            }
            Self::Absurd => {
                let low = prop_oneof![9 => low, 1 => any::<u64>()];
                let bits = prop_oneof![9 => 0u32..53, 1 => any::<u32>(), 1 => Just(53)];
                (low, bits).prop_map(|(low, bits)| Interval { low, bits }).boxed()
            }
        }
    }

    fn roc(self) -> BoxedStrategy<Query> {
        let split = move |models: Vec<Scorer>| {
            let lists = self.length(models.len());
            (Just(models), lists.prop_flat_map(move |n| vec(vec(self.interval(), 0..4), n)))
        };
        self.models()
            .prop_flat_map(split)
            .prop_map(|(models, split)| Query::Roc(Roc { models, split }))
            .boxed()
    }

    fn calibration(self) -> BoxedStrategy<Query> {
        let point = move || (self.number(), self.number(), self.number()).prop_map(|(a, b, c)| [a, b, c]);
        let points = move |models: Vec<Scorer>| {
            let n = self.length(models.len());
            (Just(models), n.prop_flat_map(move |n| vec(point(), n)))
        };
        let query = |(models, points)| Query::Calibration(Calibration { models, points });
        self.models().prop_flat_map(points).prop_map(query).boxed()
    }

    fn training(self) -> BoxedStrategy<Query> {
        let networks = move |hidden: Vec<usize>| {
            let inner = hidden.clone();
            let point = self.design().prop_flat_map(move |design| {
                let parameters = self.parameters(&design, &inner);
                (Just(design), parameters)
                    .prop_map(|(design, parameters)| NetworkPoint { design, parameters })
            });
            (Just(hidden), vec(point, 0..3))
        };
        let count = move |most: u32| match self {
            Self::Fit => (1..most).boxed(),
            Self::Absurd => prop_oneof![9 => 0..most, 1 => any::<u32>()].boxed(),
        };
        let settings = (count(5), count(20), self.positive(), self.number(), any::<u64>(), self.robust());
        (self.target(), self.hidden().prop_flat_map(networks), settings)
            .prop_map(|(target, (hidden, networks), (epochs, batch, rate, decay, seed, robust))| {
                Query::Training(Training {
                    target,
                    networks,
                    hidden,
                    epochs,
                    batch,
                    rate,
                    decay,
                    seed,
                    dp: None,
                    robust,
                })
            })
            .boxed()
    }

    fn robust(self) -> BoxedStrategy<Option<Robust>> {
        let rules = [None, Some(RobustRule::Median), Some(RobustRule::Krum), Some(RobustRule::NormBound)];
        let settings = (prop::sample::select(rules.to_vec()), prop::option::of(self.positive()), 1u32..9);
        let robust = |(rule, clip, cap)| Robust { rule, clip, weight_cap: Some(cap), ..Robust::default() };
        prop::option::of(settings.prop_map(robust)).boxed()
    }

    fn ballot(self) -> BoxedStrategy<Query> {
        let motions = move |hidden: Vec<usize>| {
            let inner = hidden.clone();
            let motion = self.design().prop_flat_map(move |design| {
                let (before, after) = (self.parameters(&design, &inner), self.parameters(&design, &inner));
                (Just(design), before, after).prop_map(|(design, before, after)| Motion {
                    design,
                    before,
                    after,
                })
            });
            (Just(hidden), vec(motion, 0..3))
        };
        (self.target(), self.hidden().prop_flat_map(motions), self.number(), 0u64..9)
            .prop_map(|(target, (hidden, motions), tolerance, least)| {
                Query::Ballot(Ballot { target, hidden, motions, tolerance, least })
            })
            .boxed()
    }

    fn query(self) -> BoxedStrategy<Query> {
        let stack = vec(self.single(), 0..4).prop_map(|questions| Query::Stack(Stack { questions }));
        let stack = match self {
            Self::Fit => {
                stack.prop_filter("no stack within a stack", |stack| stack.check(WIDTH).is_ok()).boxed()
            }
            Self::Absurd => stack.boxed(),
        };
        prop_oneof![8 => self.single(), 1 => stack].boxed()
    }

    fn single(self) -> BoxedStrategy<Query> {
        let cells = move || self.index(101);
        let stances = move || self.stances();
        let held_out = move || vec(self.index(100), 0..3);
        let gram = vec(self.index(WIDTH), 0..5).prop_flat_map(move |columns| {
            let n = columns.len();
            let conditioning = (self.numbers(n), self.positives(n));
            let conditioning = conditioning.prop_map(|(centre, scale)| Conditioning { centre, scale });
            (held_out(), Just(columns), conditioning)
        });
        let accuracy = (self.models(), vec(self.positive(), 0..5));
        prop_oneof![
            (self.index(1_001), cells(), vec(self.index(51), 0..4))
                .prop_map(|(steps, cells, classes)| Query::Count(Count { steps, cells, classes })),
            self.length(WIDTH).prop_map(|width| Query::Scale(Scale { width })),
            (held_out(), self.index(50), self.index(51), self.conditioning()).prop_map(
                |(held_out, label, classes, conditioning)| Query::Moments(Moments {
                    held_out,
                    harmonise: Harmonise::None,
                    slots: 0,
                    label,
                    classes,
                    conditioning
                })
            ),
            gram.prop_map(|(held_out, columns, conditioning)| Query::Gram(Gram {
                held_out,
                harmonise: Harmonise::None,
                columns,
                conditioning
            })),
            (self.target(), stances()).prop_map(|(target, (inputs, fits))| Query::Climb(Climb {
                response: Response::Binary(target),
                inputs,
                fits
            })),
            (self.target(), stances()).prop_map(|(target, (inputs, fits))| Query::HeldOut(HeldOut {
                response: Response::Binary(target),
                inputs,
                fits
            })),
            self.conditioning().prop_map(|conditioning| Query::Quality(Quality { conditioning })),
            self.training(),
            self.ballot(),
            self.roc(),
            self.calibration(),
            accuracy.prop_map(|(models, thresholds)| Query::Accuracy(Accuracy { models, thresholds })),
        ]
        .boxed()
    }
}

/// Reads any sum that has the right shape; whether it made sense is not asked.
fn finish(query: &Query, sum: &Summary) {
    match query {
        Query::Count(q) => drop(q.finish(sum)),
        Query::Scale(q) => drop(q.finish(sum)),
        Query::Moments(q) => {
            let Ok(table) = q.finish(sum) else { return };
            for column in 0..table.width() {
                assert!(table.all(column).variance() >= 0.0);
                let two = table.classes() >= 2;
                assert!(!two || table.welch(column).is_none_or(|welch| welch.t >= 0.0 || welch.t.is_nan()));
            }
        }
        Query::Gram(q) => drop(q.finish(sum)),
        Query::Training(q) => drop(q.finish(sum)),
        Query::Ballot(q) => drop(q.finish(sum)),
        Query::Climb(q) => {
            for (fit, at) in q.fits.iter().zip(q.finish(sum).unwrap_or_default()) {
                for lambda in [0.0, 1.0] {
                    let ridge = penalty(q.response, &q.inputs[fit.inputs], lambda, 1.0);
                    let mut ascent = Slope::new(q.response, &q.inputs[fit.inputs], ridge);
                    ascent.advance(&at);
                    ascent.advance(&at);
                    drop(sandwich(&at.information, ascent.penalty()));
                }
            }
        }
        Query::HeldOut(q) => drop(q.finish(sum)),
        Query::Firth(q) => drop(q.finish(sum)),
        Query::Roc(q) => q.finish(sum).unwrap_or_default().iter().for_each(|tallies| drop(Area::of(tallies))),
        Query::Calibration(q) => drop(q.finish(sum)),
        Query::Accuracy(q) => drop(q.finish(sum)),
        Query::Covariances(q) => drop(q.finish(sum)),
        Query::Residuals(q) => drop(q.finish(sum)),
        Query::Quantiles(q) => drop(q.finish(sum)),
        Query::ForestLevel(q) => drop(q.finish(sum)),
        Query::BoostLevel(q) => drop(q.finish(sum)),
        Query::Placement(q) => drop(q.finish(sum)),
        Query::Cuts(q) => drop(q.finish(sum)),
        Query::Decision(q) => drop(q.finish(sum)),
        Query::Bands(q) => drop(q.finish(sum)),
        Query::Curve(q) => drop(q.finish(sum)),
        Query::Reclassification(q) => drop(q.finish(sum)),
        Query::Classes(q) => drop(q.finish(sum)),
        Query::Bootstrap(q) => drop(q.finish(sum)),
        Query::Within(q) => drop(q.finish(sum)),
        Query::Attribution(q) => drop(q.finish(sum)),
        Query::Permutation(q) => drop(q.finish(sum)),
        Query::Quality(q) => drop(q.finish(sum)),
        Query::Agreement(q) => drop(q.finish(sum)),
        Query::ClassCounts(q) => drop(q.finish(sum)),
        Query::Holes(q) => drop(q.finish(sum)),
        Query::Resample(q) => drop(q.finish(sum)),
        Query::Repeat(q) => finish(&q.question, sum),
        Query::AtRisk(q) => drop(q.finish(sum)),
        Query::LifeTables(q) => drop(q.finish(sum)),
        Query::RiskSets(q) => drop(q.finish(sum)),
        Query::RiskSlopes(q) => drop(q.finish(sum)),
        Query::SiteStrata(q) => drop(q.finish(sum)),
        Query::CoxScreen(q) => drop(q.finish(sum)),
        Query::HazardSteps(q) => drop(q.finish(sum)),
        Query::TimeTable(q) => drop(q.finish(sum)),
        Query::TimeErrors(q) => drop(q.finish(sum)),
        Query::TimeBootstrap(q) => drop(q.finish(sum)),
        Query::Influence(q) => drop(q.finish(sum)),
        Query::WithinTimes(q) => drop(q.finish(sum)),
        Query::Stack(q) => {
            let parts = q.finish(sum).unwrap_or_default();
            q.questions.iter().zip(&parts).for_each(|(question, part)| finish(question, part));
        }
    }
}

/// Whether a Cox regression is on columns.
fn covariates(point: &CoxPoint) -> bool {
    matches!(&point.covariates, Covariates::Design(design) if !design.columns.is_empty())
}

/// Whether a question names a column.
fn asks_for_columns(query: &Query) -> bool {
    match query {
        Query::AtRisk(_)
        | Query::LifeTables(_)
        | Query::Bands(_)
        | Query::Bootstrap(_)
        | Query::Classes(_)
        | Query::Count(_)
        | Query::Curve(_)
        | Query::Cuts(_)
        | Query::Decision(_)
        | Query::Placement(_)
        | Query::Reclassification(_)
        | Query::Within(_) => false,
        Query::Covariances(_)
        | Query::Quality(_)
        | Query::Moments(_)
        | Query::Residuals(_)
        | Query::Scale(_) => true,
        Query::Gram(q) => !q.columns.is_empty(),
        Query::Climb(Climb { inputs, .. })
        | Query::HeldOut(HeldOut { inputs, .. })
        | Query::Firth(Firth { inputs, .. }) => inputs.iter().any(|inputs| !inputs.design.columns.is_empty()),
        Query::Training(q) => q.networks.iter().any(|point| !point.design.columns.is_empty()),
        Query::Ballot(q) => q.motions.iter().any(|motion| !motion.design.columns.is_empty()),
        Query::Roc(Roc { models, .. })
        | Query::Calibration(Calibration { models, .. })
        | Query::Accuracy(Accuracy { models, .. }) => {
            models.iter().flat_map(|model| model.cells.iter().flatten()).any(|predictor| match predictor {
                Predictor::Network { design, .. } => !design.columns.is_empty(),
                Predictor::Forest(_) | Predictor::Boost(_) => unreachable!("generated in tests/trees.rs"),
                Predictor::Linear { inputs, .. } => !inputs.design.columns.is_empty(),
                Predictor::Cox(cox) => !cox.design.columns.is_empty(),
                Predictor::Hazard(hazard) => !hazard.inputs.design.columns.is_empty(),
            })
        }
        Query::Quantiles(_)
        | Query::ForestLevel(_)
        | Query::BoostLevel(_)
        | Query::Attribution(_)
        | Query::Permutation(_) => {
            unreachable!("generated in tests/trees.rs")
        }
        Query::TimeTable(_)
        | Query::TimeErrors(_)
        | Query::TimeBootstrap(_)
        | Query::Influence(_)
        | Query::WithinTimes(_) => {
            unreachable!("generated in tests/survival_evaluation.rs")
        }
        Query::Agreement(_) | Query::ClassCounts(_) | Query::Holes(_) | Query::Resample(_) => {
            unreachable!("generated in tests/selection.rs")
        }
        Query::RiskSets(q) => covariates(&q.point),
        Query::RiskSlopes(q) => covariates(&q.point),
        Query::SiteStrata(q) => covariates(&q.point),
        Query::CoxScreen(q) => !q.design.columns.is_empty(),
        Query::HazardSteps(q) => !q.inputs.design.columns.is_empty(),
        Query::Repeat(q) => asks_for_columns(&q.question),
        Query::Stack(q) => q.questions.iter().any(asks_for_columns),
    }
}

fn word() -> impl Strategy<Value = i128> {
    prop_oneof![
        any::<i128>(),
        (0i128..50).prop_map(|n| n << 60),
        any::<u64>().prop_map(|n| i128::from(n) << 60),
        Just(i128::MIN),
        Just(0),
    ]
}

/// Some words, repeated to a length.
fn of_length(query: &Query, words: &[i128]) -> Summary {
    let words = words.iter().copied().cycle().take(query.length());
    #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
    if query.is_update() {
        Summary::Updates(words.map(|w| (w >> 32) as i64).collect())
    } else {
        Summary::Statistics(words.collect())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_question_is_refused_or_answered_in_its_shape(query in Taste::Absurd.query()) {
        prop_assert!(!query.describe().is_empty());
        if query.check(WIDTH).is_ok() {
            if let Ok(summary) = query.answer(&table(), &IdleNetworks) {
                prop_assert_eq!(query.accept(&summary), Ok(()));
                finish(&query, &summary);
            }
            let nobody = query.answer(&Table::default(), &IdleNetworks);
            prop_assert_eq!(query.accept(&nobody.unwrap()), Ok(()), "a site without patients answers too");
        }
    }

    #[test]
    fn a_fitting_question_is_accepted_and_answered(query in Taste::Fit.query()) {
        prop_assert_eq!(query.check(WIDTH), Ok(()));
        let summary = query.answer(&table(), &IdleNetworks).unwrap();
        prop_assert_eq!(query.accept(&summary), Ok(()));
        let sent = serde_json::to_string(&query).unwrap();
        prop_assert_eq!(serde_json::from_str::<Query>(&sent).unwrap(), query, "a question survives its text");
    }

    #[test]
    fn every_question_is_judged(query in Taste::Fit.query()) {
        let strict = Limits { cell: 5, sites: 3, per_model: 1e9, parameters: usize::MAX, site_sums: true };
        let (four_cases, nobody) = (table(), Table::default());
        prop_assert_eq!(strict.allow(&query, &four_cases, 3).unwrap_err().rule().name(), "cell");
        prop_assert_eq!(strict.allow(&query, &four_cases, 2).unwrap_err().rule().name(), "sites");
        prop_assert_eq!(Limits { cell: 4, ..strict }.allow(&query, &four_cases, 3), Ok(()));
        prop_assert_eq!(strict.allow(&query, &nobody, 3), Ok(()), "nobody is disclosed");
    }

    #[test]
    fn a_question_for_a_wider_table_is_refused(query in Taste::Fit.query()) {
        prop_assert_eq!(query.check(0).is_err(), asks_for_columns(&query));
    }

    #[test]
    fn any_sum_is_read_or_refused(query in Taste::Fit.query(), words in vec(word(), 1..40), same in word()) {
        finish(&query, &of_length(&query, &words));
        finish(&query, &of_length(&query, &[same]));
        let other = Summary::Statistics(vec![0; query.length() + 1]);
        prop_assert!(query.accept(&other).is_err());
        finish(&query, &other);
    }

    #[test]
    fn bytes_are_whole_words_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        let statistics = Summary::statistics_from_bytes(&bytes);
        let updates = Summary::updates_from_bytes(&bytes);
        for (summary, size) in [(statistics, 16), (updates, 8)] {
            match summary {
                Ok(summary) => {
                    prop_assert_eq!(summary.len() * size, bytes.len());
                    prop_assert_eq!(summary.to_bytes(), bytes.clone());
                }
                Err(fault) => {
                    prop_assert!(bytes.len() % size != 0);
                    prop_assert_eq!(fault, SummaryFault::Bytes(bytes.len()));
                }
            }
        }
    }

    /// Words within the range of honest sites: 2^20 patients of at most 2^46.
    #[test]
    fn any_order_of_adding_gives_the_same_sum(
        summaries in vec(vec(-(1i128 << 122)..1i128 << 122, 5), 1..9).prop_map(|all| {
            all.into_iter().map(Summary::Statistics).collect::<Vec<_>>()
        }),
        order in any::<prop::sample::Index>(),
    ) {
        let add = |all: &[Summary]| all[1..].iter().try_fold(all[0].clone(), Summary::plus);
        let first = add(&summaries);
        let mut other = summaries.clone();
        other.reverse();
        let n = other.len();
        other.rotate_left(order.index(n));
        prop_assert!(first.is_ok());
        prop_assert_eq!(&first, &add(&other));
        let (left, right) = other.split_at(order.index(n));
        if !left.is_empty() {
            let halves = add(left).unwrap().plus(&add(right).unwrap());
            prop_assert_eq!(first, halves, "sums of sums are sums");
        }
    }
}

#[test]
fn what_cannot_be_added_is_refused() {
    let one = |word| Summary::Statistics(vec![0, word]);
    let updates = |word| Summary::Updates(vec![0, word]);
    assert_eq!(one(i128::MAX).plus(&one(1)), Err(SummaryFault::Overflow(1)));
    assert_eq!(updates(i64::MIN).plus(&updates(-1)), Err(SummaryFault::Overflow(1)));
    let length = Err(SummaryFault::Length { expected: 2, found: 1 });
    assert_eq!(one(1).plus(&Summary::Statistics(vec![1])), length);
    let kind = Err(SummaryFault::Kind { expected: "statistics", found: "updates" });
    assert_eq!(one(1).plus(&updates(1)), kind);
}

#[test]
fn a_question_that_would_exhaust_a_site_is_refused() {
    let models = vec![Scorer { cells: Vec::new(), output: 0, target: Target::case(0) }; 20_000];
    let huge = Query::Accuracy(Accuracy { models, thresholds: vec![0.5; 1_000] });
    assert_eq!(huge.check(WIDTH).unwrap_err().code(), "CNS-S-0103");
    let split = vec![vec![Interval::whole(); 600]];
    let huge = Query::Roc(Roc { models: vec![by_first_column()], split });
    assert_eq!(huge.check(WIDTH).unwrap_err().code(), "CNS-S-0103");
}
