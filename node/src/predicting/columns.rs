//! Where each input of a model comes from: the clinical table, the table of features, or images.
//!
//! `age` is a number, `sex=M` whether a cell has a level, `age?missing` whether it is empty. Never: a value guessed from
//! another column.

use std::path::Path;

use consilium_types::StudyPlan;
use consilium_types::plan::TableColumns;

use super::{NewPatients, PredictFault};
use crate::catalogue::{ClinicalTable, FeatureTable, Patient};
use crate::errors::Fault;
use crate::extraction::{Extracted, Extractor, Progress};

/// Tables of features that are looked for where no plan names one.
const TABLES: [&str; 2] = ["features.csv", "features.parquet"];

/// The source of one input.
enum Origin {
    Number(usize),
    Level { column: usize, name: String, level: String },
    IsMissing(usize),
    Table(usize),
    Image(usize),
}

/// All inputs of a model over one data folder.
pub(super) struct Columns<'a> {
    origins: Vec<Origin>,
    plan: Option<&'a StudyPlan>,
    table: Option<FeatureTable>,
    extractor: Option<Extractor<'a>>,
}

impl<'a> Columns<'a> {
    pub(super) fn open(
        names: &[&str],
        clinical: &ClinicalTable,
        NewPatients { data, plan, cache, reader }: NewPatients<'a>,
    ) -> Result<Self, Fault> {
        let table = features(data, plan)?;
        let extractor = plan.map(|plan| Extractor::new(plan, data, cache, reader)).transpose()?.flatten();
        let given = table.as_ref().map(|table| table.columns().to_vec()).unwrap_or_default();
        let extracted = extractor.as_ref().map(Extractor::columns).unwrap_or_default();
        let (mut origins, mut unknown) = (Vec::new(), Vec::new());
        for name in names {
            let place = |among: &[String]| among.iter().position(|column| column == name);
            match (of_clinical(name, clinical), place(&given), place(&extracted)) {
                (Some(_), Some(_), _) => return Err(PredictFault::TwoColumns((*name).to_owned()).into()),
                (Some(origin), None, _) => origins.push(origin),
                (None, Some(column), _) => origins.push(Origin::Table(column)),
                (None, None, Some(column)) => origins.push(Origin::Image(column)),
                (None, None, None) => unknown.push(format!("`{name}`")),
            }
        }
        if !unknown.is_empty() {
            let (columns, with_images) = (unknown.join(", "), extractor.is_some());
            return Err(PredictFault::NoColumn { columns, with_images }.into());
        }
        let reads = |wanted: fn(&Origin) -> bool| origins.iter().any(wanted);
        let table = table.filter(|_| reads(|origin| matches!(origin, Origin::Table(_))));
        let extractor = extractor.filter(|_| reads(|origin| matches!(origin, Origin::Image(_))));
        Ok(Self { origins, plan, table, extractor })
    }

    /// Features of all patients' images; nothing where the model needs none.
    pub(super) fn images(&self, patients: &[&Patient], progress: &dyn Progress) -> Vec<Extracted> {
        self.extractor.as_ref().map(|extractor| extractor.extract(patients, progress)).unwrap_or_default()
    }

    /// A patient's inputs, NaN where missing, and why there can be no prediction.
    pub(super) fn values(
        &self,
        clinical: &ClinicalTable,
        row: usize,
        images: &[Extracted],
    ) -> Result<(Vec<f64>, Option<String>), Fault> {
        let table = self.table.as_ref().map(|table| table.values(clinical.patient(row)));
        let note = match (images.get(row), table) {
            (_, Some(None)) => Some("not in the table of features".to_owned()),
            (Some(Extracted::Missing), _) => Some("no image with its mask".to_owned()),
            (Some(Extracted::Unfit(fault)), _) => {
                Some(format!("the image cannot be used [{}]", fault.code()))
            }
            _ => None,
        };
        let value = |origin: &Origin| match origin {
            Origin::Number(column) => Ok(clinical.number(row, *column)?),
            Origin::IsMissing(column) => Ok(f64::from(u8::from(clinical.cell(row, *column).is_empty()))),
            Origin::Level { column, name, level } => self.level(clinical, row, *column, (name, level)),
            Origin::Table(column) => Ok(table.flatten().map_or(f64::NAN, |values| values[*column])),
            Origin::Image(column) => Ok(match images.get(row) {
                Some(Extracted::Values(readings)) => readings.first[*column],
                _ => f64::NAN,
            }),
        };
        Ok((self.origins.iter().map(value).collect::<Result<_, Fault>>()?, note))
    }

    /// 1 where the cell has the level, 0 where it has another one; one that the plan does not list is refused.
    fn level(
        &self,
        clinical: &ClinicalTable,
        row: usize,
        column: usize,
        (name, level): (&str, &str),
    ) -> Result<f64, Fault> {
        let cell = clinical.cell(row, column);
        if cell.is_empty() {
            return Ok(f64::NAN);
        }
        let known = self.plan.and_then(|plan| plan.inputs.clinical.as_ref()?.categorical.get(name));
        if let Some(levels) = known.filter(|levels| !levels.iter().any(|level| level == cell)) {
            let (line, column, levels) = (clinical.line(row), name.to_owned(), levels.join(", "));
            return Err(PredictFault::UnknownLevel { line, column, levels }.into());
        }
        Ok(f64::from(u8::from(cell == level)))
    }
}

/// The plan's table of features, or the one that is there.
fn features(data: &Path, plan: Option<&StudyPlan>) -> Result<Option<FeatureTable>, Fault> {
    let named = plan.and_then(|plan| plan.inputs.table.as_ref()).map(|table| table.file.as_str());
    let there = || TABLES.into_iter().find(|file| data.join(file).exists());
    let file = named.or_else(there);
    Ok(file.map(|file| FeatureTable::read(data, file, &TableColumns::All)).transpose()?)
}

fn of_clinical(name: &str, clinical: &ClinicalTable) -> Option<Origin> {
    let column = |name: &str| clinical.column(name).ok();
    if let Some(number) = column(name) {
        return Some(Origin::Number(number));
    }
    if let Some(base) = name.strip_suffix("?missing") {
        return column(base).map(Origin::IsMissing);
    }
    let (base, level) = name.split_once('=')?;
    column(base).map(|column| Origin::Level { column, name: base.to_owned(), level: level.to_owned() })
}
