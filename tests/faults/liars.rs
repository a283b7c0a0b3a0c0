//! A site that does not follow the rules, and a coordinator that does not.

use std::fs;

use consilium_crypto::{ConfirmRequest, Request};
use consilium_proto::v1::submit_request::Answer;
use consilium_proto::v1::{ExchangeKey, Participant, Question, Step};
use consilium_tests::consortium::POLICY;
use consilium_tests::{Consortium, Impostor, Rogue, in_process, plans, sites};
use consilium_types::StudyPlan;
use tonic::Code;

use crate::PROGRAM;

const SITES: [&str; 3] = ["east", "north", "south"];

fn consortium() -> Consortium {
    Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap()
}

#[test]
fn what_no_honest_site_sends_is_refused_and_the_study_goes_on_without_it() {
    let consortium = consortium();
    let plan = consortium.agree(&plans::with_wait(plans::TABLE, "8s"), &SITES).unwrap();
    let mut rogue =
        Rogue::connect(consortium.port(), "127.0.0.1", &consortium.credentials("south").unwrap()).unwrap();
    consortium.cosign(&SITES[..2]).unwrap();
    let question = rogue.question().unwrap();
    let running: Vec<_> = SITES[..2].iter().map(|site| consortium.run(site).unwrap()).collect();
    let mut refused = |answer, code: Code, words: &str| {
        let status = rogue.submit(&question, answer).unwrap_err();
        assert!(status.code() == code && status.message().contains(words), "{status}");
    };
    // NaN has no integer: what is left of it are bytes of another length or kind
    refused(Answer::Statistics(f64::NAN.to_le_bytes().to_vec()), Code::InvalidArgument, "CNS-C-0210");
    refused(Answer::Statistics(vec![0; 16]), Code::InvalidArgument, "CNS-R-0207");
    refused(Answer::Updates(vec![0; 16]), Code::InvalidArgument, "CNS-R-0207");
    refused(Answer::RefusalCode("patient 7 is too young".to_owned()), Code::InvalidArgument, "CNS-R-0208");
    refused(Answer::Statistics(vec![0; 70 << 20]), Code::OutOfRange, "");
    let key = Some(ExchangeKey { exchange: 99, ..question.key.clone().unwrap() });
    let status = rogue.submit_for(key, question.plan_hash.clone(), Answer::Statistics(vec![])).unwrap_err();
    assert!(status.message().contains("CNS-R-0204"), "{status}");
    let status = rogue.submit_for(question.key.clone(), vec![7; 32], Answer::Statistics(vec![])).unwrap_err();
    assert!(status.message().contains("CNS-C-0208"), "{status}");
    drop(rogue);
    for party in running {
        party.ended().unwrap().succeeded().unwrap();
    }
    let honest = in_process::result(&consortium, &plan, &SITES[..2]).unwrap();
    assert_eq!(consortium.result(&plan).unwrap(), honest);
}

#[test]
fn an_absurd_number_ends_the_study_and_names_the_reason() {
    let consortium = consortium();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    let mut rogue =
        Rogue::connect(consortium.port(), "127.0.0.1", &consortium.credentials("south").unwrap()).unwrap();
    let running: Vec<_> = SITES[..2].iter().map(|site| consortium.run(site).unwrap()).collect();
    let question = rogue.question().unwrap();
    let query: consilium_stats::Query = serde_json::from_slice(&question.query).unwrap();
    let words = i128::MAX.to_le_bytes().repeat(query.length());
    rogue.submit(&question, Answer::Statistics(words)).unwrap();
    for party in running {
        let text = party.ended().unwrap().succeeded().unwrap();
        assert!(text.contains("table-01 aborted: CNS-"), "{text}");
    }
    assert!(consortium.status(&plan).unwrap().contains("aborted"));
}

/// The honest coordinator's address and keys in other hands; `opened` says whether the log is made to fit.
fn impostor(
    mut consortium: Consortium,
    plan: &StudyPlan,
    opened: bool,
    change: impl FnOnce(&Consortium, &mut Question),
) -> Answer {
    let mut rogue =
        Rogue::connect(consortium.port(), "127.0.0.1", &consortium.credentials("south").unwrap()).unwrap();
    consortium.cosign(&SITES[..2]).unwrap();
    let mut question = rogue.question().unwrap();
    drop(rogue);
    assert_eq!(question.plan_hash, plan.hash().as_bytes());
    change(&consortium, &mut question);
    if opened {
        let known: Vec<&str> =
            SITES.into_iter().filter(|site| question.roster.iter().any(|s| s == site)).collect();
        consortium.open_elsewhere(&mut question, &known).unwrap();
    }
    let credentials = consortium.server_credentials().unwrap();
    let address = format!("127.0.0.1:{}", consortium.port()).parse().unwrap();
    consortium.kill_server().unwrap();
    let impostor = Impostor::listen(address, &credentials, question).unwrap();
    let _node = consortium.run("east").unwrap();
    impostor.answer().unwrap()
}

fn declined(change: impl FnOnce(&mut Question)) -> String {
    declined_by(POLICY, change)
}

/// What the hospital `east` says under a policy of its own: a code, or `answered`.
pub(crate) fn declined_by(policy: &str, change: impl FnOnce(&mut Question)) -> String {
    let consortium = consortium();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    consortium.policy("east", policy).unwrap();
    word(impostor(consortium, &plan, true, |_, question| change(question)))
}

/// What the hospital `east` says to a changed step of a secure sum.
fn declined_blinded(change: impl FnOnce(&mut Question)) -> String {
    let consortium = consortium();
    let plan = consortium.agree(&plans::blinded(plans::TABLE), &SITES).unwrap();
    word(impostor(consortium, &plan, true, |_, question| change(question)))
}

fn word(answer: Answer) -> String {
    match answer {
        Answer::RefusalCode(code) => code,
        Answer::Statistics(_) | Answer::Updates(_) => "answered".to_owned(),
        Answer::Blinded(_) => "answered a step".to_owned(),
        Answer::Uploaded(_) => "uploaded".to_owned(),
    }
}

/// What the hospital `east` says to a question whose opening was changed.
fn unopened(change: impl FnOnce(&Consortium, &mut Question)) -> String {
    let consortium = consortium();
    let plan = consortium.agree(plans::TABLE, &SITES).unwrap();
    word(impostor(consortium, &plan, false, change))
}

#[test]
fn a_question_whose_opening_is_not_witnessed_is_not_answered() {
    assert_eq!(unopened(|_, _| ()), "answered", "the honest opening");
    assert_eq!(unopened(|_, question| question.opening = None), "CNS-N-0605");
    let another = r#"{"count":{"steps":0,"cells":1,"classes":[2]}}"#;
    assert_eq!(unopened(|_, question| question.query = another.as_bytes().to_vec()), "CNS-N-0605");
    assert_eq!(unopened(|_, question| drop(question.roster.pop())), "CNS-N-0605");
    let of_one = |consortium: &Consortium, question: &mut Question| {
        consortium.open_elsewhere(question, &["south"]).unwrap();
    };
    assert_eq!(unopened(of_one), "CNS-N-0605", "one witness of three");
    let of_two = |consortium: &Consortium, question: &mut Question| {
        consortium.open_elsewhere(question, &["south", "north"]).unwrap();
    };
    assert_eq!(unopened(of_two), "answered", "two of three");
}

#[test]
fn sums_that_a_plan_blinds_are_not_told_in_clear_nor_the_reverse() {
    assert_eq!(declined_blinded(|_| ()), "answered a step");
    assert_eq!(declined_blinded(|question| question.step = None), "CNS-N-0409");
    let step = || Step { request: Request::Keys.to_bytes(), terms: Vec::new() };
    assert_eq!(declined(|question| question.step = Some(step())), "CNS-N-0409");
}

#[test]
fn a_step_out_of_its_place_or_in_a_small_roster_is_not_taken() {
    let early = ConfirmRequest { keys: Vec::new(), heads: Vec::new(), claims: Vec::new() };
    let early = Request::Confirm(early).to_bytes();
    let code = declined_blinded(|question| question.step.as_mut().unwrap().request = early);
    assert!(code.starts_with("CNS-K-"), "{code}");
    let two = |question: &mut Question| {
        question.roster.pop();
        question.participants.pop();
    };
    assert_eq!(declined_blinded(two), "CNS-K-0101");
    let without = |question: &mut Question| question.query = Vec::new();
    assert_eq!(declined_blinded(without), "CNS-N-0204");
}

#[test]
fn a_plan_changed_after_acceptance_is_not_answered() {
    assert_eq!(declined(|question| question.plan_hash = vec![7; 32]), "CNS-N-0402");
}

#[test]
fn a_question_to_fewer_hospitals_than_the_policy_allows_is_not_answered() {
    assert_eq!(declined(|question| question.roster = vec!["east".to_owned()]), "CNS-N-0404");
}

#[test]
fn a_hospital_under_another_key_than_the_accepted_one_is_not_worked_with() {
    let other = |question: &mut Question| question.participants[2].identity_key[5] ^= 1;
    assert_eq!(declined(other), "CNS-N-0408");
    assert_eq!(declined(|question| drop(question.participants.pop())), "CNS-N-0408");
    let stranger = |question: &mut Question| {
        question.roster.push("west".to_owned());
        let participant = question.participants[0].clone();
        question.participants.push(Participant { site: "west".to_owned(), ..participant });
    };
    assert_eq!(declined(stranger), "CNS-N-0408");
}

#[test]
fn a_question_about_columns_that_do_not_exist_is_not_answered() {
    let absurd = r#"{"count":{"steps":5,"cells":1000000000,"classes":[2]}}"#;
    assert_eq!(declined(|question| question.query = absurd.as_bytes().to_vec()), "CNS-S-0103");
}

#[test]
fn an_unchanged_question_is_answered_by_the_same_harness() {
    assert_eq!(declined(|_| ()), "answered");
}

#[test]
fn a_hospital_s_own_rules_come_before_the_plan() {
    let consortium = consortium();
    consortium.publish(plans::TABLE).unwrap();
    consortium.policy("east", &format!("plans = [\"{}\"]\n", "0".repeat(64))).unwrap();
    let text = consortium.node("east", &["accept", "table-01"]).unwrap().refused().unwrap();
    assert!(text.contains("CNS-N-0403"), "{text}");
    let large = "min_patients = 21\nmin_sites = 2\n";
    consortium.policy("east", large).unwrap();
    let text = consortium.node("east", &["accept", "table-01"]).unwrap().refused().unwrap();
    assert!(text.contains("CNS-N-0405"), "{text}");
    consortium.policy("east", POLICY).unwrap();
    for site in SITES {
        consortium.node(site, &["accept", "table-01"]).unwrap().succeeded().unwrap();
    }
    consortium.policy("east", large).unwrap();
    let running = SITES.map(|site| consortium.run(site).unwrap());
    running[0].wait_for("exchange 1: declined with CNS-N-0405").unwrap();
    for party in running {
        assert!(party.ended().unwrap().succeeded().unwrap().contains("table-01 finished"));
    }
}

#[test]
fn data_that_change_during_a_study_are_noticed() {
    let consortium = consortium();
    consortium.agree(plans::TABLE, &SITES).unwrap();
    let running = SITES.map(|site| consortium.run(site).unwrap());
    running[2].wait_for("exchange 2: answered").unwrap();
    let [east, north, south] = running;
    south.kill().unwrap();
    let file = consortium.data("south").join("clinical.csv");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replacen(",F,", ",M,", 1)).unwrap();
    let south = consortium.run("south").unwrap();
    south.wait_for("declined with CNS-N-0407").unwrap();
    for party in [east, north, south] {
        party.ended().unwrap().succeeded().unwrap();
    }
}
