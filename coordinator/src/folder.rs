//! The coordinator's folder: where each file lies, and how it is written.
//!
//! Files are written whole or not at all. Private keys are readable by the owner only.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use consilium_types::Digest;

use crate::errors::Fault;

/// The folder given with `--dir`.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.0.join("coordinator.sqlite")
    }

    pub(crate) fn authority_key(&self) -> PathBuf {
        self.0.join("ca.key")
    }

    pub(crate) fn authority_certificate(&self) -> PathBuf {
        self.0.join("ca.pem")
    }

    pub(crate) fn server_key(&self) -> PathBuf {
        self.0.join("server.key")
    }

    pub(crate) fn server_certificate(&self) -> PathBuf {
        self.0.join("server.pem")
    }

    pub(crate) fn log_key(&self) -> PathBuf {
        self.0.join("log.key")
    }

    /// The training log: files that anyone may read.
    pub(crate) fn training_log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// Who may sign in to the pages with a password.
    pub(crate) fn people(&self) -> PathBuf {
        self.0.join("people.toml")
    }

    /// Where others sign in.
    pub(crate) fn identity_provider(&self) -> PathBuf {
        self.0.join("oidc.toml")
    }

    /// The address the server was last bound to, for invitations when the port was left to the system.
    pub(crate) fn bound_address(&self) -> PathBuf {
        self.0.join("address")
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

/// Writes a file that others may read.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Fault> {
    write_bytes(file, text.as_bytes())
}

/// Writes a file of any content that others may read.
pub(crate) fn write_bytes(file: &Path, bytes: &[u8]) -> Result<(), Fault> {
    replace(file, bytes, false).map_err(|source| fault(file, "writing", source))
}

/// Adds to the end of a file that is there.
pub(crate) fn append(file: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let opened = OpenOptions::new().append(true).open(file);
    let appended = opened.and_then(|mut handle| handle.write_all(bytes));
    appended.map_err(|source| fault(file, "writing", source))
}

/// Writes a file that a crash may undo: the old one or the new one, both whole.
pub(crate) fn write_lightly(file: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let partial = file.with_extension("partial");
    let written = fs::write(&partial, bytes).and_then(|()| fs::rename(&partial, file));
    written.map_err(|source| fault(file, "writing", source))
}

/// Writes a private key.
pub(crate) fn write_secret(file: &Path, text: &str) -> Result<(), Fault> {
    replace(file, text.as_bytes(), true).map_err(|source| fault(file, "writing", source))
}

fn replace(file: &Path, bytes: &[u8], secret: bool) -> std::io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let partial = file.with_file_name(format!(".{name}.partial"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut handle = options.open(&partial)?;
    handle.write_all(bytes)?;
    handle.sync_all()?;
    fs::rename(&partial, file)?;
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn fault(path: &Path, doing: &'static str, source: std::io::Error) -> Fault {
    Fault::File { path: path.to_owned(), doing, source }
}
