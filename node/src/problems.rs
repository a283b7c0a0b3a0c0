//! `problems.txt`: what stopped an answer, with the file and the remedy, for the people at the hospital.
//!
//! Such a message may hold a path, and a path a patient's key, so it is written here, readable by its owner alone; the log
//! tells the code. Never: a word of it elsewhere.

use std::fs::OpenOptions;
use std::io::Write as _;

use crate::clock;
use crate::errors::Fault;
use crate::folder::Folder;

/// Adds a line.
pub(crate) fn note(folder: &Folder, text: &str) -> Result<(), Fault> {
    let file = folder.problems();
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&file).and_then(|mut file| writeln!(file, "{} {text}", clock::now()));
    written.map_err(|source| Fault::File { path: file, doing: "writing", source })
}
