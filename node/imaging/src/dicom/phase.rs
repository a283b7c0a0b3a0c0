//! The contrast phase of a series, as far as its header tells.
//!
//! A guess: sites name phases as they like. What a description says comes before the time since the injection, and
//! both before the mere absence of contrast. Spec of the times: arterial 15-45 s, portal venous 60-100 s, delayed later
//! (Bae 2010, Radiology 256:32, doi 10.1148/radiol.10090908).

use dicom_dictionary_std::tags;

use super::text;
use super::time::seconds_of_day;
use super::tree::Tree;

/// When an image was taken relative to the contrast medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Without contrast medium, or before it.
    Native,
    /// The medium is in the arteries.
    Arterial,
    /// The medium is in the veins.
    Venous,
    /// Minutes later.
    Delayed,
}

/// Words of descriptions in the languages of European archives. The first that matches counts.
const WORDS: [(Phase, &[&str]); 4] = [
    (
        Phase::Native,
        &[
            "native",
            "nativ",
            "non contrast",
            "noncontrast",
            "without",
            "plain",
            "sans",
            "ohne",
            "pre",
            "unenhanced",
            "nect",
        ],
    ),
    (Phase::Arterial, &["arterial", "arteriell", "arteriel", "arterielle", "art", "hap", "cta"]),
    (
        Phase::Delayed,
        &[
            "delayed",
            "delay",
            "late",
            "spät",
            "spat",
            "equilibrium",
            "tardif",
            "tardive",
            "excretory",
            "urographic",
        ],
    ),
    (
        Phase::Venous,
        &["venous", "venös", "venos", "veineux", "portal", "pv", "pvp", "portovenous", "nephrographic"],
    ),
];

/// The guess, where anything speaks for one.
pub(super) fn guess(root: &Tree) -> Option<Phase> {
    let description = [tags::SERIES_DESCRIPTION, tags::PROTOCOL_NAME, tags::ACQUISITION_PROTOCOL_DESCRIPTION];
    let described = description.into_iter().find_map(|tag| in_words(&text::of(root, tag)));
    described.or_else(|| in_time(root)).or_else(|| without_agent(root))
}

fn in_words(description: &str) -> Option<Phase> {
    let lower = description.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let text = format!(" {} ", words.join(" "));
    let says = |names: &&[&str]| names.iter().any(|name| text.contains(&format!(" {name} ")));
    WORDS.iter().find(|(_, names)| says(names)).map(|(phase, _)| *phase)
}

/// By the seconds from the injection to the acquisition.
fn in_time(root: &Tree) -> Option<Phase> {
    let time = |tag| seconds_of_day(&root.text(tag)?);
    let waited = time(tags::ACQUISITION_TIME)? - time(tags::CONTRAST_BOLUS_START_TIME)?;
    match waited {
        ..0.0 => Some(Phase::Native),
        15.0..=45.0 => Some(Phase::Arterial),
        60.0..=100.0 => Some(Phase::Venous),
        180.0..=1800.0 => Some(Phase::Delayed),
        _ => None,
    }
}

/// A CT that names no agent was taken without one.
fn without_agent(root: &Tree) -> Option<Phase> {
    let is_ct = root.text(tags::MODALITY).as_deref() == Some("CT");
    let has_agent = root.get(tags::CONTRAST_BOLUS_AGENT).is_some();
    let is_empty = root.text(tags::CONTRAST_BOLUS_AGENT).is_none();
    (is_ct && has_agent && is_empty).then_some(Phase::Native)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_name_phases() {
        for (description, phase) in [
            ("Abdomen nativ 3.0", Some(Phase::Native)),
            ("ART phase 1mm", Some(Phase::Arterial)),
            ("Leber arteriell", Some(Phase::Arterial)),
            ("CE_portal-venous_ax", Some(Phase::Venous)),
            ("T1 VIBE PVP", Some(Phase::Venous)),
            ("Spät 5min", Some(Phase::Delayed)),
            ("ABD w/o pre", Some(Phase::Native)),
            ("Thorax", None),
            ("Cartilage", None),
            ("Smart prep", None),
        ] {
            assert_eq!(in_words(description), phase, "{description}");
        }
    }
}
