//! What the images of a consortium know about: the label, or labels, that move the latents.
//!
//! One task at a time, so that each study's difficulty is the one it was calibrated for.

/// The question a consortium is made for. Every clinical column is there in each; the images answer this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// MYCN amplification; survival too, which depends on the same latents.
    Mycn,
    /// Unfavourable histology (INPC).
    Inpc,
    /// Mitosis-karyorrhexis index, three classes.
    Mki,
    /// MYCN, 1p and 11q together.
    Genes,
    /// Bone-marrow metastasis, in a cohort with half of the children in stage 4.
    Marrow,
    /// Risk groups.
    Risk,
    /// Neuroblastoma, ganglioneuroblastoma, ganglioneuroma.
    Subtype,
    /// Wilms tumour or neuroblastoma.
    Wilms,
    /// Survival among children of high risk only.
    HighRisk,
}

impl Task {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Mycn,
        Self::Inpc,
        Self::Mki,
        Self::Genes,
        Self::Marrow,
        Self::Risk,
        Self::Subtype,
        Self::Wilms,
        Self::HighRisk,
    ];

    /// The word for it on a command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mycn => "mycn",
            Self::Inpc => "inpc",
            Self::Mki => "mki",
            Self::Genes => "genes",
            Self::Marrow => "marrow",
            Self::Risk => "risk",
            Self::Subtype => "subtype",
            Self::Wilms => "wilms",
            Self::HighRisk => "high-risk",
        }
    }
}
