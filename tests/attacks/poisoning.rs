//! One hospital of five sends wrong numbers, in every round or in one: plain averaging fails, a rule does not, and blinded sums take
//! the round back.
//!
//! What changes is the liar's words of network training, also those that the fixed point would never write; it evaluates
//! honestly, so that the accuracy is that of the model and not of the lie. Rows: docs/threat-model.md, "Poisoned model".

use anyhow::Result;
use consilium_learn::Perceptrons;
use consilium_rounds::result::{NetworkResult, WhyTakenBack};
use consilium_stats::{Query, Summary, Training};
use consilium_tests::in_process::carried_out;
use consilium_types::plan::Aggregate;
use consilium_types::{ColumnKind, StudyPlan, fixed};

use super::table::{Draws, Table, roster, schema};

const SITES: usize = 5;
const PATIENTS: usize = 90;
const COLUMNS: usize = 6;
const FOLDS: usize = 3;
const ROUNDS: u32 = 16;
/// Farthest word of a lie: sums of five stay within 64 bits.
const FARTHEST: f64 = 5e17;
/// Which hospital lies.
const LIAR: usize = 2;
/// Most AUC that lies cost where something stands against them.
const MOST_LOST: f64 = 0.02;
/// Draws of all patients that rules are judged by: one is too noisy for a difference of 0.02.
const DRAWS: u64 = 5;

/// Two columns tell cases, a little differently at each hospital; the others are noise.
fn hospitals(seed: u64) -> Vec<Table> {
    let hospital = |site: usize| {
        let mut draws = Draws::new(1_000 * seed + site as u64);
        let shift = draws.bell() / 5.0;
        let mut patient = |row: usize| {
            let case = (row / FOLDS).is_multiple_of(2);
            let mut values: Vec<f64> = (0..COLUMNS).map(|_| draws.bell() + shift).collect();
            if case {
                values[0] += 1.3;
                values[1] -= 1.0;
            }
            (values, case)
        };
        Table::folded((0..PATIENTS).map(&mut patient), |row| row % FOLDS)
    };
    (0..SITES).map(hospital).collect()
}

fn plan(aggregate: &str, robust: &str) -> StudyPlan {
    let columns: Vec<String> = (0..COLUMNS).map(|i| format!("\"c{i}\"")).collect();
    let text = format!(
        "[study]\nid = \"poisoned\"\ntitle = \"One of five lies\"\nseed = 5\nsites = {{ min = {SITES} }}\n\
         [inputs.clinical]\nnumeric = [{}]\n[outcome]\nlabel = \"y\"\npositive = \"1\"\n\
         [model]\nlearner = \"mlp\"\nnetwork = {{ hidden = [4], rounds = {ROUNDS}, epochs = 3, rate = 0.3 }}\n\
         [privacy]\naggregate = \"{aggregate}\"\n[evaluate]\nfolds = {FOLDS}\n{robust}",
        columns.join(", ")
    );
    StudyPlan::from_toml(&text, "plan.toml").unwrap_or_else(|errors| panic!("{errors}"))
}

/// What the liar does to its own words.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lie {
    /// The change of its model, a hundred times as large.
    Scaled,
    /// The change of its model backwards, of twenty times as many patients.
    Flipped,
    /// A model of cases called controls and controls cases, of twenty times as many patients.
    Labels,
    /// None: that it has nobody to train on, so that the others' average is what a rule can reach.
    Nobody,
}

const LIES: [Lie; 3] = [Lie::Scaled, Lie::Flipped, Lie::Labels];

impl Lie {
    fn factor(self) -> f64 {
        match self {
            Self::Scaled => 100.0,
            Self::Flipped => -1.0,
            Self::Labels => 1.0,
            Self::Nobody => 0.0,
        }
    }

    fn claim(self) -> f64 {
        match self {
            Self::Scaled => 1.0,
            Self::Flipped | Self::Labels => 20.0,
            Self::Nobody => 0.0,
        }
    }

    /// The words of one network, changed.
    fn tell(self, training: &Training, start: &[f32], words: &mut [i128]) {
        if self == Self::Nobody {
            words.fill(0);
            return;
        }
        let one = f64::from(2).powi(fixed::UPDATE_BITS.cast_signed());
        let (model, tail) = words.split_at_mut(start.len());
        let ruled = training.robust.is_some_and(|robust| robust.rule.is_some());
        let weight = if ruled { 1.0 } else { tail[0] as f64 / one };
        let claim = if ruled { 1.0 } else { self.claim() };
        for (word, start) in model.iter_mut().zip(start) {
            let start = f64::from(*start);
            let honest = *word as f64 / one / weight;
            let told = start + self.factor() * (honest - start);
            #[expect(clippy::cast_possible_truncation, reason = "words")]
            let lie = (told * weight * claim * one).clamp(-FARTHEST, FARTHEST) as i128;
            *word = lie;
        }
        #[expect(clippy::cast_possible_truncation, reason = "words")]
        let patients = (tail[0] as f64 * self.claim()) as i128;
        tail[0] = patients;
    }
}

/// The liar's answer: honest words, and its lie where networks are trained.
fn lied(query: &Query, honest: Summary, poisoned: &Summary, lie: Lie) -> Summary {
    match query {
        Query::Stack(stack) => {
            let (Summary::Statistics(mut words), Summary::Statistics(other)) = (honest, poisoned) else {
                panic!("a stack")
            };
            let mut at = 0;
            for question in &stack.questions {
                if let Query::Training(training) = question {
                    words[at..at + question.length()].copy_from_slice(&other[at..at + question.length()]);
                    told(training, &mut words[at..], lie);
                }
                at += question.length();
            }
            Summary::Statistics(words)
        }
        Query::Training(training) => {
            let Summary::Updates(words) = poisoned else { panic!("updates") };
            let mut words: Vec<i128> = words.iter().map(|word| i128::from(*word)).collect();
            told(training, &mut words, lie);
            let narrow = |word: &i128| i64::try_from(*word).expect("a lie of 64 bits");
            Summary::Updates(words.iter().map(narrow).collect())
        }
        _ => honest,
    }
}

fn told(training: &Training, words: &mut [i128], lie: Lie) {
    let mut at = 0;
    for point in &training.networks {
        let length = point.parameters.len() + 3;
        lie.tell(training, &point.parameters, &mut words[at..at + length]);
        at += length;
    }
}

fn trains(query: &Query) -> bool {
    !query.trainings().is_empty()
}

/// The AUC, and the network's own account; or why there is none.
fn run(plan: &StudyPlan, lie: impl Fn(u32) -> Option<Lie>) -> Result<(f64, NetworkResult)> {
    run_of(&hospitals(0), plan, lie)
}

fn run_of(
    hospitals: &[Table],
    plan: &StudyPlan,
    lie: impl Fn(u32) -> Option<Lie>,
) -> Result<(f64, NetworkResult)> {
    let mut round = 0;
    let sum = |query: &Query| {
        query.check(COLUMNS)?;
        round += u32::from(trains(query));
        let lie = lie(round).filter(|_| trains(query));
        let answer = |(site, rows): (usize, &Table)| -> Result<Summary> {
            let honest = query.answer(rows, &Perceptrons)?;
            let Some(lie) = lie.filter(|_| site == LIAR) else { return Ok(honest) };
            let poisoned = match lie {
                Lie::Labels => query.answer(&rows.swapped(), &Perceptrons)?,
                _ => query.answer(rows, &Perceptrons)?,
            };
            Ok(lied(query, honest, &poisoned, lie))
        };
        let answers = hospitals.iter().enumerate().map(answer).collect::<Result<Vec<_>>>()?;
        match plan.privacy.aggregate {
            // nobody sees a part of a blinded sum
            Aggregate::SecureSum => Ok(answers.into_iter().reduce(|a, b| a.plus(&b).unwrap()).unwrap()),
            Aggregate::Clear => Ok(query.combine(&answers.iter().collect::<Vec<_>>())?),
        }
    };
    let result = carried_out(plan, &roster(SITES), &schema(COLUMNS, ColumnKind::Clinical), sum)?;
    let model = &result.models[0];
    Ok((model.binary().unwrap().auc.auc, model.network().unwrap().clone()))
}

fn clean(plan: &StudyPlan) -> f64 {
    let (auc, network) = run(plan, |_| None).unwrap();
    assert!(network.taken_back.is_empty(), "an honest round was taken back: {:?}", network.taken_back);
    assert!(auc > 0.8, "nothing was learnt: {auc}");
    auc
}

/// Mean over the draws of patients; a study that ends without a network tells nothing.
fn mean(plan: &StudyPlan, lie: Option<Lie>) -> f64 {
    let auc = |draw| run_of(&hospitals(draw), plan, |_| lie).map_or(0.5, |(auc, _)| auc);
    (0..DRAWS).map(auc).sum::<f64>() / DRAWS as f64
}

#[test]
fn rules_keep_a_network_from_one_liar_of_five_and_averaging_does_not() {
    let plain = plan("clear", "");
    let usual = mean(&plain, None);
    println!("five hospitals {usual:.4}, four of them {:.4}", mean(&plain, Some(Lie::Nobody)));
    for lie in LIES {
        let auc = mean(&plain, Some(lie));
        println!("average, {lie:?}: {auc:.4}");
        assert!(auc < usual - 0.1, "{lie:?} does no harm: {auc}");
    }
    for rule in ["median", "trimmed-mean", "krum", "multi-krum", "norm-bound"] {
        let clip = if rule == "norm-bound" { "clip = 1.0\n" } else { "" };
        let guarded = plan("clear", &format!("[robust]\nrule = \"{rule}\"\n{clip}"));
        let without = mean(&guarded, None);
        // Krum takes one hospital's network, which costs about as much as a lie
        let bar = if rule == "krum" { without } else { usual };
        println!("{rule}, the truth: {without:.4}");
        for lie in LIES {
            let auc = mean(&guarded, Some(lie));
            println!("{rule}, {lie:?}: {auc:.4}");
            assert!(auc >= bar - MOST_LOST, "{rule}, {lie:?}: {auc}");
        }
    }
}

#[test]
fn blinded_sums_take_a_poisoned_round_back_and_say_so() {
    let guarded = plan("secure-sum", "[robust]\nclip = 2.0\nvote = 0.02\n");
    let usual = clean(&guarded);
    for lie in LIES {
        let (auc, network) = run(&guarded, |round| (round == 4).then_some(lie)).unwrap();
        println!("blinded, {lie:?} in round 4: {auc:.3} instead of {usual:.3}, {:?}", network.taken_back);
        assert!(auc >= usual - MOST_LOST, "{lie:?}: {auc}");
        let back: Vec<(u32, WhyTakenBack)> =
            network.taken_back.iter().map(|back| (back.round, back.why)).collect();
        match lie {
            Lie::Scaled => assert_eq!(back, [(4, WhyTakenBack::Norm)]),
            _ => assert_eq!(back, [(4, WhyTakenBack::Vote), (5, WhyTakenBack::Before)]),
        }
        let networks = u32::try_from(FOLDS).unwrap() + 1;
        assert!(network.taken_back.iter().all(|back| back.networks == networks));
    }
}

#[test]
fn who_lies_in_every_blinded_round_stops_a_network_and_does_not_lead_it() {
    let guarded = plan("secure-sum", "[robust]\nclip = 2.0\nvote = 0.02\n");
    for lie in LIES {
        let (_, network) = run(&guarded, |_| Some(lie)).unwrap();
        println!("blinded, {lie:?} in every round: {:?}", network.taken_back);
        let mut rounds: Vec<u32> = network.taken_back.iter().map(|back| back.round).collect();
        rounds.dedup();
        assert_eq!(rounds, (1..=ROUNDS).collect::<Vec<_>>(), "{lie:?}");
    }
}

#[test]
fn a_weight_cap_bounds_the_largest_hospital() {
    let capped = plan("secure-sum", "[robust]\nweight_cap = 10\n");
    let auc = clean(&capped);
    let usual = clean(&plan("secure-sum", ""));
    assert!((auc - usual).abs() < MOST_LOST, "equal hospitals weigh alike with a cap: {auc}, {usual}");
}
