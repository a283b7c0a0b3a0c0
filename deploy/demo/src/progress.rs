//! What a person sees while waiting: lines on standard output, a bar on a terminal.

use std::io::Write as _;

use consilium_node::extraction::Progress;
use indicatif::{ProgressBar, ProgressStyle};

/// Prints a line.
pub(crate) fn say(text: impl std::fmt::Display) {
    // a closed pipe is the reader's decision
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A spinner with a changing message; it shows nothing where there is no terminal.
pub(crate) fn spinner(message: &str) -> ProgressBar {
    let spinner = ProgressBar::new_spinner().with_message(message.to_owned());
    spinner.enable_steady_tick(std::time::Duration::from_millis(100));
    spinner
}

/// A bar over the patients of a hospital.
#[derive(Debug)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new(site: &str) -> Self {
        let style =
            ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} patients").expect("a valid template");
        Self(ProgressBar::no_length().with_style(style).with_message(format!("{site}: reading")))
    }
}

impl Progress for Bar {
    fn begin(&self, patients: usize) {
        self.0.set_length(patients as u64);
    }

    fn advance(&self, _cached: bool) {
        self.0.inc(1);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
