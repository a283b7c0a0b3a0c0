//! A child's abdomen on a grid of 96 x 96 x 96 mm: what is where.
//!
//! Tissue is a class and, in the tumour, a texture; every modality paints them in its own way. Never: a scanner.

use super::field::Field;
use super::shape::{Shape, smooth};
use super::{SIDE, VOXELS, point};
use crate::child::{Child, Tumour};
use crate::random::{Key, Purpose};

/// Correlation lengths of necrosis, calcification and of fat in soft tissue, mm.
const NECROSIS: f64 = 8.0;
const CALCIFICATION: f64 = 5.0;
const SURROUNDINGS: f64 = 10.0;
/// Part of a calcified tumour's voxels that are calcium.
const CALCIUM: f64 = 0.004;

/// What a voxel is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tissue {
    Fat,
    Soft,
    Bone,
    Liver,
    Kidney,
    /// Viable tumour.
    Viable,
    Necrotic,
    /// Fluid in a Wilms tumour.
    Cyst,
    Calcium,
}

/// What is where.
pub(super) struct Scene {
    pub(super) tissue: Vec<Tissue>,
    /// Texture of the tumour, of variance one, with the correlation length that shows latent 2.
    pub(super) texture: Field,
    pub(super) shape: Shape,
}

impl Scene {
    pub(super) fn draw(child: &Child, key: Key) -> Self {
        let shape = Shape::draw(child, key);
        let mut tissue = surroundings(child, &shape, key);
        fill(&mut tissue, child, &shape, key);
        let length = (5.5 - 1.2 * child.latents[1]).clamp(2.2, 10.0);
        // the correlation falls to 1/e at the length
        let mut chance = key.stream(Purpose::Texture, 0);
        let texture = Field::random([SIDE; 3], [length / 2.0; 3], &mut chance);
        Self { tissue, texture, shape }
    }

    /// Each voxel painted by its tissue and texture.
    pub(super) fn paint(&self, colour: impl Fn(Tissue, f64) -> f64) -> Field {
        let values = self.tissue.iter().zip(&self.texture.values).map(|(tissue, x)| colour(*tissue, *x));
        Field { dims: [SIDE; 3], values: values.collect() }
    }
}

/// Fat and soft tissue, spine, liver, kidney. A Wilms tumour grows out of the kidney, which clasps it.
fn surroundings(child: &Child, shape: &Shape, key: Key) -> Vec<Tissue> {
    let fat = smooth(SURROUNDINGS, &mut key.stream(Purpose::Surroundings, 0));
    let reach = shape.radius;
    let kidney = if child.tumour == Tumour::Wilms {
        ([-0.55 * reach, -0.25 * reach, -0.35 * reach], [0.75 * reach, 0.8 * reach, 1.0 * reach])
    } else {
        ([-36.0, -20.0, -24.0], [18.0, 20.0, 32.0])
    };
    let liver = ([42.0, 10.0, 20.0], [30.0, 35.0, 40.0]);
    let tissue = |at: usize| {
        let point = point(at);
        let spine = point[0] * point[0] + (point[1] + 46.0) * (point[1] + 46.0) < 144.0;
        match () {
            () if spine => Tissue::Bone,
            () if is_in(point, kidney) => Tissue::Kidney,
            () if is_in(point, liver) => Tissue::Liver,
            () if fat.values[at] > 0.0 => Tissue::Soft,
            () => Tissue::Fat,
        }
    };
    (0..VOXELS).map(tissue).collect()
}

fn is_in(point: [f64; 3], (centre, axes): ([f64; 3], [f64; 3])) -> bool {
    let part = |i: usize| (point[i] - centre[i]) / axes[i];
    (0..3).map(|i| part(i) * part(i)).sum::<f64>() < 1.0
}

/// The tumour: viable tissue, necrosis or cysts where a smooth field is highest, calcium where a finer one is.
fn fill(tissue: &mut [Tissue], child: &Child, shape: &Shape, key: Key) {
    let inside: Vec<usize> = (0..VOXELS).filter(|at| shape.inside.values[*at] > 0.0).collect();
    let is_wilms = child.tumour == Tumour::Wilms;
    inside.iter().for_each(|at| tissue[*at] = Tissue::Viable);
    let dead = 1.0 / (1.0 + libm::exp(2.0 - 0.6 * child.latents[2]));
    let necrosis = smooth(NECROSIS, &mut key.stream(Purpose::Necrosis, 0));
    let kind = if is_wilms { Tissue::Cyst } else { Tissue::Necrotic };
    highest(&inside, &necrosis, dead).into_iter().for_each(|at| tissue[at] = kind);
    if child.calcified {
        let calcium = smooth(CALCIFICATION, &mut key.stream(Purpose::Calcification, 0));
        highest(&inside, &calcium, CALCIUM).into_iter().for_each(|at| tissue[at] = Tissue::Calcium);
    }
}

/// The given part of the voxels, those where the field is highest.
fn highest(inside: &[usize], field: &Field, part: f64) -> Vec<usize> {
    let mut order = inside.to_vec();
    let count = super::field::floor(part * order.len() as f64);
    if count == 0 {
        return Vec::new();
    }
    let by_value = |a: &usize, b: &usize| field.values[*b].total_cmp(&field.values[*a]).then(a.cmp(b));
    order.select_nth_unstable_by(count - 1, by_value);
    order.truncate(count);
    order
}
