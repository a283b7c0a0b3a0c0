//! Which images a consortium has, and how they are called in tables and folders.

use crate::Input;

/// The images of every child.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Modality {
    /// CT, plain, arterial and venous.
    Ct,
    /// CT of one phase.
    CtSingle,
    /// FDG PET and plain CT.
    PetCt,
    /// FDG PET and MR.
    PetMr,
    /// MR.
    Mr,
    /// Ultrasound.
    Us,
}

impl Modality {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Ct, Self::CtSingle, Self::PetCt, Self::PetMr, Self::Mr, Self::Us];

    /// The word for it on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ct => "ct",
            Self::CtSingle => "ct-single",
            Self::PetCt => "petct",
            Self::PetMr => "petmr",
            Self::Mr => "mri",
            Self::Us => "us",
        }
    }

    /// Its images.
    #[must_use]
    pub fn inputs(self) -> &'static [Input] {
        match self {
            Self::Ct => &Input::PHASES,
            Self::CtSingle => &[Input::Ct],
            Self::PetCt => &[Input::Pet, Input::CtPlain],
            Self::PetMr => &[Input::Pet, Input::Mr],
            Self::Mr => &[Input::Mr],
            Self::Us => &[Input::Us],
        }
    }
}

/// What an image's files begin with.
pub(crate) fn stem(input: Input) -> &'static str {
    match input {
        Input::Ct => "CT",
        Input::CtPlain => "CT_plain",
        Input::CtArterial => "CT_arterial",
        Input::CtVenous => "CT_venous",
        Input::Pet => "PET",
        Input::Mr => "MR",
        Input::Us => "US",
    }
}
