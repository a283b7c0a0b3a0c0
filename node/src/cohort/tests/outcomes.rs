//! Every kind of outcome, batches, second readings, hold-outs and repeats, from small folders.

use super::*;
use consilium_stats::Survival;

const LABELS: &str = "patient,m,p,q,time,status,scanner\nP1,low,1,,100,dead,S1\nP2,high,0,1,250,alive,S1\n\
                      P3,mid,,,40,dead,S2\nP4,,1,0,,,S1\nP5,low,0,0,0,alive,S1\n";

fn study(outcome: &str, more: &str) -> StudyPlan {
    let text =
        format!("[study]\nid = \"s\"\ntitle = \"t\"\nseed = 5\n[inputs.table]\n[outcome]\n{outcome}\n{more}");
    StudyPlan::from_toml(&text, "plan.toml").unwrap_or_else(|errors| panic!("{errors}"))
}

fn place(clinical: &str) -> Place {
    let patients = clinical.lines().skip(1).map(|line| line.split(',').next().unwrap());
    let rows: Vec<String> = patients.enumerate().map(|(n, patient)| format!("{patient},{n}")).collect();
    Place::new(clinical, &format!("patient,x\n{}\n", rows.join("\n")))
}

fn rows_of<'a>(plan: &StudyPlan, cohort: &'a Cohort) -> CohortRows<'a> {
    let site: SiteId = "a".parse().unwrap();
    cohort.rows(plan, &site, std::slice::from_ref(&site)).unwrap()
}

fn labels(plan: &StudyPlan, clinical: &str, label: usize) -> Vec<Option<u32>> {
    let cohort = place(clinical).read(plan).unwrap();
    let rows = rows_of(plan, &cohort);
    (0..rows.len()).map(|row| rows.label(row, label)).collect()
}

#[test]
fn classes_are_numbered_by_the_plan_and_no_other_cell_is_a_class() {
    for kind in ["ordinal", "nominal"] {
        let outcome = format!("kind = \"{kind}\"\nlabel = \"m\"\nlevels = [\"low\", \"mid\", \"high\"]");
        let plan = study(&outcome, "");
        assert_eq!(labels(&plan, LABELS, 0), [Some(0), Some(2), Some(1), Some(0)], "P4 is not known");
        let fault = place(&LABELS.replace("P3,mid", "P3,middle")).read(&plan).unwrap_err();
        assert_eq!(fault.code(), "CNS-D-0306");
        assert!(fault.to_string().contains("line 4, column `m`"), "{fault}");
    }
}

#[test]
fn holes_of_several_labels_are_masked_or_dropped() {
    let outcome = "kind = \"multilabel\"\nlabels = { p = \"1\", q = \"1\" }\n";
    let masked = study(outcome, "");
    assert_eq!(labels(&masked, LABELS, 0), [Some(1), Some(0), Some(1), Some(0)], "P3 has no label");
    assert_eq!(labels(&masked, LABELS, 1), [None, Some(1), Some(0), Some(0)]);
    let dropped = study(&format!("{outcome}missing = \"drop\"\n"), "");
    assert_eq!(labels(&dropped, LABELS, 1), [Some(1), Some(0), Some(0)]);
}

#[test]
fn a_derived_label_has_three_values() {
    let outcome = "label = \"any\"\npositive = \"yes\"\n[outcome.composite]\nany = \"p == 1 or q == 1\"\n";
    // P1 holds although q is empty; P2 by q; P3 is open; P4 holds; P5 does not
    assert_eq!(labels(&study(outcome, ""), LABELS, 0), [Some(1), Some(1), Some(1), Some(0)]);
}

const FOLLOWED: &str = "kind = \"survival\"\ntime = \"time\"\nevent = \"status\"\npositive = \"dead\"";

#[test]
fn follow_up_is_read_in_days_and_never_negative() {
    let plan = study(FOLLOWED, "");
    let cohort = place(LABELS).read(&plan).unwrap();
    let rows = rows_of(&plan, &cohort);
    let seen: Vec<_> = (0..rows.len()).map(|row| rows.survival(row).unwrap()).collect();
    let expected = [(100.0, true), (250.0, false), (40.0, true), (0.0, false)];
    assert_eq!(seen, expected.map(|(days, event)| Survival { days, event }));
    assert_eq!((rows.label(0, 0), rows.label(1, 0), cohort.cases()), (Some(1), Some(0), 2));
    for bad in ["P1,low,1,,-1,dead", "P1,low,1,,,dead"] {
        let fault = place(&LABELS.replace("P1,low,1,,100,dead", bad)).read(&plan).unwrap_err();
        assert_eq!(fault.code(), "CNS-D-0311", "{bad}");
        assert!(fault.to_string().contains("line 2, column `time`"), "{fault}");
    }
}

/// Thirty patients with a time, an event and a scanner each.
fn many(shift: usize) -> String {
    let row = |n: usize| {
        let n = (n + shift) % 30;
        let scanner = ["A", "B", "B", "C"][n % 4];
        let scanner = if n == 7 { "rare" } else { scanner };
        format!("P{n},{},{},{scanner}\n", 10 * n, ["alive", "dead"][n % 3 / 2])
    };
    let rows: String = (0..30).map(row).collect();
    format!("patient,time,status,scanner\n{rows}")
}

/// Follow-up by the patient's feature, which is the pseudonym's number.
fn by_patient(plan: &StudyPlan, shift: usize) -> Vec<(u64, u64, bool)> {
    let clinical = many(shift);
    let features = (0..30).fold(String::new(), |text, n| format!("{text}P{n},{n}\n"));
    let cohort = Place::new(&clinical, &format!("patient,x\n{features}")).read(plan).unwrap();
    let rows = rows_of(plan, &cohort);
    let mut all: Vec<_> = (0..rows.len())
        .map(|row| (rows.value(row, 0).to_bits(), rows.survival(row).unwrap()))
        .map(|(patient, seen)| (patient, seen.days.to_bits(), seen.event))
        .collect();
    all.sort_by_key(|(patient, ..)| *patient);
    all
}

#[test]
fn the_null_control_moves_whole_outcomes_whatever_the_order_of_rows() {
    let (plain, permuted) = (study(FOLLOWED, ""), study(&format!("{FOLLOWED}\npermute = true"), ""));
    let (before, after) = (by_patient(&plain, 0), by_patient(&permuted, 0));
    assert_ne!(before, after);
    assert_eq!(after, by_patient(&permuted, 11), "the table's order does not matter");
    let pairs = |rows: &[(u64, u64, bool)]| {
        let mut pairs: Vec<_> = rows.iter().map(|(_, days, event)| (*days, *event)).collect();
        pairs.sort_unstable();
        pairs
    };
    assert_eq!(pairs(&before), pairs(&after), "time and event move together");
    let stayed = before.iter().zip(&after).filter(|(a, b)| a == b).count();
    assert!(stayed < 10, "{stayed} of 30 outcomes stayed");
}

#[test]
fn a_column_makes_batches_and_a_small_one_joins_the_largest() {
    let batches = "[harmonise]\nmethod = \"combat\"\nbatch = \"scanner\"\n";
    let plan = study(FOLLOWED, batches);
    let cohort = place(&many(0)).read(&plan).unwrap();
    let rows = rows_of(&plan, &cohort);
    assert_eq!(rows.batches(), 3);
    let first: Vec<usize> = (0..8).map(|row| rows.batch(row)).collect();
    assert_eq!(first, [0, 1, 1, 2, 0, 1, 1, 1], "the eighth has a rare scanner");
    let plain = study(FOLLOWED, "");
    let cohort = place(&many(0)).read(&plain).unwrap();
    assert_eq!(rows_of(&plain, &cohort).batches(), 1);
    let five = (0..30).fold(String::new(), |text, n| format!("{text}P{n},{n},dead,S{}\n", n % 5));
    let fault = place(&format!("patient,time,status,scanner\n{five}")).read(&plan).unwrap_err();
    assert_eq!(fault.code(), "CNS-D-0312");
    let without = place(&many(0).replace("scanner", "device")).read(&plan).unwrap_err();
    assert_eq!(without.code(), "CNS-D-0303");
}

#[test]
fn a_second_reader_is_read_by_name_for_those_read_twice() {
    let plan = study("label = \"p\"\npositive = \"1\"", "").canonical();
    let plan =
        plan.replace("\"file\":\"features.csv\"", "\"file\":\"features.csv\",\"reread\":\"second.csv\"");
    let plan = StudyPlan::from_canonical(plan.as_bytes()).unwrap();
    let place = Place::new(LABELS, "patient,b,a\nP1,1,2\nP2,3,4\n");
    assert_eq!(place.read(&plan).unwrap_err().code(), "CNS-D-0301");
    std::fs::write(place.0.path().join("second.csv"), "patient,a,b\nP2,4.5,3.5\n").unwrap();
    let cohort = place.read(&plan).unwrap();
    let rows = rows_of(&plan, &cohort);
    assert!(rows.reread(0, 0).is_nan() && rows.reread(0, 1).is_nan());
    assert_eq!([rows.reread(1, 0), rows.reread(1, 1)].map(f64::to_bits), [4.5_f64, 3.5].map(f64::to_bits));
    let digest = cohort.digest();
    std::fs::write(place.0.path().join("second.csv"), "patient,a,b\nP2,4.5,3.6\n").unwrap();
    assert_ne!(place.read(&plan).unwrap().digest(), digest, "the digest covers the second reading");
}

#[test]
fn a_hold_out_takes_its_share_of_each_class_and_the_rest_is_dealt() {
    let plan = study(FOLLOWED, "[evaluate]\ndesign = \"holdout\"\nholdout = 0.3\nfolds = 3\n");
    let cohort = place(&many(0)).read(&plan).unwrap();
    let rows = rows_of(&plan, &cohort);
    let count = |cell: usize, event: u32| {
        (0..rows.len()).filter(|row| rows.cell(*row) == cell && rows.label(*row, 0) == Some(event)).count()
    };
    // of 10 events and 20 others: 3 and 6 are held out, 7 and 14 dealt to three folds
    assert_eq!((count(3, 1), count(3, 0)), (3, 6));
    for fold in 0..3 {
        assert!((2..=3).contains(&count(fold, 1)) && (4..=5).contains(&count(fold, 0)), "fold {fold}");
    }
}

#[test]
fn a_hospital_is_held_out_as_a_whole() {
    let held_out = |site: &str| {
        let evaluate = format!(
            "[privacy]\nrelease = [\"pooled\", \"site_sums\"]\n[evaluate]\ndesign = \"holdout\"\nholdout_site = \"{site}\"\n"
        );
        let plan = study(FOLLOWED, &evaluate);
        let cohort = place(&many(0)).read(&plan).unwrap();
        let rows = rows_of(&plan, &cohort);
        (0..rows.len()).filter(|row| rows.cell(*row) == 5).count()
    };
    assert_eq!(held_out("a"), 30, "all patients of the hospital");
    assert_eq!(held_out("b"), 0, "no patient of another");
}

#[test]
fn repeats_deal_anew_and_the_first_is_the_plan_s() {
    let plan = study(FOLLOWED, "[evaluate]\nrepeats = 3\n");
    let cohort = place(&many(0)).read(&plan).unwrap();
    let rows = rows_of(&plan, &cohort);
    assert_eq!(rows.repeats(), 3);
    let cells = |repeat| (0..rows.len()).map(|row| rows.dealt(row, repeat)).collect::<Vec<_>>();
    assert_eq!(cells(0), (0..rows.len()).map(|row| rows.cell(row)).collect::<Vec<_>>());
    assert!(cells(0) != cells(1) && cells(1) != cells(2));
    for fold in 0..5 {
        assert_eq!(cells(2).iter().filter(|cell| **cell == fold).count(), 6, "fold {fold}");
    }
}
