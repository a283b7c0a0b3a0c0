//! DICOM files of invented children: series with the tags that tell scanners apart, segmentations on them.
//!
//! Never: a name, a date of birth, a number that is a real patient's. Spec: DICOM PS3.3 A.3, A.4, A.6, A.21, A.51.

mod object;
mod segmentation;
mod series;

pub(crate) use object::Object;
pub(crate) use segmentation::segmentation;
pub(crate) use series::write_series;

use crate::Input;
use crate::child::Child;

/// Whose files.
pub(crate) struct Subject<'a> {
    pub(crate) seed: u64,
    pub(crate) child: &'a Child,
}

/// What a unique identifier is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Study = 1,
    Frame = 2,
    Series = 3,
    Image = 4,
    Segmentation = 5,
}

impl Subject<'_> {
    /// An identifier under 2.25, the root of those that are a number of 128 bits: here seed, site, child, input and role.
    fn uid(&self, role: Role, input: Option<Input>, number: usize) -> String {
        let site = u128::from(u32::from(self.child.site)) & 0xff;
        let input = input.map_or(0, |input| input as u128);
        let number = number as u128 & 0xffff;
        let low =
            site << 56 | u128::from(self.child.index) << 24 | input << 20 | (role as u128) << 16 | number;
        format!("2.25.{}", u128::from(self.seed) << 64 | low)
    }

    /// What every file of the child says.
    fn object(&self, class: &str, modality: &str, instance: &str) -> Object {
        use dicom_core::VR;
        use dicom_dictionary_std::tags;
        let sex = if self.child.male { "M" } else { "F" };
        Object::new(class, instance)
            .text(tags::MODALITY, VR::CS, modality)
            .text(tags::PATIENT_ID, VR::LO, &self.child.patient())
            .text(tags::PATIENT_NAME, VR::PN, "SYNTHETIC")
            .text(tags::PATIENT_SEX, VR::CS, sex)
            .text(tags::STUDY_INSTANCE_UID, VR::UI, &self.uid(Role::Study, None, 0))
            .text(tags::FRAME_OF_REFERENCE_UID, VR::UI, &self.uid(Role::Frame, None, 0))
    }
}
