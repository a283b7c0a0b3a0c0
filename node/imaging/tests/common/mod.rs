//! DICOM files made by the tests, through dicom-object's writer, which the readers do not use.

#![allow(dead_code, reason = "every test takes what it needs")]
#![allow(clippy::unwrap_used, reason = "a test")]

pub(crate) mod regions;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use dicom_core::value::DataSetSequence;
use dicom_core::{DataElement, PrimitiveValue, Tag, VR};
use dicom_dictionary_std::tags;
use dicom_object::{FileMetaTableBuilder, InMemDicomObject};
use flate2::Compression;
use flate2::write::DeflateEncoder;

pub(crate) const IMPLICIT: &str = "1.2.840.10008.1.2";
pub(crate) const EXPLICIT: &str = "1.2.840.10008.1.2.1";
pub(crate) const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
pub(crate) const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

pub(crate) const CT: &str = "1.2.840.10008.5.1.4.1.1.2";
pub(crate) const SEG: &str = "1.2.840.10008.5.1.4.1.1.66.4";
pub(crate) const RTSTRUCT: &str = "1.2.840.10008.5.1.4.1.1.481.3";
pub(crate) const SERIES: &str = "2.25.1";
pub(crate) const FRAME: &str = "2.25.2";

/// A folder that goes away with the test.
pub(crate) struct Folder(pub(crate) tempfile::TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    pub(crate) fn bytes(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.at(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

/// A data set under construction.
#[derive(Clone)]
pub(crate) struct Made(pub(crate) InMemDicomObject);

impl Default for Made {
    fn default() -> Self {
        Self(InMemDicomObject::new_empty())
    }
}

impl Made {
    pub(crate) fn text(mut self, tag: Tag, vr: VR, text: &str) -> Self {
        self.0.put(DataElement::new(tag, vr, PrimitiveValue::from(text)));
        self
    }

    pub(crate) fn word(mut self, tag: Tag, word: u16) -> Self {
        self.0.put(DataElement::new(tag, VR::US, PrimitiveValue::from(word)));
        self
    }

    pub(crate) fn decimals(self, tag: Tag, numbers: &[f64]) -> Self {
        let text: Vec<String> = numbers.iter().map(f64::to_string).collect();
        self.text(tag, VR::DS, &text.join("\\"))
    }

    pub(crate) fn doubles(mut self, tag: Tag, number: f64) -> Self {
        self.0.put(DataElement::new(tag, VR::FD, PrimitiveValue::from(number)));
        self
    }

    pub(crate) fn sequence(mut self, tag: Tag, items: Vec<Made>) -> Self {
        let items: Vec<InMemDicomObject> = items.into_iter().map(|item| item.0).collect();
        self.0.put(DataElement::new(tag, VR::SQ, DataSetSequence::from(items)));
        self
    }

    pub(crate) fn without(mut self, tag: Tag) -> Self {
        self.0.remove_element(tag);
        self
    }

    pub(crate) fn pixels(mut self, words: &[u16]) -> Self {
        let value = PrimitiveValue::U16(words.iter().copied().collect());
        self.0.put(DataElement::new(tags::PIXEL_DATA, VR::OW, value));
        self
    }

    pub(crate) fn octets(mut self, bytes: &[u8]) -> Self {
        let value = PrimitiveValue::U8(bytes.iter().copied().collect());
        self.0.put(DataElement::new(tags::PIXEL_DATA, VR::OB, value));
        self
    }

    pub(crate) fn object(class: &str, modality: &str, series: &str, instance: usize) -> Self {
        Self::default()
            .text(tags::SOP_CLASS_UID, VR::UI, class)
            .text(tags::SOP_INSTANCE_UID, VR::UI, &format!("{series}.{instance}"))
            .text(tags::MODALITY, VR::CS, modality)
            .text(tags::SERIES_INSTANCE_UID, VR::UI, series)
            .text(tags::FRAME_OF_REFERENCE_UID, VR::UI, FRAME)
    }

    /// Rows, columns and unsigned 16-bit words.
    pub(crate) fn format(self, rows: u16, columns: u16) -> Self {
        self.word(tags::SAMPLES_PER_PIXEL, 1)
            .text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, "MONOCHROME2")
            .word(tags::ROWS, rows)
            .word(tags::COLUMNS, columns)
            .word(tags::BITS_ALLOCATED, 16)
            .word(tags::BITS_STORED, 16)
            .word(tags::HIGH_BIT, 15)
            .word(tags::PIXEL_REPRESENTATION, 0)
    }

    pub(crate) fn placed(self, position: [f64; 3], orientation: [f64; 6]) -> Self {
        self.decimals(tags::IMAGE_POSITION_PATIENT, &position)
            .decimals(tags::IMAGE_ORIENTATION_PATIENT, &orientation)
            .decimals(tags::PIXEL_SPACING, &[2.0, 1.5])
            .decimals(tags::SLICE_THICKNESS, &[3.0])
    }

    /// Slice `number` of an axial CT of 4 columns and 3 rows, 3 mm apart; its words are `100 * number + 0..12`.
    pub(crate) fn slice(number: u16) -> Self {
        let words: Vec<u16> = (0..12).map(|word| 100 * number + word).collect();
        Self::object(CT, "CT", SERIES, usize::from(number))
            .format(3, 4)
            .placed([10.0, 20.0, 30.0 + 3.0 * f64::from(number)], AXIAL)
            .decimals(tags::RESCALE_SLOPE, &[1.0])
            .decimals(tags::RESCALE_INTERCEPT, &[-1024.0])
            .pixels(&words)
    }

    /// The file's bytes in a transfer syntax.
    pub(crate) fn bytes(&self, syntax: &str) -> Vec<u8> {
        let encoded = if syntax == DEFLATED { EXPLICIT } else { syntax };
        let meta = FileMetaTableBuilder::new()
            .transfer_syntax(encoded)
            .media_storage_sop_class_uid(CT)
            .media_storage_sop_instance_uid("2.25.9");
        let mut bytes = Vec::new();
        self.0.clone().with_meta(meta).unwrap().write_all(&mut bytes).unwrap();
        if syntax == DEFLATED { deflated(&bytes) } else { bytes }
    }

    pub(crate) fn write(&self, path: &Path) -> PathBuf {
        self.write_as(path, EXPLICIT)
    }

    pub(crate) fn write_as(&self, path: &Path, syntax: &str) -> PathBuf {
        std::fs::write(path, self.bytes(syntax)).unwrap();
        path.to_owned()
    }
}

pub(crate) const AXIAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];

/// An enhanced file: frames out of order, each with its own slope.
pub(crate) fn enhanced() -> Made {
    let frame = |z: f64, slope: f64| {
        Made::default()
            .sequence(
                tags::PLANE_POSITION_SEQUENCE,
                vec![Made::default().decimals(tags::IMAGE_POSITION_PATIENT, &[10.0, 20.0, z])],
            )
            .sequence(
                tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE,
                vec![
                    Made::default()
                        .decimals(tags::RESCALE_SLOPE, &[slope])
                        .decimals(tags::RESCALE_INTERCEPT, &[0.0]),
                ],
            )
    };
    let shared = Made::default()
        .sequence(
            tags::PLANE_ORIENTATION_SEQUENCE,
            vec![Made::default().decimals(tags::IMAGE_ORIENTATION_PATIENT, &AXIAL)],
        )
        .sequence(
            tags::PIXEL_MEASURES_SEQUENCE,
            vec![
                Made::default()
                    .decimals(tags::PIXEL_SPACING, &[2.0, 1.5])
                    .decimals(tags::SLICE_THICKNESS, &[3.0]),
            ],
        );
    Made::object(CT, "CT", SERIES, 1)
        .format(3, 4)
        .text(tags::NUMBER_OF_FRAMES, VR::IS, "3")
        .sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared])
        .sequence(
            tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE,
            vec![frame(36.0, 3.0), frame(30.0, 1.0), frame(33.0, 2.0)],
        )
        .pixels(&(0..36).collect::<Vec<_>>())
}

/// The tracer of [`pet`].
pub(crate) fn tracer() -> Made {
    Made::default()
        .decimals(tags::RADIONUCLIDE_TOTAL_DOSE, &[370e6])
        .decimals(tags::RADIONUCLIDE_HALF_LIFE, &[6586.2])
        .text(tags::RADIOPHARMACEUTICAL_START_TIME, VR::TM, "110000.00")
}

/// A PET slice: 70 kg, 3.7e8 Bq of F-18, injected an hour before the scan.
pub(crate) fn pet() -> Made {
    Made::slice(0)
        .text(tags::MODALITY, VR::CS, "PT")
        .decimals(tags::RESCALE_INTERCEPT, &[0.0])
        .decimals(tags::PATIENT_WEIGHT, &[70.0])
        .text(tags::UNITS, VR::CS, "BQML")
        .text(tags::DECAY_CORRECTION, VR::CS, "START")
        .text(tags::CORRECTED_IMAGE, VR::CS, "DECY\\ATTN\\SCAT")
        .text(tags::SERIES_DATE, VR::DA, "20240229")
        .text(tags::SERIES_TIME, VR::TM, "120000")
        .text(tags::ACQUISITION_DATE, VR::DA, "20240229")
        .text(tags::ACQUISITION_TIME, VR::TM, "121000")
        .decimals(tags::ACTUAL_FRAME_DURATION, &[120_000.0])
        .decimals(tags::FRAME_REFERENCE_TIME, &[600_000.0])
        .sequence(tags::RADIOPHARMACEUTICAL_INFORMATION_SEQUENCE, vec![tracer()])
}

/// Writes slices into a folder, one file each.
pub(crate) fn write_all(folder: &Path, slices: &[Made]) {
    for (number, slice) in slices.iter().enumerate() {
        slice.write(&folder.join(format!("{number:03}.dcm")));
    }
}

/// Deflates the data set behind the meta information, whose length and syntax are put right.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let length = u32::from_le_bytes(bytes[140..144].try_into().unwrap()) as usize;
    let (meta, data) = bytes.split_at(144 + length);
    let old = [EXPLICIT.as_bytes(), b"\0"].concat();
    let new = DEFLATED.as_bytes();
    let at = meta.windows(old.len()).position(|window| window == old).unwrap();
    let mut out = meta[..at].to_vec();
    out[at - 2] = u8::try_from(new.len()).unwrap();
    out.extend_from_slice(new);
    out.extend_from_slice(&meta[at + old.len()..]);
    let grown = u32::try_from(length + new.len() - old.len()).unwrap();
    out[140..144].copy_from_slice(&grown.to_le_bytes());
    let mut encoder = DeflateEncoder::new(out, Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// A private sequence of unknown representation: one item with an element in implicit encoding.
pub(crate) fn unknown_sequence(content: &[u8]) -> Vec<u8> {
    let header = b"\x09\0\x01\x10UN\0\0\xff\xff\xff\xff";
    [header, content, b"\xfe\xff\xdd\xe0\0\0\0\0"].concat()
}

/// A slice's bytes with others before (0018,0050), and where those begin: group 9 belongs there.
pub(crate) fn before_thickness(slice: &[u8], bytes: &[u8]) -> (usize, Vec<u8>) {
    let at = slice.windows(4).position(|window| window == [0x18, 0, 0x50, 0]).unwrap();
    (at, [&slice[..at], bytes, &slice[at..]].concat())
}
