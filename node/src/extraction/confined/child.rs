//! The life of a reader: hear what to measure, give up everything else, measure, say it.
//!
//! Never: a file before the bounds hold; the network at all.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use consilium_types::StudyPlan;

use super::bounds::{Bounds, confine};
use super::message::{Answer, Case};
use crate::catalogue::ImagePair;
use crate::extraction::{Input, measuring, settings};

/// Most bytes of what is asked.
const MOST_BYTES: u64 = 16 << 20;

pub(super) fn live() -> ExitCode {
    let mut asked = Vec::new();
    let heard = std::io::stdin().take(MOST_BYTES).read_to_end(&mut asked);
    let answer = heard.map_err(|e| e.to_string()).and_then(|_| Case::from_bytes(&asked)).and_then(answer);
    let said = answer.map(|answer| std::io::stdout().write_all(&answer.to_bytes()));
    if matches!(said, Ok(Ok(()))) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn answer(case: Case) -> Result<Answer, String> {
    let Case { plan, input, phase, files } = case;
    let Some([image, mask]) = files else { return Ok(Answer::Bounds(confine(&[])?)) };
    let plan = StudyPlan::from_canonical(plan.as_bytes()).map_err(|e| e.to_string())?;
    let settings = settings::of(&plan.features.clone().unwrap_or_default(), &Input { name: input, phase });
    let _: Bounds = confine(&reached(&[&image, &mask]))?;
    Ok(Answer::of(measuring::measure(&ImagePair { image, mask }, &settings)))
}

/// What is opened when these are read: where links lead, those in a folder of slices too.
fn reached(paths: &[&Path]) -> Vec<PathBuf> {
    let slices = paths.iter().filter_map(|path| path.read_dir().ok()).flatten().flatten();
    let links = slices.map(|slice| slice.path()).filter(|slice| slice.is_symlink());
    paths
        .iter()
        .map(|path| path.to_path_buf())
        .chain(links)
        .filter_map(|path| path.canonicalize().ok())
        .collect()
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_before_the_bounds_and_broken_ones_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let [series, archive] = ["series", "archive"].map(|name| root.join(name));
        [&series, &archive].into_iter().for_each(|folder| fs::create_dir(folder).unwrap());
        [series.join("1.dcm"), archive.join("2.dcm")].iter().for_each(|file| fs::write(file, "1").unwrap());
        symlink(archive.join("2.dcm"), series.join("2.dcm")).unwrap();
        symlink(archive.join("gone.dcm"), series.join("3.dcm")).unwrap();
        symlink(&series, root.join("image")).unwrap();
        assert_eq!(reached(&[&root.join("image"), &root.join("mask.nii")]), [series, archive.join("2.dcm")]);
    }
}
