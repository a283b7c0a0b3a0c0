//! Questions that are too long for one message: fetched in chunks, on from where they were cut, whoever is killed meanwhile.

use consilium_tests::{Consortium, Cutter, Party, Way, in_process, plans, sites};
use consilium_types::StudyPlan;

use crate::PROGRAM;
use crate::blinded::every_sum_is_added_again;

const SITES: [&str; 3] = ["east", "north", "south"];
/// In the middle of north's first long question.
const AFTER: u64 = 1_800_000;
/// Chunks that the node has taken by then.
const HELD: usize = 4;

struct Cut {
    consortium: Consortium,
    plan: StudyPlan,
    running: Vec<Party>,
    cutter: Cutter,
}

impl Cut {
    /// A study in which north's first long question is held on its way.
    fn halfway(plan: &str) -> Self {
        let mut consortium =
            Consortium::of(PROGRAM, &SITES, |data, site| sites::feature_table(data, site, 20)).unwrap();
        let cutter = Cutter::listen(consortium.port(), Way::Down, AFTER).unwrap();
        consortium.redirect("north", cutter.port()).unwrap();
        consortium.log("warn,consilium_node=trace");
        let plan = consortium.agree(plan, &SITES).unwrap();
        let running: Vec<Party> = SITES.iter().map(|site| consortium.run(site).unwrap()).collect();
        cutter.reached().unwrap();
        running[1].wait_for_nth("fetched chunk", HELD).unwrap();
        assert_eq!(running[1].count("fetching first="), 1, "in the middle");
        Self { consortium, plan, running, cutter }
    }

    /// The study ends as in one process; gives the chunks from which north went on.
    fn ends_well(self) -> (Consortium, StudyPlan, Vec<usize>) {
        let Self { consortium, plan, running, .. } = self;
        let mut from = Vec::new();
        for (site, party) in SITES.iter().zip(running) {
            let text = party.ended().unwrap().succeeded().unwrap();
            let fetching = text.lines().filter(|line| *site == "north" && line.contains("fetching first="));
            from.extend(fetching.filter_map(first));
        }
        assert_eq!(consortium.verdict().unwrap().findings, [], "the log has no gap");
        assert_eq!(
            consortium.result(&plan).unwrap(),
            in_process::result(&consortium, &plan, &SITES).unwrap()
        );
        (consortium, plan, from)
    }
}

/// `first=4` of a line of the log.
fn first(line: &str) -> Option<usize> {
    line.split_whitespace().find_map(|word| word.strip_prefix("first=")).and_then(|first| first.parse().ok())
}

#[test]
fn a_question_goes_on_where_its_connection_was_cut() {
    let cut = Cut::halfway(plans::WIDE);
    cut.cutter.cut();
    let (.., from) = cut.ends_well();
    assert!(from[1] >= HELD, "{from:?}");
}

#[test]
fn a_question_of_a_blinded_study_goes_on_likewise() {
    let cut = Cut::halfway(&plans::blinded(plans::WIDE));
    cut.cutter.cut();
    let (consortium, plan, from) = cut.ends_well();
    assert!(from[1] >= HELD, "{from:?}");
    every_sum_is_added_again(&consortium, &plan);
}

#[test]
fn a_coordinator_that_is_killed_gives_out_the_rest() {
    let mut cut = Cut::halfway(plans::WIDE);
    cut.consortium.kill_server().unwrap();
    cut.cutter.cut();
    cut.consortium.serve().unwrap();
    let (.., from) = cut.ends_well();
    assert!(from.iter().any(|first| *first >= HELD), "{from:?}");
}

#[test]
fn a_node_that_is_killed_fetches_the_question_anew() {
    let mut cut = Cut::halfway(plans::WIDE);
    cut.running.remove(1).kill().unwrap();
    cut.cutter.cut();
    cut.running.insert(1, cut.consortium.run("north").unwrap());
    let (.., from) = cut.ends_well();
    assert_eq!(from[0], 0);
}
