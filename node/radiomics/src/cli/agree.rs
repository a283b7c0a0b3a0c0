//! `agree`: from a table with several rows a case to the agreement about each feature.
//!
//! Never: more than the table's numbers in memory.

use std::path::{Path, PathBuf};

use clap::Args;
use consilium_radiomics::perturb::{FeatureAgreement, Icc, Observation, agreements};

use super::cases::{FIRST, PERTURBATION};
use super::parts::replace;
use super::{Fault, note, say};

const EXAMPLES: &str = "\
The table has a row for each case and rater, as `batch` and `perturb` write it. ICC(1,1): each case has raters of its own.
ICC(2,1): raters are a sample of those there could be, absolute agreement. ICC(3,1): these raters only, consistency.

Examples:
  consilium-radiomics agree perturbed/features.csv --out icc.csv
  consilium-radiomics agree readers/features.csv --rater reader
  consilium-radiomics agree retest/features.csv --case patient,roi --rater scan";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// A CSV table of features.
    table: PathBuf,
    /// Columns that together say which case a row is of; by default `id`, and for perturbations `id,image,mask,roi`.
    #[arg(long = "case", value_delimiter = ',', value_name = "COLUMN")]
    case: Vec<String>,
    /// The column that says by whom, or under what, a row was made.
    #[arg(long, default_value = PERTURBATION, value_name = "COLUMN")]
    rater: String,
    /// Confidence of the intervals.
    #[arg(long, default_value_t = 0.95, value_name = "P")]
    confidence: f64,
    /// Where to, as CSV; by default standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A table by columns.
struct Table {
    cases: Vec<String>,
    raters: Vec<String>,
    features: Vec<(String, Vec<f64>)>,
}

pub(crate) fn agree(arguments: &Arguments) -> Result<(), Fault> {
    let table = read(arguments)?;
    let mut text = HEADER.to_owned();
    for (feature, values) in &table.features {
        let seen = |((case, rater), value): ((&String, &String), &f64)| Observation {
            case: case.clone(),
            feature: feature.clone(),
            rater: rater.clone(),
            value: *value,
        };
        let seen: Vec<_> = table.cases.iter().zip(&table.raters).zip(values).map(seen).collect();
        let refused = |fault| Fault::Agreement { table: arguments.table.clone(), fault };
        let found = agreements(&seen, arguments.confidence).map_err(refused)?;
        found.iter().for_each(|about| text.push_str(&line(about)));
    }
    match &arguments.out {
        None => say(text.trim_end()),
        Some(file) => {
            replace(file, |to| std::io::Write::write_all(to, text.as_bytes()))?;
            say(format_args!("{}: {} features", file.display(), table.features.len()));
        }
    }
    Ok(())
}

const HEADER: &str = "feature,cases,raters,icc_1_1,icc_1_1_lower,icc_1_1_upper,\
                      icc_2_1,icc_2_1_lower,icc_2_1_upper,icc_3_1,icc_3_1_lower,icc_3_1_upper\n";

fn line(about: &FeatureAgreement) -> String {
    let FeatureAgreement { feature, cases, raters, agreement } = about;
    let number = |value: f64| if value.is_finite() { format!("{value:?}") } else { String::new() };
    let cells = |icc: Icc| [icc.value, icc.lower, icc.upper].map(number).join(",");
    let empty = || ",".repeat(8);
    let found =
        agreement.map_or_else(empty, |a| [a.one_way, a.random_raters, a.fixed_raters].map(cells).join(","));
    format!("{feature},{cases},{raters},{found}\n")
}

/// Reads case, rater, and every other column that holds numbers only.
fn read(arguments: &Arguments) -> Result<Table, Fault> {
    let wrong = |why: String| Fault::Table { file: arguments.table.clone(), why };
    let mut reader = csv::Reader::from_path(&arguments.table).map_err(|e| wrong(e.to_string()))?;
    let header = reader.headers().map_err(|e| wrong(e.to_string()))?.clone();
    let find = |name: &String| {
        let found = header.iter().position(|column| column == name);
        found.ok_or_else(|| wrong(format!("no column `{name}`; name others with --case and --rater")))
    };
    let rater = find(&arguments.rater)?;
    let case = arguments.case().iter().map(find).collect::<Result<Vec<_>, _>>()?;
    let passed_through = passed_through(&arguments.table);
    let is_known = |at: usize| {
        let name = &header[at];
        case.contains(&at)
            || at == rater
            || FIRST.contains(&name)
            || passed_through.iter().any(|known| known == name)
    };
    let mut columns: Vec<Column> = (0..header.len()).filter(|at| !is_known(*at)).map(Column::new).collect();
    let (mut cases, mut raters) = (vec![], vec![]);
    for record in reader.records() {
        let record = record.map_err(|e| wrong(e.to_string()))?;
        cases.push(case.iter().map(|at| &record[*at]).collect::<Vec<_>>().join("\u{1f}"));
        raters.push(record[rater].to_owned());
        columns.iter_mut().for_each(|column| column.take(&record[column.at]));
    }
    let (numbers, others): (Vec<_>, Vec<_>) = columns.into_iter().partition(|column| column.is_numeric);
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|column| &header[column.at]).collect();
        note(format_args!("columns that hold no numbers are left out: {}", names.join(", ")));
    }
    let features = numbers.into_iter().map(|column| (header[column.at].to_owned(), column.values));
    Ok(Table { cases, raters, features: features.collect() })
}

/// What the file beside a table says of columns that are no features; without such a file, nothing.
fn passed_through(table: &Path) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Beside {
        passed_through: Vec<String>,
    }
    let text = std::fs::read_to_string(table.with_extension("json")).unwrap_or_default();
    serde_json::from_str(&text).map_or_else(|_| Vec::new(), |beside: Beside| beside.passed_through)
}

impl Arguments {
    /// A perturbed case is one region of one image; who compares readers or scans has several images or masks of a case.
    fn case(&self) -> Vec<String> {
        let words: &[&str] = match self.rater.as_str() {
            _ if !self.case.is_empty() => return self.case.clone(),
            PERTURBATION => &FIRST[..4],
            _ => &FIRST[..1],
        };
        words.iter().map(|word| (*word).to_owned()).collect()
    }
}

/// A column that may hold numbers.
struct Column {
    at: usize,
    is_numeric: bool,
    values: Vec<f64>,
}

impl Column {
    fn new(at: usize) -> Self {
        Self { at, is_numeric: true, values: vec![] }
    }

    /// An empty cell is an undefined value.
    fn take(&mut self, cell: &str) {
        match cell.parse() {
            Ok(number) => self.values.push(number),
            Err(_) if cell.is_empty() => self.values.push(f64::NAN),
            Err(_) => self.is_numeric = false,
        }
    }
}
