//! Where a log's files are: a folder, or a server that gives them as they are (C2SP tlog-tiles).
//!
//! Nothing that comes is believed; `folder` verifies it. Memory is bounded by the largest file of any log.

use std::convert::Infallible;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use crate::Broken;

/// A bundle of 256 entries of 65,535 bytes, and more than any tile or checkpoint.
const MOST_BYTES: u64 = 17 << 20;
/// A server that does not answer for as long is not there.
const PATIENCE: Duration = Duration::from_secs(30);

/// A place to read files from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The folder `log`, or a copy of it.
    Folder(PathBuf),
    /// Its address, `http://…`.
    Url(String),
}

impl FromStr for Source {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_url = text.starts_with("http://") || text.starts_with("https://");
        Ok(if is_url { Self::Url(text.trim_end_matches('/').to_owned()) } else { Self::Folder(text.into()) })
    }
}

impl Source {
    /// A file, by its path relative to the log.
    pub(crate) fn bytes(&self, path: &str) -> Result<Vec<u8>, Broken> {
        let (file, read) = match self {
            Self::Folder(folder) => {
                let file = folder.join(path);
                (file.display().to_string(), read(&file))
            }
            Self::Url(address) => {
                let url = format!("{address}/{path}");
                let got = get(&url);
                (url, got)
            }
        };
        read.map_err(|source| Broken::File { file, source })
    }

    pub(crate) fn text(&self, path: &str) -> Result<String, Broken> {
        text(path, self.bytes(path)?)
    }

    /// A file that need not be there.
    pub(crate) fn text_if_any(&self, path: &str) -> Result<Option<String>, Broken> {
        match self.text(path) {
            Err(Broken::File { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            found => found.map(Some),
        }
    }

    /// The text of a file that is no part of a log.
    pub(crate) fn alone(file: &Path) -> Result<String, Broken> {
        let name = file.display().to_string();
        text(&name, read(file).map_err(|source| Broken::File { file: name.clone(), source })?)
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    if std::fs::metadata(file)?.len() > MOST_BYTES {
        return Err(Error::other("larger than any file of a log"));
    }
    std::fs::read(file)
}

fn get(url: &str) -> Result<Vec<u8>, Error> {
    let answer = ureq::get(url).config().timeout_global(Some(PATIENCE)).max_redirects(0).build().call();
    let mut answer = answer.map_err(|error| match error {
        ureq::Error::StatusCode(404) => Error::from(ErrorKind::NotFound),
        other => Error::other(other),
    })?;
    answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec().map_err(Error::other)
}

fn text(file: &str, bytes: Vec<u8>) -> Result<String, Broken> {
    let source = |_| Error::new(ErrorKind::InvalidData, "not UTF-8");
    String::from_utf8(bytes).map_err(source).map_err(|source| Broken::File { file: file.to_owned(), source })
}
