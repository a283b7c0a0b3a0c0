//! From parts and journals to tables: one row a case, in the order of the cases, one row in memory at a time.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::Fault;
use super::journal::Known;
use super::parts::{Line, Outcome, Part, replace};
use super::recipe::Recipe;
use super::write::{Format, Layout, Row, Writer};

/// How many cases there were and how many have no features.
#[derive(Debug, Default)]
pub(crate) struct Count {
    pub(crate) rows: usize,
    pub(crate) faults: usize,
    first: Option<String>,
}

impl Count {
    /// Whether this is a success.
    pub(crate) fn judge(self, strict: bool, list: &Path) -> Result<(), Fault> {
        let Self { rows: cases, faults, first } = self;
        match first {
            Some(first) if faults == cases => Err(Fault::Nothing { cases, first }),
            Some(_) if strict => Err(Fault::Strict { faults, cases, list: list.to_owned() }),
            _ => Ok(()),
        }
    }
}

/// Makes a folder a recipe's own, or refuses when it is another's.
pub(crate) fn claim(folder: &Path, recipe: &Recipe) -> Result<(), Fault> {
    let file = file_of(folder);
    if !file.exists() {
        let text = serde_json::to_string_pretty(&recipe.layout(vec![])).expect("layouts always serialise");
        return replace(&file, |to| writeln!(to, "{text}"));
    }
    let found = layout(folder)?;
    let (found, asked) = (found.made, recipe.provenance());
    if found == *asked {
        return Ok(());
    }
    Err(Fault::OtherRecipe { folder: folder.to_owned(), found: found.words(), asked: asked.words() })
}

/// How the results in a folder were made.
pub(crate) fn layout(folder: &Path) -> Result<Layout, Fault> {
    let file = file_of(folder);
    let text = fs::read_to_string(&file).map_err(Fault::file(&file, "reading how the results were made"))?;
    serde_json::from_str(&text).map_err(|e| Fault::Damaged { file, why: e.to_string() })
}

fn file_of(folder: &Path) -> PathBuf {
    folder.join("recipe.json")
}

/// Writes tables and the list of faults from parts that belong together and the journals of `folders`.
pub(crate) fn write(
    parts: &[PathBuf],
    folders: &[PathBuf],
    tables: &[(Format, PathBuf)],
    list: &Path,
) -> Result<Count, Fault> {
    let mut parts = parts.iter().map(|path| Part::open(path)).collect::<Result<Vec<_>, _>>()?;
    let known = Known::of(folders)?;
    let extra = parts.first().map(|part| part.head.extra.clone()).unwrap_or_default();
    let layout = Layout { passed_through: extra, ..layout(&folders[0])? };
    let beside = tables.iter().all(|(format, _)| *format != Format::Json);
    let open = |(format, file): &(Format, PathBuf)| format.writer(file, &layout, beside);
    let mut writers = tables.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let (mut faults, mut count) = (Faults::default(), Count::default());
    while let Some(line) = next(&mut parts)? {
        count.rows += 1;
        match &line.outcome {
            Outcome::Key(key) => put(&mut writers, &known, &line, key)?,
            Outcome::Fault { code, message } => {
                count.faults += 1;
                count.first.get_or_insert_with(|| format!("{message} [{code}]"));
                faults.add(&line, code, message);
            }
        }
    }
    writers.into_iter().try_for_each(Writer::finish)?;
    faults.write(list)?;
    Ok(count)
}

/// The line of the case that comes first.
fn next(parts: &mut [Part]) -> Result<Option<Line>, Fault> {
    let waiting = parts.iter_mut().filter_map(|part| Some((part.next.as_ref()?.row, part)));
    waiting.min_by_key(|(row, _)| *row).map_or(Ok(None), |(_, part)| part.take())
}

fn put(writers: &mut [Box<dyn Writer>], known: &Known, line: &Line, key: &str) -> Result<(), Fault> {
    let Line { case, .. } = line;
    let lost = || Fault::Lost { id: case.id.clone() };
    let entry = known.get(key)?.ok_or_else(lost)?;
    let row = Row { case, inputs: &entry.inputs, values: &entry.values };
    writers.iter_mut().try_for_each(|writer| writer.row(&row))
}

/// Cases without features, as a table.
#[derive(Default)]
struct Faults(Vec<[String; 6]>);

impl Faults {
    fn add(&mut self, line: &Line, code: &str, message: &str) {
        let Line { case, .. } = line;
        let texts = [&case.id, &case.image, &case.mask, &case.region(), code, message];
        self.0.push(texts.map(str::to_owned));
    }

    /// A list without faults is a list all the same: it says that there are none.
    fn write(&self, file: &Path) -> Result<(), Fault> {
        let mut to = csv::Writer::from_writer(Vec::new());
        let header = ["id", "image", "mask", "roi", "code", "message"].map(str::to_owned);
        let written = std::iter::once(&header).chain(&self.0).try_for_each(|row| to.write_record(row));
        written.expect("memory takes all records");
        let bytes = to.into_inner().expect("memory takes all records");
        replace(file, |to| to.write_all(&bytes))
    }
}
