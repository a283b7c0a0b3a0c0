//! A table of features extracted elsewhere: CSV or Parquet, a column `patient`, numbers in all others.

use std::collections::BTreeMap;
use std::path::Path;

use consilium_types::plan::TableColumns;

use super::clinical::{PATIENT, missing_column};
use super::{ClinicalTable, DataFault, Patient, parquet_table};

/// Features by patient.
pub struct FeatureTable {
    columns: Vec<String>,
    rows: BTreeMap<Patient, Vec<f64>>,
}

/// What a reader found: column names without `patient`, and rows with the line or row number they were found at.
pub(super) struct Raw {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<(Patient, u64, Vec<f64>)>,
}

impl std::fmt::Debug for FeatureTable {
    /// Shows the size only.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FeatureTable({} x {})", self.rows.len(), self.columns.len())
    }
}

impl FeatureTable {
    /// Reads the columns a plan asks for, in its order; all of them in alphabetical order.
    pub fn read(data: &Path, file: &str, wanted: &TableColumns) -> Result<Self, DataFault> {
        let path = data.join(file);
        let is_parquet = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("parquet"));
        let raw = if is_parquet { parquet_table::read(&path, wanted)? } else { from_csv(&path, wanted)? };
        let mut seen: BTreeMap<Patient, u64> = BTreeMap::new();
        let mut rows = BTreeMap::new();
        for (patient, line, values) in raw.rows {
            if let Some(first) = seen.insert(patient.clone(), line) {
                return Err(DataFault::RepeatedPatient { file: path, line, first });
            }
            rows.insert(patient, values);
        }
        Ok(Self { columns: raw.columns, rows })
    }

    /// Names of the columns.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// A patient's values, NaN where a cell is empty.
    #[must_use]
    pub fn values(&self, patient: &Patient) -> Option<&[f64]> {
        self.rows.get(patient).map(Vec::as_slice)
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
}

/// The columns a plan asks for, out of those there are.
pub(super) fn choose(
    file: &Path,
    present: &[String],
    wanted: &TableColumns,
) -> Result<Vec<String>, DataFault> {
    let patient = || missing_column(file, PATIENT, present);
    present.iter().find(|name| *name == PATIENT).ok_or_else(patient)?;
    match wanted {
        TableColumns::All => {
            let mut all: Vec<String> = present.iter().filter(|name| *name != PATIENT).cloned().collect();
            all.sort();
            Ok(all)
        }
        TableColumns::Listed(listed) => match listed.iter().find(|name| !present.contains(name)) {
            Some(missing) => Err(missing_column(file, missing, present)),
            None => Ok(listed.clone()),
        },
    }
}

fn from_csv(path: &Path, wanted: &TableColumns) -> Result<Raw, DataFault> {
    let table = ClinicalTable::read(path)?;
    let columns = choose(path, table.columns(), wanted)?;
    let positions = columns.iter().map(|name| table.column(name)).collect::<Result<Vec<_>, _>>()?;
    let row = |row: usize| {
        let values =
            positions.iter().map(|column| table.number(row, *column)).collect::<Result<Vec<_>, _>>()?;
        Ok((table.patient(row).clone(), table.line(row), values))
    };
    Ok(Raw { columns, rows: (0..table.len()).map(row).collect::<Result<_, DataFault>>()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, wanted: &TableColumns) -> Result<FeatureTable, DataFault> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("features.csv"), text).unwrap();
        FeatureTable::read(folder.path(), "features.csv", wanted)
    }

    #[test]
    fn all_columns_come_in_alphabetical_order_and_listed_ones_in_the_plan_s() {
        let text = "zeta,patient,alpha\n1,P1,2\n,P2,4\n";
        let all = read(text, &TableColumns::All).unwrap();
        assert_eq!(all.columns(), ["alpha", "zeta"]);
        assert_eq!(all.values(&Patient::new("P1")), Some(&[2.0, 1.0][..]));
        assert!(all.values(&Patient::new("P2")).unwrap()[1].is_nan());
        let listed = read(text, &TableColumns::Listed(vec!["zeta".into()])).unwrap();
        assert_eq!(listed.values(&Patient::new("P1")), Some(&[1.0][..]));
    }

    #[test]
    fn what_is_missing_or_no_number_is_named() {
        let listed = TableColumns::Listed(vec!["beta".into()]);
        assert_eq!(read("patient,alpha\nP1,2\n", &listed).unwrap_err().code(), "CNS-D-0303");
        let fault = read("patient,alpha\nP1,inf\n", &TableColumns::All).unwrap_err();
        assert!(fault.to_string().contains("line 2, column `alpha`"), "{fault}");
        assert_eq!(fault.code(), "CNS-D-0305");
    }
}
