//! Covariates: numeric columns, one column for each level but the first, indicators of missing cells.

use consilium_types::StudyPlan;
use consilium_types::plan::Missing;

use crate::catalogue::{ClinicalTable, DataFault};

/// How the plan's clinical columns are read.
pub(super) struct Covariates {
    numeric: Vec<(String, usize)>,
    categorical: Vec<(String, usize, Vec<String>)>,
    missing: Missing,
}

impl Covariates {
    pub(super) fn of(plan: &StudyPlan, table: &ClinicalTable) -> Result<Self, DataFault> {
        let clinical = plan.inputs.clinical.clone().unwrap_or_default();
        let numeric = |name: String| Ok((name.clone(), table.column(&name)?));
        let categorical =
            |(name, levels): (String, Vec<String>)| Ok((name.clone(), table.column(&name)?, levels));
        Ok(Self {
            numeric: clinical.numeric.into_iter().map(numeric).collect::<Result<_, DataFault>>()?,
            categorical: clinical
                .categorical
                .into_iter()
                .map(categorical)
                .collect::<Result<_, DataFault>>()?,
            missing: clinical.missing,
        })
    }

    /// Names of the columns, in the order of [`Self::values`].
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for (name, _) in &self.numeric {
            names.push(name.clone());
            names.extend(self.indicator(name));
        }
        for (name, _, levels) in &self.categorical {
            names.extend(levels.iter().skip(1).map(|level| format!("{name}={level}")));
            names.extend(self.indicator(name));
        }
        names
    }

    fn indicator(&self, name: &str) -> Option<String> {
        (self.missing == Missing::Indicator).then(|| format!("{name}?missing"))
    }

    /// A patient's covariates, NaN where missing; nothing when one is missing and the plan drops such patients.
    pub(super) fn values(&self, table: &ClinicalTable, row: usize) -> Result<Option<Vec<f64>>, DataFault> {
        let mut values = Vec::new();
        for (_, column) in &self.numeric {
            let number = table.number(row, *column)?;
            values.push(number);
            self.push_indicator(number.is_nan(), &mut values);
        }
        for (name, column, levels) in &self.categorical {
            let level = level(table, row, name, *column, levels)?;
            let one = |other: usize| level.map_or(f64::NAN, |level| f64::from(u8::from(level == other)));
            values.extend((1..levels.len()).map(one));
            self.push_indicator(level.is_none(), &mut values);
        }
        let dropped = self.missing == Missing::Drop && values.iter().any(|value| value.is_nan());
        Ok((!dropped).then_some(values))
    }

    fn push_indicator(&self, is_missing: bool, values: &mut Vec<f64>) {
        if self.missing == Missing::Indicator {
            values.push(f64::from(u8::from(is_missing)));
        }
    }
}

/// The position of a cell's level; nothing when the cell is empty.
fn level(
    table: &ClinicalTable,
    row: usize,
    name: &str,
    column: usize,
    levels: &[String],
) -> Result<Option<usize>, DataFault> {
    let cell = table.cell(row, column);
    if cell.is_empty() {
        return Ok(None);
    }
    let position = levels.iter().position(|level| level == cell);
    position.map(Some).ok_or_else(|| DataFault::UnknownLevel {
        file: table.file().to_owned(),
        line: table.line(row),
        column: name.to_owned(),
        levels: levels.join(", "),
    })
}
