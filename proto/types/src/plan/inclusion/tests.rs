//! Grammar, three-valued logic, limits.

use super::*;

fn parse(text: &str) -> Inclusion {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn stays(text: &str, row: &[(&str, &'static str)]) -> Result<bool, UnfitCell> {
    let cell = |name: &str| row.iter().find(|(column, _)| *column == name).map(|(_, text)| *text);
    parse(text).clauses().iter().try_fold(true, |stays, clause| Ok(stays & clause.evaluate(&cell)?))
}

const ROW: [(&str, &str); 5] =
    [("age", " 17.5"), ("sex", "F"), ("treated", "no"), ("stage", ""), ("odd name", "x")];

#[test]
fn tests_mean_what_they_say() {
    let table = [
        ("", true),
        ("age < 18", true),
        ("age<17.5", false),
        ("age <= 17.5 and sex == 'F'", true),
        ("age >= 1e1", true),
        ("age > 17.5", false),
        ("age == 17.5", true),
        ("age != 17.5", false),
        ("age in [1, 17.5]", true),
        ("sex in ['F', \"M\"]", true),
        ("sex not in ['F']", false),
        ("sex != 'M'", true),
        ("treated == false", true),
        ("treated != true", true),
        ("not treated == true", true),
        ("not (sex == 'M' or age < 10)", true),
        ("(sex == 'M' or age > 10)", true),
        ("(sex == 'M' and age > 10 or treated == false)", true),
        ("`odd name` == 'x'", true),
    ];
    for (text, expected) in table {
        assert_eq!(stays(text, &ROW), Ok(expected), "{text}");
    }
}

#[test]
fn a_missing_cell_neither_fits_nor_is_turned_round() {
    let table = [
        ("stage == 'M'", false),
        ("stage != 'M'", false),
        ("not stage == 'M'", false),
        ("stage in ['M']", false),
        ("stage not in ['M']", false),
        ("(stage == 'M' or sex == 'F')", true),
        ("(sex == 'F' or stage == 'M')", true),
        ("not (stage == 'M' and sex == 'M')", true),
        ("not (stage == 'M' and sex == 'F')", false),
    ];
    for (text, expected) in table {
        assert_eq!(stays(text, &ROW), Ok(expected), "{text}");
    }
}

#[test]
fn an_unfit_cell_names_its_column() {
    assert_eq!(stays("mycn == true", &ROW), Err(UnfitCell::NoColumn("mycn".into())));
    assert_eq!(stays("sex < 3", &ROW), Err(UnfitCell::NotANumber("sex".into())));
    assert_eq!(stays("sex == true", &ROW), Err(UnfitCell::NotTrueOrFalse("sex".into())));
}

#[test]
fn clauses_are_the_parts_between_and() {
    let inclusion = parse("a<1   and (b == 'x' or  c in [1,2]) and not d == true");
    let texts: Vec<_> = inclusion.clauses().iter().map(Clause::text).collect();
    assert_eq!(texts, ["a < 1", "(b == 'x' or c in [1, 2])", "not d == true"]);
    assert_eq!(inclusion.columns(), ["a", "b", "c", "d"]);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let deep = format!("{}a == 1{}", "(".repeat(9), ")".repeat(9));
    let long = format!("a == '{}'", "x".repeat(2_000));
    let many = vec!["a == 1"; 33].join(" and ");
    let list = format!("a in [{}]", vec!["1"; 101].join(","));
    let table: [(&str, &str); 22] = [
        ("a = 1", "write `==`"),
        ("a ! 1", "write `!=`"),
        ("a == b", "put quotes around text: 'b'"),
        ("a == 1 or b == 2", "put parentheses"),
        ("a == 1 b == 2", "expected `and`"),
        ("a == 1 and", "expected a column"),
        ("a ==", "expected a number"),
        ("a", "expected a comparison"),
        ("a not 3", "expected a comparison"),
        ("a in 3", "expected `[`"),
        ("a in []", "expected a number"),
        ("a in [1", "expected `]`"),
        ("(a == 1", "expected `)`"),
        ("a < 'x'", "compares with a number"),
        ("a == 'x", "not closed"),
        ("a == ''", "is empty"),
        ("a == 1 && b == 2", "in words"),
        ("a == 1e999", "not a number"),
        (&deep, "nested deeper"),
        (&long, "more than 2000"),
        (&many, "more than 32 clauses"),
        (&list, "more than 100 values"),
    ];
    for (text, expected) in table {
        let message = text.parse::<Inclusion>().expect_err(text).to_string();
        assert!(message.contains(expected), "{text}: {message}");
        assert!(message.contains("at character"), "{text}: {message}");
    }
}
