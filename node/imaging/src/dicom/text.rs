//! Text that people wrote, in the character set the file names.
//!
//! Spec: DICOM PS3.3 C.12.1.1.2, PS3.5 section 6.1.

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_encoding::text::{SpecificCharacterSet, TextCodec as _};

use super::tree::Tree;

/// The value without padding; empty where it is absent. Bytes that are no text become replacement characters.
pub(super) fn of(root: &Tree, tag: Tag) -> String {
    let bytes = root.bytes(tag).unwrap_or_default();
    let names = root.texts(tags::SPECIFIC_CHARACTER_SET).unwrap_or_default();
    let set =
        names.iter().find(|name| !name.is_empty()).and_then(|name| SpecificCharacterSet::from_code(name));
    let decoded = set.and_then(|set| set.decode(bytes).ok());
    let text = decoded.unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned());
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned()
}
