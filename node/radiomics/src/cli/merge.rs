//! `merge`: one table from the parts of a sharded batch, equal to the table of an unsharded one.
//!
//! Never: parts of other parameters, versions or tables in one result.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{self, Count};
use super::parts::{Head, Part, in_folder};
use super::write::Format;
use super::{Fault, Shard, say};

const EXAMPLES: &str = "\
Examples:
  consilium-radiomics merge features --out features.csv            # all shards wrote into one folder
  consilium-radiomics merge node-a node-b node-c --out features.parquet
  consilium-radiomics merge features --out features.csv --partial  # what is there so far";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The folders that were given to `batch` with --out.
    #[arg(required = true, value_name = "DIR")]
    folders: Vec<PathBuf>,
    /// Where to: .csv, .json or .parquet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Make a table although shards are missing.
    #[arg(long)]
    partial: bool,
    /// End with exit code 1 when any case gave no features.
    #[arg(long)]
    strict: bool,
}

pub(crate) fn merge(arguments: &Arguments) -> Result<(), Fault> {
    let Arguments { folders, out, partial, strict } = arguments;
    let why = "the ending names no format; use .csv, .json or .parquet";
    let format = Format::of(out).ok_or_else(|| Fault::Arguments(format!("{}: {why}", out.display())))?;
    let mut parts = Vec::new();
    for folder in folders {
        parts.extend(in_folder(folder)?);
    }
    let missing = missing(&parts, folders)?;
    if !(missing.is_empty() || *partial) {
        return Err(Fault::Missing { missing: words(&missing) });
    }
    let list = out.with_extension("faults.csv");
    let count = output::write(&parts, folders, &[(format, out.clone())], &list)?;
    let Count { rows, faults, .. } = &count;
    say(format_args!("{}: {} of {rows} cases have features", out.display(), rows - faults));
    if !missing.is_empty() {
        say(format_args!("  shards that are missing: {}", words(&missing)));
    }
    if *faults > 0 {
        say(format_args!("  {faults} without: see {}", list.display()));
    }
    count.judge(*strict, &list)
}

/// Shards without a part, when all others belong together.
fn missing(parts: &[PathBuf], folders: &[PathBuf]) -> Result<Vec<Shard>, Fault> {
    let mut seen: BTreeMap<usize, PathBuf> = BTreeMap::new();
    let mut first: Option<(PathBuf, Head)> = None;
    for path in parts {
        let head = Part::open(path)?.head;
        let (one, expected) = first.get_or_insert_with(|| (path.clone(), head.clone()));
        agree(one, expected, path, &head)?;
        if let Some(other) = seen.insert(head.shard.index, path.clone()) {
            let why =
                format!("shard {} twice, also {}; name one of the folders only", head.shard, other.display());
            return Err(Fault::Parts { part: path.clone(), why });
        }
    }
    let Some((_, Head { shard: Shard { of, .. }, .. })) = first else {
        let why = "no finished part; run `batch` with --out first".to_owned();
        return Err(Fault::Parts { part: folders[0].clone(), why });
    };
    Ok((0..of).filter(|index| !seen.contains_key(index)).map(|index| Shard { index, of }).collect())
}

/// Refuses a part that is not of the same batch as the first.
fn agree(one: &Path, expected: &Head, part: &Path, head: &Head) -> Result<(), Fault> {
    let (made, wanted) = (&head.made, &expected.made);
    let why = if made != wanted {
        format!("made by {}, but {} by {}", made.words(), one.display(), wanted.words())
    } else if head.shard.of != expected.shard.of {
        format!("one of {} shards, but {} one of {}", head.shard.of, one.display(), expected.shard.of)
    } else if head.table_sha256 != expected.table_sha256 {
        format!("made from another table of cases than {}", one.display())
    } else {
        return Ok(());
    };
    let remedy = "delete the part that is out of date, or run `batch` for its shard again";
    Err(Fault::Parts { part: part.to_owned(), why: format!("{why}; {remedy}") })
}

fn words(shards: &[Shard]) -> String {
    shards.iter().map(Shard::to_string).collect::<Vec<_>>().join(", ")
}
