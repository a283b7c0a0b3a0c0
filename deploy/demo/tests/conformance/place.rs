//! Hospitals' folders made of a table, and the command that runs a plan over them.
//!
//! Patients are numbered by the rows of the whole table, so that their names do not depend on the hospital.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// A table of text.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Hospitals with their folders.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) sites: Vec<String>,
}

/// A file below the repository's root.
pub(crate) fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

/// Recorded answers.
pub(crate) fn answers(name: &str) -> Value {
    let file = repository("tests/data/pooled").join(name);
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

impl Table {
    /// A table of tests/data/pooled.
    pub(crate) fn pooled(name: &str) -> Self {
        Self::of(&fs::read_to_string(repository("tests/data/pooled").join(name)).unwrap(), ',')
    }

    pub(crate) fn of(text: &str, separator: char) -> Self {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let cells = |line: &str| line.split(separator).map(str::to_owned).collect::<Vec<_>>();
        let columns = cells(lines.next().unwrap());
        Self { columns, rows: lines.map(cells).collect() }
    }

    pub(crate) fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column == name).unwrap()
    }

    pub(crate) fn cell(&self, row: usize, name: &str) -> &str {
        &self.rows[row][self.column(name)]
    }

    /// With a further column.
    pub(crate) fn with(mut self, name: &str, value: impl Fn(usize, &Self) -> String) -> Self {
        let values: Vec<String> = (0..self.rows.len()).map(|row| value(row, &self)).collect();
        self.columns.push(name.to_owned());
        self.rows.iter_mut().zip(values).for_each(|(row, value)| row.push(value));
        self
    }

    fn text(&self, rows: &[usize], columns: &[&str]) -> String {
        let line = |row: &usize| {
            let cells: Vec<&str> = columns.iter().map(|name| self.cell(*row, name)).collect();
            format!("P{row:04},{}\n", cells.join(","))
        };
        format!("patient,{}\n", columns.join(",")) + &rows.iter().map(line).collect::<String>()
    }
}

impl Place {
    /// Patients in the hospitals of the table's column `site`.
    pub(crate) fn by_site(table: &Table, clinical: &[&str], features: &[&str]) -> Self {
        Self::new(table, clinical, features, |row| format!("s{}", table.cell(row, "site")).to_lowercase())
    }

    /// Patients where `site` sends them; a folder has features.csv when features are named.
    pub(crate) fn new(
        table: &Table,
        clinical: &[&str],
        features: &[&str],
        site: impl Fn(usize) -> String,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut sites: Vec<String> = (0..table.rows.len()).map(&site).collect();
        sites.sort();
        sites.dedup();
        for name in &sites {
            let rows: Vec<usize> = (0..table.rows.len()).filter(|row| site(*row) == *name).collect();
            let home = folder.path().join(name);
            fs::create_dir(&home).unwrap();
            fs::write(home.join("clinical.csv"), table.text(&rows, clinical)).unwrap();
            if !features.is_empty() {
                fs::write(home.join("features.csv"), table.text(&rows, features)).unwrap();
            }
        }
        Self { folder, sites }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The hospitals in another order.
    pub(crate) fn reversed(mut self) -> Self {
        self.sites.reverse();
        self
    }

    /// Writes the rows of every clinical table in reverse.
    pub(crate) fn with_rows_reversed(self) -> Self {
        for site in &self.sites {
            let file = self.path(site).join("clinical.csv");
            let text = fs::read_to_string(&file).unwrap();
            let mut lines: Vec<&str> = text.lines().collect();
            lines[1..].reverse();
            fs::write(file, lines.join("\n") + "\n").unwrap();
        }
        self
    }

    /// Runs the command; `threads` for the thread pool it may use.
    pub(crate) fn command(&self, plan: &str, threads: &str) -> Output {
        fs::write(self.path("plan.toml"), plan).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_consilium-demo"));
        command.arg("run").arg(self.path("plan.toml")).args(self.sites.iter().map(|site| self.path(site)));
        command.arg("--json").arg(self.path("run.json")).env("RAYON_NUM_THREADS", threads).output().unwrap()
    }

    /// The file of a study that succeeds.
    pub(crate) fn bytes(&self, plan: &str, threads: &str) -> Vec<u8> {
        let output = self.command(plan, threads);
        assert!(output.status.success(), "{plan}\n{}", String::from_utf8_lossy(&output.stderr));
        fs::read(self.path("run.json")).unwrap()
    }

    /// The federated result of a study that succeeds.
    pub(crate) fn run(&self, plan: &str) -> Value {
        let mut document: Value = serde_json::from_slice(&self.bytes(plan, "2")).unwrap();
        document["federated"].take()
    }

    /// What a study that fails says.
    pub(crate) fn refusal(&self, plan: &str) -> String {
        let output = self.command(plan, "2");
        assert!(!output.status.success(), "{plan}\nwas not refused");
        String::from_utf8(output.stderr).unwrap()
    }
}

/// A plan: its inputs and outcome, then anything else. Hospitals are left out one after the other.
pub(crate) fn plan(inputs: &str, rest: &str) -> String {
    format!(
        "[study]\nid = \"conformance\"\ntitle = \"Conformance\"\nseed = 7\nsites = {{ min = 3 }}\n\n{inputs}\n{rest}\n\n\
         [privacy]\nrelease = [\"pooled\", \"site_sums\"]\nlimits = {{ per_model = 10 }}\n\n[evaluate]\ndesign = \"leave-site-out\"\n"
    )
}

/// Names in quotes for a plan.
pub(crate) fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    names.join(", ")
}
