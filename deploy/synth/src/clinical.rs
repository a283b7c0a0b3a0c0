//! `clinical.csv`: the columns of a hospital's table, as every study template names them.
//!
//! Never: a latent, or a value that a gap hides.

use crate::child::{Child, Histology, InrgStage, Mki, Stage, Tumour};
use crate::risk::{CogRisk, InrgRisk};

/// The columns, in order.
pub const COLUMNS: [&str; 34] = [
    "patient",
    "tumour",
    "age_months",
    "sex",
    "histology",
    "stage",
    "inrgss",
    "inpc",
    "mki",
    "mycn",
    "ploidy",
    "del1p",
    "del11q",
    "bone_marrow",
    "ldh",
    "nse",
    "log_ldh",
    "log_nse",
    "ascites",
    "lymph_nodes",
    "calcification",
    "encasement",
    "cog_risk",
    "inrg_risk",
    "high_risk",
    "scanner",
    "treated_before_scan",
    "scan_date",
    "pfs_days",
    "progression_or_death",
    "os_days",
    "death",
    "sca",
    "inrgss_high",
];

/// A child's cells, in the order of [`COLUMNS`]; empty where the hospital does not know, or where a child with Wilms tumour
/// has no such thing.
#[must_use]
pub fn row(child: &Child) -> [String; 34] {
    let neuroblastic = child.tumour == Tumour::Neuroblastic;
    let own = |text: &str| if neuroblastic { text.to_owned() } else { String::new() };
    let known = |unknown: bool, text: String| if unknown { String::new() } else { text };
    let gaps = child.gaps;
    let course = child.course;
    [
        child.patient(),
        if neuroblastic { "NB" } else { "WT" }.to_owned(),
        format!("{:.1}", child.age_months),
        if child.male { "M" } else { "F" }.to_owned(),
        own(histology(child.histology)),
        own(stage(child.stage)),
        own(inrg_stage(child.inrg_stage)),
        own(if child.unfavourable { "unfavourable" } else { "favourable" }),
        own(mki(child.mki)),
        own(if child.amplified { "amplified" } else { "normal" }),
        own(if child.hyperdiploid { "hyperdiploid" } else { "diploid" }),
        known(gaps.del1p, own(yes(child.del1p))),
        known(gaps.del11q, own(yes(child.del11q))),
        own(yes(child.bone_marrow)),
        known(gaps.ldh, format!("{:.0}", child.ldh)),
        known(gaps.nse, format!("{:.1}", child.nse)),
        known(gaps.ldh, format!("{:.4}", libm::log(child.ldh))),
        known(gaps.nse, format!("{:.4}", libm::log(child.nse))),
        yes(child.ascites).to_owned(),
        yes(child.lymph_nodes).to_owned(),
        yes(child.calcified).to_owned(),
        yes(child.encased).to_owned(),
        own(cog(child.cog_risk)),
        own(inrg(child.inrg_risk)),
        own(yes(child.cog_risk == CogRisk::High)),
        child.scanner.name.to_owned(),
        yes(child.treated).to_owned(),
        date(child.scan_day),
        course.pfs_days.to_string(),
        u8::from(course.progressed).to_string(),
        course.os_days.to_string(),
        u8::from(course.died).to_string(),
        known(gaps.del1p || gaps.del11q, own(yes(child.del1p || child.del11q))),
        own(yes(child.inrg_stage == InrgStage::M)),
    ]
}

fn yes(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

fn histology(histology: Histology) -> &'static str {
    match histology {
        Histology::Neuroblastoma => "NB",
        Histology::Ganglioneuroblastoma => "GNB",
        Histology::Ganglioneuroma => "GN",
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::One => "1",
        Stage::Two => "2",
        Stage::Three => "3",
        Stage::Four => "4",
        Stage::FourS => "4S",
    }
}

fn inrg_stage(stage: InrgStage) -> &'static str {
    match stage {
        InrgStage::L1 => "L1",
        InrgStage::L2 => "L2",
        InrgStage::M => "M",
        InrgStage::Ms => "MS",
    }
}

fn mki(mki: Mki) -> &'static str {
    match mki {
        Mki::Low => "low",
        Mki::Intermediate => "intermediate",
        Mki::High => "high",
    }
}

fn cog(risk: CogRisk) -> &'static str {
    match risk {
        CogRisk::Low => "low",
        CogRisk::Intermediate => "intermediate",
        CogRisk::High => "high",
    }
}

fn inrg(risk: InrgRisk) -> &'static str {
    match risk {
        InrgRisk::VeryLow => "very-low",
        InrgRisk::Low => "low",
        InrgRisk::Intermediate => "intermediate",
        InrgRisk::High => "high",
    }
}

/// The date that many days after 2012-01-01 (Howard Hinnant's `civil_from_days`, for years after 2000).
fn date(days: u32) -> String {
    // days from 2000-03-01 to 2012-01-01
    let days = days + 4323;
    let of_era = days - days / 1460 + days / 36_524 - days / 146_096;
    let year = of_era / 365;
    let of_year = days - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, year) } else { (month - 9, year + 1) };
    format!("{}-{month:02}-{day:02}", 2000 + year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        // python: datetime.date(2012, 1, 1) + datetime.timedelta(n)
        let dates = [0, 58, 59, 60, 365, 366, 1520, 4379].map(date);
        let expected = [
            "2012-01-01",
            "2012-02-28",
            "2012-02-29",
            "2012-03-01",
            "2012-12-31",
            "2013-01-01",
            "2016-02-29",
            "2023-12-28",
        ];
        assert_eq!(dates, expected);
    }
}
