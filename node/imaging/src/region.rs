//! The regions that a file holds, and which of them is meant.
//!
//! Never: a revealing `Debug`; an observer has a name.

use std::fmt;

/// How a region is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegionKind {
    /// Contours of an RTSTRUCT.
    Contours,
    /// A segment of a DICOM segmentation.
    Segment,
    /// A label of a label map.
    Label,
}

/// One region of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Region {
    /// ROI number, segment number or label.
    pub number: u32,
    /// Its name; empty where the file gives none.
    pub name: String,
    /// Who drew it, or the algorithm, where the file says.
    pub observer: String,
    /// How it is stored.
    pub kind: RegionKind,
}

/// Which region of a file is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice<'a> {
    /// The only one; several are an error.
    Only,
    /// By number.
    Number(u32),
    /// By name, letter for letter.
    Name(&'a str),
}

impl fmt::Debug for Region {
    /// Shows number and kind only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({}, {:?})", self.number, self.kind)
    }
}

impl fmt::Display for Choice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only => f.write_str("the only one"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// Regions named in a message.
const SHOWN: usize = 12;

/// Why no region was chosen.
pub(crate) enum NotChosen {
    None,
    Several,
}

/// The one region that is meant.
pub(crate) fn choose<'a>(regions: &'a [Region], which: Choice<'_>) -> Result<&'a Region, NotChosen> {
    let is_meant = |region: &&Region| match which {
        Choice::Only => true,
        Choice::Number(number) => region.number == number,
        Choice::Name(name) => region.name == name,
    };
    let mut meant = regions.iter().filter(is_meant);
    match (meant.next(), meant.next()) {
        (Some(region), None) => Ok(region),
        (None, _) => Err(NotChosen::None),
        (Some(_), Some(_)) => Err(NotChosen::Several),
    }
}

/// Number and name of each, for a message.
pub(crate) fn list(regions: &[Region]) -> String {
    let show = |region: &Region| format!("{} {}", region.number, region.name).trim_end().to_owned();
    let mut shown: Vec<String> = regions.iter().take(SHOWN).map(show).collect();
    if regions.len() > SHOWN {
        shown.push("…".to_owned());
    }
    if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
}
