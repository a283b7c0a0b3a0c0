//! The node's own folder: identity, configuration, policy, decisions, cache, ledger. Never: patient data.
//!
//! Files are written whole or not at all. Private keys are readable by the owner only.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use consilium_types::{Digest, SiteId, StudyId};
use serde::{Deserialize, Serialize};

use crate::errors::Fault;

/// The folder given with `--dir`.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

/// `node.toml`, written by `enrol`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Configuration {
    /// This hospital's id.
    pub(crate) site: SiteId,
    /// Host and port of the coordinator.
    pub(crate) address: String,
    /// The data folder.
    pub(crate) data: PathBuf,
}

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn configuration_file(&self) -> PathBuf {
        self.0.join("node.toml")
    }

    /// A connection's key that has no certificate yet.
    pub(crate) fn next_key(&self) -> PathBuf {
        self.0.join("node.key")
    }

    pub(crate) fn identity_key(&self) -> PathBuf {
        self.0.join("identity.key")
    }

    pub(crate) fn witness_key(&self) -> PathBuf {
        self.0.join("witness.key")
    }

    /// The public key of the training log, as the invitation named it.
    pub(crate) fn log_key(&self) -> PathBuf {
        self.0.join("log.vkey")
    }

    /// The newest checkpoint this hospital has cosigned.
    pub(crate) fn cosigned(&self) -> PathBuf {
        self.0.join("witness").join("checkpoint")
    }

    /// A checkpoint that it refused.
    pub(crate) fn refused(&self) -> PathBuf {
        self.0.join("witness").join("refused")
    }

    /// The certificate in use, and its key.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.0.join("node.pem")
    }

    pub(crate) fn authority(&self) -> PathBuf {
        self.0.join("ca.pem")
    }

    pub(crate) fn policy(&self) -> PathBuf {
        self.0.join("policy.toml")
    }

    pub(crate) fn cache(&self) -> PathBuf {
        self.0.join("cache")
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.0.join("egress.jsonl")
    }

    pub(crate) fn problems(&self) -> PathBuf {
        self.0.join("problems.txt")
    }

    /// What noise is drawn from.
    pub(crate) fn noise_key(&self) -> PathBuf {
        self.0.join("noise.key")
    }

    /// What noisy answers have spent.
    pub(crate) fn privacy_ledger(&self) -> PathBuf {
        self.0.join("privacy.jsonl")
    }

    pub(crate) fn self_test(&self) -> PathBuf {
        self.0.join("self-test.json")
    }

    pub(crate) fn decisions(&self) -> PathBuf {
        self.0.join("studies")
    }

    pub(crate) fn decision(&self, study: &StudyId) -> PathBuf {
        self.decisions().join(format!("{study}.json"))
    }

    pub(crate) fn approvals(&self) -> PathBuf {
        self.0.join("approvals")
    }

    /// What `approve` wrote.
    pub(crate) fn approval(&self, study: &StudyId) -> PathBuf {
        self.approvals().join(format!("{study}.json"))
    }

    pub(crate) fn waitings(&self) -> PathBuf {
        self.0.join("waiting")
    }

    /// What `run` wrote of a question that waits.
    pub(crate) fn waiting(&self, study: &StudyId) -> PathBuf {
        self.waitings().join(format!("{study}.json"))
    }

    /// What this hospital's sums of a study are hidden with.
    pub(crate) fn study_secret(&self, study: &StudyId) -> PathBuf {
        self.decisions().join(format!("{study}.secret"))
    }

    /// What it said once in the study's secure sums.
    pub(crate) fn study_pins(&self, study: &StudyId) -> PathBuf {
        self.decisions().join(format!("{study}.pins"))
    }

    pub(crate) fn make(&self) -> Result<(), Fault> {
        make(&self.0)
    }

    /// What `enrol` wrote.
    pub(crate) fn configuration(&self) -> Result<Configuration, Fault> {
        let file = self.configuration_file();
        if !file.exists() || !self.certificate().exists() {
            return Err(Fault::NotEnrolled(self.0.clone()));
        }
        let text = read(&file)?;
        toml::from_str(&text).map_err(|e| Fault::Configuration { file, why: e.to_string() })
    }
}

pub(crate) fn make(folder: &Path) -> Result<(), Fault> {
    fs::create_dir_all(folder).map_err(|source| fault(folder, "making the folder", source))
}

pub(crate) fn read(file: &Path) -> Result<String, Fault> {
    fs::read_to_string(file).map_err(|source| fault(file, "reading", source))
}

/// SHA-256 of the file of this program.
pub(crate) fn program() -> Result<Digest, Fault> {
    let here = Path::new("this program");
    let file = std::env::current_exe().map_err(|source| fault(here, "finding", source))?;
    let bytes = fs::read(&file).map_err(|source| fault(&file, "reading", source))?;
    Ok(Digest::of_file(&bytes))
}

pub(crate) fn write(file: &Path, text: &str) -> Result<(), Fault> {
    replace(file, text, false).map_err(|source| fault(file, "writing", source))
}

/// Deletes a file, if it is there.
pub(crate) fn remove(file: &Path) -> Result<(), Fault> {
    match fs::remove_file(file) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(fault(file, "deleting", source)),
        _ => Ok(()),
    }
}

pub(crate) fn write_secret(file: &Path, text: &str) -> Result<(), Fault> {
    replace(file, text, true).map_err(|source| fault(file, "writing", source))
}

fn replace(file: &Path, text: &str, secret: bool) -> std::io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let partial = file.with_file_name(format!(".{name}.partial"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut handle = options.open(&partial)?;
    handle.write_all(text.as_bytes())?;
    handle.sync_all()?;
    fs::rename(&partial, file)?;
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn fault(path: &Path, doing: &'static str, source: std::io::Error) -> Fault {
    Fault::File { path: path.to_owned(), doing, source }
}
