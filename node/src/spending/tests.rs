//! What is charged, what is refused, and what a crash leaves.

use consilium_stats::{Design as Columns, NetworkPoint, Query, Stack, Target, Training};
use consilium_types::{Attempt, ExchangeNumber};

use super::*;

const PLAN: &str = "[study]\nid = \"s\"\ntitle = \"t\"\nseed = 5\n[inputs.clinical]\nnumeric = [\"age\"]\n[outcome]\n\
                    label = \"relapse\"\npositive = \"yes\"\n[model]\nlearner = \"mlp\"\n\
                    network = { hidden = [2], rounds = 20, epochs = 1 }\n[privacy]\n\
                    dp = { noise = 12, delta = 1e-3, epsilon = 3 }\n";

fn plan() -> StudyPlan {
    StudyPlan::from_toml(PLAN, "plan.toml").unwrap()
}

fn training(plan: &StudyPlan) -> Training {
    // of the whole, and without each of five cells: a patient is in five of six
    let design = |held_out: Vec<usize>| Columns {
        columns: vec![0],
        mean: vec![0.0],
        sd: vec![1.0],
        held_out,
        harmonise: consilium_stats::Harmonise::None,
        derived: consilium_stats::Derived::default(),
    };
    let held_out = std::iter::once(vec![]).chain((0..5).map(|cell| vec![cell]));
    let networks =
        held_out.map(|held_out| NetworkPoint { design: design(held_out), parameters: vec![0.1; 7] });
    Training {
        target: Target::case(0),
        networks: networks.collect(),
        hidden: vec![2],
        epochs: 1,
        batch: 16,
        rate: 0.1,
        decay: 0.0,
        seed: 1,
        dp: plan.privacy.dp,
        robust: plan.robust,
    }
}

fn question(plan: &StudyPlan, exchange: u32) -> Question {
    Question {
        study: plan.study.id.clone(),
        attempt: Attempt(1),
        exchange: ExchangeNumber(exchange),
        plan_hash: plan.hash(),
        roster: vec!["a".parse().unwrap()],
        query: Some(Query::Training(training(plan))),
        step: None,
        participants: std::collections::BTreeMap::new(),
        digest: name(exchange),
        opening: None,
    }
}

fn name(exchange: u32) -> Digest {
    Digest::of("test", &exchange.to_le_bytes())
}

struct Node(tempfile::TempDir);

impl Node {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.path().join("privacy.jsonl")
    }

    /// Opened anew, as after `kill -9`.
    fn spending(&self, budget: Option<f64>) -> Spending {
        let budget = budget.map(|epsilon| Budget { epsilon, delta: 1e-3 });
        Spending::open(&Folder::new(self.0.path().to_owned()), budget).unwrap()
    }
}

#[test]
fn a_study_ends_at_its_own_bound_however_often_it_is_started() {
    let (node, plan) = (Node::new(), plan());
    for exchange in 0..20 {
        node.spending(None).charge(&plan, &question(&plan, exchange), name(exchange)).unwrap();
    }
    // 100 steps with noise 12: 2.5; every further exchange of five steps, up to the plan's 3
    let refused = (20..60).find_map(|exchange| {
        node.spending(None).charge(&plan, &question(&plan, exchange), name(exchange)).err()
    });
    assert_eq!(refused.unwrap().code(), "CNS-N-0702");
    let steps: u64 = node.spending(None).charges.iter().map(|charge| charge.steps).sum();
    let dp = plan.privacy.dp.unwrap();
    assert!(steps >= 100 && dp.spent(steps) <= 3.0 && dp.spent(steps + 5) > 3.0, "{steps}");
}

#[test]
fn the_same_question_is_charged_once_and_a_crash_takes_nothing_back() {
    let (node, plan) = (Node::new(), plan());
    for _ in 0..3 {
        node.spending(None).charge(&plan, &question(&plan, 1), name(1)).unwrap();
    }
    assert_eq!(node.spending(None).charges.len(), 1);
    // a crash in the middle of the next line
    let mut bytes = std::fs::read(node.file()).unwrap();
    let whole = bytes.len();
    bytes.extend_from_within(..whole / 2);
    std::fs::write(node.file(), &bytes).unwrap();
    assert_eq!(node.spending(None).charges.len(), 1);
    node.spending(None).charge(&plan, &question(&plan, 2), name(2)).unwrap();
    let exchanges: Vec<u32> = node.spending(None).charges.iter().map(|charge| charge.exchange).collect();
    assert_eq!(exchanges, [1, 2]);
}

#[test]
fn a_damaged_ledger_is_no_empty_one() {
    let (node, plan) = (Node::new(), plan());
    node.spending(None).charge(&plan, &question(&plan, 1), name(1)).unwrap();
    let text = std::fs::read_to_string(node.file()).unwrap().replace("\"steps\":5", "\"steps\":x");
    std::fs::write(node.file(), text).unwrap();
    let opened = Spending::open(&Folder::new(node.0.path().to_owned()), None);
    assert_eq!(opened.unwrap_err().code(), "CNS-N-0703");
}

#[test]
fn the_budget_is_one_for_all_studies() {
    let (node, plan) = (Node::new(), plan());
    let other = StudyPlan::from_toml(&PLAN.replace("\"s\"", "\"other\""), "plan.toml").unwrap();
    let mut spending = node.spending(Some(0.8));
    spending.charge(&plan, &question(&plan, 1), name(1)).unwrap();
    let refused = (2..40).find_map(|exchange| {
        let (plan, question) = (&other, question(&other, exchange));
        spending.charge(plan, &question, name(exchange)).err().map(|fault| (exchange, fault))
    });
    let (exchange, fault) = refused.expect("a cap that is never reached caps nothing");
    assert_eq!(fault.code(), "CNS-N-0702");
    assert!(fault.to_string().contains("policy.toml"), "{fault}");
    assert!(exchange > 2, "some of the budget is left after one exchange");
    // still refused after a restart, and a dearer budget lets it pass
    assert!(node.spending(Some(0.8)).charge(&other, &question(&other, exchange), name(exchange)).is_err());
    assert!(node.spending(Some(2.0)).charge(&other, &question(&other, exchange), name(exchange)).is_ok());
}

#[test]
fn noise_must_be_the_plans() {
    let (node, plan) = (Node::new(), plan());
    let mut weaker = training(&plan);
    weaker.dp = weaker.dp.map(|dp| Dp { noise: 0.5, ..dp });
    let none = Training { dp: None, ..training(&plan) };
    for training in [weaker, none] {
        let query = Query::Stack(Stack { questions: vec![Query::Training(training)] });
        let question = Question { query: Some(query), ..question(&plan, 1) };
        let refused = node.spending(None).charge(&plan, &question, name(1)).unwrap_err();
        assert_eq!(refused.code(), "CNS-N-0701");
    }
    assert!(!node.file().exists(), "what is refused costs nothing");
}

#[test]
fn a_person_is_told_what_is_spent_and_what_is_left() {
    let (node, plan) = (Node::new(), plan());
    assert_eq!(
        node.spending(None).words(),
        "all studies so far spent 0.00 at delta = 0.00001; policy.toml sets no budget"
    );
    node.spending(None).charge(&plan, &question(&plan, 1), name(1)).unwrap();
    let (words, allowed) = node.spending(Some(8.0)).foresee(&plan).unwrap();
    assert!(
        words.contains("at delta = 0.001, of at most 3;") && words.contains("the budget is 8"),
        "{words}"
    );
    assert!(allowed.is_ok());
    let (_, refused) = node.spending(Some(1.0)).foresee(&plan).unwrap();
    assert_eq!(refused.unwrap_err().code(), "CNS-N-0702");
    let silent = StudyPlan::from_toml(&PLAN.replace("dp = {", "limits = {}\n#"), "plan.toml").unwrap();
    assert!(node.spending(None).foresee(&silent).is_none());
}
