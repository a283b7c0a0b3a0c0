//! SHA-256 of inputs: which bytes a row was computed from.
//!
//! The digest of several files, as of a series, is that of their digests and names.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use consilium_imaging::ImagingError;
use sha2::{Digest as _, Sha256};

use super::Fault;

/// 64 hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("text grows in memory");
        text
    })
}

/// Digest of a text.
pub(crate) fn of_text(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// Digest of a file, or of several by their names and digests.
pub(crate) fn of_files(files: &[PathBuf]) -> Result<String, Fault> {
    if let [file] = files {
        return of_file(file);
    }
    let mut hasher = Sha256::new();
    for file in files {
        hasher.update(format!("{} {}\n", of_file(file)?, name_of(file)));
    }
    Ok(hex(&hasher.finalize()))
}

/// What changes when a file is written: size and time. Equal stamps mean equal bytes unless someone set back a clock.
pub(crate) fn stamp(files: &[PathBuf]) -> Result<String, Fault> {
    let one = |file: &PathBuf| {
        let about = fs::metadata(file).map_err(unreadable(file))?;
        let written = about.modified().map_err(unreadable(file))?;
        let nanoseconds = written.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Ok(format!("{} {} {nanoseconds}\n", file.display(), about.len()))
    };
    let text: String = files.iter().map(one).collect::<Result<_, Fault>>()?;
    Ok(of_text(&text))
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn of_file(file: &Path) -> Result<String, Fault> {
    let mut reader = fs::File::open(file).map_err(unreadable(file))?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match reader.read(&mut buffer).map_err(unreadable(file))? {
            0 => return Ok(hex(&hasher.finalize())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

fn unreadable(file: &Path) -> impl FnOnce(std::io::Error) -> Fault {
    let file = file.to_owned();
    move |source| ImagingError::Unreadable { file, source }.into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]
    use consilium_imaging::files;

    use super::*;

    #[test]
    fn a_folder_is_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let now =
            || files(folder.path()).map(|files| (of_files(&files).unwrap(), stamp(&files).unwrap())).unwrap();
        fs::write(at("b"), "one").unwrap();
        fs::write(at("c"), "three").unwrap();
        let before = now();
        assert_eq!(before, now());
        fs::write(at("a"), "two").unwrap();
        let after = now();
        assert!(after.0 != before.0 && after.1 != before.1);
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        fs::write(at("empty"), "").unwrap();
        assert_eq!(of_files(&[at("empty")]).unwrap(), empty);
    }
}
