//! The wall clock of a process, which a test sets while it runs (`tests/tools/wall_clock.c`). Linux, with a C compiler.
//!
//! What counts the time that passes goes on as it does.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/wall_clock.c");

/// A clock that is right until it is set.
#[derive(Debug)]
pub struct WallClock {
    folder: TempDir,
}

impl WallClock {
    /// Builds it.
    pub fn new() -> Result<Self> {
        let clock = Self { folder: tempfile::tempdir()? };
        fs::write(clock.file(), [0; 8])?;
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).arg(clock.library()).arg(SOURCE);
        ensure!(compiler.status().context("the C compiler `cc`")?.success(), "{SOURCE} does not compile");
        Ok(clock)
    }

    /// From now on it shows so many seconds more than the true time.
    pub fn set(&self, seconds: i64) -> Result<()> {
        Ok(OpenOptions::new().write(true).open(self.file())?.write_all_at(&seconds.to_ne_bytes(), 0)?)
    }

    /// Gives it to a process that is to be started.
    pub(crate) fn wear<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("LD_PRELOAD", self.library()).env("CONSILIUM_TEST_CLOCK", self.file())
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("shift")
    }

    fn library(&self) -> PathBuf {
        self.folder.path().join("wall_clock.so")
    }
}
