//! What cannot be computed is said in words: what failed, where, what to do, with its code.

use crate::place::{Place, Table, plan, quoted};
use crate::read::{model, number};

const COLUMNS: [&str; 4] = ["age", "sex", "trestbps", "thalach"];

/// Heart disease with columns of the test's own.
fn heart() -> Table {
    let table = Table::pooled("conformance/heart.csv").with("disease", |row, table| {
        if table.cell(row, "num") == "0" { "no".to_owned() } else { "yes".to_owned() }
    });
    let twice = |row: usize, table: &Table| {
        table.cell(row, "age").parse::<f64>().map_or_else(|_| String::new(), |age| (2.0 * age).to_string())
    };
    table.with("one", |_, _| "1".to_owned()).with("age_twice", twice).with("nobody", |_, _| String::new())
}

fn place(table: &Table) -> Place {
    let clinical = [&COLUMNS[..], &["disease", "one", "age_twice", "nobody", "num"]].concat();
    Place::by_site(table, &clinical, &[])
}

fn study(more: &[&str], rest: &str) -> String {
    let columns = quoted(&[&COLUMNS[..], more].concat());
    let inputs = format!(
        "[inputs.clinical]\nnumeric = [{columns}]\n[outcome]\nlabel = \"disease\"\npositive = \"yes\"\n"
    );
    plan(&inputs, rest)
}

const PLAIN: &str = "[model]\npenalty = { ridge = 0.0 }";

fn says(text: &str, wanted: &[&str]) {
    for part in wanted {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

#[test]
fn separated_classes() {
    let (place, _) = crate::wdbc::wdbc();
    let said = place.refusal(&crate::wdbc::study(PLAIN));
    says(&said, &["Radiomics", "separated", "set a ridge penalty", "[CNS-S-0401]"]);
}

#[test]
fn collinear_columns() {
    let said = place(&heart()).refusal(&study(&["age_twice"], PLAIN));
    says(&said, &["Clinical", "collinear", "set a ridge penalty or drop a column", "[CNS-S-0402]"]);
}

#[test]
fn a_constant_column_is_left_out_and_said() {
    let result = place(&heart()).run(&study(&["one"], PLAIN));
    let terms = model(&result, "clinical/logistic")["fit"]["logistic"]["terms"].as_array().unwrap();
    assert_eq!(terms.len(), COLUMNS.len());
    let columns = result["quality"]["columns"].as_array().unwrap();
    let constant: Vec<&str> = columns
        .iter()
        .filter(|column| column["constant"] == true)
        .map(|column| column["column"].as_str().unwrap())
        .collect();
    assert_eq!(constant, ["one"]);
    let only = plan(
        "[inputs.clinical]\nnumeric = [\"one\"]\n[outcome]\nlabel = \"disease\"\npositive = \"yes\"\n",
        PLAIN,
    );
    says(&place(&heart()).refusal(&only), &["no Clinical column varies", "[CNS-R-0103]"]);
}

#[test]
fn a_hospital_with_one_class() {
    let mut table = heart();
    let site = table.column("site");
    let disease = table.column("disease");
    table.rows.retain(|row| row[site] != "switzerland" || row[disease] == "yes");
    let result = place(&table).run(&study(&[], PLAIN));
    let sites = model(&result, "clinical/logistic")["evaluation"]["binary"]["within_sites"]["sites"].clone();
    assert!(sites.as_array().unwrap().iter().all(|site| site["site"] != "sswitzerland"));
    let by_site = study(&[], "[model]\nsite_intercept = true\npenalty = { ridge = 0.0 }");
    let said = place(&table).refusal(&by_site);
    says(
        &said,
        &["an intercept for each site", "without patients of both classes", "ridge penalty", "[CNS-R-0131]"],
    );
    let strict = study(&[], &format!("[cohort]\nmin_per_site = {{ per_class = 3 }}\n\n{PLAIN}"));
    says(&place(&table).refusal(&strict), &["sswitzerland", "0 of the rarest class", "cohort.min_per_site"]);
}

#[test]
fn a_fold_without_a_case_and_a_training_set_without_cases() {
    let mut table = heart();
    let (site, disease) = (table.column("site"), table.column("disease"));
    table.rows.retain(|row| row[site] != "va" || row[disease] == "no");
    let result = place(&table).run(&study(&[], PLAIN));
    let folds = result["cohort"]["folds"].as_array().unwrap();
    let empty = folds.iter().filter(|fold| fold["cases"] == 0 && number(&fold["n"]) > 0.0).count();
    assert_eq!(empty, 1, "{folds:?}");
    assert!(number(&model(&result, "clinical/logistic")["evaluation"]["binary"]["auc"]["auc"]) > 0.6);
    table.rows.retain(|row| row[site] == "cleveland" || row[disease] == "no");
    let said = place(&table).refusal(&study(&[], PLAIN));
    says(
        &said,
        &[
            "the training set without fold 1",
            "0 patients with disease = yes",
            "include more patients",
            "[CNS-R-0102]",
        ],
    );
}

#[test]
fn a_folder_without_a_column() {
    let place = place(&heart());
    let file = place.path("shungarian").join("clinical.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen("thalach", "thalac", 1)).unwrap();
    let said = place.refusal(&study(&[], PLAIN));
    says(
        &said,
        &["shungarian", "clinical.csv", "no column `thalach`", "thalac,", "rename or add", "[CNS-D-0303]"],
    );
}

#[test]
fn a_label_that_nobody_knows() {
    let inputs = format!("[inputs.clinical]\nnumeric = [{}]\n", quoted(&COLUMNS));
    let alone = format!("{inputs}[outcome]\nlabel = \"nobody\"\npositive = \"yes\"\n");
    let said = place(&heart()).refusal(&plan(&alone, PLAIN));
    says(&said, &["0 patients with nobody = ", "include more patients", "[CNS-R-0102]"]);
    let beside = format!(
        "{inputs}[outcome]\nkind = \"multilabel\"\nlabels = {{ disease = \"yes\", nobody = \"yes\" }}\n"
    );
    let said = place(&heart()).refusal(&plan(&beside, PLAIN));
    says(&said, &["0 patients with nobody = ", "[CNS-R-0102]"]);
}
