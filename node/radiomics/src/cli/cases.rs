//! A table of cases, as a person writes it: comma, semicolon or tab, columns in any order and case.
//!
//! `image` and `mask` are needed, `id`, `label` and `roi` are known, all others are passed through. PyRadiomics' batch
//! files (`Image,Mask,Label`) are such tables. Paths are relative to the table.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use consilium_radiomics::perturb::Chain;
use csv::{ReaderBuilder, StringRecord, Trim};

use super::case::{Case, Located};
use super::recipe::Column;
use super::{Fault, hash};

/// Columns every result begins with.
pub(crate) const FIRST: [&str; 7] = ["id", "image", "mask", "roi", "profile", "image_sha256", "mask_sha256"];

/// The column that says how a row's image was perturbed.
pub(crate) const PERTURBATION: &str = "perturbation";

/// The cases of a batch.
#[derive(Debug)]
pub(crate) struct Cases {
    /// Names of the columns that are passed through.
    pub(crate) extra: Vec<String>,
    pub(crate) rows: Vec<Case>,
    /// What paths are relative to.
    pub(super) folder: PathBuf,
}

impl Cases {
    /// Reads a table. Its columns must not have the names of `features`.
    pub(crate) fn from_table(file: &Path, features: &[Column]) -> Result<Self, Fault> {
        let bytes = fs::read(file).map_err(Fault::file(file, "reading the table of cases"))?;
        let wrong = |why: String| Fault::Table { file: file.to_owned(), why };
        let text =
            std::str::from_utf8(&bytes).map_err(|_| wrong("not UTF-8; save it as `CSV UTF-8`".to_owned()))?;
        let text = text.trim_start_matches('\u{feff}');
        let mut reader =
            ReaderBuilder::new().delimiter(delimiter(text)).trim(Trim::All).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|e| wrong(e.to_string()))?.clone();
        let columns = Columns::new(&header, features).map_err(wrong)?;
        let mut rows = Vec::new();
        for (number, record) in reader.records().enumerate() {
            let record = record.map_err(|e| wrong(e.to_string()))?;
            rows.push(columns.case(&record, number + 1).map_err(wrong)?);
        }
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let cases = Self { extra: columns.extra(&header), rows, folder };
        cases.distinct().map_err(wrong)?;
        Ok(cases)
    }

    /// Every case under every chain, with the chain's name in a column of its own.
    pub(crate) fn perturbed(self, chains: &[Chain]) -> Result<Self, Fault> {
        let Self { mut extra, rows, folder } = self;
        if extra.iter().any(|name| name == PERTURBATION) {
            let why = format!("the table has a column `{PERTURBATION}` of its own; rename it");
            return Err(Fault::Arguments(why));
        }
        extra.push(PERTURBATION.to_owned());
        let names: Vec<String> = chains.iter().map(Chain::to_string).collect();
        let under = |case: &Case, name: &String| Case {
            perturbation: Some(name.clone()),
            extra: [case.extra.as_slice(), std::slice::from_ref(name)].concat(),
            ..case.clone()
        };
        let rows = rows.iter().flat_map(|case| names.iter().map(move |name| under(case, name))).collect();
        Ok(Self { extra, rows, folder })
    }

    /// A case with its files.
    pub(crate) fn locate<'a>(&self, case: &'a Case) -> Result<Located<'a>, Fault> {
        Located::new(case, self.folder.join(&case.image), self.folder.join(&case.mask))
    }

    /// Equal for equal tables: shards of one batch have the same.
    pub(crate) fn digest(&self) -> String {
        hash::of_text(&serde_json::to_string(&(&self.extra, &self.rows)).expect("texts always serialise"))
    }

    fn distinct(&self) -> Result<(), String> {
        if self.rows.is_empty() {
            return Err("no case; write one row for each image and mask".to_owned());
        }
        let mut seen = BTreeMap::new();
        for (at, case) in self.rows.iter().enumerate() {
            let same = (&case.id, &case.image, &case.mask, case.label, &case.roi);
            if let Some(first) = seen.insert(same, at) {
                return Err(format!(
                    "rows {} and {} are the same case `{}`; delete one",
                    first + 1,
                    at + 1,
                    case.id
                ));
            }
        }
        Ok(())
    }
}

/// Where a table's columns are.
struct Columns {
    image: usize,
    mask: usize,
    id: Option<usize>,
    label: Option<usize>,
    roi: Option<usize>,
    series: Option<usize>,
    extra: Vec<usize>,
}

impl Columns {
    fn new(header: &StringRecord, features: &[Column]) -> Result<Self, String> {
        let find = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
        let found = || header.iter().collect::<Vec<_>>().join(", ");
        let needed = |name: &str| {
            find(name).ok_or_else(|| {
                format!("no column `{name}` among {}; every row needs an image and a mask", found())
            })
        };
        let (image, mask) = (needed("image")?, needed("mask")?);
        let (id, label, roi, series) = (find("id"), find("label"), find("roi"), find("series"));
        let known = [Some(image), Some(mask), id, label, roi, series];
        let extra: Vec<usize> = (0..header.len()).filter(|at| !known.contains(&Some(*at))).collect();
        for name in extra.iter().map(|at| &header[*at]) {
            let taken = FIRST.contains(&name) || features.iter().any(|feature| feature.name == name);
            let twice = header.iter().filter(|column| *column == name).count() > 1;
            if taken || twice || name.is_empty() {
                return Err(format!("the column `{name}` has no name of its own in the result; rename it"));
            }
        }
        Ok(Self { image, mask, id, label, roi, series, extra })
    }

    fn extra(&self, header: &StringRecord) -> Vec<String> {
        self.extra.iter().map(|at| header[*at].to_owned()).collect()
    }

    fn case(&self, record: &StringRecord, number: usize) -> Result<Case, String> {
        let cell = |at: usize| record[at].to_owned();
        let given = |at: Option<usize>| at.map(cell).filter(|cell| !cell.is_empty());
        let path = |at: usize, what: &str| {
            Some(cell(at))
                .filter(|path| !path.is_empty())
                .ok_or_else(|| format!("row {number}: no {what}; give its path"))
        };
        let label = given(self.label).map(|label| {
            label.parse().map_err(|_| {
                format!("row {number}: label `{label}` is no whole number; name regions with `roi`")
            })
        });
        Ok(Case {
            id: given(self.id).unwrap_or_else(|| number.to_string()),
            image: path(self.image, "image")?,
            mask: path(self.mask, "mask")?,
            label: label.transpose()?,
            roi: given(self.roi),
            series: given(self.series),
            extra: self.extra.iter().map(|at| cell(*at)).collect(),
            ..Case::default()
        })
    }
}

/// What separates cells: whichever occurs in the first line.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    let occurs = |byte: &u8| header.as_bytes().contains(byte);
    [b',', b';', b'\t'].into_iter().find(occurs).unwrap_or(b',')
}
