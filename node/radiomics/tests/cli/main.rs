//! The program as a user runs it: real files, real processes, exit codes and messages.
//!
//! Never: a sleep, or an assertion on a time. Images are those of tests/data.

#![allow(clippy::unwrap_used, reason = "a test")]

mod batch;
mod deploy;
mod dicom;
mod kill;
mod pages;
mod pair;
mod pyradiomics;
mod robustness;
mod selftest;
mod shards;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The program.
fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_consilium-radiomics"))
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn phantom(name: &str) -> PathBuf {
    root().join("tests/data/ibsi").join(name)
}

fn run<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    program().args(arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Standard output of a command that succeeds.
fn done<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    stdout(&output)
}

/// Standard error of a command that ends with exit code 1 and this code.
fn refused<S: AsRef<std::ffi::OsStr>>(code: &str, arguments: impl IntoIterator<Item = S>) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1), "{}{}", stdout(&output), stderr(&output));
    let text = stderr(&output);
    let last = text.lines().last().unwrap_or_default();
    assert!(last.starts_with("error: ") && last.ends_with(&format!("[{code}]")), "{text}");
    text
}

/// A folder with a table of the first `n` patients of the sarcoma cohort.
struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new(n: usize) -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        let pet = root().join("tests/data/sts/pet");
        let mut table = String::from("id,image,mask,centre\n");
        for patient in (1..).map(|number| format!("STS_{number:03}")).filter(|p| pet.join(p).is_dir()).take(n)
        {
            let at = |name: &str| pet.join(&patient).join(name).display().to_string();
            writeln!(table, "{patient},{},{},A", at("PET_image.nii.gz"), at("PET_mask.nii.gz")).unwrap();
        }
        bench.write("cases.csv", &table);
        bench
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap()
    }

    /// Arguments of a batch into `out`.
    fn batch(&self, out: &str, more: &[&str]) -> Vec<String> {
        let path = |name: &str| self.at(name).display().to_string();
        let fixed = ["batch".to_owned(), path("cases.csv"), "--out".to_owned(), path(out)];
        fixed.into_iter().chain(more.iter().map(|text| (*text).to_owned())).collect()
    }
}
