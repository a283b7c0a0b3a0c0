//! Cohorts from small folders: flow, columns, folds, refusals.

use super::*;
use consilium_stats::Rows as _;

mod outcomes;

const CLINICAL: &str = "patient,age,sex,stage,relapse\nP1,1,F,M,yes\nP2,2,M,M,no\nP3,,F,L,yes\nP4,4,,M,no\n\
                        P5,5,F,M,\nP6,6,M,M,maybe\nP7,7,F,M,yes\n";
const FEATURES: &str = "patient,b,a\nP1,1,10\nP2,2,20\nP3,3,30\nP4,4,40\nP5,5,50\nP6,6,60\n";

fn plan(missing: &str, more: &str) -> StudyPlan {
    let text = format!(
        "[study]\nid = \"s\"\ntitle = \"t\"\nseed = 5\n[cohort]\ninclude = \"stage == 'M'\"\n[inputs.table]\n\
         [inputs.clinical]\nnumeric = [\"age\"]\ncategorical = {{ sex = [\"F\", \"M\"] }}\nmissing = \"{missing}\"\n\
         [outcome]\nlabel = \"relapse\"\npositive = \"yes\"\nnegative = \"no\"\n{more}"
    );
    StudyPlan::from_toml(&text, "plan.toml").unwrap_or_else(|errors| panic!("{errors}"))
}

struct Place(tempfile::TempDir);

impl Place {
    fn new(clinical: &str, features: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("clinical.csv"), clinical).unwrap();
        std::fs::write(folder.path().join("features.csv"), features).unwrap();
        Self(folder)
    }

    fn read(&self, plan: &StudyPlan) -> Result<Cohort, DataFault> {
        let (site, cache) = ("a".parse().unwrap(), Cache::none());
        Cohort::read(
            plan,
            Source {
                site: &site,
                data: self.0.path(),
                cache: &cache,
                reader: Reader::Here,
                unfit: Unfit::Refuse,
            },
            &(),
        )
    }
}

#[test]
fn the_flow_counts_each_step_and_the_columns_follow_the_plan() {
    let place = Place::new(CLINICAL, FEATURES);
    let cohort = place.read(&plan("drop", "")).unwrap();
    // table 7, stage M 6, outcome known 4, features there 3 (not P7), covariates complete 2 (not P4)
    assert_eq!(cohort.flow(), [7, 6, 4, 3, 2]);
    let names: Vec<&str> = cohort.schema().columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "age", "sex=M"]);
    assert_eq!(cohort.values, [[10.0, 1.0, 1.0, 0.0], [20.0, 2.0, 2.0, 1.0]]);
    assert_eq!((cohort.len(), cohort.cases()), (2, 1));
    assert_eq!(cohort.schema(), &schema(&plan("drop", ""), place.0.path()).unwrap());
    assert!(!format!("{cohort:?}").contains("P1"));
}

#[test]
fn missing_cells_can_be_imputed_or_indicated() {
    let place = Place::new(CLINICAL, FEATURES);
    let imputed = place.read(&plan("impute", "")).unwrap();
    assert_eq!(imputed.flow(), [7, 6, 4, 3]);
    assert!(imputed.values[2][3].is_nan());
    let indicated = place.read(&plan("indicator", "")).unwrap();
    let names: Vec<&str> = indicated.schema().columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "age", "age?missing", "sex=M", "sex?missing"]);
    assert_eq!(indicated.values[2][5].to_bits(), 1.0_f64.to_bits());
}

#[test]
fn what_the_table_lacks_is_named() {
    let place = Place::new(&CLINICAL.replace("stage", "phase"), FEATURES);
    assert_eq!(place.read(&plan("drop", "")).unwrap_err().code(), "CNS-D-0303");
    let place = Place::new(&CLINICAL.replace("P2,2,M", "P2,2,male"), FEATURES);
    let fault = place.read(&plan("drop", "")).unwrap_err();
    assert_eq!(fault.code(), "CNS-D-0306");
    assert!(
        fault.to_string().contains("line 3, column `sex`") && fault.to_string().contains("F, M"),
        "{fault}"
    );
}

#[test]
fn folds_are_stratified_repeatable_and_seeded() {
    let patients: Vec<String> =
        (0..40).map(|n| format!("P{n},{n},F,M,{}", ["no", "yes"][n % 4 / 3])).collect();
    let clinical = format!("patient,age,sex,stage,relapse\n{}\n", patients.join("\n"));
    let features: Vec<String> = (0..40).map(|n| format!("P{n},1,2")).collect();
    let place = Place::new(&clinical, &format!("patient,b,a\n{}\n", features.join("\n")));
    let site: SiteId = "a".parse().unwrap();
    let cells = |plan: &StudyPlan, site: &SiteId| {
        let cohort = place.read(plan).unwrap();
        let rows = cohort.rows(plan, site, std::slice::from_ref(site)).unwrap();
        (0..rows.len()).map(|row| (rows.cell(row), rows.label(row, 0) == Some(1))).collect::<Vec<_>>()
    };
    let plain = plan("drop", "");
    let dealt = cells(&plain, &site);
    assert_eq!(dealt, cells(&plain, &site));
    for cell in 0..5 {
        let of_class = |case| dealt.iter().filter(|row| **row == (cell, case)).count();
        assert_eq!((of_class(true), of_class(false)), (2, 6), "fold {cell}");
    }
    assert_ne!(dealt, cells(&plain, &"b".parse().unwrap()), "hospitals begin at different folds");
    let mut other = plain.clone();
    other.study.seed = 6;
    assert_ne!(dealt, cells(&other, &site));
}

#[test]
fn whole_sites_are_held_out_by_their_place_in_the_roster() {
    let plan = plan(
        "drop",
        "[privacy]\nrelease = [\"pooled\", \"site_sums\"]\n[evaluate]\ndesign = \"leave-site-out\"\n",
    );
    let cohort = Place::new(CLINICAL, FEATURES).read(&plan).unwrap();
    let roster: Vec<SiteId> = ["c", "a", "b"].map(|site| site.parse().unwrap()).to_vec();
    let cell = |site: &str| cohort.rows(&plan, &site.parse().unwrap(), &roster).map(|rows| rows.cell(0));
    assert_eq!([cell("a"), cell("b"), cell("c"), cell("d")], [Some(0), Some(1), Some(2), None]);
}
