//! The progress of an extraction: a bar on a terminal, one line at the end elsewhere.

use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use super::say;
use crate::extraction::Progress;

/// A bar that appears when an extraction begins.
#[derive(Debug)]
pub(crate) struct Bar {
    name: String,
    line: ProgressBar,
    done: AtomicUsize,
    cached: AtomicUsize,
}

impl Bar {
    pub(crate) fn new(name: &str) -> Self {
        let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} patients, {eta} left");
        let line = ProgressBar::no_length().with_style(style.expect("a valid template"));
        Self { name: name.to_owned(), line, done: AtomicUsize::new(0), cached: AtomicUsize::new(0) }
    }
}

impl Progress for Bar {
    fn begin(&self, patients: usize) {
        self.line.set_length(patients as u64);
        self.line.set_message(format!("{}: extracting", self.name));
    }

    fn advance(&self, cached: bool) {
        self.line.inc(1);
        self.cached.fetch_add(usize::from(cached), Ordering::Relaxed);
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if Some(done as u64) == self.line.length() {
            self.line.finish_and_clear();
            let cached = self.cached.load(Ordering::Relaxed);
            say(format_args!("{}: features of {done} patients, {cached} of them from the cache", self.name));
        }
    }
}
