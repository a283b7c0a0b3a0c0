//! A plan in plain words, for the person who accepts it: what it does, and what will leave, how often.
//!
//! Follows docs/what-leaves-the-site.md; `egress` shows what really left. Never: a number of this hospital.

use consilium_types::StudyPlan;
use consilium_types::plan::{Aggregate, Design, HarmoniseMethod, Learner, OnLoss, Release};

use crate::policy::{self, Policy};

/// What a plan does: a label and its text.
pub(super) fn in_words(plan: &StudyPlan) -> Vec<(&'static str, String)> {
    let learners: Vec<String> = plan.model.learners().map(policy::word).collect();
    let mut rows = vec![
        ("plan hash", plan.hash().to_string()),
        ("predicts", plan.outcome.text()),
        ("patients", included(plan)),
        ("from", inputs(plan)),
        ("models", learners.join(", ")),
        ("judged", judged(plan)),
    ];
    if plan.privacy.release.contains(&Release::SiteSums) {
        rows.push(("attention", "results will show sums of each single hospital".to_owned()));
    }
    rows
}

/// What an answer to it lets go, and who sees that.
pub(super) fn leaves(plan: &StudyPlan, rules: &Policy) -> Vec<String> {
    let mut lines = vec![
        "on acceptance: the decision, signed over the plan's hash, the names of the columns, the program's digest".to_owned(),
        format!("{}: patients after each step of inclusion, in each fold and class", dealings(plan)),
        format!("{}: of each column values, sum, sum of squares, by fold and class", dealings(plan)),
    ];
    lines.extend(prepared(plan));
    lines.extend(plan.model.learners().map(|learner| fitted(plan, learner)));
    lines.extend(voted(plan));
    lines.extend(evaluated(plan));
    lines.push(
        "never: an image, a row, a name, a date, a file name; instead of an answer, at most a code"
            .to_owned(),
    );
    lines.push(seen(plan));
    lines.extend(rules.hours().map(|hours| {
        let wait = plan.study.sites.wait;
        format!(
            "answers leave {hours} alone; after {wait} of silence the study goes on without this hospital"
        )
    }));
    lines
}

fn dealings(plan: &StudyPlan) -> String {
    if plan.evaluate.repeats > 1 { format!("{} times", plan.evaluate.repeats) } else { "once".to_owned() }
}

fn prepared(plan: &StudyPlan) -> Vec<String> {
    let mut lines = Vec::new();
    if plan.harmonise.method != HarmoniseMethod::None {
        lines.push("a few times: sums by which columns of different batches are brought together".to_owned());
    }
    if let Some(select) = &plan.select {
        let path =
            if select.method.is_path() { ", and the steps of fits along a path of penalties" } else { "" };
        lines.push(format!("once: sums of products of pairs of screened columns, by fold{path}"));
        if select.bootstraps > 0 {
            lines.push(format!("{} times: the same of a random draw of the patients", select.bootstraps));
        }
    }
    lines
}

fn fitted(plan: &StudyPlan, learner: Learner) -> String {
    let name = policy::word(learner);
    let (forest, boost, network) = (&plan.model.forest, &plan.model.boost, &plan.model.network);
    match learner {
        Learner::Forest => {
            format!("{} times ({name}): classes by bin of columns, in open nodes of the trees", forest.depth)
        }
        Learner::Boost => {
            let times = boost.trees.saturating_mul(boost.depth);
            format!("{times} times ({name}): sums of gradients by bin of columns, in nodes of the trees")
        }
        Learner::Mlp => format!(
            "{} times ({name}): a network's parameters after training here{}",
            network.rounds,
            clipped(plan)
        ),
        Learner::Logistic
        | Learner::Firth
        | Learner::Ordinal
        | Learner::Svm
        | Learner::SvmRbf
        | Learner::Cox
        | Learner::Hazard => {
            format!(
                "about 6 to 20 times ({name}): log-likelihood, gradient and second derivatives of all fits"
            )
        }
    }
}

/// What becomes of a network's parameters before they leave.
fn clipped(plan: &StudyPlan) -> String {
    let robust = plan.robust.unwrap_or_default();
    let clip = robust.clip.map(|bound| format!(", their change shortened to {bound} if it is longer"));
    let cap = robust.weight_cap.map(|most| format!(", counting for at most {most} patients"));
    clip.into_iter().chain(cap).collect()
}

/// What guards networks against hospitals with wrong numbers.
fn voted(plan: &StudyPlan) -> Vec<String> {
    let Some(robust) = plan.robust else { return Vec::new() };
    let rule = robust.rule.map(|rule| {
        let word = rule.word();
        format!(
            "attention: the rule against wrong numbers (\"{word}\") compares hospitals' networks one by one, so the \
             coordinator sees this hospital's network alone, in clear, after every round"
        )
    });
    let vote = robust.vote.map(|tolerance| {
        format!(
            "{} times: one vote a network: whether it is worse than the one before on patients here, by more than \
             {tolerance} in mean log-loss; if most hospitals say so, the round is taken back",
            plan.model.network.rounds
        )
    });
    rule.into_iter().chain(vote).collect()
}

fn evaluated(plan: &StudyPlan) -> Vec<String> {
    let evaluate = &plan.evaluate;
    let mut lines =
        vec!["about 10 times: patients by predicted value and outcome, as for a curve".to_owned()];
    if evaluate.bootstrap > 0 {
        lines.push(format!("a few times: the same of {} random draws of the patients", evaluate.bootstrap));
    }
    if evaluate.importance {
        lines.push("for each column: the same with its values shuffled here".to_owned());
    }
    lines
}

fn seen(plan: &StudyPlan) -> String {
    match plan.privacy.aggregate {
        Aggregate::SecureSum => match plan.privacy.on_loss {
            OnLoss::End => {
                "these sums leave blinded; the coordinator opens only the sum over all hospitals".to_owned()
            }
            OnLoss::Restart => {
                "these sums leave blinded; the coordinator opens only the sum over all hospitals, but a hospital that \
                 leaves in the middle, or misses a round of networks, has its sums told by subtraction"
                    .to_owned()
            }
        },
        Aggregate::Clear => "the coordinator sees these sums of this hospital alone, in clear".to_owned(),
    }
}

fn judged(plan: &StudyPlan) -> String {
    match plan.evaluate.design {
        Design::Kfold => {
            format!("{} folds of each hospital's patients, {}", plan.evaluate.folds, dealings(plan))
        }
        Design::LeaveSiteOut => "one hospital left out at a time".to_owned(),
        Design::Holdout => "patients, or a hospital, kept for the end".to_owned(),
    }
}

pub(super) fn included(plan: &StudyPlan) -> String {
    let clauses: Vec<&str> =
        plan.cohort.include.clauses().iter().map(consilium_types::plan::Clause::text).collect();
    if clauses.is_empty() { "all with a known outcome".to_owned() } else { clauses.join(" and ") }
}

pub(super) fn inputs(plan: &StudyPlan) -> String {
    let images = plan.inputs.images().map(|(name, _)| format!("{} images", name.to_uppercase()));
    let table = plan.inputs.table.iter().map(|table| table.file.clone());
    let clinical = plan.inputs.has_clinical().then(|| "clinical columns".to_owned());
    images.chain(table).chain(clinical).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = "[study]\nid = \"s\"\ntitle = \"t\"\nseed = 5\n[inputs.table]\n[outcome]\nlabel = \"relapse\"\n\
                        positive = \"yes\"\n[model]\ncompare = [\"mlp\", \"boost\"]\nnetwork = { rounds = 7 }\n\
                        boost = { trees = 3, depth = 2 }\n[evaluate]\nbootstrap = 50\n";

    #[test]
    fn every_learner_says_what_leaves_and_how_often() {
        let plan = StudyPlan::from_toml(PLAN, "plan.toml").unwrap();
        let text = leaves(&plan, &Policy::default()).join("\n");
        for part in
            ["(logistic)", "7 times (mlp)", "6 times (boost)", "50 random draws", "leave blinded", "never: "]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let clear = format!("{PLAN}[privacy]\naggregate = \"clear\"\n");
        let clear = StudyPlan::from_toml(&clear, "plan.toml").unwrap();
        assert!(leaves(&clear, &Policy::default()).join("\n").contains("in clear"));
        assert!(!text.contains("vote") && !text.contains("attention"), "{text}");
        let rows = in_words(&plan);
        assert!(rows.contains(&("models", "logistic, mlp, boost".to_owned())));
        assert!(rows.contains(&("plan hash", plan.hash().to_string())));
    }

    #[test]
    fn a_rule_and_a_vote_are_said_before_they_are_accepted() {
        let clear = format!(
            "{PLAN}[privacy]\naggregate = \"clear\"\n[robust]\nrule = \"median\"\nclip = 2\nvote = 0.25\n"
        );
        let plan = StudyPlan::from_toml(&clear, "plan.toml").unwrap();
        let text = leaves(&plan, &Policy::default()).join("\n");
        for part in ["\"median\"", "network alone, in clear", "shortened to 2", "7 times: one vote", "0.25"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let capped = format!("{PLAN}[robust]\nweight_cap = 40\n");
        let text =
            leaves(&StudyPlan::from_toml(&capped, "plan.toml").unwrap(), &Policy::default()).join("\n");
        assert!(text.contains("at most 40 patients") && !text.contains("attention"), "{text}");
    }
}
