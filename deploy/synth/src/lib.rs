//! Invented children with neuroblastic tumours, hospital by hospital: a clinical table, features, images and masks.
//!
//! Every number is drawn from one seed, keyed by site and child, so that one child can be made again alone. Never: a real
//! child, a node, a coordinator, a network. What is drawn from which published figure: docs/reference/synth.md.

mod child;
mod clinical;
mod consortium;
mod dicom;
mod error;
mod features;
mod folder;
mod images;
mod labs;
mod latents;
mod modality;
mod random;
mod recipe;
mod risk;
mod site;
mod survival;
mod task;
mod volume;

pub use child::{Child, Gaps, Histology, InrgStage, Mki, Stage, Tumour};
pub use clinical::{COLUMNS, row};
pub use consortium::{Level, write};
pub use error::SynthError;
pub use features::{Features, Input, Layout};
pub use folder::{READ_TWICE, children, write_clinical, write_features};
pub use images::{Format, write_images};
pub use latents::Latents;
pub use modality::Modality;
pub use recipe::Recipe;
pub use risk::{CogRisk, InrgRisk};
pub use site::{CHILDREN, PROFILES, Profile, Scanner, Site, sites};
pub use survival::Course;
pub use task::Task;
pub use volume::{Picture, pictures};
