//! Risk groups from stage, age, MYCN, histology, ploidy and 11q.
//!
//! INRG: Cohn et al. 2009, J Clin Oncol 27:289. COG: the legacy groups by INSS stage (Maris et al. 2007, Lancet 369:2106). Grade
//! of differentiation is not drawn; favourable histology stands for a differentiating tumour.

use crate::child::{EIGHTEEN_MONTHS, InrgStage, Stage};

/// Children's Oncology Group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CogRisk {
    /// Low.
    Low,
    /// Intermediate.
    Intermediate,
    /// High.
    High,
}

/// International Neuroblastoma Risk Group, pretreatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InrgRisk {
    /// Very low.
    VeryLow,
    /// Low.
    Low,
    /// Intermediate.
    Intermediate,
    /// High.
    High,
}

/// What a group follows from, beside the stage.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "four findings, each there or not")]
pub(crate) struct Findings {
    pub(crate) age_months: f64,
    pub(crate) amplified: bool,
    pub(crate) unfavourable: bool,
    pub(crate) hyperdiploid: bool,
    pub(crate) del11q: bool,
}

impl Findings {
    fn is_old(self) -> bool {
        self.age_months >= EIGHTEEN_MONTHS
    }

    /// A metastasis in a young child, of a tumour with both good signs.
    fn is_mild(self) -> bool {
        !self.unfavourable && self.hyperdiploid
    }
}

pub(crate) fn cog(stage: Stage, of: Findings) -> CogRisk {
    match stage {
        Stage::One => CogRisk::Low,
        _ if of.amplified => CogRisk::High,
        Stage::Two => CogRisk::Low,
        Stage::Three if of.is_old() && of.unfavourable => CogRisk::High,
        Stage::FourS if of.is_mild() => CogRisk::Low,
        Stage::Four if of.is_old() => CogRisk::High,
        Stage::Four if of.age_months >= 12.0 && !of.is_mild() => CogRisk::High,
        Stage::Three | Stage::FourS | Stage::Four => CogRisk::Intermediate,
    }
}

pub(crate) fn inrg(stage: InrgStage, of: Findings) -> InrgRisk {
    match stage {
        _ if of.amplified => InrgRisk::High,
        InrgStage::Ms if of.del11q => InrgRisk::High,
        InrgStage::M if of.is_old() => InrgRisk::High,
        InrgStage::M if !of.hyperdiploid => InrgRisk::Intermediate,
        InrgStage::L2 if of.del11q || (of.is_old() && of.unfavourable) => InrgRisk::Intermediate,
        InrgStage::L2 | InrgStage::M => InrgRisk::Low,
        InrgStage::L1 | InrgStage::Ms => InrgRisk::VeryLow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const YOUNG: Findings = Findings {
        age_months: 10.0,
        amplified: false,
        unfavourable: false,
        hyperdiploid: true,
        del11q: false,
    };

    #[test]
    fn the_groups_are_the_published_ones() {
        let toddler = Findings { age_months: 14.0, ..YOUNG };
        let old = Findings { age_months: 30.0, unfavourable: true, ..YOUNG };
        let amplified = Findings { amplified: true, ..YOUNG };
        assert_eq!(cog(Stage::Four, Findings { unfavourable: true, ..YOUNG }), CogRisk::Intermediate);
        assert_eq!(cog(Stage::Four, toddler), CogRisk::Intermediate);
        assert_eq!(cog(Stage::Four, Findings { unfavourable: true, ..toddler }), CogRisk::High);
        assert_eq!(cog(Stage::Three, old), CogRisk::High);
        assert_eq!(cog(Stage::FourS, YOUNG), CogRisk::Low);
        assert_eq!(cog(Stage::One, amplified), CogRisk::Low);
        assert_eq!(cog(Stage::Two, amplified), CogRisk::High);
        assert_eq!(inrg(InrgStage::L1, amplified), InrgRisk::High);
        assert_eq!(inrg(InrgStage::L2, Findings { del11q: true, ..YOUNG }), InrgRisk::Intermediate);
        assert_eq!(inrg(InrgStage::L2, old), InrgRisk::Intermediate);
        assert_eq!(inrg(InrgStage::M, toddler), InrgRisk::Low);
        assert_eq!(inrg(InrgStage::Ms, Findings { del11q: true, ..YOUNG }), InrgRisk::High);
    }
}
