//! The folder a demo leaves behind. It is made new each time, and only a folder that a demo made is removed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

/// Tells a demo's folder from any other.
const MARK: &str = "made-by-consilium-demo.txt";
const MARK_TEXT: &str = "This folder was made by consilium-demo, which replaces it at its next run.\n";

/// Makes an empty folder, replacing one that an earlier demo made. Gives its absolute path.
pub(crate) fn fresh(folder: &Path) -> Result<PathBuf> {
    if folder.join(MARK).is_file() {
        fs::remove_dir_all(folder).with_context(|| format!("removing the earlier {}", folder.display()))?;
    } else if folder.exists() && !is_empty_folder(folder)? {
        bail!("{} exists and was not made by a demo; name another folder with --out", folder.display());
    }
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    fs::write(folder.join(MARK), MARK_TEXT).with_context(|| format!("writing into {}", folder.display()))?;
    folder.canonicalize().with_context(|| format!("finding {}", folder.display()))
}

fn is_empty_folder(folder: &Path) -> Result<bool> {
    let mut entries = fs::read_dir(folder)
        .with_context(|| format!("{} cannot be used; name another folder with --out", folder.display()))?;
    Ok(entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_of_a_demo_is_replaced() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("out");
        let made = fresh(&folder).unwrap();
        fs::write(made.join("result.json"), "{}").unwrap();
        assert!(!fresh(&folder).unwrap().join("result.json").exists());

        let other = place.path().join("thesis");
        fs::create_dir(&other).unwrap();
        assert!(fresh(&other).is_ok(), "an empty folder may be used");
        let precious = place.path().join("precious");
        fs::create_dir(&precious).unwrap();
        fs::write(precious.join("data.csv"), "1").unwrap();
        let refused = fresh(&precious).unwrap_err().to_string();
        assert!(refused.contains("not made by a demo"), "{refused}");
        assert!(precious.join("data.csv").exists());
        assert!(fresh(&precious.join("data.csv")).is_err(), "a file is no folder");
    }
}
