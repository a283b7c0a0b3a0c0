//! Six numbers a child that all its images show, moved by the labels of the task.
//!
//! `z ~ N(0, I) + strength * shift(labels)`. Signs are mixed on purpose: with equal signs every feature that measures spread adds
//! them up, and the task becomes too easy. Shifts: docs/reference/synth.md.

use crate::child::{Child, Histology, Mki, Tumour, one};
use crate::random::Random;
use crate::risk::InrgRisk;
use crate::{Recipe, Task};

/// Heterogeneity, fineness, necrosis, enhancement, volume, irregularity.
pub type Latents = [f64; 6];

/// How MYCN amplification moves them, in units of beta.
const MYCN: Latents = [1.0, -1.0, 0.8, -1.1, 0.5, 0.6];
/// Unfavourable histology, at the default beta.
const UNFAVOURABLE: Latents = [0.6, -0.6, 0.0, -0.6, 0.0, 0.0];
const MKI_INTERMEDIATE: Latents = [0.0, 0.8, 1.3, 0.0, 0.0, 0.0];
const MKI_HIGH: Latents = [1.3, 0.8, 0.0, 0.0, 0.0, 0.0];
const LOSS_11Q: Latents = [0.0, 0.0, 0.7, -0.7, 0.0, 0.0];
const LOSS_1P: Latents = [0.6, 0.0, 0.0, 0.0, 0.6, 0.0];
const MARROW: Latents = [0.0, 0.0, 0.0, -0.6, 0.6, 0.6];
/// Of a child of high risk; the other groups by [`risk`].
const RISK: Latents = [0.8, -0.8, 0.7, -0.9, 0.6, 0.6];
const GANGLIONEUROBLASTOMA: Latents = [-0.7, 0.7, -0.6, -0.8, 0.0, -0.4];
const GANGLIONEUROMA: Latents = [-1.4, 0.4, -1.2, -1.4, 0.4, -0.9];
const WILMS: Latents = [1.0, -1.4, 1.6, -1.0, 1.2, -1.8];

/// Mean and variance, over children, of the signed mean of latents 1 to 4 for each unit of beta that MYCN moves.
const SHIFT_OF_SCORE: [f64; 2] = [0.200, 0.155];

pub(crate) fn draw(recipe: &Recipe, child: &Child, chance: &mut Random) -> Latents {
    let shift = shift(recipe, child);
    shift.map(|shift| chance.normal() + shift)
}

fn shift(recipe: &Recipe, child: &Child) -> Latents {
    // all but MYCN are stated at the default beta
    let relative = recipe.beta / Recipe::BETA;
    let mycn = scaled(MYCN, recipe.beta * one(child.amplified));
    let own = match recipe.task {
        Task::Mycn | Task::HighRisk => return mycn,
        Task::Genes => {
            let segments = sum(scaled(LOSS_1P, one(child.del1p)), scaled(LOSS_11Q, one(child.del11q)));
            return sum(mycn, scaled(segments, relative));
        }
        Task::Inpc => scaled(UNFAVOURABLE, one(child.unfavourable)),
        Task::Mki => match child.mki {
            Mki::Low => Latents::default(),
            Mki::Intermediate => MKI_INTERMEDIATE,
            Mki::High => MKI_HIGH,
        },
        Task::Marrow => scaled(MARROW, one(child.bone_marrow)),
        Task::Risk => scaled(RISK, risk(child.inrg_risk)),
        Task::Subtype => match child.histology {
            Histology::Neuroblastoma => Latents::default(),
            Histology::Ganglioneuroblastoma => GANGLIONEUROBLASTOMA,
            Histology::Ganglioneuroma => GANGLIONEUROMA,
        },
        Task::Wilms => scaled(WILMS, one(child.tumour == Tumour::Wilms)),
    };
    scaled(own, relative)
}

fn risk(group: InrgRisk) -> f64 {
    match group {
        InrgRisk::VeryLow => 0.0,
        InrgRisk::Low => 0.3,
        InrgRisk::Intermediate => 0.6,
        InrgRisk::High => 1.0,
    }
}

/// The radiomic score that survival depends on: the signed mean of latents 1 to 4, standardised over children.
pub(crate) fn score(recipe: &Recipe, latents: &Latents) -> f64 {
    let [heterogeneity, fineness, necrosis, enhancement, ..] = *latents;
    let mean = (heterogeneity - fineness + necrosis - enhancement) / 4.0;
    let [shift, variance] = SHIFT_OF_SCORE;
    (mean - recipe.beta * shift) / (0.25 + recipe.beta * recipe.beta * variance).sqrt()
}

fn scaled(latents: Latents, factor: f64) -> Latents {
    latents.map(|latent| factor * latent)
}

fn sum(a: Latents, b: Latents) -> Latents {
    std::array::from_fn(|i| a[i] + b[i])
}
