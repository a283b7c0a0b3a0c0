//! `index`, `regions`, and a batch over a folder: every region of an RTSTRUCT or SEG with the series it was drawn on.
//!
//! The table has patients' numbers from the headers: it stays in the hospital.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use consilium_imaging::{Phase, Region, Series};

use super::case::Case;
use super::cases::Cases;
use super::parts::replace;
use super::{Fault, note, say};

/// Columns from the image's header.
const EXTRA: [&str; 9] = [
    "date",
    "modality",
    "phase",
    "description",
    "manufacturer",
    "model",
    "kernel",
    "slice_thickness",
    "drawn_by",
];
/// Files named in notes.
const SHOWN: usize = 5;

const EXAMPLES: &str = "\
The table has a row for each region of each RTSTRUCT and SEG whose series is in the folder, with columns from the headers
(the phase is a guess from descriptions and times). Look at it, delete rows, then give it to `batch`. It holds patients'
numbers: keep it where the images are.

Example:
  consilium-radiomics index /data/dump --roi 'gtv*' --out cases.csv
  consilium-radiomics batch cases.csv --out features";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// The folder; it is searched with all folders below.
    folder: PathBuf,
    /// Only regions of this name, in any case; `*` stands for any letters.
    #[arg(long, value_name = "NAME")]
    roi: Option<String>,
    /// Where to, as CSV; by default standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RegionsArguments {
    /// An RTSTRUCT, a DICOM SEG, NIfTI or NRRD.
    mask: PathBuf,
}

pub(crate) fn regions(arguments: &RegionsArguments) -> Result<(), Fault> {
    for Region { number, name, observer, .. } in consilium_imaging::regions(&arguments.mask)? {
        say(format_args!("{number:>5}  {name}  {observer}").to_string().trim_end());
    }
    Ok(())
}

pub(crate) fn index(arguments: &Arguments) -> Result<(), Fault> {
    let folder =
        arguments.folder.canonicalize().map_err(Fault::file(&arguments.folder, "finding the folder"))?;
    let cases = cases(&folder, arguments.roi.as_deref())?;
    let mut to = csv::Writer::from_writer(Vec::new());
    let known = ["id", "image", "mask", "label", "roi", "series"];
    let header: Vec<&str> = known.into_iter().chain(EXTRA).collect();
    to.write_record(&header).expect("memory takes all records");
    for case in &cases.rows {
        let located = cases.locate(case)?;
        let [image, mask] = [&located.image, &located.mask].map(|path| path.display().to_string());
        let label = case.label.map_or_else(String::new, |label| label.to_string());
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let first = [case.id.clone(), image, mask, label, text(&case.roi), text(&case.series)];
        to.write_record(first.iter().chain(&case.extra)).expect("memory takes all records");
    }
    let bytes = to.into_inner().expect("memory takes all records");
    match &arguments.out {
        None => say(String::from_utf8_lossy(&bytes).trim_end()),
        Some(file) => {
            replace(file, |to| std::io::Write::write_all(to, &bytes))?;
            say(format_args!("{}: {} cases", file.display(), cases.rows.len()));
        }
    }
    Ok(())
}

/// The cases of a folder, by patient, study and series.
pub(super) fn cases(folder: &Path, roi: Option<&str>) -> Result<Cases, Fault> {
    let found = consilium_imaging::index(folder)?;
    tell(&found);
    let images: BTreeMap<&str, &Series> = found
        .series
        .iter()
        .filter(|series| series.images > 0)
        .map(|series| (series.uid.as_str(), series))
        .collect();
    let mut rows = Vec::new();
    for mask in found.series.iter().filter(|series| !series.regions.is_empty()) {
        let drawn_on: Vec<&Series> =
            mask.drawn_on.iter().filter_map(|uid| images.get(uid.as_str()).copied()).collect();
        if drawn_on.is_empty() {
            note(format_args!("{}: its image is not in the folder", mask.files[0].display()));
        }
        for image in drawn_on {
            rows.extend(of_pair(folder, image, mask, roi)?);
        }
    }
    if rows.is_empty() {
        let why =
            "no region of an RTSTRUCT or SEG with its image; without --roi, all regions count".to_owned();
        return Err(Fault::Table { file: folder.to_owned(), why });
    }
    Ok(Cases { extra: EXTRA.map(str::to_owned).to_vec(), rows, folder: folder.to_owned() })
}

/// The cases of one image and one series of regions.
fn of_pair(folder: &Path, image: &Series, mask: &Series, roi: Option<&str>) -> Result<Vec<Case>, Fault> {
    let relative = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
    let files: Arc<[PathBuf]> = image.files.clone().into();
    let at = image.files[0].parent().unwrap_or(folder);
    let case = |file: &Path, region: &Region| Case {
        id: image.patient.clone(),
        image: relative(at),
        mask: relative(file),
        label: Some(region.number),
        roi: Some(region.name.clone()).filter(|name| !name.is_empty()),
        series: Some(image.uid.clone()),
        files: Some(Arc::clone(&files)),
        perturbation: None,
        extra: extra(image, region),
    };
    let is_asked = |region: &&Region| roi.is_none_or(|pattern| matches(pattern, &region.name));
    let mut cases = Vec::new();
    for (number, file) in mask.files.iter().enumerate() {
        // the index has the regions of the first file of a series
        let regions = if number == 0 { mask.regions.clone() } else { consilium_imaging::regions(file)? };
        cases.extend(regions.iter().filter(is_asked).map(|region| case(file, region)));
    }
    Ok(cases)
}

fn extra(image: &Series, region: &Region) -> Vec<String> {
    let phase = image.phase.map_or("", |phase| match phase {
        Phase::Native => "native",
        Phase::Arterial => "arterial",
        Phase::Venous => "venous",
        Phase::Delayed => "delayed",
    });
    let thickness = image.slice_thickness.map_or_else(String::new, |mm| mm.to_string());
    let texts = [
        &image.date,
        &image.modality,
        phase,
        &image.description,
        &image.manufacturer,
        &image.model,
        &image.kernel,
    ];
    texts.map(str::to_owned).into_iter().chain([thickness, region.observer.clone()]).collect()
}

/// Says what was passed over.
fn tell(found: &consilium_imaging::Index) {
    if found.others + found.passed_over > 0 {
        let (others, passed_over) = (found.others, found.passed_over);
        note(format_args!(
            "{others} files are not DICOM; {passed_over} links or folders too deep were passed over"
        ));
    }
    for (_, fault) in found.unreadable.iter().take(SHOWN) {
        note(format_args!("{fault} [{}]", fault.code()));
    }
    if found.unreadable.len() > SHOWN {
        note(format_args!("… and {} other files that cannot be read", found.unreadable.len() - SHOWN));
    }
}

/// Whether a name is of a pattern, in which `*` stands for any letters.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    let Some((begin, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut name) = name.strip_prefix(begin) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = name.find(part) else { return false };
        name = &name[at + part.len()..];
    }
    name.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_letters() {
        for (pattern, name) in
            [("gtv*", "GTV_Mass"), ("*mass", "GTV_Mass"), ("g*v*s", "GTV_Mass"), ("*", ""), ("gtv", "GTV")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("gtv", "GTV_Mass"), ("ctv*", "GTV"), ("*x*", "GTV"), ("gtv*gtv", "GTV"), ("", "GTV")]
        {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }
}
