//! `[inputs]`: what is known of each patient.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::ModelFamily;

/// `[inputs.*]`
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
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
    /// Ultrasound, in two dimensions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub us: Option<Image>,
    /// Features extracted elsewhere, one row a patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<Table>,
    /// Columns of the clinical table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clinical: Option<Clinical>,
}

/// `[inputs.ct]`, `[inputs.pet]`, `[inputs.mr]`, `[inputs.us]`
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Image {
    /// Contrast phases, each an image of its own; empty for a single image.
    pub phases: Vec<String>,
    /// Which of the phases a patient needs.
    pub require: Require,
    /// Whether a second reader's masks exist, for some patients or all.
    pub reread: bool,
}

/// `inputs.ct.require` and its like
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Require {
    /// Every phase; a patient without one leaves the cohort.
    #[default]
    All,
    /// At least one; the columns of a phase that is not there are missing values.
    Any,
}

/// `[inputs.table]`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// File within the site folder: `.csv` or `.parquet`, with a column `patient`.
    pub file: String,
    /// The columns to use, all numeric; `"all"` takes every column but `patient`.
    pub columns: TableColumns,
    /// The same columns from a second reader, for some patients or all: a file like `file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reread: Option<String>,
}

/// `inputs.table.columns`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum TableColumns {
    /// Every column but `patient`, in alphabetical order; sites must agree.
    #[default]
    All,
    /// These, in this order.
    Listed(Vec<String>),
}

/// `[inputs.clinical]`
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
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
    /// Chained ridge regressions on the other covariates, fitted on the training folds.
    Regress,
}

impl Default for Table {
    fn default() -> Self {
        Self { file: "features.csv".to_owned(), columns: TableColumns::All, reread: None }
    }
}

impl Serialize for TableColumns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::Listed(columns) => columns.serialize(serializer),
        }
    }
}

impl Inputs {
    /// The image inputs with their names, in a fixed order.
    pub fn images(&self) -> impl Iterator<Item = (&'static str, &Image)> {
        let named = [("ct", &self.ct), ("pet", &self.pet), ("mr", &self.mr), ("us", &self.us)];
        named.into_iter().filter_map(|(name, image)| Some((name, image.as_ref()?)))
    }

    /// Whether some radiomic column was measured a second time.
    #[must_use]
    pub fn is_reread(&self) -> bool {
        let table = self.table.as_ref().is_some_and(|table| table.reread.is_some());
        table || self.images().any(|(_, image)| image.reread)
    }

    /// Whether `column` is a covariate of the clinical table.
    #[must_use]
    pub fn has_covariate(&self, column: &str) -> bool {
        let among = |clinical: &Clinical| {
            clinical.numeric.iter().any(|name| name == column) || clinical.categorical.contains_key(column)
        };
        self.clinical.as_ref().is_some_and(among)
    }

    /// Whether some column is radiomic: from an image or a table of features.
    #[must_use]
    pub fn has_radiomics(&self) -> bool {
        self.table.is_some() || self.images().next().is_some()
    }

    /// Whether some column is clinical.
    #[must_use]
    pub fn has_clinical(&self) -> bool {
        let any = |clinical: &Clinical| !clinical.numeric.is_empty() || !clinical.categorical.is_empty();
        self.clinical.as_ref().is_some_and(any)
    }

    /// The model families these inputs allow.
    #[must_use]
    pub fn model_families(&self) -> Vec<ModelFamily> {
        match (self.has_clinical(), self.has_radiomics()) {
            (true, true) => vec![ModelFamily::Clinical, ModelFamily::Radiomics, ModelFamily::Combined],
            (true, false) => vec![ModelFamily::Clinical],
            (false, true) => vec![ModelFamily::Radiomics],
            (false, false) => Vec::new(),
        }
    }
}
