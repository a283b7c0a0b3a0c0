//! `batch`: many cases, a bounded number at a time, each result on disk before the next begins.
//!
//! Killed at any moment, a run loses the cases in progress; the same command goes on. Never: results in memory.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Args;

use super::case::{Inputs, Located};
use super::cases::Cases;
use super::journal::{Entry, Journal, Known};
use super::memory::{self, Budget};
use super::output::{self, Count};
use super::parts::{self, Head, Line, Outcome};
use super::progress::Progress;
use super::recipe::{Recipe, RecipeArguments};
use super::write::Format;
use super::{Fault, Shard, archive, say};

const EXAMPLES: &str = "\
The table has a row for each case and the columns image and mask, with paths relative to the table. Known besides:
id, label (the value inside the region), roi (its name), series (of a DICOM folder with several); other columns are
passed through. PyRadiomics' batch files are such tables. Images: DICOM folders and files, NIfTI, NRRD. Masks: RTSTRUCT,
DICOM SEG, NIfTI, NRRD.

Instead of a table, a folder as an archive dumps it: every region of every RTSTRUCT and SEG with the series it was drawn
on is a case. `index` writes that table, to be looked at and shortened first.

Examples:
  consilium-radiomics batch cases.csv --out features
  consilium-radiomics batch /data/dump --roi 'gtv*' --out features
  consilium-radiomics batch cases.csv --params study.toml --out features --format csv,parquet
  consilium-radiomics batch cases.csv --out features --shard 0/3        # and 1/3, 2/3, on any machines
  consilium-radiomics merge features --out features.csv                 # then one table

In the folder: features.csv with features.json (how it was made), faults.csv (cases without features, and why), and
the journal that lets the same command go on after an interruption.";

/// Cases in memory when the system does not say how much there is.
const UNKNOWN_MEMORY: u64 = 4 << 30;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
// `perturb` takes the same arguments
#[group(skip)]
pub(crate) struct Arguments {
    /// A table of cases, or a folder of DICOM files.
    cases: PathBuf,
    /// Of a folder: only regions of this name, in any case; `*` stands for any letters.
    #[arg(long, value_name = "NAME")]
    roi: Option<String>,
    #[command(flatten)]
    recipe: RecipeArguments,
    /// The folder for results; made when needed.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Formats of the table.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "csv")]
    format: Vec<Format>,
    /// Compute a part of the cases only: I from 0 to N-1.
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Cases in work at the same time; by default one a thread.
    #[arg(long, value_name = "N")]
    jobs: Option<std::num::NonZeroUsize>,
    /// Memory that cases may take together, such as 4G; by default four fifths of what is free.
    #[arg(long, value_name = "BYTES", value_parser = memory::parse)]
    memory: Option<u64>,
    /// Read all files again, also those whose size and time have not changed.
    #[arg(long)]
    rehash: bool,
    /// End with exit code 1 when any case gave no features.
    #[arg(long)]
    strict: bool,
}

pub(crate) fn batch(arguments: &Arguments, threads: usize) -> Result<(), Fault> {
    let (recipe, cases) = arguments.read()?;
    run(arguments, threads, &recipe, &cases)
}

impl Arguments {
    /// The recipe and the cases.
    pub(super) fn read(&self) -> Result<(Recipe, Cases), Fault> {
        let recipe = Recipe::new(&self.recipe)?;
        let cases = match (self.cases.is_dir(), &self.roi) {
            (true, roi) => archive::cases(&self.cases, roi.as_deref())?,
            (false, None) => Cases::from_table(&self.cases, recipe.columns())?,
            (false, Some(_)) => {
                let why = "--roi is for a folder of DICOM files; a table has a column `roi` or `label`";
                return Err(Fault::Arguments(why.to_owned()));
            }
        };
        Ok((recipe, cases))
    }
}

/// Extracts cases with a recipe, as the arguments say.
pub(super) fn run(
    arguments: &Arguments,
    threads: usize,
    recipe: &Recipe,
    cases: &Cases,
) -> Result<(), Fault> {
    let folder = &arguments.out;
    fs::create_dir_all(folder).map_err(Fault::file(folder, "making the folder"))?;
    output::claim(folder, recipe)?;
    let shard = arguments.shard.unwrap_or(Shard::WHOLE);
    let rows: Vec<usize> = (0..cases.rows.len()).filter(|row| shard.has(*row)).collect();
    let work = Work::new(arguments, recipe, cases, rows.len())?;
    let outcomes = work.all(&rows, arguments.jobs.map_or(threads, usize::from))?;
    let head = Head {
        shard,
        cases: cases.rows.len(),
        table_sha256: cases.digest(),
        made: recipe.provenance().clone(),
        extra: cases.extra.clone(),
    };
    let line = |(row, outcome): (&usize, _)| Line { row: *row, case: cases.rows[*row].clone(), outcome };
    let part = parts::write(folder, &head, rows.iter().zip(outcomes).map(line))?;
    let (tables, list) = arguments.outputs();
    let count = output::write(&[part], std::slice::from_ref(folder), &tables, &list)?;
    arguments.report(&count, work.reused.into_inner());
    count.judge(arguments.strict, &list)
}

impl Arguments {
    /// The tables, which a shard leaves to `merge`, and the list of faults.
    fn outputs(&self) -> (Vec<(Format, PathBuf)>, PathBuf) {
        let table = |format: &Format| (*format, self.out.join("features").with_extension(format.ending()));
        match self.shard {
            Some(shard) => (vec![], self.out.join(format!("faults-{}.csv", shard.name()))),
            None => (self.format.iter().map(table).collect(), self.out.join("faults.csv")),
        }
    }

    fn report(&self, count: &Count, reused: usize) {
        let (tables, list) = self.outputs();
        let shard = self.shard.map_or_else(String::new, |shard| format!("shard {shard}: "));
        let Count { rows, faults, .. } = count;
        let done = rows - faults;
        say(format_args!("{shard}{done} of {rows} cases have features, {reused} of them from earlier runs"));
        tables.iter().for_each(|(_, table)| say(format_args!("  {}", table.display())));
        if *faults > 0 {
            say(format_args!("  {faults} without: see {}", list.display()));
        }
    }
}

/// A run over the cases of a shard.
struct Work<'a> {
    known: Known,
    journal: Journal,
    budget: Budget,
    rehash: bool,
    /// The files that were hashed last: rows of one image lie together.
    hashed: Mutex<Option<([String; 2], Inputs)>>,
    recipe: &'a Recipe,
    cases: &'a Cases,
    progress: Progress,
    reused: AtomicUsize,
}

impl<'a> Work<'a> {
    fn new(arguments: &Arguments, recipe: &'a Recipe, cases: &'a Cases, rows: usize) -> Result<Self, Fault> {
        let folder = &arguments.out;
        let limit = arguments.memory.or_else(memory::available).unwrap_or(UNKNOWN_MEMORY);
        Ok(Self {
            known: Known::of(std::slice::from_ref(folder))?,
            journal: Journal::open(folder, &arguments.shard.unwrap_or(Shard::WHOLE).name())?,
            budget: Budget::new(limit),
            rehash: arguments.rehash,
            hashed: Mutex::default(),
            recipe,
            cases,
            progress: Progress::new(rows),
            reused: AtomicUsize::new(0),
        })
    }

    /// What became of each row, in their order. Ends early only when results cannot be kept.
    fn all(&self, rows: &[usize], jobs: usize) -> Result<Vec<Outcome>, Fault> {
        let next = AtomicUsize::new(0);
        let outcomes: Mutex<Vec<Option<Outcome>>> = Mutex::new(vec![None; rows.len()]);
        let worker = || {
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(row) = rows.get(at) else { return Ok(()) };
                let outcome = self.one(*row).inspect_err(|_| next.store(rows.len(), Ordering::Relaxed))?;
                outcomes.lock().unwrap_or_else(PoisonError::into_inner)[at] = Some(outcome);
                self.progress.advance();
            }
        };
        std::thread::scope(|scope| {
            let started: Vec<_> = (0..jobs.min(rows.len())).map(|_| scope.spawn(worker)).collect();
            let ended = started.into_iter().map(|job| job.join().expect("workers catch what cases throw"));
            ended.collect::<Vec<_>>().into_iter().collect::<Result<(), Fault>>()
        })?;
        self.progress.end();
        let outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// A case's fault is its outcome; a fault of the journal ends the batch.
    fn one(&self, row: usize) -> Result<Outcome, Fault> {
        let case = &self.cases.rows[row];
        match self.cases.locate(case).and_then(|located| self.values(&located)) {
            Ok(Found::Known(key)) => {
                self.reused.fetch_add(1, Ordering::Relaxed);
                Ok(Outcome::Key(key))
            }
            Ok(Found::New(entry)) => self.journal.append(&entry).map(|()| Outcome::Key(entry.key)),
            Err(fault) => {
                self.progress.line(format_args!("case {}: {fault} [{}]", case.id, fault.code()));
                Ok(Outcome::Fault { code: fault.code().to_owned(), message: fault.to_string() })
            }
        }
    }

    fn values(&self, located: &Located<'_>) -> Result<Found, Fault> {
        let stamps = located.stamps()?;
        let remembered = self.known.inputs(&stamps).filter(|_| !self.rehash).cloned();
        let inputs = remembered.map_or_else(|| self.inputs(located, &stamps), Ok)?;
        let key = located.key(&inputs, self.recipe);
        if self.known.has(&key) {
            return Ok(Found::Known(key));
        }
        let needs = located.needs();
        let limit = self.budget.limit();
        let too_large = || Fault::Memory { image: located.image.clone(), needs, limit };
        let _share = self.budget.take(needs).ok_or_else(too_large)?;
        let values = located.extract(self.recipe, &inputs)?;
        Ok(Found::New(Entry { key, inputs, stamps, values }))
    }

    /// Digests of a case's files, which several regions or perturbations may share.
    fn inputs(&self, located: &Located<'_>, stamps: &[String; 2]) -> Result<Inputs, Fault> {
        let last = || self.hashed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, inputs)) = last().as_ref().filter(|(known, _)| known == stamps) {
            return Ok(inputs.clone());
        }
        let inputs = located.inputs()?;
        *last() = Some((stamps.clone(), inputs.clone()));
        Ok(inputs)
    }
}

/// Values that a journal has, or new ones.
enum Found {
    Known(String),
    New(Entry),
}
