//! One DICOM file under construction.

use std::path::Path;

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::{tags, uids};
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};

/// A data set, its class and its identifier.
#[derive(Clone)]
pub(crate) struct Object {
    class: String,
    instance: String,
    elements: InMemDicomObject,
}

impl Object {
    pub(super) fn new(class: &str, instance: &str) -> Self {
        Self {
            class: class.to_owned(),
            instance: instance.to_owned(),
            elements: InMemDicomObject::new_empty(),
        }
        .text(tags::SOP_CLASS_UID, VR::UI, class)
        .text(tags::SOP_INSTANCE_UID, VR::UI, instance)
    }

    /// An item of a sequence.
    pub(super) fn item() -> Self {
        Self { class: String::new(), instance: String::new(), elements: InMemDicomObject::new_empty() }
    }

    pub(super) fn text(mut self, tag: Tag, vr: VR, text: &str) -> Self {
        self.elements.put(DataElement::new(tag, vr, PrimitiveValue::from(text)));
        self
    }

    pub(super) fn word(mut self, tag: Tag, word: u16) -> Self {
        self.elements.put(DataElement::new(tag, VR::US, PrimitiveValue::from(word)));
        self
    }

    /// Decimal text of at most 16 characters a number.
    pub(super) fn decimals(self, tag: Tag, numbers: &[f64]) -> Self {
        let text: Vec<String> = numbers.iter().map(|number| decimal(*number)).collect();
        self.text(tag, VR::DS, &text.join("\\"))
    }

    pub(super) fn items(mut self, tag: Tag, items: Vec<Self>) -> Self {
        let items: Vec<InMemDicomObject> = items.into_iter().map(|item| item.elements).collect();
        self.elements.put(DataElement::new(tag, VR::SQ, DataSetSequence::from(items)));
        self
    }

    /// Unsigned pixels of `bits` bits.
    pub(super) fn pixels(self, [columns, rows]: [usize; 2], bits: u16) -> Self {
        let side = |n: usize| u16::try_from(n).expect("a picture has fewer than 65,536 rows");
        let allocated = if bits == 1 { 1 } else { bits.div_ceil(8) * 8 };
        self.word(tags::SAMPLES_PER_PIXEL, 1)
            .text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2")
            .word(tags::ROWS, side(rows))
            .word(tags::COLUMNS, side(columns))
            .word(tags::BITS_ALLOCATED, allocated)
            .word(tags::BITS_STORED, bits)
            .word(tags::HIGH_BIT, bits - 1)
            .word(tags::PIXEL_REPRESENTATION, 0)
    }

    pub(super) fn words(mut self, words: &[u16]) -> Self {
        let value = PrimitiveValue::U16(words.iter().copied().collect());
        self.elements.put(DataElement::new(tags::PIXEL_DATA, VR::OW, value));
        self
    }

    pub(super) fn octets(mut self, mut octets: Vec<u8>) -> Self {
        octets.resize(octets.len().next_multiple_of(2), 0);
        self.elements.put(DataElement::new(tags::PIXEL_DATA, VR::OB, PrimitiveValue::U8(octets.into())));
        self
    }

    /// Writes the file, explicit little-endian.
    pub(crate) fn write(&self, file: &Path) -> Result<(), String> {
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(uids::EXPLICIT_VR_LITTLE_ENDIAN)
            .media_storage_sop_class_uid(&self.class)
            .media_storage_sop_instance_uid(&self.instance);
        let object = self.elements.clone().with_meta(meta).map_err(|error| error.to_string())?;
        object.write_to_file(file).map_err(|error| error.to_string())
    }
}

/// A number in at most 16 characters.
fn decimal(number: f64) -> String {
    let exact = number.to_string();
    if exact.len() <= 16 { exact } else { format!("{number:.9e}") }
}
