//! One child: what a hospital would know, and what only the generator knows.
//!
//! Never: a real child. Sampling order: docs/reference/synth.md; risk groups: `risk.rs`.

use crate::latents::{self, Latents};
use crate::random::{Key, Purpose, Random};
use crate::risk::{CogRisk, Findings, InrgRisk};
use crate::site::{Scanner, Site};
use crate::survival::{self, Course};
use crate::{Recipe, Task, labs, risk};

/// Age that divides risk, months.
pub(crate) const EIGHTEEN_MONTHS: f64 = 18.0;
/// High-risk children are drawn until one is; this many tries never fail in practice.
const MOST_TRIES: u32 = 10_000;

/// The tumour's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tumour {
    /// Neuroblastic.
    Neuroblastic,
    /// Wilms tumour.
    Wilms,
}

/// Histology of a neuroblastic tumour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Histology {
    /// Neuroblastoma.
    Neuroblastoma,
    /// Ganglioneuroblastoma.
    Ganglioneuroblastoma,
    /// Ganglioneuroma.
    Ganglioneuroma,
}

/// INSS stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Localised, resected.
    One,
    /// Localised, incompletely resected.
    Two,
    /// Across the midline.
    Three,
    /// Distant metastases.
    Four,
    /// Special pattern of infants.
    FourS,
}

/// INRG stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InrgStage {
    /// No image-defined risk factor.
    L1,
    /// At least one.
    L2,
    /// Distant metastases.
    M,
    /// Special pattern of infants.
    Ms,
}

/// Mitosis-karyorrhexis index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mki {
    /// Below 100 of 5,000 cells.
    Low,
    /// 100 to 200.
    Intermediate,
    /// Above 200.
    High,
}

/// What a hospital does not know of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "five independent gaps")]
pub struct Gaps {
    /// Lactate dehydrogenase.
    pub ldh: bool,
    /// Neuron-specific enolase.
    pub nse: bool,
    /// Loss at 1p.
    pub del1p: bool,
    /// Loss at 11q.
    pub del11q: bool,
    /// The arterial phase.
    pub arterial: bool,
}

/// One child.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "a clinical table has yes and no")]
pub struct Child {
    /// Letter of the site.
    pub site: char,
    /// Number at the site, from 0.
    pub index: u32,
    /// Kind of tumour. For Wilms tumour the neuroblastic fields below mean nothing and are not written.
    pub tumour: Tumour,
    /// Histology.
    pub histology: Histology,
    /// Age at diagnosis, months.
    pub age_months: f64,
    /// Whether a boy.
    pub male: bool,
    /// INSS stage.
    pub stage: Stage,
    /// INRG stage.
    pub inrg_stage: InrgStage,
    /// MYCN amplified.
    pub amplified: bool,
    /// Unfavourable by the International Neuroblastoma Pathology Classification.
    pub unfavourable: bool,
    /// Mitosis-karyorrhexis index.
    pub mki: Mki,
    /// DNA index above one.
    pub hyperdiploid: bool,
    /// Loss at 1p.
    pub del1p: bool,
    /// Loss at 11q.
    pub del11q: bool,
    /// Metastasis in the bone marrow.
    pub bone_marrow: bool,
    /// Lactate dehydrogenase, U/L.
    pub ldh: f64,
    /// Neuron-specific enolase, ng/mL.
    pub nse: f64,
    /// Fluid in the abdomen.
    pub ascites: bool,
    /// Metastases in lymph nodes.
    pub lymph_nodes: bool,
    /// Calcification on CT.
    pub calcified: bool,
    /// Vessels encased on imaging.
    pub encased: bool,
    /// Children's Oncology Group risk.
    pub cog_risk: CogRisk,
    /// International Neuroblastoma Risk Group.
    pub inrg_risk: InrgRisk,
    /// Treated before the scan.
    pub treated: bool,
    /// Days from 2012-01-01 to the scan.
    pub scan_day: u32,
    /// Progression and death.
    pub course: Course,
    /// The scanner.
    pub scanner: Scanner,
    /// What is not known.
    pub gaps: Gaps,
    /// Heterogeneity, fineness, necrosis, enhancement, volume, irregularity: what the images show.
    pub latents: Latents,
}

impl Child {
    /// The pseudonym in every table and folder.
    #[must_use]
    pub fn patient(&self) -> String {
        format!("{}{:04}", self.site, self.index + 1)
    }

    /// Draws a child. The same recipe, site and index give the same child, whatever else is drawn.
    #[must_use]
    pub fn draw(recipe: &Recipe, site: &Site, index: u32) -> Self {
        let key = Key { seed: recipe.seed, site: site.byte(), index };
        let mut child = Self::attempt(recipe, site, key, 0);
        if recipe.task == Task::HighRisk {
            let is_high = |child: &Self| child.cog_risk == CogRisk::High;
            let mut tries = 1..MOST_TRIES;
            while let Some(part) = tries.next().filter(|_| !is_high(&child)) {
                child = Self::attempt(recipe, site, key, part);
            }
        }
        child
    }

    fn attempt(recipe: &Recipe, site: &Site, key: Key, part: u32) -> Self {
        let mut child = clinical(recipe, site, key, part);
        child.latents = latents::draw(recipe, &child, &mut key.stream(Purpose::Latents, part));
        child.course = survival::draw(recipe, &child, &mut key.stream(Purpose::Survival, part));
        signs(&mut child, recipe, &mut key.stream(Purpose::Signs, part));
        child
    }
}

/// Steps 1 to 9 of the sampling order.
fn clinical(recipe: &Recipe, site: &Site, key: Key, part: u32) -> Child {
    let mut chance = key.stream(Purpose::Clinical, part);
    let null = recipe.is_null();
    let amplified = chance.chance(if null { 0.2 } else { site.profile.amplified });
    // what an association depends on: nothing in the null arm
    let seen = amplified && !null;
    let tumour = tumour(recipe, &mut chance);
    let histology = histology(recipe, &mut chance);
    let age_months = age(recipe, tumour, histology, seen, &mut chance);
    let male = chance.chance(0.576);
    let stage = stage(recipe, seen, age_months, &mut chance);
    let inrg_stage = inrg_stage(stage, &mut chance);
    let old = age_months >= EIGHTEEN_MONTHS;
    let unfavourable = chance.chance(if null { 0.434 } else { unfavourable(stage, old) });
    let mki = mki(seen, null, &mut chance);
    let del1p = chance.chance(segment_1p(seen, null));
    let del11q = chance.chance(segment_11q(seen, stage, null));
    let bone_marrow = chance.chance(if null { 0.3 } else { marrow(stage) });
    let hyperdiploid = chance.chance(if amplified || old { 0.4 } else { 0.7 });
    let findings = Findings { age_months, amplified, unfavourable, hyperdiploid, del11q };
    let (ldh, nse) = labs::draw(recipe, site, key, part, seen, stage);
    let scanners = site.profile.scanners;
    let second = chance.chance(site.profile.second) && scanners.len() > 1;
    Child {
        site: site.profile.letter,
        index: key.index,
        tumour,
        histology,
        age_months,
        male,
        stage,
        inrg_stage,
        amplified,
        unfavourable,
        mki,
        hyperdiploid,
        del1p,
        del11q,
        bone_marrow,
        ldh,
        nse,
        ascites: chance.chance(if bone_marrow && !null { 0.22 } else { 0.10 }),
        lymph_nodes: chance.chance(if stage == Stage::Four && !null { 0.55 } else { 0.25 }),
        calcified: chance.chance(if tumour == Tumour::Wilms { 0.10 } else { 0.69 }),
        encased: false,
        cog_risk: risk::cog(stage, findings),
        inrg_risk: risk::inrg(inrg_stage, findings),
        treated: chance.chance(0.03),
        scan_day: whole(chance.between(0.0, 4380.0)),
        course: Course::default(),
        scanner: scanners[usize::from(second)],
        gaps: gaps(site, &mut key.stream(Purpose::Missing, part)),
        latents: Latents::default(),
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of days")]
pub(crate) fn whole(days: f64) -> u32 {
    days as u32
}

fn tumour(recipe: &Recipe, chance: &mut Random) -> Tumour {
    let is_wilms = chance.chance(90.0 / 147.0) && recipe.task == Task::Wilms;
    if is_wilms { Tumour::Wilms } else { Tumour::Neuroblastic }
}

fn histology(recipe: &Recipe, chance: &mut Random) -> Histology {
    let shares = if recipe.task == Task::Subtype { [0.70, 0.20, 0.10] } else { [0.87, 0.13, 0.0] };
    [Histology::Neuroblastoma, Histology::Ganglioneuroblastoma, Histology::Ganglioneuroma]
        [chance.choice(&shares)]
}

/// Step 2; Wilms tumour by Koska 2024, older children with more mature tumours.
fn age(recipe: &Recipe, tumour: Tumour, histology: Histology, amplified: bool, chance: &mut Random) -> f64 {
    let normal = chance.normal();
    let log = match (recipe.is_null(), tumour) {
        (true, _) => 2.45 + 1.43 * normal,
        // mean 34.8, SD 22.1 months
        (false, Tumour::Wilms) => 3.38 + 0.58 * normal,
        // mean 23.8, SD 22.6 months
        (false, Tumour::Neuroblastic) if recipe.task == Task::Wilms => 2.85 + 0.80 * normal,
        (false, Tumour::Neuroblastic) => {
            let mature = recipe.task == Task::Subtype && histology != Histology::Neuroblastoma;
            2.31 + 0.75 * one(amplified) + 0.9 * one(mature) + 1.40 * normal
        }
    };
    libm::exp(log).clamp(0.3, 215.0)
}

/// Step 3. The special pattern needs an age below 12 months; its share among those who can have it keeps the share among
/// all at 4 % with and 12 % without amplification.
fn stage(recipe: &Recipe, amplified: bool, age_months: f64, chance: &mut Random) -> Stage {
    let (four, special) = match (recipe.is_null(), recipe.task, amplified) {
        (true, _, _) => (0.367, 0.307),
        (false, Task::Marrow, true) => (0.80, 0.404),
        (false, Task::Marrow, false) => (0.43, 0.307),
        (false, _, true) => (0.71, 0.404),
        (false, _, false) => (0.29, 0.307),
    };
    let (is_four, is_special) = (chance.chance(four), chance.chance(special));
    let local = chance.choice(&[0.46, 0.30, 0.24]);
    if is_four {
        Stage::Four
    } else if is_special && age_months < 12.0 {
        Stage::FourS
    } else {
        [Stage::One, Stage::Two, Stage::Three][local]
    }
}

fn inrg_stage(stage: Stage, chance: &mut Random) -> InrgStage {
    let no_risk_factor = chance.chance(0.6);
    match stage {
        Stage::Four => InrgStage::M,
        Stage::FourS => InrgStage::Ms,
        Stage::Three => InrgStage::L2,
        Stage::Two if !no_risk_factor => InrgStage::L2,
        Stage::One | Stage::Two => InrgStage::L1,
    }
}

/// Step 4: TARGET by stage 4 and 18 months.
fn unfavourable(stage: Stage, old: bool) -> f64 {
    match (stage == Stage::Four, old) {
        (false, false) => 0.055,
        (false, true) => 0.785,
        (true, false) => 0.409,
        (true, true) => 0.982,
    }
}

/// Step 5.
fn mki(amplified: bool, null: bool, chance: &mut Random) -> Mki {
    let shares = match (null, amplified) {
        (true, _) => [0.552, 0.249, 0.199],
        (false, true) => [0.12, 0.25, 0.63],
        (false, false) => [0.65, 0.25, 0.10],
    };
    [Mki::Low, Mki::Intermediate, Mki::High][chance.choice(&shares)]
}

/// Step 6.
fn segment_1p(amplified: bool, null: bool) -> f64 {
    match (null, amplified) {
        (true, _) => 0.235,
        (false, true) => 0.70,
        (false, false) => 0.12,
    }
}

fn segment_11q(amplified: bool, stage: Stage, null: bool) -> f64 {
    match (null, amplified, stage) {
        (true, _, _) => 0.30,
        (false, true, _) => 0.12,
        (false, false, Stage::Four) => 0.50,
        (false, false, _) => 0.27,
    }
}

/// Step 7.
fn marrow(stage: Stage) -> f64 {
    match stage {
        Stage::Four => 0.72,
        Stage::FourS => 0.35,
        _ => 0.0,
    }
}

/// Step 9.
fn gaps(site: &Site, chance: &mut Random) -> Gaps {
    let tests = site.profile.tests_segments;
    Gaps {
        ldh: chance.chance(0.06),
        nse: chance.chance(0.10),
        del11q: chance.chance(0.15) || !tests,
        del1p: chance.chance(0.12) || !tests,
        arterial: chance.chance(site.profile.without_arterial),
    }
}

/// What a radiologist would score, by the latent it shows.
fn signs(child: &mut Child, recipe: &Recipe, chance: &mut Random) {
    let seen = if recipe.is_null() { 0.0 } else { 0.6 };
    let irregular = child.latents[5];
    child.encased = chance.chance(1.0 / (1.0 + libm::exp(0.4 - seen * irregular)));
}

/// 1 for yes.
pub(crate) fn one(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}
