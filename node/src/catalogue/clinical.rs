//! `clinical.csv`: one row a patient, read as text; the plan says what a column means.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::{DataFault, Patient};

/// Most rows: a country's registry, not a bomb.
const MOST_ROWS: usize = 1_000_000;
/// Column that names the patient.
pub(super) const PATIENT: &str = "patient";

/// A table of text with one row a patient.
pub struct ClinicalTable {
    file: PathBuf,
    columns: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    patient: Patient,
    line: u64,
    cells: Vec<String>,
}

impl std::fmt::Debug for ClinicalTable {
    /// Shows the size only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClinicalTable({} x {})", self.rows.len(), self.columns.len())
    }
}

impl ClinicalTable {
    /// Reads a CSV file with a header. Cells lose the spaces around them.
    pub fn read(file: &Path) -> Result<Self, DataFault> {
        let unreadable = |why: String| DataFault::Unreadable { file: file.to_owned(), why };
        let opened = File::open(file).map_err(|e| unreadable(e.to_string()))?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(opened);
        let header = reader.headers().map_err(|e| not_a_table(file, &e))?.clone();
        let columns: Vec<String> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').to_owned()).collect();
        check_header(file, &columns)?;
        let mut table = Self { file: file.to_owned(), columns, rows: Vec::new() };
        let key = table.column(PATIENT)?;
        let mut seen = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|e| not_a_table(file, &e))?;
            table.take(&record, key, &mut seen)?;
        }
        Ok(table)
    }

    fn take(
        &mut self,
        record: &csv::StringRecord,
        key: usize,
        seen: &mut BTreeMap<Patient, u64>,
    ) -> Result<(), DataFault> {
        let line = record.position().map_or(0, csv::Position::line);
        let fault = |why: &str| DataFault::NotATable { file: self.file.clone(), line, why: why.to_owned() };
        if self.rows.len() == MOST_ROWS {
            return Err(fault("more than a million rows; split the table"));
        }
        let patient = Patient::new(&record[key]);
        if patient.reveal().is_empty() {
            return Err(fault("the patient is empty; give every row the hospital's pseudonym"));
        }
        if let Some(first) = seen.insert(patient.clone(), line) {
            return Err(DataFault::RepeatedPatient { file: self.file.clone(), line, first });
        }
        self.rows.push(Row { patient, line, cells: record.iter().map(str::to_owned).collect() });
        Ok(())
    }

    /// The file it was read from.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Number of patients.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no patient.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Names of the columns, `patient` included.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Position of a column.
    pub fn column(&self, name: &str) -> Result<usize, DataFault> {
        let position = self.columns.iter().position(|column| column == name);
        position.ok_or_else(|| missing_column(&self.file, name, &self.columns))
    }

    /// The patient of a row.
    #[must_use]
    pub fn patient(&self, row: usize) -> &Patient {
        &self.rows[row].patient
    }

    /// The line of the file a row starts at.
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        self.rows[row].line
    }

    /// A cell; empty where it is missing.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &str {
        &self.rows[row].cells[column]
    }

    /// A cell as a number, NaN where it is empty.
    pub fn number(&self, row: usize, column: usize) -> Result<f64, DataFault> {
        number(self.cell(row, column)).ok_or_else(|| DataFault::NotANumber {
            file: self.file.clone(),
            line: self.line(row),
            column: self.columns[column].clone(),
        })
    }
}

/// A finite number, or NaN for an empty cell.
pub(super) fn number(text: &str) -> Option<f64> {
    match text {
        "" | "NA" | "NaN" | "nan" => Some(f64::NAN),
        _ => text.parse().ok().filter(|number: &f64| number.is_finite()),
    }
}

pub(super) fn missing_column(file: &Path, column: &str, columns: &[String]) -> DataFault {
    let present = columns.iter().take(30).map(String::as_str).collect::<Vec<_>>().join(", ");
    DataFault::MissingColumn { file: file.to_owned(), column: column.to_owned(), present }
}

fn check_header(file: &Path, columns: &[String]) -> Result<(), DataFault> {
    let repeated = columns.iter().enumerate().find(|(i, name)| columns[..*i].contains(name));
    repeated.map_or(Ok(()), |(_, name)| {
        let why = format!("two columns are called `{name}`; rename one");
        Err(DataFault::NotATable { file: file.to_owned(), line: 1, why })
    })
}

/// Says what the CSV reader found, without quoting cells.
pub(super) fn not_a_table(file: &Path, error: &csv::Error) -> DataFault {
    let line = error.position().map_or(0, csv::Position::line);
    let why = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} cells where the header has {expected_len}; check commas and quotation marks")
        }
        csv::ErrorKind::Utf8 { .. } => "not UTF-8; save the table as CSV UTF-8".to_owned(),
        csv::ErrorKind::Io(error) => format!("cannot be read: {error}"),
        _ => "not a CSV table with a header; save it as comma-separated text".to_owned(),
    };
    DataFault::NotATable { file: file.to_owned(), line, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ClinicalTable, DataFault> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clinical.csv");
        std::fs::write(&file, text).unwrap();
        ClinicalTable::read(&file)
    }

    fn refusal(text: &str) -> (String, &'static str) {
        let fault = read(text).unwrap_err();
        (fault.to_string(), fault.code())
    }

    #[test]
    fn a_table_is_read_as_text_and_as_numbers() {
        let table = read("\u{feff}patient, age ,sex\nP1, 12.5 ,F\nP2,,M\n").unwrap();
        assert_eq!(table.columns(), ["patient", "age", "sex"]);
        let age = table.column("age").unwrap();
        assert_eq!(table.number(0, age).unwrap().to_bits(), 12.5_f64.to_bits());
        assert!(table.number(1, age).unwrap().is_nan());
        assert_eq!(table.number(1, 2).unwrap_err().code(), "CNS-D-0305");
        assert!(!format!("{table:?} {:?}", table.patient(0)).contains("P1"));
    }

    #[test]
    fn bad_tables_are_refused_by_line() {
        let (message, code) = refusal("patient,age\nP1,1\nP2,2\nP1,3\n");
        assert_eq!(code, "CNS-D-0304");
        assert!(message.contains("line 4 repeats the patient of line 2"), "{message}");
        assert!(!message.contains("P1"), "a message names no patient");
        let (message, code) = refusal("id,age\nP1,1\n");
        assert!(
            code == "CNS-D-0303" && message.contains("no column `patient`; it has: id, age"),
            "{message}"
        );
        let (message, code) = refusal("patient,age\nP1\n");
        assert!(code == "CNS-D-0302" && message.contains("line 2: 1 cells"), "{message}");
        assert!(refusal("patient,age,age\n").0.contains("two columns are called `age`"));
        assert!(refusal("patient,age\n,1\n").0.contains("the patient is empty"));
        assert!(refusal("patient,age\n\u{1}\n\"").1 == "CNS-D-0302");
        assert_eq!(ClinicalTable::read(Path::new("none.csv")).unwrap_err().code(), "CNS-D-0301");
    }
}
