//! Invented children with neuroblastic tumours, hospital by hospital: a clinical table, features, images and masks.
//!
//! Every number is drawn from one seed, keyed by site and child, so that one child can be made again alone. Never: a real
//! child, a node, a coordinator, a network. What is drawn from which published figure: docs/reference/synth.md.

mod child;
mod clinical;
mod error;
mod features;
mod folder;
mod labs;
mod latents;
mod random;
mod recipe;
mod risk;
mod site;
mod survival;
mod task;

pub use child::{Child, Gaps, Histology, InrgStage, Mki, Stage, Tumour};
pub use clinical::{COLUMNS, row};
pub use error::SynthError;
pub use features::{Features, Input, Layout};
pub use folder::{READ_TWICE, children, write_clinical, write_features};
pub use latents::Latents;
pub use recipe::Recipe;
pub use risk::{CogRisk, InrgRisk};
pub use site::{CHILDREN, PROFILES, Profile, Scanner, Site, sites};
pub use survival::Course;
pub use task::Task;
