//! `[inputs]`: what is known of each patient.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `[inputs.*]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Inputs {
    /// Computed tomography.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ct: Option<Image>,
    /// Positron emission tomography.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pet: Option<Image>,
    /// Magnetic resonance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mr: Option<Image>,
    /// Features extracted elsewhere, one row a patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
    /// Columns of the clinical table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clinical: Option<Clinical>,
}

/// `[inputs.ct]`, `[inputs.pet]`, `[inputs.mr]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Image {
    /// Contrast phases, each an image of its own; empty for a single image.
    pub phases: Vec<String>,
}

/// `[inputs.table]`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// File within the site folder: `.csv` or `.parquet`, with a column `patient`.
    #[serde(default = "features_csv")]
    pub file: String,
    /// The columns to use, all numeric; `"all"` takes every column but `patient`.
    #[serde(default)]
    pub columns: TableColumns,
}

/// `inputs.table.columns`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WordOrList", into = "WordOrList")]
pub enum TableColumns {
    /// Every column but `patient`, in alphabetical order; sites must agree.
    #[default]
    All,
    /// These, in this order.
    Listed(Vec<String>),
}

/// `[inputs.clinical]`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Clinical {
    /// Columns read as numbers.
    pub numeric: Vec<String>,
    /// Columns with their levels; the first level is the reference.
    pub categorical: BTreeMap<String, Vec<String>>,
    /// What happens to a patient with an empty cell.
    pub missing: Missing,
}

/// `inputs.clinical.missing`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// The patient leaves the cohort, and the flow says so.
    #[default]
    Drop,
    /// The mean of the training folds.
    Impute,
    /// The mean of the training folds, and a column `NAME?missing` that is 1 where the cell was empty.
    Indicator,
}

impl Default for Table {
    fn default() -> Self {
        Self { file: features_csv(), columns: TableColumns::All }
    }
}

fn features_csv() -> String {
    "features.csv".to_owned()
}

/// How `columns` is written.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WordOrList {
    Word(String),
    List(Vec<String>),
}

impl TryFrom<WordOrList> for TableColumns {
    type Error = String;

    fn try_from(written: WordOrList) -> Result<Self, String> {
        match written {
            WordOrList::Word(word) if word == "all" => Ok(Self::All),
            WordOrList::Word(word) => Err(format!("`{word}` is neither \"all\" nor a list of columns")),
            WordOrList::List(columns) => Ok(Self::Listed(columns)),
        }
    }
}

impl From<TableColumns> for WordOrList {
    fn from(columns: TableColumns) -> Self {
        match columns {
            TableColumns::All => Self::Word("all".to_owned()),
            TableColumns::Listed(columns) => Self::List(columns),
        }
    }
}
