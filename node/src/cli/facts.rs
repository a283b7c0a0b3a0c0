//! `egress`: what left, from the ledger.

use super::{say, say_json};
use crate::errors::Fault;
use crate::folder::Folder;
use crate::outbox::{Line, read_ledger};

pub(super) fn egress(folder: &Folder, json: bool) -> Result<(), Fault> {
    let lines = read_ledger(&folder.ledger())?;
    if json {
        say_json(&lines);
        return Ok(());
    }
    lines.iter().for_each(|line| say(row(line)));
    let bytes: usize = lines.iter().map(|line| line.bytes).sum();
    say(format_args!("{} messages, {bytes} bytes; each was written here before it was sent", lines.len()));
    Ok(())
}

fn row(line: &Line) -> String {
    let study = line.study.as_ref().map_or("", |study| study.as_str());
    let place = line.attempt.zip(line.exchange).map(|(attempt, exchange)| format!("{attempt}.{exchange}"));
    let digest = line.digest.map(|digest| digest.short()).unwrap_or_default();
    let place = place.unwrap_or_default();
    format!("{} {study:<16} {place:>6} {:>9} bytes  {digest:12}  {}", line.at, line.bytes, line.what)
}
