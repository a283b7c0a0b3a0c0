//! Values of a data set as text and numbers.
//!
//! A tag that is present but unreadable is an error, never a default. Spec: DICOM PS3.5 section 6.2.

use dicom_core::{DataDictionary as _, Tag, VR, dictionary::DataDictionaryEntry as _};
use dicom_dictionary_std::StandardDataDictionary;

use super::fault::DicomFault;
use super::tree::Tree;

/// Values shown in a message.
const SHOWN: usize = 40;

impl Tree {
    /// The values of a text tag without padding, or none where the tag is absent or empty.
    pub(super) fn texts(&self, tag: Tag) -> Option<Vec<String>> {
        let text = String::from_utf8_lossy(self.bytes(tag)?).into_owned();
        let values: Vec<String> = text.split('\\').map(|value| trim(value).to_owned()).collect();
        values.iter().any(|value| !value.is_empty()).then_some(values)
    }

    /// The first value of a text tag.
    pub(super) fn text(&self, tag: Tag) -> Option<String> {
        self.texts(tag).map(|mut values| values.swap_remove(0))
    }

    /// All numbers of a tag, whatever its representation.
    pub(super) fn numbers(&self, tag: Tag) -> Result<Option<Vec<f64>>, DicomFault> {
        let Some(element) = self.get(tag) else { return Ok(None) };
        let Some(bytes) = self.bytes(tag) else { return Err(bad(tag, "is a sequence".to_owned())) };
        let numbers = match element.vr {
            VR::US | VR::OW => binary(bytes, |b| f64::from(u16::from_le_bytes(b))),
            VR::SS => binary(bytes, |b| f64::from(i16::from_le_bytes(b))),
            VR::UL => binary(bytes, |b| f64::from(u32::from_le_bytes(b))),
            VR::SL => binary(bytes, |b| f64::from(i32::from_le_bytes(b))),
            VR::FL | VR::OF => binary(bytes, |b| f64::from(f32::from_le_bytes(b))),
            VR::FD | VR::OD => binary(bytes, f64::from_le_bytes),
            _ => return decimals(bytes, tag),
        };
        if numbers.iter().any(|number| !number.is_finite()) {
            return Err(bad(tag, "is not a finite number".to_owned()));
        }
        Ok((!numbers.is_empty()).then_some(numbers))
    }

    pub(super) fn number(&self, tag: Tag) -> Result<Option<f64>, DicomFault> {
        Ok(self.numbers(tag)?.map(|numbers| numbers[0]))
    }

    /// Exactly `N` numbers, or none where the tag is absent.
    pub(super) fn array<const N: usize>(&self, tag: Tag) -> Result<Option<[f64; N]>, DicomFault> {
        let Some(numbers) = self.numbers(tag)? else { return Ok(None) };
        let found = numbers.len();
        let array = numbers.try_into().map_err(|_| bad(tag, format!("has {found} values instead of {N}")))?;
        Ok(Some(array))
    }

    /// A whole number from 0 to 2^31.
    pub(super) fn count(&self, tag: Tag) -> Result<Option<usize>, DicomFault> {
        let Some(number) = self.number(tag)? else { return Ok(None) };
        if !(0.0..=2_147_483_648.0).contains(&number) || number.fract() != 0.0 {
            return Err(bad(tag, format!("{number} is not a count")));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number in range"
        )]
        Ok(Some(number as usize))
    }
}

/// A tag's keyword and number.
pub(super) fn name(tag: Tag) -> String {
    let keyword = StandardDataDictionary.by_tag(tag).map_or("Private", |entry| entry.alias());
    format!("{keyword} {tag}")
}

/// A value that is there and makes no sense.
pub(super) fn bad(tag: Tag, why: String) -> DicomFault {
    DicomFault::Tag { tag: name(tag), why }
}

/// A value that is needed and not there.
pub(super) fn missing(tag: Tag, remedy: &'static str) -> DicomFault {
    DicomFault::Missing { tag: name(tag), remedy }
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
}

fn binary<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| number(*chunk)).collect()
}

/// Decimal or integer strings, separated by backslashes.
fn decimals(bytes: &[u8], tag: Tag) -> Result<Option<Vec<f64>>, DicomFault> {
    let text = String::from_utf8_lossy(bytes);
    if trim(&text).is_empty() {
        return Ok(None);
    }
    let number = |value: &str| trim(value).parse().ok().filter(|number: &f64| number.is_finite());
    let parse = |value: &str| {
        let shown: String = value.chars().take(SHOWN).collect();
        number(value).ok_or_else(|| bad(tag, format!("`{shown}` is not a number")))
    };
    text.split('\\').map(parse).collect::<Result<_, _>>().map(Some)
}
