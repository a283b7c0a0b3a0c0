//! Features on disk, by content. A file that is damaged or from another version is computed again.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use consilium_imaging::files;
use consilium_radiomics::{EXTRACTOR, Settings};
use consilium_types::Digest;
use sha2::{Digest as _, Sha256};

use crate::catalogue::{DataFault, ImagePair};

/// A folder of extracted features, or none.
#[derive(Debug)]
pub struct Cache {
    folder: Option<PathBuf>,
}

impl Cache {
    /// Remembers in `folder`, which is made when needed.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: Some(folder.to_owned()) }
    }

    /// Remembers nothing.
    #[must_use]
    pub fn none() -> Self {
        Self { folder: None }
    }

    pub(super) fn get(&self, key: &Digest, tags: &[String]) -> Option<Vec<f64>> {
        let text = fs::read_to_string(self.file(key)?).ok()?;
        let value = |(line, tag): (&str, &String)| {
            let (found, bits) = line.split_once(' ')?;
            let whole = found == tag && bits.len() == 16;
            u64::from_str_radix(bits, 16).ok().filter(|_| whole).map(f64::from_bits)
        };
        let lines: Vec<&str> = text.lines().collect();
        if lines.len() != tags.len() {
            return None;
        }
        lines.into_iter().zip(tags).map(value).collect()
    }

    /// Remembers values. A cache that cannot be written costs time, nothing else.
    pub(super) fn put(&self, key: &Digest, tags: &[String], values: &[f64]) {
        let line = |(tag, value): (&String, &f64)| format!("{tag} {:016x}\n", value.to_bits());
        let text: String = tags.iter().zip(values).map(line).collect();
        let Some(file) = self.file(key) else { return };
        if let Err(error) = replace(&file, &text) {
            tracing::warn!(%error, "the feature cache cannot be written");
        }
    }

    fn file(&self, key: &Digest) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("{key}.features")))
    }
}

/// Writes beside, then renames, so that a reader sees all or nothing. Threads with the same content do not collide.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let partial = file.with_extension(format!("{:?}.partial", std::thread::current().id()));
    let mut handle = fs::File::create(&partial)?;
    handle.write_all(text.as_bytes())?;
    handle.sync_all()?;
    fs::rename(partial, file)
}

/// Digest of image, mask, settings and extractor.
pub(super) fn key(pair: &ImagePair, settings: &Settings) -> Result<Digest, DataFault> {
    let (image, mask) = (content(&pair.image)?, content(&pair.mask)?);
    let text = format!("{EXTRACTOR}\n{}\n{image}\n{mask}\n", settings.canonical());
    Ok(Digest::of("consilium/features/v1", text.as_bytes()))
}

/// Of a file, or of all files of a folder.
fn content(path: &Path) -> Result<Digest, DataFault> {
    let mut hasher = Sha256::new();
    for file in files(path)? {
        let unreadable = |e: std::io::Error| DataFault::Unreadable { file: file.clone(), why: e.to_string() };
        let mut reader = fs::File::open(&file).map_err(unreadable)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            match reader.read(&mut buffer).map_err(unreadable)? {
                0 => break,
                n => hasher.update(&buffer[..n]),
            }
        }
    }
    Ok(Digest::from(<[u8; 32]>::from(hasher.finalize())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_to_the_bit_and_damage_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(&folder.path().join("cache"));
        let key = Digest::of("consilium/test/v1", b"a");
        let tags = ["stat_mean".to_owned(), "stat_var".to_owned()];
        assert_eq!(cache.get(&key, &tags), None);
        cache.put(&key, &tags, &[0.1 + 0.2, f64::NAN]);
        let read = cache.get(&key, &tags).unwrap();
        assert!(read[0].to_bits() == (0.1_f64 + 0.2).to_bits() && read[1].is_nan());
        assert_eq!(cache.get(&key, &tags[..1]), None, "other columns are another extraction");
        let file = cache.file(&key).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, &text[..text.len() - 4]).unwrap();
        assert_eq!(cache.get(&key, &tags), None, "a cut number is no number");
        fs::write(&file, "stat_mean").unwrap();
        assert_eq!(cache.get(&key, &tags), None);
    }
}
