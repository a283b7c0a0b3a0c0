//! SHA-256 of inputs: which bytes a row was computed from.
//!
//! A folder's digest is that of its files' names and digests, in the order of the names.

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

/// Digest of a file, or of all files of a folder.
pub(crate) fn of_path(path: &Path) -> Result<String, Fault> {
    if !path.is_dir() {
        return of_file(path);
    }
    let mut hasher = Sha256::new();
    for file in files(path)? {
        let name = file.strip_prefix(path).unwrap_or(&file).to_string_lossy().into_owned();
        hasher.update(format!("{} {name}\n", of_file(&file)?));
    }
    Ok(hex(&hasher.finalize()))
}

/// What changes when a file is written: size and time. Equal stamps mean equal bytes unless someone set back a clock.
pub(crate) fn stamp(path: &Path) -> Result<String, Fault> {
    let one = |file: &PathBuf| {
        let about = fs::metadata(file).map_err(unreadable(file))?;
        let written = about.modified().map_err(unreadable(file))?;
        let nanoseconds = written.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
        Ok(format!("{} {} {nanoseconds}\n", file.display(), about.len()))
    };
    let all = if path.is_dir() { files(path)? } else { vec![path.to_owned()] };
    let text: String = all.iter().map(one).collect::<Result<_, Fault>>()?;
    Ok(of_text(&text))
}

/// All files below a folder, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let (mut open, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(unreadable(&folder))? {
            let entry = entry.map_err(unreadable(&folder))?;
            let kind = entry.file_type().map_err(unreadable(&folder))?;
            if kind.is_dir() { open.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    Ok(found)
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
    use super::*;

    #[test]
    fn a_folder_is_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("b")).unwrap();
        fs::write(at("b/1"), "one").unwrap();
        let (before, stamped) = (of_path(folder.path()).unwrap(), stamp(folder.path()).unwrap());
        assert_eq!(
            (before.clone(), stamped.clone()),
            (of_path(folder.path()).unwrap(), stamp(folder.path()).unwrap())
        );
        fs::write(at("a"), "two").unwrap();
        assert_ne!(of_path(folder.path()).unwrap(), before);
        assert_ne!(stamp(folder.path()).unwrap(), stamped);
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        fs::write(at("empty"), "").unwrap();
        assert_eq!(of_path(&at("empty")).unwrap(), empty);
    }
}
