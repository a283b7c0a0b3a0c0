//! How far a batch is: a bar on a terminal, a line for every tenth elsewhere.

use std::io::{IsTerminal as _, stderr};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressStyle};

use super::note;

/// Lines a batch prints where there is no terminal.
const LINES: usize = 10;

/// Counts cases that are done.
#[derive(Debug)]
pub(crate) struct Progress {
    all: usize,
    done: Mutex<usize>,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(all: usize) -> Self {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} cases, {per_sec}, {eta} left");
        let style = style.expect("a valid template");
        let bar = stderr().is_terminal().then(|| ProgressBar::new(all as u64).with_style(style));
        Self { all, done: Mutex::new(0), bar }
    }

    /// One more case is done.
    pub(crate) fn advance(&self) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done += 1;
        match &self.bar {
            Some(bar) => bar.inc(1),
            None if *done * LINES / self.all > (*done - 1) * LINES / self.all => {
                note(format_args!("{done} of {} cases", self.all));
            }
            None => {}
        }
    }

    /// A line that does not disturb the bar.
    pub(crate) fn line(&self, text: impl std::fmt::Display) {
        match &self.bar {
            Some(bar) => bar.suspend(|| note(text)),
            None => note(text),
        }
    }

    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
